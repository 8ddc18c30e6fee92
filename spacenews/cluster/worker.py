"""A worker: it takes jobs from the queue and runs each as a process of its own, until it is stopped."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from spacenews.cluster.child_processes import ChildProcesses
from spacenews.cluster.queue import QUEUE, TASK, Job, crawl_job, defer, next_try
from spacenews.errors import ExitCode

if TYPE_CHECKING:
    from procrastinate import App

logger = logging.getLogger(__name__)

POLL = 2  # seconds between two looks into an empty queue
AGAIN = 1  # seconds until the database is tried again
TIDY_SECONDS = 600
KEPT_HOURS = 72  # that a job which is over stays in the queue's tables
SIGNS = 3  # of life in the time after which a worker counts as gone


class JobFailedError(Exception):
    """A job ended with another exit code than 0; the queue keeps it as failed."""


@dataclass
class Worker:
    """Runs jobs, each with the settings of the worker before its own."""

    app: App
    concurrency: int  # jobs at once
    lease: float  # seconds without a sign of life, after which its jobs are another's
    options: Sequence[str] = ()  # of scrapy, for every job
    every: str | None = None  # a cron line, by which all sites are queued
    spiders: Sequence[str] = ()  # the sites
    codes: set[int] = field(default_factory=set)  # exit codes of jobs that are over and not tried again

    def __post_init__(self) -> None:
        self.processes = ChildProcesses()
        self._working: asyncio.Task[None] | None = None
        self.app.task(name=TASK, queue=QUEUE)(self._run)
        if self.every:
            task = self.app.task(name="crawl_all", queue=QUEUE, queueing_lock="crawl_all")
            self.app.periodic(cron=self.every)(task(self._queue_all))

    async def work(self, *, drain: bool) -> None:
        """Work until :meth:`stop`, or until the queue is empty; a database that is away is waited for."""
        beside = [asyncio.create_task(self._recover()), asyncio.create_task(self._tidy())]
        try:
            while not self.processes.stopped.is_set():
                self._working = asyncio.create_task(self._take_jobs(wait=not drain))
                try:
                    await self._working
                    if drain and await self._is_empty():
                        return
                except Exception as error:  # noqa: BLE001 - whatever the database's driver raises
                    logger.warning("the queue cannot be read: %s; it is tried again", _line(error))
                except asyncio.CancelledError:
                    if not self.processes.stopped.is_set():
                        raise
                await self._rest(AGAIN)
        finally:
            for task in beside:
                task.cancel()

    def stop(self) -> None:
        """End the jobs as after SIGTERM, and take no more: each goes back to the queue."""
        logger.info("stopping: the jobs that are being done go back to the queue")
        self.processes.stop()
        if self._working:
            self._working.cancel()

    async def _take_jobs(self, *, wait: bool) -> None:
        async with self.app.open_async():
            await self.app.run_worker_async(
                queues=[QUEUE],
                wait=wait,
                concurrency=self.concurrency,
                fetch_job_polling_interval=POLL,
                listen_notify=False,  # a pool of connections (PgBouncer) has no notifications
                install_signal_handlers=False,
                update_heartbeat_interval=self.lease / SIGNS,
                stalled_worker_timeout=self.lease,
            )

    async def _run(self, job: dict[str, Any]) -> None:
        """Run a job, and queue it again where that may help."""
        asked = Job.from_arguments(job)
        logger.info("%s begins", asked.name)
        command, name, *own = asked.words
        words = (command, name, *self.options, *own, "-s", "SPACENEWS_PROGRESS=False")  # a later -s holds
        code = await self.processes.run(asked.name, words)
        again = next_try(asked, code)
        if self.processes.stopped.is_set() and code == ExitCode.INTERRUPTED:
            again = asked, 0
        if again:
            await defer(self.app, *again)
            logger.info("%s ended with %d; it is tried again in %g s", asked.name, code, again[1])
        else:
            self.codes.add(code)
            logger.info("%s ended with %d", asked.name, code)
        if code:
            raise JobFailedError(f"{asked.name} ended with {code}")

    async def _queue_all(self, timestamp: int) -> None:  # noqa: ARG002 - when it was due, as Procrastinate tells
        """Queue a crawl of every site that has none waiting."""
        for spider in self.spiders:
            await defer(self.app, crawl_job(spider, ()))

    async def _recover(self) -> None:
        """Put the jobs of workers that are gone back into the queue."""
        while True:
            await asyncio.sleep(self.lease / SIGNS)
            try:
                for job in await self.app.job_manager.get_stalled_jobs(seconds_since_heartbeat=self.lease):
                    await self._take_back(job)
            except Exception as error:  # noqa: BLE001 - the database is away, or the queue is not open
                logger.debug("jobs of workers that are gone cannot be looked for: %s", _line(error))

    async def _tidy(self) -> None:
        """Forget jobs that were over long ago: the runs are in the crawl database."""
        while True:
            await asyncio.sleep(TIDY_SECONDS)
            try:
                manager = self.app.job_manager
                await manager.delete_old_jobs(nb_hours=KEPT_HOURS, include_failed=True, include_aborted=True)
            except Exception as error:  # noqa: BLE001 - as above
                logger.debug("old jobs cannot be removed: %s", _line(error))

    async def _take_back(self, job: Any) -> None:
        from procrastinate.exceptions import UniqueViolation  # noqa: PLC0415
        from procrastinate.jobs import Status  # noqa: PLC0415

        name = job.task_kwargs.get("job", {}).get("name", job.task_name)
        logger.warning("the worker that did %s is gone; another goes on with what it left", name)
        try:
            await self.app.job_manager.retry_job(job)
        except UniqueViolation:  # the next one waits already
            await self.app.job_manager.finish_job(job, Status.FAILED, delete_job=False)

    async def _is_empty(self) -> bool:
        """Tell whether nothing waits in the queue, and nobody does a job that might go back to it."""
        async with self.app.open_async():
            jobs = [
                job
                for status in ("todo", "doing")
                for job in await self.app.job_manager.list_jobs_async(queue=QUEUE, status=status)
            ]
        return not jobs

    async def _rest(self, seconds: float) -> None:
        with suppress(TimeoutError):
            await asyncio.wait_for(self.processes.stopped.wait(), seconds)


def _line(error: BaseException) -> str:
    return " ".join(str(error.__cause__ or error).split()) or type(error).__name__
