"""The lock of a spider on an output folder: one run at a time."""

from __future__ import annotations

import fcntl
import os
import socket
from pathlib import Path
from typing import IO

from spacenews.clock import now
from spacenews.errors import LockedError, OutputError
from spacenews.storage.files import make_folder


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
