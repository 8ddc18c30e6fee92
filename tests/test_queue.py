"""The queue of crawls: what is tried again, and what is understood before anything is asked of a database."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from contextlib import closing
from dataclasses import asdict
from pathlib import Path

import pytest
import sqlalchemy as sa
from support.postgres import psql
from support.processes import Scrapy

from spacenews.cluster.queue import RETRIES, Job, archive_job, crawl_job, defer, make_app, make_tables, next_try
from spacenews.cluster.worker import Worker
from spacenews.errors import ExitCode
from spacenews.storage.schedule import Schedule
from spacenews.storage.store import Store

NOWHERE = "SPACENEWS_STORE_URL=postgresql+psycopg://nobody@127.0.0.1:9/none"


@pytest.mark.parametrize(
    "code", [ExitCode.OK, ExitCode.BUG, ExitCode.USAGE, ExitCode.SITE_CHANGED, ExitCode.UNREACHABLE]
)
def test_what_another_try_does_not_help_is_over(code: ExitCode) -> None:
    assert next_try(crawl_job("space_com", ()), code) is None


def test_a_spider_that_another_run_holds_is_tried_every_half_minute() -> None:
    job = crawl_job("space_com", ("-a", "limit=5"))
    for _ in range(100):
        again = next_try(job, ExitCode.LOCKED)
        assert again == (job, 30)


@pytest.mark.parametrize("code", [ExitCode.OUTPUT, ExitCode.INTERRUPTED])
def test_what_failed_for_a_passing_reason_is_tried_with_growing_delays_and_not_for_ever(code: ExitCode) -> None:
    job: Job = archive_job("/archives/a.warc.gz", ("--any-site",))
    delays = []
    while again := next_try(job, code):
        job, seconds = again
        delays.append(seconds)
    assert delays == sorted(set(delays))
    assert (len(delays), delays[0], delays[-1]) == (RETRIES, 30, 960)
    assert job.words == ("read-archive", "/archives/a.warc.gz", "--any-site")


AGED = """
    UPDATE procrastinate_events SET at = now() - interval '80 hours'
    WHERE job_id = (SELECT id FROM procrastinate_jobs WHERE lock = 'old')
"""


def worker(*options: str) -> tuple[Worker, list[Sequence[str]]]:
    """A worker whose processes end at once, and the words that they are given."""
    procrastinate = pytest.importorskip("procrastinate")
    testing = pytest.importorskip("procrastinate.testing")
    made = Worker(procrastinate.App(connector=testing.InMemoryConnector()), 1, 30, options)
    given: list[Sequence[str]] = []

    async def run(name: str, words: Sequence[str]) -> int:
        assert name == "space_com"
        given.append(words)
        return ExitCode.OK

    made.processes.run = run  # type: ignore[method-assign]
    return made, given


def test_a_setting_of_a_job_holds_before_that_of_its_worker() -> None:
    made, given = worker("-s", "LOG_LEVEL=INFO")
    job = crawl_job("space_com", ("-a", "limit=5", "-s", "LOG_LEVEL=DEBUG"))
    asyncio.run(made._run(asdict(job)))
    [words] = given
    assert words[:2] == ("crawl", "space_com")
    assert words.index("LOG_LEVEL=INFO") < words.index("LOG_LEVEL=DEBUG")
    assert made.codes == {ExitCode.OK}


@pytest.mark.faults
def test_jobs_that_were_over_long_ago_are_forgotten(address: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("spacenews.cluster.worker.TIDY_SECONDS", 0.01)
    with closing(Store(address, Schedule())) as store:
        make_tables(store)
    made = Worker(make_app(sa.make_url(address)), 1, 30)

    async def tidied() -> None:
        async with made.app.open_async():
            for name in ("old", "young", "waiting"):
                await defer(made.app, crawl_job(name, ()))
            psql(address, "-c", "UPDATE procrastinate_jobs SET status = 'doing' WHERE lock <> 'waiting'")
            psql(address, "-c", "UPDATE procrastinate_jobs SET status = 'failed' WHERE lock <> 'waiting'")
            psql(address, "-c", AGED)
            tidying = asyncio.create_task(made._tidy())
            await asyncio.sleep(1)
            tidying.cancel()

    asyncio.run(tidied())
    assert psql(address, "-c", "SELECT lock FROM procrastinate_jobs ORDER BY 1").split() == ["waiting", "young"]


@pytest.mark.faults
@pytest.mark.parametrize("next_waits", [False, True])
def test_the_job_of_a_worker_that_is_gone_waits_again_unless_the_next_one_does(address: str, next_waits: bool) -> None:
    with closing(Store(address, Schedule())) as store:
        make_tables(store)
    made = Worker(make_app(sa.make_url(address)), 1, 30)

    async def taken_back() -> None:
        async with made.app.open_async():
            await defer(made.app, crawl_job("space_com", ()))
            psql(address, "-c", "UPDATE procrastinate_jobs SET status = 'doing'")
            if next_waits:
                await defer(made.app, crawl_job("space_com", ()))
            for job in await made.app.job_manager.get_stalled_jobs():
                await made._take_back(job)

    asyncio.run(taken_back())
    statuses = psql(address, "-c", "SELECT status FROM procrastinate_jobs ORDER BY id").split()
    assert statuses == (["failed", "todo"] if next_waits else ["todo"])


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (("worker",), "scrapy worker needs PostgreSQL: SPACENEWS_STORE_URL=postgresql"),
        (("enqueue", "space_com"), "scrapy enqueue needs PostgreSQL"),
        (("enqueue", "--all", "-s", "SPACENEWS_STORE_URL=sqlite:///news.sqlite3"), "scrapy enqueue needs PostgreSQL"),
        (("worker", "-s", NOWHERE, "-s", "SPACENEWS_CRAWL_EVERY=61 * * * *"), "want a cron line of five fields"),
        (("worker", "-s", NOWHERE, "-s", "SPACENEWS_CRAWL_EVERY=hourly"), "want a cron line of five fields"),
        (("worker", "-s", NOWHERE, "-s", "SPACENEWS_WORKER_JOBS=0"), "want a whole number from 1 on"),
        (("worker", "-s", NOWHERE, "-s", "SPACENEWS_LEASE_SECONDS=0"), "want seconds from 1 on"),
        (("enqueue", "-s", NOWHERE, "space_con"), "did you mean space_com?"),
        (("enqueue", "-s", NOWHERE, "space_com", "-a", "limit=few"), "argument limit='few'"),
        (("enqueue", "-s", NOWHERE, "space_com", "-a", "limit"), "-a wants NAME=VALUE"),
        (("enqueue", "-s", NOWHERE, "--archive", "nothing.warc.gz"), "nothing.warc.gz cannot be read"),
    ],
)
def test_what_is_not_understood_ends_it_with_2(
    scrapy: Scrapy, tmp_path: Path, words: tuple[str, ...], sentence: str
) -> None:
    done = scrapy(*words, "-s", f"SPACENEWS_OUTPUT={tmp_path / 'output'}")
    assert done.returncode == 2
    assert sentence in done.stderr
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(
    "words", [("enqueue",), ("enqueue", "--all", "space_com"), ("enqueue", "--archive"), ("worker", "space_com")]
)
def test_wrong_usage_ends_it_with_2(scrapy: Scrapy, words: tuple[str, ...]) -> None:
    assert scrapy(*words, "-s", NOWHERE).returncode == 2


def test_a_database_that_is_away_ends_it_with_4(scrapy: Scrapy) -> None:
    done = scrapy("enqueue", "space_com", "-s", NOWHERE)
    assert done.returncode == 4
    assert "cannot be used" in done.stderr
