"""`runs`, `export` and `report` need neither permission to write nor a lock: they read what is there."""

from __future__ import annotations

import os
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from support import old_databases
from support.factories import article, finish_runs, open_store, publish, run_report
from support.fake_site import SPIDER
from support.processes import PROJECT, command, scrapy

NAME = "spacenews.sqlite3"
# Root may do everything: without these two it has the permissions that the files have.
NOT_ROOT = ["setpriv", "--bounding-set", "-dac_override,-dac_read_search"] if os.getuid() == 0 else []
pytestmark = [
    pytest.mark.faults,
    pytest.mark.skipif(bool(NOT_ROOT) and not shutil.which("setpriv"), reason="root needs setpriv (util-linux)"),
]


@pytest.fixture
def output(tmp_path: Path) -> Iterator[Path]:
    """An output folder that nobody may write to when the test has called `protect`."""
    folder = tmp_path / "output"
    folder.mkdir()
    yield folder
    folder.chmod(0o755)


def fill(folder: Path, number: int = 2) -> None:
    store = open_store(folder)
    publish(store, map(article, range(number)))
    finish_runs(store, [run_report(1)])
    store.close()


def protect(folder: Path) -> None:
    for path in folder.iterdir():
        path.chmod(0o444)
    folder.chmod(0o555)


def contents(folder: Path) -> dict[str, tuple[int, int]]:
    """Return size and time of the files of a folder; to open one would end the locks that this process has on it."""
    return {path.name: (path.stat().st_size, path.stat().st_mtime_ns) for path in folder.iterdir()}


def done(*words: str, output: Path) -> subprocess.CompletedProcess[str]:
    """Run a command as one who has only the permissions that the files give."""
    return scrapy([*NOT_ROOT, *command(*words, settings={"SPACENEWS_OUTPUT": str(output)})])


def assert_read(output: Path) -> None:
    """Read what `fill` has made, and expect that the folder stays as it was."""
    before = contents(output)
    exported = done("export", "-", output=output)
    assert exported.returncode == 0, exported.stderr
    assert exported.stdout.count("\n") == 2
    listed = done("runs", output=output)
    assert listed.returncode == 0, listed.stderr
    assert "example_space" in listed.stdout
    assert contents(output) == before


def refusal(*words: str, output: Path) -> str:
    """Return the one sentence with which a command ends with 4; it leaves all as it was."""
    before = contents(output)
    ended = done(*words, output=output)
    assert ended.returncode == 4, ended.stdout + ended.stderr
    [sentence] = ended.stderr.splitlines()
    assert contents(output) == before
    return sentence


KILLED = """
import os, signal, sqlite3, sys
other = sqlite3.connect(sys.argv[1])
other.execute("UPDATE runs SET host = 'killed'")
other.commit()
os.kill(os.getpid(), signal.SIGKILL)
"""


def kill_a_writer(output: Path) -> None:
    """Leave what a killed process leaves of a SQLite database: the newest in -wal, and -shm."""
    subprocess.run([sys.executable, "-c", KILLED, str(output / NAME)], check=False)
    assert (output / f"{NAME}-wal").stat().st_size


def test_a_folder_without_permission_to_write(output: Path) -> None:
    fill(output)
    protect(output)
    assert_read(output)
    assert "the folder" in refusal("report", output=output)
    assert "articles.jsonl cannot be written" in refusal("export", output=output)


def test_a_read_only_file_system(output: Path) -> None:
    fill(output)
    tried = subprocess.run(["unshare", "-m", "true"], check=False, capture_output=True)
    if tried.returncode:
        pytest.skip("a mount needs root and unshare (util-linux)")
    parts = command("export", "-", settings={"SPACENEWS_OUTPUT": str(output)})
    mount = 'mount --bind "$0" "$0" && mount -o remount,ro,bind "$0" && exec "$@"'
    exported = scrapy(["unshare", "-m", "sh", "-c", mount, str(output), *parts])
    assert exported.returncode == 0, exported.stderr
    assert exported.stdout.count("\n") == 2


def test_a_file_without_permission_in_a_folder_with_it(output: Path) -> None:
    fill(output)
    (output / NAME).chmod(0o444)
    assert_read(output)


def test_what_a_killed_run_left_in_the_wal_is_read_too(output: Path) -> None:
    fill(output)
    kill_a_writer(output)
    protect(output)
    assert_read(output)


def test_a_wal_that_cannot_be_read_is_named(output: Path) -> None:
    """Without its -shm, as in a copy: SQLite would have to make one."""
    fill(output)
    kill_a_writer(output)
    (output / f"{NAME}-shm").unlink()
    protect(output)
    told = refusal("export", "-", output=output)
    assert f"cannot be used: unable to open database file: {output} and {output / NAME} and" in told


def test_a_leftover_shm_of_somebody_else(output: Path) -> None:
    """A reader does without writing to it; a crawl cannot, and says which file it is."""
    fill(output)
    kill_a_writer(output)
    (output / f"{NAME}-shm").chmod(0o444)
    assert_read(output)
    ended = done("crawl", SPIDER, output=output)
    assert ended.returncode == 4
    assert f"{NAME}-shm may not be written" in ended.stderr
    assert "Traceback" not in ended.stderr


def test_while_a_writer_holds_the_database(output: Path) -> None:
    fill(output)
    with closing(sqlite3.connect(output / NAME, isolation_level=None)) as writer:
        writer.execute("BEGIN EXCLUSIVE")
        writer.execute("UPDATE runs SET host = 'changed'")
        assert_read(output)
        protect(output)
        assert_read(output)
        writer.execute("COMMIT")


def test_an_old_schema_is_read_by_who_may_write_it(output: Path) -> None:
    old_databases.schema_1(output)
    protect(output)
    told = refusal("export", "-", output=output)
    assert "has schema 1 and cannot be brought up to schema" in told
    assert "run `scrapy runs` once as who may write it" in told
    output.chmod(0o755)
    (output / NAME).chmod(0o644)
    assert done("runs", output=output).returncode == 0
    protect(output)
    assert done("export", "-", output=output).returncode == 0


READ = """
import sys
from spacenews.errors import DatabaseError
from spacenews.storage import snapshot
from spacenews.storage.schedule import Schedule
from spacenews.storage.store import Store

rows = snapshot.records(Store("sqlite:///" + sys.argv[1], Schedule()), snapshot.Selection())
print(len(next(rows)), flush=True)
sys.stdin.readline()
try:
    list(rows)
except DatabaseError as error:
    print(error)
"""


def test_a_database_that_was_written_while_it_was_read_without_a_lock(output: Path) -> None:
    """Where SQLite lets no reader take a lock, what was read may be of two states: it is not used."""
    fill(output, 3)
    protect(output)
    parts = [*NOT_ROOT, sys.executable, "-c", READ, str(output / NAME)]
    with subprocess.Popen(parts, cwd=PROJECT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as reader:
        assert reader.stdout
        assert reader.stdout.readline()
        output.chmod(0o755)
        (output / NAME).chmod(0o644)
        fill(output, 5)
        told, _ = reader.communicate("\n")
    assert f"{NAME} changed while it was read" in told
