"""Reading costs time by the length of a page, never by its square: every pattern, and what pages can be made of."""

from __future__ import annotations

import importlib
import pkgutil
import re
from collections.abc import Callable, Iterator
from functools import partial
from re import _constants as ops  # type: ignore[attr-defined]
from re import _parser as parser  # type: ignore[attr-defined]
from typing import Any

import pytest
from lxml import html
from scrapy.http import HtmlResponse
from support.timing import grows_by_the_square, processor_seconds

from spacenews import extraction, urls
from spacenews.extraction.boilerplate import _BOILERPLATE_LINE, compiled
from spacenews.extraction.captions import MAX_CAPTION, split_caption
from spacenews.extraction.listings import main_links
from spacenews.extraction.loaders import read_article
from spacenews.extraction.text import MAX_SUMMARY, MAX_TITLE, clean, clean_code, plain
from spacenews.site import WORDPRESS_SIZES, Site

pytestmark = pytest.mark.faults

# Patterns that only ever see a text up to a length, which whoever uses them cuts or checks.
CAPPED = {"feed_markup._DECLARED": 1000, "originals": urls.MAX_LENGTH}


# Patterns


def patterns() -> dict[str, re.Pattern[Any]]:
    """Return every pattern of the modules that read pages, by where it stands."""
    modules = [
        importlib.import_module(f"{extraction.__name__}.{m.name}")
        for m in pkgutil.iter_modules(extraction.__path__)
        if m.name != "site_checks"  # which reads what site files say
    ]
    found = {
        f"{module.__name__.rpartition('.')[2]}.{name}": pattern
        for module in [*modules, urls]
        for name, value in vars(module).items()
        for name, pattern in _within(name, value)
        if pattern.pattern
    }
    found["boilerplate lines"] = compiled(_BOILERPLATE_LINE)
    for number, (pattern, _) in enumerate((*urls._SHARED_ORIGINALS, WORDPRESS_SIZES)):
        found[f"originals {number}"] = re.compile(pattern)
    return found


def _within(name: str, value: Any) -> Iterator[tuple[str, re.Pattern[Any]]]:
    if isinstance(value, re.Pattern):
        yield name, value
    elif isinstance(value, dict | tuple | list) and not isinstance(value, str):
        for key, inner in value.items() if isinstance(value, dict) else enumerate(value):
            yield from _within(f"{name}[{key}]", inner)


class Worst:
    """Makes strings from the parts of a pattern: all of it, each beginning of it, each of its repeats many times."""

    def __init__(self, pattern: re.Pattern[Any]) -> None:
        self.is_bytes = isinstance(pattern.pattern, bytes)
        self._flags = pattern.flags
        source = pattern.pattern.decode("latin-1") if self.is_bytes else pattern.pattern
        self._tree = parser.parse(source, pattern.flags & ~re.DEBUG)
        self._repeats: list[tuple[str, str]] = []

    def makers(self) -> Iterator[Callable[[int], str]]:
        """Yield functions that make strings of about so many characters."""
        seen = set()
        for choice in range(3):
            self._repeats = []
            whole = self._sample(self._tree, choice, "")
            pieces = [whole, *(whole[:end] for end in range(1, min(len(whole), 40)))]
            pieces += [before + body for before, body in self._repeats] + [body for _, body in self._repeats]
            for before, body in [("", piece) for piece in pieces] + self._repeats:
                for end in ("", "\x01"):
                    if body and (before, body, end) not in seen:
                        seen.add((before, body, end))
                        yield partial(_repeated, before, body, end)

    def _sample(self, tree: Any, choice: int, before: str) -> str:
        made = ""
        for op, argument in tree:
            made += self._one(op, argument, choice, before + made)
        return made

    def _one(self, op: Any, argument: Any, choice: int, before: str) -> str:
        if op is ops.LITERAL:
            return chr(argument)
        if op is ops.NOT_LITERAL:
            return "a" if argument != ord("a") else "b"
        if op is ops.ANY:
            return "a"
        if op is ops.IN:
            return _member(argument, choice, self._flags)
        if op in (ops.MAX_REPEAT, ops.MIN_REPEAT, ops.POSSESSIVE_REPEAT):
            least, most, inner = argument
            times = max(int(least), min(1 + choice % 2, int(most)))
            body: str = self._sample(inner, choice, before)
            if most > 20:
                self._repeats.append((before, body))
            return body * times
        if op is ops.SUBPATTERN:
            return self._sample(argument[-1], choice, before)
        if op is ops.ATOMIC_GROUP:
            return self._sample(argument, choice, before)
        if op is ops.BRANCH:
            branches = argument[1]
            return self._sample(branches[choice % len(branches)], choice, before)
        return ""  # assertions, places, references


