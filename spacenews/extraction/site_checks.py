"""What makes a site file unusable, found when its spider is loaded and not at its first page."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, get_origin, get_type_hints
from zoneinfo import ZoneInfo

from cssselect import parse
from lxml import etree

from spacenews.errors import UsageError
from spacenews.extraction.selectors import alternatives, compiled, is_xpath
from spacenews.site import Css, Site

_PATTERNS = ("article_pattern", "alias_pattern", "exclude_tags", "exclude_lines")
_RULES = ("image_originals", "image_aliases")
_FIND_ELEMENTS = (  # what these find is looked into
    "listing_scope", "page_scope", "author_box", "body", "lead", "gallery", "embed", "quote", "caption", "credit",
    "exclude", "card", "card_link", "card_text", "recommendation",
)  # fmt: skip

_LITERAL = re.compile(r"'[^']*'|\"[^\"]*\"")
_CALL = re.compile(r"(?<![\w.-])(?!(?:and|or|div|mod)\b)([A-Za-z][\w.-]*)\s*\(")
_UNDECLARED = re.compile(r"\$\s*[\w.-]+|[\w.-]+:(?!:)[\w.*-]+")  # a variable, a namespace prefix
_ENDS_IN_TEXT = re.compile(r"(?:(?:@|attribute\s*::)\s*[\w.*-]+|text\(\s*\))\s*$")
_PAGE = etree.Element("html")


def check_site(site: type[Site]) -> None:
    """Check what a site file says; raises UsageError with one sentence that names file, attribute and value."""
    for name, hint in get_type_hints(Site).items():
        try:
            _check(name, hint, getattr(site, name))
        except ValueError as error:
            raise UsageError(f"{_file(site, name)}: {name}: {error}") from error


def _check(name: str, hint: Any, value: Any) -> None:
    if get_origin(hint) is Sequence and isinstance(value, str):
        raise ValueError(f"{value!r} is a string where a tuple is wanted: ({value!r},)")
    if hint == Css:
        for selector in alternatives(value):
            with _valid("selector", selector):
                _check_selector(selector, finds_elements=name in _FIND_ELEMENTS)
    elif name in _PATTERNS:
        for pattern in alternatives(value or ""):
            with _valid("pattern", pattern):
                re.compile(pattern)
    elif name in _RULES:
        for rule in value:
            with _valid("pair of pattern and replacement", rule):
                pattern, replacement = rule
                re.sub(pattern, replacement, "")
    elif name == "date_zone" and value:
        with _valid("time zone", value):
            ZoneInfo(value)


@contextmanager
def _valid(what: str, value: Any) -> Iterator[None]:
    try:
        yield
    except (ValueError, TypeError, LookupError, re.error, etree.XPathError) as error:
        raise ValueError(f"{value!r} is no valid {what}: {error}") from error


def _check_selector(selector: str, *, finds_elements: bool) -> None:
    query = compiled(selector)
    if is_xpath(selector):
        _check_names(_LITERAL.sub("''", selector))
        ends_in_text = bool(_ENDS_IN_TEXT.search(selector))
    else:
        ends_in_text = any(one.pseudo_element for one in parse(selector))
    found = query(_PAGE)
    if not isinstance(found, list):
        raise ValueError(f"it makes {found!r}, which is neither elements nor text")  # noqa: TRY004
    if finds_elements and ends_in_text:
        raise ValueError("elements are wanted, not their text or attributes")


def _check_names(xpath: str) -> None:
    """Raise ValueError for a name that is not known: libxml2 only finds out on a page that leads there."""
    if undeclared := _UNDECLARED.search(xpath):
        raise ValueError(f"{undeclared[0]} is not declared")
    for name in _CALL.findall(xpath):
        try:
            etree.XPath(f"{name}()")(_PAGE)
        except etree.XPathEvalError as error:
            if "Unregistered" in str(error):
                raise ValueError(f"there is no function {name}()") from error


def _file(site: type[Site], name: str) -> Path:
    """Return the file that says what *name* is, relative to the current folder where it is below it."""
    said_by = next(cls for cls in site.__mro__ if name in vars(cls))
    path = Path(getattr(sys.modules.get(said_by.__module__), "__file__", None) or said_by.__module__)
    return path.relative_to(Path.cwd()) if path.is_relative_to(Path.cwd()) else path
