"""microdata.py: what itemprop attributes say of this page's article, where neither JSON-LD nor meta says it."""

from __future__ import annotations

import pytest
from scrapy.http import HtmlResponse

from spacenews.extraction.loaders import read_article
from spacenews.items import Article
from spacenews.site import Site


class Example(Site):
    news_site = "Example News"
    allowed_domains = ("www.example.com",)
    article_pattern = r"^/space/[^/?]+/$"
    headline = ".no-such-thing"
    body = ".text"


DATE = "2026-03-04T10:00:00Z"


def read(body: str, head: str = "") -> Article:
    page = f"<html><head>{head}</head><body>{body}</body></html>"
    return read_article(HtmlResponse("https://www.example.com/space/a/", body=page, encoding="utf-8"), Example())


def article(markup: str, kind: str = "https://schema.org/NewsArticle") -> str:
    return f"<article itemscope itemtype='{kind}'>{markup}<div class='text'><p>Text.</p></div></article>"


@pytest.mark.parametrize(
    "element",
    [
        f"<meta itemprop='datePublished' content='{DATE}'>",
        f"<meta itemprop='datePublished dateModified' content='{DATE}'>",
        f"<time itemprop='datePublished' datetime='{DATE}'>March 4</time>",
        f"<span itemprop='datepublished' content='{DATE}'>March 4</span>",
        f"<span itemprop='datePublished'>{DATE}</span>",
        f"<link itemprop='datePublished' href='{DATE}'>",
        f"<div itemprop='hasPart'><meta itemprop='datePublished' content='{DATE}'></div>",
    ],
)
def test_a_date_may_stand_in_any_element(element: str) -> None:
    assert read(article(element)).published_at == DATE
    assert read(element + article("")).published_at == DATE, "without an item around it"


def test_of_another_item_nothing_counts() -> None:
    def item(tag: str, name: str, kind: str) -> str:
        date = f"<meta itemprop='datePublished' content='{DATE}'><span itemprop='author'>Mira Quill</span>"
        return f"<{tag} {name} itemscope itemtype='https://schema.org/{kind}'>{date}</{tag}>"

    within = item("figure", "itemprop='image'", "ImageObject") + item("div", "itemprop='comment'", "Comment")
    found = read(article(within) + item("article", "", "Article"))
    assert (found.published_at, found.authors) == (None, [])


@pytest.mark.parametrize(
    ("element", "url"),
    [
        ("<span itemprop='author'>Dana Marlow</span>", None),
        ("<meta itemprop='author' content='Dana Marlow'>", None),
        ("<a itemprop='author' href='/people/dana/'>By Dana Marlow</a>", "https://www.example.com/people/dana/"),
        (
            "<p itemprop='author' itemscope><a itemprop='url' href='/people/dana/'><b itemprop='name'>Dana Marlow</b>",
            "https://www.example.com/people/dana/",
        ),
        ("<div itemprop='creator' itemscope><meta itemprop='name' content='Dana Marlow'></div>", None),
    ],
)
def test_an_author_is_an_element_or_an_item_of_its_own(element: str, url: str | None) -> None:
    (author,) = read(article(element)).authors
    assert (author.name, author.url) == ("Dana Marlow", url)


def test_several_authors_and_no_organisation() -> None:
    names = "".join(
        f"<span itemprop='author' itemscope itemtype='https://schema.org/{kind}'><b itemprop='name'>{name}</b></span>"
        for kind, name in (("Person", "Dana Marlow"), ("Person", "Ed Quill"), ("Organization", "Example Labs Team"))
    )
    assert [author.name for author in read(article(names)).authors] == ["Dana Marlow", "Ed Quill"]


def test_headline_and_description_come_from_it_where_nothing_else_says_them() -> None:
    markup = "<h2 itemprop='headline'>Probe sees a dune</h2><p itemprop='description'>What it saw.</p>"
    assert (read(article(markup)).title, read(article(markup)).summary) == ("Probe sees a dune", "What it saw.")
    head = '<meta property="og:title" content="Said"><meta name="description" content="Said so.">'
    other = read(article(markup), head)
    assert (other.title, other.summary) == ("Said", "Said so.")


def test_json_ld_comes_first() -> None:
    told = '<script type="application/ld+json">{"@type": "Article", "datePublished": "2025-01-01T00:00:00Z"}</script>'
    found = read(article(f"<meta itemprop='datePublished' content='{DATE}'>"), told)
    assert found.published_at == "2025-01-01T00:00:00Z"
