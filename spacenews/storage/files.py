"""Files that are complete or not there, and the folders they are in."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from spacenews.errors import OutputError


def make_folder(folder: Path) -> None:
    """Make *folder* and its parents; raises OutputError."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise OutputError(f"SPACENEWS_OUTPUT: the folder {folder} cannot be made: {error.strerror}") from error


@contextmanager
def atomic_write(path: Path) -> Iterator[BinaryIO]:
    """Write a file that is whole or not there: to a name of its own, synced, then renamed; the folder is synced too."""
    part = path.with_name(f".{path.name}.part")
    try:
        with part.open("wb") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        part.replace(path)
    except BaseException:
        part.unlink(missing_ok=True)
        raise
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
