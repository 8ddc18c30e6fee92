"""Ends a crawl at once: Scrapy answers every waiting request at the site's pace before it closes."""

from __future__ import annotations

from scrapy.crawler import Crawler
from scrapy.exceptions import IgnoreRequest

ending = object()
"""Signal: the run ends now; whoever holds a request lets it go with StoppedError."""


class StoppedError(IgnoreRequest):
    """A request was given up because the run ends; its address stays due."""


def cancel_all(crawler: Crawler) -> int:
    """End every transfer and every wait of a crawl and return how many requests waited in the downloader.

    Call it before the engine is closed. Each request ends with StoppedError, and so does what is asked for later.
    """
    crawler.signals.send_catch_log(ending)
    waiting = 0
    for slot in crawler.engine.downloader.slots.values():
        while slot.queue:
            request, answer = slot.queue.popleft()
            answer.errback(StoppedError(f"{request.url} was not asked for: the run ends"))
            waiting += 1
    return waiting
