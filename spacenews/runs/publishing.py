"""Publishes: a commit in the crawl database, and articles.jsonl, which is written from it and read back.

What is counted is what is in the file.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from spacenews.errors import OutputError
from spacenews.runs.folders import RunFolder
from spacenews.runs.report import ImageCounts, Output, RunReport
from spacenews.storage.files import make_folder
from spacenews.storage.store import Store

ARTICLES = "articles.jsonl"


@dataclass
class Published:
    """What was read back from an articles.jsonl."""

    output: Output
    new: int = 0
    updated: int = 0
    images: ImageCounts = field(default_factory=ImageCounts)
    versions: list[tuple[str, int]] = field(default_factory=list)

    def enter_into(self, report: RunReport) -> None:
        """Enter what was published into the report of its run."""
        report.output = self.output
        report.counts.articles.new, report.counts.articles.updated = self.new, self.updated
        report.counts.images = self.images


def publish(store: Store, spider: str, run_id: str, folder: RunFolder) -> Published:
    """Publish what this run saved or took over; raises OutputError, and then nothing is published.

    The file is whole on the disk when the database commits, and gets its name after that: a process that is killed in
    between leaves a commit, from which :func:`write_again` makes the same file.
    """
    with _written(store, spider, run_id, folder) as published:
        store.articles.mark_published(run_id, published.versions)
    return published


def write_again(store: Store, spider: str, run_id: str, folder: RunFolder) -> Published | None:
    """Write the file of a run that has published, from the database; return None for one that has not."""
    if not store.articles.has_published(spider, run_id):
        return None
    make_folder(folder.path)
    with _written(store, spider, run_id, folder) as published:
        return published


@contextmanager
def _written(store: Store, spider: str, run_id: str, folder: RunFolder) -> Iterator[Published]:
    """Write what a run has published, or is to, and read it back; the file gets its name at the end of the block."""
    path = f"{folder}/{ARTICLES}"
    expected = []
    try:
        with folder.writing(ARTICLES) as file:
            for article_id, version, record in store.articles.of_run(spider, run_id):
                file.write(record.encode("utf-8") + b"\n")
                expected.append((article_id, version))
            file.flush()
            published = read_back(Path(file.name))
            if published.versions != expected:
                raise OutputError(
                    f"{path}: {len(expected)} records were written, {len(published.versions)} were read back"
                )
            os.fsync(file.fileno())
            yield published
    except OSError as error:
        raise OutputError(f"{path} cannot be written: {error.strerror}") from error


def read_back(file: Path) -> Published:
    """Count what is in an articles.jsonl, under whatever name; raises OutputError for a line that is no record."""
    published = Published(Output(ARTICLES))
    digest = hashlib.sha256()
    with file.open("rb") as lines:
        for line in lines:
            digest.update(line)
            published.output.bytes += len(line)
            try:
                _count(line, published)
            except (ValueError, KeyError, TypeError, AttributeError) as error:
                number = published.output.lines + 1
                raise OutputError(f"{file.parent / ARTICLES}: line {number} is no record: {error}") from error
    published.output.sha256 = digest.hexdigest()
    return published


def _count(line: bytes, published: Published) -> None:
    record = json.loads(line)
    statuses = [image["status"] for image in record["images"]]
    published.versions.append((record["id"], record["version"]))
    published.output.lines += 1
    if record["version"] == 1:
        published.new += 1
    else:
        published.updated += 1
    for status in statuses:
        setattr(published.images, status, getattr(published.images, status) + 1)
