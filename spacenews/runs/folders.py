"""The folders of runs, each named by the start of its run in UTC, on this machine or in an object store."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from spacenews.clock import utcnow
from spacenews.config import Config
from spacenews.errors import OutputError
from spacenews.storage.files import atomic_write, make_folder
from spacenews.storage.object_store import ObjectStore

RUN_ID = re.compile(r"[0-9]{8}T[0-9]{6}Z(-[0-9]{1,3})?")  # as Home.new_folders names them


@dataclass(frozen=True)
class RunFolder:
    """The folder of a run; where the output is an object store, it has here what is not complete there."""

    path: Path
    objects: ObjectStore | None = None

    @property
    def run_id(self) -> str:
        """The id of the run."""
        return self.path.name

    def __str__(self) -> str:
        return f"{self.objects.address}/{self._object('')}".rstrip("/") if self.objects else str(self.path)

    @contextmanager
    def writing(self, name: str) -> Iterator[BinaryIO]:
        """Write a file, which is there when it is complete: in the object store first, then under its name here."""
        with atomic_write(self.path / name) as file:
            yield file
            if self.objects:
                file.flush()
                self.objects.add(self._object(name), Path(file.name))

    def has(self, name: str) -> bool:
        """Tell whether the folder has a file, wherever it is kept."""
        return self.objects.has(self._object(name)) if self.objects else (self.path / name).exists()

    def complete(self) -> None:
        """Note that all files are written: those in an object store are not kept here too."""
        if self.objects:
            shutil.rmtree(self.path, ignore_errors=True)

    def _object(self, name: str) -> str:
        return f"{self.path.parent.name}/{self.run_id}/{name}"


@dataclass(frozen=True)
class Home:
    """Where the runs of a spider are; :func:`open_home` has made the folder."""

    path: Path
    objects: ObjectStore | None = None

    def run(self, run_id: str) -> RunFolder:
        """Return the folder of a run, whether it is there or not."""
        return RunFolder(self.path / run_id, self.objects)

    def new_folders(self) -> Iterator[RunFolder]:
        """Make folders for a new run until the caller takes one; a taken name gets one more group of digits."""
        stamp = utcnow().strftime("%Y%m%dT%H%M%SZ")
        for number in range(1, 1000):
            folder = self.run(stamp if number == 1 else f"{stamp}-{number}")
            try:
                folder.path.mkdir()
            except FileExistsError:
                continue
            except OSError as error:
                raise OutputError(f"SPACENEWS_OUTPUT: {folder} cannot be made: {error.strerror}") from error
            yield folder
        raise OutputError(f"SPACENEWS_OUTPUT: {self.path} has a thousand runs of this second")

    def run_ids(self) -> list[str]:
        """Return the ids of the runs that have a folder here, the oldest first; all else is somebody else's."""
        paths = self.path.iterdir()
        return sorted(it.name for it in paths if RUN_ID.fullmatch(it.name) and it.is_dir() and not it.is_symlink())


def open_home(config: Config, spider: str) -> Home:
    """Return where the runs of a spider are; raises OutputError if the folder or the object store cannot be used."""
    make_folder(config.output / spider)
    objects = ObjectStore(config.output_address) if config.output_address else None
    if objects:
        objects.check()
    return Home(config.output / spider, objects)
