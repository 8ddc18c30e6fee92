"""NewsSpider: finds the articles of a section, requests those that are due, reads them, follows their links.

A URL is saved as DISCOVERED before it is requested, so that what a run did not get to waits for the next one.
"""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator, Callable, Iterable, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, ParamSpec, TypeVar

from scrapy import Request, Spider, signals
from scrapy.http import Response, TextResponse
from scrapy.settings import BaseSettings
from scrapy.utils.asyncio import run_in_thread
from twisted.python.failure import Failure as TwistedFailure

from spacenews import arguments, config, urls
from spacenews.clock import now
from spacenews.config import config_of
from spacenews.downloading.failures import attempts, classify
from spacenews.errors import DatabaseError, ExitCode, RedirectLoopError, StoppedError, TooLargeError, UnreadableError
from spacenews.extraction.article_page import read_page
from spacenews.extraction.feeds import (
    DiscoveryError,
    Feed,
    Sitemap,
    SourceEntry,
    read_feed,
    read_sitemap,
    sitemaps_in_robots_txt,
)
from spacenews.extraction.listings import absolute_link, read_listing
from spacenews.extraction.site_checks import check_site
from spacenews.items import Article
from spacenews.reasons import Failure, RequestPurpose
from spacenews.runs.gathering import Gathering
from spacenews.runs.health_checks import SourceFailure
from spacenews.runs.readers import Readers
from spacenews.runs.run import Run, run_of
from spacenews.site import Site, as_data
from spacenews.storage.addresses import EXHAUSTED, TEMPORARY, Address, DiscoveredUrl, DiscoveryResult
from spacenews.storage.tables import State

logger = logging.getLogger(__name__)
FeedOrSitemap = TypeVar("FeedOrSitemap", Feed, Sitemap)
ResponseT = TypeVar("ResponseT", bound=Response)
P = ParamSpec("P")
T = TypeVar("T")

PRIORITY = {
    RequestPurpose.FEED: 30,
    RequestPurpose.LISTING: 20,
    RequestPurpose.SITEMAP: 10,
    RequestPurpose.ARTICLE: 0,
}
MAX_SITEMAP_DEPTH = 3
BATCH = 1000  # requests that are made at once of what is due: the engine does nothing else meanwhile
MANY = 500  # entries that take more than a few milliseconds to look at


@dataclass
class SourceResult:
    """What a feed, a page of a listing, a sitemap or an article's links gave."""

    urls: list[str] = field(default_factory=list)  # canonical, in the section
    requests: list[Request] = field(default_factory=list)  # for those that are due
    new: int = 0  # URLs that were not known before
    pages_beyond: int = 0  # listing pages that an earlier run read beyond all of these


