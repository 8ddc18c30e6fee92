"""A page that hurts costs itself and its reader process, and nothing else."""

from __future__ import annotations

import asyncio
import logging
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from scrapy.utils.test import get_crawler
from support import hostile
from support.fake_site import FakeSite
from support.processes import published, wait_until
from test_runs import AT_ONCE, PROJECT, run

from spacenews.errors import StoppedError
from spacenews.extraction.feeds import DiscoveryError, read_feed
from spacenews.runs.readers import Readers

READING = {"SPACENEWS_READERS": 1, "SPACENEWS_READ_SECONDS": 1, "SPACENEWS_READ_MEMORY_MB": 300}
ALONE = {**PROJECT, **READING, "ADDONS": {}, "EXTENSIONS": {}}  # without a run


def readers_of(process: int) -> list[int]:
    """Return the reader processes of a process."""
    listed = subprocess.run(["ps", "-ww", "-eo", "ppid=,pid=,args="], capture_output=True, text=True, check=True).stdout
    found = (line.split(maxsplit=2) for line in listed.splitlines() if "reader_process" in line)
    return [int(pid) for parent, pid, _ in found if int(parent) == process]


@pytest.fixture
def readers() -> Iterator[Callable[..., Readers]]:
    made = []

    def make(**settings: Any) -> Readers:
        made.append(Readers(get_crawler(settings_dict={**ALONE, **settings})))
        return made[-1]

    yield make
    for it in made:
        it.close()


