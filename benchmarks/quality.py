"""Compares the reading of real pages with what people marked, for spacenews and what a user would pick instead.

    SPACENEWS_CORPUS=folder python benchmarks/quality.py

Writes the tables to docs/quality.md: seven pages of sites with a site file, then whole sets of pages that spacenews
reads without one. Every tool gets the same page; CPU time is of this process and includes building the tree.
"""

from __future__ import annotations

import gzip
import importlib.metadata
import json
import logging
import os
import sys
import time
import warnings
from collections.abc import Callable, Iterator, Mapping, Sequence
from hashlib import sha256
from importlib import import_module
from pathlib import Path
from statistics import mean
from typing import Any, NamedTuple

from lxml.html import fromstring
from scores import Marks, Overlap, Picture, Reading, f1, marks, overlap, precision, recall
from scrapy.http import HtmlResponse

from spacenews import NotAnArticleError, read_page
from spacenews.extraction.loaders import read_article
from spacenews.extraction.selectors import text_of
from spacenews.reading.pages import site_named
from spacenews.schema import to_record

ROUNDS = 10  # for each of the seven pages; the sets are large enough for one
SPIDERS = {
    "digitaltrends": "digitaltrends_space",
    "live_science": "live_science_space",
    "phys_org": "phys_org_space",
    "science_alert": "science_alert_space",
    "space_com": "space_com",
    "spacenews_com": "spacenews_com",
    "the_space_review": "the_space_review",
}
SETS = {"scrapinghub": "scrapinghub", "wcxb": "WCXB, articles", "fundus": "fundus"}
NO_ARTICLES = "no-articles"
FIELDS = ("title", "authors", "day", "lead", "captions", "credits")
REPORT = Path(__file__).parent.parent / "docs" / "quality.md"
START, END = "<!-- made by make bench-quality -->", "<!-- end -->"


class Page(NamedTuple):
    """A page with what people marked on it."""

    key: str
    url: str
    body: bytes
    truth: Mapping[str, Any]
    spider: str | None = None  # the name of the site file to read it with

    @property
    def html(self) -> str:
        """The page decoded, as the tools want it that do not decode."""
        return self.body.decode("utf-8", "replace")

    @property
    def is_held_out(self) -> bool:
        """Whether nobody looked at the page while the rules were made: a third of each set."""
        return int(sha256(self.key.encode()).hexdigest(), 16) % 3 == 0


class Result(NamedTuple):
    """How a tool read a page."""

    page: Page
    overlap: Overlap
    marks: Marks
    cpu: float  # milliseconds


Read = Callable[[Page], Reading]


class Tool(NamedTuple):
    """A reader of articles: how to make it ready, and which fields it gives beside the text."""

    make: Callable[[], Read]
    fields: Sequence[str]


def seven_pages(corpus: Path) -> list[Page]:
    """Return the pages of sites with a site file; the Digital Trends page is marked by its expected record."""
    truths = json.loads((corpus / "pages/ground-truth.json").read_text(encoding="utf-8"))
    (ours,) = json.loads((corpus / "digitaltrends-real-page.expected.json").read_text(encoding="utf-8"))["articles"]
    truths["digitaltrends"] = {"url": ours["url"], "articleBody": ours["text"]}
    found = []
    for name, spider in SPIDERS.items():
        truth = {"kind": "article", "text": truths[name]["articleBody"]}
        body = gzip.decompress((corpus / f"pages/{name}.html.gz").read_bytes())
        found.append(Page(name, truths[name]["url"], body, truth, spider))
    return found


def pages_of_set(folder: Path) -> list[Page]:
    """Return the pages of a set."""
    truths = json.loads((folder / "truth.json").read_text(encoding="utf-8"))
    bodies = {key: gzip.decompress((folder / f"{key}.html.gz").read_bytes()) for key in truths}
    return [Page(key, truth["url"], bodies[key], truth) for key, truth in truths.items()]