def _repeated(before: str, body: str, end: str, size: int) -> str:
    return before + (body * (size // len(body) + 1))[:size] + end


def _member(items: list[Any], choice: int, flags: int) -> str:
    candidates = "a1 -.,:/<&\"'([{\n\t_Aé“\u0301\u200b\u2009~@#%=;!?\\|+*$^`>)]}\x01\u3042"
    one = re.compile("[" + "".join(map(_class_item, items)) + "]", flags & re.IGNORECASE)
    members = [char for char in candidates if one.match(char)]
    members += [chr(value) for op, value in items if op is ops.LITERAL]
    members += [chr(value[0]) for op, value in items if op is ops.RANGE]
    return members[choice % len(members)] if members else "a"


def _class_item(item: tuple[Any, Any]) -> str:
    op, value = item
    names = {
        ops.CATEGORY_SPACE: r"\s", ops.CATEGORY_NOT_SPACE: r"\S", ops.CATEGORY_WORD: r"\w",
        ops.CATEGORY_NOT_WORD: r"\W", ops.CATEGORY_DIGIT: r"\d", ops.CATEGORY_NOT_DIGIT: r"\D",
    }  # fmt: skip
    if op is ops.NEGATE:
        return "^"
    if op is ops.LITERAL:
        return re.escape(chr(value))
    if op is ops.RANGE:
        return f"{re.escape(chr(value[0]))}-{re.escape(chr(value[1]))}"
    return names[value]


@pytest.mark.parametrize(("name", "pattern"), patterns().items(), ids=patterns())
def test_no_pattern_takes_time_by_the_square(name: str, pattern: re.Pattern[Any]) -> None:
    worst = Worst(pattern)
    most = CAPPED.get(name.partition(" ")[0])

    def run(text: str) -> None:
        given: Any = text.encode("latin-1", "replace") if worst.is_bytes else text
        pattern.search(given)
        pattern.sub(b"" if worst.is_bytes else "", given)
        pattern.fullmatch(given)

    def run_at(make: Callable[[int], str], size: int) -> None:
        run(make(size)[:most])

    for make in worst.makers():
        assert not grows_by_the_square(partial(run_at, make)), f"{name} on {make(60)!r}"


def test_the_test_finds_what_takes_time_by_the_square() -> None:
    for pattern in map(re.compile, (r"\s*,", r".*?credit:(.+)\)", r"[^,]+,[^;]+;")):
        runs = [lambda size, make=make, search=pattern.search: search(make(size)) for make in Worst(pattern).makers()]
        assert any(map(grows_by_the_square, runs)), pattern


# Texts


@pytest.mark.parametrize(
    "read", [clean, clean_code, plain, lambda text: split_caption(text, ""), lambda text: split_caption("", text)]
)
@pytest.mark.parametrize(
    "piece",
    [
        "(credit: ",
        "Photo: a ",
        "© ",
        "by ",
        "\u0301\u0316",
        "Z\u0344",
        "<a",
        "&#",
        "\u200d",
        "a. ",
        "(",
        ")",
        "\x02a",
        "—",
        "\n\n",
        "\U000e0041",
    ],
)
def test_no_text_takes_time_by_the_square(read: Callable[[str], object], piece: str) -> None:
    assert not grows_by_the_square(lambda size: read(piece * (10 * size // len(piece))))


# Pages


class Example(Site):
    news_site = "Example News"
    allowed_domains = ("www.example.com",)
    article_pattern = r"^/space/[^/?]+/$"
    body = ".story"
    lead = ".lead"
    byline = ".byline"
    card = ".card"
    recommendation = ".more"


LONG = "<p>" + "A sentence of the story that goes on for a while, as they do. " * 2 + "</p>"
PAGES: dict[str, Callable[[int], str]] = {
    "a set of one letter": lambda n: f"<img srcset='{'x' * 100 * n}'>",
    "a set of commas": lambda n: f"<img srcset='{'a,' * 50 * n}'>",
    "a set of blanks": lambda n: f"<img srcset='/a.jpg{' ' * 100 * n}'>",
    "as many attributes as are read": lambda n: f"<img {' '.join(f'data-{i}=/a.jpg' for i in range(250))}>" * (n // 50),
    "many sources": lambda n: "<picture>" + "<source srcset='/a.webp 9w'>" * n + "<img src='/a.jpg'>" * n,
    "pictures in the deep": lambda n: "<div>" * n + "<img src='/a.jpg'>" * n,
    "noscripts": lambda n: "<noscript><img src='/a.jpg'></noscript>" * n,
    "noscripts in the deep": lambda n: "<div><noscript><img src='/a.jpg'></noscript>" * n,
    "figures in figures": lambda n: "<figure><figcaption>C</figcaption>" * n + "<img src='/a.jpg'>" * n,
    "galleries in galleries": lambda n: "<div class='gallery'>" * n + "<img src='/a.jpg'>" * n,
    "captions in captions": lambda n: "<figure>" + "<div class='caption-text'><small>c" * n,
    "lists in lists": lambda n: "<ul><li>" * n + "<img src='/a.jpg'>",
    "tables in tables": lambda n: "<table><tr><td>" * n + "<b>x</b>" * n,
    "quotes in quotes": lambda n: "<blockquote>" * n + "<a href='/a'>a</a>" * n,
    "boxes in boxes": lambda n: "<div class='share'>" * n + LONG * 4,
    "wordless boxes": lambda n: "<div class='related-somehow'>" * n + LONG,
    "boxes for devices": lambda n: "<div class='mobile'>" * n + "<p>a</p>" * n,
    "hidden boxes": lambda n: "<div aria-hidden='true'>" * n + "<img src='/a.jpg'>",
    "hidden signs": lambda n: "<span aria-hidden='true'>" * n + "a",
    "hidden pieces": lambda n: "<p>a<span hidden>b</span></p>" * n,
    "forms": lambda n: "<form>" * n + LONG * 4,
    "buttons": lambda n: "<div class='accordion'><button>Q</button>" * n,
    "headings": lambda n: "<h2>" * n + "a",
    "headlines": lambda n: "<h1><a href='/'>x</a></h1>" * n,
    "empty lines": lambda n: "<br> " * n + "a<br><b> </b>" * n,
    "links": lambda n: "<p>" + "<a href='/a b'>a</a> " * n,
    "equal links": lambda n: "<p>" + "<a href='/'>" * n + "a" * n,
    "definitions": lambda n: "<dl><dt>a<dd>b" * n,
    "bylines": lambda n: "<p class='byline'>" + "A B and " * n,
    "leads": lambda n: "<div class='lead'>" * n + "<img src='/a.jpg'>" * n,
    "cards": lambda n: "<div class='card'>" * n + "<h3><a href='/space/a/'>a</a></h3><p>b</p>" * 3,
    "recommendations": lambda n: "<div class='more'>" * n + "<a href='/space/a/'>a</a>" * 3,
    "articles": lambda n: "<article data-url='/space/b/'><h2>a</h2>" * n,
    "properties": lambda n: "<div itemscope itemprop='author'>" * n + "<b itemprop='name'>A B</b>",
    "times": lambda n: "<time datetime='2026-01-01'>" * n,
    "JSON-LD": lambda n: f"<script type='application/ld+json'>{'{,, ' * 20 * n}</script>",
    "marks": lambda n: f"<p>{'&#769;&#790;' * 20 * n}</p>",
    "a caption": lambda n: f"<figure><img src='/a.jpg'><figcaption>{'(credit: ' * 10 * n}</figcaption></figure>",
    "a title": lambda n: f"<h1>{'A title ' * 100 * n}</h1>",
}  # fmt: skip


@pytest.mark.parametrize("page", PAGES.values(), ids=PAGES)
def test_no_page_takes_time_by_the_square(page: Callable[[int], str]) -> None:
    def run(size: int) -> None:
        body = f"<html><body><h1>Headline</h1><div class='story'>{page(size // 5)}</div></body></html>"
        read_article(HtmlResponse("https://www.example.com/space/a/", body=body, encoding="utf-8"), Example())

    assert not grows_by_the_square(run)


def test_what_a_page_says_of_itself_has_an_end() -> None:
    much = "Mira Quill says it. " * 100_000
    told = f'{{"@type": "Article", "author": {{"name": "{much}"}}, "keywords": "{much}", "description": "{much}"}}'
    names = ("og:title", "og:description", "author", "article:tag", "article:section", "og:locale", "robots")
    head = "".join(f'<meta property="{name}" content="{much}">' for name in names)
    body = f"""<h1 class="{much}" id="{much}" style="{much}">{much}</h1><p class="byline">{much}</p>
        <div class="story {much}" style="{much}"><p class="{much}" id="{much}" style="{much}">Text.</p>
        <figure><img src="/a.jpg?{much}" alt="{much}" class="{much}"><img src="/b.jpg" alt="{much}">
        <figcaption>{much}<a class="credit" href="/{much}">{much}</a></figcaption></figure></div>"""
    page = f"<html lang='{much}'><head><title>{much}</title>{head}</head><body>{body}</body></html>"
    script = f"<script type='application/ld+json'>{told[:900_000]}</script>"
    for whole in (page, page.replace("<body>", f"<body>{script}")):
        response = HtmlResponse("https://www.example.com/space/a/", body=whole, encoding="utf-8")
        assert processor_seconds(partial(read_article, response, Example())) < 5
        article = read_article(response, Example())
        assert article.text == "Text."
        assert 0 < len(article.title) <= MAX_TITLE
        assert 0 < len(article.summary or "") <= MAX_SUMMARY
        assert all(len(said) <= MAX_TITLE for said in (*article.tags, *article.sections))
        assert all(len(author.name) <= MAX_TITLE for author in article.authors)
        for picture in article.images:
            assert 0 < len(picture.alt or "") <= MAX_SUMMARY
            assert max(len(picture.caption or ""), len(picture.credit or "")) <= MAX_CAPTION


def test_no_listing_takes_time_by_the_square() -> None:
    def run(size: int) -> None:
        page = "<main>" + "<header><div>" * size + "<a href='/'>a</a>" * size
        main_links(html.document_fromstring(page, parser=html.HTMLParser(huge_tree=True)).xpath("//main"))

    assert not grows_by_the_square(run)
