"""Listings: a page -> the links that lead to its stories, and the one that leads to its next page."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from lxml import etree
from scrapy.http import Response, TextResponse
from w3lib.url import safe_url_string

from spacenews.extraction.encodings import with_known_encoding
from spacenews.extraction.selectors import alternatives, root_of, select, select_first
from spacenews.site import Site

_SCOPE = ("main, [role=main], #h-maincontent, #main, #content", "body")
_APART = frozenset({"nav", "footer"})


class Listing(NamedTuple):
    """What a listing links to, as absolute URLs."""

    links: list[str]  # of its main part
    has_next_link: bool
    next_page: str | None  # None also for a link that cannot be followed


def read_listing(response: Response, site: Site) -> Listing:
    """Return the links of a listing; nothing for a response that is no text."""
    if not isinstance(response, TextResponse):
        return Listing([], has_next_link=False, next_page=None)
    response = with_known_encoding(response)
    root = root_of(response)
    links = main_links(select(root, (*alternatives(site.listing_scope), *_SCOPE)))
    found = select_first(root, site.listing_next)
    link = found if found is None or isinstance(found, str) else found.get("href")
    absolute = (absolute_link(response, link) for link in links)
    return Listing(list(filter(None, absolute)), bool(link), absolute_link(response, link) if link else None)


def absolute_link(response: Response, link: str) -> str | None:
    """Return the absolute URL of a link, None if it is not a usable one."""
    try:
        url = safe_url_string(response.urljoin(link.strip()))
    except ValueError:
        return None
    return url if "://" in url else None


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
