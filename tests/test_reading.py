"""`spacenews.read_page`: any page is read without a site file, and what is no article is refused with a reason."""

from __future__ import annotations

import json
from typing import Any

import pytest
from support.processes import PROJECT
from support.timing import grows_by_the_square

import spacenews
from spacenews.extraction.blocks import RawBlock
from spacenews.extraction.trimming import trimmed
from spacenews.reading.pages import ONLY_A_CRAWL_KNOWS, ONLY_A_FETCH_KNOWS

URL = "https://news.example/2026/11/22/a-rocket-flew-to-the-moon/"
SENTENCE = "The rocket flew to the Moon and came back with what it was to bring, says the agency that built it"
PROSE = [f"{SENTENCE}, in part {number}." for number in range(6)]
BODY = "".join(f"<p>{text}</p>" for text in PROSE)
HALF, OTHER_HALF = ("".join(f"<p>{text}</p>" for text in part) for part in (PROSE[:3], PROSE[3:]))
LD_JSON = '{"@type": "Article", "headline": "A title", "author": {"@type": "Person", "name": "Ada"}}'
ADVERT = "<p>Buy this now, it is cheaper than ever before and will not be so for much longer than a week or two.</p>"
CARD = f"<div><img src=/cat-large.jpg><h4><a href=/a-cat-that-flies>A cat that flies</a></h4>{ADVERT}</div>"
LINKED_CARD = f"<a href=/a-cat-that-flies><div><img src=/cat-large.jpg><h3>A cat that flies</h3>{ADVERT}</div></a>"


def read(body: str, head: str = "", url: str = URL) -> dict[str, Any]:
    return spacenews.read_page(f"<html><head>{head}</head><body>{body}</body></html>".encode(), url)


def refused(body: str, url: str, head: str = "") -> str:
    with pytest.raises(spacenews.NotAnArticleError) as raised:
        read(body, head, url)
    return raised.value.reason


@pytest.mark.parametrize(
    "body",
    [
        f"<div id=x><h1>A title</h1><div class=q7>{BODY}</div></div><div class=footer>{ADVERT * 3}</div>",
        f"<h1>A title</h1><div class=zz>{BODY}</div><div id=comments>{ADVERT * 12}</div>",
        f"<div class=teaser><article><p>A card.</p></article></div><h1>A title</h1><div>{BODY}</div>",
        f"<header><nav><h1>A title</h1><div>{BODY}</div></nav></header><footer>{ADVERT}</footer>",
        f"<h1>A title</h1><section class=c>{HALF}</section><section class=c>{OTHER_HALF}</section>",
    ],
    ids=["beside boxes", "less than its comments", "a card has the common name", "nested wrongly", "in chunks"],
)
def test_the_text_is_where_the_prose_is_dense(body: str) -> None:
    assert read(body)["text"].removeprefix("A title\n\n").split("\n\n") == PROSE


@pytest.mark.parametrize(
    ("url", "head"),
    [
        ("https://news.example/", ""),
        ("https://forum.example/t/what-do-you-think-of-it/12", ""),
        ("https://shop.example/products/a-very-good-telescope", ""),
        ("https://news.example/space", "<meta property=og:type content=website>"),
        ("https://news.example/category/space", ""),
        (URL, "<meta property=og:type content=product>"),
        (URL, '<script type="application/ld+json">{"@type": "CollectionPage", "name": "Space"}</script>'),
    ],
)
def test_front_pages_listings_forums_and_shops_are_refused(url: str, head: str) -> None:
    assert refused(f"<h1>A title</h1>{BODY}", url, head) == "no_body"


def test_a_page_without_prose_is_refused() -> None:
    assert refused("<h1>A title</h1><ul><li><a href=/a>One</a><li><a href=/b>Two</a></ul>", URL) == "no_body"


def test_the_lead_picture_is_that_of_the_metadata_with_the_caption_of_the_body() -> None:
    head = '<meta property=og:image content="https://news.example/img/moon-1200x800.jpg">'
    figure = "<figure><img src=/img/moon-600x400.jpg><figcaption>The Moon.</figcaption></figure>"
    (image,) = read(f"<h1>A title</h1><article>{figure}{BODY}</article>", head)["images"]
    assert (image["role"], image["caption"]) == ("lead", "The Moon.")
    record = read(f"<h1>A title</h1><article>{BODY}</article>", head)
    assert record["image_url"] == "https://news.example/img/moon-1200x800.jpg"


