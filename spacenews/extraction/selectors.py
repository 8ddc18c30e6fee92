"""CSS selectors over a page, fast: what begins with a class, an id or a tag is found without a full XPath query."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable
from functools import cached_property, lru_cache
from typing import Any

from lxml import etree
from parsel import css2xpath
from parsel.csstranslator import HTMLTranslator

from spacenews.site import Css

_COMMA = re.compile(r",\s*(?![^(]*\))")
_HEAD = re.compile(r"([A-Za-z][A-Za-z0-9]*)?(?:([.#])([\w-]+))?(?:(\s+)([^>+~\s].*)|(\s*[>+~].*))?")
_TRANSLATOR = HTMLTranslator()
_BY_ID = etree.XPath("id($name)")
_BREAKING = frozenset({"br", "p", "li", "div"})
_UNSHOWN = frozenset({"script", "style", "template"})


class Scope:
    """An element that many selectors are asked of: its classes are read once."""

    def __init__(self, element: etree._Element) -> None:
        self.element = element
        self._inner: dict[etree._Element, Scope] = {}

    def below(self, element: etree._Element) -> Scope:
        """Return the scope of an element within this one."""
        if element not in self._inner:
            self._inner[element] = Scope(element)
        return self._inner[element]

    @cached_property
    def elements(self) -> list[etree._Element]:
        """Every element, in the order of the page; as long as they are held, lxml need not make them again."""
        return list(self.element.iter(etree.Element))

    def select(self, css: Css) -> list[Any]:
        """Return what a selector finds: elements, or strings for `::attr()` and `::text`.

        Of alternatives the first that finds anything counts.
        """
        for query in _alternatives(css):
            if found := query(self):
                return found
        return []

    def first(self, css: Css) -> Any | None:
        """Return the first thing that a selector finds."""
        found = self.select(css)
        return found[0] if found else None

    def with_tag(self, tag: str) -> list[etree._Element]:
        """Return the elements of a tag."""
        return list(self.element.iter(tag))

    def with_class(self, name: str, tag: str | None) -> list[etree._Element]:
        """Return the elements of a class, and of a tag if it is given."""
        if tag and "_classes" not in self.__dict__:  # a scope that is asked once is not worth an index
            return [element for element in self.element.iter(tag) if name in element.get("class", "").split()]
        return [element for element in self._classes.get(name, ()) if tag in (None, element.tag)]

    def with_id(self, name: str) -> list[etree._Element]:
        """Return the element of an id, if it is in the scope."""
        return [found for found in _BY_ID(self.element, name=name) if self._holds(found)]

    def in_order(self, found: list[list[Any]]) -> list[Any]:
        """Merge what several selectors found, each thing once, in the order of the page; strings come as they are."""
        places = {element: place for place, element in enumerate(self.elements)}
        merged = dict.fromkeys(thing for results in found for thing in results)
        return sorted(merged, key=lambda thing: places.get(thing, -1))

    def _holds(self, found: etree._Element) -> bool:
        return found is self.element or any(above is self.element for above in found.iterancestors())

    @cached_property
    def _classes(self) -> dict[str, list[etree._Element]]:
        classes: dict[str, list[etree._Element]] = defaultdict(list)
        for element in self.elements:
            if names := element.get("class"):
                for name in _class_names(names):
                    classes[name].append(element)
        return classes


Query = Callable[[Scope], list[Any]]


def text_of(value: Any) -> str:
    """Return the raw text of what a selector found; a new line or block in it counts as white space."""
    if isinstance(value, str):
        return value
    if not len(value):
        return value.text or ""
    parts: list[str | None] = []
    for event, element in etree.iterwalk(value, events=("start", "end", "comment", "pi")):
        if event == "start":
            parts += ("\n" if element.tag in _BREAKING else "", None if element.tag in _UNSHOWN else element.text)
        elif element is not value:
            parts += ("\n" if element.tag in _BREAKING else "", element.tail)
    return "".join(filter(None, parts))


def split_group(css: str) -> list[str]:
    """Split a group of selectors at its commas."""
    return [part for part in _COMMA.split(css.strip()) if part]


@lru_cache(maxsize=1024)
def _alternatives(css: Css) -> tuple[Query, ...]:
    return tuple(_group(one) for one in ((css,) if isinstance(css, str) else css) if one)


def _group(css: str) -> Query:
    """Compile a group of selectors; where more than one of them finds something, the order is that of the page."""
    parts = [_part(part) for part in split_group(css)]
    if len(parts) == 1:
        return parts[0]

    def query(scope: Scope) -> list[Any]:
        found = [result for part in parts if (result := part(scope))]
        return scope.in_order(found) if len(found) > 1 else found[0] if found else []

    return query


def _part(css: str) -> Query:
    """Compile one selector: a tag, class or id at its head is looked up, the rest is asked of what it finds."""
    head = _HEAD.fullmatch(css)
    if head is None:
        return _xpath(css if css.startswith("./") else css2xpath(css))
    tag, kind, name, _, rest, sibling = head.groups()
    below = _part(rest) if rest else _xpath(_TRANSLATOR.css_to_xpath(css, prefix="self::")) if sibling else None

    def query(scope: Scope) -> list[Any]:
        if kind == "#":
            found = [match for match in scope.with_id(name) if tag in (None, match.tag)]
        else:
            found = scope.with_class(name, tag) if kind else scope.with_tag(tag)
        if below is None or not found:
            return found
        return list(
            dict.fromkeys(inner for match in found for inner in below(scope.below(match)) if inner is not match)
        )

    return query


def _xpath(path: str) -> Query:
    compiled = etree.XPath(path, smart_strings=False)
    return lambda scope: list(compiled(scope.element))


@lru_cache(maxsize=4096)
def _class_names(attribute: str) -> frozenset[str]:
    return frozenset(attribute.split())
