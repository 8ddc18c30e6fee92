"""How the runs of each spider went, as charts and tables."""

from __future__ import annotations

import json
from collections import defaultdict
from dataclasses import dataclass
from functools import partial
from itertools import starmap
from typing import Any
from urllib.parse import quote

import sqlalchemy as sa

from spacenews.clock import parse_iso
from spacenews.report.charts import Chart, columns, heat_map, strip
from spacenews.report.pages import Pages, duration, render
from spacenews.runs.incidents import PastRun, unwell_since
from spacenews.runs.report import RunReport, report_of
from spacenews.schema import to_record
from spacenews.storage.store import Store
from spacenews.storage.tables import State, addresses

SHOWN = 60  # runs of a spider in a chart
LISTED = 2000  # runs of all spiders that are read
WAITING = 500  # addresses in the table of what could not be read
ARTICLES = {"new": "new", "updated": "updated", "unchanged": "unchanged"}  # count in run.json -> colour
PICTURES = {"ok": "new", "failed": "bad", "skipped": "unchanged"}
RESULTS = {"ok": "good", "degraded": "updated", "failed": "bad", "interrupted": "unchanged"}
RESPONSES = {"2xx": "new", "3xx": "unchanged", "4xx": "updated", "5xx": "bad"}


@dataclass(frozen=True)
class History:
    """The recent runs of a spider, the newest first, and the addresses it could not read."""

    spider: str
    runs: list[RunReport]
    charts: list[Chart]
    waiting: list[Any]
    unwell_since: str | None  # None where all is well, or nothing is known yet
    is_judged: bool  # some run came to its end


def read_histories(store: Store) -> list[History]:
    """Return the history of each spider that ever ran, the one that ran last first."""
    by_spider: dict[str, list[RunReport]] = defaultdict(list)
    for row in store.runs.recent(limit=LISTED):
        by_spider[row.spider].append(report_of(row))
    return [_history(store, spider, reports[:SHOWN]) for spider, reports in by_spider.items()]


def write_runs(pages: Pages, histories: list[History]) -> None:
    """Write a page for each run that is over, its coverage beside that of the last one before it that was ok."""
    for history in histories:
        good: RunReport | None = None
        for run in reversed(history.runs):
            if run.is_over:
                shown = json.dumps([to_record(run), to_record(good)])
                pages.write(page_of(run), shown, partial(_run_page, run, good))
            if run.result == "ok":
                good = run


def page_of(run: RunReport) -> str:
    """Return the address of the page of a run."""
    return f"runs/{run.spider}-{run.run_id}.html"


def _run_page(run: RunReport, good: RunReport | None) -> str:
    files = f"../../{quote(run.spider)}/{quote(run.run_id)}"
    return render("run.html", run=run, good=good, files=files, took=duration(run))


def _history(store: Store, spider: str, reports: list[RunReport]) -> History:
    ended = [report for report in reversed(reports) if report.is_over]
    unwell = unwell_since(list(starmap(PastRun, store.runs.past(spider))))
    is_judged = any(report.result != "interrupted" for report in ended)
    return History(spider, reports, _charts(ended) if ended else [], _waiting(store, spider), unwell, is_judged)


def _charts(reports: list[RunReport]) -> list[Chart]:
    """Return the charts of a spider's runs, above all what became of each; all have a run at the same place."""
    days = [f"{parse_iso(report.started_at):%-d %b}" if report.started_at else "?" for report in reports]

    def series(group: str, kinds: dict[str, str]) -> list[tuple[str, str, list[float]]]:
        counts = [to_record(report.counts)[group] for report in reports]
        return [(kind, key, [count.get(key) or 0 for count in counts]) for key, kind in kinds.items()]

    failed = ("bad", "failed", [float(len(report.failed)) for report in reports])
    seconds = [_seconds(report) for report in reports]
    unit, length = (" min", 60) if max(seconds) > 180 else (" s", 1)
    took = ("new", "from start to end", [round(value / length, 1) for value in seconds])
    results = [str(report.result) for report in reports]
    fields = dict.fromkeys(name for report in reversed(reports) for name in report.coverage)
    coverage = {name: [report.coverage.get(name) for report in reports] for name in fields}
    return [
        strip("Results", days, results, RESULTS, [page_of(report) for report in reports]),
        columns("Articles", days, [*series("articles", ARTICLES), failed]),
        columns("Pictures", days, series("images", PICTURES)),
        columns("Responses", days, series("responses", RESPONSES)),
        columns("Duration", days, [took], unit),
        *([heat_map("Coverage", days, coverage)] if coverage else []),
    ]


def _waiting(store: Store, spider: str) -> list[Any]:
    query = (
        sa.select(addresses)
        .where(
            addresses.c.spider == spider,
            addresses.c.state.in_([State.FETCH_ERROR, State.ERROR]),
            addresses.c.failures > 0,
        )
        .order_by(addresses.c.fetched_at.desc(), addresses.c.url)
        .limit(WAITING)
    )
    with store.database.engine.connect() as connection:
        return list(connection.execute(query))


def _seconds(report: RunReport) -> float:
    if not report.started_at:
        return 0
    return (parse_iso(report.finished_at) - parse_iso(report.started_at)).total_seconds()
