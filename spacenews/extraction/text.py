"""Raw text -> text as the records have it: Unicode NFC, white space collapsed, no control characters."""

from __future__ import annotations

import re
import unicodedata
from html import unescape

from w3lib.html import remove_tags

# --- text, addresses, times ------------------------------------------------------------------------------------

_INVISIBLE = re.compile(r"[\x00-\x08\x0e-\x1b\x7f-\x84\x86-\x9f\xad\u200b\u2060\ufeff\ud800-\udfff]")


def clean(text: str) -> str:
    """Return text as Unicode NFC, white space collapsed, without control, invisible and surrogate characters."""
    text = " ".join(text.split())
    if not text.isprintable():  # hardly ever
        text = " ".join(_INVISIBLE.sub("", text).split())
    return text if text.isascii() else unicodedata.normalize("NFC", text)


def plain(text: str) -> str:
    """Return the clean text of a value that may hold entities and tags, as JSON-LD's do."""
    return clean(remove_tags(unescape(text)) if "&" in text or "<" in text else text)


def clean_code(text: str) -> str:
    """Return program text in NFC with its lines and indentation, without invisible characters."""
    text = unicodedata.normalize("NFC", _INVISIBLE.sub("", text)).expandtabs(4)
    return "\n".join(line.rstrip() for line in text.splitlines()).strip("\n")


_LANGUAGE = re.compile(r"([A-Za-z]{2,3})(?:[-_]([A-Za-z]{4}))?(?:[-_]([A-Za-z]{2}|\d{3}))?$")


def parse_language(text: str) -> str | None:
    """Return a BCP 47 tag in the recommended case (RFC 5646, 2.1.1); None when it is none."""
    match = _LANGUAGE.match(text.strip())
    if match is None:
        return None
    language, script, region = (part or "" for part in match.groups())
    return "-".join(part for part in (language.lower(), script.title(), region.upper()) if part)
