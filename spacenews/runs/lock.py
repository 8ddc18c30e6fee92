"""The lock of a spider: one run at a time, in a database of many machines or in an output folder of one."""

from __future__ import annotations

import fcntl
import os
import socket
from datetime import timedelta
from pathlib import Path
from typing import IO, Any, TypeAlias

from spacenews.clock import iso, now, utcnow
from spacenews.errors import LockedError, OutputError
from spacenews.storage.files import make_folder
from spacenews.storage.locks import Lock, is_held
from spacenews.storage.store import Store

LONGEST = timedelta(days=2)  # that a run takes which this machine cannot see


RunLock: TypeAlias = "Lock | FolderLock"


def take_lock(store: Store, name: str, folder: Path, lease: float) -> RunLock:
    """Take a lock by its name in a PostgreSQL database, else that of the folder of the runs.

    A process that gives no sign of life for *lease* seconds loses that of a database. Raises LockedError with who holds
    it.
    """
    return FolderLock(folder) if store.database.is_sqlite else Lock(store.database, name, lease)


class FolderLock:
    """The lock of a folder: the kernel frees it when the process ends. Raises LockedError with who holds it."""

    name = None

    def __init__(self, folder: Path) -> None:
        make_folder(folder)
        self.folder = folder.resolve()
        try:
            self._file = (folder / ".lock").open("a+")
        except OSError as error:
            raise OutputError(f"SPACENEWS_OUTPUT: {folder} cannot be written: {error.strerror}") from error
        if not _lock(self._file):
            self._file.seek(0)
            holder = self._file.read().strip() or "a process that just started"
            self._file.close()
            raise LockedError(f"another run of {folder.name} is active on {folder.parent}: {holder}")
        self._file.truncate(0)
        self._file.write(f"process {os.getpid()} on {socket.gethostname()} since {now()}\n")
        self._file.flush()

    def claim(self, name: str) -> bool:  # noqa: ARG002 - whoever holds the folder may do all
        """Take one more lock until this one is closed."""
        return True

    def close(self) -> None:
        """Let go of the lock."""
        self._file.close()


def is_dead(store: Store, held: RunLock, row: Any) -> bool:
    """Tell whether the process of a run that has not reported its end is gone; the caller holds the lock *held*.

    *row* is that of the run in the crawl database, None if it has none.
    """
    if isinstance(held, FolderLock):
        return row is None or _is_dead_by_folder(held, row)
    if row is None:  # what has just begun may have none yet
        return held.is_of_spider
    name: str = row.lock_name or row.spider  # versions before wrote no name
    return name == held.name or not is_held(store.database, name)


def _is_dead_by_folder(held: FolderLock, row: Any) -> bool:
    folder = Path(row.folder).parent
    if folder == held.folder:
        return True
    try:
        with (folder / ".lock").open("rb") as file:
            return _lock(file)
    except FileNotFoundError:  # of a container that is gone, or of another one
        return bool(row.host == socket.gethostname() or row.started_at < iso(utcnow() - LONGEST))
    except OSError:
        return False


def _lock(file: IO[Any]) -> bool:
    """Lock an open file, unless another process has."""
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
