"""What is written below the output folder: run folders, whole files, the lock, and what a killed run left."""

from __future__ import annotations

import fcntl
import hashlib
import json
import logging
import os
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any, BinaryIO

from spacenews.clock import now, utcnow
from spacenews.errors import ExitCode, LockedError, OutputError
from spacenews.items import SCHEMA_VERSION
from spacenews.store import Store

logger = logging.getLogger(__name__)

ARTICLES = "articles.jsonl"
REPORT = "run.json"


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


def make_folder(folder: Path) -> None:
    """Make *folder* and its parents; raises OutputError."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise OutputError(f"SPACENEWS_OUTPUT: the folder {folder} cannot be made: {error.strerror}") from error


def new_folder(parent: Path) -> Path:
    """Make the folder of a new run, named by its start in UTC; a taken name gets one more group of digits."""
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
        return folder
    raise OutputError(f"SPACENEWS_OUTPUT: {parent} has a thousand runs of this second")


@contextmanager
def whole_file(path: Path) -> Iterator[BinaryIO]:
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


def take_lock(folder: Path) -> IO[str]:
    """Take the lock of a spider on this output; the kernel frees it when the process ends, however it ends.

    Raises LockedError with who holds it.
    """
    make_folder(folder)
    try:
        lock = (folder / ".lock").open("a+")
    except OSError as error:
        raise OutputError(f"SPACENEWS_OUTPUT: {folder} cannot be written: {error.strerror}") from error
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as error:
        lock.seek(0)
        holder = lock.read().strip() or "a process that just started"
        lock.close()
        raise LockedError(f"another run of {folder.name} is active on {folder.parent}: {holder}") from error
    lock.truncate(0)
    lock.write(f"process {os.getpid()} on {socket.gethostname()} since {now()}\n")
    lock.flush()
    return lock


def publish(store: Store, spider: str, run_id: str, folder: Path) -> Published:
    """Publish what this run is to publish: write, read back, rename, mark; raises OutputError and leaves nothing."""
    path = folder / ARTICLES
    expected = []
    try:
        with whole_file(path) as file:
            for article_id, version, record in store.unpublished(spider, run_id):
                file.write(record.encode("utf-8") + b"\n")
                expected.append((article_id, version))
            file.flush()
            published = read_back(Path(file.name), path)
            if published.versions != expected:
                raise OutputError(f"{path}: {len(expected)} records were written, {published.lines} were read back")
    except OSError as error:
        raise OutputError(f"{path} cannot be written: {error.strerror}") from error
    store.mark_published(run_id, published.versions)
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


def write_report(folder: Path, report: dict[str, Any]) -> None:
    """Write run.json; raises OutputError."""
    try:
        with whole_file(folder / REPORT) as file:
            file.write(json.dumps(report, ensure_ascii=True, allow_nan=False, indent=1).encode() + b"\n")
    except OSError as error:
        raise OutputError(f"{folder / REPORT} cannot be written: {error.strerror}") from error


def recover(store: Store, spider: str, folder: Path) -> list[str]:
    """Finish what killed runs left in *folder*: mark what they published, write their run.json; return their ids.

    The caller holds the lock of the folder, so a run without run.json is dead.
    """
    dead = []
    for run_folder in sorted(path for path in folder.iterdir() if path.is_dir()):
        if (run_folder / REPORT).exists():
            continue
        for part in run_folder.glob(".*.part"):
            part.unlink()
        row = store.get_run(spider, run_folder.name)
        report = json.loads(row.report) if row is not None and row.report else None
        if report is None:
            report = _report_of_killed(store, spider, run_folder, row)
            dead.append(run_folder.name)
            logger.warning("run %s was killed; this run finishes what it left", run_folder.name)
        write_report(run_folder, report)
        store.finish_run(spider, run_folder.name, report)
    return dead


def _report_of_killed(store: Store, spider: str, folder: Path, row: Any) -> dict[str, Any]:
    published = None
    if (folder / ARTICLES).exists():
        published = read_back(folder / ARTICLES)
        store.mark_published(folder.name, published.versions)
    return {
        "run_id": folder.name,
        "spider": spider,
        "result": "interrupted",
        "exit_code": int(ExitCode.INTERRUPTED),
        "reasons": ["the process was killed; a later run wrote this report and goes on with what was left"],
        "started_at": row.started_at if row is not None else None,
        "finished_at": now(),
        "finish_reason": "killed",
        "counts": {
            "requests": None,
            "responses": {},
            "pages": None,
            "articles": {
                "new": published.new if published else 0,
                "updated": published.updated if published else 0,
                "unchanged": None,
                "not_due": None,
            },
            "dropped": {},
            "images": published.images if published else {"ok": 0, "failed": 0, "skipped": 0},
        },
        "coverage": {},
        "failed": [],
        "robots": {},
        "output": published.as_json() if published else None,
        "versions": {},
    }
