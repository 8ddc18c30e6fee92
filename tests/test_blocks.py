"""body.py: what stands in an article's container, in page order, whatever it is nested in."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree, html

from spacenews.extraction.blocks import BlockExtractor, RawBlock
from spacenews.extraction.elements import ElementClassifier
from spacenews.extraction.images import RawImage, srcset
from spacenews.site import Site

MARKS = ElementClassifier(
    (("gallery", Site.gallery), ("caption", Site.caption), ("credit", Site.credit), ("excluded", ".ad, [data-ad]"))
)


def read(markup: str) -> BlockExtractor:
    reader = BlockExtractor(MARKS)
    reader.read(html.fragment_fromstring(markup, create_parent="article"))
    return reader


def texts(markup: str) -> list[tuple[str, str]]:
    return [(block.type, " ".join(block.text.split())) for block in read(markup).blocks]


def pictures(markup: str) -> list[RawImage]:
    return read(markup).pictures


@pytest.mark.parametrize(
    ("markup", "expected"),
    [
        ("<p>One.</p><div>Two.<div>Three.</div>Four.</div>", ["One.", "Two.", "Three.", "Four."]),
        ("<p>One<!-- x --> two<script>var x = '<p>';</script> three.</p>", ["One two three."]),
        ("<p>One<br>two</p>", ["One two"]),
        ("One<p>Two</p>three", ["One", "Two", "three"]),
        ("<div class='ad'>Buy</div><p>One.</p><p data-ad='1'>Buy</p> tail", ["One.", "tail"]),
        ("<div class='newsletter-box'><p>Sign up</p></div><p>One.</p>", ["One."]),
        ("<p>One.</p><aside-box><p>Two.</p></aside-box>", ["One.", "Two."]),
    ],
)
def test_paragraphs_are_where_lines_end(markup: str, expected: list[str]) -> None:
    assert texts(markup) == [("paragraph", text) for text in expected]


@pytest.mark.parametrize(
    "markup",
    [
        "One.<br><br>Two.<br/>\n<br/>Three.",
        "<p>One.<br><br>Two.</p><p>Three.</p>",
        "<p>One.<br>\xa0<br><br><br>Two.</p>Three.<br>",
        "<div><br><br>One.<br><!-- advert --><br>Two.<p>Three.<br><br></p></div>",
        "<p>One.<br><span> </span><br>Two.<b><br></b><br>Three.</p>",
    ],
)
def test_an_empty_line_ends_a_paragraph(markup: str) -> None:
    assert texts(markup) == [("paragraph", text) for text in ("One.", "Two.", "Three.")]


def test_an_empty_line_ends_neither_an_item_nor_a_heading_nor_a_caption() -> None:
    reader = read("<ul><li>a<br><br>b</li></ul><h2>c<br><br>d</h2>")
    assert ["".join(item.split()) for item in reader.blocks[0].items] == ["ab"]
    assert [block.type for block in reader.blocks] == ["list", "heading"]
    (picture,) = pictures("<figure><img src='/a.jpg'><figcaption>One.<br><br>Two.</figcaption></figure>")
    assert picture.caption.split() == ["One.", "Two."]
    quotes = read("<blockquote>e<br><br><a href='/f'>f</a></blockquote>").blocks
    assert [(block.type, block.text.strip(), len(block.links)) for block in quotes] == [
        ("quote", "e", 0),
        ("quote", "f", 1),
    ]


@pytest.mark.parametrize(
    "name",
    [
        "social-impact", "comments-from-experts", "related-work", "share-of-profit", "ad-astra", "promo-history",
        "advertising-in-space", "subscription-costs-explained", "sponsored-by-nobody", "recommendedDose",
    ],
)  # fmt: skip
@pytest.mark.parametrize(
    "markup", ["<div class='{}'><p>{}</p></div>", "<p class='{}'>{}</p>", "<section id='{}'>{}</section>"]
)
def test_a_paragraph_may_stand_in_a_box_of_any_name(name: str, markup: str) -> None:
    text = "The dam changed lives."
    assert texts("<p>One.</p>" + markup.format(name, text)) == [("paragraph", "One."), ("paragraph", text)]


@pytest.mark.parametrize(
    "name",
    [
        "social", "social-links", "social_share_buttons", "share-this", "related-posts", "relatedArticles", "ad-slot-2",
        "comment-list-item-3", "ads", "ad", "comments-area", "ad_container", "advertisement", "advert-box",
        "promo-banner", "sponsored-content", "subscribe-form", "subscription-box", "read-more-link", "sharedaddy",
        "newsletter-about-us", "recommended-stories", "taboola-below-article", "toc", "breadcrumb",
    ],
)  # fmt: skip
def test_a_box_that_is_no_text_is_told_by_its_name(name: str) -> None:
    assert texts(f"<p>One.</p><div class='x {name}'><p>The dam changed lives.</p></div>") == [("paragraph", "One.")]


def test_a_box_of_links_is_no_text_whatever_it_is_called() -> None:
    box = "<div class='related-somehow'><p><a href='/a'>The dam changed lives.</a></p><ul><li>Dunes</li></ul></div>"
    assert texts(f"<p>One.</p>{box}") == [("paragraph", "One.")]


def test_the_id_of_a_heading_comes_from_its_text() -> None:
    headings = "".join(f"<h2 id='{name}'>A</h2>" for name in ("social-media", "comments", "related", "ads", "toc"))
    assert texts(headings) == [("heading", "A")] * 5


def test_a_box_with_most_of_the_text_is_read_whatever_it_is_called() -> None:
    long = "".join(f"<p>{'A sentence of the story that goes on for a while, ' * 3}{n}</p>" for n in range(4))
    assert len(texts(f"<div class='related share'>{long}</div>")) == 4


def test_headings_quotes_and_lists_are_told_apart() -> None:
    markup = "<ol><li>a<ul><li>b</li></ul></li><li><p>c</p>d</li></ol>"
    reader = read("<h3>H</h3><blockquote><p>Q1</p><p>Q2</p></blockquote>" + markup)
    assert [block.type for block in reader.blocks] == ["heading", "quote", "quote", "list"]
    assert reader.blocks[0].level == 3
    assert ["".join(item.split()) for item in reader.blocks[-1].items] == ["a", "b", "cd"]


def test_a_list_of_pictures_or_headings_is_read_as_they_stand() -> None:
    assert [b.type for b in read("<ul><li><h3>H</h3><p>P</p></li><li><img src='/a.jpg'></li></ul>").blocks] == [
        "heading", "paragraph", "image",
    ]  # fmt: skip


def test_a_table_of_data_is_a_table_and_one_for_the_layout_is_not() -> None:
    (data,) = read("<table><tr><th>a</th></tr><tr><td>1<br>2</td></tr></table>").blocks
    assert [[cell.split() for cell in row] for row in data.rows] == [[["a"]], [["1", "2"]]]
    assert texts("<table><tr><td>Only text</td></tr></table>") == [("paragraph", "Only text")]


def test_a_caption_belongs_to_its_picture_and_never_to_the_text() -> None:
    markup = """
      <figure><img src="/1.jpg">
        <figcaption>One. <span class="credit">By <a href="/who">A</a></span></figcaption></figure>
      <figure><figcaption>Two.</figcaption><div><img src="/2.jpg"><img src="/3.jpg"></div></figure>
      <div class="wp-caption"><img src="/4.jpg"><p class="wp-caption-text">Four.</p></div>
      <figure><iframe src="https://example.org/clip"></iframe><figcaption>A clip.</figcaption></figure><p>Text.</p>"""
    reader = read(markup)
    assert [(p.caption.strip(), p.credit, p.credit_url) for p in reader.pictures] == [
        ("One.", "By A", "/who"), ("Two.", "", ""), ("Two.", "", ""), ("Four.", "", ""),
    ]  # fmt: skip
    assert [b.type for b in reader.blocks] == ["image", "image", "image", "image", "embed", "paragraph"]


def test_a_picture_within_a_line_follows_its_paragraph() -> None:
    assert [b.type for b in read("<p>One <img src='/a.jpg'> two.</p><p>Three.</p>").blocks] == [
        "paragraph", "image", "paragraph",
    ]  # fmt: skip


@pytest.mark.parametrize(
    "img",
    [
        "<img src='data:image/gif;base64,R0'>",
        "<img src='https://www.facebook.com/tr?id=1' width=1 height=1>",
        "<img src='/a.jpg' width='1' height='1'>",
        "<img src='/img/blank.gif'>",
        "<img src='/a.jpg' class='avatar photo'>",
        "<img>",
    ],
)
def test_placeholders_pixels_and_decorations_are_no_pictures(img: str) -> None:
    assert pictures(img) == []


@pytest.mark.parametrize("name", ["fuel-loading-test.jpg", "pixel-camera.jpg", "blank-page.png", "lazy-river.webp"])
def test_a_picture_may_have_any_name(name: str) -> None:
    assert pictures(f"<img src='/uploads/{name}'>")


@pytest.mark.parametrize(
    ("img", "first"),
    [
        ("<img src='data:,' data-dt-lazy-src='/a.jpg?resize=650%2C390'>", "/a.jpg?resize=650%2C390"),
        ("<img src='/s.jpg' data-src='/l.jpg'>", "/l.jpg"),
        ("<img src='/s.jpg' srcset='/m.jpg 400w, /l.jpg 1600w, /x.jpg'>", "/l.jpg"),
        ("<img src='/s.jpg' width=300 srcset='/s.jpg 1x, /l.jpg 2x'>", "/l.jpg"),
        (
            "<img src='/a.jpg?resize=900%2C7' srcset='/a.jpg?w=414px 414w, /b.jpg?resize=900%2C7'>",
            "/a.jpg?resize=900%2C7",
        ),
        ("<picture><source srcset='/l.webp 2000w'><img src='/s.jpg' width=500></picture>", "/l.webp"),
        ("<img src='data:,'><noscript><img src='/n.jpg'></noscript>", "/n.jpg"),
        ("<a href='/full.png'><img src='/s.jpg'></a>", "/full.png"),
        ("<a href='/story/'><img src='/s.jpg'></a>", "/s.jpg"),
    ],
)
def test_the_largest_address_comes_first(img: str, first: str) -> None:
    assert [picture.sources[0] for picture in pictures(img)] == [first]


def test_a_srcset_without_descriptors_is_no_error() -> None:
    assert [address for address, _ in srcset("/a,b.jpg 2x, /c.jpg", 100)] == ["/a,b.jpg", "/c.jpg"]
    assert srcset("", 1) == []


@pytest.mark.parametrize(
    ("markup", "address"),
    [
        ("<iframe data-src='https://a.example/e' src='about:blank'></iframe>", "https://a.example/e"),
        (
            "<blockquote class='twitter-video'><p>W</p><a href='https://twitter.com/a/status/1'>May 1</a></blockquote>",
            "https://twitter.com/a/status/1",
        ),
        ("<blockquote><p>W</p><a href='https://x.com/a/status/1'>May 1</a></blockquote>", "https://x.com/a/status/1"),
        (
            "<blockquote class='instagram-media' data-instgrm-permalink='https://i.example/p'><p>W</p></blockquote>",
            "https://i.example/p",
        ),
        ("<p>https://video.example/watch?v=1</p>", "https://video.example/watch?v=1"),
    ],
)
def test_an_embed_is_its_address_and_none_of_its_words(markup: str, address: str) -> None:
    assert [(block.type, block.url) for block in read(markup).blocks] == [("embed", address)]


def test_an_advert_or_invisible_frame_is_no_embed() -> None:
    for frame in ("src='https://x.doubleclick.net/a'", "src='https://a.example' height='0'", "src='about:blank'"):
        assert read(f"<iframe {frame}></iframe>").blocks == []


def test_links_are_those_of_the_text() -> None:
    (block,) = read("<p>A <a href='/1'>one</a>, <a>none</a><a href='/2'> two</a>.</p>").blocks
    assert block.links == [("/1", "one"), ("/2", " two")]
    assert block.outside == "A , none."


def test_depth_and_size_are_no_danger() -> None:
    deep = html.document_fromstring("<div>" * 100_000 + "x", parser=html.HTMLParser(huge_tree=True))
    start = time.process_time()
    reader = BlockExtractor(MARKS)
    reader.read(deep)
    wide = BlockExtractor(MARKS)
    wide.read(html.fragment_fromstring("<p>a <b>b</b> <a href='/'>c</a></p>" * 20_000, create_parent="article"))
    assert len(wide.blocks) == 20_000
    assert time.process_time() - start < 5


NAMES = "p div li ul ol blockquote figure figcaption a h2 table tr td img pre iframe span br section noscript source"
TAGS = NAMES.split()


@st.composite
def trees(draw: st.DrawFn) -> etree._Element:
    root = etree.Element("article")
    elements = [root]
    for _ in range(draw(st.integers(0, 25))):
        child = etree.SubElement(draw(st.sampled_from(elements)), draw(st.sampled_from(TAGS)))
        child.text, child.tail = draw(st.sampled_from(["", "x", " y "])), draw(st.sampled_from(["", "z"]))
        for name in draw(st.sets(st.sampled_from(["class", "src", "href", "srcset"]))):
            child.set(name, draw(st.sampled_from(["credit", "gallery", "/a.jpg", "http://[bad", "a 1w, b", ""])))
        elements.append(child)
    return root


@given(trees())
def test_no_tree_is_too_odd(root: etree._Element) -> None:
    reader = BlockExtractor(MARKS)
    reader.read(root)
    shown = [block.picture for block in reader.blocks if block.picture]
    assert shown == reader.pictures
    assert all(isinstance(block, RawBlock) for block in reader.blocks)
