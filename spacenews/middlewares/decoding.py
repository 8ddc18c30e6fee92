"""Removes the content codings of a response, and hands on none that ended too early."""

from __future__ import annotations

from typing import Self

from scrapy import Request
from scrapy.crawler import Crawler
from scrapy.downloadermiddlewares.retry import get_retry_request
from scrapy.http import Response, TextResponse
from scrapy.responsetypes import responsetypes

from spacenews.downloading.decoding import ACCEPTED, decode, ends_early
from spacenews.errors import TruncatedError
from spacenews.reasons import RequestPurpose
from spacenews.urls import url_for_log


class DecodingMiddleware:
    """Decodes every response whole, and has one retried that is not; takes the place of HttpCompressionMiddleware."""

    def __init__(self, crawler: Crawler) -> None:
        self._crawler = crawler
        self._max_size: int = crawler.settings.getint("DOWNLOAD_MAXSIZE")
        self._retries: bool = crawler.settings.getbool("RETRY_ENABLED")

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """Build the middleware of a crawl."""
        return cls(crawler)

    def process_request(self, request: Request) -> None:
        """Say which codings are understood."""
        request.headers.setdefault("Accept-Encoding", ACCEPTED)

    def process_response(self, request: Request, response: Response) -> Response | Request:
        """Return the response decoded, or the request to make again; raise TruncatedError or TooLargeError."""
        try:
            return self._decoded(request, response)
        except TruncatedError as error:
            if retry := self._retry(request):
                return retry
            raise TruncatedError(f"{url_for_log(request.url)} is not whole: {error}") from error

    def _decoded(self, request: Request, response: Response) -> Response:
        if response.status == 206:
            raise TruncatedError("it is a part that was not asked for")
        codings = response.headers.getlist("Content-Encoding")
        names = [name.strip().lower() for name in b",".join(codings).decode("latin-1").split(",")]
        named = [name for name in names if name not in ("", "identity")]
        body = decode(response.body, named, request.meta.get("download_maxsize", self._max_size))
        kind = responsetypes.from_args(headers=response.headers, url=response.url, body=body)
        # A body without length and coding ends where the connection does, whatever closed it.
        is_markup = issubclass(kind, TextResponse) and request.meta.get("purpose") != RequestPurpose.ROBOTS
        if "partial" in response.flags and not named and is_markup and ends_early(body):
            raise TruncatedError("the connection was closed before the end of the page")
        if body == response.body and not codings:
            return response
        response.headers.pop("Content-Encoding", None)
        encoding = {"encoding": None} if issubclass(kind, TextResponse) else {}
        return response.replace(cls=kind, body=body, **encoding)

    def _retry(self, request: Request) -> Request | None:
        if not self._retries or request.meta.get("dont_retry"):
            return None
        assert self._crawler.spider
        return get_retry_request(request, spider=self._crawler.spider, reason="truncated")
