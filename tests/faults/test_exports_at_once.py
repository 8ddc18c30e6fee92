"""Two commands that write the same file at the same moment each write a whole one."""

from __future__ import annotations

import csv
import os
import sqlite3
import subprocess
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest
from support.factories import fill, open_store
from support.processes import PROJECT, command, environment

pytestmark = pytest.mark.faults

ARTICLES = 400
TOGETHER = """
import os, pathlib, sys, time
folder = pathlib.Path(os.environ["WAIT_IN"])

def hook(name, arguments):
    if name == "os.rename" and pathlib.Path(arguments[1]).name == os.environ["WAIT_FOR"]:
        (folder / str(os.getpid())).touch()
        deadline = time.monotonic() + 40
        while len(list(folder.iterdir())) < 2:
            assert time.monotonic() < deadline, "the other process does not come"
            time.sleep(0.001)

sys.addaudithook(hook)
"""


def rows_of_csv(path: Path) -> int:
    with path.open(newline="", encoding="utf-8") as file:
        return len(list(csv.DictReader(file)))


def rows_of_sqlite(path: Path) -> int:
    with closing(sqlite3.connect(path)) as database:
        assert database.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        return int(database.execute("SELECT count(*) FROM articles").fetchone()[0])


def rows_of_parquet(path: Path) -> int:
    parquet = pytest.importorskip("pyarrow.parquet")
    return int(parquet.read_table(path).num_rows)


def rows_of_page(path: Path) -> int:
    text = path.read_text(encoding="utf-8")
    assert text.rstrip().endswith("</html>")
    return ARTICLES


WRITTEN: dict[str, Callable[[Path], int]] = {
    "articles.csv": rows_of_csv,
    "articles.sqlite": rows_of_sqlite,
    "articles.parquet": rows_of_parquet,
    "report/index.html": rows_of_page,
}


@pytest.mark.parametrize(("name", "rows"), WRITTEN.items(), ids=WRITTEN)
def test_two_writers_of_one_file(tmp_path: Path, name: str, rows: Callable[[Path], int]) -> None:
    output, hooks, waiting = (tmp_path / each for each in ("output", "hooks", "waiting"))
    for folder in (output, hooks, waiting):
        folder.mkdir()
    with closing(open_store(output)) as store:
        fill(store, ARTICLES)
    (hooks / "sitecustomize.py").write_text(TOGETHER)
    path = output / name
    killed = path.parent / ".other.csv.0123abcd.part"  # of an export that was killed, to another file
    if path.parent == output:
        killed.write_text("half")
    words = ["report"] if name.startswith("report") else ["export", str(path)]
    env = {**environment(), "PYTHONPATH": str(hooks), "WAIT_IN": str(waiting), "WAIT_FOR": path.name}
    parts = command(*words, settings={"SPACENEWS_OUTPUT": str(output)})
    both = [subprocess.Popen(parts, cwd=PROJECT, env=env, stderr=subprocess.PIPE, text=True) for _ in range(2)]
    assert [(process.communicate(timeout=120)[1], process.returncode) for process in both] == [("", 0), ("", 0)]
    assert len(os.listdir(waiting)) == 2, "both had written before either file got its name"  # noqa: PTH208
    assert rows(path) == ARTICLES
    assert list(output.rglob("*.part")) == []
