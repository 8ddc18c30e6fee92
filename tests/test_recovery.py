"""What the next run makes of what is in a spider's folder: it finishes killed runs and leaves everything else alone."""

from __future__ import annotations

import json
import shutil
import socket
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from support.factories import open_store
from support.fake_site import SPIDER, FakeSite
from support.processes import RUN_JSON, read_report
from test_runs import run

KILLED = "20261101T000000Z"


@pytest.fixture
def fake_site() -> Any:
    with FakeSite(3) as fake_site:
        yield fake_site


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """The folder of the spider's runs."""
    folder = tmp_path / "output" / SPIDER
    folder.mkdir(parents=True)
    return folder


def contents(folder: Path) -> dict[str, str]:
    """Return every file below a folder with its text, the folders and symbolic links too."""
    return {
        str(path.relative_to(folder)): path.read_text() if path.is_file() else str(path.is_symlink())
        for path in folder.rglob("*")
    }


@pytest.mark.parametrize(
    "name", ["notes", "20261101", f"{KILLED}.old", f"{KILLED}-copy", f"{KILLED} (1)", "20261101T0000Z", f"x{KILLED}"]
)
def test_a_folder_that_is_no_run_is_left_alone(fake_site: FakeSite, home: Path, name: str) -> None:
    (home / name / "deeper").mkdir(parents=True)
    (home / name / ".draft.0123abcd.part").write_text("half a thought")
    (home / name / "articles.jsonl").write_text("no record")
    before = contents(home / name)
    assert run(fake_site, home.parent)["result"] == "ok"
    assert contents(home / name) == before


def test_a_file_and_a_symbolic_link_are_no_runs_whatever_their_names(fake_site: FakeSite, home: Path) -> None:
    elsewhere = home.parent.parent / "elsewhere"
    elsewhere.mkdir()
    (elsewhere / ".draft.0123abcd.part").write_text("half a thought")
    (home / KILLED).symlink_to(elsewhere)
    (home / f"{KILLED}-2").write_text("a file")
    (home / f"{KILLED}-3").symlink_to(home / "nowhere")
    store = open_store(home.parent)  # where the run is that was moved away and linked after it was killed
    store.runs.start(SPIDER, KILLED, str(home / KILLED), socket.gethostname(), 1)
    store.close()
    assert run(fake_site, home.parent)["result"] == "ok"
    assert contents(elsewhere) == {".draft.0123abcd.part": "half a thought"}
    assert (home / f"{KILLED}-2").read_text() == "a file"
    assert saved(home.parent, KILLED)["finish_reason"] == "killed"


@pytest.mark.parametrize("name", [KILLED, f"{KILLED}-2", f"{KILLED}-999"])
def test_a_run_without_report_was_killed(fake_site: FakeSite, home: Path, name: str) -> None:
    (home / name).mkdir()
    (home / name / ".articles.jsonl.0123abcd.part").write_text("half a record")
    run(fake_site, home.parent)
    told = read_report(home / name)
    assert (told["result"], told["exit_code"], told["finish_reason"]) == ("interrupted", 6, "killed")
    assert told["counts"]["requests"] is None
    assert [path.name for path in (home / name).iterdir()] == ["run.json"]


@pytest.mark.parametrize("text", ["", '{"run_id": "2026', "[]"])
def test_a_report_that_was_not_written_to_its_end_is_written_anew(fake_site: FakeSite, home: Path, text: str) -> None:
    store = open_store(home.parent)
    store.runs.start(SPIDER, KILLED, str(home / KILLED), "localhost", 1)
    store.close()
    (home / KILLED).mkdir()
    (home / KILLED / "run.json").write_text(text)
    run(fake_site, home.parent)
    assert read_report(home / KILLED)["finish_reason"] == "killed"
    assert saved(home.parent, KILLED) == read_report(home / KILLED)


def test_a_report_that_only_the_database_misses_is_saved_there_and_stays_as_it_is(
    fake_site: FakeSite, home: Path
) -> None:
    run(fake_site, home.parent)
    [folder] = home.glob("2*")
    old = read_report(folder)
    del old["counts"]["walls"], old["robots"]  # as an older version wrote it
    text = json.dumps(old)
    shutil.rmtree(folder)
    for file in home.parent.glob("spacenews.sqlite3*"):
        file.unlink()
    store = open_store(home.parent)
    store.runs.start(SPIDER, folder.name, str(folder), "localhost", 1)
    store.close()
    folder.mkdir()
    (folder / "run.json").write_text(text)
    run(fake_site, home.parent)
    assert (folder / "run.json").read_text() == text
    told = saved(home.parent, folder.name)
    RUN_JSON.validate(told)
    assert told == {**old, "robots": {}, "counts": {**old["counts"], "walls": {}}}


@pytest.mark.parametrize("is_gone", [False, True], ids=["its folder", "no folder"])
def test_a_run_that_was_killed_between_commit_and_file_gets_the_same_file(
    fake_site: FakeSite, home: Path, is_gone: bool
) -> None:
    run(fake_site, home.parent)
    [folder] = home.glob("2*")
    published = (folder / "articles.jsonl").read_bytes()
    shutil.rmtree(folder)
    if not is_gone:
        folder.mkdir()
        (folder / ".articles.jsonl.0123abcd.part").write_bytes(published[:100])
    with closing(sqlite3.connect(home.parent / "spacenews.sqlite3")) as database, database:
        database.execute("UPDATE runs SET finished_at = NULL, result = NULL, exit_code = NULL, report = NULL")
    assert run(fake_site, home.parent)["counts"]["articles"]["new"] == 0
    assert (folder / "articles.jsonl").read_bytes() == published
    told = read_report(folder)
    assert (told["result"], told["finish_reason"], told["output"]["lines"]) == ("interrupted", "killed", 3)
    assert sorted(path.name for path in folder.iterdir()) == ["articles.jsonl", "run.json"]
    assert saved(home.parent, folder.name) == told


def test_a_run_that_published_and_could_not_write_its_file_gets_it_from_the_next(
    fake_site: FakeSite, home: Path
) -> None:
    run(fake_site, home.parent)
    [folder] = home.glob("2*")
    published = (folder / "articles.jsonl").read_bytes()
    (folder / "articles.jsonl").unlink()
    told = read_report(folder) | {"result": "failed", "exit_code": 4, "reasons": ["the disk is full"], "output": None}
    with closing(sqlite3.connect(home.parent / "spacenews.sqlite3")) as database, database:
        change = "UPDATE runs SET result = 'failed', exit_code = 4, report = ?"
        database.execute(change, [json.dumps(told, separators=(",", ":"))])
    run(fake_site, home.parent)
    assert (folder / "articles.jsonl").read_bytes() == published
    after = read_report(folder)
    assert after == told | {"output": after["output"]}
    assert after["output"]["lines"] == 3
    assert saved(home.parent, folder.name) == after


def saved(output: Path, run_id: str) -> dict[str, Any]:
    """Return the report that the database has of a run."""
    store = open_store(output)
    told: dict[str, Any] = json.loads(store.runs.get(SPIDER, run_id).report)
    store.close()
    return told
