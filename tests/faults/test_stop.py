"""SIGTERM, Ctrl-C and Scrapy's limits end a run soon and cleanly, whatever the server does."""

from __future__ import annotations

import signal
import sqlite3
import time
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from support.fake_site import SPIDER, FakeSite
from support.processes import crawl, crawl_command, published, report, started, wait_until
from support.server import Answer

pytestmark = pytest.mark.faults

GRACE = 25  # seconds, the default of SPACENEWS_STOP_SECONDS


def states(output: Path) -> dict[str, str]:
    """Return the state of every address."""
    with closing(sqlite3.connect(output / "spacenews.sqlite3")) as database:
        return dict(database.execute("SELECT url, state FROM addresses"))


def hang(fake_site: FakeSite, prefix: str, wanted: int) -> None:
    """Let all but so many of the answers below *prefix* take for ever."""
    paths = [path for path in fake_site.server.routes if path.startswith(prefix)]
    for path in paths[wanted:]:
        answer = fake_site.server.routes[path]
        assert isinstance(answer, Answer)
        fake_site.server.routes[path] = replace(answer, wait=1000)


def check_interrupted(output: Path, fake_site: FakeSite) -> int:
    """Check what an interrupted run leaves, and return how many articles it published."""
    told = report(output)
    assert (told["result"], told["exit_code"], told["finish_reason"]) == ("interrupted", 6, "shutdown")
    done = {record["url"] for record in published(output)}
    assert {url for url, state in states(output).items() if state == "FETCHED"} == done
    assert {url for url, state in states(output).items() if state == "DISCOVERED"} == fake_site.urls - done
    assert told["failed"] == []
    return len(done)


@pytest.mark.parametrize("sent", [signal.SIGTERM, signal.SIGINT])
@pytest.mark.parametrize("what", ["articles", "pictures"])
def test_a_hanging_server_does_not_hold_a_run_up(tmp_path: Path, sent: signal.Signals, what: str) -> None:
    with FakeSite(12) as fake_site:
        prefix = {"articles": "/space/generated", "pictures": "/tachyon/"}[what]
        hang(fake_site, prefix, 5)
        settings = {**fake_site.settings, "DOWNLOAD_TIMEOUT": 300, "CONCURRENT_REQUESTS_PER_DOMAIN": 16}
        with started(crawl_command(tmp_path, settings), tmp_path / "log") as process:
            wait_until(lambda: len(fake_site.asked(prefix)) > 5, process)
            wait_until(lambda: "FETCHED" in states(tmp_path).values(), process)
            process.send_signal(sent)
            began = time.monotonic()
            assert process.wait(60) == 6
            assert time.monotonic() - began < GRACE
        assert 0 < check_interrupted(tmp_path, fake_site) <= 5
        fake_site.update()
        assert crawl(tmp_path, fake_site.settings).returncode == 0
        assert {record["url"] for record in published(tmp_path)} == fake_site.urls


@pytest.mark.parametrize("sent", [signal.SIGTERM, signal.SIGINT])
@pytest.mark.parametrize("later", [0, 0.03, 0.1])
def test_a_signal_while_a_run_begins_is_answered_when_it_has(
    tmp_path: Path, sent: signal.Signals, later: float
) -> None:
    with FakeSite(12) as fake_site:
        settings = {**fake_site.settings, "DOWNLOAD_DELAY": 1}
        with started(crawl_command(tmp_path, settings), tmp_path / "log") as process:
            wait_until((tmp_path / SPIDER).exists, process)
            time.sleep(later)
            process.send_signal(sent)
            assert process.wait(GRACE) == 6
        told = report(tmp_path)
        assert (told["result"], told["exit_code"], told["finish_reason"]) == ("interrupted", 6, "shutdown")


@pytest.mark.parametrize("delay", [1, 3])
def test_requests_that_wait_for_their_turn_do_not_hold_a_run_up(tmp_path: Path, delay: int) -> None:
    with FakeSite(120, on_a_page=120) as fake_site:
        pace = {"DOWNLOAD_DELAY": delay, "CONCURRENT_REQUESTS_PER_DOMAIN": 1}
        with started(crawl_command(tmp_path, {**fake_site.settings, **pace}), tmp_path / "log") as process:
            wait_until(lambda: len(fake_site.asked()) > 3, process)
            process.send_signal(signal.SIGTERM)
            began = time.monotonic()
            assert process.wait(60) == 6
            assert time.monotonic() - began < GRACE / 2
        assert check_interrupted(tmp_path, fake_site) < 10


@pytest.mark.parametrize("sent", [signal.SIGINT, signal.SIGTERM])
@pytest.mark.parametrize("later", [0, 0.01, 0.05, 0.3, 0.5])
def test_a_second_signal_ends_with_the_same_code(tmp_path: Path, sent: signal.Signals, later: float) -> None:
    with FakeSite(12) as fake_site:
        hang(fake_site, "/space/generated", 5)
        settings = {**fake_site.settings, "DOWNLOAD_TIMEOUT": 300}
        with started(crawl_command(tmp_path, settings), tmp_path / "log") as process:
            wait_until(lambda: len(fake_site.asked()) > 5, process)
            process.send_signal(sent)
            time.sleep(later)
            process.send_signal(sent)
            assert process.wait(GRACE) == 6
        assert "Traceback" not in (tmp_path / "log").read_text()
        fake_site.update()
        assert crawl(tmp_path, fake_site.settings).returncode == 0
        assert {record["url"] for record in published(tmp_path)} == fake_site.urls


@pytest.mark.parametrize(
    "limit",
    [{"CLOSESPIDER_ITEMCOUNT": 3}, {"CLOSESPIDER_PAGECOUNT": 8}, {"CLOSESPIDER_TIMEOUT": 3}],
    ids=lambda limit: next(iter(limit)),
)
def test_a_limit_is_a_clean_end_that_is_told(tmp_path: Path, limit: dict[str, Any]) -> None:
    with FakeSite(40, on_a_page=40) as fake_site:
        if "CLOSESPIDER_TIMEOUT" in limit:
            hang(fake_site, "/space/generated", 36)
        settings = {**fake_site.settings, "DOWNLOAD_TIMEOUT": 300, "CONCURRENT_REQUESTS": 4}
        began = time.monotonic()
        assert crawl(tmp_path, {**settings, **limit}).returncode == 0
        assert time.monotonic() - began < 30
        told = report(tmp_path)
        assert told["finish_reason"] == next(iter(limit)).lower()
        assert told["result"] == "ok"
        assert f"ended by {next(iter(limit))}" in told["reasons"][0]
        done = {record["url"] for record in published(tmp_path)}
        assert 0 < len(done) < 40
        assert {url for url, state in states(tmp_path).items() if state == "DISCOVERED"} == fake_site.urls - done
