"""Runs crawls inside the test process: one reactor, in a thread of its own, serves them all."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

import scrapy
from scrapy.crawler import Crawler, CrawlerRunner
from scrapy.utils.reactor import install_reactor

REACTOR = "twisted.internet.asyncioreactor.AsyncioSelectorReactor"
install_reactor(REACTOR)

from twisted.internet import reactor  # noqa: E402
from twisted.internet.threads import blockingCallFromThread  # noqa: E402

_thread = threading.Thread(target=reactor.run, kwargs={"installSignalHandlers": False}, daemon=True)


def crawl(
    spider: type[scrapy.Spider],
    settings: dict[str, Any],
    *,
    started: Callable[[Crawler], object] | None = None,
    **arguments: str,
) -> Crawler:
    """Run a crawl to its end and return its crawler; `started` is called with it, in the reactor's thread, at the start."""
    if not _thread.is_alive():
        _thread.start()
    crawlers: list[Crawler] = []

    def run() -> Any:
        crawler = CrawlerRunner(settings | {"TWISTED_REACTOR": REACTOR}).create_crawler(spider)
        crawlers.append(crawler)
        finished = crawler.crawl(**arguments)
        if started:
            started(crawler)
        return finished

    blockingCallFromThread(reactor, run)
    return crawlers[0]


def stop() -> None:
    """Stop the reactor when the last test is over."""
    if _thread.is_alive():
        reactor.callFromThread(reactor.stop)
        _thread.join()