class NewsSpider(Site, Spider):
    """The base class of every spider: the crawl of one section of one news site.

    To add a site:

    1. Make ``spacenews/spiders/<name>.py`` with one subclass, whose ``name`` is that of the file.
    2. Say in class attributes where articles are found, what their URLs look like and, where a page does not say it in
       JSON-LD or Open Graph, how it is built; :class:`spacenews.site.Site` explains every attribute. No methods.
    3. Save one listing page and one article page with ``scrapy savefixture`` and look at what was read.

    A whole site file, for a site whose pages say the rest themselves::

        from spacenews.spider import NewsSpider


        class ExampleSpaceSpider(NewsSpider):
            \"\"\"Articles of example.com.\"\"\"

            name = "example_space"
            allowed_domains = ("www.example.com", "example.com")

            # Where articles are found
            news_site = "Example News"
            section = "space"
            feeds = ("https://www.example.com/{section}/feed/",)
            listings = ("https://www.example.com/{section}/",)

            # What URLs look like
            article_pattern = r"^/{section}/[^/?]+/$"
            trailing_slash = True

            # How pages are built
            body = ".article-body"

    ``scrapy crawl example_space --help`` lists the spider arguments, which are the same for every site.
    """

    def __init__(self, name: str | None = None, **given: Any) -> None:
        super().__init__(name)
        check_site(type(self))
        self.arguments = arguments.parse(given, self)
        self.section = self.arguments.section
        self.discover_links = Gathering(self._discover_links)
        self.seen_links: set[str] = set()  # links of articles that this run has looked at: the same ones come again

    @classmethod
    def update_settings(cls, settings: BaseSettings) -> None:
        """Add the spider's own settings, and check them all before anything is made of them; raises UsageError."""
        super().update_settings(settings)
        config.read(settings)

    @cached_property
    def readers(self) -> Readers:
        """The processes that read what this crawl fetches."""
        return Readers(self.crawler)

    @cached_property
    def data(self) -> Site:
        """What this spider's site file says, for the readers."""
        return as_data(self)

    @property
    def run(self) -> Run:
        """The run that this crawl is."""
        return run_of(self.crawler)

    async def start(self) -> AsyncIterator[Any]:
        """Begin the crawl; an error here is a bug, which Scrapy would take for a shutdown."""
        try:
            async for request in self.initial_requests():
                yield request
        except DatabaseError:  # the run has told it, and ends
            return
        except Exception as error:
            self.run.add_finding(f"the crawl could not begin: {error!r}", exit_code=ExitCode.BUG)
            raise

    async def initial_requests(self) -> AsyncIterator[Request]:
        """Request the seeds; or feeds, listings and sitemaps, and what earlier runs left."""
        store = self.run.store.addresses
        if self.arguments.seeds:
            await self.run.db(store.discover, self.name, [DiscoveredUrl(url, "seed") for url in self.arguments.seeds])
            for address in await self.run.db(store.known, self.name, self.arguments.seeds):
                yield self.article_request(address, seed=True)
            return
        sources = list(self.source_requests())
        for request in sources:
            yield request
        if not sources:
            self.run.add_finding(f"the site file names no {' and no '.join(self.arguments.discover)}")
        limit, since = self.arguments.limit, self.arguments.since
        due = await self.run.db(store.due, self.name, self.in_scope, limit, since)
        for number, address in enumerate(due, 1):
            yield self.article_request(address)
            if number % BATCH == 0:
                await self.crawler.signals.wait_for(signals.scheduler_empty)

    # Requests

    def source_requests(self) -> Iterable[Request]:
        """Make the requests that discovery begins with."""
        discover = self.arguments.discover
        if "feed" in discover:
            for url in self.feeds:
                yield self.first_request(url, RequestPurpose.FEED, self.parse_feed)
        if "listing" in discover:
            for url in self.listings:
                paging = {"number": 1, "pages": [], "has_next_link": False}
                yield self.first_request(url, RequestPurpose.LISTING, self.parse_listing, **paging)
        if "sitemap" in discover or (self.sitemaps and not (self.feeds or self.listings)):
            if self.sitemaps:
                for url in self.sitemaps:
                    yield self.first_request(url, RequestPurpose.SITEMAP, self.parse_sitemap, level=1)
            else:
                robots = self.first_request(
                    f"https://{self.host}/robots.txt", RequestPurpose.SITEMAP, self.parse_robots
                )
                robots.meta["handle_httpstatus_list"] = [404, 410]  # without one there may be a sitemap all the same
                yield robots

    def first_request(self, url: str, purpose: RequestPurpose, callback: Any, **kwargs: Any) -> Request:
        """Make the request of a source that the site file names; two that redirect to one page are both told."""
        return self.make_request(self.in_section(url), purpose, callback, **kwargs).replace(dont_filter=True)

    def make_request(self, url: str, purpose: RequestPurpose, callback: Any, **kwargs: Any) -> Request:
        """Make the request of a source; what may be requested for a purpose is decided by the guard."""
        return Request(
            url,
            callback,
            errback=self.source_failed,
            meta={"purpose": purpose},
            priority=PRIORITY[purpose],
            cb_kwargs=kwargs,
        )

    def article_request(self, address: Address, *, seed: bool = False) -> Request:
        """Make the request of an article."""
        return Request(
            address.url,
            self.parse_article,
            errback=self.article_failed,
            meta={"purpose": RequestPurpose.ARTICLE, "address": address, "seed": seed},
            priority=PRIORITY[RequestPurpose.ARTICLE],
        )

    def in_scope(self, url: str) -> bool:
        """Tell whether a canonical URL is, or may redirect to, an article of the section."""
        return urls.is_article(url, self) or urls.is_alias(url, self)

    def in_section_among(
        self, entries: Sequence[SourceEntry], found_in: str, depth: int = 0
    ) -> dict[str, DiscoveredUrl]:
        """Return the entries that lead to the section, each canonical URL once."""
        found: dict[str, DiscoveredUrl] = {}
        for entry in entries:
            named = (urls.canonical(url, self) for url in (entry.url, *entry.other_urls))
            url = next(filter(None, named), None)
            if url and url not in found and self.in_scope(url):
                found[url] = DiscoveredUrl(url, found_in, depth, entry.published_at, entry.changed_at)
        return found

    async def discover(self, entries: Iterable[SourceEntry], found_in: str) -> SourceResult:
        """Save the URLs of the section among *entries*, and return them with the requests for those that are due."""
        entries = list(entries)
        if len(entries) > MANY:
            found = await run_in_thread(self.in_section_among, entries, found_in)
        else:
            found = self.in_section_among(entries, found_in)
        if not found:
            return SourceResult()
        save, since = self.run.store.addresses.discover, self.arguments.since
        result = await self.run.db(save, self.name, list(found.values()), since=since)
        return self.found(found, result)

    def found(self, found: Iterable[str], result: DiscoveryResult) -> SourceResult:
        """Return the URLs that were saved, with the requests for those that are due."""
        self.run.changed |= result.changed
        denied = result.changed & self.run.not_modified  # before the source said that they have changed
        requests = [
            self.article_request(address).replace(dont_filter=address.url in denied)
            for address in result.due
            if self.in_scope(address.url)
        ]
        return SourceResult(list(found), requests, result.new, result.pages_beyond)

    # Feeds, listings, sitemaps

    async def parse_feed(self, response: Response) -> AsyncIterator[Request]:
        """Read a feed."""
        feed = await self.read_source(read_feed, response)
        if feed is None:
            return
        found = await self.discover(feed, "feed")
        self.count_source(response, found)
        for request in found.requests:
            yield request

    async def read_source(
        self, read: Callable[[bytes, str, str, int], FeedOrSitemap], response: Response
    ) -> FeedOrSitemap | None:
        """Read a feed or sitemap, None if that cannot be done."""
        said = (response.body, response.url, self.date_zone or "UTC", config_of(self.crawler).feed_max_bytes)
        source = await self.read_or_note(response, read, *said)
        if source is not None and source.cut:
            self.run.add_finding(f"the {response.meta['purpose']} ends before its end", [response.url])
        return source

    async def read_or_note(
        self, response: Response, read: Callable[P, T], *args: P.args, **kwargs: P.kwargs
    ) -> T | None:
        """Call what reads the source of a response, None if that cannot be done, which is noted."""
        try:
            return await self.readers.read(read, *args, **kwargs)
        except StoppedError:
            return None
        except UnreadableError as error:
            self.source_unreadable(response, error, Failure.UNREADABLE)
        except DiscoveryError as error:
            self.source_unreadable(response, error, parse_failure(response))
        return None

    def count_source(self, response: Response, found: SourceResult) -> None:
        """Count a source that was read; what a temporary redirect leads to is another page, unless it leads on."""
        if not found.urls and was_sent_away(response):
            self.source_unreadable(response, "it redirects elsewhere for now", Failure.TEMPORARY_REDIRECT)
        else:
            self.run.stats.count_source(first_url(response), response.meta["purpose"], found.urls)

    async def parse_listing(
        self, response: Response, number: int, pages: list[list[str]], *, has_next_link: bool
    ) -> AsyncIterator[Request]:
        """Read page *number* of a listing.

        *pages* holds the URLs of each page before, *has_next_link* whether any of them had a link to the next one.
        """
        listing = await self.read_or_note(response, read_listing, bare(response), self.data)
        if listing is None:
            return
        found = await self.discover(map(SourceEntry, listing.links), "listing")
        self.run.count("listing/pages")
        if found.urls or number == 1:
            self.count_source(response, found)
        if not found.urls and number == 1:
            return
        pages = [*pages, found.urls]
        for request in found.requests:
            yield request
        budget = EXHAUSTED if self.arguments.pages is None else self.arguments.pages - number
        has_next_link = has_next_link or listing.has_next_link
        next_page = listing.next_page if has_next_link else self.built_listing(number + 1)
        if not found.urls or next_page is None:
            await self.save_listing(pages, EXHAUSTED)
        elif found.new == 0 and found.pages_beyond >= budget:
            await self.save_listing(pages, found.pages_beyond)
        elif budget <= 0 or self.run.limit_reached(self.arguments.limit):
            await self.save_listing(pages, 0)
        else:
            paging = {"number": number + 1, "pages": pages, "has_next_link": has_next_link}
            yield self.make_request(next_page, RequestPurpose.LISTING, self.parse_listing, **paging)

    async def save_listing(self, pages: Sequence[Sequence[str]], beyond: int) -> None:
        """Save how far the listing was read."""
        await self.run.db(self.run.store.addresses.save_listing, self.name, pages, beyond)

    def built_listing(self, number: int) -> str | None:
        """Return the URL of a page of the listing, for sites that do not link to the next one."""
        return self.in_section(self.listing_page).replace("{page}", str(number)) if self.listing_page else None

    async def parse_robots(self, response: Response) -> AsyncIterator[Request]:
        """Request the sitemaps that robots.txt names (sitemaps.org), or the one that most sites have."""
        named = sitemaps_in_robots_txt(response.body, response.url) if response.status < 300 else []
        for url in filter(None, (absolute_link(response, url) for url in named)):
            yield self.make_request(url, RequestPurpose.SITEMAP, self.parse_sitemap, level=1)
        if not named:
            url = f"https://{self.host}/sitemap.xml"
            guess = self.make_request(url, RequestPurpose.SITEMAP, self.parse_sitemap, level=1)
            yield guess.replace(errback=self.no_sitemap)

    async def no_sitemap(self, failure: TwistedFailure) -> None:
        """Note that the site has no sitemap, when the guess was wrong: nobody said that there is one."""
        cause, request = classify(failure), failure.request  # type: ignore[attr-defined]
        if cause is None or cause.reason != Failure.GONE:
            await self.source_failed(failure)
            return
        why = "robots.txt names none, and there is no /sitemap.xml"
        logger.warning("%s: %s", urls.url_for_log(request.url), why)
        self.run.stats.sources_failed[request.url] = SourceFailure(RequestPurpose.SITEMAP, cause.reason, why)

    async def parse_sitemap(self, response: Response, level: int) -> AsyncIterator[Request]:
        """Read a sitemap and those it names, to a depth of three; newest first."""
        sitemap = await self.read_source(read_sitemap, response)
        if sitemap is None:
            return
        since = self.arguments.since
        if level < MAX_SITEMAP_DEPTH:
            for entry in sorted(sitemap.sitemaps, key=lambda entry: entry.changed_at or "", reverse=True):
                if since and entry.changed_at and entry.changed_at < since:
                    self.run.stats.sitemaps_skipped += 1
                elif url := absolute_link(response, entry.url):
                    yield self.make_request(url, RequestPurpose.SITEMAP, self.parse_sitemap, level=level + 1)
        elif sitemap.sitemaps:
            self.run.add_finding(f"sitemaps are nested deeper than {MAX_SITEMAP_DEPTH}", [response.url])
        found = await self.discover(sitemap.pages, "sitemap")
        self.count_source(response, found)
        for request in found.requests:
            yield request

    # Articles

    async def parse_article(self, response: Response) -> AsyncIterator[Any]:
        """Read an article and follow its links."""
        self.run.count_page()
        url = urls.canonical(response.url, self) or response.url
        if not isinstance(response, TextResponse):
            await self.save_failure(url, Failure.PARSE, response.status, attempts(response))
            return
        try:
            article = await self.readers.read(read_page, bare(response), self.data)
        except StoppedError:  # its address stays due
            return
        except UnreadableError as error:
            await self.save_failure(url, Failure.UNREADABLE, response.status, attempts(response), f": {error}")
            return
        except TooLargeError as error:
            await self.save_failure(url, Failure.TOO_LARGE, response.status, attempts(response), f": {error}")
            return
        except Exception:
            await self.save_failure(url, Failure.PARSE, response.status, attempts(response))
            raise
        address: Address = response.meta["address"]
        article.requested_url = url
        article.is_first_read = address.state == State.DISCOVERED and address.url == article.url
        article.check_images = self.should_check_images(article, address)
        article.attempts = attempts(response)
        follow = self.arguments.follow_related and self.should_follow(article)
        requests = await self.follow_links(article, address.depth + 1) if follow else []
        yield article  # now: a run that is killed before its links are saved reads it again
        for request in requests:
            yield request

    def should_check_images(self, article: Article, address: Address) -> bool:
        """Tell whether images that are known are asked for again: in the first week, and when a source says so."""
        is_settled = self.run.store.addresses.schedule.is_settled(article.published_at, now())
        return address.url in self.run.changed or (address.read_whole and not is_settled)

    def should_follow(self, article: Article) -> bool:
        """Tell whether links of *article* are followed: it is one, and it is not older than `since`."""
        since = self.arguments.since
        return (
            bool(article.body)
            and not article.wall
            and not (since and article.published_at and article.published_at < since)
        )

    async def follow_links(self, article: Article, depth: int) -> list[Request]:
        """Save the related stories and the links of the body that are in scope, and return requests for what is due.

        They are followed as deep as DEPTH_LIMIT allows.
        """
        limit = self.settings.getint("DEPTH_LIMIT")
        if limit and depth > limit:
            return []
        links = dict.fromkeys([related.url for related in article.related] + [link.url for link in article.links])
        links = {url: None for url in links if url not in self.seen_links}
        self.seen_links.update(links)
        found = self.in_section_among([SourceEntry(url) for url in links], "link", depth)
        # One without new links waits too: those that it shares with an earlier article may not be saved yet.
        return self.found(found, await self.discover_links(list(found.values()))).requests

    async def _discover_links(self, pages: Sequence[Sequence[DiscoveredUrl]]) -> list[DiscoveryResult]:
        store, since = self.run.store.addresses, self.arguments.since
        return await self.run.db(store.discover_together, self.name, pages, since=since)

    # Failures

    async def article_failed(self, failure: TwistedFailure) -> None:
        """Save that an article could not be read, and whether it is retried."""
        cause = classify(failure)
        if cause is None:
            return
        request = failure.request  # type: ignore[attr-defined]
        response = getattr(failure.value, "response", None)
        self.run.add_cause(cause.sentence)
        failed = failure.value.urls if isinstance(failure.value, RedirectLoopError) else [request.url]
        for url in dict.fromkeys(urls.canonical(url, self) or url for url in failed):
            await self.save_failure(url, cause.reason, response.status if response else None, attempts(request))

    async def save_failure(self, url: str, reason: Failure, status: int | None, attempts: int, why: str = "") -> None:
        """Note a failed URL in the report and in the database; *why* goes on from the reason."""
        self.run.add_failure(url, reason, attempts)
        what_now = await self.run.save_failure(url, reason, status)
        logger.warning("%s could not be read (%s%s); %s", urls.url_for_log(url), reason, why, what_now)

    async def source_failed(self, failure: TwistedFailure) -> None:
        """Note a feed, listing or sitemap that could not be read; a 404 while paging is the end of a listing."""
        request = failure.request  # type: ignore[attr-defined]
        cause = classify(failure)
        is_gone = cause is not None and cause.reason == Failure.GONE
        if pages := request.cb_kwargs.get("pages"):
            await self.save_listing(pages, EXHAUSTED if is_gone else 0)
        if cause is None or (pages and is_gone):
            return
        purpose, url = request.meta["purpose"], urls.url_for_log(request.url)
        logger.warning("the %s %s could not be read (%s); the run goes on without it", purpose, url, cause.reason)
        self.run.add_cause(cause.sentence)
        self.run.add_source_failure(request.url, purpose, cause.reason, cause.reason, attempts(request))

    def source_unreadable(self, response: Response, why: Exception | str, reason: Failure = Failure.PARSE) -> None:
        """Note a response that is not the feed, listing or sitemap it should be."""
        self.run.add_source_failure(first_url(response), response.meta["purpose"], reason, str(why))


def bare(response: ResponseT) -> ResponseT:
    """Return what of a response another process can be told: without its request and its certificate."""
    return response.replace(request=None, certificate=None, flags=None)


def first_url(response: Response) -> str:
    """Return the URL that was asked for, before redirects."""
    return str(response.meta.get("redirect_urls", [response.url])[0])


def was_sent_away(response: Response) -> bool:
    """Tell whether a temporary redirect led to a response, as to a maintenance page."""
    return not set(TEMPORARY).isdisjoint(response.meta.get("redirect_reasons", ()))


def parse_failure(response: Response) -> Failure:
    """Return why a response is not the feed or sitemap it should be."""
    return Failure.TEMPORARY_REDIRECT if was_sent_away(response) else Failure.PARSE
