"""The selectors of site files, CSS or XPath, each compiled once to XPath that libxml2 evaluates.

Every combinator of CSS is an XPath of its own. In a single one, libxml2 collects what is below each match of the left
side and compares it with all that it has: where those matches are nested, a page of 400 KB takes a minute.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from functools import lru_cache
from typing import Any

from cssselect import Selector, SelectorError, parse
from cssselect.parser import Attrib, Class, CombinedSelector, Element, Hash
from lxml import etree
from parsel.csstranslator import HTMLTranslator
from scrapy.http import TextResponse

from spacenews.site import Css

Query = Callable[[etree._Element], list[Any]]  # noqa: SLF001

_TRANSLATOR = HTMLTranslator()
_SELF_OR_BELOW = "descendant-or-self::"
_NAMES = [etree.XPath(f"{_SELF_OR_BELOW}*/@{name}", smart_strings=False) for name in ("class", "id")]
_AXES = {" ": "descendant::", ">": "child::", "+": "following-sibling::*[1]/self::", "~": "following-sibling::"}
_PLAIN = re.compile(r"[A-Za-z][\w-]*", re.ASCII)  # the name of an attribute that XPath can have as it is
_BREAKS_LINE = frozenset({"br", "p", "li", "div"})
_NOT_SHOWN = frozenset({"script", "style", "template"})


def root_of(response: TextResponse) -> etree._Element:
    """Return the tree of a page, an empty one for a response that is not HTML or XML."""
    root = response.selector.root
    if not isinstance(root, etree._Element):  # noqa: SLF001
        return etree.Element("html")
    if parser := root.getroottree().parser:
        parser.set_element_class_lookup(None)  # those of lxml.html cost a call an element
    return root


def names_in(element: etree._Element) -> frozenset[str]:
    """Return the class names and ids of *element* and of all in it."""
    return frozenset(" ".join({value for attributes in _NAMES for value in attributes(element)}).split())


def select(element: etree._Element, css: Css, names: frozenset[str] | None = None) -> list[Any]:
    """Return what a selector finds in *element*, itself included, in the order of the page.

    That is elements, or strings for `::attr()` and `::text`. Of alternatives, the first that finds anything counts.
    With the *names* in the element, what needs another is not looked for: of the names that sites use, a page has few.
    """
    for selector in alternatives(css):
        query = compiled(selector) if names is None else _narrowed(selector, names)
        if query is not None and (found := query(element)):
            return found
    return []


def select_first(element: etree._Element, css: Css) -> Any | None:
    """Return the first thing that a selector finds in *element*."""
    return next(iter(select(element, css)), None)


def alternatives(css: Css) -> tuple[str, ...]:
    """Return the selectors of an attribute of a site file."""
    return tuple(filter(None, (css,) if isinstance(css, str) else css))


def is_xpath(selector: str) -> bool:
    """Tell whether a selector is XPath; all others are CSS."""
    return selector.startswith("./")


@lru_cache(maxsize=1024)
def compiled(selector: str) -> Query:
    """Compile a selector; raises ValueError with the reason if it is not valid."""
    try:
        if is_xpath(selector):
            return etree.XPath(selector, smart_strings=False)
        return compiled_css(parse(selector))
    except (SelectorError, etree.XPathError) as error:
        raise ValueError(str(error)) from error


def _narrowed(selector: str, names: frozenset[str]) -> Query | None:
    """Compile what of a selector needs no other class names and ids than *names*, None if nothing does."""
    needs = _needs(selector)
    kept = tuple(number for number, needed in enumerate(needs) if needed <= names)
    return _part(selector, kept) if len(kept) < len(needs) else compiled(selector)


@lru_cache(maxsize=1024)
def _needs(selector: str) -> list[frozenset[str]]:
    """Return the class names and ids without which each selector of a group finds nothing."""
    if is_xpath(selector):
        return [frozenset()]
    return [
        frozenset(name for said in _said_names(one.parsed_tree) for name in said.split()) for one in parse(selector)
    ]


def _said_names(tree: Any) -> Iterator[str]:
    while not isinstance(tree, Element):
        if isinstance(tree, CombinedSelector):
            yield from _said_names(tree.subselector)
        elif isinstance(tree, Hash | Class):
            yield tree.id if isinstance(tree, Hash) else tree.class_name
        tree = tree.selector


@lru_cache(maxsize=1024)
def _part(selector: str, numbers: tuple[int, ...]) -> Query | None:
    group = parse(selector)
    return compiled_css([group[number] for number in numbers]) if numbers else None


def compiled_css(group: Sequence[Selector]) -> Query:
    """Compile a parsed group of CSS selectors."""
    if tags := _lone_tags(group):
        return lambda element: list(element.iter(*tags))
    paths = []
    left_sides: dict[str, Query] = {}
    for number, selector in enumerate(group):
        tree, pseudo, axis = selector.parsed_tree, selector.pseudo_element, _SELF_OR_BELOW
        if isinstance(tree, CombinedSelector):
            left_sides[f"left{number}"] = _left_side(tree)
            is_own_text = pseudo and tree.combinator == " " and _is_any(tree.subselector)  # `p ::text`, as in parsel
            axis = f"$left{number}/{_SELF_OR_BELOW if is_own_text else _AXES[tree.combinator]}"
            tree = tree.subselector
        last = Selector(tree, pseudo)
        paths.append(_TRANSLATOR.selector_to_xpath(last, axis + _shortcut(tree), translate_pseudo_elements=True))
    xpath = etree.XPath(" | ".join(paths), smart_strings=False)
    if not left_sides:
        return xpath
    return lambda element: xpath(element, **{name: query(element) for name, query in left_sides.items()})


def _left_side(tree: CombinedSelector) -> Query:
    """Compile what stands before the last combinator; it finds no match that leads to nothing but what another does."""
    query = compiled_css([Selector(tree.selector)])
    if tree.combinator == " ":
        return lambda element: _outermost(query(element))
    if tree.combinator == "~":
        return lambda element: _first_siblings(query(element))
    return query


def _outermost(elements: list[etree._Element]) -> list[etree._Element]:
    known = set(elements)
    return [element for element in elements if known.isdisjoint(element.iterancestors())]


def _first_siblings(elements: list[etree._Element]) -> list[etree._Element]:
    return list({element.getparent(): element for element in reversed(elements)}.values())


def _lone_tags(group: Sequence[Selector]) -> list[str]:
    """Return the names of a group of elements that says nothing else of them."""
    trees = [selector.parsed_tree for selector in group if not selector.pseudo_element]
    tags = [tree.element.lower() for tree in trees if isinstance(tree, Element) and tree.element and not tree.namespace]
    return tags if len(tags) == len(group) else []


def _shortcut(tree: Any) -> str:
    """Return the steps to the elements whose id, class or attribute may be that of a selector without a tag.

    By way of the attributes, libxml2 needs a half to a sixth of the time that a look at every element takes.
    """
    steps = ""
    while isinstance(tree, Hash | Class | Attrib):
        if isinstance(tree, Hash):
            steps = f"*/@id[. = {_TRANSLATOR.xpath_literal(tree.id)}]/parent::"
        elif isinstance(tree, Attrib):
            if tree.operator != "!=" and not tree.namespace and _PLAIN.fullmatch(tree.attrib):
                steps = steps or f"*/@{tree.attrib.lower()}{_holds(tree)}/parent::"
        elif not steps:
            steps = f"*/@class[contains(., {_TRANSLATOR.xpath_literal(tree.class_name)})]/parent::"
        tree = tree.selector
    return steps if _is_any(tree) else ""


def _holds(tree: Attrib) -> str:
    """Return the condition that an attribute holds the value that a selector compares it with."""
    value = tree.value and tree.value.value
    return f"[contains(., {_TRANSLATOR.xpath_literal(value)})]" if value else ""


def _is_any(tree: Any) -> bool:
    return isinstance(tree, Element) and tree.element is None


def text_of(value: Any) -> str:
    """Return the raw text of what a selector finds, with white space where a line or a block of it begins or ends."""
    if isinstance(value, str):
        return value
    if not len(value):
        return value.text or ""
    parts: list[str | None] = []
    for event, element in etree.iterwalk(value, events=("start", "end", "comment", "pi")):
        if element.tag in _BREAKS_LINE:
            parts.append("\n")
        if event == "start":
            parts.append(None if element.tag in _NOT_SHOWN else element.text)
        elif element is not value:
            parts.append(element.tail)
    return "".join(filter(None, parts))
