"""The arguments of a crawl: what is understood, what is refused with one clear sentence, and what is told of them."""

from __future__ import annotations

import re
from dataclasses import fields

import pytest
from support.processes import Scrapy

from spacenews.arguments import Arguments, describe, parse
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


MOON = "https://www.example.com/space/moon,mars/"
SUN = "https://www.example.com/space/sun/"


def test_the_defaults_are_those_of_the_contract() -> None:
    assert parse({}, Example()) == Arguments(
        "space", (), ("feed", "listing"), 10, None, 250, follow_related=True, accept_changes=False
    )


@pytest.mark.parametrize(
    ("name", "text", "value"),
    [
        ("section", "mobile", "mobile"),
        ("seeds", "http://example.com/space/sun, https://www.example.com/space/sun/?utm_source=x,", (SUN,)),
        ("seeds", f"{SUN},{MOON}", (SUN, MOON)),
        ("seeds", f"{MOON} ,\n HTTPS://WWW.example.com/space/sun/", (MOON, SUN)),
        ("seeds", [MOON, SUN, MOON], (MOON, SUN)),
        ("discover", "sitemap,feed", ("sitemap", "feed")),
        ("pages", "all", None),
        ("limit", "7", 7),
        ("limit", 7, 7),
        ("since", "2026-11-22", "2026-11-22T00:00:00Z"),
        ("since", "2026-11-22T05:00:00+02:00", "2026-11-22T03:00:00Z"),
        ("follow_related", "False", False),
        ("follow_related", False, False),
    ],
)
def test_what_is_understood(name: str, text: object, value: object) -> None:
    assert getattr(parse({name: text}, Example()), name) == value


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("section", "../etc"),
        ("section", ""),
        ("seeds", "https://elsewhere.org/space/a/"),
        ("seeds", f"{SUN},https://elsewhere.org/space/a/"),
        ("seeds", ","),
        ("seeds", "file:///etc/passwd"),
        ("seeds", []),
        ("discover", "magic"),
        ("discover", ""),
        ("discover", ["feed"]),
        ("pages", "0"),
        ("pages", "-1"),
        ("pages", "ten"),
        ("limit", "1.5"),
        ("since", "yesterday-ish"),
        ("follow_related", "perhaps"),
        ("sections", "space"),
    ],
)
def test_what_is_refused_names_the_argument(name: str, text: object) -> None:
    with pytest.raises(UsageError, match=name):
        parse({name: text}, Example())


@pytest.mark.parametrize(
    ("name", "meant"),
    [("sections", "section"), ("follow-related", "follow_related"), ("LIMIT", "limit"), ("seed", "seeds")],
)
def test_an_unknown_argument_is_refused_with_the_one_that_was_probably_meant(name: str, meant: str) -> None:
    with pytest.raises(UsageError, match=rf"^unknown argument '{name}': did you mean {meant}\?$"):
        parse({name: "x"}, Example())
    with pytest.raises(
        UsageError, match="a crawl takes section, seeds, discover, pages, since, limit, follow_related, accept_changes"
    ):
        parse({"colour": "red"}, Example())


def test_a_site_of_one_section_takes_no_other() -> None:
    with pytest.raises(UsageError, match="one section"):
        parse({"section": "mobile"}, OneSection())


def test_names_with_an_underscore_are_let_through() -> None:
    assert parse({"_job": "26c8"}, Example()) == parse({}, Example())


def listed(shown: str) -> dict[str, str]:
    """Return what the help of a command says of each spider argument, on one line."""
    lines = " ".join(shown.partition("Spider Arguments\n================\n")[2].split())
    return dict(re.findall(r"-a (\w+)= (.*?)(?= -a \w+=|$)", lines))


def test_a_default_is_read_as_the_value_that_it_stands_for() -> None:
    shown = {one.name: one.default for one in describe("space") if one.default != "none"}
    assert parse(shown, Example()) == parse({}, Example())


@pytest.mark.parametrize(
    ("words", "section"),
    [
        (("crawl", "--help"), "the site's"),
        (("crawl", "phys_org_space", "--help"), "space-news"),
        (("crawl", "-h", "-a", "limit=3", "phys_org_space"), "space-news"),
        (("crawl", "nosuch", "--help"), "the site's"),
    ],
)
def test_help_lists_every_argument_with_the_defaults_of_the_spider(
    scrapy: Scrapy, words: tuple[str, ...], section: str
) -> None:
    done = scrapy(*words)
    assert (done.returncode, done.stderr) == (0, "")
    told = {one.name: f"{one.meaning} (default {one.default})" for one in describe(section)}
    assert listed(done.stdout) == told
    assert list(told) == [field.name for field in fields(Arguments)]


def test_retry_lists_what_it_takes_with_its_own_defaults(scrapy: Scrapy) -> None:
    told = listed(scrapy("retry", "space_com", "--help").stdout)
    assert list(told) == [field.name for field in fields(Arguments) if field.name != "seeds"]
    assert "(default news)" in told["section"]
    assert "(default false)" in told["follow_related"]


def test_crawlall_says_where_they_are_listed(scrapy: Scrapy) -> None:
    assert "scrapy crawl --help lists" in scrapy("crawlall", "--help").stdout