def test_the_figure_before_the_text_that_shows_the_picture_of_the_metadata_is_the_lead() -> None:
    head = '<meta property="og:image" content="https://img.example/1200/moon-1200x800.jpg?w=1">'
    shown = "<figure><img src=/other-story.jpg><figcaption>No</figcaption></figure>"
    shown += "<div class=single-featured-image><img src=/600/moon.jpg><p class=caption>The Moon. Photo: Ada</p></div>"
    record = read(f"<h1>A title</h1><div>{shown}</div><article>{BODY}</article>", head)
    (lead,) = record["images"]
    assert (lead["role"], lead["caption"], lead["credit"]) == ("lead", "The Moon.", "Ada")
    assert record["image_url"] == lead["url"] == "https://news.example/600/moon.jpg"


@pytest.mark.parametrize(
    ("body", "url", "day"),
    [
        ("", URL, "2026-11-22"),
        ("", "https://news.example/articles/20261121-a-rocket", "2026-11-21"),
        (
            "<p class=post-date>Posted on November 20, 2026 by us</p>",
            "https://news.example/blog/a-rocket",
            "2026-11-20",
        ),
        ("<p>Nov 18, 2026</p>", "https://news.example/blog/a-rocket", "2026-11-18"),
        ("<span class=meta>19. November 2026</span>", "https://news.example/blog/a-rocket", "2026-11-19"),
        ("<p> <!-- -->Nov 17, 2026</p>", "https://news.example/blog/a-rocket", "2026-11-17"),
        ("<date>November 16th, 2026</date>", "https://news.example/blog/a-rocket", "2026-11-16"),
        ("<p>15 ноября 2026</p>", "https://news.example/blog/a-rocket", "2026-11-15"),
        ("<p>2026年11月14日</p>", "https://news.example/blog/a-rocket", "2026-11-14"),
        ("<p>Volume 12, 2026</p><p>13 Nov 2026</p>", "https://news.example/blog/a-rocket", "2026-11-13"),
    ],
)
def test_the_day_is_that_of_the_address_or_one_that_is_shown(body: str, url: str, day: str) -> None:
    assert read(f"<h1>A title</h1>{body}<article>{BODY}</article>", url=url)["published_at"] == f"{day}T00:00:00Z"


def test_what_only_a_crawl_knows_is_null() -> None:
    record = read(f"<h1>A title</h1><article>{BODY}<img src=/a-large-picture.jpg></article>")
    assert record["title"] == "A title"
    assert {record[key] for key in ONLY_A_CRAWL_KNOWS} == {None}
    assert {record["images"][0][key] for key in ONLY_A_FETCH_KNOWS} == {None}


def test_a_page_of_a_known_host_is_read_with_its_site_file() -> None:
    for told in (PROJECT / "tests/sites").glob("*/*.json"):
        saved = json.loads(told.read_text(encoding="utf-8"))
        if saved.get("article") and not saved["wall"]:
            page = told.with_suffix(".html").read_bytes()
            record = spacenews.read_page(page, saved["url"], headers={"Content-Type": "text/html; charset=utf-8"})
            assert record["text"] == saved["article"]["text"], told


def test_an_unknown_site_or_address_is_said() -> None:
    with pytest.raises(ValueError, match="no site file named nowhere"):
        spacenews.read_page(b"", URL, site="nowhere")
    with pytest.raises(ValueError, match="no web address"):
        spacenews.read_page(b"", "ftp://example.org/")


@pytest.mark.parametrize("body", [b"", b"\x00\xff<", b"<html", b"%PDF-1.4", b"<a>" * 2000 + b"<p>" * 2000])
def test_whatever_a_page_holds_the_error_is_one(body: bytes) -> None:
    with pytest.raises(spacenews.NotAnArticleError):
        spacenews.read_page(body, URL)


