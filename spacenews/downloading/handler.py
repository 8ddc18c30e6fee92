"""The download handler around Scrapy's: mirrors, the check of the address that is connected to, cancelling."""

from __future__ import annotations

import asyncio
import logging
from typing import NoReturn
from urllib.parse import urlsplit

from scrapy import Request
from scrapy.crawler import Crawler
from scrapy.exceptions import CannotResolveHostError
from scrapy.http import Response
from scrapy.utils.misc import build_from_crawler

from spacenews.config import config_of
from spacenews.downloading.pace import pace_of
from spacenews.downloading.public_addresses import public_resolver
from spacenews.downloading.scrapy_internals import DownloadHandler
from spacenews.downloading.shutdown import ending
from spacenews.errors import RefusedError, StoppedError
from spacenews.reasons import Refusal, RequestPurpose
from spacenews.urls import PORTS, host_and_port, origin, url_for_log

logger = logging.getLogger(__name__)


class HttpHandler:
    """Fetches from the mirror of an origin, or from a public address on a port of the web, and from nowhere else.

    A mirror gets the Host header of the origin it stands for, so that one server can be the mirror of several; a
    redirect to the mirror's own address is one to the origin. What the operator names, mirrors and proxies, may be
    anywhere; of a request through a proxy the proxy resolves the name.
    """

    # Not before the first request: Scrapy installs its own resolver between a crawl's creation and its start.
    lazy = True

    def __init__(self, crawler: Crawler) -> None:
        self._crawler = crawler
        self._http = build_from_crawler(DownloadHandler, crawler)
        self._mirrors = config_of(crawler).mirrors
        self._pace = pace_of(crawler)
        self._transfers: set[asyncio.Task[Response]] = set()
        self._ended = False
        crawler.signals.connect(self._end, signal=ending)

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> HttpHandler:
        """Build the handler of a crawl."""
        return cls(crawler)

    async def download_request(self, request: Request) -> Response:
        """Return the response; raise RefusedError or StoppedError, beside what Scrapy's handler raises."""
        transfer = asyncio.ensure_future(self._fetch(request))
        self._transfers.add(transfer)
        transfer.add_done_callback(self._transfers.discard)
        if self._ended:
            transfer.cancel()
        try:
            return await transfer
        except asyncio.CancelledError as error:
            raise StoppedError(f"{request.url} was given up: the run ends") from error

    async def close(self) -> None:
        """Close the connections that are kept."""
        await self._http.close()

    def _end(self) -> None:
        self._ended = True
        for transfer in self._transfers:
            transfer.cancel()

    async def _fetch(self, request: Request) -> Response:
        await self._pace.wait(urlsplit(request.url).hostname or "")
        asked = self._mirrored(request)
        resolver = public_resolver()
        parts = urlsplit(asked.url)
        if asked is not request:
            resolver.named.add(host_and_port(parts))
        elif (port := host_and_port(parts)[1]) not in PORTS.values():
            self._refuse(Refusal.PORT, request, f"port {port} is none of the web's")
        if proxy := asked.meta.get("proxy"):
            resolver.named.add(host_and_port(urlsplit(proxy if "//" in proxy else f"//{proxy}", scheme="http")))
        try:
            response: Response = await self._http.download_request(asked)
        except CannotResolveHostError as error:
            if address := resolver.refused.get(parts.hostname or ""):
                message = f"{parts.hostname} is at {address}, which is not a public address"
                self._refuse(Refusal.PRIVATE_ADDRESS, request, message, error)
            raise
        return response if asked is request else self._restored(response, request, asked)

    def _refuse(self, reason: Refusal, request: Request, message: str, cause: Exception | None = None) -> NoReturn:
        if request.meta.get("purpose") != RequestPurpose.ROBOTS:  # what was to be fetched after it is counted instead
            self._crawler.stats.inc_value(f"spacenews/refused/{reason}")
        logger.info("Refused %s: %s", url_for_log(request.url), message)
        raise RefusedError(reason, message) from cause

    def _mirrored(self, request: Request) -> Request:
        parts = urlsplit(request.url)
        mirror = self._mirrors.get(origin(parts))
        if not mirror:
            return request
        scheme, _, netloc = mirror.partition("://")
        asked = request.replace(url=parts._replace(scheme=scheme, netloc=netloc).geturl())
        asked.headers.setdefault("Host", parts.netloc)
        asked.meta.pop("proxy", None)
        return asked

    def _restored(self, response: Response, request: Request, asked: Request) -> Response:
        request.meta["download_latency"] = asked.meta.get("download_latency", 0)
        location = urlsplit((response.headers.get("Location") or b"").decode("latin-1"))
        if location.netloc and origin(location) == origin(urlsplit(asked.url)):
            parts = urlsplit(request.url)
            response.headers["Location"] = location._replace(scheme=parts.scheme, netloc=parts.netloc).geturl()
        return response.replace(url=request.url)
