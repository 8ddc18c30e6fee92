"""structured.py: one bad block never costs the others, and another story's data is not this one's."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import html

from spacenews.extraction.json_ld import MAX_BLOCK_LENGTH
from spacenews.extraction.metadata import MAX_BLOCKS, PageMetadata

URL = "https://www.example.com/space/a-story/"


def told(*blocks: Any, head: str = "", url: str = URL) -> PageMetadata:
    scripts = "".join(
        f'<script type="application/ld+json">{block if isinstance(block, str) else json.dumps(block)}</script>'
        for block in blocks
    )
    page = f'<html lang="en"><head><title>A story</title>{head}</head><body>{scripts}</body></html>'
    return PageMetadata(html.document_fromstring(page), url)


def test_nesting_and_size_end_a_block_and_not_the_page() -> None:
    good = {"@type": "NewsArticle", "headline": "Right"}
    deep = "[" * 100_000 + "]" * 100_000
    huge = '{"a": "' + "x" * MAX_BLOCK_LENGTH + '"}'
    assert told(deep, huge, good).strings("headline") == ["Right"]
    assert len(told(*[{"@type": "Thing"}] * (MAX_BLOCKS + 20)).nodes) == MAX_BLOCKS


def test_a_bad_block_costs_itself_alone() -> None:
    page = told('{"@type": "NewsArticle", "headline": "cut', {"@type": "NewsArticle", "headline": "Right"})
    assert page.strings("headline") == ["Right"]


def test_graphs_and_lists_are_opened_in_order() -> None:
    page = told([{"@graph": [{"@type": "A"}, [{"@type": "B"}]]}, {"@type": "C"}])
    assert [node["@type"] for node in page.nodes if "@type" in node] == ["A", "B", "C"]


def test_the_article_comes_before_the_page_and_fills_what_it_leaves_open() -> None:
    page = told({"@type": "WebPage", "name": "Page", "inLanguage": "en"}, {"@type": ["NewsArticle"], "name": "Article"})
    assert page.strings("name") == ["Article"]
    assert page.strings("inLanguage") == ["en"]


@pytest.mark.parametrize("key", ["url", "@id", "mainEntityOfPage"])
def test_another_story_is_not_this_one(key: str) -> None:
    other = {"@type": "NewsArticle", key: "https://www.example.com/space/other/", "headline": "Other"}
    own = {"@type": "NewsArticle", key: {"@id": "http://example.com/space/a-story#article"}, "headline": "Own"}
    assert told(other, own).strings("headline") == ["Own"]
    assert told(other).strings("headline") == []


NO_ADDRESS = [
    "urn:uuid:60a76c80-d399-11d9",
    "8c1f77aa",
    "#article",
    "_:b0",
    "True",
    "article",
    "",
    " ",
    "tag:example,2026:7",
]


@pytest.mark.parametrize("key", ["url", "@id", "mainEntityOfPage"])
@pytest.mark.parametrize(
    "name", [*NO_ADDRESS, True, None, 7, "https://www.example.com", "https://www.example.com/", "/"]
)
def test_a_name_that_is_no_address_of_a_page_is_no_other_story(key: str, name: Any) -> None:
    node = {"@type": "NewsArticle", key: name, "headline": "Own", "datePublished": "2026-03-04"}
    assert told(node).strings("headline") == ["Own"]
    assert told(node | {key: {"@type": "WebPage", "@id": name}}).strings("datePublished") == ["2026-03-04"]


@pytest.mark.parametrize(
    "address",
    [
        "https://www.example.com/space/a-story/amp/",
        "https://www.example.com/amp/space/a-story",
        "https://amp.example.com/space/a-story/?amp=1",
        "https://www.example.com/space/a-story/?outputType=amp&utm_source=x",
        "https://www.example.com/space/a-story.amp.html",
        "https://www-example-com.cdn.ampproject.org/c/s/www.example.com/space/a-story/amp/",
        "http://m.example.com/space/a-story",
        "https://www.example.com/m/space/a-story/",
        "HTTPS://WWW.EXAMPLE.COM:443/Space/A-Story/",
        "https://www.example.com/space/%61-story/index.html",
        "https://www.example.com//space/./a-story/#article",
        "/space/a-story",
        "//www.example.com/space/a-story/?p=7",
        "https://cms.example.net/space/a-story/",
    ],
)
def test_every_form_of_the_page_s_address_is_its_own(address: str) -> None:
    other = {"@type": "NewsArticle", "url": "https://www.example.com/space/other/", "headline": "Other"}
    own = {"@type": "NewsArticle", "mainEntityOfPage": {"@type": "WebPage", "@id": address}, "headline": "Own"}
    assert told(other, own).strings("headline") == ["Own"]


@pytest.mark.parametrize(
    "canonical", ["/space/%C3%84ra-p%c3%a5-m%C3%A5nen/", "/space/Ära-på-månen/", "/space/A\u0308ra-på-månen"]
)
@pytest.mark.parametrize("said", ["/space/ära-på-månen/", "/space/%c3%84ra-p%C3%A5-m%C3%A5nen"])
def test_an_address_may_be_encoded_or_not(canonical: str, said: str) -> None:
    node = {"@type": "NewsArticle", "url": f"https://www.example.com{said}", "headline": "Own"}
    page = told(node, head=f'<link rel="canonical" href="https://www.example.com{canonical}">')
    assert page.strings("headline") == ["Own"]


def test_a_query_may_tell_stories_apart() -> None:
    nodes = [
        {"@type": "Article", "url": f"https://www.example.com/article.php?id={n}&utm_source=x", "name": n} for n in "12"
    ]
    assert told(*nodes, url="https://www.example.com/article.php?id=2").strings("name") == ["2"]
    assert told(nodes[0], url="https://www.example.com/article.php").strings("name") == ["1"]


def test_a_story_with_the_page_s_headline_is_its_own_whatever_address_it_names() -> None:
    node = {
        "@type": "NewsArticle",
        "mainEntityOfPage": "https://google.com/article",
        "headline": "Probe sees the far dune",
    }
    other = node | {"headline": "Lander sees another dune"}
    for head in (
        '<meta property="og:title" content="Probe sees  the far dune!">',
        '<meta name="twitter:title" content="PROBE SEES THE FAR DUNE">',
    ):
        assert told(other, node, head=head).strings("headline") == ["Probe sees the far dune"]


def test_a_story_that_says_whose_it_is_comes_before_one_that_does_not() -> None:
    card = {"@type": "NewsArticle", "headline": "Card", "author": "Card Author"}
    own = {"@type": "NewsArticle", "url": URL, "headline": "Own"}
    more = {"@type": "Article", "@id": URL + "#more", "author": "Own Author"}
    assert told(card, own, more).strings("headline") == ["Own"]
    assert told(card, own, more).strings("author") == ["Own Author"]
    assert told(card).strings("author") == ["Card Author"]


@pytest.mark.parametrize("key", ["mainEntity", "mainEntityOfPage"])
def test_the_article_may_lie_in_its_page(key: str) -> None:
    article = {"@type": "NewsArticle", "headline": "Within", "author": {"@type": "Person", "name": "Dana Marlow"}}
    page = {"@type": "WebPage", "url": URL, "inLanguage": "en", key: [article]}
    assert told(page).strings("headline") == ["Within"]
    assert told({"@graph": [{"@graph": [page]}]}).strings("author") == ["Dana Marlow"]
    assert told(page).strings("inLanguage") == ["en"]
    assert told(page | {"url": "https://www.example.com/space/other/"}).strings("headline") == []
    pointer = {"@type": "NewsArticle", "headline": "Whole", "mainEntityOfPage": {"@type": "WebPage", "@id": URL}}
    assert told(pointer, {"@type": "WebPage", "@id": URL, "inLanguage": "en"}).strings("inLanguage") == ["en"]


@pytest.mark.parametrize(
    ("author", "expected"),
    [
        ("Dana Marlow", ["Dana Marlow"]),
        (["Dana Marlow", "Ed Quill"], ["Dana Marlow", "Ed Quill"]),
        ({"name": ["Dana Marlow", "Ed Quill"]}, ["Dana Marlow", "Ed Quill"]),
        ([{"name": "Dana Marlow"}, {"name": "Ed Quill"}], ["Dana Marlow", "Ed Quill"]),
        ({"@list": [{"name": "Dana Marlow"}, "Ed Quill"]}, ["Dana Marlow", "Ed Quill"]),
        ({"@set": ["Dana Marlow"]}, ["Dana Marlow"]),
        ({"@type": "Person", "givenName": "Dana", "familyName": "Marlow"}, ["Dana Marlow"]),
        (
            {"@type": "Person", "name": "", "givenName": "Dana", "additionalName": "O.", "familyName": "Marlow"},
            ["Dana O. Marlow"],
        ),
        ({"@type": "Person", "name": {"@value": "Dana Marlow"}}, ["Dana Marlow"]),
        ({"@id": "#dana"}, ["Dana Marlow"]),
        ("#dana", ["Dana Marlow"]),
        ([{"@id": "https://www.example.com/#/person/1"}], ["Ed Quill"]),
        ({"@id": "#nobody"}, []),
        ({"name": None}, []),
        ([], []),
        (7, []),
    ],
)
@pytest.mark.parametrize("key", ["author", "creator"])
def test_authors_are_said_in_many_ways(key: str, author: Any, expected: list[str]) -> None:
    people = [
        {"@type": "Person", "@id": "#dana", "name": "Dana Marlow", "jobTitle": "Editor"},
        {"@type": "Person", "@id": "https://www.example.com/#/person/1", "givenName": "Ed", "familyName": "Quill"},
    ]
    page = told({"@type": "NewsArticle", "url": URL, key: author}, {"@graph": people})
    assert [person["name"] for person in page.authors()] == expected


def test_the_author_comes_before_the_creator() -> None:
    page = told({"@type": "NewsArticle", "author": "Dana Marlow", "creator": "Content System"})
    assert [person["name"] for person in page.authors()] == ["Dana Marlow"]


def test_references_lead_to_what_they_name() -> None:
    page = told(
        {
            "@graph": [
                {"@type": "WebPage", "author": {"@id": "#p"}},
                {"@type": "Person", "@id": "#p", "name": "Gwen Quill"},
            ]
        }
    )
    assert page.strings("author") == ["Gwen Quill"]
    assert page.persons()[0]["name"] == "Gwen Quill"


def test_a_breadcrumb_is_read_by_position() -> None:
    crumbs = [
        {"position": 2, "item": {"@id": "/space", "name": "Space"}},
        {"position": "1", "name": "Home"},
        "not an item",
        {"position": None, "name": ""},
    ]
    assert told({"@type": "BreadcrumbList", "itemListElement": crumbs}).breadcrumb() == ["Home", "Space"]


@given(
    st.recursive(
        st.none() | st.booleans() | st.floats() | st.text(),
        lambda x: (
            st.lists(x)
            | st.dictionaries(
                st.sampled_from(
                    [
                        "@type",
                        "@id",
                        "@graph",
                        "name",
                        "url",
                        "author",
                        "headline",
                        "itemListElement",
                        "position",
                        "mainEntityOfPage",
                        "mainEntity",
                        "givenName",
                        "@list",
                    ]
                ),
                x,
            )
        ),
    )
)
def test_odd_values_are_no_errors(value: Any) -> None:
    page = told()
    page.nodes = [node for node in (value if isinstance(value, list) else [value]) if isinstance(node, dict)]
    for key in ("author", "headline", "name", "url"):
        page.strings(key)
    page.breadcrumb()
    page.persons()
    page.authors()


def test_meta_and_links_keep_the_order_of_the_page() -> None:
    page = told(
        head='<meta property="article:tag" content="b"><meta name="Article:Tag" content="a"><meta name="x">'
        '<link rel="canonical nofollow" href="/a/"><link rel="canonical">'
    )
    assert page.meta["article:tag"] == ["b", "a"]
    assert page.links["canonical"] == ["/a/"]
    assert page.first("og:title", "article:tag") == ["b", "a"]
    assert (page.title, page.language) == ("A story", "en")
