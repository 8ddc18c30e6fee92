"""Every site reads its saved pages as it did when somebody looked at them; a page that nobody reads proves nothing."""

from __future__ import annotations

import gzip
import json
import os
import re
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from scrapy.http import HtmlResponse
from scrapy.settings import Settings
from scrapy.spiderloader import SpiderLoader

from spacenews import spiders
from spacenews.commands.savefixture import reading
from spacenews.extraction.loaders import read_article
from spacenews.schema import to_record
from spacenews.settings import AUTOTHROTTLE_ENABLED, DOWNLOAD_DELAY, ROBOTSTXT_OBEY
from spacenews.site import Site
from spacenews.spider import NewsSpider

CORPUS = Path(os.environ.get("SPACENEWS_CORPUS", "nowhere"))
SITE_FILES = Path(spiders.__file__).parent
SITES = Path(__file__).parent / "sites"
PAGES = sorted(SITES.glob("*/*.html"))
SPIDERS: dict[str, type[NewsSpider]] = {}


def spider(name: str) -> NewsSpider:
    if not SPIDERS:
        loader = SpiderLoader.from_settings(Settings({"SPIDER_MODULES": ["spacenews.spiders"]}))
        for known in loader.list():
            loaded = loader.load(known)
            assert issubclass(loaded, NewsSpider)
            SPIDERS[known] = loaded
    return SPIDERS[name]()


def page(path: Path, url: str) -> HtmlResponse:
    return HtmlResponse(url, body=path.read_bytes(), encoding="utf-8")


@pytest.mark.parametrize("path", PAGES, ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_a_saved_page_is_read_as_saved(path: Path) -> None:
    expected = json.loads(path.with_suffix(".json").read_text(encoding="utf-8"))
    assert reading(page(path, expected["url"]), spider(path.parent.name)) == expected


def test_every_spider_has_an_article_and_a_listing() -> None:
    spider("digitaltrends_space")
    for name in SPIDERS:
        saved = [json.loads(path.read_text(encoding="utf-8")) for path in (SITES / name).glob("*.json")]
        assert any("article" in page for page in saved), f"{name} has no article page in tests/sites"
        assert any("next" in page for page in saved), f"{name} has no listing page in tests/sites"


def test_every_fixture_is_read() -> None:
    spider("digitaltrends_space")
    files = {path.relative_to(SITES) for path in SITES.rglob("*") if path.is_file()}
    read = {path.relative_to(SITES) for path in PAGES}
    assert {path.parts[0] for path in files} == set(SPIDERS)
    assert files == read | {path.with_suffix(".json") for path in read}


def test_saved_articles_show_what_matters() -> None:
    """What every page of a site has, so that an empty reading is not saved by mistake."""
    for path in PAGES:
        article = json.loads(path.with_suffix(".json").read_text(encoding="utf-8")).get("article")
        if article:
            assert article["title"], path
            assert article["published_at"], path
            assert any(block["type"] == "paragraph" for block in article["body"]), path
            assert article["text"] == article["text"].strip(), path


@pytest.mark.parametrize("path", sorted(SITE_FILES.glob("[!_]*.py")), ids=lambda path: path.stem)
def test_a_site_file_keeps_the_rules_of_the_house(path: Path) -> None:
    found = spider(path.stem)
    cls = type(found)
    assert cls.name == path.stem
    assert cls.__module__ == f"spacenews.spiders.{path.stem}"
    assert cls.__name__ == "".join(part.title() for part in path.stem.split("_")) + "Spider"
    assert cls.__doc__
    assert cls.allowed_domains
    assert cls.news_site
    assert cls.feeds or cls.listings or cls.sitemaps
    said = [name for name in vars(cls) if not name.startswith("__")]
    known = ["name", "allowed_domains", *(name for name in Site.__annotations__ if name != "allowed_domains")]
    assert said == [name for name in known if name in said], "the order of Site, and nothing that Site does not know"
    assert not [name for name in said if name != "name" and getattr(Site, name) == getattr(cls, name)], (
        "repeats a default"
    )


def test_no_site_is_less_polite_than_the_default() -> None:
    spider("digitaltrends_space")
    assert ROBOTSTXT_OBEY
    assert AUTOTHROTTLE_ENABLED
    assert DOWNLOAD_DELAY >= 1
    assert all(cls.custom_settings is None and not hasattr(cls, "download_delay") for cls in SPIDERS.values())


# The real pages, where they are there

real = pytest.mark.skipif(not CORPUS.is_dir(), reason="SPACENEWS_CORPUS names no folder of real pages")


def shingles(text: str) -> Counter[tuple[str, ...]]:
    words = re.findall(r"\w+", text)
    return Counter(zip(*(words[start:] for start in range(4)), strict=False))


def f1(text: str, truth: str) -> float:
    found, wanted = shingles(text), shingles(truth)
    return 2 * (found & wanted).total() / (found.total() + wanted.total())


@real
@pytest.mark.parametrize(
    ("page", "name", "least"),
    [
        ("space_com", "space_com", 0.985),  # the truth has one picture's credit, and a word with two gaps in it
        ("spacenews_com", "spacenews_com", 1),
        ("phys_org", "phys_org_space", 1),
        ("the_space_review", "the_space_review", 1),
        ("science_alert", "science_alert_space", 1),
        ("live_science", "live_science_space", 1),
    ],
)
def test_a_real_page_is_read_as_people_marked_it(page: str, name: str, least: float) -> None:
    truth = json.loads((CORPUS / "pages/ground-truth.json").read_text(encoding="utf-8"))[page]
    body = gzip.decompress((CORPUS / f"pages/{page}.html.gz").read_bytes())
    article = read_article(HtmlResponse(truth["url"], body=body, encoding="utf-8"), spider(name))
    assert article.wall is None
    assert f1(article.text, truth["articleBody"]) >= least


@real
def test_the_real_page_of_digital_trends_says_what_it_says() -> None:
    wanted = json.loads((CORPUS / "digitaltrends-real-page.expected.json").read_text(encoding="utf-8"))["articles"][0]
    body = gzip.decompress((CORPUS / "pages/digitaltrends.html.gz").read_bytes())
    record = to_record(read_article(HtmlResponse(wanted["url"], body=body), spider("digitaltrends_space")))
    for picture in wanted["images"]:
        picture["status"] = "skipped"  # nothing is fetched here
    assert _agrees(wanted, record), "see tools/check_articles.py for what differs"


def _agrees(wanted: Any, got: Any) -> bool:
    if isinstance(wanted, dict):
        return all(_agrees(value, got[key]) for key, value in wanted.items())
    if isinstance(wanted, list):
        return len(wanted) == len(got) and all(map(_agrees, wanted, got))
    return bool(wanted == got)
