"""Ends a crawl at once: Scrapy answers every waiting request at the site's pace before it closes."""

from __future__ import annotations

from scrapy import Request
from scrapy.crawler import Crawler

from spacenews.downloading.scrapy_internals import drain_downloader
from spacenews.errors import StoppedError

ending = object()
"""Signal: the run ends now; whoever holds a request lets it go with StoppedError."""


def cancel_all(crawler: Crawler) -> int:
    """End every transfer and every wait of a crawl and return how many requests waited in the downloader.

    Call it before the engine is closed. Each request ends with StoppedError, and so do those that are made later.
    """
    crawler.signals.send_catch_log(ending)
    return drain_downloader(crawler, stopped)


def stopped(request: Request) -> StoppedError:
    """Return the error with which a request ends that was not sent."""
    return StoppedError(f"{request.url} was not requested: the run ends")
