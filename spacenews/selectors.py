"""CSS selectors over one page, fast: what a class or an id finds is looked up, only the rest is an XPath query."""

from __future__ import annotations

import re
from collections import defaultdict
from functools import lru_cache
from typing import Any

from lxml import etree
from parsel import css2xpath

from spacenews.site import Css

_COMMA = re.compile(r",\s*(?![^(]*\))")
_TAG = re.compile(r"[A-Za-z][A-Za-z0-9]*")
_HEAD = re.compile(r"([A-Za-z][A-Za-z0-9]*)?([.#])([\w-]+)(?:\s+([^>+~\s].*))?")
_NAMED = etree.XPath("descendant-or-self::*[@class or @id]")
_TEXTS = etree.XPath(
    "descendant::text()[not(parent::script or parent::style)] | descendant::br | descendant::p | descendant::li"
    " | descendant::div",
    smart_strings=False,
)


def text_of(value: Any) -> str:
    """Return the raw text of what a selector found; a new line or block in it counts as white space."""
    if isinstance(value, str):
        return value
    if not len(value):
        return value.text or ""
    return "".join(found if isinstance(found, str) else "\n" for found in _TEXTS(value))


@lru_cache(maxsize=1024)
def alternatives(css: Css) -> tuple[tuple[str, ...], ...]:
    """Split what a site says into alternatives, each a group of selectors."""
    given = (css,) if isinstance(css, str) else css
    return tuple(tuple(filter(None, _COMMA.split(one.strip()))) for one in given if one)


def select(element: etree._Element, css: Css) -> list[Any]:
    """Return what a selector finds below *element*: elements, or strings for `::attr()` and `::text`."""
    for group in alternatives(css):
        if found := _compiled(", ".join(group))(element):
            return list(found)
    return []


def first(element: etree._Element, css: Css) -> Any | None:
    """Return the first thing that a selector finds below *element*."""
    return next(iter(select(element, css)), None)


class Selector:
    """Selects below one element that many selectors are asked of."""

    def __init__(self, scope: etree._Element) -> None:
        self.scope = scope
        self._named: dict[str, list[etree._Element]] = defaultdict(list)
        for element in _NAMED(scope):
            for key in _keys(element.get("class", "")):
                self._named[key].append(element)
            if identity := element.get("id"):
                self._named["#" + identity].append(element)

    def __call__(self, css: Css) -> list[Any]:
        """Return what a selector finds, see :func:`select`."""
        for group in alternatives(css):
            found = [result for part in group if (result := self._part(part))]
            if len(found) == 1:
                return found[0]
            if found:
                return list(_compiled(", ".join(group))(self.scope))  # in the order of the page
        return []

    def _part(self, part: str) -> list[Any]:
        if _TAG.fullmatch(part):
            return list(self.scope.iter(part))
        head = _HEAD.fullmatch(part)
        if head is None:
            return list(_compiled(part)(self.scope))
        tag, kind, name, rest = head.groups()
        found = [element for element in self._named.get(kind + name, ()) if tag in (None, element.tag)]
        if not rest:
            return found
        below = _compiled(rest)
        return list(dict.fromkeys(inner for element in found for inner in below(element) if inner is not element))


@lru_cache(maxsize=4096)
def _keys(names: str) -> tuple[str, ...]:
    return tuple("." + name for name in dict.fromkeys(names.split()))


@lru_cache(maxsize=1024)
def _compiled(css: str) -> etree.XPath:
    return etree.XPath(css2xpath(css), smart_strings=False)
