"""The names of people in a byline."""

from __future__ import annotations

import re

from spacenews.extraction.text import MAX_TITLE, clean

_NO_NAME = re.compile(
    r"[\d@<>{}/]|^editors$|\b(?:e-?mail|follow|subscri|advert|contribut"
    r"|(?:ago|the author|posted|updated|published|share|(?:read|learn|view|see) (?:more|all)|comments?|copyright)\b)",
    re.IGNORECASE,
)
_ORGANISATION = re.compile(
    r"\b(?:universi\w+|institut\w*|agency|cent(?:er|re)|laborator\w+|observator\w+|society|association|foundation|academy"
    r"|college|school|department|ministry|council|museum|corporation|company|inc|ltd|llc|gmbh|nasa|esa|press|news"
    r"|network|magazine|conversation)\b|\.(?:com|org|net)\b",
    re.IGNORECASE,
)
_WIRE = re.compile(  # agencies that write the articles that others print
    r"(?:The )?(?:Associated|Canadian|Australian Associated) Press|Press (?:Association|Trust of India)"
    r"|Agence France-Presse|AFP|Reuters|dpa|Deutsche Presse-Agentur|Agencia EFE|Kyodo News",
    re.IGNORECASE,
)
_DESK = re.compile(r"\b(?:staff|team|desk|editors)$", re.IGNORECASE)
_POSITION = re.compile(
    r"\b(?:writer|editor|reporter|correspondent|contributor|journalist|columnist|producer|intern|freelancer)$",
    re.IGNORECASE,
)
_NO_PERSON = re.compile(
    r"admin\w*|administrator|editors?|editorial|guest|staff|team|author|user|root|webmaster|anonymous"
)
_BY = re.compile(r"^\W*(?:(?:words|text|story|posted|written)\s+)?by\b[:\s]*", re.IGNORECASE)
_BETWEEN_NAMES = re.compile(r" ?(?:[,;|•·/]|&|\band\b| [-–—] ) ?", re.IGNORECASE)


def names(text: str) -> list[str]:
    """Return the names of the people in a byline; no name rather than a wrong one."""
    return [name for name in _BETWEEN_NAMES.split(without_by(text)) if is_name(name)]


def without_by(text: str) -> str:
    """Return a clean byline without its "By"."""
    return _BY.sub("", clean(text[:MAX_TITLE]))


def is_name(name: str, *, linked: bool = False) -> bool:
    """Tell whether a text can be the name of a person, of a wire agency or, if the byline links it, of a desk."""
    if _WIRE.fullmatch(name):
        return True
    if len(name) > 60 or len(name.split()) > 6 or _NO_NAME.search(name):
        return False
    if linked and _DESK.search(name):
        return True
    is_other = _ORGANISATION.search(name) or _DESK.search(name) or _POSITION.search(name)
    return " " in name and not is_other


def is_single_name(name: str, host: str) -> bool:
    """Tell whether one word that is said to be a person's is a name: not an account, and not that of the site."""
    is_word = name.isalpha() and name[:1].isupper() and not name.isupper()
    return is_word and not _NO_PERSON.fullmatch(name.lower()) and name.lower() not in host
