"""Bounds how long a run takes to stop after SIGTERM, Ctrl-C or CLOSESPIDER_TIMEOUT."""

from __future__ import annotations

import asyncio
import logging
import os
from typing import Self

from scrapy import signals
from scrapy.crawler import Crawler
from scrapy.utils.asyncio import create_looping_call

from spacenews.config import config_of
from spacenews.downloading.shutdown import cancel_all
from spacenews.errors import ExitCode
from spacenews.runs.run import run_of

logger = logging.getLogger(__name__)

INTERVAL = 0.25  # seconds between two looks: Scrapy has no signal for the beginning of a shutdown


MOMENT = 0.1  # seconds after CLOSESPIDER_TIMEOUT: Scrapy closes the spider first


class Stop:
    """Ends waits and transfers when Scrapy shuts down or the time of a run is over, which a server might hold up.

    After a signal it ends the process when SPACENEWS_STOP_SECONDS are over.

    Nothing is lost by that last resort: what was saved is in the database, and the next run publishes it.
    """

    def __init__(self, crawler: Crawler) -> None:
        self.crawler = crawler
        self.seconds = config_of(crawler).stop_seconds
        self.time = crawler.settings.getfloat("CLOSESPIDER_TIMEOUT")
        self.watch = create_looping_call(self.look)

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """Connect to the signals."""
        self = cls(crawler)
        crawler.signals.connect(self.engine_started, signals.engine_started)
        crawler.signals.connect(self.engine_stopped, signals.engine_stopped)
        return self

    def engine_started(self) -> None:
        """Begin to watch."""
        self.watch.start(INTERVAL, now=False)
        if self.time:
            asyncio.get_running_loop().call_later(self.time + MOMENT, cancel_all, self.crawler)

    def engine_stopped(self) -> None:
        """Have nothing to watch any more."""
        if self.watch.running:
            self.watch.stop()

    def look(self) -> None:
        """End what holds the shutdown up, once it has begun."""
        if self.crawler.crawling:
            return
        self.watch.stop()
        asyncio.get_running_loop().call_later(self.seconds, self.give_up)
        waiting = cancel_all(self.crawler)
        logger.info("stopping: %d requests that waited stay for the next run", waiting)

    def give_up(self) -> None:
        """End the process at once, unless the run is over: the process may have other things to do."""
        if run_of(self.crawler).exit_code is not None:
            return
        logger.error("not stopped after %g s (SPACENEWS_STOP_SECONDS); the process ends, nothing is lost", self.seconds)
        logging.shutdown()
        os._exit(ExitCode.INTERRUPTED)
