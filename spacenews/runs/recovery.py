"""Finishes what killed runs left."""

from __future__ import annotations

import logging
import socket
from datetime import timedelta
from pathlib import Path
from typing import Any

from spacenews.clock import iso, now, utcnow
from spacenews.runs.folders import run_folders
from spacenews.runs.publishing import ARTICLES, Published, read_back
from spacenews.runs.report import REPORT, RunReport, read_report, write_report
from spacenews.schema import to_record
from spacenews.storage.files import sweep
from spacenews.storage.store import Store

logger = logging.getLogger(__name__)
LONGEST = timedelta(days=2)  # that a run takes: what began before and is nowhere to be seen is dead


def recover(store: Store, spider: str, folder: Path) -> list[str]:
    """Finish what dead runs left: mark what they published, write their run.json; return their ids.

    The caller holds the lock of *folder*, so that no run in it is alive but the caller's own. A run whose folder is
    gone, as that of a container, is dead when it ran on this machine and in this folder, or began long ago.
    """
    rows = {row.run_id: row for row in store.runs.unfinished(spider)}
    here = {path.name: path for path in run_folders(folder)}
    dead = [name for name, path in here.items() if name in rows or not (path / REPORT).exists()]
    for name in dead:
        _finish(store, spider, here[name])
    lost = [name for name, row in rows.items() if name not in here and _is_dead(row, folder)]
    for name in lost:
        store.runs.finish(spider, name, to_record(_killed(spider, name, rows[name], None)))
    return dead + lost


def _is_dead(row: Any, folder: Path) -> bool:
    long_ago = row.started_at < iso(utcnow() - LONGEST)
    return long_ago or (row.host == socket.gethostname() and Path(row.folder).parent == folder.resolve())


def _finish(store: Store, spider: str, folder: Path) -> None:
    """Make files and database agree on a run that is over."""
    sweep(folder)
    published = None
    if (folder / ARTICLES).exists():
        published = read_back(folder / ARTICLES)
        store.articles.mark_published(folder.name, published.versions)
    report = _written(folder / REPORT)
    if report is None:
        row = store.runs.get(spider, folder.name)
        report = read_report(row.report) if row and row.report else _killed(spider, folder.name, row, published)
        write_report(folder, report)
    store.runs.finish(spider, folder.name, to_record(report))


def _written(path: Path) -> RunReport | None:
    """Return the run.json of a run, None where there is none that can be read, as after a loss of power."""
    try:
        return read_report(path.read_text("utf-8"))
    except (FileNotFoundError, ValueError):
        return None


def _killed(spider: str, run_id: str, row: Any, published: Published | None) -> RunReport:
    logger.warning("run %s was killed; this run finishes what it left", run_id)
    report = RunReport(
        run_id=run_id,
        spider=spider,
        result="interrupted",
        reasons=["the process was killed; a later run wrote this report and goes on with what was left"],
        started_at=row.started_at if row else None,
        finished_at=now(),
        finish_reason="killed",
    )
    if published:
        published.enter_into(report)
    return report
