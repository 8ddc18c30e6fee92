"""loaders.py and values.py: what cleaning promises of every text, and where a field comes from."""

from __future__ import annotations

import json
import unicodedata
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scrapy.http import HtmlResponse, TextResponse

from spacenews.extraction.bylines import is_name, names
from spacenews.extraction.captions import split_caption
from spacenews.extraction.dates import parse_time
from spacenews.extraction.loaders import read_article
from spacenews.extraction.text import clean, clean_code, parse_language
from spacenews.items import Article
from spacenews.site import Site


class Example(Site):
    """A site that says next to nothing about itself."""

    news_site = "Example News"
    allowed_domains = ("www.example.com", "example.com")
    section = "space"
    article_pattern = r"^/space/[^/?]+/$"
    trailing_slash = True
    byline = ".byline"
    lead = ".lead"
    deck = ".deck"


URL = "https://www.example.com/space/a-story/"


def read(body: str, head: str = "", site: Site | None = None, url: str = URL) -> Article:
    page = f"<html><head>{head}</head><body>{body}</body></html>"
    return read_article(
        HtmlResponse(url, body=page.encode("utf-8", "surrogatepass"), encoding="utf-8"), site or Example()
    )


def meta(**contents: str) -> str:
    return "".join(f'<meta property="{name.replace("_", ":", 1)}" content="{text}">' for name, text in contents.items())


# Text


@given(st.text())
def test_clean_text_is_normal_collapsed_and_stays_as_it_is(text: str) -> None:
    result = clean(text)
    assert result == " ".join(result.split())
    assert result == unicodedata.normalize("NFC", result)
    assert not any(unicodedata.category(char) in ("Cc", "Cs") for char in result)
    assert clean(result) == result
    result.encode("utf-8")


@given(st.lists(st.from_regex(r"[a-zé’ ]{1,9}", fullmatch=True)))
def test_cleaning_loses_no_word(words: list[str]) -> None:
    assert clean("\xa0\n\u200b".join(words)).split() == "\xa0".join(words).split()


@given(st.text())
def test_code_keeps_its_lines_and_can_be_written(text: str) -> None:
    result = clean_code(text)
    assert clean_code(result) == result
    result.encode("utf-8")


@pytest.mark.parametrize(
    ("text", "result"),
    [
        ("  a\xa0 b\u2009c\n", "a b c"),
        ("e\u0301", "é"),
        ("ob\xadser\u200bvation\ufeff", "observation"),
        ("a\x00b\x1fc\ud800", "ab c"),
        ("👩‍🚀", "👩‍🚀"),
    ],
)
def test_what_cleaning_does(text: str, result: str) -> None:
    assert clean(text) == result


# Times


@pytest.mark.parametrize(
    ("text", "utc"),
    [
        ("2025-12-19T03:53:10-08:00", "2025-12-19T11:53:10Z"),
        ("2024-07-31T09:00:56-0400", "2024-07-31T13:00:56Z"),
        ("2019-11-18T22:05:36Z", "2019-11-18T22:05:36Z"),
        ("2019-11-18 22:05:36.9 +01:00", "2019-11-18T21:05:36Z"),
        ("Mon, 18 Nov 2019 22:05:36 GMT", "2019-11-18T22:05:36Z"),
        ("2019-11-18", None),
        ("2019-11-18T22:05:36", None),
        ("1970-01-01T00:00:00Z", None),
        ("9999-12-31T23:59:59-12:00", None),
        ("3 hours ago", None),
        ("", None),
    ],
)
def test_times_are_utc_or_nothing(text: str, utc: str | None) -> None:
    assert parse_time(text) == utc


def test_a_time_without_offset_is_read_in_the_zone_of_the_site() -> None:
    assert parse_time("2024-07-01 12:00", "America/New_York") == "2024-07-01T16:00:00Z"
    assert parse_time("Monday, July 1, 2024", "America/New_York", ("%A, %B %d, %Y",)) == "2024-07-01T04:00:00Z"


def test_the_future_is_not_a_time_of_publication() -> None:
    assert parse_time((datetime.now(UTC) + timedelta(days=3)).isoformat()) is None


@given(st.text(), st.sampled_from([None, "UTC", "Asia/Tokyo"]))
def test_no_text_is_too_odd_for_a_time(text: str, zone: str | None) -> None:
    found = parse_time(text, zone, ("%d %b %Y",))
    assert found is None or found.endswith("Z")


