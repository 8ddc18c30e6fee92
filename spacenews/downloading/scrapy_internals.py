"""Every use of what Scrapy does not promise: private names, and attributes that its documentation does not list.

tests/test_scrapy_internals.py fails when Scrapy changes one of them. Seen with Scrapy 2.19.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from scrapy import Request
from scrapy.core.downloader.handlers.http11 import (
    HTTP11DownloadHandler,
    TunnelError,
    _LenientHTTP11ClientFactory,
    _LenientHTTP11ClientProtocol,
)
from scrapy.crawler import Crawler
from scrapy.exceptions import DownloadFailedError
from scrapy.http import Response
from twisted.internet.defer import Deferred
from twisted.internet.interfaces import IAddress
from twisted.python.failure import Failure
from twisted.web._newclient import HEADER, STATUS
from twisted.web.iweb import IResponse

from spacenews.errors import TooLargeError

__all__ = [
    "DownloadHandler",
    "TunnelError",
    "create_crawler",
    "drain_downloader",
    "keep_concurrency",
    "set_slot_delay",
]

MAX_HEADER_BYTES = 256 * 1024  # Twisted limits each line and not their number; browsers take as much


class _Protocol(_LenientHTTP11ClientProtocol):
    """Gives up a response whose headers have no end."""

    _header_bytes = 0

    def request(self, request: Any) -> Deferred[IResponse]:
        self._header_bytes = 0
        return super().request(request)

    def dataReceived(self, bytes: bytes) -> None:  # noqa: A002, N802 - Twisted's names
        super().dataReceived(bytes)  # type: ignore[no-untyped-call]
        if self._parser is not None and self._parser.state in (STATUS, HEADER):
            self._header_bytes += len(bytes)
            if self._header_bytes > MAX_HEADER_BYTES:
                error = TooLargeError(f"its headers have more than {MAX_HEADER_BYTES} bytes")
                self._giveUp(Failure(error))  # type: ignore[no-untyped-call]


class _Factory(_LenientHTTP11ClientFactory):
    def buildProtocol(self, addr: IAddress | None) -> _Protocol:  # noqa: ARG002, N802 - Twisted's names
        return _Protocol(self._quiescentCallback)  # type: ignore[no-untyped-call]


class DownloadHandler(HTTP11DownloadHandler):
    """Scrapy's handler, which raises TooLargeError for a response with more headers than anybody sends."""

    def __init__(self, crawler: Crawler) -> None:
        super().__init__(crawler)
        self._pool._factory = _Factory  # noqa: SLF001 - Twisted has no other way

    async def download_request(self, request: Request) -> Response:
        """Return the response to a request."""
        try:
            return await super().download_request(request)
        except DownloadFailedError as error:
            reasons = getattr(error.__cause__, "reasons", ())  # of Twisted's ResponseFailed
            for too_large in (reason.value for reason in reasons if reason.check(TooLargeError)):
                raise too_large from error
            raise


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