def spacenews() -> Read:
    """Read the whole record: as a crawl reads its seeds where there is a site file, else as any news page."""
    headers = {"Content-Type": "text/html; charset=utf-8"}

    def record_of(page: Page) -> dict[str, Any]:
        if page.spider is None:
            return read_page(page.body, page.url, headers=headers)
        response = HtmlResponse(page.url, headers=headers, body=page.body)
        record: dict[str, Any] = to_record(read_article(response, site_named(page.spider)))
        return record

    def read(page: Page) -> Reading:
        try:
            record = record_of(page)
        except NotAnArticleError:
            return Reading()
        return Reading(
            record["text"],
            record["title"],
            [author["name"] for author in record["authors"]],
            record["published_at"] or "",
            record["image_url"] or "",
            [Picture(one["url"], one["caption"] or "", one["credit"] or "") for one in record["images"]],
        )

    return read


def trafilatura() -> Read:
    """Read text and metadata, without its own cache of seen pages."""
    bare_extraction = import_module("trafilatura").bare_extraction

    def read(page: Page) -> Reading:
        found = bare_extraction(page.html, url=page.url, with_metadata=True, include_comments=False)
        if found is None:
            return Reading()
        authors = (found.author or "").split("; ")
        return Reading(found.text or "", found.title or "", authors, found.date or "", found.image or "")

    return read


def newspaper4k() -> Read:
    """Read the article without its language processing."""
    newspaper = import_module("newspaper")

    def parsed(page: Page, **options: str) -> Any:
        article = newspaper.Article(page.url, fetch_images=False, **options)
        article.download(input_html=page.html)
        article.parse()
        return article

    def read(page: Page) -> Reading:
        try:
            article = parsed(page)
        except (ImportError, LookupError):  # it takes some English pages for Korean, and wants what reads that
            article = parsed(page, language="en")
        published = article.publish_date.isoformat() if article.publish_date else ""
        return Reading(article.text, article.title, article.authors, published, article.top_image or "")

    return read


def readability_lxml() -> Read:
    """Read the summary; it is HTML, of which the text counts."""
    readability = import_module("readability")

    def read(page: Page) -> Reading:
        document = readability.Document(page.html, url=page.url)
        text = text_of(fromstring(document.summary()))
        return Reading(text, document.short_title(), [document.author()])

    return read


def news_please() -> Read:
    """Read the article with all of its extractors."""
    newsplease = import_module("newsplease").NewsPlease

    def read(page: Page) -> Reading:
        return Reading(newsplease.from_html(page.html, url=page.url).maintext or "")

    return read


TOOLS = {
    "spacenews": Tool(spacenews, FIELDS),
    "trafilatura": Tool(trafilatura, ("title", "authors", "day", "lead")),
    "newspaper4k": Tool(newspaper4k, ("title", "authors", "day", "lead")),
    "readability-lxml": Tool(readability_lxml, ("title", "authors")),
}
SLOW_TOOLS = {"news-please": Tool(news_please, ())}  # its text is newspaper4k's: it reads the seven pages only


def measure(read: Read, page: Page, rounds: int = 1) -> Result:
    """Let a tool read a page; its CPU time is the best of those rounds."""
    times = []
    reading = Reading()
    for _ in range(rounds):
        start = time.process_time()
        reading = read(page)
        times.append(time.process_time() - start)
    return Result(
        page, overlap(reading.text, page.truth.get("text") or ""), marks(reading, page.truth), 1000 * min(times)
    )


def table_of_sites(results: Mapping[str, Sequence[Result]]) -> Iterator[str]:
    """Yield the lines of a Markdown table with the F1 of every page, then the means."""
    yield "| F1 | " + " | ".join(results) + " |"
    yield "|---|" + "---:|" * len(results)
    for row in zip(*results.values(), strict=True):
        yield f"| {row[0].page.key} | " + " | ".join(f"{f1([one.overlap]):.4f}" for one in row) + " |"
    overlaps = [[one.overlap for one in found] for found in results.values()]
    means = {
        "mean F1": [mean(f1([page]) for page in pages) for pages in overlaps],
        "mean precision": [precision(pages) for pages in overlaps],
        "mean recall": [recall(pages) for pages in overlaps],
    }
    for label, values in means.items():
        yield f"| **{label}** | " + " | ".join(f"**{value:.4f}**" for value in values) + " |"
    times = (mean(one.cpu for one in found) for found in results.values())
    yield "| **CPU a page, ms** | " + " | ".join(f"**{time:.1f}**" for time in times) + " |"


