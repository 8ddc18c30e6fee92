"""`scrapy genspider`: looks at a site and writes its site file, with saved pages for its tests."""

from __future__ import annotations

import argparse
import importlib.util
import re
from collections.abc import AsyncIterator, Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urljoin, urlsplit

from scrapy import Request, Spider
from scrapy.commands import ScrapyCommand
from scrapy.exceptions import UsageError as ScrapyUsageError
from scrapy.http import Response, TextResponse

from spacenews import urls
from spacenews.commands.common import ShowsReading, exits_with_code
from spacenews.errors import ExitCode, OutputError, SpacenewsError, UsageError
from spacenews.reasons import RequestPurpose

if TYPE_CHECKING:
    from spacenews.extraction.feeds import Sitemap
    from spacenews.extraction.site_outline import ArticleAddresses, Outline
    from spacenews.items import Article
    from spacenews.spider import NewsSpider

FOLDER = Path("spacenews/spiders")
ARTICLES = 5  # that are read to see how well the site is read without a selector
FIXTURES = 2  # of them are saved
FEEDS = 2  # that are asked for at most
GUESSES = ("feed/", "/feed/", "/rss.xml")  # where a feed often is that no page names
NAME = re.compile(r"[a-z][a-z0-9]*(?:_[a-z0-9]+)*")


class NothingFoundError(SpacenewsError):
    """The address is none of a news site that could be crawled; the message says why."""

    exit_code = ExitCode.SITE_CHANGED


class UnreachableSiteError(SpacenewsError):
    """The site cannot be asked, or does not want to be."""

    exit_code = ExitCode.UNREACHABLE


class Command(ShowsReading, ScrapyCommand):
    """Takes the place of Scrapy's own, which knows no news sites."""

    requires_project = True

    def syntax(self) -> str:
        return "[options] <name> <address>"

    def short_desc(self) -> str:
        return "Look at a news site and write its site file"

    def long_desc(self) -> str:
        return (
            "Ask the address of a section, a home page or a feed, find out where the site names its articles and what "
            "their addresses look like, read five of them, and write spacenews/spiders/<name>.py and saved pages for "
            "its tests. What is not sure is said in the file. "
            "Example: scrapy genspider example_space https://www.example.com/space/"
        )

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        super().add_options(parser)
        parser.add_argument("--force", action="store_true", help="overwrite a site file of this name")
        parser.add_argument("--dry-run", action="store_true", help="print the site file, write nothing")

    @exits_with_code
    def run(self, args: list[str], opts: argparse.Namespace) -> None:
        if len(args) != 2:
            raise ScrapyUsageError
        name, address = args
        path = self._path(name, overwrite=opts.force or opts.dry_run)
        address = address if "://" in address else f"https://{address}"
        if not (urlsplit(address).hostname and address.startswith(("https://", "http://"))):
            raise UsageError(f"{urls.url_for_log(address)} is no address of the web")
        found = self._look(address)
        from spacenews.extraction.site_outline import site_file

        text = site_file(name, found.outline)
        show(found)
        if opts.dry_run:
            print(f"\n{text}", end="")
            return
        write(path, text)
        spider = load(path)
        from spacenews.commands.savefixture import save

        pages = [found.listing, *(page for page, _ in found.read[:FIXTURES])]
        saved = [save(page, spider) for page in pages if page is not None]
        print(f"\nwrote {path} and {len(saved)} pages below {saved[0].parent}; look at what was read of them,")
        print(f"correct the file, then: make test-site SITE={name}; scrapy crawl {name} -a limit=5")

    def _path(self, name: str, *, overwrite: bool) -> Path:
        if not NAME.fullmatch(name):
            raise UsageError(f"{name} is no name of a spider: lower-case letters, digits and _, as in example_space")
        path = FOLDER / f"{name}.py"
        if path.exists() and not overwrite:
            raise UsageError(f"there is {path} already: --force overwrites it, --dry-run only shows the new one")
        return path

    def _look(self, address: str) -> Scout:
        assert self.crawler_process is not None
        scouts: list[Scout] = []

        class One(Scout):
            async def start(self) -> AsyncIterator[Any]:
                scouts.append(self)
                try:
                    await self.look(address)
                except SpacenewsError as error:
                    self.error = error
                return
                yield

        self.crawler_process.crawl(One)
        self.crawler_process.start()
        (scout,) = scouts
        if scout.error:
            raise scout.error
        return scout


