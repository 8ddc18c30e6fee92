"""Scrapy's feed exports (-o, -O, FEEDS), with an end of the run where Scrapy writes a traceback and goes on."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Self

from scrapy import Spider
from scrapy.crawler import Crawler
from scrapy.exceptions import NotConfigured
from scrapy.extensions.feedexport import FeedExporter

from spacenews.errors import OutputError, UsageError
from spacenews.runs.run import Run
from spacenews.urls import url_for_log


class Feeds(FeedExporter):
    """Writes feeds; one that cannot be written ends the run with exit code 4."""

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """Connect to the signals; raises UsageError for a feed of which Scrapy cannot write any."""
        try:
            return super().from_crawler(crawler)
        except NotConfigured as error:
            if not crawler.settings["FEEDS"]:
                raise
            named = ", ".join(url_for_log(str(uri)) for uri in crawler.settings.getdict("FEEDS"))
            raise UsageError(
                f"-o, -O, FEEDS: {named} cannot be written: it needs a package that is not installed, "
                "or an option that is not set; the line of the log before this one names it"
            ) from error

    def open_spider(self, spider: Spider) -> None:
        """Open the feeds."""
        with self._ends_the_run():
            super().open_spider(spider)

    def item_scraped(self, item: Any, spider: Spider) -> None:
        """Write an item to the feeds."""
        with self._ends_the_run():
            super().item_scraped(item, spider)

    @contextmanager
    def _ends_the_run(self) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            run = self.crawler.get_extension(Run)
            if run is None:  # of a command for developing
                raise
            named = ", ".join(map(url_for_log, self.feeds))
            run.fail(OutputError(f"-o, -O, FEEDS: {named} cannot be written: {error.strerror or error}"))
