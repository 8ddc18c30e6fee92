"""Pages read without a selector: what stands around the text is left out, and a page that says little is read too."""

from __future__ import annotations

import pytest
from support.timing import grows_by_the_square

import spacenews

URL = "https://news.example/2026/11/22/a-rocket-flew-to-the-moon/"
SENTENCE = "The rocket flew to the Moon and came back with what it was to bring, says the agency that built it"
PROSE = [f"{SENTENCE}, in part {number}." for number in range(6)]
BODY = "".join(f"<p>{text}</p>" for text in PROSE)
ADA = "<meta name=author content='Ada Lovelace'>"
MENU = "<ul>" + "".join(f"<li><a href=/{number}>Another page of this site</a>" for number in range(8)) + "</ul>"


def texts(body: str, head: str = "", url: str = URL) -> list[str]:
    page = f"<html><head>{head}</head><body>{body}</body></html>".encode()
    return str(spacenews.read_page(page, url)["text"]).split("\n\n")


@pytest.mark.parametrize(
    "around",
    [
        f"<header><h1>A title</h1><h3>It flew, and it came back to us.</h3></header>{BODY}",
        f"<h1>A title</h1><h2 class=subtitle>It flew, and it came back to us.</h2>{BODY}",
        f"<h1>A title</h1><p class='entry-dek'>It flew, and it came back to us.</p>{BODY}",
        f"<h1>A title</h1><ul><li><a href=#a>One<li><a href=#b>Two<li><a href=#c>Three</a></ul>{BODY}",
        f"<h1>A title</h1>{BODY}<footer>This article was amended on Monday. It named another agency.</footer>",
        f"<h1>A title</h1>{BODY}<div class='nn-author-bio'>She writes about rockets, and likes to.</div>",
        f"<h1>A title</h1>{BODY}<div class='article-cta'>If you like this, join us today.</div>",
    ],
    ids=["in the header", "subtitle", "deck", "contents", "footer", "biography by name", "call by name"],
)
def test_what_introduces_or_ends_a_text_is_no_text(around: str) -> None:
    assert texts(f"<article>{around}</article>") == PROSE


def test_headers_of_sections_and_whose_words_a_quote_is_are_text() -> None:
    section = f"<section><header><h2>How it flew</h2></header>{BODY}</section>"
    quote = "<blockquote>It flew.<footer>Ada Lovelace, engineer</footer></blockquote>"
    found = texts(f"<article><h1>A title</h1>{section}{quote}<p>It flew again.</p></article>")
    assert found == ["How it flew", *PROSE, "It flew.", "Ada Lovelace, engineer", "It flew again."]


def test_a_long_abstract_is_text() -> None:
    abstract = f"<div class=abstract>{SENTENCE * 8}.</div>"
    assert texts(f"<article><h1>A title</h1>{abstract}{BODY}</article>") == [f"{SENTENCE * 8}.", *PROSE]


def test_an_aside_that_is_longer_than_a_box_is_text() -> None:
    aside = f"<aside><h3>A note</h3>{BODY}</aside>"
    box = "<aside><p>Get our letter each week, and never miss a rocket that flies to the Moon again.</p></aside>"
    found = texts(f"<article><h1>A title</h1>{BODY}{box}{aside}{BODY}</article>")
    assert found == [*PROSE, "A note", *PROSE, *PROSE]


def test_a_text_in_chinese_is_read_though_it_needs_fewer_characters() -> None:
    prose = [f"火箭飞到了月球，并带回了它应该带回的东西，建造它的机构这么说{end}" for end in "。！？。。。"]
    body = "".join(f"<p>{text}</p>" for text in prose)
    boxes = "<div class=footer><a href=/a>火箭</a> <a href=/b>月球</a></div>"
    assert texts(f"<h1>题目</h1><div>{body}<p>相关阅读</p><p>火箭又飞了。</p></div>{boxes}") == prose


@pytest.mark.parametrize(
    "heading",
    [
        "Das könnte Sie auch interessieren",
        "À lire également",
        "También te puede interesar",
        "Potrebbe interessarti",
        "Zobacz także",
        "関連記事",
        "More like this",
        "Disclaimer",
    ],
)
def test_a_heading_that_ends_a_text_does_so_in_many_languages(heading: str) -> None:
    assert texts(f"<article><h1>A title</h1>{BODY}<h3>{heading}</h3><p>{SENTENCE}.</p></article>") == PROSE