def test_hostile_pages_cost_only_themselves(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr("spacenews.spider.read_page", hostile.read_page)
    with FakeSite(8) as fake_site:
        fake_site.edit(1, body="Some text.\n\n<!-- hang -->")
        fake_site.edit(3, body="Some text.\n\n<!-- memory -->")
        fake_site.edit(5, body="Some text.\n\n<!-- crash -->")
        fake_site.around = lambda page: page.replace("&lt;!--", "<!--").replace("--&gt;", "-->")
        fake_site.update()
        bad = {fake_site.stories[number].url for number in (1, 3, 5)}
        with caplog.at_level(logging.WARNING, "spacenews"):
            told = run(fake_site, tmp_path, READING | AT_ONCE)
        assert {record["url"] for record in published(tmp_path)} == fake_site.urls - bad
        assert {(it["url"], it["reason"]) for it in told["failed"]} == {(url, "unreadable") for url in bad}
        assert (told["result"], told["exit_code"]) == ("degraded", 0)
        lines = [record.getMessage() for record in caplog.records if "(unreadable" in record.getMessage()]
        assert len(lines) == 3
        for why in (
            "more than 1 s (SPACENEWS_READ_SECONDS)",
            "300 MB (SPACENEWS_READ_MEMORY_MB)",
            "Segmentation fault",
        ):
            assert any(why in line and "a later run retries it" in line for line in lines)
        assert readers_of(os.getpid()) == []

        for number in (1, 3, 5):
            fake_site.edit(number, body="Some text.\n\nNothing else.")
        told = run(fake_site, tmp_path, READING | AT_ONCE)
        assert (told["result"], told["exit_code"], told["failed"]) == ("ok", 0, [])
        assert {record["url"] for record in published(tmp_path)} == fake_site.urls


def test_a_hostile_feed_listing_or_sitemap_costs_only_itself(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("spacenews.spider.read_feed", hostile.read_source)
    with FakeSite(4) as fake_site:
        told = run(fake_site, tmp_path, READING)
        assert {record["url"] for record in published(tmp_path)} == fake_site.urls
        assert [it["reason"] for it in told["failed"]] == ["unreadable"]
        assert any("SPACENEWS_READ_SECONDS" in reason for reason in told["reasons"])


def test_the_records_are_the_same_with_and_without_readers(tmp_path: Path) -> None:
    with FakeSite(4) as fake_site:
        for readers in (0, 2):
            run(fake_site, tmp_path / str(readers), {**READING, "SPACENEWS_READERS": readers})
    alone, apart = (
        sorted(
            ({**record, "crawled_at": "", "first_seen_at": ""} for record in published(tmp_path / str(readers))),
            key=lambda record: record["id"],
        )
        for readers in (0, 2)
    )
    assert alone == apart
    assert len(alone) == 4


def test_errors_of_the_reading_are_raised_in_the_crawl(readers: Callable[..., Readers]) -> None:
    pool = readers()
    with pytest.raises(DiscoveryError):
        asyncio.run(pool.read(read_feed, b"nothing", "https://e.com/", "UTC", 1000))
    with pytest.raises(RuntimeError, match=r"(?s)raise_own.*OwnError: a word"):
        asyncio.run(pool.read(hostile.raise_own, "a word"))
    with pytest.raises(ZeroDivisionError) as raised:
        asyncio.run(pool.read(divmod, 1, 0))
    assert "in a reader process" in raised.value.__notes__[0]


def test_a_reader_reads_on_until_it_has_taken_much_memory(readers: Callable[..., Readers]) -> None:
    async def calls(pool: Readers) -> list[int]:
        return [await pool.read(hostile.take_much, megabytes) for megabytes in (1, 1, 200, 1)]

    first, second, third, fourth = asyncio.run(calls(readers(SPACENEWS_READ_SECONDS=30)))
    assert first == second == third != fourth != os.getpid()


def test_without_readers_the_crawl_reads_itself(readers: Callable[..., Readers]) -> None:
    assert asyncio.run(readers(SPACENEWS_READERS=0).read(os.getpid)) == os.getpid()


def test_as_many_pages_are_read_at_once_as_there_are_readers(readers: Callable[..., Readers]) -> None:
    async def calls(pool: Readers) -> set[int]:
        return set(await asyncio.gather(*(pool.read(hostile.take_much, 1) for _ in range(20))))

    assert 1 < len(asyncio.run(calls(readers(SPACENEWS_READERS=2)))) <= 2


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_to_the_whole_group_ends_no_reader(readers: Callable[..., Readers], number: int) -> None:
    async def calls(pool: Readers) -> tuple[int, int]:
        before = await pool.read(os.getpid)
        os.kill(before, number)
        return before, await pool.read(os.getpid)

    before, after = asyncio.run(calls(readers()))
    assert before == after


def test_the_end_of_a_run_waits_for_no_page(readers: Callable[..., Readers]) -> None:
    async def calls(pool: Readers) -> list[Any]:
        reads = [asyncio.create_task(pool.read(hostile.hang)) for _ in range(3)]
        await asyncio.sleep(1)
        pool.end()
        return await asyncio.gather(*reads, return_exceptions=True)

    pool = readers(SPACENEWS_READ_SECONDS=60)
    began = time.monotonic()
    assert [type(it) for it in asyncio.run(calls(pool))] == [StoppedError] * 3
    assert time.monotonic() - began < 10


def test_what_a_run_that_ends_is_reading_may_be_finished(readers: Callable[..., Readers]) -> None:
    async def calls(pool: Readers) -> Any:
        await pool.read(os.getpid)
        reading = asyncio.create_task(pool.read(time.sleep, 0.3))
        await asyncio.sleep(0.1)
        pool.end()
        return await asyncio.gather(reading, pool.read(os.getpid), return_exceptions=True)

    finished, begun = asyncio.run(calls(readers()))
    assert finished is None
    assert isinstance(begun, StoppedError)


CRAWL = """
import asyncio
from test_readers import ALONE, Readers, get_crawler, hostile
asyncio.run(Readers(get_crawler(settings_dict={**ALONE, "SPACENEWS_READ_SECONDS": 60})).read(hostile.hang))
"""


def test_a_killed_crawl_leaves_no_reader_behind() -> None:
    code = f"import sys; sys.path[:] = {sys.path}\n{CRAWL}"
    with subprocess.Popen([sys.executable, "-c", code]) as process:
        wait_until(lambda: readers_of(process.pid), process)
        (reader,) = readers_of(process.pid)
        time.sleep(1)
        process.kill()
    wait_until(lambda: not Path(f"/proc/{reader}/cmdline").exists() or not Path(f"/proc/{reader}/cmdline").read_bytes())
