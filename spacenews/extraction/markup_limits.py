"""Limits on markup before it is parsed: elements cost memory, attributes of one tag cost time, quadratically."""

from __future__ import annotations

import re

from spacenews.reasons import RequestPurpose

MAX_TAGS: dict[str, int] = {
    RequestPurpose.FEED: 1_000_000,
    RequestPurpose.SITEMAP: 1_000_000,
}  # enough for 50,000 entries with an image each
MAX_PAGE_TAGS = 60_000  # twenty times as many as a long article has; reading them takes a second
MAX_ATTRIBUTES = 256  # of one tag
LONG = 2 * MAX_ATTRIBUTES  # bytes; a shorter tag cannot hold as many

_VALUE = rb"""=\s*+(?:"[^"]*+"|'[^']*+')"""
_TAG = re.compile(rb"<[A-Za-z](?:" + _VALUE + rb"|=|[^>=]++)*+")
_QUOTED = re.compile(_VALUE)
_RAW = re.compile(rb"(?is)<!--(?:-?>|.*?(?:--!?>|\Z))|<(script|style|textarea|title)\b.*?(?:</\1|\Z)")  # text like tags


def too_complex(body: bytes, purpose: str = RequestPurpose.ARTICLE) -> bool:
    """Tell whether *body* has more markup than is parsed for its purpose."""
    if body.count(b"<") > MAX_TAGS.get(purpose, MAX_PAGE_TAGS):
        return True
    return _many_attributes(body) and _many_attributes(_RAW.sub(b" ", body))


def _many_attributes(body: bytes) -> bool:
    tags = (tag for tag in _TAG.findall(body) if len(tag) > LONG)
    return any(len(re.split(rb"[\s/]+", _QUOTED.sub(b"= ", tag))) > MAX_ATTRIBUTES for tag in tags)
