"""Puts the parts of a streamed page where its scripts would: React sends late ones at the end, hidden and numbered."""

from __future__ import annotations

import re
from itertools import islice

from lxml import etree

MAX_PARTS = 200
MAX_STAND_IN = 50  # elements that are shown until a part comes

_PART = re.compile(rb"id=[\"']?S:")  # begins with letters, which are found ten times as fast as a boundary of a word
_PARTS = etree.XPath("//div[@hidden][starts-with(@id, 'S:')]")
_PLACES = etree.XPath("//template[starts-with(@id, 'B:') or starts-with(@id, 'P:')]")


def is_streamed(body: bytes) -> bool:
    """Tell whether a page may have parts at its end: nearly none has, and a look at its bytes costs next to nothing."""
    return _PART.search(body) is not None


def put_in_place(root: etree._Element) -> None:
    """Move each part to the place that waits for it, instead of what is shown until it comes, and show it."""
    parts = {part.get("id", "")[2:]: part for part in islice(_PARTS(root), MAX_PARTS)}
    for place in _PLACES(root) if parts else ():
        part = parts.get(place.get("id", "")[2:])
        if part is None or part in place.iterancestors():
            continue
        del parts[place.get("id", "")[2:]]
        if place.get("id", "").startswith("B:"):
            _remove_stand_in(place)
        part.tail = None
        del part.attrib["hidden"]
        place.addprevious(part)


def _remove_stand_in(place: etree._Element) -> None:
    """Remove what follows a place up to the comment that ends it."""
    siblings = list(islice(place.itersiblings(), MAX_STAND_IN))
    end = next((number for number, sibling in enumerate(siblings) if _is_end(sibling)), 0)
    for sibling in siblings[:end]:
        sibling.getparent().remove(sibling)  # type: ignore[union-attr]  # it is beside the place


def _is_end(node: etree._Element) -> bool:
    return callable(node.tag) and node.text == "/$"  # a comment's tag is the function that makes it
