"""All sites in one command: each its own run and result, a summary, the worst exit code."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from support.fake_site import FAST
from support.processes import PROJECT, Scrapy, command, environment, read_report
from support.processes import scrapy as scrapy_process
from support.sister_sites import PICTURES, SUPPORT, Sisters, host, name

from spacenews.cluster.child_processes import pass_on
from spacenews.commands.crawlall import worst
from spacenews.commands.demo import ARCHIVE
from spacenews.errors import ExitCode

REPLAY = ("-s", f"SPACENEWS_WARC_REPLAY={ARCHIVE}")


def crawlall(*words: str) -> list[str]:
    return [sys.executable, "-m", "scrapy", "crawlall", *words]


@pytest.mark.faults
def test_each_spider_has_a_run_of_its_own_and_the_worst_result_is_that_of_all(tmp_path: Path) -> None:
    parts = crawlall("digitaltrends_space", "space_com", *REPLAY, "-s", f"SPACENEWS_OUTPUT={tmp_path}")
    done = subprocess.run(parts, cwd=PROJECT, capture_output=True, text=True, timeout=60, check=False)
    told = [read_report(path.parent) for path in tmp_path.glob("*/*/run.json")]
    codes = {report["spider"]: report["exit_code"] for report in told}
    assert codes == {"digitaltrends_space": 0, "space_com": 5}, "the archive has nothing of space.com"
    assert done.returncode == 5
    lines = done.stderr.splitlines()
    assert lines
    assert all(line.startswith(("[digitaltrends_space] ", "[space_com] ")) for line in lines)
    summary = done.stdout.splitlines()
    assert any("digitaltrends_space" in line and " 0 " in line for line in summary)
    assert any("space_com" in line and " 5 " in line and "unreachable" in line for line in summary)


def test_what_a_spider_says_is_passed_on_in_whole_lines(capsys: pytest.CaptureFixture[str]) -> None:
    async def say() -> None:
        said = [asyncio.StreamReader(), asyncio.StreamReader()]
        passing = [asyncio.create_task(pass_on(stream, name)) for stream, name in zip(said, "ab", strict=True)]
        for parts in ((b"one\ntw", b"ten\n"), (b"o\n" + b"x" * 200_000, b"\xff"), (b"\nTraceback", b"y\n")):
            for stream, part in zip(said, parts, strict=True):
                stream.feed_data(part)
            await asyncio.sleep(0.01)
        for stream in said:
            stream.feed_eof()
        await asyncio.gather(*passing)

    asyncio.run(say())
    long = f"[a] {'x' * 200_000}"
    wanted = ["[a] one", "[b] ten", "[a] two", long, "[b] \ufffdy", "[a] Traceback"]
    assert sorted(capsys.readouterr().err.splitlines()) == sorted(wanted)


@pytest.mark.parametrize("words", [("nobody",), ("--jobs", "0")])
def test_what_is_not_understood_ends_it_with_2(scrapy: Scrapy, words: tuple[str, ...], tmp_path: Path) -> None:
    assert scrapy("crawlall", *words, *REPLAY, "-s", f"SPACENEWS_OUTPUT={tmp_path}").returncode == 2
    assert not list(tmp_path.iterdir())


@pytest.mark.faults
def test_a_host_that_sites_share_is_asked_at_the_pace_of_one(tmp_path: Path) -> None:
    with Sisters(6) as sites:
        pace = {"DOWNLOAD_DELAY": 1.05, "CONCURRENT_REQUESTS_PER_DOMAIN": 1, "SPACENEWS_OUTPUT": str(tmp_path)}
        parts = command("crawlall", name(0), name(1), settings={**FAST, **sites.settings, **pace})
        done = scrapy_process(parts, env=environment() | {"PYTHONPATH": SUPPORT})
        assert done.returncode == 0, done.stderr
        assert len(sites.server.paths(PICTURES)) > 7, "both ask, but for pictures that the other has stored already"
        for shared_or_not in (PICTURES, host(0), host(1)):
            assert min(sites.server.gaps(shared_or_not)) >= 0.98


@pytest.mark.faults
def test_an_argument_that_no_spider_understands_ends_it_with_2(tmp_path: Path) -> None:
    parts = crawlall("-a", "since=yesterday-ish", "digitaltrends_space", *REPLAY, "-s", f"SPACENEWS_OUTPUT={tmp_path}")
    done = subprocess.run(parts, cwd=PROJECT, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 2, done.stderr
    assert not list(tmp_path.glob("*/*/articles.jsonl"))


@pytest.mark.faults
def test_a_signal_ends_all_spiders_and_what_they_saved_is_published(tmp_path: Path) -> None:
    parts = crawlall("digitaltrends_space", *REPLAY, "-s", f"SPACENEWS_OUTPUT={tmp_path}", "-s", "DOWNLOAD_DELAY=1")
    environment = os.environ | {"PYTHONUNBUFFERED": "1"}
    with subprocess.Popen(parts, cwd=PROJECT, stderr=subprocess.DEVNULL, env=environment) as process:
        give_up = time.monotonic() + 30
        while not list(tmp_path.glob("images/*/*")) and time.monotonic() < give_up:
            time.sleep(0.05)
        process.send_signal(signal.SIGTERM)
        assert process.wait(timeout=30) == ExitCode.INTERRUPTED
    (report,) = tmp_path.glob("*/*/run.json")
    assert read_report(report.parent)["result"] == "interrupted"


def test_what_somebody_has_to_mend_is_worse_than_what_passes() -> None:
    assert worst([0, 0]) == 0
    assert worst([0, 7, 6, 5, 3, 1, 4]) == 4
    assert worst([5, 3]) == 3
    assert worst([]) == 0