@pytest.mark.parametrize(
    ("text", "tag"),
    [
        ("en-us", "en-US"),
        ("en_GB", "en-GB"),
        ("EN", "en"),
        ("zh-hant-tw", "zh-Hant-TW"),
        ("e", None),
        ("english", None),
    ],
)
def test_languages_are_tags(text: str, tag: str | None) -> None:
    assert parse_language(text) == tag


# Captions and names


@pytest.mark.parametrize(
    ("caption", "credit", "expected"),
    [
        ("A hut. (Image credit: NASA/JPL)", "", ("A hut.", "NASA/JPL")),
        ("A hut [Photo credit: M. Fern]", "", ("A hut", "M. Fern")),
        ("A hut. Credit: ESA (left) & NASA", "", ("A hut.", "ESA (left) & NASA")),
        ("Credit: ESA", "", (None, "ESA")),
        ("A hut | Image courtesy of: Fern", "", ("A hut", "Fern")),
        ("Nobody took credit for the hut.", "", ("Nobody took credit for the hut.", None)),
        ("A hut.", "(Image credit: © Fern Press)", ("A hut.", "Fern Press")),
        ("A hut. NASA", "NASA", ("A hut.", "NASA")),
        ("", " \n NASA ; ESA & JAXA", (None, "NASA ; ESA & JAXA")),
        ("", "", (None, None)),
    ],
)
def test_a_credit_is_split_from_its_caption(caption: str, credit: str, expected: tuple[str, str]) -> None:
    assert split_caption(caption, credit) == expected


def test_a_site_may_put_its_credits_in_brackets() -> None:
    text = "The hut (left). (Fern/Quill (ESO))"
    assert split_caption(text, "", in_brackets=True) == ("The hut (left).", "Fern/Quill (ESO)")
    assert split_caption(text, "") == (text, None)


@given(st.text(), st.text())
def test_no_caption_is_too_odd(caption: str, credit: str) -> None:
    for part in split_caption(caption, credit, in_brackets=True):
        assert part is None or part == part.strip() != ""


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("By Gwen Quill and Milo Fern", ["Gwen Quill", "Milo Fern"]),
        ("Words by: Gwen Quill, Example Magazine", ["Gwen Quill"]),
        ("Gwen Quill - Contributor", ["Gwen Quill"]),
        ("3 hours ago Gwen Quill", []),
        ("Email the author", []),
        ("Lantern University", []),
        ("European Space Agency", []),
        ("Example.com staff", []),
        ("admin", []),
        ("gwen@example.com", []),
        ("", []),
    ],
)
def test_rather_no_author_than_a_wrong_one(text: str, expected: list[str]) -> None:
    assert names(text) == expected


def test_a_desk_is_an_author_where_the_byline_links_it() -> None:
    assert is_name("Example News Staff", linked=True)
    assert not is_name("Example News Staff")


# Where a field comes from


def test_the_site_comes_before_json_ld_and_that_before_meta() -> None:
    told = """<script type="application/ld+json">
        {"@type": "NewsArticle", "headline": "Told", "description": "Told &amp; so",
        "datePublished": "2024-01-02T00:00:00Z", "author": {"name": "Told Author"}}</script>"""
    said = meta(og_title="Said - Example News", og_description="Said so", article_published_time="2024-01-03T00:00:00Z")
    shown = "<h1>Shown</h1><p class='deck'>Shown so</p><p class='byline'>By Shown Author</p>"
    fields = [(a.title, a.summary, a.authors[0].name if a.authors else None) for a in (
        read(shown, told + said), read("", told + said), read("", said + '<meta name="author" content="Said Author">'),
    )]  # fmt: skip
    assert fields == [
        ("Shown", "Shown so", "Shown Author"),
        ("Told", "Told & so", "Told Author"),
        ("Said", "Said so", "Said Author"),
    ]
    assert read("", told + said).published_at == "2024-01-02T00:00:00Z"
    assert read("", said).published_at == "2024-01-03T00:00:00Z"


def test_a_useless_value_makes_room_for_the_next() -> None:
    told = (
        '<script type="application/ld+json">{"@type": "NewsArticle", "headline": " ", "datePublished": "soon"}</script>'
    )
    article = read("", told + meta(og_title="Said", article_published_time="2024-01-03T00:00:00Z"))
    assert (article.title, article.published_at) == ("Said", "2024-01-03T00:00:00Z")