@pytest.mark.parametrize(
    "end",
    [
        "Ada Lovelace is a writer who lives in London.",
        "Ada Lovelace, our editor, covers rockets and all that flies.",
        "By Ada Lovelace",
        "Have a tip? Ada Lovelace may be reached at ada@news.example.",
        "(Reporting by Ada Lovelace and Grace Hopper in Paris; editing by Emmy Noether)",
    ],
)
def test_who_wrote_a_story_is_no_text_at_its_end(end: str) -> None:
    assert texts(f"<article><h1>A title</h1>{BODY}<p>{end}</p><p>She has been to Paris.</p></article>", ADA) == PROSE


@pytest.mark.parametrize(
    "end",
    [
        "Grace Hopper is an engineer who lives in Paris.",
        "Ada Lovelace’s rocket is the first of many.",
        "Reporting by the agency has shown that it flew. It will fly again.",
    ],
)
def test_sentences_at_the_end_about_others_are_text(end: str) -> None:
    assert texts(f"<article><h1>A title</h1>{BODY}<p>{end}</p></article>", ADA) == [*PROSE, end]


@pytest.mark.parametrize(
    ("url", "head"),
    [
        ("https://news.example/rockets", ""),
        ("https://news.example/topics/rockets", ""),
        ("https://news.example/guides-to/what-is-a-rocket", "<meta property=og:type content=website>"),
        ("https://news.example/p/what-is-a-rocket", "<meta property=og:type content=website>"),
    ],
    ids=["one word", "a topic", "a website", "a post of it"],
)
def test_a_page_that_is_a_text_may_have_an_address_that_says_little(url: str, head: str) -> None:
    assert texts(f"<h1>A title</h1><div>{BODY}</div>", head, url) == PROSE


@pytest.mark.parametrize(
    "body",
    [
        f"<h1>A title</h1><div>{BODY}</div>{MENU * 8}",
        "".join(f"<div class=post><h2><a href=/story-{n}>A story</a></h2>{BODY}</div>" for n in range(4)),
    ],
    ids=["menus", "stories"],
)
def test_a_list_at_such_an_address_is_refused(body: str) -> None:
    with pytest.raises(spacenews.NotAnArticleError):
        texts(body, url="https://news.example/topics/rockets")


def test_parts_that_react_streams_are_put_where_they_belong() -> None:
    first, second = PROSE[:3], PROSE[3:]
    place = "<!--$?--><template id=B:0></template><p>Loading paragraph…</p><!--/$-->"
    late = "".join(f"<p>{text}</p>" for text in first) + "<template id=P:1a></template>"
    body = f"<article><h1>A title</h1>{place}<p>It will fly again.</p></article><div hidden id=S:0>{late}</div>"
    later = f"<div hidden id=S:1a>{''.join(f'<p>{text}</p>' for text in second)}</div>"
    assert texts(body + later) == [*PROSE, "It will fly again."]


def test_a_part_that_waits_for_itself_stays_where_it_is() -> None:
    body = f"<h1>A title</h1><article>{BODY}</article><div hidden id=S:0><template id=B:0></template></div>"
    assert texts(body) == PROSE


@pytest.mark.parametrize(
    "part",
    [
        "<template id=B:{0}></template><p>x</p><div hidden id=S:{0}>",
        "<template id=B:{0}></template>",
        "<header><h1>x</h1>",
        "<footer><blockquote>",
        "<ul><li><a href=#a>x</a>",
        "<p class=dek>x",
    ],
)
def test_a_page_of_such_parts_costs_time_by_its_length(part: str) -> None:
    def cost(size: int) -> None:
        parts = "".join(part.format(f"{number:x}") for number in range(size // 40))
        try:
            texts(f"<article><h1>A title</h1>{BODY}{parts}<div hidden id=S:0>{BODY}</div></article>")
        except spacenews.NotAnArticleError as error:
            assert error.reason  # noqa: PT017 - whichever it is

    assert not grows_by_the_square(cost, 40_000)
