"""The arguments of a crawl: what is understood, and what is refused with one clear sentence."""

from __future__ import annotations

import pytest

from spacenews.arguments import Arguments, parse
from spacenews.errors import UsageError
from spacenews.site import Site


class Example(Site):
    news_site = "Example"
    allowed_domains = ("www.example.com", "example.com")
    section = "space"
    article_pattern = "^/{section}/[^/]+/$"
    trailing_slash = True


class OneSection(Example):
    article_pattern = "^/news/"


def test_the_defaults_are_those_of_the_contract() -> None:
    assert parse({}, Example()) == Arguments("space", [], ("feed", "listing"), 10, None, 250, follow_related=True)


@pytest.mark.parametrize(
    ("name", "text", "value"),
    [
        ("section", "mobile", "mobile"),
        ("seeds", "http://example.com/space/a, https://www.example.com/space/b/?utm_source=x", None),
        ("discover", "sitemap,feed", ("sitemap", "feed")),
        ("pages", "all", None),
        ("limit", "7", 7),
        ("since", "2026-11-22", "2026-11-22T00:00:00Z"),
        ("since", "2026-11-22T05:00:00+02:00", "2026-11-22T03:00:00Z"),
        ("follow_related", "False", False),
    ],
)
def test_what_is_understood(name: str, text: str, value: object) -> None:
    expected = value if name != "seeds" else ["https://www.example.com/space/a/", "https://www.example.com/space/b/"]
    assert getattr(parse({name: text}, Example()), name) == expected


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("section", "../etc"),
        ("section", ""),
        ("seeds", "https://elsewhere.org/space/a/"),
        ("seeds", ","),
        ("seeds", "file:///etc/passwd"),
        ("discover", "magic"),
        ("discover", ""),
        ("pages", "0"),
        ("pages", "-1"),
        ("pages", "ten"),
        ("limit", "1.5"),
        ("since", "yesterday-ish"),
        ("follow_related", "perhaps"),
        ("sections", "space"),
    ],
)
def test_what_is_refused_names_the_argument(name: str, text: str) -> None:
    with pytest.raises(UsageError, match=name):
        parse({name: text}, Example())


def test_a_site_of_one_section_takes_no_other() -> None:
    with pytest.raises(UsageError, match="one section"):
        parse({"section": "mobile"}, OneSection())


def test_names_with_an_underscore_are_let_through() -> None:
    assert parse({"_job": "26c8"}, Example()) == parse({}, Example())
