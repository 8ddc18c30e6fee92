"""Real pages of every site, where they are at hand, are read as people marked them."""

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
from test_sites import spider_of

from spacenews.extraction.loaders import read_article
from spacenews.schema import to_record

CORPUS = Path(os.environ.get("SPACENEWS_CORPUS", "nowhere"))

pytestmark = pytest.mark.skipif(not CORPUS.is_dir(), reason="SPACENEWS_CORPUS names no folder of real pages")


def shingles(text: str) -> Counter[tuple[str, ...]]:
    words = re.findall(r"\w+", text)
    return Counter(zip(*(words[start:] for start in range(4)), strict=False))


def f1(text: str, truth: str) -> float:
    found, wanted = shingles(text), shingles(truth)
    return 2 * (found & wanted).total() / (found.total() + wanted.total())


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
    article = read_article(HtmlResponse(truth["url"], body=body, encoding="utf-8"), spider_of(name))
    assert article.wall is None
    assert f1(article.text, truth["articleBody"]) >= least


def test_the_real_page_of_digital_trends_says_what_it_says() -> None:
    wanted = json.loads((CORPUS / "digitaltrends-real-page.expected.json").read_text(encoding="utf-8"))["articles"][0]
    body = gzip.decompress((CORPUS / "pages/digitaltrends.html.gz").read_bytes())
    record = to_record(read_article(HtmlResponse(wanted["url"], body=body), spider_of("digitaltrends_space")))
    for picture in wanted["images"]:
        picture["status"] = "skipped"  # nothing is fetched here
    assert _agrees(wanted, record), "see tools/check_articles.py for what differs"


def _agrees(wanted: Any, got: Any) -> bool:
    if isinstance(wanted, dict):
        return all(_agrees(value, got[key]) for key, value in wanted.items())
    if isinstance(wanted, list):
        return len(wanted) == len(got) and all(map(_agrees, wanted, got))
    return bool(wanted == got)
