"""Ends a run when its engine has stopped: see :mod:`spacenews.runs.finish`."""

from __future__ import annotations

from contextlib import suppress
from typing import Any, Self

from scrapy import signals
from scrapy.crawler import Crawler
from scrapy.http import Response
from twisted.python.failure import Failure as TwistedFailure

from spacenews.errors import DatabaseError, ExitCode
from spacenews.items import Article
from spacenews.reasons import Failure, RequestPurpose
from spacenews.runs.alerts import alert
from spacenews.runs.finish import finish
from spacenews.runs.health_checks import counted
from spacenews.runs.run import run_of
from spacenews.spider import NewsSpider
from spacenews.storage.tables import State


class FinishRun:
    """Notes what Scrapy tells of errors and of the end, and finishes the run."""

    def __init__(self, crawler: Crawler) -> None:
        self.crawler = crawler

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """Connect to the signals."""
        self = cls(crawler)
        crawler.signals.connect(self.item_error, signals.item_error)
        crawler.signals.connect(self.spider_error, signals.spider_error)
        crawler.signals.connect(self.spider_closed, signals.spider_closed)
        crawler.signals.connect(self.engine_stopped, signals.engine_stopped)
        return self

    def item_error(self, item: Any, failure: TwistedFailure) -> None:
        """Note what a pipeline could not cope with."""
        if isinstance(failure.value, DatabaseError):  # which ends the run, and is no bug
            return
        run = run_of(self.crawler)
        run.count("item_errors")
        if isinstance(item, Article):
            run.add_failure(item.source.url, Failure.PARSE, item.attempts)

    def spider_error(self, response: Response | None, failure: TwistedFailure) -> None:
        """Note a bug that costs a whole feed, listing or sitemap, with all that it names."""
        if response is None or isinstance(failure.value, DatabaseError):  # which the spider or the run notes
            return
        purpose = response.meta.get("purpose")
        if purpose != RequestPurpose.ARTICLE:
            run_of(self.crawler).add_finding(f"a bug: the {purpose} could not be read", [response.url], ExitCode.BUG)

    async def spider_closed(self, spider: NewsSpider, reason: str) -> None:
        """Note why the spider closed."""
        stats = run_of(self.crawler).stats
        stats.finish_reason = reason
        stats.accepts_changes = spider.arguments.accept_changes
        has_asked = stats.pages or stats.not_modified or stats.failed or spider.arguments.seeds
        if not has_asked and reason != "shutdown":
            with suppress(DatabaseError):  # which the run has noted
                await self.find_waiting(spider)

    async def find_waiting(self, spider: NewsSpider) -> None:
        """Find addresses that wait for their first request, of a run that made none for an article."""
        run, arguments = run_of(self.crawler), spider.arguments
        store = run.store.addresses
        due = await run.db(store.due, spider.name, spider.in_scope, arguments.limit, arguments.since)
        if waiting := [address.url for address in due if address.state == State.DISCOVERED]:
            run.add_finding(
                f"no article was requested; {counted(len(waiting), 'address')} wait for the next run", waiting
            )

    async def engine_stopped(self) -> None:
        """Judge, publish and report the run."""
        run = run_of(self.crawler)
        alert(run.alerts, await finish(run), run.past, self.crawler)
