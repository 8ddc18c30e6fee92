"""The download handler around Scrapy's: mirrors, the check of the address that is connected to, cancelling."""

from __future__ import annotations

import asyncio
import ipaddress
import logging
from contextlib import suppress
from typing import Any, NoReturn
from urllib.parse import SplitResult, urlsplit

from scrapy import Request
from scrapy.core.downloader.handlers.http11 import HTTP11DownloadHandler
from scrapy.crawler import Crawler
from scrapy.exceptions import CannotResolveHostError, IgnoreRequest
from scrapy.http import Response
from scrapy.settings import BaseSettings
from scrapy.utils.misc import build_from_crawler
from twisted.internet.interfaces import IHostnameResolver, IResolutionReceiver
from zope.interface import implementer

from spacenews.errors import UsageError
from spacenews.middlewares.backoff import BackoffMiddleware
from spacenews.reasons import Refusal
from spacenews.stopping import StoppedError, ending
from spacenews.urls import for_log

logger = logging.getLogger(__name__)

MIRRORS = "SPACENEWS_MIRRORS"
PORTS = {"http": 80, "https": 443}
# The last 32 bits of these are an IPv4 address: compatible, mapped, translated, NAT64 (RFC 4291, 2765, 6052).
CARRIERS = [ipaddress.IPv6Network(net) for net in ("::/96", "::ffff:0:0/96", "::ffff:0:0:0/96", "64:ff9b::/96")]
LOCAL_NAT64 = ipaddress.IPv6Network("64:ff9b:1::/48")  # RFC 8215: what is behind it, only the local network knows


class RefusedError(IgnoreRequest):
    """A request breaks a rule of ours; `reason` says which."""

    def __init__(self, reason: Refusal, message: str) -> None:
        super().__init__(message)
        self.reason = reason


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
        self._http = build_from_crawler(HTTP11DownloadHandler, crawler)
        self._mirrors = read_mirrors(crawler.settings)
        self._backoff = crawler.get_downloader_middleware(BackoffMiddleware)
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
        if self._backoff:
            await self._backoff.pause(request)
        asked = self._mirrored(request)
        resolver = public_resolver()
        parts = urlsplit(asked.url)
        if asked is not request:
            resolver.named.add(_host_and_port(parts))
        elif (port := _host_and_port(parts)[1]) not in PORTS.values():
            self._refuse(Refusal.PORT, request, f"port {port} is none of the web's")
        if proxy := asked.meta.get("proxy"):
            resolver.named.add(_host_and_port(urlsplit(proxy if "//" in proxy else f"//{proxy}", scheme="http")))
        try:
            response: Response = await self._http.download_request(asked)
        except CannotResolveHostError as error:
            if address := resolver.refused.get(parts.hostname or ""):
                message = f"{parts.hostname} is at {address}, which is not a public address"
                self._refuse(Refusal.PRIVATE_ADDRESS, request, message, error)
            raise
        return response if asked is request else self._restored(response, request, asked)

    def _refuse(self, reason: Refusal, request: Request, message: str, cause: Exception | None = None) -> NoReturn:
        if request.meta.get("purpose") != "robots":  # what was to be fetched after it is counted instead
            self._crawler.stats.inc_value(f"spacenews/refused/{reason}")
        logger.info("Refused %s: %s", for_log(request.url), message)
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


def read_mirrors(settings: BaseSettings) -> dict[str, str]:
    """Read SPACENEWS_MIRRORS, origin by origin; raise UsageError for anything that is not one."""
    try:
        mirrors = settings.getdict(MIRRORS)
    except (TypeError, ValueError) as error:
        raise UsageError(f"{MIRRORS} must be a JSON object of origins: {error}") from error
    return {_read_origin(first): _read_origin(second) for first, second in mirrors.items()}


def _read_origin(text: Any) -> str:
    with suppress(TypeError, ValueError, AttributeError):
        parts = urlsplit(text)
        if parts.scheme in PORTS and parts.hostname and not parts.username and "".join(parts[2:]) in ("", "/"):
            return origin(parts)
    raise UsageError(f"{MIRRORS}: {text!r} is not an origin like https://www.example.com or http://127.0.0.1:8000")


def origin(parts: SplitResult) -> str:
    """Return scheme, host and, unless it is the scheme's own, port of an address."""
    host, port = _host_and_port(parts)
    host = f"[{host}]" if ":" in host else host
    return f"{parts.scheme}://{host}" if port == PORTS.get(parts.scheme) else f"{parts.scheme}://{host}:{port}"


def _host_and_port(parts: SplitResult) -> tuple[str, int]:
    return parts.hostname or "", parts.port or PORTS.get(parts.scheme, 0)


# Only public addresses


def is_public(text: str) -> bool:
    """Say whether an IP address is one of the public Internet, also in what it carries (6to4, Teredo, NAT64)."""
    address = ipaddress.ip_address(text)
    if isinstance(address, ipaddress.IPv6Address):
        if address in LOCAL_NAT64:
            return False
        inner = [address.sixtofour, *(address.teredo or ())]
        inner += [ipaddress.IPv4Address(int(address) & 0xFFFFFFFF) for network in CARRIERS if address in network]
        if carried := [one for one in inner if one]:
            return all(is_public(str(one)) for one in carried)
    return address.is_global and not address.is_multicast and not address.is_reserved


def public_resolver() -> PublicResolver:
    """Return the reactor's resolver, put around the one in use where it is not there yet."""
    from twisted.internet import reactor  # noqa: PLC0415  (importing it installs it)

    resolver = reactor.nameResolver
    if not isinstance(resolver, PublicResolver):
        resolver = PublicResolver(resolver)
        reactor.installNameResolver(resolver)
    return resolver


@implementer(IHostnameResolver)
class PublicResolver:
    """Lets names resolve to public addresses only.

    It is asked for each connection, for every form of an address (2130706433, 0x7f.1, ::ffff:7f00:1), and Twisted
    connects to what it answers: no second look-up comes between. Other ports than the web's are not its business:
    mail and the like are the operator's, and the handler lets no request of ours go there.
    """

    def __init__(self, inner: Any) -> None:
        self._inner = inner
        self.named: set[tuple[str, int]] = set()  # host and port of what the operator names
        self.refused: dict[str, str] = {}  # host -> address

    def resolveHostName(self, receiver: Any, host: str, portNumber: int = 0, *args: Any, **kwargs: Any) -> Any:  # noqa: N802, N803
        """Resolve as the resolver in use does, leaving out what is not public."""
        self.refused.pop(host, None)
        if portNumber in PORTS.values() and (host, portNumber) not in self.named:
            receiver = _PublicReceiver(receiver, host, self.refused)
        return self._inner.resolveHostName(receiver, host, portNumber, *args, **kwargs)


@implementer(IResolutionReceiver)
class _PublicReceiver:
    def __init__(self, receiver: Any, host: str, refused: dict[str, str]) -> None:
        self.resolutionBegan = receiver.resolutionBegan
        self.resolutionComplete = receiver.resolutionComplete
        self._receiver, self._host, self._refused = receiver, host, refused

    def addressResolved(self, address: Any) -> None:  # noqa: N802
        if is_public(address.host):
            self._receiver.addressResolved(address)
        else:
            self._refused[self._host] = address.host
