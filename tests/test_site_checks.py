"""A site file that cannot work ends the command before anything is asked for, with one sentence."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from support.processes import command, environment
from support.processes import scrapy as run_scrapy

from spacenews.errors import UsageError
from spacenews.extraction.site_checks import check_site
from spacenews.site import Site

SITE_FILE = '''
from spacenews.spider import NewsSpider


class ExampleSpaceSpider(NewsSpider):
    """Articles of example.com."""

    name = "example_space"
    allowed_domains = ("www.example.com",)
    news_site = "Example"
    listings = ("https://www.example.com/space/",)
    article_pattern = r"^/space/[^/]+/$"
    exclude = (".ad", "p:nope")
'''


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with a package of site files, one of them with a fault."""
    sites = tmp_path / "sites"
    sites.mkdir()
    (sites / "__init__.py").touch()
    (sites / "example_space.py").write_text(SITE_FILE, encoding="utf-8")
    return tmp_path


@pytest.mark.faults
@pytest.mark.parametrize("words", [("crawl", "example_space"), ("savefixture", "example_space", "https://x.example/")])
def test_a_command_ends_with_the_file_the_attribute_and_the_selector(folder: Path, words: tuple[str, ...]) -> None:
    settings = {"SPIDER_MODULES": "sites", "SPACENEWS_OUTPUT": str(folder / "output"), "LOG_LEVEL": "ERROR"}
    done = run_scrapy(
        command(*words, settings=settings),
        env={**environment(), "PYTHONPATH": str(folder), "SCRAPY_SETTINGS_MODULE": "spacenews.settings"},
    )
    assert done.returncode == 2
    assert (
        "sites/example_space.py: exclude: 'p:nope' is no valid selector: The pseudo-class :nope is unknown"
        in done.stderr
    )
    assert len(done.stderr.splitlines()) == 1
    assert not (folder / "output/example_space").exists()


def fault(**said: Any) -> str:
    """Return the sentence about a site file, without the name of the file."""
    with pytest.raises(UsageError) as raised:
        check_site(type("Example", (Site,), said))
    file, _, sentence = str(raised.value).partition(": ")
    assert file
    return sentence


@pytest.mark.parametrize(
    ("selector", "reason"),
    [
        ("p:nope", "The pseudo-class :nope is unknown"),
        ("p..a", "Expected ident"),
        ("a::href", "The pseudo-element ::href is unknown"),
        ("//p", "Expected selector"),
        ("./p[", "Invalid"),
        (".//p[contain(., 'x')]", "there is no function contain()"),
        (".//p[@class = $name]", "$name is not declared"),
        (".//svg:rect", "svg:rect is not declared"),
        (".//p[re:test(., 'x')]", "re:test is not declared"),
        ("./p | 5", "Invalid type"),
        ("./p = 'x'", "it makes False, which is neither elements nor text"),
    ],
)
def test_a_selector_has_to_be_css_or_xpath(selector: str, reason: str) -> None:
    for name in ("headline", "body", "listing_next"):
        for value in (selector, ("h1", selector)):
            sentence = fault(**{name: value})
            assert sentence.startswith(f"{name}: {selector!r} is no valid selector: ")
            assert reason in sentence


@pytest.mark.parametrize("selector", ["p::text", "a::attr(href)", "h1, h2::text", ".//a/@href", "./p/text()"])
def test_what_is_looked_into_has_to_be_an_element(selector: str) -> None:
    assert "elements are wanted" in fault(body=selector)
    assert "elements are wanted" in fault(card=("div", selector))
    check_site(type("Example", (Site,), {"headline": selector, "byline": ("h1", selector)}))


@pytest.mark.parametrize(
    "selector",
    [
        './/p[contains(., "or so: $5 (five)")]/@title', "./p[position() > 1 and not(@a)]/text()",
        ".//*[self::p or self::h2]",
        "./descendant-or-self::td[h1[@class='headline']]", "./p[count(a) div (2) = 1]", '[title="x: $y (z)"]',
    ],
)  # fmt: skip
def test_what_only_looks_like_a_fault_is_none(selector: str) -> None:
    check_site(type("Example", (Site,), {"headline": selector}))


@pytest.mark.parametrize(
    ("name", "value", "sentence"),
    [
        ("feeds", "https://x.example/feed", "'https://x.example/feed' is a string where a tuple is wanted"),
        ("exclude_lines", "a|b", "is a string where a tuple is wanted"),
        ("article_pattern", "^/(space/", "'^/(space/' is no valid pattern: missing )"),
        ("exclude_lines", ("ok", "*"), "'*' is no valid pattern: nothing to repeat"),
        ("image_originals", (("(a", "b"),), "is no valid pair of pattern and replacement"),
        ("image_originals", (("(a)", r"\2"),), "invalid group reference"),
        ("image_originals", ("(a)", "b"), "is no valid pair of pattern and replacement"),
        ("date_zone", "Mars/Jezero", "'Mars/Jezero' is no valid time zone"),
    ],
)
def test_patterns_tuples_and_zones_are_checked_too(name: str, value: Any, sentence: str) -> None:
    assert re.match(f"{name}: .*{re.escape(sentence)}", fault(**{name: value}))


def test_the_file_is_that_in_which_the_attribute_stands() -> None:
    base = type("Base", (Site,), {"body": "p:nope", "__module__": check_site.__module__})
    with pytest.raises(UsageError, match=r"^(.*/)?spacenews/(extraction/)?site_checks\.py: body: "):
        check_site(type("Sub", (base,), {"deck": "h2"}))
