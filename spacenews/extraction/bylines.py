"""The names of people in a byline."""

from __future__ import annotations

import re

from spacenews.extraction.text import MAX_TITLE, clean

_NO_NAME = re.compile(
    r"[\d@<>{}/]|^editors$|\b(?:e-?mail|follow|subscri|advert|contribut"
    r"|(?:ago|the author|posted|updated|published|share|read more|comments?|copyright)\b)",
    re.IGNORECASE,
)
_ORGANISATION = re.compile(
    r"\b(?:universi\w+|institut\w*|agency|cent(?:er|re)|laborator\w+|observator\w+|society|association|foundation|academy"
    r"|college|school|department|ministry|council|museum|corporation|company|inc|ltd|llc|gmbh|nasa|esa|press|news"
    r"|network|magazine|conversation)\b|\.(?:com|org|net)\b",
    re.IGNORECASE,
)
_DESK = re.compile(r"\b(?:staff|team|desk|editors)$", re.IGNORECASE)
_BY = re.compile(r"^\W*(?:(?:words|text|story|posted|written)\s+)?by\b[:\s]*", re.IGNORECASE)
_BETWEEN_NAMES = re.compile(r" ?(?:[,;|•·/]|&|\band\b| [-–—] ) ?", re.IGNORECASE)


def names(text: str) -> list[str]:
    """Return the names of the people in a byline; no name rather than a wrong one."""
    return [name for name in _BETWEEN_NAMES.split(without_by(text)) if is_name(name)]


def without_by(text: str) -> str:
    """Return a clean byline without its "By"."""
    return _BY.sub("", clean(text[:MAX_TITLE]))


def is_name(name: str, *, linked: bool = False) -> bool:
    """Tell whether a text can be the name of a person or, if the byline links it, of a desk."""
    if len(name) > 60 or len(name.split()) > 6 or _NO_NAME.search(name):
        return False
    if linked and _DESK.search(name):
        return True
    return " " in name and not _ORGANISATION.search(name) and not _DESK.search(name)
