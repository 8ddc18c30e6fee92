"""Measures many machines on one: workers on slow sites, and a crawl database of a million addresses.

    python benchmarks/scaling.py

Needs PostgreSQL; prints the tables of docs/scaling.md. The sites are on loopback and slow, so that a crawl waits as a
real one does; a worker and its crawl stand for a machine.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import ExitStack, closing
from pathlib import Path
from statistics import median
from typing import Any

import sqlalchemy as sa
from support import factories
from support.fake_site import FAST
from support.postgres import new_database, psql, running
from support.processes import PROJECT, command, environment, scrapy
from support.sister_sites import COUNT, SUPPORT, Sisters

from spacenews.storage.addresses import DiscoveredUrl
from spacenews.storage.articles import StagedArticle
from spacenews.storage.schedule import Schedule
from spacenews.storage.store import Store
from spacenews.storage.tables import addresses

STORIES = 12  # a site
WAIT = 3  # seconds until a site answers
SIZES = (1_000, 1_000_000)  # addresses
ROUNDS = 30
SPIDER = "space"


def crawl_with(workers: int, addresses_of: str) -> tuple[float, int]:
    """Crawl all sites with some workers; return the seconds it took and the articles that were published."""
    env = environment() | {"PYTHONPATH": SUPPORT}
    with tempfile.TemporaryDirectory() as output, Sisters(STORIES, WAIT) as sites, ExitStack() as stack:
        settings: dict[str, Any] = {
            **FAST,
            **sites.settings,
            "CONCURRENT_REQUESTS_PER_DOMAIN": 2,
            "SPACENEWS_STORE_URL": addresses_of,
            "SPACENEWS_OUTPUT": output,
        }
        done = scrapy(command("enqueue", "--all", settings=settings), env=env)
        assert done.returncode == 0, done.stderr
        parts = command("worker", "--drain", settings=settings)
        began = time.monotonic()
        processes = [
            stack.enter_context(subprocess.Popen(parts, cwd=PROJECT, env=env, stderr=subprocess.DEVNULL))
            for _ in range(workers)
        ]
        assert [process.wait() for process in processes] == [0] * workers
        took = time.monotonic() - began
        return took, sum(len(path.read_bytes().splitlines()) for path in Path(output).glob("*/*/articles.jsonl"))


def timed(call: Callable[[int], object]) -> float:
    """Return the median of the milliseconds that a call takes."""
    times = []
    call(ROUNDS)  # what is slow the first time: statements are built, a connection is opened
    for number in range(ROUNDS):
        began = time.perf_counter()
        call(number)
        times.append(time.perf_counter() - began)
    return median(times) * 1000


def fill(store: Store, size: int) -> None:
    """Save *size* addresses: most were read and are due far in the future, some hundred are due now."""
    row = {
        "spider": SPIDER,
        "state": "FETCHED",
        "found_in": "sitemap",
        "depth": 0,
        "discovered_at": "2026-01-01T00:00:00Z",
        "fetched_at": "2026-01-01T00:00:00Z",
        "failures": 0,
        "unchanged": 0,
        "pages_beyond": 0,
    }
    for start in range(0, size, 10_000):
        rows = [
            {
                **row,
                "url": f"https://www.example.com/space/{number}/",
                "next_fetch_at": "2026-01-02T00:00:00Z" if number < 300 else "2099-01-01T00:00:00Z",
            }
            for number in range(start, min(start + 10_000, size))
        ]
        with store.database.writing() as connection:
            connection.execute(sa.insert(addresses), rows)


def measure_store(url: str, size: int) -> dict[str, float]:
    """Return the milliseconds of what a run asks of a database with *size* addresses."""
    with closing(Store(url, Schedule())) as store:
        fill(store, size)
        if not store.database.is_sqlite:  # there a process of the server does it by itself, in time
            with store.database.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
                connection.exec_driver_sql("ANALYZE")

        def discover(number: int) -> None:
            known = [DiscoveredUrl(f"https://www.example.com/space/{number * 7 + one}/", "feed") for one in range(90)]
            new = [DiscoveredUrl(f"https://www.example.com/new/{number}-{one}/", "feed") for one in range(10)]
            store.addresses.discover(SPIDER, known + new)

        def stage(number: int) -> None:
            article = factories.article(number)
            store.articles.stage([StagedArticle(article, SPIDER, "20261127T000000Z")])

        return {
            "discover, 100 links of which 10 are new": timed(discover),
            "due": timed(lambda _: store.addresses.due(SPIDER, lambda url: "/new/" not in url, 250)),
            "an article saved": timed(stage),
        }


def main() -> None:
    """Print both tables."""
    with running() as server:
        print("| workers | seconds | articles | times as fast |\n| ---: | ---: | ---: | ---: |")
        first = 0.0
        for workers in (1, 2, 4):
            took, found = crawl_with(workers, new_database(server.addresses, f"workers_{workers}"))
            assert found == COUNT * STORIES
            first = first or took
            print(f"| {workers} | {took:.1f} | {found} | {first / took:.2f} |", flush=True)
        for kind in ("PostgreSQL", "SQLite"):
            print(f"\n| {kind}, ms | {SIZES[0]:,} addresses | {SIZES[1]:,} | ratio |\n| --- | ---: | ---: | ---: |")
            with tempfile.TemporaryDirectory() as folder:
                found_by_size = []
                for size in SIZES:
                    url = f"sqlite:///{folder}/{size}.sqlite3"
                    url = url if kind == "SQLite" else new_database(server.addresses, f"addresses_{size}")
                    found_by_size.append(measure_store(url, size))
                small, large = found_by_size
                for name, milliseconds in small.items():
                    ratio = large[name] / milliseconds
                    print(f"| {name} | {milliseconds:.1f} | {large[name]:.1f} | {ratio:.2f} |", flush=True)
        version = psql(new_database(server.addresses, "version"), "-c", "SHOW server_version").strip()
    print(f"\nPostgreSQL {version}, Python {sys.version.split()[0]}.")


if __name__ == "__main__":
    main()
