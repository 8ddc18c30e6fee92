"""The links of a listing that lead to its stories."""

from __future__ import annotations

from collections.abc import Sequence

from lxml import etree

_APART = frozenset({"nav", "footer"})


def main_links(parts: Sequence[etree._Element]) -> list[str]:
    """Return the addresses of links below *parts*, outside of navigation, footers and headers that are no article's.

    Each element is visited once, however deep it lies and however the parts are nested.
    """
    found: list[str] = []
    known = set(parts)
    visited: set[etree._Element] = set()
    for part in parts:
        if part in visited:
            continue
        articles = 0
        walk = etree.iterwalk(part, events=("start", "end"))
        for event, element in walk:
            if element.tag == "article":
                articles += 1 if event == "start" else -1
            if event == "end" or element is part:
                continue
            if element in known:
                visited.add(element)
            if element.tag in _APART or (element.tag == "header" and not articles):
                walk.skip_subtree()
            elif element.tag == "a" and (href := element.get("href")) is not None:
                found.append(href)
    return found