@pytest.mark.faults
@pytest.mark.parametrize(
    "part", [f"<div class=comments>{SENTENCE}", f"<b><div>{SENTENCE}", f"<i class=date>{SENTENCE}</i>"]
)
def test_a_page_costs_time_by_its_length(part: str) -> None:
    def cost(size: int) -> None:
        try:
            read(f"{part}{SENTENCE}" * (size // 100))
        except spacenews.NotAnArticleError as error:
            assert error.reason  # noqa: PT017 - whichever it is

    assert not grows_by_the_square(cost)


@pytest.mark.faults
def test_a_text_before_many_pictures_costs_time_by_their_number() -> None:
    text = [RawBlock("paragraph", prose) for prose in PROSE]
    assert not grows_by_the_square(
        lambda size: trimmed([*text, *[RawBlock("image") for _ in range(size)]], "A title", ())
    )


@pytest.mark.parametrize(
    ("head", "shown", "expected"),
    [
        ("", "<p>By <a rel=author href=/people/7>Ada Lovelace</a></p>", ["Ada Lovelace"]),
        ("", "<p>By <a href=/author/ada>Ada Lovelace</a></p>", ["Ada Lovelace"]),
        ("", "<div class=byline>Written by: Ada Lovelace and Grace Hopper</div>", ["Ada Lovelace", "Grace Hopper"]),
        ("", "<div class=byline>Ada Lovelace - Staff Writer</div>", ["Ada Lovelace"]),
        (
            f'<script type="application/ld+json">{LD_JSON.replace("Ada", "Ada Lovelace - Staff Writer")}</script>',
            "",
            ["Ada Lovelace"],
        ),
        ("<meta name=author content='Site Owner'>", "<p>By <!-- -->Ada Lovelace</p>", ["Ada Lovelace"]),
        (
            "",
            "<div><span>22 November 2026</span><span>Von Ada Lovelace und Grace Hopper</span></div>",
            ["Ada Lovelace", "Grace Hopper"],
        ),
        ("", "<p>作者：Ada Lovelace</p>", ["Ada Lovelace"]),
        ("", "<p>By <a href=/ada>Ada Lovelace</a></p>", ["Ada Lovelace"]),
        ("", "<p>By and large the rocket flew as it was to fly</p><p>By Air and Sea we came</p>", []),
        ("", f"{'<p>-</p>' * 70}<p>By Ada Lovelace</p>", []),
        ("<meta name=author content='Lantern Clinic'>", "", []),
        ("<meta name=author content=Ada>", "", ["Ada"]),
        ("<meta name=author content=admin>", "", []),
        ("<meta name=author content=News>", "", []),
        ("<meta name=twitter:label1 content='Written by'><meta name=twitter:data1 content='Ada L.'>", "", ["Ada L."]),
        ("<meta name=twitter:label1 content='Price'><meta name=twitter:data1 content='Ten Dollars'>", "", []),
        (
            f'<script type="application/ld+json">{LD_JSON}</script>',
            "<div class=byline>Grace Hopper</div>",
            ["Ada"],
        ),
    ],
)
def test_authors_are_those_of_the_metadata_else_of_what_is_named_like_a_byline(
    head: str, shown: str, expected: list[str]
) -> None:
    record = read(f"<h1>A title</h1>{shown}<article>{BODY}</article>", head)
    assert [author["name"] for author in record["authors"]] == expected


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("<p>By</p><p>Ada Lovelace</p><p>Updated 22 November 2026</p>", ""),
        ("<ul><li>Facebook<li>Twitter</ul><p>1 / 23</p>", "<p>Share</p><p>Tweet | Email</p>"),
        ("", f"<h3>Most popular videos</h3><h4>A cat that flies</h4><p>{ADVERT}</p>"),
        ("", "<h3>Veja também</h3><p>Um outro artigo</p>"),
        ("", "<p><a href=/b>Another story that you may want to read now, since it is as good as this one.</a></p>"),
        ("", "<p>Ada Lovelace, Grace Hopper</p><h3>Our offices</h3>"),
        ("", f"<p>Tags: <a href=/t/moon>the Moon</a>, <a href=/t/rockets>rockets</a></p><p>{ADVERT}</p>"),
        ("", f"<h3>From our blog</h3>{CARD * 3}"),
        ("", f"{LINKED_CARD}{LINKED_CARD}"),
        (LINKED_CARD, ""),
        (f"<div class=rail--trending><h3>A cat</h3><p>{ADVERT}</p></div>", ""),
    ],
)
def test_what_stands_around_the_text_is_no_text(before: str, after: str) -> None:
    record = read(f"<h1>A title</h1><article>{before}{BODY}{after}</article>")
    assert record["text"].split("\n\n") == PROSE


