"""JSON-LD, Open Graph, meta and link elements -> raw values, in the order in which the page gives them.

JSON-LD is read block by block: one that cannot be mended costs itself alone. Number and size of blocks are bounded, and
nesting is by the parser, whose refusal counts as a bad block. Vocabulary: schema.org, JSON-LD 1.1, ogp.me.
"""

from __future__ import annotations

import json
import re
from collections import defaultdict
from functools import cached_property
from typing import Any
from urllib.parse import urlsplit

from lxml import etree

Node = dict[str, Any]

MAX_BLOCKS = 50
MAX_BLOCK_LENGTH = 1_000_000  # characters
MAX_NODES = 1_000

_ARTICLE = re.compile(r"Article$|^BlogPosting$|^LiveBlogPosting$|^Report$")
_PAGE = re.compile(r"Page$")
_NOT_JSON = re.compile(r"<!--|-->|^\s*(?://|/\*)?\s*<!\[CDATA\[\s*(?:\*/)?|(?://|/\*)?\s*\]\]>\s*(?:\*/)?\s*$")
_TRAILING_COMMA = re.compile(r",(?=\s*[}\]])")
_CONTROLS = re.compile(r"[\x00-\x08\x0b-\x1f]")
_DECODER = json.JSONDecoder(strict=False)  # strict=False lets control characters stand in strings


class PageMetadata:
    """What the page says about itself beside its text.

    ``meta`` maps a lower-case name, property or http-equiv to its contents, ``links`` a rel to its addresses, ``nodes``
    are the JSON-LD objects at the top of each block and in its ``@graph``.
    """

    def __init__(self, root: etree._Element, address: str) -> None:
        self.meta: dict[str, list[str]] = defaultdict(list)
        self.links: dict[str, list[str]] = defaultdict(list)
        self.nodes: list[Node] = []
        self.title = ""
        self.language = root.get("lang") or root.get("{http://www.w3.org/XML/1998/namespace}lang") or ""
        self._address = address
        blocks = []
        for element in root.iter("meta", "link", "title", "script"):
            if element.tag == "meta":
                self._add_meta(element)
            elif element.tag == "link":
                self._add_link(element)
            elif element.tag == "title":
                self.title = self.title or element.text or ""
            elif "ld+json" in element.get("type", "").lower():
                blocks.append(element.text or "")
        for block in blocks[:MAX_BLOCKS]:
            self.nodes += _nodes(read_json(block))

    def first(self, *names: str) -> list[str]:
        """Return the contents of the first of the meta *names* that has any."""
        return next((self.meta[name] for name in names if any(self.meta.get(name, ()))), [])

    @cached_property
    def addresses(self) -> list[str]:
        """What the page calls its own address, the most binding first."""
        return [*self.links["canonical"], *self.meta["og:url"], self._address]

    @cached_property
    def about(self) -> list[Node]:
        """Nodes that describe this article: the article first, then the page; never those of another story."""
        own = [node for node in self.nodes if self._is_own(node)]
        found = [next((node for node in own if _is_a(node, kind)), None) for kind in (_ARTICLE, _PAGE)]
        return [node for node in found if node is not None]

    def values(self, key: str) -> list[Any]:
        """Return the values of *key* of the article's node, else of the page's, with references resolved."""
        for node in self.about:
            if found := [self._resolve(value) for value in as_list(node.get(key))]:
                return found
        return []

    def strings(self, key: str) -> list[str]:
        """Return the values of *key* as text; an object counts by its name."""
        return [text for value in self.values(key) if (text := as_text(value))]

    def persons(self) -> list[Node]:
        """Return every Person among the nodes, authors of this article first."""
        authors = [value for value in self.values("author") if isinstance(value, dict)]
        return authors + [node for node in self.nodes if "Person" in as_list(node.get("@type")) and node not in authors]

    def breadcrumb(self) -> list[str]:
        """Return the names of the first BreadcrumbList, by position."""
        for node in self.nodes:
            if "BreadcrumbList" in as_list(node.get("@type")):
                items = [item for item in as_list(node.get("itemListElement")) if isinstance(item, dict)]
                items.sort(key=_position)
                return [name for item in items if (name := as_text(item) or as_text(item.get("item")))]
        return []

    @cached_property
    def _by_id(self) -> dict[str, Node]:
        return {node["@id"]: node for node in self.nodes if isinstance(node.get("@id"), str)}

    def _resolve(self, value: Any) -> Any:
        if isinstance(value, dict) and isinstance(value.get("@id"), str) and "name" not in value:
            return self._by_id.get(value["@id"], value)
        return value

    def _is_own(self, node: Node) -> bool:
        """Tell whether a node is about this page: it names no address, or one that the page calls its own."""
        named = [as_url(node.get(key)) for key in ("mainEntityOfPage", "url", "@id")]
        paths = {_page_path(address) for address in named if address and _address_path(address)}
        return not paths or not paths.isdisjoint(self._paths)

    @cached_property
    def _paths(self) -> set[str]:
        return {_page_path(address) for address in self.addresses}

    def _add_meta(self, element: etree._Element) -> None:
        content = element.get("content", "")
        if not content.strip():
            return
        for attribute in ("name", "property", "http-equiv"):
            if key := element.get(attribute):
                self.meta[key.lower()].append(content)

    def _add_link(self, element: etree._Element) -> None:
        if href := element.get("href"):
            for rel in element.get("rel", "").lower().split():
                self.links[rel].append(href)