class Scout(Spider):
    """Asks a site for a dozen pages, one after the other, at the pace of a crawl."""

    name = "genspider"
    outline: Outline
    error: SpacenewsError | None = None
    listing: TextResponse | None = None  # that names articles
    sitemap = ""  # that the site names first, or that most sites have

    def __init__(self, **arguments: Any) -> None:
        super().__init__(**arguments)
        self.listed: list[str] = []  # articles that the listing links
        self.read: list[tuple[TextResponse, Article]] = []  # pages that are articles, with what was read
        self.asked = 0  # pages of articles
        self.why = ""  # the last page could not be had

    async def look(self, address: str) -> None:
        """Find out what a site file can say; raises SpacenewsError with a sentence if it can say nothing."""
        from spacenews.extraction.site_outline import Outline

        page = await self.fetch(address, RequestPurpose.LISTING)
        if page is None:
            raise UnreachableSiteError(f"{urls.url_for_log(address)} {self.why}")
        segments = [segment for segment in urlsplit(page.url).path.split("/") if segment]
        section = segments[-1] if segments and re.fullmatch(r"[a-z][\w-]*", segments[-1]) else "news"
        self.outline = Outline((urlsplit(page.url).hostname or "",), section)
        entries = self.entries(page)
        if entries is not None:
            self.tell(f"a feed of {len(entries)} entries")
            self.outline.feeds = (page.url,)
            page = await self.fetch(urljoin(page.url, "/"), RequestPurpose.LISTING)
        found = await self.find_articles(page, entries)
        await self.read_articles(found)
        self.conclude(found)

    async def find_articles(self, page: TextResponse | None, entries: list[str] | None) -> ArticleAddresses:
        """Find feed, listing and sitemap, and what addresses of articles look like; raises NothingFoundError."""
        from spacenews.extraction.site_outline import all_links, article_addresses

        links = all_links(page) if page is not None else []
        if entries is None:
            assert page is not None
            entries = await self.find_feed(page)
        in_sitemap = await self.find_sitemap(urlsplit(page.url).path if page is not None else "/")
        sources = (entries, links, in_sitemap)
        found = next(filter(None, (article_addresses(named, self.outline.section) for named in sources)), None)
        if found is None:
            raise NothingFoundError(
                f"no articles were found: of {len(links)} links, {len(entries)} feed entries and {len(in_sitemap)} "
                "addresses of a sitemap, no three have the address of a story; give the address of a section that "
                "lists them, or of a feed"
            )
        self.outline.take(found)
        self.tell(f"articles at {found.host} by the pattern {found.pattern}")
        await self.judge_listing(page, links, found)
        self.judge_sitemap(in_sitemap)
        if not (self.outline.feeds or self.outline.listings or self.outline.sitemaps):
            raise NothingFoundError(f"{page.url if page else ''} names no articles, and there is no feed or sitemap")
        return found

    async def judge_listing(self, page: TextResponse | None, links: list[str], found: ArticleAddresses) -> None:
        """Take a page for the listing if it links to enough articles."""
        from spacenews.extraction.site_outline import FEW

        self.listed = self.articles_among(links)
        self.tell(f"{len(self.listed)} of them linked")
        if page is not None and len(self.listed) >= min(FEW, len(found.urls)):
            self.listing = page
            self.outline.listings = (page.url,)
            await self.find_next_page(page, links)

    def judge_sitemap(self, in_sitemap: list[str]) -> None:
        """Have the sitemap read at each run if nothing else names articles."""
        if not (listed := self.articles_among(in_sitemap)):
            return
        self.tell(f"{len(listed)} of them in the sitemap, which scrapy crawl reads with -a discover=sitemap")
        if not (self.outline.feeds or self.outline.listings):
            self.outline.sitemaps = (self.sitemap,)
            self.outline.doubts["sitemaps"] = "no feed and no listing was found: each run reads the sitemap"

    async def find_sitemap(self, path: str) -> list[str]:
        """Return the addresses below a path that the likeliest sitemap names, the newest first."""
        from spacenews.extraction.feeds import SourceEntry, sitemaps_in_robots_txt
        from spacenews.extraction.site_outline import likeliest_sitemap

        top = f"https://{self.outline.allowed_domains[0]}"
        robots = await self.ask(f"{top}/robots.txt", RequestPurpose.SITEMAP)
        named = sitemaps_in_robots_txt(robots.body, robots.url) if robots else []
        self.sitemap = likeliest_sitemap(map(SourceEntry, named or [f"{top}/sitemap.xml"]))
        sitemap = await self.read_sitemap(self.sitemap)
        if sitemap and sitemap.sitemaps and not sitemap.pages:
            sitemap = await self.read_sitemap(likeliest_sitemap(sitemap.sitemaps))
        if sitemap is None:
            return []
        self.tell(f"a sitemap of {len(sitemap.pages)} addresses")
        newest = sorted(sitemap.pages, key=lambda entry: entry.changed_at or entry.published_at or "", reverse=True)
        below = path if "." not in path.rpartition("/")[2] else path.rpartition("/")[0]
        return [entry.url for entry in newest if urlsplit(entry.url).path.startswith(below)]

    async def read_sitemap(self, url: str) -> Sitemap | None:
        """Return what a sitemap names, None if there is none."""
        from spacenews.extraction.feeds import DiscoveryError, read_sitemap

        answer = await self.ask(url, RequestPurpose.SITEMAP)
        try:
            return read_sitemap(answer.body, answer.url) if answer else None
        except DiscoveryError as error:
            self.tell(f"no sitemap: {error}")
            return None

    async def find_feed(self, page: TextResponse) -> list[str]:
        """Return the entries of the first feed that a page names, or of one where feeds often are."""
        from spacenews.extraction.site_outline import feeds_named

        named = feeds_named(page)
        guessed = [urljoin(page.url if page.url.endswith("/") else page.url + "/", guess) for guess in GUESSES]
        for url in dict.fromkeys(named[:FEEDS] or guessed[:FEEDS]):
            answer = await self.fetch(url, RequestPurpose.FEED)
            if answer is not None and (entries := self.entries(answer)):
                self.tell(f"a feed of {len(entries)} entries")
                self.outline.feeds = (url,)
                if not named:
                    self.outline.doubts["feeds"] = "no page names this feed, it was found by its usual address"
                return entries
        return []

    async def find_next_page(self, page: TextResponse, links: list[str]) -> None:
        """Find out how the listing goes on where no link says so."""
        from spacenews.extraction.listings import read_listing
        from spacenews.extraction.site_outline import all_links, listing_page

        if read_listing(page, self.outline.site()).has_next_link:
            self.tell("the listing has a link to its next page")
            return
        template = listing_page(page.url, links)
        if template is None:
            self.outline.doubts["listings"] = "no next page of the listing was found: only its first one is read"
            return
        second = await self.fetch(template.replace("{page}", "2"), RequestPurpose.LISTING)
        new = set(all_links(second)) - set(links) if second is not None else set()
        if not self.articles_among(new):
            self.outline.doubts["listings"] = f"{template.replace('{page}', '2')} named no further articles"
            return
        self.outline.listing_page = template

    def articles_among(self, links: Iterable[str]) -> list[str]:
        """Return the links that lead to an article by the pattern that was found."""
        site = self.outline.site()
        return [link for link in links if urlsplit(link).hostname == site.host and urls.is_article(link, site)]

    async def read_articles(self, found: ArticleAddresses) -> None:
        """Read a few articles; raises NothingFoundError if none is one."""
        from spacenews.extraction.loaders import read_article
        from spacenews.reading.pages import objection

        site, reasons = self.outline.site(), []
        addresses = self.addresses(found)
        for url in addresses[:ARTICLES]:
            page = await self.fetch(url, RequestPurpose.ARTICLE)
            if page is None:
                continue
            self.asked += 1
            article = read_article(page, site)
            if reason := objection(article, site):
                reasons.append(f"{article.wall or reason}")
                self.tell(f"no article: {article.wall or reason}")
            else:
                self.read.append((page, article))
        if not self.read:
            why = ", ".join(dict.fromkeys(reasons)) or self.why
            raise NothingFoundError(f"none of {min(ARTICLES, len(addresses))} addresses gives an article: {why}")

    def addresses(self, found: ArticleAddresses) -> list[str]:
        """Return the articles that are named, as a crawl would ask for them."""
        site = self.outline.site()
        return list(dict.fromkeys(urls.canonical(url, site) or url for url in (*found.urls, *self.listed)))

    def conclude(self, found: ArticleAddresses) -> None:
        """Note what the articles say of their site, and what is not sure."""
        from spacenews.extraction.site_outline import site_name

        outline = self.outline
        outline.news_site = site_name([page for page, _ in self.read], outline.allowed_domains[0])
        if len(self.read) < self.asked:
            outline.doubts["article_pattern"] = f"{self.asked - len(self.read)} of {self.asked} pages were no articles"
        elif (number := len(self.addresses(found))) < 2 * ARTICLES:
            outline.doubts["article_pattern"] = f"made from {number} addresses"
        outline.doubts["body"] = "no selector says where the text is: look whether the saved pages have all of it"
        if "{section}" in outline.article_pattern:
            outline.feeds = tuple(map(self.with_section, outline.feeds))
            outline.listings = tuple(map(self.with_section, outline.listings))
            outline.listing_page = outline.listing_page and self.with_section(outline.listing_page)

    def with_section(self, url: str) -> str:
        """Return an address with {section} in place of the section."""
        return url.replace(f"/{self.outline.section}/", "/{section}/")

    def entries(self, response: TextResponse) -> list[str] | None:
        """Return the addresses that a feed names, None for what is no feed."""
        from spacenews.extraction.feeds import DiscoveryError, read_feed

        try:
            return [entry.url for entry in read_feed(response.body, response.url)]
        except DiscoveryError:
            return None

    async def fetch(self, url: str, purpose: RequestPurpose) -> TextResponse | None:
        """Ask for a text, and say how it went; None, with `why`, if it cannot be had."""
        from spacenews.extraction.encodings import with_known_encoding

        response = await self.ask(url, purpose)
        if isinstance(response, TextResponse):
            return with_known_encoding(response)
        if response is not None:
            self.why = "is no text"
            self.tell(self.why)
        return None

    async def ask(self, url: str, purpose: RequestPurpose) -> Response | None:
        """Ask for an address, and say how it went; None, with `why`, if it cannot be had."""
        from spacenews.extraction.markup_limits import too_complex

        request = Request(url, meta={"purpose": purpose}, dont_filter=True)
        print(f"{purpose:8} {urls.url_for_log(url)}", flush=True)
        try:
            response: Response = await self.crawler.engine.download_async(request)
        except Exception as error:  # noqa: BLE001 - classified
            self.why = f"could not be read: {sentence(error, request)}"
        else:
            if response.status < 300 and not too_complex(response.body, purpose):
                return response
            self.why = f"answers {response.status}" if response.status >= 300 else "is too complex to be parsed"
        self.tell(self.why)
        return None

    def tell(self, conclusion: str) -> None:
        """Print what was concluded from the last page."""
        print(f"{'':8} {conclusion}", flush=True)