def test_short_sentences_headings_and_pictures_of_the_text_stay() -> None:
    body = f"<h2>How it flew</h2>{BODY}<h2>What is next</h2>{BODY}<p>It will fly again.</p><img src=/moon-large.jpg>"
    record = read(f"<h1>A title</h1><article>{body}</article>")
    texts = record["text"].split("\n\n")
    assert texts == ["How it flew", *PROSE, "What is next", *PROSE, "It will fly again."]
    assert record["body"][-1]["type"] == "image"


def test_a_text_that_a_script_shows_is_read() -> None:
    assert read(f"<h1>A title</h1><div hidden id=S:0><div>{BODY}</div></div>")["text"].endswith("\n\n".join(PROSE))


def test_a_text_that_is_in_json_ld_alone_is_read() -> None:
    node = json.dumps({"@type": "NewsArticle", "headline": "A title", "articleBody": "\n".join(PROSE)})
    others = f"<h1>A title</h1><div class=x>{ADVERT * 4}</div>"
    record = read(others, f'<script type="application/ld+json">{node}</script>')
    assert record["text"].split("\n\n") == PROSE
    assert read(f"{others}<article>{BODY}</article>", f'<script type="application/ld+json">{node}</script>')["body"]


@pytest.mark.parametrize(
    ("around", "caption", "credit"),
    [
        ("<figure>{}<p class=media__caption>The Moon.</p><i class=image-credit>Ada</i></figure>", "The Moon.", "Ada"),
        ("<div class=wp-caption>{}<p class=caption>The Moon.</p></div>", "The Moon.", None),
        ("<figure>{}<p class=photographer>Ada Lovelace</p></figure>", None, "Ada Lovelace"),
        ("<div>{}</div><p class=credit-cards>Cards of credit are used on the Moon.</p>", None, None),
    ],
)
def test_captions_and_credits_are_known_by_common_names(around: str, caption: str | None, credit: str | None) -> None:
    figure = around.format("<img src=/img/moon-600x400.jpg>")
    (image,) = read(f"<h1>A title</h1><article>{BODY}{figure}{BODY}</article>")["images"]
    assert (image["caption"], image["credit"]) == (caption, credit)


def test_a_forum_is_known_by_its_software() -> None:
    assert refused(f"<h1>A title</h1>{BODY}", URL, "<meta name=generator content='Discourse 3.1'>") == "no_body"


TEASER = "Another story that this page is not about begins with a long sentence, which goes on for some time. " * 4
OWN = "Nobody had expected that the lake would freeze this early, said the harbour master on Monday morning. " * 2


def test_the_article_among_longer_teasers_is_that_of_the_description() -> None:
    teasers = "".join(f"<li><h3><a href=/{n}>Story {n}</a></h3><div>{TEASER}</div></li>" for n in range(9))
    head = f'<meta property="og:description" content="{OWN[:90]}">'
    body = f"<h1>The lake</h1><div class=x><p>{OWN}</p><p>{OWN}</p></div><div class=y><ul>{teasers}</ul></div>"
    assert read(body, head)["text"] == f"{OWN.strip()}\n\n{OWN.strip()}"


def test_what_is_shown_beside_a_word_that_is_pointed_at_is_no_text() -> None:
    shown = '<span class="tooltip-content"><a href=/a>All about the lake</a> and other things</span>'
    assert "All about" not in read(f"<h1>The lake</h1><div><p>{OWN}{shown}</p><p>{OWN}</p></div>")["text"]


def test_a_numbered_series_and_a_line_without_full_stop_are_text() -> None:
    series = "".join(f"<p>{n}) <a href=/{n}>Thing {n}</a></p>" for n in range(1, 4))
    first = OWN.strip().rstrip(".")
    text = read(f"<h1>Things</h1><div><p>{first}</p><p>{OWN}</p><p>{OWN}</p>{series}</div>")["text"]
    assert text.startswith(first)
    assert text.endswith("1) Thing 1\n\n2) Thing 2\n\n3) Thing 3")


def test_the_author_of_a_post_is_that_of_the_post_in_its_blog() -> None:
    post = {
        "@type": "BlogPosting",
        "headline": "A title",
        "datePublished": "2026-11-22T08:00:00Z",
        "author": "Ada Lovelace",
    }
    other = post | {"headline": "Another", "datePublished": "2026-11-20T08:00:00Z", "author": "Grace Hopper"}
    blog = {"@type": "Blog", "url": "https://news.example/", "blogPost": [other, post]}
    head = f'<meta property="og:title" content="A title"><script type="application/ld+json">{json.dumps(blog)}</script>'
    record = read(f"<h1>A title</h1><article>{BODY}</article>", head, "https://news.example/blog/a-title")
    assert record["published_at"] == "2026-11-22T08:00:00Z"
    assert [author["name"] for author in record["authors"]] == ["Ada Lovelace"]


