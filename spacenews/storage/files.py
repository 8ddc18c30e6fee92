"""Files that are complete or not there, whoever else writes them and whenever the process dies."""

from __future__ import annotations

import fcntl
import os
import re
import secrets
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO

from spacenews.config import OUTPUT_SETTING
from spacenews.errors import OutputError

_PART = re.compile(r"\..+\.[0-9a-f]{8}\.part")


def make_folder(folder: Path, named_by: str = OUTPUT_SETTING) -> None:
    """Make *folder* and its parents; raises OutputError, which says what setting or argument named it."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise OutputError(f"{named_by}: the folder {folder} cannot be made: {error.strerror}") from error


@contextmanager
def replacing(path: Path) -> Iterator[BinaryIO]:
    """Write a file under a name that no other writer has, and rename it to *path* when it is complete.

    It is locked while it is written, by which :func:`sweep` tells it from what a killed process left.
    """
    part = path.with_name(f".{path.name}.{secrets.token_hex(4)}.part")
    try:
        with _opened(part) as file:
            yield file
            file.flush()
            part.replace(path)
    except BaseException:
        part.unlink(missing_ok=True)
        raise


def _opened(part: Path) -> BinaryIO:
    """Open and lock a file; again if a sweep came between the two."""
    while True:
        file = part.open("wb")
        fcntl.flock(file, fcntl.LOCK_EX)
        if os.fstat(file.fileno()).st_nlink:
            return file
        file.close()


@contextmanager
def atomic_write(path: Path) -> Iterator[BinaryIO]:
    """Write a file as :func:`replacing` does, so that it is complete or not there after a power cut too."""
    sweep(path.parent)
    with replacing(path) as file:
        yield file
        file.flush()
        os.fsync(file.fileno())
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


def sweep(folder: Path) -> None:
    """Remove the unfinished files of killed processes from *folder*."""
    for part in folder.glob(".*.part"):
        if not _PART.fullmatch(part.name):
            continue
        with suppress(OSError), part.open("rb") as file:  # another writes it, or has removed it meanwhile
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            part.unlink()
