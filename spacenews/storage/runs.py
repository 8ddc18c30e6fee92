"""Every run: when it began, how it ended, and its report."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import sqlalchemy as sa

from spacenews.clock import after, now
from spacenews.errors import ExitCode
from spacenews.schema import dumps
from spacenews.storage.database import Database
from spacenews.storage.tables import articles, runs


class Runs:
    """The table of runs; each method is one transaction."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self.engine = database.engine

    def start(
        self, spider: str, run_id: str, folder: str, host: str, pid: int, *, lock_name: str | None = None
    ) -> bool:
        """Save that a run has begun, or return False: a run of this spider on another output has its id."""
        row = {"spider": spider, "run_id": run_id, "folder": folder, "host": host, "pid": pid, "started_at": now()}
        row["lock_name"] = lock_name
        with self.database.writing() as connection:
            begin = self.database.insert(runs).values(row).on_conflict_do_nothing()
            return connection.execute(begin.execution_options(preserve_rowcount=True)).rowcount == 1

    def finish(self, spider: str, run_id: str, report: dict[str, Any]) -> None:
        """Save how a run ended, with its whole report; one that is over stays as it is."""
        values = {name: report[name] for name in ("finished_at", "result", "exit_code")}
        with self.database.writing() as connection:
            connection.execute(
                sa.update(runs)
                .where(runs.c.spider == spider, runs.c.run_id == run_id, runs.c.result.is_(None))
                .values(values | {"report": dumps(report)})
            )

    def unfinished(self, spider: str) -> list[Any]:
        """Return the rows of the runs that have not reported how they ended, the oldest first."""
        query = sa.select(runs).where(runs.c.spider == spider, runs.c.result.is_(None)).order_by(runs.c.run_id)
        with self.engine.connect() as connection:
            return list(connection.execute(query))

    def add_output(self, spider: str, run_id: str, report: dict[str, Any]) -> None:
        """Save the report of a run that is over, of which only the output was missing."""
        with self.database.writing() as connection:
            connection.execute(
                sa.update(runs).where(runs.c.spider == spider, runs.c.run_id == run_id).values(report=dumps(report))
            )

    def without_file(self, spider: str) -> list[Any]:
        """Return the rows of the runs that published articles and could not write their file, the oldest first."""
        published = sa.exists().where(articles.c.spider == spider, articles.c.published_in == runs.c.run_id)
        failed = sa.and_(runs.c.spider == spider, runs.c.exit_code == int(ExitCode.OUTPUT))
        query = sa.select(runs).where(failed, published, runs.c.report.contains('"output":null'))
        with self.engine.connect() as connection:
            return list(connection.execute(query.order_by(runs.c.run_id)))

    def get(self, spider: str, run_id: str) -> Any:
        """Return the row of a run, or None."""
        query = sa.select(runs).where(runs.c.spider == spider, runs.c.run_id == run_id)
        with self.engine.connect() as connection:
            return connection.execute(query).first()

    def recent(self, spider: str | None = None, limit: int = 20) -> list[Any]:
        """Return the rows of the newest runs, the newest first."""
        query = sa.select(runs).order_by(runs.c.run_id.desc(), runs.c.spider).limit(limit)
        if spider:
            query = query.where(runs.c.spider == spider)
        with self.engine.connect() as connection:
            return list(connection.execute(query))

    def correct_times(self, spider: str, latest: str) -> bool:
        """Take runs that began after *latest*, by a wrong clock, for the last ones; tell whether there were any."""
        before = after(now(), -timedelta(seconds=1))  # the run that begins now is newer
        wrong = sa.and_(runs.c.spider == spider, runs.c.started_at > latest)
        with self.database.writing() as connection:
            return connection.execute(sa.update(runs).where(wrong).values(started_at=before)).rowcount > 0

    def past(self, spider: str, limit: int = 1000) -> list[tuple[str, str]]:
        """Return result and start of the runs of this spider that are over, the newest first."""
        query = sa.select(runs.c.result, runs.c.started_at).where(runs.c.spider == spider, runs.c.result.is_not(None))
        with self.engine.connect() as connection:
            rows = connection.execute(query.order_by(runs.c.started_at.desc(), runs.c.run_id.desc()).limit(limit))
            return [(row.result, row.started_at) for row in rows]

    def spiders(self) -> list[str]:
        """Return the spiders that ever ran."""
        with self.engine.connect() as connection:
            return list(connection.scalars(sa.select(runs.c.spider).distinct().order_by(runs.c.spider)))

    def good_reports(self, spider: str, limit: int) -> list[str]:
        """Return run.json of this spider's last runs that were ok, the newest first."""
        query = (
            sa.select(runs.c.report)
            .where(runs.c.spider == spider, runs.c.result == "ok", runs.c.report.is_not(None))
            .order_by(runs.c.run_id.desc())
            .limit(limit)
        )
        with self.engine.connect() as connection:
            return list(connection.scalars(query))
