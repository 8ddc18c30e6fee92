"""When two URLs are those of the same page in any of its forms: mobile, AMP, on another host of the publisher.

Used to understand what a page says about itself; urls.py alone decides on the URL of an article.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from typing import NamedTuple
from urllib.parse import parse_qsl, unquote, urlsplit

from spacenews.urls import MAX_LENGTH, strip_tracking

_FORMS = frozenset({"amp", "m", "mobile"})  # first or last segment of another form of a page
_INDEX = re.compile(r"index\.\w{2,5}", re.IGNORECASE)
_ENDING = re.compile(r"(?:\.amp)?(?:\.html?)?$", re.IGNORECASE)
_CACHE = re.compile(r"/[cvi]/(?:s/)?[^/.]++\.[^/]++(?=/)")  # of AMP pages: /c/s/www.example.com/...
_FORM_PARAMETER = re.compile(r"amp\w*|output(?:type)?", re.IGNORECASE)


class PageAddress(NamedTuple):
    """A URL without the parts that differ between the forms of one page."""

    path: str
    query: dict[str, str]

    def is_same(self, other: PageAddress) -> bool:
        """Tell whether two URLs may be of the same page: they have no common parameter with different values."""
        return self.path == other.path and all(
            other.query.get(name, value) == value for name, value in self.query.items()
        )


@lru_cache(maxsize=256)
def page_address(text: str) -> PageAddress | None:
    """Return the address of a page, None for what is not a URL (urn:, #article) and for the root of a site."""
    text = text.strip()
    if len(text) > MAX_LENGTH or not text.lower().startswith(("http://", "https://", "/")):
        return None
    try:
        parts = urlsplit(strip_tracking(text))
    except ValueError:
        return None
    path = unicodedata.normalize("NFC", unquote(_CACHE.sub("", parts.path))).casefold()
    segments = [segment for segment in path.split("/") if segment not in ("", ".")]
    if segments and _INDEX.fullmatch(segments[-1]):
        segments.pop()
    if segments[1:] and segments[-1] in _FORMS:
        segments.pop()
    if segments[1:] and segments[0] in _FORMS:
        segments.pop(0)
    if not segments:
        return None
    segments[-1] = _ENDING.sub("", segments[-1])
    query = {name: value for name, value in parse_qsl(parts.query) if not _FORM_PARAMETER.fullmatch(name)}
    return PageAddress("/".join(segments), query)
