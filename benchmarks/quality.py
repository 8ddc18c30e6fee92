"""Compares the reading of real pages with what people marked, for spacenews and what a user would pick instead.

    SPACENEWS_CORPUS=folder python benchmarks/quality.py

Writes the table to docs/quality.md. Every tool gets the same decoded page; CPU time is of this process, best of ten,
and includes building the tree.
"""

from __future__ import annotations

import gzip
import importlib.metadata
import json
import logging
import os
import re
import sys
import time
import warnings
from collections import Counter
from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from statistics import mean
from typing import NamedTuple

from lxml.html import fromstring
from scrapy.http import HtmlResponse
from scrapy.settings import Settings
from scrapy.spiderloader import SpiderLoader

from spacenews.extraction.loaders import read_article
from spacenews.extraction.selectors import text_of
from spacenews.spider import NewsSpider

ROUNDS = 10
SPIDERS = {
    "digitaltrends": "digitaltrends_space",
    "live_science": "live_science_space",
    "phys_org": "phys_org_space",
    "science_alert": "science_alert_space",
    "space_com": "space_com",
    "spacenews_com": "spacenews_com",
    "the_space_review": "the_space_review",
}
REPORT = Path(__file__).parent.parent / "docs" / "quality.md"
START, END = "<!-- made by make bench-quality -->", "<!-- end -->"


class Page(NamedTuple):
    """A page with what people marked as its text."""

    name: str
    url: str
    html: str
    truth: str


class Score(NamedTuple):
    """Four-word shingles: the share of those found that are right, of those marked that are found, and both."""

    precision: float
    recall: float
    f1: float


Tool = Callable[[Page], str]


def pages(corpus: Path) -> list[Page]:
    """Read the pages and what people marked; the text of the Digital Trends page is that of its expected record."""
    truths = json.loads((corpus / "pages/ground-truth.json").read_text(encoding="utf-8"))
    (ours,) = json.loads((corpus / "digitaltrends-real-page.expected.json").read_text(encoding="utf-8"))["articles"]
    truths["digitaltrends"] = {"url": ours["url"], "articleBody": ours["text"]}
    return [
        Page(
            name,
            truths[name]["url"],
            gzip.decompress((corpus / f"pages/{name}.html.gz").read_bytes()).decode("utf-8"),
            truths[name]["articleBody"],
        )
        for name in SPIDERS
    ]


def shingles(text: str) -> Counter[tuple[str, ...]]:
    """Count the runs of four words."""
    words = re.findall(r"\w+", text)
    return Counter(zip(*(words[start:] for start in range(4)), strict=False))


def score(text: str, truth: str) -> Score:
    """Compare a text with what people marked."""
    found, wanted = shingles(text), shingles(truth)
    right = (found & wanted).total()
    precision, recall = right / max(1, found.total()), right / max(1, wanted.total())
    return Score(precision, recall, 2 * precision * recall / (precision + recall) if right else 0.0)


def spacenews() -> Tool:
    """Read the whole record, as a crawl does."""
    loader = SpiderLoader.from_settings(Settings({"SPIDER_MODULES": ["spacenews.spiders"]}))
    spiders = {page: loader.load(name)() for page, name in SPIDERS.items()}

    def read(page: Page) -> str:
        response = HtmlResponse(page.url, body=page.html, encoding="utf-8")
        spider = spiders[page.name]
        assert isinstance(spider, NewsSpider)
        return read_article(response, spider).text

    return read


def trafilatura() -> Tool:
    """Read text and metadata, without its own cache of seen pages."""
    bare_extraction = import_module("trafilatura").bare_extraction

    def read(page: Page) -> str:
        document = bare_extraction(page.html, url=page.url, with_metadata=True, include_comments=False)
        return (document.text if document else "") or ""

    return read


def newspaper4k() -> Tool:
    """Read the article without its language processing."""
    newspaper = import_module("newspaper")

    def read(page: Page) -> str:
        article = newspaper.Article(page.url, fetch_images=False)
        article.download(input_html=page.html)
        article.parse()
        return str(article.text)

    return read


def readability_lxml() -> Tool:
    """Read the summary; it is HTML, of which the text counts."""
    document = import_module("readability").Document

    def read(page: Page) -> str:
        return text_of(fromstring(document(page.html, url=page.url).summary()))

    return read


def news_please() -> Tool:
    """Read the article with all of its extractors."""
    newsplease = import_module("newsplease").NewsPlease

    def read(page: Page) -> str:
        return newsplease.from_html(page.html, url=page.url).maintext or ""

    return read


TOOLS = {
    "spacenews": spacenews,
    "trafilatura": trafilatura,
    "newspaper4k": newspaper4k,
    "readability-lxml": readability_lxml,
    "news-please": news_please,
}


def measure(read: Tool, page: Page) -> tuple[Score, float]:
    """Return the score of a tool on a page, and its CPU milliseconds."""
    times = []
    text = ""
    for _ in range(ROUNDS):
        start = time.process_time()
        text = read(page)
        times.append(time.process_time() - start)
    return score(text, page.truth), 1000 * min(times)


def table(results: dict[str, dict[str, tuple[Score, float]]]) -> str:
    """Lay the results out in Markdown: the F1 of every page, then the means."""
    names = list(results)
    lines = ["| F1 | " + " | ".join(names) + " |", "|---|" + "---:|" * len(names)]
    lines += [
        f"| {page} | " + " | ".join(f"{results[name][page][0].f1:.4f}" for name in names) + " |" for page in SPIDERS
    ]
    for label, part in (("mean F1", 2), ("mean precision", 0), ("mean recall", 1)):
        values = (mean(found[part] for found, _ in results[name].values()) for name in names)
        lines.append(f"| **{label}** | " + " | ".join(f"**{value:.4f}**" for value in values) + " |")
    times = (mean(cpu for _, cpu in results[name].values()) for name in names)
    lines.append("| **CPU a page, ms** | " + " | ".join(f"**{value:.1f}**" for value in times) + " |")
    versions = ", ".join(f"{name} {importlib.metadata.version(name)}" for name in (*names[1:], "lxml"))
    return "\n".join([*lines, "", f"Versions: {versions}, Python {sys.version.split()[0]}."])


def main() -> None:
    """Measure every tool on every page and write the table into docs/quality.md."""
    corpus = Path(os.environ.get("SPACENEWS_CORPUS", "../shared/corpus"))
    if not corpus.is_dir():
        sys.exit(f"there are no real pages in {corpus}: name their folder with SPACENEWS_CORPUS")
    warnings.simplefilter("ignore")
    logging.disable()
    marked = pages(corpus)
    results = {}
    for name, make in TOOLS.items():
        read = make()
        results[name] = {page.name: measure(read, page) for page in marked}
    made = table(results)
    print(made)
    if REPORT.exists():
        before, _, rest = REPORT.read_text(encoding="utf-8").partition(START)
        REPORT.write_text(f"{before}{START}\n\n{made}\n\n{END}{rest.partition(END)[2]}", encoding="utf-8")


if __name__ == "__main__":
    main()
