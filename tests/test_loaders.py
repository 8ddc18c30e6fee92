"""loaders.py: where the value of each field comes from."""

from __future__ import annotations

import gc
import json

import pytest
from lxml.html import HtmlElement
from scrapy.http import HtmlResponse, TextResponse
from support.timing import grows_by_the_square

from spacenews.extraction.encodings import with_known_encoding
from spacenews.extraction.loaders import read_article
from spacenews.extraction.page import Page
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


# Times


class InDenver(Example):
    """A site that says where its clocks are."""

    date_zone = "America/Denver"
    published = ".date"


DATED = '<div class="date">{}</div>'


@pytest.mark.parametrize(
    ("said", "utc"),
    [
        ('"2023-05-09T18:45:00 GMT"', "2023-05-09T18:45:00Z"),
        ('"Tue, 09 May 2023 18:45:00 -0000"', "2023-05-09T18:45:00Z"),
        ('"2023-05-09 18:45:00 UTC"', "2023-05-09T18:45:00Z"),
        ('"2023-05-09 20:45 CEST"', "2023-05-09T18:45:00Z"),
        ("1683657900", "2023-05-09T18:45:00Z"),
        ("1683657900000", "2023-05-09T18:45:00Z"),
        ('"2023-05-09T18:45:00"', "2023-05-09T18:45:00Z"),
        ('"2023-05-09"', "2023-05-09T00:00:00Z"),
        ('"04/03/2023"', None),
        ("true", None),
    ],
)
def test_the_dates_of_json_ld(said: str, utc: str | None) -> None:
    article = read("", f'<script type="application/ld+json">{{"@type":"NewsArticle","datePublished":{said}}}</script>')
    assert article.published_at == utc


@pytest.mark.parametrize(
    ("said", "utc"),
    [
        ("Sun, Dec 3 2023 08:28:28 PM", "2023-12-04T03:28:28Z"),
        ("December 3, 2023 8:28 p.m.", "2023-12-04T03:28:00Z"),
        ("December 3, 2023 10:00 CET", "2023-12-03T09:00:00Z"),
        ("December 3, 2023 10:00 PT", "2023-12-03T18:00:00Z"),
        ("Updated December 3, 2023", None),
    ],
)
def test_the_dates_of_a_page(said: str, utc: str | None) -> None:
    assert read(DATED.format(said), site=InDenver()).published_at == utc


def test_a_visible_date_without_a_zone_gives_way_to_one_with_it() -> None:
    class Undated(Example):
        published = ".date"

    head = meta(article_published_time="2023-12-03T20:28:00-07:00")
    assert read(DATED.format("December 3, 2023"), head, Undated()).published_at == "2023-12-04T03:28:00Z"
    assert read(DATED.format("December 3, 2023"), site=Undated()).published_at == "2023-12-03T00:00:00Z"


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


@pytest.mark.parametrize("name", ["class=article-content", "class=entry-content", "itemprop=articleBody"])
def test_a_page_of_a_template_that_the_site_file_does_not_know_is_read_if_it_says_what_it_is(name: str) -> None:
    """Pages of 2014, say, of a site whose file was made from those of today."""

    class Today(Example):
        body = "#body-of-today"

    old = f"<h1>A title</h1><div {name}><p>The text of years ago.</p></div>"
    assert read(old, meta(og_type="article"), Today()).text == "The text of years ago."
    assert read(old, "", Today()).text == ""


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


def test_every_address_of_a_record_is_one_word_on_one_line() -> None:
    odd = "/space/a\u2028b c\x85d/"
    link = f"<a href='{odd}'>"
    body = f"""<a class='byline' href='{odd}'>Gwen Quill</a><article><p>Text {link}link</a>.</p>
        <figure><img src='{odd}'><figcaption>C <span class='credit'>{link}NASA</a></span></figcaption></figure>
        <iframe src='https://v.example{odd}'></iframe><p>Related:</p><ul><li>{link}One</a></li></ul></article>"""
    article = read(body, meta(og_type="article"))
    (image,), (author,), (story,) = article.images, article.authors, article.related
    found = [article.links[0].url, image.url, image.credit_url, author.url, story.url]
    found += [block.url for block in article.body if block.type == "embed"]
    encoded = "/space/a%E2%80%A8b%20c%C2%85d/"
    assert found == [f"https://www.example.com{encoded}"] * 5 + [f"https://v.example{encoded}"]


@pytest.mark.parametrize(
    "charset", ["idna", "rot13", "punycode", "hex", "zlib", "unicode_escape", "undefined", "utf-7", "x"]
)
@pytest.mark.parametrize("place", ["header", "meta"])
def test_an_encoding_that_no_page_has_is_taken_for_utf_8(charset: str, place: str) -> None:
    head = f'<meta charset="{charset}">' if place == "meta" else ""
    page = (
        f"<html><head>{head}{meta(og_type='article')}</head><body><article><p>Düne \\u0041.</p></article></body></html>"
    )
    headers = {"Content-Type": f"text/html; charset={charset}" if place == "header" else "text/html"}
    response = HtmlResponse(URL, body=page.encode(), headers=headers)
    assert read_article(response, Example()).text == "Düne \\u0041."


@pytest.mark.parametrize("charset", ["iso-8859-1", "windows-1252", "utf-16", "shift_jis", "koi8-r", "gb2312", "UTF8"])
def test_an_encoding_that_pages_have_is_kept(charset: str) -> None:
    page = f"<html><head>{meta(og_type='article')}</head><body><article><p>Plain text.</p></article></body></html>"
    response = HtmlResponse(URL, body=page.encode(charset), headers={"Content-Type": f"text/html; charset={charset}"})
    assert with_known_encoding(response) is response
    assert read_article(response, Example()).text == "Plain text."


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


@pytest.mark.faults
def test_a_page_of_nothing_but_lead_pictures_takes_no_time_by_the_square() -> None:
    def run(size: int) -> None:
        read("<article>" + "<figure class='lead'><img src='/a.jpg'></figure>" * size, meta(og_type="article"))

    assert not grows_by_the_square(run)


def trees() -> int:
    """Return how many pages and elements are in memory."""
    return sum(isinstance(it, Page | HtmlElement) for it in gc.get_objects())


def test_the_tree_of_a_page_goes_with_the_page() -> None:
    """And not when garbage is collected: trees are most of the memory of a crawl."""
    story = "<article><h1>A dune</h1><p>Some <a href='/space/b/'>text</a>.</p></article>"
    other = "<article><h2><a href='/space/c/'>A crater</a></h2><p>Other text.</p></article>"
    read(story + other)
    gc.collect()
    gc.disable()
    try:
        before = trees()  # of other tests
        read(story + other)
        after = trees()
    finally:
        gc.enable()
    assert after == before
