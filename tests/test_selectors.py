"""selectors.py and elements.py: whatever CSS says is found, in the order of the page, and no page takes long."""

from __future__ import annotations

import pytest
from lxml import html
from parsel import Selector
from support.timing import grows_by_the_square

from spacenews.extraction.elements import ElementClassifier
from spacenews.extraction.selectors import compiled, names_in, select, select_first, text_of

PAGE = """
<main id="top" class="page">
  <h1 class="head line">Title <em>now</em></h1>
  <p class="a" title="x, y">one <b>two</b> three</p>
  <p class="b">four</p>
  <div class="box a"><div class="box"><p id="deep" class="c a">five</p><p>six</p></div><p class="d">seven</p></div>
  <ul class="md:w-1/2"><li data-n="1.5">i</li><li class="a b">ii</li><li id="both words">iii</li></ul>
  <a href="/1" rel="tag nofollow">link</a><p class="a">eight</p>
</main>
"""
ROOT = html.document_fromstring(PAGE)
SELECTORS = [
    "p", "P.a", "*", "#top", "#TOP", ".a", ".A", "p.a", ".a.c", "#deep.a", "main#top.page", ".c#deep", "p#deep",
    "[title]", '[title="x, y"]', "[title='x, y'], .d", "[TITLE^=x]", "[class~=a]", "[class*=ea]", "[rel~=tag]",
    "[data-n$='.5']",
    "main p", "main > p", ".box p", ".box > p", ".box .box > p", "div div p", "main *", "body .a", ".box .a, .box .d",
    "h1 + p", ".b + .box", "h1 ~ p", ".a ~ p", ".a ~ .a", "p + p, p ~ div", "ul > li + li", "li ~ li + li",
    ".box > .box > p + p",
    "p:first-child", "p:nth-child(2)", "li:last-child", "p:not(.a)", "p:not(:is(.a, :nth-child(2)))", "p:is(.a, .b)",
    ":is(p, li).a", "main:has(> h1)", "div:has(.c) > .d", "p:not([class])", "li:contains('ii')",
    r".md\:w-1\/2", r".md\:w-1\/2 > li", r"#\64 eep",
    ".d, h1, #deep, .b", ".a, p.a, [title]", "h2, h1, ul", ".none, .none .a, p.d, #none, .box .none",
    "[class$=ox], [class^=b]", "[class='box a']", "[class!=a]", "[title='']", r"#\62 oth\ words",
    "[data-n], [rel|=tag]",
]  # fmt: skip
TEXTS = [
    "p::text", "p ::text", ".a ::text", "p.a *::text", ".box > p::text", "li::attr(data-n)", "a::attr(href)",
    "main ::attr(class)", ".box::attr(class)", "b::text, .a::text", ".d::text, h1 ::text", "::text", "h1 + p::text",
]  # fmt: skip


@pytest.mark.parametrize("css", SELECTORS)
def test_a_selector_finds_what_parsel_finds(css: str) -> None:
    expected = [found.root for found in Selector(root=ROOT).css(css)]
    assert select(ROOT, css) == expected
    assert select(ROOT, css, names_in(ROOT)) == expected
    assert len(set(expected)) == len(expected)


@pytest.mark.parametrize("css", TEXTS)
def test_text_and_attributes_are_those_that_parsel_finds(css: str) -> None:
    expected = Selector(root=ROOT).css(css).getall()
    assert expected
    assert select(ROOT, css) == expected


@pytest.mark.parametrize("css", [".box > p", "p", "div p", "div", ":scope > .box", ":scope > p", "#deep"])
def test_a_selector_looks_at_an_element_and_what_is_in_it(css: str) -> None:
    box = select(ROOT, ".box")[0]
    assert select(box, css) == [found.root for found in Selector(root=box).css(css)]


def test_of_alternatives_the_first_that_finds_anything_counts() -> None:
    assert [element.text for element in select(ROOT, ("", ".none", ".d, p.b", "p"))] == ["four", "seven"]
    assert select(ROOT, ()) == []
    assert select(ROOT, "") == []
    assert select_first(ROOT, ".none") is None


def test_what_needs_names_that_a_page_lacks_is_not_looked_for() -> None:
    assert names_in(ROOT) >= {"top", "page", "deep", "c", "both", "words"}
    assert [element.text for element in select(ROOT, (".c .d", ".d, .c"), frozenset({"d"}))] == ["seven"]
    assert select(ROOT, (".none, #top", ".page:not(.none)", "./body/main"), frozenset()) == select(ROOT, "main")


def test_an_xpath_begins_with_a_dot_and_a_slash() -> None:
    assert select(ROOT, ".//li[not(@class)]/text()") == ["i", "iii"]
    assert [element.tag for element in select(ROOT, "./body/main/*[1]")] == ["h1"]


@pytest.mark.parametrize(
    "selector", ["", "p:", "p..a", "p:nope", "p::nope", "a,", "[title=x, y]", "//p", "./p[", "./p/", "p > "]
)
def test_what_is_no_selector_is_refused_with_a_reason(selector: str) -> None:
    with pytest.raises(ValueError, match=r"\w{3}"):
        compiled(selector)


@pytest.mark.faults
@pytest.mark.parametrize(
    ("css", "before", "element"),
    [
        (".a p", "<div class=a>" * 200, "<p>x</p>"),
        (".a .b", "", "<div class='a b'>"),
        (".a > .b", "", "<div class='a b'>x</div>"),
        (".a + .b", "", "<p class='a b'>x</p>"),
        (".a ~ .b", "", "<p class='a b'>x</p>"),
        (".a ~ .c", "", "<p class='a b'>x</p>"),
        (".a .b .c p", "", "<div class='a b c'><p>x</p>"),
        (".a, .b, .c", "", "<p class='a b c'>x</p>"),
    ],
)
def test_no_page_takes_time_by_the_square(css: str, before: str, element: str) -> None:
    def run(size: int) -> None:
        markup = before + element * (size // 4)
        select(html.document_fromstring(markup, parser=html.HTMLParser(huge_tree=True)), css)

    assert not grows_by_the_square(run)


def test_text_has_white_space_where_a_line_or_a_block_ends() -> None:
    markup = "<div>One<br>two<p>three</p>four<script>no</script> five<!-- no --> six</div>"
    assert text_of(html.fragment_fromstring(markup)).split() == ["One", "two", "three", "four", "five", "six"]
    assert text_of(html.fragment_fromstring("<i>one<b>two</b>three</i>")) == "onetwothree"
    assert text_of("as it is") == "as it is"


@pytest.mark.parametrize("css", [css for css in SELECTORS if css != "*"])
def test_an_element_is_classified_by_any_selector(css: str) -> None:
    """Lone names are looked up, all else is an XPath: nobody can tell which."""
    classifier = ElementClassifier([("quote", css)])
    others = classifier.found(ROOT)
    found = [element for element in ROOT.iter() if "quote" in (others.get(element), classifier.role(element))]
    assert found == select(ROOT, css)


def test_every_alternative_and_part_of_a_group_classifies() -> None:
    classifier = ElementClassifier([("caption", ("P, .box", "./body//li")), ("credit", ".d, .b")])
    roles = classifier.found(ROOT)
    found = {element.get("class"): roles.get(element) or classifier.role(element) for element in ROOT.iter()}
    assert (found["a"], found["box"], found["a b"]) == ("caption", "caption", "caption")
    assert (found["d"], found["b"]) == ("credit", "credit")
