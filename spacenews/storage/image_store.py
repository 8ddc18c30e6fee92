"""Where the files of pictures are kept, each under the name of its content."""

from __future__ import annotations

from pathlib import Path
from typing import Protocol

from spacenews.config import Config
from spacenews.storage.files import atomic_write, make_folder, sweep
from spacenews.storage.object_store import ObjectStore

IMAGES_SETTING = "IMAGES_STORE"


class ImageStore(Protocol):
    """Keeps files; their names are their checksums, so that one that is there is never another."""

    def has(self, path: str, /) -> bool:
        """Tell whether a file is there."""

    def add(self, path: str, data: bytes, /) -> None:
        """Keep a file; raises OSError or OutputError."""


class ImageFolder:
    """A folder in which a file is whole or not there, whoever writes it and whenever the process dies."""

    def __init__(self, folder: Path) -> None:
        make_folder(folder, IMAGES_SETTING)
        self._folder = folder
        for part in folder.glob("[0-9a-f][0-9a-f]"):
            sweep(part)

    def has(self, path: str) -> bool:
        """Tell whether a file is there."""
        try:
            return (self._folder / path).stat().st_size > 0
        except OSError:
            return False

    def add(self, path: str, data: bytes) -> None:
        """Write a file; raises OSError."""
        place = self._folder / path
        place.parent.mkdir(parents=True, exist_ok=True)
        with atomic_write(place) as file:
            file.write(data)


def open_image_store(config: Config) -> ImageStore | None:
    """Return what keeps the pictures of a run, None where IMAGES_STORE names what only Scrapy's own stores know.

    Raises OutputError if it cannot be used.
    """
    if config.output_address and not config.images_store:
        return ObjectStore(config.images)
    scheme, separator, rest = config.images.partition("://")
    if not separator or Path(config.images).is_absolute():
        return ImageFolder(Path(config.images))
    return ImageFolder(Path(rest)) if scheme == "file" else None
