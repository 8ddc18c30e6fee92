"""Which archives were read to their end, so that they are not read again."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Self

import sqlalchemy as sa

from spacenews.storage.database import Database
from spacenews.storage.tables import archive_files


@dataclass(frozen=True)
class ArchiveFile:
    """An archive: one that has changed is another one."""

    path: str
    size: int  # in bytes
    modified_ns: int

    @classmethod
    def at(cls, path: Path) -> Self:
        """Return the archive that is at a path now; raises OSError."""
        status = path.stat()
        return cls(str(path.resolve()), status.st_size, status.st_mtime_ns)


class ArchiveFiles:
    """The table of archives; each method is one transaction."""

    def __init__(self, database: Database) -> None:
        self.database = database

    def is_done(self, file: ArchiveFile, *, any_site: bool) -> bool:
        """Tell whether an archive was read to its end, and all hosts of it if all are asked for."""
        table = archive_files.c
        query = sa.select(table.any_site).where(
            table.path == file.path, table.size == file.size, table.modified_ns == file.modified_ns
        )
        with self.database.engine.connect() as connection:
            read = connection.scalar(query)
        return read is not None and (read or not any_site)

    def save_done(self, file: ArchiveFile, run_id: str, *, any_site: bool, pages: int, broken: int) -> None:
        """Save that an archive was read to its end."""
        row = {
            "path": file.path,
            "size": file.size,
            "modified_ns": file.modified_ns,
            "any_site": any_site,
            "read_in": run_id,
            "pages": pages,
            "broken": broken,
        }
        with self.database.writing() as connection:
            connection.execute(self.database.upsert(archive_files, tuple(row), tuple(row)), row)
