"""Raw text -> the text of records: Unicode NFC, white space collapsed, no control characters."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from functools import lru_cache
from html import unescape

from w3lib.html import remove_tags

# Invisible: controls, soft hyphens, marks of direction, fillers, invisible operators, surrogates.
_INVISIBLE = re.compile(
    "[\x00-\x08\x0e-\x1b\x7f-\x84\x86-\x9f\xad\u034f\u061c\u17b4\u17b5\u200b\u200e\u200f\u202a-\u202e\u2060-\u2064"
    "\u2066-\u206f\u2800\u3164\ud800-\udfff\ufdd0-\ufdef\ufeff\uffa0\ufff0-\ufffb\ufffe\uffff]"
)
# Joiners and variation selectors, which some scripts and emoji need, mean nothing after a Latin letter, digit or blank.
_NEEDLESS = re.compile(r"(?<![^\x00-\u036f\u1e00-\u1eff])[\u180e\u200c\u200d\U000e0100-\U000e01ef]+")
_TAGS = re.compile(r"(?<![\U0001f3f4\U000e0020-\U000e007e])[\U000e0000-\U000e007f]+")  # only flags need them
_MARKS = re.compile(r"[^\w\x00-\x7f]{8,}+")  # eight of them may stand for more than MAX_MARKS
_TERSE = re.compile(
    "[\u3000-\u30ff\u3400-\u9fff\uac00-\ud7a3\uf900-\ufaff\uff01-\uff5e]"
)  # of Chinese, Japanese and Korean
_NO_LETTER = re.compile(r"[\W_]+")
_ASCII_NO_LETTERS = {number: None for number in range(128) if not chr(number).isalnum()}  # faster than _NO_LETTER
SENTENCE_ENDS = ".!?…。！？।॥؟۔։"  # marks, for a class of characters in a pattern
CLOSING_MARKS = r"\"'”’»)\]」』）】"  # that may follow them, likewise
MAX_TITLE = 1_000  # characters of a title, a name or a tag that are read
MAX_SUMMARY = 10_000  # characters of a summary, a biography or an alternative text
MAX_MARKS = 30  # combining marks on one letter (UAX #15, stream-safe text): normalising costs their number squared
# Whether a printable text may have any of that: first a range that is fast to look for, then what it is.
_MAY_BE_ODD = re.compile(
    r"[\u0300-\U0010ffff](?:(?<=[\u034f\u17b4\u17b5\u2800\u3164\uffa0\U000e0100-\U000e01ef])|(?<!\w)[^\w\x00-\x7f]{7})"
)


def clean(text: str) -> str:
    """Return text as Unicode NFC, with white space collapsed and without invisible characters."""
    text = " ".join(text.split())
    if text.isprintable():
        if text.isascii():
            return text
        if not _MAY_BE_ODD.search(text):
            return unicodedata.normalize("NFC", text)
    return normalise(" ".join(_seen(text).split()))


def latin_length(text: str) -> int:
    """Return about how many characters a text would have in Latin script: half as many say the same in Chinese."""
    return len(text) if text.isascii() else 2 * len(text) - len(_TERSE.sub("", text))


def normalise(text: str) -> str:
    """Return text in NFC, in linear time."""
    return unicodedata.normalize("NFC", _MARKS.sub(_fewer_marks, text))


def _seen(text: str) -> str:
    for _ in range(2):  # without what goes first, marks change places, and a joiner may stand where none is needed
        text = _NEEDLESS.sub("", _TAGS.sub("", _INVISIBLE.sub("", normalise(text))))
    return text


def _fewer_marks(match: re.Match[str]) -> str:
    kept, marks = [], 0
    for char in match[0]:
        marks = marks + len(unicodedata.normalize("NFD", char)) if unicodedata.combining(char) else 0
        if marks <= MAX_MARKS:
            kept.append(char)
    return "".join(kept)


def plain(text: str) -> str:
    """Return the clean text of a value that may have entities and tags, as those of JSON-LD do."""
    return clean(remove_tags(unescape(text)) if "&" in text or "<" in text else text)


@lru_cache(maxsize=64)
def squashed(text: str) -> str:
    """Return only the letters and digits of a title or name, so that two spellings of it are equal."""
    return _NO_LETTER.sub("", plain(text[:MAX_TITLE])).casefold()


def squashed_text(texts: Iterable[str]) -> str:
    """Return only the letters and digits of clean texts, so that another way to write them is the same."""
    text = "".join(texts)
    return (text.translate(_ASCII_NO_LETTERS) if text.isascii() else _NO_LETTER.sub("", text)).casefold()


def clean_code(text: str) -> str:
    """Return program text in NFC with its lines and indentation, without invisible characters."""
    text = normalise(_seen(text)).expandtabs(4)
    return "\n".join(line.rstrip() for line in text.splitlines()).strip("\n")


_LANGUAGE = re.compile(r"([A-Za-z]{2,3})(?:[-_]([A-Za-z]{4}))?(?:[-_]([A-Za-z]{2}|\d{3}))?$")


def parse_language(text: str) -> str | None:
    """Return a BCP 47 tag in the recommended case (RFC 5646, 2.1.1), None if *text* is not one."""
    match = _LANGUAGE.match(text.strip())
    if match is None:
        return None
    language, script, region = (part or "" for part in match.groups())
    return "-".join(part for part in (language.lower(), script.title(), region.upper()) if part)