def test_a_wire_agency_may_be_the_author() -> None:
    body = f"<h1>The lake</h1><p class=byline>By The Associated Press</p><div><p>{OWN}</p><p>{OWN}</p></div>"
    assert [author["name"] for author in read(body)["authors"]] == ["The Associated Press"]


def test_the_lead_picture_of_another_format_is_the_one_in_the_body() -> None:
    head = '<meta property="og:image" content="https://img.example.org/1024/lake-at-dawn.jpg">'
    figure = (
        "<figure><img src=https://img.example.org/600/lake-at-dawn.jpg.webp><figcaption>Dawn.</figcaption></figure>"
    )
    record = read(f"<h1>The lake</h1><div><p>{OWN}</p>{figure}<p>{OWN}</p></div>", head)
    assert [(image["role"], image["caption"]) for image in record["images"]] == [("lead", "Dawn.")]


def test_the_headline_is_the_one_that_the_window_says_where_the_largest_heading_is_the_sites() -> None:
    body = f"<header><h1>Ada's pages</h1></header><article><h2>A rocket flew to the Moon</h2>{BODY}</article>"
    assert read(body, "<title>A rocket flew to the Moon | Ada</title>")["title"] == "A rocket flew to the Moon"


def test_a_name_stands_in_an_element_that_is_called_so_in_any_block() -> None:
    byline = '<div class="post-hero__author"><div class="post-hero__author__name">Ada Lovelace</div></div>'
    assert [author["name"] for author in read(f"<h1>A title</h1>{byline}<div>{BODY}</div>")["authors"]] == [
        "Ada Lovelace"
    ]


def test_a_wire_agency_beside_an_author_is_one_too() -> None:
    byline = "<div>By <a href=/author/ada>Ada Lovelace</a> and <span>AP</span>, <i>Moon City</i></div>"
    authors = read(f"<h1>A title</h1>{byline}<div>{BODY}</div>")["authors"]
    assert [(author["name"], author["url"]) for author in authors] == [
        ("Ada Lovelace", "https://news.example/author/ada"),
        ("AP", None),
    ]


def test_a_person_without_a_space_in_the_name_is_one_where_json_ld_says_so() -> None:
    head = f'<script type="application/ld+json">{LD_JSON.replace("Ada", "张三丰")}</script>'
    assert [author["name"] for author in read(f"<h1>A title</h1>{BODY}", head)["authors"]] == ["张三丰"]


def test_a_short_article_is_found_though_a_comment_is_longer() -> None:
    article = f'<article><h1>The lake</h1><div class="entry-content"><p>{OWN}</p><p>{OWN}</p></div></article>'
    comments = f'<div class="comments-area">{f"<p>{TEASER}</p>" * 10}</div>'
    assert read(f"<main>{article}{comments}</main>")["text"] == f"{OWN.strip()}\n\n{OWN.strip()}"


def test_a_round_up_of_linked_headlines_stays() -> None:
    items = "".join(f"<h3><a href=/story>What the rocket did then</a></h3><p>{text}</p>" for text in PROSE)
    assert read(f"<h1>A title</h1><article>{BODY}{items}</article>")["text"].count("What the rocket did then") == 6


def test_an_anchor_without_an_end_tag_is_no_link() -> None:
    record = read(f"<h1>A title</h1><div><a name=top><h2>How it flew</h2>{BODY}</div>")
    assert record["text"].split("\n\n") == ["How it flew", *PROSE]


def test_a_text_in_a_box_by_name_is_found_though_the_comments_are_longer() -> None:
    comments = "".join(f'<div class="comment-block"><p>{TEASER}</p></div>' for _ in range(4))
    aside = f'<div class="sidebar"><p>{TEASER}</p></div>'
    text = f"<h1>The lake</h1><div><p>{OWN}</p><p>{OWN}</p></div>"
    body = f'<div class="widget Blog">{text}<div class="comments">{comments}</div></div>'
    assert read(body + aside)["text"] == f"{OWN.strip()}\n\n{OWN.strip()}"
