"""listings.py: the links of a listing's main part, in time that grows with its length."""

from __future__ import annotations

import pytest
from lxml import html
from support.timing import grows_by_the_square

from spacenews.extraction.listings import main_links


def links(markup: str, *, path: str = "//main") -> list[str]:
    return main_links(
        html.document_fromstring(f"<body>{markup}</body>", parser=html.HTMLParser(huge_tree=True)).xpath(path)
    )


@pytest.mark.parametrize(
    ("markup", "expected"),
    [
        ("<main><a href='/1'>a</a><div><a href='/2'>b</a></div></main><a href='/3'>c</a>", ["/1", "/2"]),
        (
            "<main><nav><a href='/1'>a</a></nav><footer><p><a href='/2'>b</a></p></footer><a href='/3'>c</a></main>",
            ["/3"],
        ),
        ("<main><header><a href='/1'>a</a></header><a href='/2'>b</a></main>", ["/2"]),
        (
            "<main><article><header><a href='/1'>a</a></header></article><header><a href='/2'>b</a></header></main>",
            ["/1"],
        ),
        ("<main><a>none</a><a href=''>empty</a></main>", [""]),
        ("<main><a href='/1'>a</a></main><main><a href='/2'>b</a></main>", ["/1", "/2"]),
        ("<nav><main><a href='/1'>a</a></main></nav>", ["/1"]),
    ],
)
def test_links_of_the_main_part_count(markup: str, expected: list[str]) -> None:
    assert links(markup) == expected


def test_a_part_within_a_part_is_not_read_twice() -> None:
    markup = (
        "<main><a href='/1'>a</a><div id='main'><a href='/2'>b</a></div></main><div id='main'><a href='/3'>c</a></div>"
    )
    assert links(markup, path="//main | //*[@id='main']") == ["/1", "/2", "/3"]


@pytest.mark.faults
@pytest.mark.parametrize("tag", ["div", "header", "article", "main"])
def test_depth_is_no_danger(tag: str) -> None:
    assert not grows_by_the_square(lambda size: links("<main>" + f"<{tag}>" * size + "<a href='/'>a</a>" * size), 1000)
