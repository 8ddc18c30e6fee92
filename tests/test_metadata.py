"""structured.py: one bad block never costs the others, and another story's data is not this one's."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import html

from spacenews.extraction.metadata import MAX_BLOCK_LENGTH, MAX_BLOCKS, PageMetadata, read_json

URL = "https://www.example.com/space/a-story/"


def told(*blocks: Any, head: str = "") -> PageMetadata:
    scripts = "".join(
        f'<script type="application/ld+json">{block if isinstance(block, str) else json.dumps(block)}</script>'
        for block in blocks
    )
    page = f'<html lang="en"><head><title>A story</title>{head}</head><body>{scripts}</body></html>'
    return PageMetadata(html.document_fromstring(page), URL)


@pytest.mark.parametrize(
    "text",
    [
        '{"a": 1};',
        ' \n{"a": 1}\n',
        '<!-- {"a": 1} -->',
        '<!--\n{"a": 1};\n-->',
        '//<![CDATA[\n{"a": 1}\n//]]>',
        '/*<![CDATA[*/{"a": 1}/*]]>*/',
        '{"a": 1,}',
        '\x00{"a": 1}',
        '{"a": 1} trailing words',
    ],
)
def test_what_sites_get_wrong_is_mended(text: str) -> None:
    assert read_json(text) == {"a": 1}


def test_control_characters_in_strings_are_read() -> None:
    assert read_json('{"a": "x\ny\tz"}') == {"a": "x\ny\tz"}


@given(st.text())
def test_no_block_raises(text: str) -> None:
    read_json(text)


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


def test_meta_and_links_keep_the_order_of_the_page() -> None:
    page = told(
        head='<meta property="article:tag" content="b"><meta name="Article:Tag" content="a"><meta name="x">'
        '<link rel="canonical nofollow" href="/a/"><link rel="canonical">'
    )
    assert page.meta["article:tag"] == ["b", "a"]
    assert page.links["canonical"] == ["/a/"]
    assert page.first("og:title", "article:tag") == ["b", "a"]
    assert (page.title, page.language) == ("A story", "en")
