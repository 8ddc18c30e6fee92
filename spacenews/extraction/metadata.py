"""JSON-LD, Open Graph, meta and link elements -> raw values, in page order.

JSON-LD is read block by block, so that a broken one does not cost the others. Number and size of blocks are bounded.
Vocabulary: schema.org, JSON-LD 1.1, ogp.me.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from functools import cached_property
from typing import Any

from lxml import etree

from spacenews.extraction.json_ld import read_values
from spacenews.extraction.page_address import PageAddress, page_address
from spacenews.extraction.text import squashed

Node = dict[str, Any]

MAX_BLOCKS = 50
MAX_NODES = 1_000
MAX_META = 20_000  # characters of a meta element, or of the window's title
CERTAIN = 12  # letters of a headline with which the window's title may begin by no accident

_ARTICLE = re.compile(r"Article$|^BlogPosting$|^LiveBlogPosting$|^Report$")
_PAGE = re.compile(r"Page$")
_MAY_HOLD_IT = ("mainEntityOfPage", "mainEntity", "blogPost")  # keys of a page, or of a blog
_SITE = re.compile(r"WebSite$|Organization$")


class PageMetadata:
    """What the page says about itself besides its text.

    ``meta`` maps a lower-case name, property or http-equiv to its contents, ``links`` a rel to its URLs; ``nodes`` are
    the JSON-LD objects at the top of each block and in its ``@graph``.
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
                self.title = self.title or (element.text or "")[:MAX_META]
            elif "ld+json" in element.get("type", "").lower():
                blocks.append(element.text or "")
        for block in blocks[:MAX_BLOCKS]:
            self.nodes += _nodes(read_values(block))

    def first(self, *names: str) -> list[str]:
        """Return the contents of the first of the meta *names* that has any."""
        return next((self.meta[name] for name in names if any(self.meta.get(name, ()))), [])

    @cached_property
    def addresses(self) -> list[str]:
        """The URLs that the page gives as its own, the most binding first."""
        return [*self.links["canonical"], *self.meta["og:url"], self._address]

    @cached_property
    def about(self) -> list[Node]:
        """The nodes that describe this article: articles first, then the page; never those of another story.

        All that identify themselves as this article count; if there are none, the first that does not identify itself.
        """
        found = []
        for kind in (_ARTICLE, _PAGE):
            nodes = [(self._owner(node), node) for node in self.nodes if _is_a(node, kind)]
            own = [node for owner, node in nodes if owner == "own"]
            found += own or [node for owner, node in nodes if owner == "unknown"][:1]
        return found

    def values(self, key: str) -> list[Any]:
        """Return the values of *key* of the article's node, else of the page's, with references resolved."""
        for node in self.about:
            if found := [self._resolve(value) for value in as_list(node.get(key))]:
                return found
        return []

    def strings(self, key: str) -> list[str]:
        """Return the values of *key* as text; an object counts by its name."""
        return [text for value in self.values(key) if (text := as_text(value))]

    def all_values(self, key: str) -> list[Any]:
        """Return the values of *key* of all nodes about the article, for a key whose first value may be unusable."""
        return [value for node in self.about for value in as_list(node.get(key))]

    def authors(self) -> list[Node]:
        """Return the authors of the article, else its creators, as objects with one name each."""
        for key in ("author", "creator"):
            if found := [person for value in self.values(key) for person in _persons(value)]:
                return found
        return []

    def persons(self) -> list[Node]:
        """Return all people among the nodes, the authors of this article first."""
        people = [node for node in self.nodes if "Person" in as_list(node.get("@type"))]
        return self.authors() + [person for node in people for person in _persons(node)]

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
        return self._by_id.get(value, value) if isinstance(value, str) else value

    def _owner(self, node: Node) -> str:
        """Tell whose a node is: of this page (by address or headline), of another, or "unknown"."""
        said = [as_url(value) for key in ("mainEntityOfPage", "url", "@id") for value in as_list(node.get(key))]
        named = [address for address in map(page_address, said) if address is not None]
        if any(address.is_same(own) for address in named for own in self._own_addresses):
            return "own"
        if self._is_title(as_text(node.get("headline"))):
            return "own"
        return "other" if named else "unknown"

    def is_own_address(self, url: str) -> bool:
        """Tell whether an address is one of this page, in whatever form."""
        address = page_address(url)
        return address is not None and any(address.is_same(own) for own in self._own_addresses)

    @cached_property
    def _own_addresses(self) -> list[PageAddress]:
        return [address for address in map(page_address, self.addresses) if address is not None]

    def is_title(self, text: str) -> bool:
        """Tell whether the page says a text to be its title: in JSON-LD, for other sites or as that of the window."""
        return self._is_title(text) or squashed(text) in self._headlines

    def _is_title(self, text: str) -> bool:
        title = squashed(text)
        return bool(title) and (
            title in self._titles
            or (len(title) >= CERTAIN and any(said.startswith(title) for said in (*self._titles, self._window)))
        )

    @cached_property
    def _titles(self) -> set[str]:
        return {squashed(title) for title in (*self.meta["og:title"], *self.meta["twitter:title"])} - {""}

    @cached_property
    def _window(self) -> str:
        return squashed(self.title)

    @cached_property
    def _headlines(self) -> set[str]:
        return {squashed(headline) for headline in self.strings("headline")} - {""}

    @cached_property
    def site_names(self) -> list[str]:
        """What the page calls its site and its publisher."""
        names = [*self.meta["og:site_name"], *self.meta["application-name"]]
        publishers = [publisher for node in self.about for publisher in as_list(node.get("publisher"))]
        sites = [node for node in self.nodes if _is_a(node, _SITE)]
        return names + [name for name in map(as_text, (*publishers, *sites)) if name]

    def _add_meta(self, element: etree._Element) -> None:
        content = element.get("content", "")[:MAX_META]
        if not content.strip():
            return
        for attribute in ("name", "property", "http-equiv"):
            if key := element.get(attribute):
                self.meta[key.lower()].append(content)

    def _add_link(self, element: etree._Element) -> None:
        if href := element.get("href"):
            for rel in element.get("rel", "").lower().split():
                self.links[rel].append(href)


