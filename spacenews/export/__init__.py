"""A snapshot of the crawl database in the formats that other tools read; every format streams."""

from __future__ import annotations

import gzip
import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import BinaryIO

from spacenews.errors import OutputError, UsageError
from spacenews.export import columns, database, feeds, targets
from spacenews.storage.snapshot import Selection, records, site_names
from spacenews.storage.store import Store

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

Writer = Callable[[Iterable[str], BinaryIO], None]
FEED_ENTRIES = 100  # of an Atom feed, unless a limit is given


def write_jsonl(rows: Iterable[str], file: BinaryIO) -> None:
    """Write each record as it was published, one a line."""
    file.writelines(_lines(rows))


def write_gzip(rows: Iterable[str], file: BinaryIO) -> None:
    """Write JSON Lines through gzip; the same records give the same bytes."""
    with gzip.GzipFile(filename="", mode="wb", fileobj=file, mtime=0) as packed:
        packed.writelines(_lines(rows))


def write_zstd(rows: Iterable[str], file: BinaryIO) -> None:
    """Write JSON Lines through Zstandard."""
    with zstd.ZstdFile(file, "wb") as packed:
        packed.writelines(_lines(rows))


@dataclass(frozen=True)
class Format:
    """How a format is written, and what its file is called."""

    write: Writer
    suffix: str
    doc: str
    seeks: bool = False  # cannot be written to a pipe
    require: Callable[[], object] = bool  # raises UsageError where a package is missing


FORMATS = {
    "jsonl": Format(write_jsonl, ".jsonl", "JSON Lines, the records as published"),
    "jsonl.gz": Format(write_gzip, ".jsonl.gz", "the same through gzip"),
    "jsonl.zst": Format(write_zstd, ".jsonl.zst", "the same through Zstandard"),
    "parquet": Format(columns.write_parquet, ".parquet", "nested columns, times as timestamps", True, columns.pyarrow),
    "csv": Format(columns.write_csv, ".csv", "one flat row an article, for spreadsheets"),
    "sqlite": Format(database.write_sqlite, ".sqlite", "tables with full-text search, for Datasette", seeks=True),
    "atom": Format(feeds.write_atom, ".atom", f"a feed of the newest {FEED_ENTRIES}"),
    "jsonld": Format(feeds.write_jsonld, ".jsonld", "schema.org NewsArticle"),
    "zyte": Format(feeds.write_zyte, ".zyte.jsonl", "JSON Lines with the field names of zyte-common-items"),
}


def format_of(path: Path) -> str:
    """Return the format that a file's name asks for, JSON Lines for a pipe without an ending; raises UsageError."""
    matches = [name for name, kind in FORMATS.items() if path.name.endswith(kind.suffix)]
    if not matches and targets.is_stream(path):
        return "jsonl"
    if not matches:
        raise UsageError(f"{path}: no format has this ending; name one with --format, any of {', '.join(FORMATS)}")
    return max(matches, key=len) if path.name.endswith((".gz", ".zst")) else matches[-1]


def check(store: Store, path: Path, name: str, selection: Selection) -> None:
    """Raise UsageError for what cannot be exported in this format, or to this path, before anything is written."""
    kind = FORMATS[name]
    kind.require()
    if kind.seeks and targets.is_stream(path):
        raise UsageError(f"--format {name} needs a file, not {path}")
    if name == "sqlite" and selection.all_versions:
        raise UsageError("--all-versions: the sqlite format holds the latest version of each article only")
    targets.check(path, store)


def export(store: Store, path: Path, name: str, selection: Selection) -> int:
    """Write the selected records to *path* and return how many; a file is whole or not there.

    Raises UsageError as :func:`check` does, OutputError, and BrokenPipeError when the reader of a pipe has gone.
    """
    check(store, path, name, selection)
    write = _writer(store, path, name, selection)
    try:
        with closing(records(store, _selection(name, selection))) as found, targets.opened(path) as file:
            write(rows := _Counted(found), file)
    except BrokenPipeError:
        raise
    except OSError as error:
        raise OutputError(f"{path} cannot be written: {error.strerror or error}") from error
    return rows.count


def _lines(rows: Iterable[str]) -> Iterator[bytes]:
    return (row.encode("utf-8") + b"\n" for row in rows)


def _writer(store: Store, path: Path, name: str, selection: Selection) -> Writer:
    if name != "atom":
        return FORMATS[name].write
    sites = site_names(store, selection.site) if selection.site else []
    identity = feeds.feed_id(sites, all_versions=selection.all_versions)
    return partial(feeds.write_atom, identity=identity, name=None if targets.is_stream(path) else path.name)


def _selection(name: str, selection: Selection) -> Selection:
    if name == "atom" and selection.limit is None:
        return replace(selection, limit=FEED_ENTRIES)
    return selection


class _Counted:
    def __init__(self, rows: Iterator[str]) -> None:
        self.rows = rows
        self.count = 0

    def __iter__(self) -> Iterator[str]:
        for row in self.rows:
            self.count += 1
            yield row
