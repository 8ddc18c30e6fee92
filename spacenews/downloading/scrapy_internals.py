"""Every use of what Scrapy does not promise: private names, and attributes that its documentation does not list.

tests/test_scrapy_internals.py fails when Scrapy changes one of them. Seen with Scrapy 2.19.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from scrapy import Request
from scrapy.core.downloader.handlers.http11 import HTTP11DownloadHandler, TunnelError
from scrapy.crawler import Crawler

__all__ = [
    "HTTP11DownloadHandler",
    "TunnelError",
    "create_crawler",
    "drain_downloader",
    "keep_concurrency",
    "set_slot_delay",
]


def set_slot_delay(crawler: Crawler, slot: str, delay: float) -> None:
    """Make the downloader leave *delay* seconds, no more and no less, between two requests of one of its slots."""
    found = crawler.engine.downloader.slots.get(slot)
    if found:
        found.delay, found.jitter = delay, 0


MOMENT = 0.005  # seconds; longer than the downloader takes to count a request that it has begun


def keep_concurrency(crawler: Crawler, slot: str) -> None:
    """Make a slot of the downloader keep CONCURRENT_REQUESTS_PER_DOMAIN also where DOWNLOAD_DELAY is 0.

    Scrapy 2.19 counts a request when its task begins, by when all that waited have been begun if there is no delay.
    """
    found = crawler.engine.downloader.slots.get(slot)
    if found and found.delay < MOMENT:
        found.delay, found.jitter = MOMENT, 0


def drain_downloader(crawler: Crawler, error: Callable[[Request], Exception]) -> int:
    """Fail every request that waits in a slot of the downloader with *error*; return how many there were."""
    waiting = 0
    for slot in crawler.engine.downloader.slots.values():
        while slot.queue:
            request, deferred = slot.queue.popleft()
            deferred.errback(error(request))
            waiting += 1
    return waiting


def create_crawler(command: Any, spider: str) -> Crawler:
    """Return the crawler of a spider as `scrapy crawl` creates it; raises KeyError for an unknown spider."""
    crawler: Crawler = command._create_crawler(spider)  # noqa: SLF001
    return crawler
