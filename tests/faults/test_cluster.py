"""Two workers and a queue: whatever dies, freezes or restarts, every article is published once and work goes on."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator
from support.fake_site import FAST
from support.news_archives import article as archived
from support.news_archives import member, response
from support.postgres import PostgresServer, new_database, psql, running
from support.processes import PROJECT, command, environment, scrapy, started, wait_until
from support.sister_sites import COUNT, SUPPORT, Sisters, host, name

from spacenews.items import json_schema

pytestmark = pytest.mark.faults

RECORD = Draft202012Validator(json_schema())
STORIES = 150
LEASE = 4  # seconds
ENVIRONMENT = environment() | {"PYTHONPATH": SUPPORT}


@dataclass
class Cluster:
    """Two workers of one database; their output is in one folder, as on a shared disk."""

    server: PostgresServer
    sites: Sisters
    folder: Path
    lease: int = LEASE  # seconds
    workers: list[subprocess.Popen[bytes]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.every: str | None = None  # a cron line
        self.address = new_database(self.server.addresses, "news")
        self.output = self.folder / "output"
        self.settings: dict[str, Any] = {
            **FAST,
            **self.sites.settings,
            "SPACENEWS_STORE_URL": self.address,
            "SPACENEWS_OUTPUT": str(self.output),
            "SPACENEWS_LEASE_SECONDS": self.lease,
        }

    def run(self, *words: str) -> str:
        """Run a command, which must go well, and return what it prints."""
        done = scrapy(command(*words, settings=self.settings), env=ENVIRONMENT)
        assert done.returncode == 0, done.stderr
        return done.stdout

    def start_worker(self, stack: ExitStack) -> subprocess.Popen[bytes]:
        """Start one more worker."""
        log = self.folder / f"worker-{len(self.workers)}.log"
        settings = self.settings | ({"SPACENEWS_CRAWL_EVERY": self.every} if self.every else {})
        worker = stack.enter_context(started(command("worker", settings=settings), log, env=ENVIRONMENT))
        self.workers.append(worker)
        return worker

    def articles_asked(self) -> int:
        """Return how often an article was asked for."""
        return sum("generated-story" in path for path in self.sites.server.paths(host(0)))

    def crawl_of(self) -> tuple[subprocess.Popen[bytes], int]:
        """Return the worker that crawls, and the process of its crawl."""
        found = [(worker, child) for worker in self.workers for child in children(worker.pid)]
        assert len(found) == 1, found
        return found[0]

    def query(self, text: str) -> str:
        """Ask the database."""
        return psql(self.address, "-c", text).strip()

    def is_idle(self) -> bool:
        """Tell whether nothing waits in the queue or is being done."""
        return self.query("SELECT count(*) FROM procrastinate_jobs WHERE status IN ('todo', 'doing')") == "0"

    def assert_every_article_once(self) -> None:
        """Check all that was published, and that every run says how it went."""
        published: list[dict[str, Any]] = []
        for file in sorted(self.output.glob("*/*/articles.jsonl")):
            published += map(json.loads, file.read_text("utf-8").splitlines())
        for record in published[:3]:
            RECORD.validate(record)
        times = Counter(record["url"] for record in published)
        assert set(times) == self.sites.urls(0)
        assert set(times.values()) == {1}
        saved = [json.loads(line) for line in self.query("SELECT report FROM runs").splitlines()]
        for folder in (self.output / name(0)).glob("2*"):
            told = json.loads((folder / "run.json").read_text("utf-8"))
            assert told in saved
            lines = told["output"]["lines"] if told["output"] else 0
            assert (folder / "articles.jsonl").exists() == bool(told["output"])
            assert lines == told["counts"]["articles"]["new"]
        assert self.query("SELECT count(*) FROM runs WHERE result IS NULL") == "0"
        assert self.query("SELECT count(*) FROM addresses WHERE state <> 'FETCHED'") == "0"


def children(pid: int) -> list[int]:
    """Return the processes that a process has started, and that still are."""
    found: list[int] = []
    for task in Path(f"/proc/{pid}/task").glob("*/children"):
        found += map(int, task.read_text().split())
    return found


@pytest.fixture
def idle(tmp_path: Path) -> Iterator[Cluster]:
    """A database and two workers with nothing to do."""
    with running() as server, Sisters(1) as sites, ExitStack() as stack:
        cluster = Cluster(server, sites, tmp_path)
        for _ in range(2):
            cluster.start_worker(stack)
        yield cluster


@pytest.fixture
def cluster(tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Cluster]:
    """A database, a site that is being crawled by one of two workers, and 40 of its articles asked for.

    Its parameter is the lease, in seconds.
    """
    with running() as server, Sisters(STORIES, wait=0.1) as sites, ExitStack() as stack:
        cluster = Cluster(server, sites, tmp_path, getattr(request, "param", LEASE))
        for _ in range(2):
            cluster.start_worker(stack)
        cluster.run("enqueue", name(0))
        wait_until(lambda: cluster.articles_asked() > 40)
        yield cluster
        for worker in cluster.workers:
            for child in children(worker.pid):
                os.kill(child, signal.SIGKILL)


def within(seconds: float, condition: Callable[[], object]) -> None:
    """Wait for a condition, which must come true in time."""
    began = time.monotonic()
    wait_until(condition)
    assert time.monotonic() - began < seconds


def goes_on(cluster: Cluster) -> None:
    """See to it that articles are asked for again within a minute, and that the job comes to its end."""
    before = cluster.articles_asked()
    within(60, lambda: cluster.articles_asked() > before)
    wait_until(cluster.is_idle)


def test_nothing_happens(cluster: Cluster) -> None:
    wait_until(cluster.is_idle)
    cluster.assert_every_article_once()
    assert cluster.articles_asked() == STORIES
    assert "0" in cluster.run("runs").split()


def test_a_worker_is_killed_and_its_crawl_ends_with_what_it_has(cluster: Cluster) -> None:
    worker, crawl = cluster.crawl_of()
    worker.kill()
    within(30, lambda: not Path(f"/proc/{crawl}").exists())
    [file] = cluster.output.glob("*/2*/run.json")
    saved, asked = json.loads(file.read_text("utf-8"))["counts"]["articles"]["new"], cluster.articles_asked()
    goes_on(cluster)
    cluster.assert_every_article_once()
    assert saved
    assert cluster.articles_asked() - asked == STORIES - saved, "what was saved is not asked for again"
    assert cluster.query("SELECT count(*) FROM runs WHERE result = 'interrupted'") == "1"
    assert cluster.query("SELECT report LIKE '%killed%' FROM runs ORDER BY run_id LIMIT 1") == "f", "it ended by itself"


def test_a_worker_and_its_crawl_are_killed(cluster: Cluster) -> None:
    worker, crawl = cluster.crawl_of()
    worker.kill()
    os.kill(crawl, signal.SIGKILL)
    goes_on(cluster)
    cluster.assert_every_article_once()
    assert cluster.query("SELECT report LIKE '%killed%' FROM runs ORDER BY run_id LIMIT 1") == "t"


def test_the_database_restarts(cluster: Cluster) -> None:
    cluster.server.stop()
    time.sleep(2)
    cluster.server.start()
    goes_on(cluster)
    cluster.assert_every_article_once()
    assert all(worker.poll() is None for worker in cluster.workers)
    cluster.run("enqueue", name(0))
    wait_until(cluster.is_idle)


@pytest.mark.parametrize("cluster", [30], indirect=True, ids=["default lease"])
def test_a_machine_freezes_for_a_minute_and_comes_back(cluster: Cluster) -> None:
    worker, crawl = cluster.crawl_of()
    began = time.monotonic()
    everything = [worker.pid, crawl, *children(crawl)]
    for process in everything:
        os.kill(process, signal.SIGSTOP)
    goes_on(cluster)
    files = {path: path.read_bytes() for path in cluster.output.glob("*/*/*.json*")}
    before = cluster.query("SELECT count(*) || max(fetched_at) FROM addresses")
    time.sleep(max(0, 60 - (time.monotonic() - began)))
    for process in everything:
        os.kill(process, signal.SIGCONT)
    within(60, lambda: not Path(f"/proc/{crawl}").exists())
    wait_until(cluster.is_idle)
    cluster.assert_every_article_once()
    assert {path: path.read_bytes() for path in files} == files
    assert cluster.query("SELECT count(*) || max(fetched_at) FROM addresses") == before
    log = "".join(path.read_text() for path in cluster.folder.glob("*.log"))
    assert f"{name(0)} ended with 7" in log


def test_a_crawl_that_lost_its_connections_and_was_frozen_writes_nothing_more(cluster: Cluster) -> None:
    worker, crawl = cluster.crawl_of()
    os.kill(crawl, signal.SIGSTOP)
    os.kill(worker.pid, signal.SIGSTOP)
    everyone = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid()"
    cluster.query(f"{everyone} AND datname = current_database()")
    goes_on(cluster)
    os.kill(crawl, signal.SIGCONT)
    os.kill(worker.pid, signal.SIGCONT)
    within(60, lambda: not Path(f"/proc/{crawl}").exists())
    wait_until(cluster.is_idle)
    cluster.assert_every_article_once()


def test_a_worker_that_is_stopped_gives_its_job_to_another(cluster: Cluster) -> None:
    worker, _ = cluster.crawl_of()
    worker.terminate()
    assert worker.wait(30) == 0
    goes_on(cluster)
    cluster.assert_every_article_once()
    assert cluster.query("SELECT string_agg(result, ' ' ORDER BY run_id) FROM runs") == "interrupted ok"


def test_a_site_is_crawled_by_one_worker_at_a_time_however_often_it_is_queued(cluster: Cluster) -> None:
    cluster.sites.wait = 1
    parts = command("enqueue", name(0), settings=cluster.settings)
    pipe = subprocess.PIPE
    many = [subprocess.Popen(parts, env=ENVIRONMENT, cwd=PROJECT, stdout=pipe, stderr=pipe) for _ in range(4)]
    said = sorted(process.communicate() for process in many)
    assert (
        said
        == [(f"{name(0)} is queued\n".encode(), b"")] + [(f"{name(0)} waits in the queue already\n".encode(), b"")] * 3
    )
    assert cluster.query("SELECT count(*) FROM procrastinate_jobs WHERE status = 'todo'") == "1"
    assert f"{name(0)} in the queue" in cluster.run("runs")
    cluster.sites.wait = 0
    wait_until(cluster.is_idle)
    cluster.assert_every_article_once()
    assert cluster.query("SELECT string_agg(result, ' ' ORDER BY run_id) FROM runs") == "ok ok"


def test_a_site_that_is_down_is_over_until_the_next_time_and_visible(cluster: Cluster) -> None:
    wait_until(cluster.is_idle)
    cluster.sites.down = True
    cluster.run("enqueue", name(1))
    wait_until(cluster.is_idle)
    assert "cannot be" in cluster.run("runs", name(1)) or "500" in cluster.run("runs", name(1))
    assert cluster.query("SELECT exit_code FROM runs WHERE spider = 'site_01'") == "5"


def test_archives_are_read_by_several_workers_and_at_most_one_file_is_read_again(idle: Cluster) -> None:
    files, pages = 20, 15
    folder = idle.folder / "archives"
    folder.mkdir()
    for number in range(files):
        urls = range(number * pages, (number + 1) * pages)
        parts = (member(response(f"https://news.example.org/{one}/", archived(one))) for one in urls)
        (folder / f"{number:02}.warc.gz").write_bytes(b"".join(parts))
    said = idle.run("enqueue", "--archive", "--any-site", str(folder), "-s", "SPACENEWS_READERS=1")
    assert said.count("is queued") == files
    wait_until(lambda: idle.query("SELECT count(*) > 3 FROM archive_files") == "t")
    wait_until(lambda: children(idle.workers[0].pid))
    [reading] = children(idle.workers[0].pid)
    idle.workers[0].kill()
    with suppress(ProcessLookupError):
        os.kill(reading, signal.SIGKILL)
    for done in range(4, files + 1):  # a slow machine takes seconds for each
        wait_until(lambda done=done: int(idle.query("SELECT count(*) FROM archive_files")) >= done)  # type: ignore[misc]
    wait_until(idle.is_idle)
    found = [
        json.loads(line)["url"]
        for file in idle.output.glob("archive/*/articles.jsonl")
        for line in file.read_text("utf-8").splitlines()
    ]
    assert len(found) == len(set(found)) == files * pages
    assert idle.query("SELECT count(*), sum(pages) FROM archive_files") == f"{files}|{files * pages}"
    assert int(idle.query("SELECT count(*) FROM runs")) <= files + 1
    assert idle.query("SELECT count(*) FROM runs WHERE result IS NULL") == "0"


def test_workers_queue_all_sites_by_a_cron_line_and_each_of_them_once(tmp_path: Path) -> None:
    with running() as server, Sisters(1) as sites, ExitStack() as stack:
        cluster = Cluster(server, sites, tmp_path)
        cluster.every = "* * * * *"
        for _ in range(2):
            cluster.start_worker(stack)
        wait_until(lambda: cluster.query("SELECT to_regclass('procrastinate_jobs') IS NOT NULL") == "t")
        crawls = "SELECT count(*), count(DISTINCT lock) FROM procrastinate_jobs WHERE task_name = 'run'"
        for number in (1, COUNT):  # the next minute may be a whole minute away
            wait_until(lambda number=number: int(cluster.query(crawls).partition("|")[2]) >= number)  # type: ignore[misc]
        assert cluster.query(crawls) == f"{COUNT}|{COUNT}"
        wait_until(lambda: len(list(cluster.output.glob("*/*/run.json"))) >= COUNT)
