"""Shows how a run goes: a live line on a terminal, a log line a minute elsewhere."""

from __future__ import annotations

import logging
import sys
from typing import Self

from rich.console import Console
from rich.live import Live
from rich.text import Text
from scrapy import signals
from scrapy.crawler import Crawler
from scrapy.exceptions import NotConfigured
from scrapy.utils.asyncio import create_looping_call

from spacenews.clock import utcnow
from spacenews.config import config_of
from spacenews.runs.run import run_of

logger = logging.getLogger(__name__)

TERMINAL_SECONDS = 0.5
LOG_SECONDS = 60


class Progress:
    """Reads the stats in fixed intervals; switched off by SPACENEWS_PROGRESS."""

    def __init__(self, crawler: Crawler) -> None:
        if not config_of(crawler).progress:
            raise NotConfigured
        self.crawler = crawler
        console = Console(stderr=True)
        to_terminal = console.is_terminal and not crawler.settings["LOG_FILE"]
        self.live = Live(console=console, auto_refresh=False, transient=True) if to_terminal else None
        self.task = create_looping_call(self.show)

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """Connect to the signals."""
        self = cls(crawler)
        crawler.signals.connect(self.spider_opened, signals.spider_opened)
        crawler.signals.connect(self.spider_closed, signals.spider_closed)
        return self

    def spider_opened(self) -> None:
        """Begin."""
        if self.live:
            self.live.start()
            redirect_log()  # rich has put a stream of its own there, which writes above the line
        self.task.start(TERMINAL_SECONDS if self.live else LOG_SECONDS, now=self.live is not None)

    def spider_closed(self) -> None:
        """Clear the line."""
        if self.task.running:
            self.task.stop()
        if self.live:
            self.live.stop()
            self.live = None
            redirect_log()

    def show(self) -> None:
        """Show the present state."""
        if self.live:
            self.live.update(Text(self.line()), refresh=True)
        else:
            logger.info("%s", self.line())

    def line(self) -> str:
        """Say in one line how far the run is."""
        stats = self.crawler.stats
        run = run_of(self.crawler)
        seconds = (utcnow() - run.started).total_seconds()
        value = {
            name: stats.get_value(f"spacenews/{name}", 0)
            for name in (
                "pages",
                "articles/new",
                "articles/updated",
                "articles/unchanged",
                "pictures/ok",
                "pictures/failed",
            )
        }
        waiting = stats.get_value("scheduler/enqueued", 0) - stats.get_value("scheduler/dequeued", 0)
        rate = value["pages"] / seconds if seconds else 0.0
        left = f", about {waiting / rate / 60:.0f} min left" if rate and waiting else ""
        failed = len(run.stats.failed)
        return (
            f"{value['pages']} pages, {value['articles/new']} new, {value['articles/updated']} updated, "
            f"{value['articles/unchanged']} unchanged, {value['pictures/ok']} pictures "
            f"({value['pictures/failed']} failed), {failed} addresses failed, {waiting} waiting, "
            f"{rate:.1f} pages/s{left}"
        )


def redirect_log() -> None:
    """Make the log handlers that write to a terminal write to what stderr is now."""
    for handler in logging.root.handlers:
        if isinstance(handler, logging.StreamHandler) and not isinstance(handler, logging.FileHandler):
            handler.setStream(sys.stderr)
