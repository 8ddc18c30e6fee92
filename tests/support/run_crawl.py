"""Runs crawls inside the test process, all of them in one reactor that has a thread to itself."""

from __future__ import annotations

import threading
from collections.abc import AsyncIterator, Callable, Iterable
from queue import Queue
from typing import Any

import scrapy
from scrapy import Request
from scrapy.crawler import Crawler, CrawlerRunner
from scrapy.settings import Settings
from scrapy.utils.reactor import install_reactor

from spacenews.errors import UsageError
from spacenews.site import Site
from support.server import Server

SITE = "http://www.example.com"
PICTURES = "http://img.example.com"
TIMEOUT = 40  # seconds for one crawl

REACTOR = "twisted.internet.asyncioreactor.AsyncioSelectorReactor"
install_reactor(REACTOR)

from twisted.internet import reactor as installed_reactor  # noqa: E402
from twisted.python.failure import Failure  # noqa: E402

reactor: Any = installed_reactor
_thread = threading.Thread(target=reactor.run, kwargs={"installSignalHandlers": False}, daemon=True)


def crawl(
    spider: type[scrapy.Spider],
    settings: dict[str, Any] | Settings,
    *,
    started: Callable[[Crawler], object] | None = None,
    **arguments: Any,
) -> Crawler:
    """Run a crawl to its end and return its crawler; `started` gets it, in the reactor's thread, at the start."""
    if not _thread.is_alive():
        _thread.start()
    crawlers: list[Crawler] = []
    results: Queue[Any] = Queue()

    def run() -> None:
        whole = settings if isinstance(settings, Settings) else Settings(settings)
        try:
            crawler = CrawlerRunner(whole).create_crawler(spider)
        except UsageError:
            results.put(Failure())  # type: ignore[no-untyped-call]
            return
        crawlers.append(crawler)
        crawler.crawl(**arguments).addBoth(results.put)
        if started:
            started(crawler)

    reactor.callFromThread(run)
    result = results.get(timeout=TIMEOUT)
    if isinstance(result, Failure):
        result.raiseException()
    return crawlers[0]


class Fetcher(Site, scrapy.Spider):
    """Requests each URL once and keeps the outcome: a response or an exception."""

    name = "fetcher"
    allowed_domains = ("www.example.com", "example.com")
    image_hosts = ("img.example.com",)
    feeds = ("http://feeds.example.net/space",)

    def __init__(self, urls: str, headers: Any = None, meta: Any = None) -> None:
        super().__init__()
        self.urls, self.sent, self.meta = urls.split(), headers, meta or {}
        self.got: dict[str, Any] = {}

    async def start(self) -> AsyncIterator[Request]:
        for url in self.urls:
            yield Request(url, self.keep, errback=self.fail, headers=self.sent, meta=dict(self.meta), dont_filter=True)

    def keep(self, response: scrapy.http.Response) -> None:
        self.got[response.meta.get("redirect_urls", [response.url])[0]] = response

    def fail(self, failure: Any) -> None:
        request = failure.request
        self.got[request.meta.get("redirect_urls", [request.url])[0]] = failure.value


BARE = {  # a crawl with the archive add-on and no other component of the project
    "ADDONS": {"spacenews.extensions.addons.WarcAddon": 100},
    "TELNETCONSOLE_ENABLED": False,
    "LOG_ENABLED": False,
    "HTTPERROR_ALLOW_ALL": True,
    "RETRY_ENABLED": False,
    "URLLENGTH_LIMIT": 0,
}
GUEST = BARE | {  # a crawl with the middlewares between us and a site
    "DOWNLOADER_MIDDLEWARES": {
        "spacenews.middlewares.guard.GuardMiddleware": 50,
        "spacenews.middlewares.robots.RobotsMiddleware": 100,
        "spacenews.middlewares.backoff.BackoffMiddleware": 560,
        "spacenews.middlewares.decoding.DecodingMiddleware": 590,
        "scrapy.downloadermiddlewares.httpcompression.HttpCompressionMiddleware": None,
        "scrapy.downloadermiddlewares.robotstxt.RobotsTxtMiddleware": None,
        "scrapy.downloadermiddlewares.offsite.OffsiteMiddleware": None,
    },
    "ROBOTSTXT_OBEY": True,
    "USER_AGENT": "spacenews/1.0 (+https://example.org)",
    "CONCURRENT_REQUESTS_PER_DOMAIN": 1,
    "DOWNLOAD_DELAY": 0.02,  # without one Scrapy 2.19 starts all that waits at once, whatever the concurrency
    "DOWNLOAD_DELAY_JITTER": 0,
    "REDIRECT_MAX_TIMES": 5,
    "SCHEDULER_MEMORY_QUEUE": "scrapy.squeues.FifoMemoryQueue",
}


HTTP = "spacenews.downloading.handler.HttpHandler"
HANDLERS = {"http": HTTP, "https": HTTP, "file": None, "ftp": None, "s3": None, "data": None}


def mirrored(server: Server) -> dict[str, Any]:
    """Return settings with which the server stands for the sites of the tests."""
    origins = (SITE, PICTURES, "http://example.com", "https://www.example.com", "http://feeds.example.net")
    return {"SPACENEWS_MIRRORS": dict.fromkeys(origins, server.origin), "DOWNLOAD_HANDLERS": HANDLERS}


def fetch(urls: Iterable[str], settings: dict[str, Any], **kwargs: Any) -> tuple[dict[str, Any], dict[str, Any]]:
    """Fetch the URLs in one crawl; return the outcome of each, and the stats."""
    crawler = crawl(Fetcher, BARE | settings, urls=" ".join(urls), **kwargs)
    return outcome(crawler), crawler.stats.get_stats()


def outcome(crawler: Crawler) -> dict[str, Any]:
    """Return the outcome of each URL of a Fetcher: a response or an exception."""
    assert isinstance(crawler.spider, Fetcher)
    return crawler.spider.got


def stop() -> None:
    """Stop the reactor when the last test is over."""
    if _thread.is_alive():
        reactor.callFromThread(reactor.stop)
        _thread.join()
