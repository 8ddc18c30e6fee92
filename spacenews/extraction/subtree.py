"""What the elements of a container contain: looked up once for all of them, however deep they are nested."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import cached_property
from itertools import islice

from lxml import etree

from spacenews.extraction.text import CLOSING_MARKS, SENTENCE_ENDS

MANY = 3  # long paragraphs that make a box a story, whatever it is called
_LONG_PARAGRAPHS = etree.XPath("descendant::p[string-length(.) > 80]")
_BLOCKS = ("h2", "h3", "h4", "figure", "blockquote", "table", "img", "iframe", "pre")
_NO_DATA = ("h2", "h3", "figure", "blockquote", "table", "img", "iframe")
_SENTENCE = re.compile(rf"[{SENTENCE_ENDS}][{CLOSING_MARKS}]*+\s*+$")
_SHORTEST_SENTENCE = 20  # characters
MOST_IN_CARD = 60  # elements
LONGEST_CARD = 500  # characters


class Subtree:
    """A container; each property is the set of elements in it, itself included, that have what its name says."""

    def __init__(self, container: etree._Element) -> None:
        self.container = container

    @cached_property
    def with_blocks(self) -> frozenset[etree._Element]:
        """Elements with headings, images, quotes, tables or code in them."""
        return self._above(self.container.iter(*_BLOCKS))

    @cached_property
    def with_more_than_data(self) -> frozenset[etree._Element]:
        """Elements with something in them that a table of data does not have."""
        return self._above(self.container.iter(*_NO_DATA))

    @cached_property
    def with_pictures(self) -> frozenset[etree._Element]:
        """Elements with images, videos or frames in them."""
        return self._above(self.container.iter("img", "picture", "figure", "video", "iframe"))

    @cached_property
    def with_prose(self) -> frozenset[etree._Element]:
        """Elements that are or have a sentence outside of links."""
        prose = [element for element in self.container.iter("p", "div", "section", "li", "td") if _is_prose(element)]
        return self._above(prose) | frozenset(prose)

    @cached_property
    def with_many_paragraphs(self) -> frozenset[etree._Element]:
        """Elements with at least MANY long paragraphs in them."""
        counts: dict[etree._Element, int] = {}
        for paragraph in _LONG_PARAGRAPHS(self.container):
            for above in paragraph.iterancestors():
                if counts.get(above, 0) == MANY:  # and so have all above it
                    break
                counts[above] = counts.get(above, 0) + 1
                if above is self.container:
                    break
        return frozenset(element for element, count in counts.items() if count == MANY)

    def _above(self, elements: Iterable[etree._Element]) -> frozenset[etree._Element]:
        """Return the ancestors of *elements*; each is visited once."""
        found: set[etree._Element] = set()
        for element in elements:
            for above in () if element is self.container else element.iterancestors():
                if above in found:
                    break
                found.add(above)
                if above is self.container:
                    break
        return frozenset(found)


def _is_prose(element: etree._Element) -> bool:
    """Tell whether a paragraph, or the own text of another element, is a sentence and not made of links."""
    if element.tag == "p":
        text = "".join(element.itertext(etree.Element)).strip()
        linked = sum(len("".join(link.itertext(etree.Element))) for link in element.iter("a"))
    else:
        text = "".join([element.text or "", *(child.tail or "" for child in element)]).strip()
        linked = 0
    return len(text) >= _SHORTEST_SENTENCE and 2 * linked <= len(text) and _SENTENCE.search(text[-40:]) is not None


def is_card(link: etree._Element) -> bool:
    """Tell whether a link holds the headline of another story and more about it: that around a picture holds one text.

    One that is long has no end tag, and holds what follows it.
    """
    parts = list(islice(link.iter(), MOST_IN_CARD + 1)) if len(link) and link.get("href") else []
    whole = sum(map(_length, parts)) + sum(len((part.tail or "").strip()) for part in parts[1:])
    if not 1 < len(parts) <= MOST_IN_CARD or whole > LONGEST_CARD:
        return False
    titles = [part for part in parts if part.tag in ("h2", "h3", "h4", "h5", "h6")]
    if titles:
        return whole > sum(len(text.strip()) for text in titles[0].itertext(etree.Element))
    return sum(part.tag in ("p", "div") and _length(part) > 0 for part in parts) > 1


def _length(element: etree._Element) -> int:
    return len((element.text or "").strip()) if isinstance(element.tag, str) else 0
