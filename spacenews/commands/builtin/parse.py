"""Scrapy's `parse`, which shows a site's author what a crawl would make of a page."""

from __future__ import annotations

import argparse
import logging
from collections.abc import AsyncIterator, Iterable, Iterator
from typing import TYPE_CHECKING, Any

from scrapy import Request, Spider
from scrapy.commands.parse import Command as ScrapyParse
from scrapy.http import Response, TextResponse

from spacenews.commands.common import ShowsReading, purpose_of, tell
from spacenews.errors import ExitCode, SpacenewsError, UsageError
from spacenews.reasons import Failure, RequestPurpose

if TYPE_CHECKING:
    from twisted.python.failure import Failure as TwistedFailure

    from spacenews.spider import NewsSpider

logger = logging.getLogger(__name__)


class Command(ShowsReading, ScrapyParse):
    """Checks the settings first, begins no run, and reads a page as a crawl does."""

    def short_desc(self) -> str:
        return "Show the record and the links that a page gives"

    def long_desc(self) -> str:
        return (
            "Show what a crawl would make of a page: the record of an article, without its pictures' files, or why it "
            "gives none; and the links that would be followed, of which none is without --depth. "
            "Example: scrapy parse https://www.digitaltrends.com/space/ --spider digitaltrends_space"
        )

    def set_spidercls(self, url: str, opts: argparse.Namespace) -> None:
        """Find the spider and give it the callback that reads a page; raises UsageError."""
        from spacenews.spider import NewsSpider

        assert self.crawler_process
        loader = self.crawler_process.spider_loader
        found = [opts.spider] if opts.spider else loader.find_by_request(Request(url))
        if len(found) != 1 or found[0] not in loader.list():
            wrong = f"no spider is named {opts.spider}" if opts.spider else f"{len(found)} spiders are for {url}"
            raise UsageError(f"{wrong}: name one with --spider; `scrapy list` shows them")
        opts.spider = found[0]
        super().set_spidercls(url, opts)
        assert self.spidercls
        if issubclass(self.spidercls, NewsSpider):
            if opts.callback or opts.rules:
                raise UsageError("--callback, --rules: a page of a news site is read by what it is")
            self.spidercls = page_reader(self.spidercls)
        self.spidercls(**opts.spargs)  # raises UsageError for what is not understood

    def prepare_request(self, spider: Spider, request: Request, opts: argparse.Namespace) -> Request:
        """Say what a page is requested for, as a crawl does."""
        from spacenews.spider import NewsSpider

        if isinstance(spider, NewsSpider):
            request.meta.setdefault("purpose", purpose_of(request.url, spider))
        request.errback = self.failed
        return super().prepare_request(spider, request, opts)

    def failed(self, failure: TwistedFailure) -> None:
        """Say why the page could not be had."""
        from spacenews.downloading.failures import classify

        if cause := classify(failure):
            tell(SpacenewsError(f"{failure.request.url} could not be read: {cause.sentence}"))  # type: ignore[attr-defined]
            self.exitcode = ExitCode.USAGE if cause.reason == Failure.GUARD else ExitCode.UNREACHABLE


def page_reader(site: type[NewsSpider]) -> type[NewsSpider]:
    """Return a spider whose callback is :func:`read_page`: those of a crawl need a run."""

    class PageReader(site):  # type: ignore[valid-type, misc]
        run = None  # Scrapy's feeds look at every attribute

        async def parse(self, response: Response) -> AsyncIterator[Any]:
            for found in read_page(response, self):
                yield found

    return PageReader


def read_page(response: Response, spider: NewsSpider) -> Iterator[dict[str, Any] | Request]:
    """Read a page by what it was requested for: its record, and a request for each link of the section."""
    if response.meta["purpose"] == RequestPurpose.ARTICLE:
        yield from read_article_page(response, spider)
        return
    links, further = source_links(response, spider)
    yield from (request(url, RequestPurpose.ARTICLE) for url in spider.in_section_among(links, "", 0))
    yield from (request(url, response.meta["purpose"]) for url in further)


def read_article_page(response: Response, spider: NewsSpider) -> Iterator[dict[str, Any] | Request]:
    """Read an article as the spider does, and judge it as the pipelines do."""
    from spacenews.clock import now
    from spacenews.config import config_of
    from spacenews.extraction.article_page import read_page
    from spacenews.extraction.feeds import SourceEntry
    from spacenews.pipelines.validate import no_record, objection
    from spacenews.schema import to_record

    if not isinstance(response, TextResponse):
        logger.warning("%s gives no record: it is no text", response.url)
        return
    article, config = read_page(response, spider), config_of(spider.crawler)
    if reason := objection(article, spider, config):
        logger.warning(no_record(article, reason, config))
    else:
        article.crawled_at = article.first_seen_at = now()
        yield to_record(article)
    if spider.arguments.follow_related and spider.should_follow(article):
        links = [SourceEntry(it.url) for it in article.related] + [SourceEntry(it.url) for it in article.links]
        yield from (request(url, RequestPurpose.ARTICLE) for url in spider.in_section_among(links, "", 1))


def source_links(response: Response, spider: NewsSpider) -> tuple[list[Any], Iterable[str]]:
    """Return the entries of a listing, feed or sitemap, and the URLs of further listing pages or sitemaps."""
    from spacenews.config import config_of
    from spacenews.extraction.feeds import DiscoveryError, SourceEntry, read_feed, read_sitemap
    from spacenews.extraction.listings import read_listing

    said = (response.body, response.url, spider.date_zone or "UTC", config_of(spider.crawler).feed_max_bytes)
    try:
        if response.meta["purpose"] == RequestPurpose.FEED:
            return list(read_feed(*said)), ()
        if response.meta["purpose"] == RequestPurpose.SITEMAP:
            sitemap = read_sitemap(*said)
            return list(sitemap.pages), [response.urljoin(entry.url) for entry in sitemap.sitemaps]
    except DiscoveryError as error:
        logger.warning("%s: %s", response.url, error)
        return [], ()
    listing = read_listing(response, spider)
    return list(map(SourceEntry, listing.links)), filter(None, [listing.next_page])


def request(url: str, purpose: RequestPurpose) -> Request:
    """Make the request of a link, which Scrapy shows, and makes if --depth asks for it."""
    return Request(url, meta={"purpose": purpose})
