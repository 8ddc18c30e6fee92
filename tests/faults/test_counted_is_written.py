"""What run.json counts was read back from the file; what could not be written ends the run with exit code 4."""

from __future__ import annotations

import re
import resource
import sqlite3
import subprocess
import time
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from demo_site.markup import Author
from support.factories import open_store
from support.fake_site import FAST, FakeSite
from support.processes import (
    command,
    crawl,
    crawl_command,
    environment,
    published,
    records,
    report,
    run_folders,
    scrapy,
    started,
    wait_until,
)

from spacenews.storage.database import LOCK_SECONDS

pytestmark = pytest.mark.faults

HERE = Path(__file__).parent


def test_values_that_json_cannot_say_cost_their_article_and_are_counted(tmp_path: Path) -> None:
    with FakeSite(30) as fake_site:
        settings = {**FAST, **fake_site.settings, "SPACENEWS_OUTPUT": str(tmp_path), "SPIDER_MODULES": "broken"}
        where = {**environment(), "PYTHONPATH": str(HERE)}
        done = scrapy(command("crawl", "broken_value", settings=settings), env=where)
        assert done.returncode == 0
        [folder] = [path for path in (tmp_path / "broken_value").iterdir() if path.is_dir()]
        found = records(folder)  # compares them with run.json
        bad = {story.url for story in fake_site.stories[:3]}  # NaN, infinity, an object
        assert {record["url"] for record in found} == fake_site.urls - bad
        [cleaned] = [record["tags"] for record in found if record["url"] == fake_site.stories[3].url]
        assert "\ufffd" in cleaned[0]
        text = (folder / "run.json").read_text()
        assert "3 unhandled errors on 30 pages" in text
        assert all(url in text for url in bad)


def test_a_lone_surrogate_in_a_page_is_replaced(tmp_path: Path) -> None:
    with FakeSite(3) as fake_site:
        spoiled = Author("Ada Half", "ahalf", "Writer", "Half a smile: \ud83d")
        fake_site.edit(0, authors=(spoiled,), keywords=("half \ud83d",))
        assert crawl(tmp_path, fake_site.settings).returncode == 0
        [record] = [record for record in published(tmp_path) if record["url"] == fake_site.stories[0].url]
        assert record["authors"][0]["name"].startswith("Ada Half")
        assert record["authors"][0]["bio"] == "Half a smile:"
        assert report(tmp_path)["counts"]["articles"]["new"] == 3


@pytest.mark.parametrize("kilobytes", [60, 300])
def test_a_full_disk(tmp_path: Path, kilobytes: int) -> None:
    def full() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (kilobytes * 1024, kilobytes * 1024))

    with FakeSite(30) as fake_site:
        done = scrapy(crawl_command(tmp_path, fake_site.settings), preexec_fn=full)
        assert done.returncode == 4, done.stderr
        for folder in run_folders(tmp_path):
            assert not (folder / "articles.jsonl").exists() or records(folder)
        assert crawl(tmp_path, fake_site.settings).returncode == 0
        assert {record["url"] for record in published(tmp_path)} == fake_site.urls


def test_no_space_for_what_is_published(tmp_path: Path) -> None:
    with FakeSite(6) as fake_site:
        full = {"PYTHONPATH": str(HERE), "FULL_BEFORE": r"open /\.articles\.jsonl\.\w+\.part"}
        done = scrapy(crawl_command(tmp_path, fake_site.settings), env={**environment(), **full})
        assert done.returncode == 4
        assert "No space left on device" in done.stderr
        assert report(tmp_path)["exit_code"] == 4
        assert published(tmp_path) == []
        assert crawl(tmp_path, fake_site.settings).returncode == 0
        assert {record["url"] for record in published(tmp_path)} == fake_site.urls


def test_a_file_system_without_inodes(tmp_path: Path) -> None:
    tried = subprocess.run(["unshare", "-m", "true"], check=False, capture_output=True)
    if tried.returncode:
        pytest.skip("a mount needs root and unshare (util-linux)")
    with FakeSite(4) as fake_site:
        mount = 'mount -t tmpfs -o size=50m,nr_inodes="$0" none "$1" && shift && exec "$@"'
        for inodes in ("2", "8", "12"):
            parts = crawl_command(tmp_path, fake_site.settings)
            done = scrapy(["unshare", "-m", "sh", "-c", mount, inodes, str(tmp_path), *parts])
            assert done.returncode == 4, done.stderr
            assert "No space left on device" in done.stderr
            assert "Traceback" not in done.stderr