def as_list(value: Any) -> list[Any]:
    """Return a value that may be one or many as a list."""
    if isinstance(value, dict) and ("@list" in value or "@set" in value):
        value = value.get("@list", value.get("@set"))
    if value is None:
        return []
    return value if isinstance(value, list) else [value]


def as_text(value: Any) -> str:
    """Return the text of a JSON-LD value: itself, or the name of an object."""
    for _ in range(3):
        if isinstance(value, dict):
            value = value.get("name") or value.get("headline") or value.get("@value")
    return value if isinstance(value, str) else ""


def as_url(value: Any) -> str:
    """Return the address of a JSON-LD value: itself, or the `@id` or `url` of an object."""
    if isinstance(value, dict):
        value = value.get("@id") or value.get("url")
    return value if isinstance(value, str) else ""


def _persons(value: Any) -> Iterator[Node]:
    """Yield a person, or each of several in one object, with a name that is text."""
    node = value if isinstance(value, dict) else {"name": value}
    names = [name for name in map(as_text, as_list(node.get("name"))) if name.strip()]
    parts = [as_text(node.get(key)) for key in ("givenName", "additionalName", "familyName")]
    for name in names or [" ".join(filter(None, parts))]:
        if name:
            yield node | {"name": name}


def _nodes(values: Iterable[Any]) -> list[Node]:
    """Return the objects at the top of a block and in its graphs, and articles that lie in their page.

    Lists and graphs may lie in each other. An article within a page that names no address has that of the page.
    """
    found: list[Node] = []
    waiting = list(values)[::-1]
    while waiting and len(found) < MAX_NODES:
        item = waiting.pop()
        if isinstance(item, list):
            waiting.extend(reversed(item))
        elif isinstance(item, dict):
            found.append(item)
            for inner in (value for key in _MAY_HOLD_IT for value in as_list(item.get(key))):
                if isinstance(inner, dict) and _is_a(inner, _ARTICLE):
                    waiting.append({"url": as_url(item.get("url")) or as_url(item.get("@id")), **inner})
            waiting.append(item.get("@graph"))
    return found


def _is_a(node: Node, kind: re.Pattern[str]) -> bool:
    return any(isinstance(name, str) and kind.search(name) for name in as_list(node.get("@type")))


def _position(item: Node) -> float:
    try:
        return float(item.get("position", 0))
    except (TypeError, ValueError):
        return 0
