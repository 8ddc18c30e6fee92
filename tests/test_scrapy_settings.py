"""Settings of Scrapy's with which a crawl would lose something end it with a sentence, or are kept."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from typing import Any

import pytest
from support.fake_site import FakeSite
from support.processes import Scrapy, crawl, published, report
from support.run_crawl import BARE, Fetcher
from support.run_crawl import crawl as run_crawl
from support.server import Answer, Server

from spacenews.middlewares.backoff import BackoffMiddleware


@pytest.mark.parametrize(
    ("setting", "value"),
    [
        ("TWISTED_REACTOR", "twisted.internet.selectreactor.SelectReactor"),
        ("TWISTED_REACTOR", "nobody.knows.It"),
        ("TWISTED_REACTOR_ENABLED", "False"),
        ("FORCE_CRAWLER_PROCESS", "True"),
        ("JOBDIR", "job"),
    ],
)
def test_what_a_crawl_cannot_work_with_is_refused(scrapy: Scrapy, tmp_path: Path, setting: str, value: str) -> None:
    done = scrapy("crawl", "space_com", "-s", f"{setting}={value}", "-s", f"SPACENEWS_OUTPUT={tmp_path}")
    assert done.returncode == 2
    assert done.stderr.startswith(f"scrapy: setting {setting}")
    assert len(done.stderr.splitlines()) == 1
    assert not list(tmp_path.iterdir())


def test_a_log_file_that_cannot_be_written_ends_it_with_4(scrapy: Scrapy, tmp_path: Path) -> None:
    done = scrapy("crawl", "space_com", "-s", "LOG_FILE=/proc/log", "-s", f"SPACENEWS_OUTPUT={tmp_path}")
    assert (done.returncode, len(done.stderr.splitlines())) == (4, 1)
    assert done.stderr.startswith("scrapy: LOG_FILE: /proc/log cannot be written")


@pytest.mark.faults
@pytest.mark.parametrize(
    ("setting", "value", "missing"),
    [
        ("ITEM_PIPELINES", {}, "spacenews.pipelines.validate.ValidatePipeline is missing"),
        ("ITEM_PIPELINES", {"support.factories.Missing": 1}, "want a JSON object of components"),
        ("ITEM_PIPELINES", {"scrapy.pipelines.files.FilesPipeline": 1}, "ValidatePipeline is missing"),
        ("EXTENSIONS", {}, "spacenews.runs.run.Run is missing"),
        ("DOWNLOADER_MIDDLEWARES", {}, "spacenews.middlewares.guard.GuardMiddleware is missing"),
    ],
)
def test_a_run_without_what_saves_and_tells_does_not_begin(
    tmp_path: Path, setting: str, value: dict[str, Any], missing: str
) -> None:
    done = crawl(tmp_path / "output", {setting: value})
    assert done.returncode == 2, done.stderr
    assert f"setting {setting}" in done.stderr
    assert missing in done.stderr
    assert "Traceback" not in done.stderr
    assert not (tmp_path / "output").exists()


@pytest.mark.faults
@pytest.mark.parametrize("feed", ["/proc/folder/articles.jsonl", "/dev/full", "ftp://127.0.0.1:1/articles.jsonl"])
def test_a_feed_that_cannot_be_written_ends_the_run_with_4_and_nothing_is_lost(tmp_path: Path, feed: str) -> None:
    with FakeSite(4) as site:
        done = crawl(tmp_path, {**site.settings, "FEEDS": {feed: {"format": "jsonl"}}})
        assert done.returncode == 4, done.stderr
        told = report(tmp_path)
        assert (told["result"], told["exit_code"]) == ("failed", 4)
        assert told["reasons"][0].startswith(f"-o, -O, FEEDS: {feed} could not be stored") or told["reasons"][
            0
        ].startswith(f"-o, -O, FEEDS: {feed} cannot be written")
        assert crawl(tmp_path, site.settings).returncode == 0
        assert {record["url"] for record in published(tmp_path)} == site.urls


@pytest.mark.faults
@pytest.mark.skipif(importlib.util.find_spec("boto3") is not None, reason="the package is there")
def test_a_feed_whose_package_is_missing_ends_the_run_at_its_start(tmp_path: Path) -> None:
    with FakeSite(4) as site:
        done = crawl(tmp_path, {**site.settings, "FEEDS": {"s3://bucket/articles.jsonl": {"format": "jsonl"}}})
        assert done.returncode == 2, done.stderr
        assert "-o, -O, FEEDS: s3://bucket/articles.jsonl cannot be written" in done.stderr
        assert "Traceback" not in done.stderr
        assert not site.server.hits


@pytest.mark.parametrize("most", [1, 2])
def test_a_host_gets_no_more_requests_at_a_time_than_it_may(most: int) -> None:
    with Server({f"/{number}": Answer(b"<p>page</p>", wait=0.1) for number in range(6)}) as server:
        settings = BARE | {
            "CONCURRENT_REQUESTS_PER_DOMAIN": most,
            "DOWNLOAD_DELAY": 0,
            "DOWNLOADER_MIDDLEWARES": {BackoffMiddleware: 560},
        }
        run_crawl(Fetcher, settings, urls=" ".join(f"{server.origin}/{number}" for number in range(6)))
        asked = times(server)
        assert len(asked) == 6
        assert all(later - sooner > 0.09 for sooner, later in zip(asked, asked[most:], strict=False))


def times(server: Server) -> list[float]:
    """Return when each page was asked for."""
    return [hit.time for hit in server.hits if hit.path != "/robots.txt"]
