"""The one gate that every request passes: pages, redirects, robots.txt, feeds, sitemaps, pictures."""

from __future__ import annotations

import logging
import re
from typing import Self
from urllib.parse import urlsplit

from scrapy import Request, Spider, signals
from scrapy.crawler import Crawler
from scrapy.http import Response

from spacenews.config import config_of
from spacenews.downloading.shutdown import ending, stopped
from spacenews.errors import RefusedError, TooLargeError
from spacenews.extraction.markup_limits import too_complex
from spacenews.reasons import Refusal, RequestPurpose
from spacenews.site import Site
from spacenews.urls import MAX_LENGTH, PORTS, origin, url_for_log

logger = logging.getLogger(__name__)

SOURCES = (RequestPurpose.FEED, RequestPurpose.LISTING, RequestPurpose.SITEMAP)
CONTACT = re.compile(r"@|https?://")


class GuardMiddleware:
    """Lets a request pass if its scheme, host, port, user info and length are what its purpose allows.

    `request.meta["purpose"]` says what it is for; without one it is a page, the narrowest. Takes the place of Scrapy's
    OffsiteMiddleware. Whether the host's address is public is checked later, where the connection is made.
    """

    def __init__(self, crawler: Crawler) -> None:
        self._crawler = crawler
        self._config = config_of(crawler)
        self._maxsize = {
            RequestPurpose.FEED: self._config.feed_max_bytes,
            RequestPurpose.SITEMAP: self._config.feed_max_bytes,
            RequestPurpose.IMAGE: self._config.picture_max_bytes,
        }  # pages: DOWNLOAD_MAXSIZE
        self._hosts: dict[str, set[str]] = {}  # by purpose
        self._ended = False

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """Build the middleware of a crawl."""
        guard = cls(crawler)
        crawler.signals.connect(guard.spider_opened, signal=signals.spider_opened)
        crawler.signals.connect(guard.end, signal=ending)
        return guard

    def spider_opened(self, spider: Spider) -> None:
        """Note which hosts serve which purpose, and ask for a contact."""
        if isinstance(spider, Site):
            self._note_hosts(spider)
        if not self._config.warc_replay and not CONTACT.search(self._config.user_agent):
            logger.info("USER_AGENT names no contact: with one, a site that minds can write before it blocks us")

    def _note_hosts(self, spider: Site) -> None:
        pages = {host.lower() for host in spider.allowed_domains}
        named = {urlsplit(url).hostname or "" for url in (*spider.feeds, *spider.listings, *spider.sitemaps)}
        images = pages | {host.lower() for host in spider.image_hosts}
        self._hosts = {
            RequestPurpose.ARTICLE: pages,
            RequestPurpose.IMAGE: images,
            RequestPurpose.ROBOTS: pages | named | images,
        }
        self._hosts |= dict.fromkeys(
            (RequestPurpose.FEED, RequestPurpose.LISTING, RequestPurpose.SITEMAP), pages | named
        )

    def end(self) -> None:
        """Let nothing pass any more."""
        self._ended = True

    def process_request(self, request: Request) -> None:
        """Raise RefusedError when the request breaks a rule; set how large its answer may be."""
        if self._ended:
            raise stopped(request)
        reason = self._refusal(request)
        if reason:
            self._refuse(reason, request.url, request)
        if size := self._maxsize.get(request.meta.get("purpose", "")):
            request.meta.setdefault("download_maxsize", size)

    def process_response(self, request: Request, response: Response) -> Response:
        """Refuse what redirects away from the web, which Scrapy hands on as if it were a page, and markup bombs."""
        location = (response.headers.get("Location") or b"").decode("latin-1")
        if response.status in (301, 302, 303, 307, 308) and urlsplit(location).scheme.lower() not in ("", *PORTS):
            self._refuse(Refusal.SCHEME, location, request)
        purpose = request.meta.get("purpose", RequestPurpose.ARTICLE)
        if purpose in SOURCES and too_complex(response.body, purpose):  # an article: where it is read
            raise TooLargeError(f"{url_for_log(request.url)} is too complex to be parsed")
        return response

    def _refusal(self, request: Request) -> Refusal | None:
        if len(request.url) > MAX_LENGTH:
            return Refusal.ADDRESS_LENGTH
        try:
            parts = urlsplit(request.url)
            port = parts.port
        except ValueError:
            return Refusal.HOST
        broken = {
            Refusal.SCHEME: parts.scheme not in PORTS,
            Refusal.USER_INFO: "@" in parts.netloc,
            Refusal.HOST: not self._host_allowed(request, parts.hostname or ""),
            Refusal.PORT: port not in (None, *PORTS.values()) and origin(parts) not in self._config.mirrors,
        }
        return next((reason for reason, holds in broken.items() if holds), None)

    def _host_allowed(self, request: Request, host: str) -> bool:
        purpose = request.meta.get("purpose", RequestPurpose.ARTICLE)
        # A spider without a site is the one of `scrapy shell`: whoever types an address means it.
        # RFC 9309, 2.3.1.2: a robots.txt may be redirected to any authority.
        if not self._hosts or (purpose == RequestPurpose.ROBOTS and request.meta.get("redirect_times")):
            return bool(host)
        return host in self._hosts.get(purpose, self._hosts[RequestPurpose.ARTICLE])

    def _refuse(self, reason: Refusal, url: str, request: Request) -> None:
        self._crawler.stats.inc_value(f"spacenews/refused/{reason}")
        source = (request.meta.get("redirect_urls") or [(request.headers.get("Referer") or b"").decode("latin-1")])[-1]
        logger.info("Refused %s (%s), found at %s", url_for_log(url), reason, url_for_log(source) or "the start")
        raise RefusedError(reason, f"{url_for_log(url)} is refused: {reason}")
