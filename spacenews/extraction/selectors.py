"""The selectors of site files, CSS or XPath, each compiled once to XPath that libxml2 evaluates.

Every combinator of CSS is an XPath of its own. In a single one, libxml2 collects what is below each match of the left
side and compares it with all that it has: where those matches are nested, a page of 400 KB takes a minute.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import Any

from cssselect import Selector, SelectorError, parse
from cssselect.parser import Class, CombinedSelector, Element, Hash
from lxml import etree
from parsel.csstranslator import HTMLTranslator
from scrapy.http import TextResponse

from spacenews.site import Css

Query = Callable[[etree._Element], list[Any]]  # noqa: SLF001

_TRANSLATOR = HTMLTranslator()
_SELF_OR_BELOW = "descendant-or-self::"
_AXES = {" ": "descendant::", ">": "child::", "+": "following-sibling::*[1]/self::", "~": "following-sibling::"}
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


def select(element: etree._Element, css: Css) -> list[Any]:
    """Return what a selector finds in *element*, itself included, in the order of the page.

    That is elements, or strings for `::attr()` and `::text`. Of alternatives, the first that finds anything counts.
    """
    for selector in alternatives(css):
        if found := compiled(selector)(element):
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


def compiled_css(group: Sequence[Selector]) -> Query:
    """Compile a parsed group of CSS selectors."""
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


def _shortcut(tree: Any) -> str:
    """Return the steps to the elements whose id or class may be that of a selector without a tag.

    By way of the attributes, libxml2 needs a half to a sixth of the time that a look at every element takes.
    """
    steps = ""
    while isinstance(tree, Hash | Class):
        if isinstance(tree, Hash):
            steps = f"*/@id[. = {_TRANSLATOR.xpath_literal(tree.id)}]/parent::"
        elif not steps:
            steps = f"*/@class[contains(., {_TRANSLATOR.xpath_literal(tree.class_name)})]/parent::"
        tree = tree.selector
    return steps if _is_any(tree) else ""


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
