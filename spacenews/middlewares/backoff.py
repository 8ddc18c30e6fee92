"""Waits when a site asks us to, and ends the run when it does nothing but refuse."""

from __future__ import annotations

import asyncio
import logging
from collections import defaultdict
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from time import monotonic
from typing import Self

from scrapy import Request, signals
from scrapy.crawler import Crawler
from scrapy.exceptions import IgnoreRequest
from scrapy.http import Response
from scrapy.utils.defer import deferred_from_coro
from scrapy.utils.httpobj import urlparse_cached

from spacenews.stopping import cancel_all

logger = logging.getLogger(__name__)

REFUSALS = {403, 429, 503}
BUSY = {429, 503}


class BlockedError(IgnoreRequest):
    """A host has refused so often that it is not asked again."""


class BackoffMiddleware:
    """Slows a whole host down after 429 and 503, as long as Retry-After says (RFC 9110, 10.2.3).

    Ten refusals in a row with no answer between end the run; pictures that are refused end the asking for pictures.
    Whether a refused request is made again is for Scrapy's RetryMiddleware to decide.
    """

    def __init__(self, crawler: Crawler) -> None:
        settings = crawler.settings
        self._crawler = crawler
        self._first: float = settings.getfloat("SPACENEWS_BACKOFF_START", 1)
        self._longest: float = settings.getfloat("SPACENEWS_BACKOFF_MAX", 30)
        self._cap: float = settings.getfloat("SPACENEWS_RETRY_AFTER_MAX", 300)
        self._most: int = settings.getint("SPACENEWS_REFUSALS_MAX", 10)
        self._waits = not settings.get("SPACENEWS_WARC_REPLAY")
        self._until: dict[str, float] = {}  # host -> monotonic time
        self._busy: defaultdict[str, int] = defaultdict(int)  # host -> 429 and 503 in a row
        self._refused: defaultdict[tuple[str, bool], int] = defaultdict(int)  # host, for a picture -> refusals in a row

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """Build the middleware of a crawl."""
        backoff = cls(crawler)
        # Sent before the downloader takes the host's next request; process_response comes too late for that one.
        crawler.signals.connect(backoff.response_downloaded, signal=signals.response_downloaded)
        return backoff

    async def pause(self, request: Request) -> None:
        """Wait as long as the host wants; the download handler calls it, so that the host's queue waits behind it."""
        seconds = self._until.get(urlparse_cached(request).hostname or "", 0) - monotonic()
        if seconds > 0:
            await asyncio.sleep(seconds)
            await self.pause(request)

    def process_request(self, request: Request) -> None:
        """Raise BlockedError for a host that has refused too often."""
        host, picture = _kind(request)
        if self._most and self._refused[host, picture] >= self._most:
            raise BlockedError(f"{host} refused {self._most} requests in a row and is not asked for {request.url}")

    def process_response(self, request: Request, response: Response) -> Response:
        """Count the refusals of an archive, which come by no download."""
        if "cached" in response.flags:
            self.response_downloaded(response, request)
        return response

    def response_downloaded(self, response: Response, request: Request) -> None:
        """Count refusals and note how long the host wants to be left alone."""
        host, picture = _kind(request)
        if response.status not in REFUSALS:
            self._refused[host, picture] = self._busy[host] = 0
            return
        self._refused[host, picture] += 1
        if self._refused[host, picture] == self._most:
            self._blocked(host, response.status, picture=picture)
        elif response.status in BUSY and self._waits:
            self._slow_down(host, response)

    def _slow_down(self, host: str, response: Response) -> None:
        asked = retry_after(response.headers.get("Retry-After"), datetime.now(UTC))
        seconds = min(self._first * 2 ** self._busy[host], self._longest) if asked is None else min(asked, self._cap)
        self._busy[host] += 1
        self._until[host] = max(self._until.get(host, 0), monotonic() + seconds)
        self._crawler.stats.inc_value("spacenews/backoff/count")
        self._crawler.stats.max_value("spacenews/backoff/longest", seconds)
        wish = "" if asked is None else f" (it asks for {asked:g} s)"
        logger.info("%s answers %d; it is left alone for %.3g s%s", host, response.status, seconds, wish)

    def _blocked(self, host: str, status: int, *, picture: bool) -> None:
        self._crawler.stats.set_value(f"spacenews/blocked/{host}", status)
        if picture:
            logger.warning("%s refused %d pictures in a row, last with %d; it gets no more", host, self._most, status)
            return
        logger.error("%s refused %d requests in a row, last with %d; the run ends", host, self._most, status)
        cancel_all(self._crawler)
        deferred_from_coro(self._crawler.engine.close_spider_async(reason="blocked"))


def _kind(request: Request) -> tuple[str, bool]:
    return urlparse_cached(request).hostname or "", request.meta.get("purpose") == "picture"


def retry_after(value: bytes | None, now: datetime) -> float | None:
    """Return the seconds that a Retry-After header asks for, as a number or as a date; None when it says nothing."""
    text = (value or b"").decode("latin-1").strip()
    if text.isascii() and text.isdecimal():
        return float(text[:9])
    try:
        moment = parsedate_to_datetime(text)
    except (ValueError, OverflowError):
        return None
    moment = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return max(0.0, (moment - now).total_seconds())
