"""`scrapy worker`: runs the jobs of the queue, each as a process of its own, until it is stopped."""

from __future__ import annotations

import argparse
import asyncio
import logging
import signal
from contextlib import closing

from scrapy.commands import ScrapyCommand
from scrapy.exceptions import UsageError as ScrapyUsageError
from scrapy.spiderloader import get_spider_loader

from spacenews.commands.common import ChecksSettings, exits_with_code, repeated
from spacenews.commands.crawlall import worst
from spacenews.errors import ExitCode


class Command(ChecksSettings, ScrapyCommand):
    """Takes jobs from PostgreSQL; stopped by SIGTERM or Ctrl-C, its jobs go back to the queue."""

    requires_project = True
    requires_crawler_process = False

    def syntax(self) -> str:
        return "[options]"

    def short_desc(self) -> str:
        return "Run the jobs of the queue until it is stopped"

    def long_desc(self) -> str:
        return (
            "Run the crawls that `scrapy enqueue` queued, SPACENEWS_WORKER_JOBS at once, each as a process of its own; "
            "with SPACENEWS_CRAWL_EVERY, a cron line in UTC, all sites are queued by the workers themselves. "
            "A database that restarts is waited for. Settings given by -s hold for every job. "
            "With --drain it ends when the queue is empty; the exit code is the worst of its jobs. "
            "Examples: scrapy worker; scrapy worker -s SPACENEWS_CRAWL_EVERY='7 * * * *'; scrapy worker --drain"
        )

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        super().add_options(parser)
        parser.add_argument("--drain", action="store_true", help="end when the queue is empty")

    @exits_with_code
    def run(self, args: list[str], opts: argparse.Namespace) -> None:
        from scrapy.utils.log import configure_logging

        from spacenews.cluster.queue import check_postgres, make_app, make_tables
        from spacenews.cluster.worker import Worker
        from spacenews.runs.run import open_store

        if args:
            raise ScrapyUsageError("scrapy worker takes no names; `scrapy enqueue` does")
        assert self.settings
        url = check_postgres(self.config.store_url, "worker")
        configure_logging(self.settings)
        for library in ("procrastinate", "psycopg.pool", "asyncio"):
            logging.getLogger(library).setLevel(logging.CRITICAL)  # the worker tells what of it matters
        with closing(open_store(self.config)) as store:
            make_tables(store)
        options = repeated("-s", opts.set)
        spiders = sorted(get_spider_loader(self.settings).list())

        async def work() -> set[int]:
            jobs, lease = self.config.worker_jobs, self.config.lease_seconds
            worker = Worker(make_app(url), jobs, lease, options, self.config.crawl_every, spiders)
            for number in (signal.SIGINT, signal.SIGTERM):
                asyncio.get_running_loop().add_signal_handler(number, worker.stop)
            await worker.work(drain=opts.drain)
            return worker.codes

        codes = asyncio.run(work())
        self.exitcode = worst(list(codes)) if opts.drain else ExitCode.OK