def sentence(error: Exception, request: Request) -> str:
    """Return why a request failed."""
    from twisted.python.failure import Failure

    from spacenews.downloading.failures import classify

    failure = Failure(error)  # type: ignore[no-untyped-call]
    failure.request = request  # type: ignore[attr-defined]
    cause = classify(failure)
    return cause.sentence if cause else str(error)


def show(found: Scout) -> None:
    """Print how many of the articles that were read fill each field."""
    from spacenews.items import COVERAGE_FIELDS

    print(f"\n{found.outline.news_site}: {len(found.read)} articles were read without a selector")
    for name in COVERAGE_FIELDS:
        filled = sum(bool(getattr(article, name)) for _, article in found.read)
        note = "" if filled == len(found.read) else "  look at it"
        print(f"  {name:13} {filled} of {len(found.read)}{note}")
    for name, doubt in found.outline.doubts.items():
        print(f"  not sure: {name}: {doubt}")


def write(path: Path, text: str) -> None:
    """Write a site file; raises OutputError."""
    from spacenews.storage.files import replacing

    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with replacing(path) as file:
            file.write(text.encode())
    except OSError as error:
        raise OutputError(f"{path} cannot be written: {error.strerror}") from error


def load(path: Path) -> NewsSpider:
    """Return the spider of a site file that was just written."""
    from spacenews.spider import NewsSpider

    spec = importlib.util.spec_from_file_location(f"{path.stem}_site", path)
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    (site,) = (it for it in vars(module).values() if isinstance(it, type) and it.__module__ == module.__name__)
    assert issubclass(site, NewsSpider)
    return site()  # which checks what the file says