@pytest.mark.parametrize(
    ("canonical", "expected"),
    [
        ("http://example.com/space/a-story?utm_source=x", URL),
        ("https://www.example.com/", URL),
        ("https://elsewhere.example/space/a-story/", URL),
        ("/space/moved/", "https://www.example.com/space/moved/"),
        ("http://[bad", URL),
    ],
)
def test_the_address_is_that_of_an_article_of_the_site(canonical: str, expected: str) -> None:
    assert read("", f'<link rel="canonical" href="{canonical}">').url == expected


def test_without_its_selectors_a_page_is_still_read() -> None:
    head = meta(og_type="article", og_title="A story")
    related = "<article><p>Another story.</p></article>"
    article = read(f"<main><article><p>First.</p><p>Second, and longer.</p></article>{related}</main>", head)
    assert article.text == "First.\n\nSecond, and longer."
    assert read("<article><p>A card.</p></article>").text == "", "nothing says that this is an article"


def test_a_text_that_only_json_ld_has_is_read_unless_it_is_cut() -> None:
    text = "The probe woke up and said so. " * 10
    told = '<script type="application/ld+json">{"@type": "NewsArticle", "articleBody": "%s\\n%s"}</script>'
    assert len(read("", told % (text, text)).body) == 2
    assert read("", told % (text, text + "&hellip;")).body == []


def test_a_video_as_lead_has_the_picture_of_open_graph() -> None:
    head = meta(og_type="article", og_image="https://www.example.com/og.jpg")
    lead = read(
        "<div class='lead'><iframe src='https://v.example/1'></iframe><img src='/poster.jpg' alt='P'></div>", head
    )
    assert [(p.url, p.role, p.alt) for p in lead.images] == [("https://www.example.com/og.jpg", "lead", None)]
    assert lead.image_url == "https://www.example.com/og.jpg"
    assert read("<article><p>Text.</p></article>", head).images == [], "no lead is no lead"


def test_a_useless_date_of_the_article_makes_room_for_that_of_its_page() -> None:
    nodes = [
        {"@type": "Article", "url": URL, "datePublished": "soon", "dateModified": "later"},
        {
            "@type": "WebPage",
            "url": URL,
            "datePublished": "2024-01-02T00:00:00Z",
            "dateModified": "2024-01-03T00:00:00Z",
        },
    ]
    article = read("", f'<script type="application/ld+json">{json.dumps(nodes)}</script>')
    assert (article.published_at, article.updated_at) == ("2024-01-02T00:00:00Z", "2024-01-03T00:00:00Z")


@pytest.mark.parametrize("empty", ["", "  ", "\n"])
def test_an_empty_meta_element_makes_room_for_the_next(empty: str) -> None:
    said = '<meta property="og:image" content="{}"><meta name="og:title" content="{}">'
    head = meta(og_type="article") + said.format(empty, empty) + said.format("/og.jpg", "A story")
    article = read("<div class='lead'><iframe src='https://v.example/1'></iframe></div>", head)
    assert [picture.url for picture in article.images] == ["https://www.example.com/og.jpg"]
    assert article.title == "A story"


def test_labels_and_calls_are_no_text() -> None:
    lines = (
        "<p>Text.</p><p><b>Related:</b> <a href='/space/x/'>Another story</a></p>"
        "<p>Read more</p><p>Recommended Videos</p>"
        "<p>Follow us on Twitter @example and on Facebook.</p><p>Sign up for our newsletter, it is free.</p>"
        "<h3>Editors’ Recommendations</h3><ul><li><a href='/space/y/'>Y</a></li></ul><p>Related probes were lost.</p>"
    )
    article = read(f"<article>{lines}</article>", meta(og_type="article"))
    assert article.text == "Text.\n\nRelated probes were lost."
    assert [story.url for story in article.related] == ["https://www.example.com/space/y/"]


@pytest.mark.parametrize("body", [b"", b"\x00\xff\xfe", b"<", b"<html><body><article>" + b"<b>" * 5000, b"not html"])
def test_a_malformed_page_is_an_empty_article(body: bytes) -> None:
    article = read_article(HtmlResponse(URL, body=body, encoding="utf-8"), Example())
    assert (article.url, article.body, article.images) == (URL, [], [])


def test_what_is_no_html_is_an_empty_article() -> None:
    assert (
        read_article(TextResponse(URL, body=b'{"a": 1}', headers={"Content-Type": "application/json"}), Example()).text
        == ""
    )
