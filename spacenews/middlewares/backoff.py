"""Waits when a site asks us to, and ends the run when it does nothing but refuse."""

from __future__ import annotations

import logging
from collections import defaultdict
from typing import Self

from scrapy import Request, signals
from scrapy.crawler import Crawler
from scrapy.http import Response
from scrapy.utils.defer import deferred_from_coro
from scrapy.utils.httpobj import urlparse_cached

from spacenews.clock import utcnow
from spacenews.config import config_of
from spacenews.downloading.pace import pace_of, retry_after
from spacenews.downloading.scrapy_internals import keep_concurrency
from spacenews.downloading.shutdown import cancel_all
from spacenews.errors import BlockedError
from spacenews.reasons import RequestPurpose

logger = logging.getLogger(__name__)

REFUSALS = {403, 429, 503}
BUSY = {429, 503}
ENOUGH = 100  # doublings; a float takes no more than a thousand


class BackoffMiddleware:
    """Slows a whole host down after 429 and 503, as long as Retry-After says (RFC 9110, 10.2.3).

    Ten refusals in a row with no answer between end the run; if they are refusals of images, no further images are
    requested. A refused guess counts for nothing: no page says that the URL of an original exists. Whether a refused
    request is retried is for Scrapy's RetryMiddleware to decide.
    """

    def __init__(self, crawler: Crawler) -> None:
        self._crawler = crawler
        self._config = config_of(crawler)
        self._most = self._config.refusals_max
        self._pace = pace_of(crawler)
        self._refused: defaultdict[tuple[str, bool], int] = defaultdict(int)  # host, for an image -> refusals in a row

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """Build the middleware of a crawl."""
        backoff = cls(crawler)
        crawler.signals.connect(backoff.request_reached_downloader, signal=signals.request_reached_downloader)
        # Sent before the downloader takes the host's next request; process_response comes too late for that one.
        crawler.signals.connect(backoff.response_downloaded, signal=signals.response_downloaded)
        return backoff

    def request_reached_downloader(self, request: Request) -> None:
        """Keep to as many requests at a time as a host may get."""
        keep_concurrency(self._crawler, request.meta["download_slot"])

    def process_request(self, request: Request) -> None:
        """Raise BlockedError for a host that has refused too often."""
        host, is_image = _kind(request)
        if self._most and self._refused[host, is_image] >= self._most:
            raise BlockedError(f"{host} refused {self._most} requests in a row; {request.url} is not requested")

    def process_response(self, request: Request, response: Response) -> Response:
        """Count the refusals of an archive, which come by no download."""
        if "cached" in response.flags:
            self.response_downloaded(response, request)
        return response

    def response_downloaded(self, response: Response, request: Request) -> None:
        """Count refusals and note how long the host wants to be left alone."""
        host, is_image = _kind(request)
        if response.status not in REFUSALS:
            self._refused[host, is_image] = self._pace.refusals[host] = 0
            return
        self._refused[host, is_image] += not request.meta.get("is_guess")
        if self._refused[host, is_image] == self._most:
            self._blocked(host, response.status, is_image=is_image)
        elif response.status in BUSY and not self._config.warc_replay:
            self._back_off(host, response)

    def _back_off(self, host: str, response: Response) -> None:
        wanted = retry_after(response.headers.get("Retry-After"), utcnow())
        doublings = min(self._pace.refusals[host], ENOUGH)
        doubled = min(self._config.backoff_start * 2**doublings, self._config.backoff_max)
        seconds = doubled if wanted is None else min(wanted, self._config.retry_after_max)
        self._pace.back_off(host, seconds)
        self._crawler.stats.inc_value("spacenews/backoff/count")
        self._crawler.stats.max_value("spacenews/backoff/longest", seconds)
        wish = "" if wanted is None else f" (Retry-After: {wanted:g} s)"
        logger.info("%s answers %d; backing off for %.3g s%s", host, response.status, seconds, wish)

    def _blocked(self, host: str, status: int, *, is_image: bool) -> None:
        self._crawler.stats.set_value(f"spacenews/blocked/{host}", status)
        if is_image:
            sentence = "%s refused %d images in a row, last with %d; no further images are requested from it"
            logger.warning(sentence, host, self._most, status)
            return
        logger.error("%s refused %d requests in a row, last with %d; the run ends", host, self._most, status)
        cancel_all(self._crawler)
        deferred_from_coro(self._crawler.engine.close_spider_async(reason="blocked"))


def _kind(request: Request) -> tuple[str, bool]:
    return urlparse_cached(request).hostname or "", request.meta.get("purpose") == RequestPurpose.IMAGE
