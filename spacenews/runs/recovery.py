"""Finishes what killed runs left."""

from __future__ import annotations

import logging
import os
from pathlib import Path
from typing import Any

from spacenews.clock import now
from spacenews.runs.folders import Home, RunFolder
from spacenews.runs.lock import RunLock, is_dead
from spacenews.runs.publishing import ARTICLES, Published, read_back, write_again
from spacenews.runs.report import REPORT, RunReport, read_report, write_report
from spacenews.schema import to_record
from spacenews.storage.files import make_folder, sweep
from spacenews.storage.store import Store

logger = logging.getLogger(__name__)

RECENT = 3  # runs


def recover(store: Store, spider: str, home: Home, held: RunLock) -> list[str]:
    """Finish what dead runs left: write the files of what they published and their run.json; return their ids.

    The caller holds the lock *held*; any other run that is alive holds one too.
    """
    for row in store.runs.without_file(spider):
        _write_again(store, row, home.run(row.run_id))
    rows = {row.run_id: row for row in store.runs.unfinished(spider)}
    here = set(home.run_ids())
    unreported = {name for name in here if not (home.path / name / REPORT).exists()}
    dead = [name for name in sorted(rows.keys() | unreported) if is_dead(store, held, rows.get(name))]
    for name in dead:
        if name in here or not os.path.lexists(home.path / name):  # else it was moved away, and linked
            _finish(store, spider, home.run(name))
        else:
            store.runs.finish(spider, name, to_record(_killed(spider, name, rows[name], None)))
    if home.objects:
        _report_again(store, spider, home)
    return dead


def _finish(store: Store, spider: str, folder: RunFolder) -> None:
    """Make files and database agree on a run that is over; what another machine published is written here."""
    run_id, path = folder.run_id, folder.path
    is_there = (path / ARTICLES).exists()
    published = read_back(path / ARTICLES) if is_there else write_again(store, spider, run_id, folder)
    if published:
        store.articles.mark_published(run_id, published.versions)
    report = _written(path / REPORT)
    if report is None:
        row = store.runs.get(spider, run_id)
        report = read_report(row.report) if row and row.report else _killed(spider, run_id, row, published)
        if path.is_dir():
            sweep(path)
            write_report(folder, report)
    store.runs.finish(spider, run_id, to_record(report))


def _write_again(store: Store, row: Any, folder: RunFolder) -> None:
    """Write the file of a run that published and could not write it; its report tells of both."""
    published = write_again(store, row.spider, row.run_id, folder)
    assert published is not None
    report = read_report(row.report)
    published.enter_into(report)
    store.runs.add_output(row.spider, row.run_id, to_record(report))
    write_report(folder, report)
    logger.warning("run %s could not write what it published: %s/%s is written now", row.run_id, folder, ARTICLES)


def _report_again(store: Store, spider: str, home: Home) -> None:
    """Write run.json of the last runs that are over where the machine of one was lost before it did."""
    for row in store.runs.recent(spider, RECENT):
        folder = home.run(row.run_id)
        if row.report and not folder.has(REPORT):
            make_folder(folder.path)
            write_report(folder, read_report(row.report))


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
