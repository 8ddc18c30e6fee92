"""What `itemprop` attributes say of the article of a page (HTML, 5; schema.org)."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from itertools import islice

from lxml import etree

from spacenews.extraction.selectors import text_of

MAX_PROPERTIES = 200  # elements that are looked at
MAX_WITHIN = 50  # elements within an author

_ARTICLE = re.compile(r"(?:Article|Posting|Report|Page|CreativeWork)$")


@dataclass(frozen=True)
class ItemPerson:
    """An author as an element, or an item of its own, gives it."""

    name: str
    url: str
    title: str


class Microdata:
    """The properties of the article: of the items that hold it, and of none."""

    def __init__(self, elements: Iterable[etree._Element], around_article: Collection[etree._Element]) -> None:
        self._properties: dict[str, list[etree._Element]] = {}
        for element in islice(elements, MAX_PROPERTIES):
            item = next((above for above in element.iterancestors() if above.get("itemscope") is not None), None)
            if item is None or (item in around_article and _ARTICLE.search(item.get("itemtype", ""))):
                for name in element.get("itemprop", "").lower().split():
                    self._properties.setdefault(name, []).append(element)

    def values(self, name: str) -> list[str]:
        """Return the values of a property of the article, by its name in lower case."""
        return [_value(element) for element in self._properties.get(name, ())]

    def persons(self) -> Iterator[ItemPerson]:
        """Yield the authors, else the creators."""
        for element in self._properties.get("author") or self._properties.get("creator") or ():
            if "Organization" not in element.get("itemtype", ""):
                within = islice(element.iter(etree.Element), 1, MAX_WITHIN)
                inner = {name: found for found in within if (name := found.get("itemprop"))}
                name = _value(inner["name"]) if "name" in inner else _value(element)
                link = inner.get("url", element)
                yield ItemPerson(name, link.get("href", ""), _value(inner["jobTitle"]) if "jobTitle" in inner else "")


def _value(element: etree._Element) -> str:
    said = element.get("content") or element.get("datetime") or ""
    return said or (element.get("href", "") if element.tag == "link" else text_of(element))
