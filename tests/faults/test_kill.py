"""`kill -9` at any moment, any number of times, loses nothing and publishes nothing twice."""

from __future__ import annotations

import random
import re
import sqlite3
import subprocess
import sys
import time
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from support import old_databases
from support.factories import open_store
from support.fake_site import SPIDER, FakeSite
from support.processes import (
    PROJECT,
    crawl,
    crawl_command,
    environment,
    published,
    report,
    reports,
    run_folders,
    started,
    wait_until,
)
from support.server import Answer

from spacenews.storage.migrations import SCHEMA

pytestmark = pytest.mark.faults

KILLS = 10
STORIES = 24
WHEN = ("crawled_at", "first_seen_at")  # what may differ between two runs over the same site


@pytest.fixture(scope="module")
def fake_site() -> Any:
    with FakeSite(STORIES, on_a_page=10) as fake_site:
        for path, answer in fake_site.server.routes.items():
            assert isinstance(answer, Answer)
            fake_site.server.routes[path] = Answer(answer.body, 200, answer.headers, answer.etag, wait=0.02)
        yield fake_site


@pytest.fixture(scope="module")
def undisturbed(fake_site: FakeSite, tmp_path_factory: pytest.TempPathFactory) -> tuple[dict[str, Any], float]:
    """What a run publishes that nobody disturbs, and how long it takes after it has made its folder."""
    output = tmp_path_factory.mktemp("undisturbed")
    with started(crawl_command(output, fake_site.settings), output / "log") as process:
        wait_until(lambda: run_folders(output), process)
        began = time.monotonic()
        assert process.wait() == 0
        seconds = time.monotonic() - began
    return contents(output), seconds


def contents(output: Path) -> dict[str, Any]:
    return {record["id"]: {**record, **dict.fromkeys(WHEN)} for record in published(output)}


@pytest.mark.parametrize("share", [0.25, 1])
def test_kills_at_random_moments(
    fake_site: FakeSite, undisturbed: tuple[dict[str, Any], float], tmp_path: Path, share: float
) -> None:
    """Each process lives for some time up to that share of what a whole run needs."""
    wanted, seconds = undisturbed
    draw = random.Random()  # noqa: S311
    for number in range(KILLS):
        with started(crawl_command(tmp_path, fake_site.settings), tmp_path / "log") as process:
            before = len(run_folders(tmp_path))
            if number % 5:  # most of a short process is its start, in which there is little to break
                wait_until(lambda: len(run_folders(tmp_path)) > before, process)  # noqa: B023
            time.sleep(draw.uniform(0, seconds * share))
            process.kill()
    assert crawl(tmp_path, fake_site.settings).returncode == 0
    assert contents(tmp_path) == wanted
    told = reports(tmp_path)
    assert len(told) > KILLS / 2
    assert all(one["result"] in ("interrupted", "ok") for one in told)


BEFORE_PUBLISHING = r"open /\.articles\.jsonl\.\w+\.part"
POINTS = [
    ("sqlite3.connect spacenews.sqlite3", set()),
    (f"open {SPIDER}/.lock", set()),
    ("os.mkdir Z", set()),  # the folder of the run
    (r"os.rename \.png", set()),
    (BEFORE_PUBLISHING, set()),
    ("os.rename /articles.jsonl", {".articles.jsonl…"}),  # written, not published
    ("open Z", {"articles.jsonl"}),  # published, not marked: the folder is opened to be synced
    (r"open /\.run\.json\.\w+\.part", {"articles.jsonl"}),  # published and marked, not reported
    ("os.rename /run.json", {"articles.jsonl", ".run.json…"}),
]


@pytest.mark.parametrize(("point", "left"), POINTS, ids=[point for point, _ in POINTS])
def test_kills_at_every_step_of_a_run(tmp_path: Path, point: str, left: set[str]) -> None:
    with FakeSite(3) as fake_site:
        killed = subprocess.run(
            crawl_command(tmp_path, fake_site.settings),
            env={**environment(), "PYTHONPATH": str(Path(__file__).parent), "KILL_BEFORE": point},
            capture_output=True,
            check=False,
        )
        assert killed.returncode == -9, f"not killed before {point}: {killed.stderr.decode()[-2000:]}"
        names = [path.name for folder in run_folders(tmp_path) for path in folder.iterdir()]
        assert {re.sub(r"\.\w+\.part$", "…", name) for name in names} == left
        assert crawl(tmp_path, fake_site.settings).returncode == 0
        assert {record["url"] for record in published(tmp_path)} == fake_site.urls
        assert {record["version"] for record in published(tmp_path)} == {1}


def test_a_run_without_folder_is_finished_too(tmp_path: Path) -> None:
    """A container that is killed takes its folder with it, while the crawl database is elsewhere."""
    with FakeSite(3) as fake_site:
        killed = subprocess.run(
            crawl_command(tmp_path, fake_site.settings),
            env={
                **environment(),
                "PYTHONPATH": str(Path(__file__).parent),
                "KILL_BEFORE": r"open /\.articles\.jsonl\.\w+\.part",
            },
            capture_output=True,
            check=False,
        )
        assert killed.returncode == -9
        [folder] = run_folders(tmp_path)
        folder.rmdir()
        assert crawl(tmp_path, fake_site.settings).returncode == 0
        assert {record["url"] for record in published(tmp_path)} == fake_site.urls
        assert report(tmp_path)["counts"]["articles"]["new"] == 3


OPENED = """
import os, signal, sys
import sqlalchemy as sa
from spacenews.storage.database import Database

statements = int(sys.argv[2])

def count(_connection, _cursor, statement, *_):
    global statements
    if not statement.lstrip().startswith(("PRAGMA", "SELECT")):
        if not statements:
            os.kill(os.getpid(), signal.SIGKILL)
        statements -= 1

sa.event.listen(sa.Engine, "before_cursor_execute", count)
Database("sqlite:///" + sys.argv[1])
"""


@pytest.mark.parametrize("statements", range(26))
def test_kills_at_every_step_of_a_migration(tmp_path: Path, statements: int) -> None:
    path = old_databases.schema_1(tmp_path)
    before = dump(path)
    parts = [sys.executable, "-c", OPENED, str(path), str(statements)]
    killed = subprocess.run(parts, cwd=PROJECT, env=environment(), check=False)
    assert killed.returncode == -9
    assert dump(path) == before
    open_store(tmp_path).close()
    assert f"INSERT INTO \"spacenews\" VALUES('schema','{SCHEMA}');" in dump(path)


def dump(path: Path) -> list[str]:
    with closing(sqlite3.connect(path)) as database:
        return list(database.iterdump())
