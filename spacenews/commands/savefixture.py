"""`scrapy savefixture`: saves a page of a site and its present reading as a test fixture."""

from __future__ import annotations

import argparse
import json
import re
import sys
from collections.abc import AsyncIterator
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urljoin, urlsplit

from scrapy import Request
from scrapy.commands import ScrapyCommand
from scrapy.exceptions import UsageError as ScrapyUsageError
from scrapy.http import HtmlResponse, Response, TextResponse

from spacenews import urls
from spacenews.commands.common import ShowsReading, exits_with_code, purpose_of, spider_class
from spacenews.errors import UsageError

if TYPE_CHECKING:
    from spacenews.spider import NewsSpider

FOLDER = Path("tests/sites")
LATER = (
    "version",
    "content_hash",
    "first_seen_at",
    "crawled_at",
    "near_duplicate_of",
    "gone_at",
    "moved_to",
)  # what pipelines fill in
MAX_REDIRECTS = 5


def reading(response: TextResponse, spider: NewsSpider) -> dict[str, Any]:
    """Return what a page says: an article's record without what comes later, or the links of a listing."""
    from spacenews.extraction.listings import read_listing
    from spacenews.extraction.loaders import read_article
    from spacenews.schema import to_record

    url = urls.canonical(response.url, spider) or response.url
    if urls.is_article(url, spider):
        article = read_article(response, spider)
        record = {key: value for key, value in to_record(article).items() if key not in LATER}
        return {"url": response.url, "wall": article.wall, "article": _told_only(record)}
    listing = read_listing(response, spider)
    links = (urls.canonical(link, spider) for link in listing.links)
    found = dict.fromkeys(link for link in links if link and spider.in_scope(link))
    return {"url": response.url, "articles": list(found), "next": listing.next_page}


def _told_only(value: Any) -> Any:
    """Drop what is null, so that a fixture shows what a page says."""
    if isinstance(value, dict):
        return {key: _told_only(item) for key, item in value.items() if item is not None}
    return [_told_only(item) for item in value] if isinstance(value, list) else value


class Command(ShowsReading, ScrapyCommand):
    """Fetches one page, politely or from an archive, and writes it with its reading."""

    requires_project = True

    def syntax(self) -> str:
        return "[options] <spider> <url>"

    def short_desc(self) -> str:
        return "Save a page and its present reading as a fixture of the tests"

    def long_desc(self) -> str:
        return (
            "Save a page and its present reading to tests/sites/<spider>/. Look at the reading before you keep it. "
            "Example: scrapy savefixture digitaltrends_space https://www.digitaltrends.com/space/ --lorem"
        )

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        super().add_options(parser)
        parser.add_argument("--warc", metavar="FILE", help="take the page from this archive instead of the site")
        parser.add_argument("--lorem", action="store_true", help="replace the page's words, keep its structure")

    @exits_with_code
    def run(self, args: list[str], opts: argparse.Namespace) -> None:
        if len(args) != 2:
            raise ScrapyUsageError
        name, url = args
        site = self._site(name)
        response = from_archive(opts.warc, url) if opts.warc else self._fetch(site, url)
        if not isinstance(response, TextResponse):
            raise UsageError(f"{urls.url_for_log(url)} is no page that could be read")
        from spacenews.extraction.encodings import with_known_encoding
        from spacenews.extraction.markup_limits import too_complex

        if too_complex(response.body):
            raise UsageError(f"{urls.url_for_log(url)} is too complex to be parsed")
        response = with_known_encoding(response)
        spider = site()
        if why := self._no_record(response, spider):
            print(f"scrapy: a crawl would not store this page: {why}", file=sys.stderr)
        if opts.lorem:
            response = in_other_words(response, spider.news_site)
        path = save(response, spider)
        print(f"saved {path} and its reading; look at {path.with_suffix('.json')} before you keep it")

    def _no_record(self, response: TextResponse, spider: NewsSpider) -> str | None:
        """Return why a crawl makes no record of an article's page, None if it does or if it is a listing."""
        from spacenews.extraction.loaders import read_article
        from spacenews.pipelines.validate import no_record, objection

        if not urls.is_article(urls.canonical(response.url, spider) or "", spider):
            return None
        article = read_article(response, spider)
        reason = objection(article, spider, self.config)
        return no_record(article, reason, self.config) if reason else None

    def _site(self, name: str) -> type[NewsSpider]:
        from spacenews.extraction.site_checks import check_site
        from spacenews.spider import NewsSpider

        assert self.settings is not None
        found = spider_class(self.settings, name)
        if not issubclass(found, NewsSpider):
            raise UsageError(f"{name} is no news site")
        check_site(found)
        return found

    def _fetch(self, spider_class: type[NewsSpider], url: str) -> Response | None:
        """Ask the site for one page, with the pace, the robots.txt and the guard of a crawl."""
        assert self.crawler_process is not None
        answers: list[Response] = []

        class OnePage(spider_class):  # type: ignore[valid-type, misc]
            async def start(self) -> AsyncIterator[Any]:
                yield Request(url, callback=self.keep, meta={"purpose": purpose_of(url, self)})

            def keep(self, response: Response) -> None:
                answers.append(response)

        self.crawler_process.crawl(OnePage)
        self.crawler_process.start()
        return answers[0] if answers else None


def from_archive(path: str, url: str) -> Response | None:
    """Return a recorded page, after its redirects."""
    from spacenews.downloading.warc_archive import open_archive

    archive = open_archive(path)
    for _ in range(MAX_REDIRECTS):
        response = archive.response(Request(url))
        if response is None or not 300 <= response.status < 400:
            return response
        url = urljoin(url, (response.headers.get("Location") or b"").decode("latin-1"))
    return None


def in_other_words(response: TextResponse, site_name: str) -> TextResponse:
    """Return a page with words of our own, at an address made of them too."""
    from spacenews.extraction.placeholder_text import placeholder_page, placeholder_url

    page = placeholder_page(response.body, response.encoding, site_name)
    return HtmlResponse(placeholder_url(response.url), body=page.encode(), encoding="utf-8")


def save(response: TextResponse, spider: NewsSpider) -> Path:
    """Write a page as UTF-8 and its reading beside it.

    Both are complete before either gets its name, the reading last: what a kill leaves between the two is no fixture
    that passes its test, unless the page reads as it did.
    """
    from spacenews.storage.files import replacing, sweep

    text = re.sub(r"(?i)(<meta[^>]+charset=[\"']?)[\w-]+", r"\1utf-8", response.text)
    response = HtmlResponse(response.url, body=text.encode(), encoding="utf-8")
    name = re.sub(r"[^a-z0-9]+", "-", urlsplit(response.url).path.lower().removesuffix(".html")).strip("-")[:60]
    path = FOLDER / spider.name / f"{name or 'listing'}.html"
    path.parent.mkdir(parents=True, exist_ok=True)
    sweep(path.parent)
    said = json.dumps(reading(response, spider), ensure_ascii=False, indent=2)
    with replacing(path.with_suffix(".json")) as told, replacing(path) as page:
        page.write(response.body)
        told.write(f"{said}\n".encode())
        told.flush()  # the disk is full now or not at all
    return path