def in_the_middle(tmp_path: Path, what: Any) -> tuple[int, FakeSite]:
    """Do something to the database while a crawl waits for its last page; return the exit code."""
    with FakeSite(6) as fake_site:
        last = fake_site.stories[5].url.removeprefix("https://www.digitaltrends.com")
        fake_site.server.routes[last] = replace(fake_site.server.routes[last], wait=3)  # type: ignore[type-var]
        with started(crawl_command(tmp_path, fake_site.settings), tmp_path / "log") as process:
            wait_until(lambda: last in fake_site.server.paths(), process)
            what(tmp_path / "spacenews.sqlite3")
            return process.wait(90), fake_site


def test_a_locked_database(tmp_path: Path) -> None:
    """Pages, listing and feed wait for the database together, and all for one lock."""
    with FakeSite(12, on_a_page=6) as fake_site:
        for path, answer in fake_site.server.routes.items():
            fake_site.server.routes[path] = replace(answer, wait=0.3)  # type: ignore[type-var]
        with started(crawl_command(tmp_path, fake_site.settings), tmp_path / "log") as process:
            wait_until(fake_site.asked, process)
            with closing(sqlite3.connect(tmp_path / "spacenews.sqlite3", isolation_level=None, timeout=10)) as other:
                other.execute("BEGIN EXCLUSIVE")
                began = time.monotonic()
                assert process.wait(90) == 4
                took = time.monotonic() - began
        [reason, *others] = report(tmp_path)["reasons"]
        assert f"{tmp_path}/spacenews.sqlite3 is locked by another program (database is locked)" in reason
        assert not [one for one in others if "a bug" in one or "locked" in one or "unhandled" in one]
        assert "parse" not in {one["reason"] for one in report(tmp_path)["failed"]}
        log = (tmp_path / "log").read_text(encoding="utf-8")
        assert took < 2 * LOCK_SECONDS, "one wait for the lock, not one for each that needs the database"
        assert log.count("is locked by another program") == 2, "when it happens, and as the reason of the end"
        assert not re.search(r"\[SQL|SELECT|INSERT|UPDATE|sqlalche\.me|Traceback|a bug", log)
        assert published(tmp_path) == []
        assert crawl(tmp_path, fake_site.settings).returncode == 0
        assert {record["url"] for record in published(tmp_path)} == fake_site.urls


def test_a_database_that_is_locked_when_a_run_begins(tmp_path: Path) -> None:
    open_store(tmp_path).close()
    with (
        FakeSite(1) as fake_site,
        closing(sqlite3.connect(tmp_path / "spacenews.sqlite3", isolation_level=None)) as other,
    ):
        other.execute("BEGIN EXCLUSIVE")
        done = crawl(tmp_path, fake_site.settings)
    assert done.returncode == 4
    assert "is locked by another program (database is locked)" in done.stderr
    assert not re.search(r"\[SQL|INSERT|Traceback", done.stderr)
    assert run_folders(tmp_path) == [], "nothing is left of a run that could not begin"


def test_a_database_that_is_removed(tmp_path: Path) -> None:
    def remove(path: Path) -> None:
        for file in path.parent.glob("spacenews.sqlite3*"):
            file.unlink()

    code, _ = in_the_middle(tmp_path, remove)
    assert code == 4
    assert "removed" in " ".join(report(tmp_path)["reasons"])
    assert published(tmp_path) == []


def test_a_run_that_another_has_reported_and_that_cannot_ask_the_database_leaves_its_report_alone(
    tmp_path: Path,
) -> None:
    told = '{"by": "another run, on a machine that shares the folder"}'

    def take_over(path: Path) -> None:
        for file in path.parent.glob("spacenews.sqlite3*"):
            file.unlink()
        for folder in run_folders(tmp_path):
            (folder / "run.json").write_text(told)

    code, _ = in_the_middle(tmp_path, take_over)
    assert code == 4
    assert [(folder / "run.json").read_text() for folder in run_folders(tmp_path)] == [told]


def test_a_run_folder_that_is_removed(tmp_path: Path) -> None:
    def remove(_: Path) -> None:
        for folder in run_folders(tmp_path):
            folder.rmdir()

    code, _ = in_the_middle(tmp_path, remove)
    assert code == 4