def read_json(text: str) -> Any:
    """Return what a JSON-LD block holds, mending what sites get wrong; None when it cannot be read."""
    if len(text) > MAX_BLOCK_LENGTH:
        return None
    for mend in (str.strip, _without_wrapping, _without_commas):
        text = mend(text)
        try:
            return _DECODER.raw_decode(text)[0]  # what follows the value, a ";" mostly, is not looked at
        except (ValueError, RecursionError):
            continue
    return None


def as_list(value: Any) -> list[Any]:
    """Return a value that may be one or many as a list."""
    if value is None:
        return []
    return value if isinstance(value, list) else [value]


def as_text(value: Any) -> str:
    """Return the text of a JSON-LD value: itself, or the name of an object."""
    if isinstance(value, dict):
        value = value.get("name") or value.get("headline") or value.get("@value")
    return value if isinstance(value, str) else ""


def as_url(value: Any) -> str:
    """Return the address of a JSON-LD value: itself, or the `@id` or `url` of an object."""
    if isinstance(value, dict):
        value = value.get("@id") or value.get("url")
    return value if isinstance(value, str) else ""


def _without_wrapping(text: str) -> str:
    return _CONTROLS.sub(" ", _NOT_JSON.sub("", text)).strip()


def _without_commas(text: str) -> str:
    return _TRAILING_COMMA.sub("", text)


def _nodes(value: Any) -> list[Node]:
    """Return the objects at the top of a block and in its graphs; lists and graphs may lie in each other."""
    found: list[Node] = []
    waiting = [value]
    while waiting and len(found) < MAX_NODES:
        item = waiting.pop()
        if isinstance(item, list):
            waiting.extend(reversed(item))
        elif isinstance(item, dict):
            found.append(item)
            waiting.append(item.get("@graph"))
    return found


def _is_a(node: Node, kind: re.Pattern[str]) -> bool:
    return any(isinstance(name, str) and kind.search(name) for name in as_list(node.get("@type")))


def _address_path(address: str) -> str:
    try:
        return urlsplit(address).path
    except ValueError:
        return ""


def _page_path(address: str) -> str:
    return _address_path(address).rstrip("/")


def _position(item: Node) -> float:
    try:
        return float(item.get("position", 0))
    except (TypeError, ValueError):
        return 0
