"""Pages read without a selector: what stands around the text is left out, and a page that says little is read too."""

from __future__ import annotations

import pytest

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
    ("url", "head"),
    [
        ("https://news.example/rockets", ""),
        ("https://news.example/topics/rockets", ""),
        ("https://news.example/guides-to/what-is-a-rocket", "<meta property=og:type content=website>"),
    ],
    ids=["one word", "a topic", "a website"],
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
