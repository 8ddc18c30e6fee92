"""Writes articles.jsonl and reads it back: what is counted is what is in the file."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from spacenews.errors import OutputError
from spacenews.items import SCHEMA_VERSION
from spacenews.storage.files import atomic_write
from spacenews.storage.store import Store

ARTICLES = "articles.jsonl"


@dataclass
class Published:
    """What was read back from an articles.jsonl."""

    path: Path
    lines: int = 0
    bytes: int = 0
    sha256: str = ""
    new: int = 0
    updated: int = 0
    images: dict[str, int] = field(default_factory=lambda: {"ok": 0, "failed": 0, "skipped": 0})
    versions: list[tuple[str, int]] = field(default_factory=list)

    def as_json(self) -> dict[str, Any]:
        """Return the `output` object of run.json."""
        return {
            "path": self.path.name,
            "lines": self.lines,
            "bytes": self.bytes,
            "sha256": self.sha256,
            "schema_version": SCHEMA_VERSION,
        }


def publish(store: Store, spider: str, run_id: str, folder: Path) -> Published:
    """Write what this run is to publish, read it back, rename it; raises OutputError and leaves nothing.

    The caller marks it as published; where it cannot, the next run does.
    """
    path = folder / ARTICLES
    expected = []
    try:
        with atomic_write(path) as file:
            for article_id, version, record in store.articles.unpublished(spider, run_id):
                file.write(record.encode("utf-8") + b"\n")
                expected.append((article_id, version))
            file.flush()
            published = read_back(Path(file.name), path)
            if published.versions != expected:
                raise OutputError(f"{path}: {len(expected)} records were written, {published.lines} were read back")
    except OSError as error:
        raise OutputError(f"{path} cannot be written: {error.strerror}") from error
    return published


def read_back(file: Path, path: Path | None = None) -> Published:
    """Count what is in an articles.jsonl; raises OutputError for a line that is no record."""
    published = Published(path or file)
    digest = hashlib.sha256()
    with file.open("rb") as lines:
        for line in lines:
            digest.update(line)
            published.bytes += len(line)
            _count(line, published)
    published.sha256 = digest.hexdigest()
    return published


def _count(line: bytes, published: Published) -> None:
    try:
        record = json.loads(line)
        published.versions.append((record["id"], record["version"]))
        images = [image["status"] for image in record["images"]]
    except (ValueError, KeyError, TypeError) as error:
        raise OutputError(f"{published.path}: line {published.lines + 1} is no record: {error}") from error
    published.lines += 1
    if record["version"] == 1:
        published.new += 1
    else:
        published.updated += 1
    for status in images:
        published.images[status] += 1
