"""Where an export goes: to a file that is replaced when it is complete, or into a pipe or device as it comes."""

from __future__ import annotations

import os
import re
import sqlite3
import stat
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from typing import BinaryIO

from spacenews.errors import UsageError
from spacenews.runs.folders import RUN_ID
from spacenews.storage.files import atomic_write, make_folder
from spacenews.storage.store import Store

PUBLISHED = ("articles.jsonl", "run.json")
BESIDE_SQLITE = ("", "-wal", "-shm", "-journal")

_STANDARD = {"-": 1, "/dev/stdout": 1, "/dev/stderr": 2}
_DESCRIPTOR = re.compile(r"/(?:dev|proc/self)/fd/([0-9]+)")


@contextmanager
def opened(path: Path) -> Iterator[BinaryIO]:
    """Open *path* for writing; of a link, what it leads to is written. Raises OSError or OutputError."""
    if is_stream(path):
        number = _descriptor(path)
        with path.open("wb") if number is None else os.fdopen(os.dup(number), "wb") as stream:
            yield stream
        return
    target = Path(os.path.realpath(path))
    make_folder(target.parent, "FILE")
    with atomic_write(target) as file:
        yield file


def is_stream(path: Path) -> bool:
    """Tell whether *path* is a pipe, a device or an open file of this process, which cannot be replaced."""
    if _descriptor(path) is not None:
        return True
    try:
        mode = path.stat().st_mode
    except OSError:
        return False
    return not (stat.S_ISREG(mode) or stat.S_ISDIR(mode))


def check(path: Path, store: Store) -> None:
    """Raise UsageError for a path at which an export would destroy what cannot be made again."""
    if is_stream(path):
        return
    target = Path(os.path.realpath(path))
    if target.is_dir():
        raise UsageError(f"{path} is a folder: name a file in it")
    if target.name in PUBLISHED and RUN_ID.fullmatch(target.parent.name):
        raise UsageError(f"{path} was published by a run and never changes: name another file")
    database = _sqlite_file(store)
    beside = [Path(database + end) for end in BESIDE_SQLITE] if database else []
    if any(_is_same(target, it) for it in beside) or _is_crawl_database(target):
        raise UsageError(f"{path} is a crawl database: name another file")


def _descriptor(path: Path) -> int | None:
    """Return the number by which this process has *path* open: to open it again would write from its beginning."""
    found = _DESCRIPTOR.fullmatch(str(path))
    return int(found[1]) if found else _STANDARD.get(str(path))


def _sqlite_file(store: Store) -> str:
    engine = store.database.engine
    if engine.dialect.name != "sqlite":
        return ""
    with engine.connect() as connection:
        return str(connection.exec_driver_sql("PRAGMA database_list").all()[0][2])


def _is_same(one: Path, other: Path) -> bool:
    try:
        return one.samefile(other)
    except OSError:  # one of them is not there
        return str(one) == os.path.realpath(other)


def _is_crawl_database(path: Path) -> bool:
    """Tell whether *path* is the crawl database of another output folder."""
    with suppress(sqlite3.Error), closing(sqlite3.connect(f"{path.as_uri()}?mode=ro", uri=True)) as database:
        found = database.execute("SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = 'spacenews'")
        return found.fetchone() is not None
    return False
