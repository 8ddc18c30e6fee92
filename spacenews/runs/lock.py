"""The lock of a spider on an output folder: one run at a time."""

from __future__ import annotations

import fcntl
import os
import socket
from pathlib import Path
from typing import IO

from spacenews.clock import now, utcnow
from spacenews.errors import LockedError, OutputError
from spacenews.storage.files import make_folder


def new_folder(parent: Path) -> Path:
    """Make the folder of a new run, named by its start in UTC; a taken name gets one more group of digits."""
    make_folder(parent)
    stamp = utcnow().strftime("%Y%m%dT%H%M%SZ")
    for number in range(1, 1000):
        folder = parent / (stamp if number == 1 else f"{stamp}-{number}")
        try:
            folder.mkdir()
        except FileExistsError:
            continue
        except OSError as error:
            raise OutputError(f"SPACENEWS_OUTPUT: {folder} cannot be made: {error.strerror}") from error
        return folder
    raise OutputError(f"SPACENEWS_OUTPUT: {parent} has a thousand runs of this second")


def take_lock(folder: Path) -> IO[str]:
    """Take the lock of a spider on this output; the kernel frees it when the process ends, however it ends.

    Raises LockedError with who holds it.
    """
    make_folder(folder)
    try:
        lock = (folder / ".lock").open("a+")
    except OSError as error:
        raise OutputError(f"SPACENEWS_OUTPUT: {folder} cannot be written: {error.strerror}") from error
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as error:
        lock.seek(0)
        holder = lock.read().strip() or "a process that just started"
        lock.close()
        raise LockedError(f"another run of {folder.name} is active on {folder.parent}: {holder}") from error
    lock.truncate(0)
    lock.write(f"process {os.getpid()} on {socket.gethostname()} since {now()}\n")
    lock.flush()
    return lock
