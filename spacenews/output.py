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
from datetime import timedelta
from pathlib import Path
from typing import IO, Any, BinaryIO

from spacenews.clock import iso, now, utcnow
from spacenews.errors import ExitCode, LockedError, OutputError
from spacenews.items import SCHEMA_VERSION
from spacenews.store import Store

logger = logging.getLogger(__name__)

ARTICLES = "articles.jsonl"
REPORT = "run.json"
LONGEST = timedelta(days=2)  # that a run takes: what began before and is nowhere to be seen is dead


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
    """Write what this run is to publish, read it back, rename it; raises OutputError and leaves nothing.

    The caller marks it as published; where it cannot, the next run does.
    """
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
    """Finish what dead runs left: mark what they published, write their run.json; return their ids.

    The caller holds the lock of *folder*, so that no run in it is alive but the caller's own. A run whose folder is
    gone, as that of a container, is dead when it ran on this machine and in this folder, or began long ago.
    """
    rows = {row.run_id: row for row in store.unfinished_runs(spider)}
    here = {path.name: path for path in sorted(folder.iterdir()) if path.is_dir()}
    dead = [name for name, path in here.items() if name in rows or not (path / REPORT).exists()]
    for name in dead:
        _finish(store, spider, here[name])
    lost = [name for name, row in rows.items() if name not in here and _is_dead(row, folder)]
    for name in lost:
        store.finish_run(spider, name, _report_of_killed(spider, name, rows[name], None))
    return dead + lost


def _is_dead(row: Any, folder: Path) -> bool:
    long_ago = row.started_at < iso(utcnow() - LONGEST)
    return long_ago or (row.host == socket.gethostname() and Path(row.folder).parent == folder.resolve())


def _finish(store: Store, spider: str, folder: Path) -> None:
    """Make files and database agree on a run that is over."""
    for part in folder.glob(".*.part"):
        part.unlink()
    published = None
    if (folder / ARTICLES).exists():
        published = read_back(folder / ARTICLES)
        store.mark_published(folder.name, published.versions)
    row = store.get_run(spider, folder.name)
    if (folder / REPORT).exists():
        report = json.loads((folder / REPORT).read_text("utf-8"))
    elif row is not None and row.report:
        report = json.loads(row.report)
    else:
        report = _report_of_killed(spider, folder.name, row, published)
    write_report(folder, report)
    store.finish_run(spider, folder.name, report)


def _report_of_killed(spider: str, run_id: str, row: Any, published: Published | None) -> dict[str, Any]:
    logger.warning("run %s was killed; this run finishes what it left", run_id)
    reason = "the process was killed; a later run wrote this report and goes on with what was left"
    return short_report(spider, run_id, row.started_at if row is not None else None, reason, published=published)


def short_report(
    spider: str,
    run_id: str,
    started_at: str | None,
    reason: str,
    *,
    result: str = "interrupted",
    code: ExitCode = ExitCode.INTERRUPTED,
    published: Published | None = None,
) -> dict[str, Any]:
    """Return the run.json of a run that could not count what it did."""
    return {
        "run_id": run_id,
        "spider": spider,
        "result": result,
        "exit_code": int(code),
        "reasons": [reason],
        "started_at": started_at,
        "finished_at": now(),
        "finish_reason": "killed" if code == ExitCode.INTERRUPTED else "not begun",
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
            "refused": {},
            "walls": {},
            "images": published.images if published else {"ok": 0, "failed": 0, "skipped": 0},
        },
        "coverage": {},
        "failed": [],
        "robots": {},
        "output": published.as_json() if published else None,
        "versions": {},
    }
