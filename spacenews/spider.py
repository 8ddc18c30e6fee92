"""NewsSpider: finds the articles of a section, asks for those that are due, reads them, follows where they lead.

An address is saved as DISCOVERED before it is asked for, so that what a run did not get to waits for the next one.
"""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator, Iterable, Sequence
from typing import Any

from scrapy import Request, Spider
from scrapy.http import Response, TextResponse
from scrapy.utils.asyncio import run_in_thread
from twisted.python.failure import Failure as TwistedFailure
from w3lib.url import safe_url_string

from spacenews import arguments, urls
from spacenews.discovery import DiscoveryError, Entry, read_feed, read_sitemap
from spacenews.errors import ExitCode
from spacenews.failures import attempts, classify
from spacenews.items import Article
from spacenews.loaders import read_article
from spacenews.reasons import Failure
from spacenews.run import Run, run_of
from spacenews.site import Site
from spacenews.store import TO_THE_END, Address, Find

logger = logging.getLogger(__name__)

PRIORITY = {"feed": 30, "listing": 20, "sitemap": 10, "article": 0}
MAX_SITEMAP_DEPTH = 3
HUGE = 500_000  # bytes of a page that takes more than a few milliseconds to read


class NewsSpider(Site, Spider):
    """The crawl of one section of one news site; a site file says where and how, see :class:`spacenews.site.Site`."""

    def __init__(self, name: str | None = None, **given: str) -> None:
        super().__init__(name)
        self.arguments = arguments.parse(given, self)
        self.section = self.arguments.section
        self.followed: set[str] = set()  # links of articles that this run has looked at: the same ones come again

    @property
    def run(self) -> Run:
        """The run that this crawl is."""
        return run_of(self.crawler)

    async def start(self) -> AsyncIterator[Any]:
        """Begin the crawl; what goes wrong here is a bug, which Scrapy would take for a shutdown."""
        try:
            async for wanted in self.begin():
                yield wanted
        except Exception as error:
            self.run.find(f"the crawl could not begin: {error!r}", exit_code=ExitCode.BUG)
            raise

    async def begin(self) -> AsyncIterator[Any]:
        """Ask for the seeds; or for feeds, listings and sitemaps, and for what earlier runs left."""
        if self.arguments.seeds:
            finds = [Find(url, "seed") for url in self.arguments.seeds]
            await self.run.db(self.run.store.discover, self.name, finds)
            for address in await self.run.db(self.run.store.known_addresses, self.name, self.arguments.seeds):
                yield self.ask_article(address, seed=True)
            return
        for request in self.ask_sources():
            yield request
        limit, since = self.arguments.limit, self.arguments.since
        for address in await self.run.db(self.run.store.due, self.name, self.in_scope, limit, since):
            yield self.ask_article(address)

    # Asking

    def ask(self, url: str, purpose: str, callback: Any, **kwargs: Any) -> Request:
        """Make a request of one purpose; what may be asked for a purpose is decided by the guard."""
        return Request(
            url,
            callback,
            errback=self.source_failed,
            meta={"purpose": purpose},
            priority=PRIORITY[purpose],
            cb_kwargs=kwargs,
        )

    def ask_sources(self) -> Iterable[Request]:
        """Make the requests that discovery begins with."""
        wanted = self.arguments.discover
        if "feed" in wanted:
            for url in self.feeds:
                yield self.ask(self.in_section(url), "feed", self.parse_feed)
        if "listing" in wanted:
            for url in self.listings:
                yield self.ask(self.in_section(url), "listing", self.parse_listing, number=1, pages=[], marked=False)
        if "sitemap" in wanted:
            if self.sitemaps:
                for url in self.sitemaps:
                    yield self.ask(self.in_section(url), "sitemap", self.parse_sitemap, level=1)
            else:
                yield self.ask(f"https://{self.host}/robots.txt", "sitemap", self.parse_robots)

    def ask_article(self, address: Address, *, seed: bool = False) -> Request:
        """Make the request for an article."""
        return Request(
            address.url,
            self.parse_article,
            errback=self.article_failed,
            meta={"purpose": "article", "address": address, "seed": seed},
            priority=PRIORITY["article"],
        )

    def in_scope(self, url: str) -> bool:
        """Tell whether a canonical address is, or may lead to, an article of the section."""
        return urls.is_article(url, self) or urls.is_alias(url, self)

    async def discover(self, found: Iterable[Entry], found_in: str, depth: int = 0) -> Discovered:
        """Save the addresses of the section among *found*, and return the requests for those that are due."""
        finds = {}
        for entry in found:
            url = urls.canonical(entry.url, self)
            if url and url not in finds and self.in_scope(url):
                finds[url] = Find(url, found_in, depth, entry.published_at, entry.changed_at)
        if not finds:
            return Discovered()
        result = await self.run.db(self.run.store.discover, self.name, list(finds.values()), since=self.arguments.since)
        requests = [self.ask_article(address) for address in result.due if self.in_scope(address.url)]
        return Discovered(list(finds), requests, result.new, result.read_past)

    # Finding

    async def parse_feed(self, response: Response) -> AsyncIterator[Request]:
        """Read a feed."""
        try:
            entries = read_feed(response.body)
        except DiscoveryError as error:
            self.source_unreadable(response, "feed", error)
            return
        self.run.facts.sources_read += 1
        for request in (await self.discover(entries, "feed")).requests:
            yield request

    async def parse_listing(
        self, response: Response, number: int, pages: list[list[str]], *, marked: bool
    ) -> AsyncIterator[Request]:
        """Read page *number* of a listing; *pages* are the addresses on those before, which *marked* a next one."""
        found = await self.discover(map(Entry, self.listing_links(response)), "listing")
        self.run.count("listing/pages")
        if not found.urls and number == 1:
            self.run.find("the listing has no article link", [response.url], ExitCode.SITE_CHANGED)
            return
        self.run.facts.sources_read += 1
        pages = [*pages, found.urls]
        for request in found.requests:
            yield request
        budget = TO_THE_END if self.arguments.pages is None else self.arguments.pages - number
        named = response.css(self.listing_next).get() if isinstance(response, TextResponse) else None
        following = absolute(response, named) if named else None if marked else self.built_listing(number + 1)
        if not found.urls or following is None:
            await self.listing_read(pages, TO_THE_END)
        elif found.new == 0 and found.read_past >= budget:
            await self.listing_read(pages, found.read_past)
        elif budget <= 0 or self.run.limit_reached(self.arguments.limit):
            await self.listing_read(pages, 0)
        else:
            marked = marked or bool(named)
            yield self.ask(following, "listing", self.parse_listing, number=number + 1, pages=pages, marked=marked)

    async def listing_read(self, pages: Sequence[Sequence[str]], beyond: int) -> None:
        """Save how far the listing was read."""
        await self.run.db(self.run.store.read_listing, self.name, pages, beyond)

    def listing_links(self, response: Response) -> list[str]:
        """Return the links of a listing's main part, without those of navigation and footer."""
        if not isinstance(response, TextResponse):
            return []
        scope = response.css(self.listing_scope) if self.listing_scope else None
        scope = scope or response.css("main, [role=main], #h-maincontent, #main, #content") or response.css("body")
        links = scope.xpath(".//a[not(ancestor::nav or ancestor::header[not(ancestor::article)] or ancestor::footer)]")
        return [url for href in links.xpath("@href").getall() if (url := absolute(response, href))]

    def built_listing(self, number: int) -> str | None:
        """Return the address of a page of the listing, for sites that do not name the next one."""
        return self.in_section(self.listing_page).replace("{page}", str(number)) if self.listing_page else None

    async def parse_robots(self, response: Response) -> AsyncIterator[Request]:
        """Read the addresses of sitemaps from robots.txt (RFC 9309, sitemaps.org)."""
        for line in response.body.decode("utf-8", "replace").splitlines():
            name, _, value = line.partition(":")
            if name.strip().lower() == "sitemap" and (url := absolute(response, value)):
                yield self.ask(url, "sitemap", self.parse_sitemap, level=1)

    async def parse_sitemap(self, response: Response, level: int) -> AsyncIterator[Request]:
        """Read a sitemap and those it names, to a depth of three; newest first."""
        try:
            sitemap = read_sitemap(response.body)
        except DiscoveryError as error:
            self.source_unreadable(response, "sitemap", error)
            return
        self.run.facts.sources_read += 1
        since = self.arguments.since
        if level < MAX_SITEMAP_DEPTH:
            for entry in sorted(sitemap.sitemaps, key=lambda entry: entry.changed_at or "", reverse=True):
                old = since and entry.changed_at and entry.changed_at < since
                if not old and (url := absolute(response, entry.url)):
                    yield self.ask(url, "sitemap", self.parse_sitemap, level=level + 1)
        elif sitemap.sitemaps:
            self.run.find(f"sitemaps are nested deeper than {MAX_SITEMAP_DEPTH}", [response.url])
        for request in (await self.discover(sitemap.pages, "sitemap")).requests:
            yield request

    # Reading

    async def parse_article(self, response: Response) -> AsyncIterator[Any]:
        """Read an article and follow the stories it leads to."""
        self.run.answered()
        address = urls.canonical(response.url, self) or response.url
        if not isinstance(response, TextResponse):
            await self.failed(address, Failure.PARSE, response.status, 1)
            return
        try:
            article = await self.read(response)
        except Exception:
            await self.failed(address, Failure.PARSE, response.status, 1)
            raise
        response.selector.response = None  # breaks a cycle: the tree goes with the page, not when garbage is collected
        article.asked_url = address
        yield article
        if self.arguments.follow_related and self.leads_on(article):
            async for request in self.follow(article, response.meta["address"].depth + 1):
                yield request

    async def read(self, response: TextResponse) -> Article:
        """Read a page; a huge one in a thread, so that it does not hold up everything else."""
        if len(response.body) > HUGE:
            return await run_in_thread(read_article, response, self)
        return read_article(response, self)

    def leads_on(self, article: Article) -> bool:
        """Tell whether links of *article* are followed: it is one, and it is not older than asked for."""
        since = self.arguments.since
        return (
            bool(article.body)
            and not article.wall
            and not (since and article.published_at and article.published_at < since)
        )

    async def follow(self, article: Article, depth: int) -> AsyncIterator[Request]:
        """Ask for the related stories and the links of the body that are in scope, as deep as DEPTH_LIMIT allows."""
        limit = self.settings.getint("DEPTH_LIMIT")
        if limit and depth > limit:
            return
        links = dict.fromkeys([related.url for related in article.related] + [link.url for link in article.links])
        links = {url: None for url in links if url not in self.followed}
        self.followed.update(links)
        for request in (await self.discover(map(Entry, links), "link", depth)).requests:
            yield request

    # Failing

    async def article_failed(self, failure: TwistedFailure) -> None:
        """Save that an article could not be read, and whether it is tried again."""
        reason = classify(failure)
        if reason is None:
            return
        request = failure.request  # type: ignore[attr-defined]
        response = getattr(failure.value, "response", None)
        address = urls.canonical(request.url, self) or request.url
        await self.failed(address, reason, response.status if response else None, attempts(request))

    async def failed(self, url: str, reason: Failure, status: int | None, attempts: int) -> None:
        """Note a failed address in the report and in the database."""
        now = "it is not asked for again" if reason == Failure.GONE else "a later run tries again"
        logger.warning("%s could not be read (%s); %s", urls.for_log(url), reason, now)
        self.run.failed(url, reason, attempts)
        await self.run.db(self.run.store.failure, self.name, url, reason, status)

    async def source_failed(self, failure: TwistedFailure) -> None:
        """Note a feed, listing or sitemap that could not be read; a 404 while paging is the end of a listing."""
        request = failure.request  # type: ignore[attr-defined]
        reason = classify(failure)
        if pages := request.cb_kwargs.get("pages"):
            await self.listing_read(pages, TO_THE_END if reason == Failure.GONE else 0)
        if reason is None or (pages and reason == Failure.GONE):
            return
        purpose, url = request.meta["purpose"], urls.for_log(request.url)
        logger.warning("the %s %s could not be read (%s); the run goes on without it", purpose, url, reason)
        self.run.failed(request.url, reason, attempts(request))
        self.run.facts.sources_failed[request.url] = reason
        self.run.find(f"the {purpose} could not be read: {reason}", [request.url])

    def source_unreadable(self, response: Response, kind: str, error: DiscoveryError) -> None:
        """Note a feed or sitemap that is none."""
        self.run.failed(response.url, Failure.PARSE, 1)
        self.run.facts.sources_failed[response.url] = Failure.PARSE
        self.run.find(f"the {kind} could not be read: {error}", [response.url])


def absolute(response: Response, link: str) -> str | None:
    """Return the address that a link means, None when it means none that could be asked for."""
    try:
        url = safe_url_string(response.urljoin(link.strip()))
    except ValueError:
        return None
    return url if "://" in url else None


class Discovered:
    """What :meth:`NewsSpider.discover` found: canonical addresses, requests for those due, how many were new."""

    def __init__(
        self, found: list[str] | None = None, requests: list[Request] | None = None, new: int = 0, read_past: int = 0
    ) -> None:
        self.urls = found or []
        self.requests = requests or []
        self.new = new
        self.read_past = read_past
