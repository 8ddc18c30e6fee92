"""What a value of a record looks like: pure functions from raw text to text, times, names, captions, addresses."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from html import unescape
from urllib.parse import urljoin
from zoneinfo import ZoneInfo

from w3lib.html import remove_tags

from spacenews import urls

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


def absolute(address: str, base: str) -> str:
    """Return an http or https address made absolute, without tracking; empty when it is none."""
    whole = joined(address, base) if address else ""
    return urls.strip_tracking(whole) if whole.startswith(("https://", "http://")) else ""


def joined(address: str, base: str) -> str:
    """Return an address made absolute; empty when it cannot be."""
    address = address.strip().encode("utf-8", "ignore").decode("utf-8")
    try:
        return address if address.startswith(("https://", "http://")) else urljoin(base, address)
    except ValueError:
        return ""


_OFFSET_GAP = re.compile(r"(?<=\d)\s+(?=[+-]\d\d:?\d\d$|Z$)")
_EARLIEST = datetime(1990, 1, 1, tzinfo=UTC)


def parse_time(text: str, zone: str | None = None, formats: Iterable[str] = ()) -> str | None:
    """Return a time as ISO 8601 in UTC, to the second; None when it is none, or lies before 1990 or in the future.

    Reads ISO 8601, RFC 5322 and *formats* (strptime). *zone* (IANA) is that of times without offset: without it they
    are not read.
    """
    moment = next((read for parse in _parsers(formats) if (read := _tried(parse, clean(text)))), None)
    if moment is None or (moment.tzinfo is None and zone is None):
        return None
    try:
        moment = (moment if moment.tzinfo else moment.replace(tzinfo=ZoneInfo(zone or "UTC"))).astimezone(UTC)
    except OverflowError:
        return None
    if not _EARLIEST <= moment <= datetime.now(UTC) + timedelta(days=1):
        return None
    return moment.replace(microsecond=0, tzinfo=None).isoformat() + "Z"


def _parsers(formats: Iterable[str]) -> Iterator[Callable[[str], datetime]]:
    yield datetime.fromisoformat
    yield lambda text: datetime.fromisoformat(_OFFSET_GAP.sub("", text))
    for pattern in formats:
        yield lambda text, pattern=pattern: datetime.strptime(text, pattern)  # type: ignore[misc]  # noqa: DTZ007
    yield parsedate_to_datetime


def _tried(parse: Callable[[str], datetime], text: str) -> datetime | None:
    try:
        return parse(text)
    except (ValueError, TypeError, IndexError, OverflowError):
        return None


_LANGUAGE = re.compile(r"([A-Za-z]{2,3})(?:[-_]([A-Za-z]{4}))?(?:[-_]([A-Za-z]{2}|\d{3}))?$")


def parse_language(text: str) -> str | None:
    """Return a BCP 47 tag in the recommended case (RFC 5646, 2.1.1); None when it is none."""
    match = _LANGUAGE.match(text.strip())
    if match is None:
        return None
    language, script, region = (part or "" for part in match.groups())
    return "-".join(part for part in (language.lower(), script.title(), region.upper()) if part)


# --- captions and credits ---------------------------------------------------------------------------------------

_CREDIT_LABEL = (
    r"(?:(?:image|photo|picture|video|illustration|art(?:work)?|graphic)s?\s*)?(?:credits?|courtesy(?:\s+of)?)"
)
_CREDIT_WORD = re.compile(r"\b(?:credit|courtesy)", re.IGNORECASE)
_CREDIT_IN_CAPTION = re.compile(
    rf"(?P<caption>.*?)\s*(?:[(\[]\s*{_CREDIT_LABEL}\s*[:：]\s*(?P<inner>.+?)\s*[)\]]\.?"
    rf"|(?:(?<=[.!?”\"')\]])|^|[|–—]\s*)\s*{_CREDIT_LABEL}\s*[:：]\s*(?P<rest>[^:]+|\S.*))",
    re.IGNORECASE | re.DOTALL,
)
_BRACKETS_AT_END = re.compile(r"(.*?)\s*\(([^()]+(?:\([^()]*\)[^()]*)*)\)\.?", re.DOTALL)
_CREDIT_PREFIX = re.compile(
    rf"(?:{_CREDIT_LABEL}\s*[:：]|(?:image|photo|picture)s?\s*[:：]|(?:photo|image)s?\s+by\b|©|\(c\)|\|)\s*",
    re.IGNORECASE,
)


def split_caption(caption: str, credit: str, *, in_brackets: bool = False) -> tuple[str | None, str | None]:
    """Return caption and credit, each clean; a credit within the caption's text is taken out of it.

    With *in_brackets* what stands in round brackets at the end of a caption is its credit.
    """
    caption, credit = clean(caption), clean(credit)
    if not credit and _CREDIT_WORD.search(caption) and (match := _CREDIT_IN_CAPTION.fullmatch(caption)):
        caption, credit = match["caption"], match["inner"] or match["rest"]
    elif not credit and in_brackets and (match := _BRACKETS_AT_END.fullmatch(caption)):
        caption, credit = match.groups()
    elif credit and caption.endswith(credit):
        caption = caption.removesuffix(credit)
    if credit.startswith(("(", "[")) and credit.endswith((")", "]")):
        credit = credit[1:-1]
    while match := _CREDIT_PREFIX.match(credit):
        credit = credit[match.end() :]
    return caption.strip().rstrip("|").strip() or None, credit.strip() or None


# --- names ------------------------------------------------------------------------------------------------------

_NAME_JUNK = re.compile(
    r"\d|[@<>{}/]|\bago\b|\be-?mail|\bthe author\b|\bfollow|\bposted\b|\bupdated\b|\bpublished\b|\bshare\b"
    r"|\bread more\b"
    r"|\bcomments?\b|\bsubscri|\badvert|\bcontribut|\bcopyright\b"
    r"|^(?:by|and|admin|author|editors?|none|null|unknown|guest)$",
    re.IGNORECASE,
)
_ORGANISATION = re.compile(
    r"\b(?:universi\w+|institut\w*|agency|cent(?:er|re)|laborator\w+|observator\w+|society|association|foundation|academy"
    r"|college|school|department|ministry|council|museum|corporation|company|inc|ltd|llc|gmbh|nasa|esa|press|news"
    r"|network"
    r"|magazine|conversation)\b\.?|\.(?:com|org|net)\b",
    re.IGNORECASE,
)
_DESK = re.compile(r"\b(?:staff|team|desk|editors)$", re.IGNORECASE)
_BY = re.compile(r"^\W*(?:(?:words|text|story|posted|written)\s+)?by\b[:\s]*", re.IGNORECASE)
_BETWEEN_NAMES = re.compile(r"\s*(?:[,;|•·/]|&|\band\b|\s[-–—]\s)\s*", re.IGNORECASE)


def names(text: str) -> list[str]:
    """Return the persons' names in a byline; rather none than a wrong one."""
    return [name for name in _BETWEEN_NAMES.split(without_by(text)) if is_name(name)]


def without_by(text: str) -> str:
    """Return a clean byline without its "By"."""
    return _BY.sub("", clean(text))


def is_name(name: str, *, linked: bool = False) -> bool:
    """Tell whether a text can be the name of a person, or, where the byline links it, of a desk."""
    if not name or len(name) > 60 or len(name.split()) > 6 or _NAME_JUNK.search(name):
        return False
    if linked and _DESK.search(name):
        return True
    return " " in name and not _ORGANISATION.search(name) and not _DESK.search(name)
