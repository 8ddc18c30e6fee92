"""The folders of runs, each named by the start of its run in UTC."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from spacenews.clock import utcnow
from spacenews.errors import OutputError
from spacenews.storage.files import make_folder

RUN_ID = re.compile(r"[0-9]{8}T[0-9]{6}Z(-[0-9]{1,3})?")  # as new_folders names them


def new_folders(parent: Path) -> Iterator[Path]:
    """Make folders for a new run until the caller takes one; a taken name gets one more group of digits."""
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
        yield folder
    raise OutputError(f"SPACENEWS_OUTPUT: {parent} has a thousand runs of this second")


def run_folders(parent: Path) -> list[Path]:
    """Return the folders of the runs below *parent*, the oldest first; whatever else is there is somebody else's."""
    return sorted(
        path for path in parent.iterdir() if RUN_ID.fullmatch(path.name) and path.is_dir() and not path.is_symlink()
    )
