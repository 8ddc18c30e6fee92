"""The queue of crawls and archives in the crawl database, kept by Procrastinate (https://procrastinate.readthedocs.io).

A spider has at most one job that waits and one that is being done.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from spacenews.clock import utcnow
from spacenews.errors import ExitCode, UsageError
from spacenews.storage import postgres

if TYPE_CHECKING:
    from procrastinate import App

    from spacenews.storage.store import Store

QUEUE = "spacenews"
TASK = "run"
RETRIES = 6  # of what failed for want of a database or a disk, or was interrupted: the last after 16 minutes
HALF_A_MINUTE = 30  # seconds


@dataclass(frozen=True)
class Job:
    """A command that a worker runs."""

    name: str  # of the spider, or the path of the archive
    words: tuple[str, ...]  # of the scrapy command
    failures: int = 0  # in a row that were worth another try

    @classmethod
    def from_arguments(cls, arguments: Mapping[str, Any]) -> Job:
        """Return the job that was queued with *arguments*."""
        return cls(arguments["name"], tuple(arguments["words"]), arguments["failures"])


def crawl_job(spider: str, options: Sequence[str]) -> Job:
    """Return the job that crawls a site; *options* are those of `scrapy crawl`."""
    return Job(spider, ("crawl", spider, *options))


def archive_job(path: str, options: Sequence[str]) -> Job:
    """Return the job that reads an archive; *options* are those of `scrapy read-archive`."""
    return Job(path, ("read-archive", path, *options))


def next_try(job: Job, code: int) -> tuple[Job, float] | None:
    """Return what to queue after a job ended with an exit code, and in how many seconds; None if nothing.

    Who finds the spider taken tries again soon; a database or disk that failed, and an interruption, with growing
    delays. All else is over until the job is queued the next time.
    """
    if code == ExitCode.LOCKED:
        return job, HALF_A_MINUTE
    if code in (ExitCode.OUTPUT, ExitCode.INTERRUPTED) and job.failures < RETRIES:
        return replace(job, failures=job.failures + 1), HALF_A_MINUTE * 2**job.failures
    return None


def check_postgres(store_url: str | None, command: str) -> sa.URL:
    """Return the address of the PostgreSQL database; raises UsageError where there is none, or no Procrastinate."""
    url = sa.make_url(store_url or "sqlite://")
    if url.get_backend_name() != "postgresql":
        raise UsageError(f"scrapy {command} needs PostgreSQL: SPACENEWS_STORE_URL=postgresql+psycopg://user@host/name")
    try:
        import procrastinate  # noqa: F401, PLC0415 - an extra
    except ImportError as error:
        raise UsageError(f"scrapy {command} needs the extra `cluster`: pip install 'spacenews[cluster]'") from error
    return url


def make_app(url: sa.URL) -> App:
    """Return Procrastinate's app on a database."""
    import procrastinate  # noqa: PLC0415

    _, named = url.get_dialect()().create_connect_args(url)
    options = {**named, **postgres.connect_args(url)}
    options.pop("context", None)  # SQLAlchemy's own ways with types
    return procrastinate.App(connector=procrastinate.PsycopgConnector(kwargs=options, min_size=1, max_size=4))


def make_tables(store: Store) -> None:
    """Make the tables of the queue, unless they are there."""
    from procrastinate.schema import SchemaManager  # noqa: PLC0415

    with store.database.sharing() as connection:
        store.database.in_turn(connection, "tables of the queue")
        if not _has_queue(connection):
            connection.exec_driver_sql(SchemaManager.get_schema().replace("%", "%%"))


async def defer(app: App, job: Job, seconds: float = 0) -> bool:
    """Queue a job, from *seconds* from now on; return False if it waits already."""
    from procrastinate.exceptions import AlreadyEnqueued  # noqa: PLC0415

    at = utcnow() + timedelta(seconds=seconds) if seconds else None
    task = app.configure_task(TASK, queue=QUEUE, lock=job.name, queueing_lock=job.name, schedule_at=at)
    try:
        await task.defer_async(job=asdict(job))
    except AlreadyEnqueued:
        return False
    return True


# What is told of the queue

WAITING = sa.text("""
    SELECT args -> 'job' ->> 'name' AS name,
        (SELECT max(at) FROM procrastinate_events WHERE job_id = procrastinate_jobs.id) AS since
    FROM procrastinate_jobs WHERE status = 'todo' AND queue_name = :queue ORDER BY id
""")
ABANDONED = sa.text("""
    SELECT args -> 'job' ->> 'name' AS name FROM procrastinate_jobs AS jobs
    LEFT JOIN procrastinate_workers AS workers ON workers.id = jobs.worker_id
    WHERE status = 'doing' AND queue_name = :queue
        AND (last_heartbeat IS NULL OR last_heartbeat < now() - make_interval(secs => :lease)) ORDER BY jobs.id
""")
WORKERS = sa.text(
    "SELECT count(*) FROM procrastinate_workers WHERE last_heartbeat > now() - make_interval(secs => :lease)"
)
SHOWN = 3  # names in a sentence


def describe(store: Store, lease: float) -> list[str]:
    """Return sentences on the queue of a PostgreSQL database: what waits, and which jobs' workers are gone."""
    if store.database.is_sqlite:
        return []
    with store.database.engine.connect() as connection:
        if not _has_queue(connection):
            return []
        waiting = connection.execute(WAITING, {"queue": QUEUE}).all()
        abandoned = connection.execute(ABANDONED, {"queue": QUEUE, "lease": lease}).all()
        workers = connection.scalar(WORKERS, {"lease": lease}) or 0
    told = []
    if waiting:
        who = "no worker is there" if not workers else f"{workers} worker{'s' if workers > 1 else ''} at work"
        oldest = min(row.since for row in waiting)
        told.append(f"{_names(waiting)} in the queue, the oldest since {oldest:%Y-%m-%dT%H:%M:%SZ}; {who}")
    if abandoned:
        told.append(f"{_names(abandoned)} with a worker that is gone; the next worker goes on with what it left")
    return told


def _names(rows: Sequence[Any]) -> str:
    shown = ", ".join(row.name for row in rows[:SHOWN])
    return shown + (f" and {len(rows) - SHOWN} more" if len(rows) > SHOWN else "")


def _has_queue(connection: sa.Connection) -> bool:
    return connection.scalar(sa.text("SELECT to_regclass('procrastinate_jobs') IS NOT NULL")) is True