def table_of_sets(results: Mapping[str, Mapping[str, Sequence[Result]]]) -> Iterator[str]:
    """Yield the lines of a Markdown table with a row for each set and tool, and one for the pages nobody looked at."""
    yield "| set (pages) | tool | F1 | exact | empty | " + " | ".join(FIELDS) + " | CPU a page, ms |"
    yield "|---|---|" + "---:|" * (4 + len(FIELDS))
    for name, shown in SETS.items():
        for tool, found in results[name].items():
            yield _row(f"{shown} ({len(found)})", tool, found)
            if tool == "spacenews":
                held_out = [one for one in found if one.page.is_held_out]
                yield _row(f"… held out ({len(held_out)})", tool, held_out)


def _row(name: str, tool: str, found: Sequence[Result]) -> str:
    exact, empty = (sum(one.marks[field][0] for one in found) for field in ("exact", "empty"))
    quality = f"{f1([one.overlap for one in found]):.3f} | {exact / len(found):.3f} | {empty}"
    fields = " | ".join(_share(found, field) if field in TOOLS[tool].fields else "–" for field in FIELDS)
    return f"| {name} | {tool} | {quality} | {fields} | {mean(one.cpu for one in found):.1f} |"


def _share(found: Sequence[Result], field: str) -> str:
    """Return how many of how many were right, a dash where nothing is marked."""
    judged = [right for one in found for right in one.marks.get(field, ())]
    return f"{sum(judged)}/{len(judged)}" if judged else "–"


def table_of_refusals(results: Mapping[str, Sequence[Result]]) -> Iterator[str]:
    """Yield the lines of a Markdown table of the pages that are no article."""
    yield "| pages that are no article | refused | held out | CPU a page, ms |"
    yield "|---|---:|---:|---:|"
    for tool, found in results.items():
        held_out = [one for one in found if one.page.is_held_out]
        shares = (_share(some, "refused") for some in (found, held_out))
        yield f"| {tool} | {' | '.join(shares)} | {mean(one.cpu for one in found):.1f} |"


def report(corpus: Path) -> str:
    """Measure every tool on every page and lay the results out in Markdown."""
    readers = {name: tool.make() for name, tool in (TOOLS | SLOW_TOOLS).items()}
    sites = seven_pages(corpus)
    known = {name: [measure(read, page, ROUNDS) for page in sites] for name, read in readers.items()}
    unknown: dict[str, dict[str, list[Result]]] = {}
    for name in (*SETS, NO_ARTICLES):
        pages = pages_of_set(corpus / "reading" / name)
        unknown[name] = {tool: [measure(readers[tool], page) for page in pages] for tool in TOOLS}
    versions = ", ".join(f"{name} {importlib.metadata.version(name)}" for name in (*list(readers)[1:], "lxml"))
    tables = table_of_sites(known), table_of_sets(unknown), table_of_refusals(unknown[NO_ARTICLES])
    return "\n\n".join(["\n".join(table) for table in tables] + [f"{versions}, Python {sys.version.split()[0]}."])


def main() -> None:
    """Print the tables and write them into docs/quality.md."""
    corpus = Path(os.environ.get("SPACENEWS_CORPUS", "../shared/corpus"))
    if not corpus.is_dir():
        sys.exit(f"there are no real pages in {corpus}: name their folder with SPACENEWS_CORPUS")
    warnings.simplefilter("ignore")
    logging.disable()
    made = report(corpus)
    print(made)
    if REPORT.exists():
        before, _, rest = REPORT.read_text(encoding="utf-8").partition(START)
        REPORT.write_text(f"{before}{START}\n\n{made}\n\n{END}{rest.partition(END)[2]}", encoding="utf-8")


if __name__ == "__main__":
    main()
