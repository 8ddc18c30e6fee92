"""What became of each image URL when it was last requested."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import sqlalchemy as sa

from spacenews.items import ArticleImage
from spacenews.storage.database import Database, chunks
from spacenews.storage.tables import pictures


@dataclass(frozen=True)
class KnownImage:
    """What became of an image URL when it was last requested."""

    url: str
    status: str
    reason: str | None = None
    path: str | None = None
    sha256: str | None = None
    media_type: str | None = None
    width: int | None = None
    height: int | None = None
    bytes: int | None = None
    etag: str | None = None
    last_modified: str | None = None


COLUMNS = tuple(column.name for column in pictures.c)
KNOWN = sa.select(*(pictures.c[name] for name in KnownImage.__dataclass_fields__)).where(
    pictures.c.url.in_(sa.bindparam("the_urls", expanding=True))
)


class Images:
    """The table of image URLs."""

    def __init__(self, database: Database) -> None:
        self.database = database

    def known(self, urls: Sequence[str]) -> dict[str, KnownImage]:
        """Return what is known of the images at *urls*."""
        known = {}
        with self.database.engine.connect() as connection:
            for part in chunks(list(dict.fromkeys(urls))):
                for row in connection.execute(KNOWN, {"the_urls": part}):
                    known[row.url] = KnownImage(*row)
        return known

    def paths(self) -> list[str]:
        """Return the paths of all pictures that are stored."""
        with self.database.engine.connect() as connection:
            return list(connection.scalars(sa.select(pictures.c.path).distinct().where(pictures.c.status == "ok")))

    def save(self, connection: sa.Connection, images: Iterable[ArticleImage], moment: str) -> None:
        """Save what became of the images of an article."""
        rows = {
            image.url: {name: moment if name == "fetched_at" else getattr(image, name) for name in COLUMNS}
            for image in images
            if image.status != "skipped" and image.url
        }
        if rows:
            connection.execute(self.database.upsert(pictures, COLUMNS, COLUMNS), list(rows.values()))
