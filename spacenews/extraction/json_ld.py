"""A JSON-LD block as sites write it -> its values.

A block that is not JSON is read token by token, once, and rewritten: comments go, missing commas are added, a string
ends at the first quote after which it can end. What is cut off is not guessed.
"""

from __future__ import annotations

import html
import json
import re
from collections.abc import Callable
from contextlib import suppress
from typing import Any, ClassVar

MAX_BLOCK_LENGTH = 1_000_000  # characters
MAX_MENDED_LENGTH = 200_000  # characters of a block that is not JSON

_DECODER = json.JSONDecoder(strict=False)  # strict=False lets control characters stand in strings
_BLANK = r"[\s\ufeff\u200b\u2060]"
_BLANKS = re.compile(rf"{_BLANK}*+")
_ENTITY = re.compile(r"&(?:quot|#0*34|#x0*22);", re.IGNORECASE)
_CURLED = re.compile("[“”„‟″]")
_WORD = re.compile(r"[^\s,:;{}\[\]\"'/<\ufeff\u200b\u2060]++")
_CDATA = re.compile(r"<!\[CDATA\[|\]\]>")
_MARK = re.compile(r"-->|<!\[CDATA\[|]]>|</?script[^<>]*+>", re.IGNORECASE)
_QUOTE = {quote: re.compile(rf"[\\{quote}]") for quote in "\"'"}
_KEY = re.compile(  # what follows a comma in an object, in a list
    rf"(?:\"(?:[^\"\\]|\\.){{0,100}}\"|'(?:[^'\\]|\\.){{0,100}}'|[\w@$-]{{1,100}}){_BLANK}*+:|[}}/<]"
)
_ITEM = re.compile(r"[\"'{\[\]/<\d+.-]|(?:true|false|null)\b", re.IGNORECASE)
_ESCAPE = re.compile(r"\\(?:(u[0-9a-fA-F]{4}|[\"\\/bfnrt])|x([0-9a-fA-F]{2})|(.))?|\"", re.DOTALL)
_NUMBER = re.compile(r"[+]?(-?)(\d*)(\.\d+)?\.?([eE][+-]?\d+)?")
_LITERALS = {
    "true": "true", "false": "false", "null": "null", "none": "null", "undefined": "null", "nan": "null",
    "infinity": "null", "-infinity": "null",
}  # fmt: skip


def read_json(text: str) -> Any:
    """Return the value of a block, or a list of its values if there are several; None if nothing in it can be read."""
    values = read_values(text)
    return values if len(values) > 1 else values[0] if values else None


def read_values(text: str) -> list[Any]:
    """Return the values of a block, with common errors of sites repaired."""
    if len(text) > MAX_BLOCK_LENGTH:
        return []
    text = text.strip()
    try:
        value, end = _DECODER.raw_decode(text)
    except (ValueError, RecursionError):
        return _Mender(_unescaped(text)).values() if len(text) <= MAX_MENDED_LENGTH else []
    if isinstance(value, str) and value.lstrip().startswith(("{", "[")):
        return read_values(value)  # JSON in a JSON string
    rest = text[end:]
    return [value, *_Mender(rest).values()] if "{" in rest and len(rest) <= MAX_MENDED_LENGTH else [value]


def _unescaped(text: str) -> str:
    """Return the block as it was before it was escaped as a whole, for HTML or in a string, or got curled quotes."""
    entity = _ENTITY.search(text)
    if entity and '"' not in text[: entity.start()]:
        return html.unescape(text)
    if '"' not in text and _CURLED.match(text.lstrip("{[ \t\r\n")):
        return _CURLED.sub('"', text)
    return text.replace('\\"', '"') if text.find('"') == text.find('\\"') + 1 else text


class _Mender:
    """Reads one block, token by token; `_written` is the current value, rewritten as JSON."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._at = 0
        self._last_line = max(text.rfind("\n"), text.rfind("\r"))
        self._comment_end = 0
        self._written: list[str] = []
        self._open: list[str] = []
        self._needs_comma = False
        self._values: list[Any] = []

    def values(self) -> list[Any]:
        """Return the objects and lists that can be read."""
        while (at := self._after_blanks(self._at)) < len(self._text):
            self._at = at
            read = self._readers.get(self._text[at])
            if read is None or not read(self):
                self._word()
        return self._values

    def _after_blanks(self, at: int) -> int:
        return _BLANKS.match(self._text, at).end()  # type: ignore[union-attr]

    def _begin(self) -> bool:
        bracket = self._text[self._at]
        self._write(bracket)
        self._open.append(bracket)
        self._needs_comma = False
        self._at += 1
        return True

    def _end(self) -> bool:
        bracket = self._text[self._at]
        if not self._open and self._mark():
            return True
        self._at += 1
        if not self._open or self._open.pop() + bracket not in ("{}", "[]"):
            self._written, self._open = [], []
            return True
        self._fill()
        self._written.append(bracket)
        self._needs_comma = True
        if not self._open:
            self._finish()
        return True

    def _finish(self) -> None:
        with suppress(ValueError, RecursionError):
            self._values.append(_DECODER.decode("".join(self._written)))
        self._written = []
        self._needs_comma = False

    def _write(self, token: str) -> None:
        if self._needs_comma:
            self._written.append(",")
        self._written.append(token)
        self._needs_comma = True

    def _fill(self) -> None:
        """Write null where the value of a key is missing."""
        if self._written and self._written[-1] == ":":
            self._write("null")

    def _separator(self) -> bool:
        self._fill()
        self._at += 1
        return True

    def _colon(self) -> bool:
        if self._is_key():
            self._written.append(":")
            self._needs_comma = False
        self._at += 1
        return True

    def _is_key(self) -> bool:
        """Tell whether the last or the next token is the key of an object."""
        return self._open[-1:] == ["{"] and self._written[-1] != ":"

    def _word(self) -> bool:
        match = _WORD.match(self._text, self._at)
        word = match[0] if match else ""
        if word and self._open:
            self._write(_literal(word, is_key=self._is_key()))
        self._at += len(word) or 1
        return True

    def _string(self) -> bool:
        if not self._open:
            self._at += 1
            return True
        quote, start = self._text[self._at], self._at + 1
        at, is_key = start, self._is_key()
        while match := _QUOTE[quote].search(self._text, at):
            at = match.end()
            if match[0] == "\\":
                at += 1
            elif self._may_end(at, is_key=is_key):
                self._write(f'"{_ESCAPE.sub(_escape, self._text[start : at - 1])}"')
                self._at = at
                return True
        self._at = len(self._text)
        return True

    def _may_end(self, at: int, *, is_key: bool) -> bool:
        """Tell whether a string can end before *at*, by what follows."""
        after = self._after_blanks(at)
        char = self._text[after : after + 1]
        if is_key:
            return char == ":"
        if char == ",":
            following = _KEY if self._open[-1] == "{" else _ITEM
            return following.match(self._text, self._after_blanks(after + 1)) is not None
        if char and char in "\"'":
            return "\n" in self._text[at:after]
        return char == "" or char in ";}</" or (char == "]" and self._open[-1] == "[")

    def _comment(self) -> bool:
        """Skip a JavaScript comment; one on the last line ends where an object may begin."""
        text, at = self._text, self._at + 2
        if text.startswith("/*", self._at):
            end = text.find("*/", at)
            self._at = end + 2 if end >= 0 else len(text)
            return True
        if not text.startswith("//", self._at):
            return False
        if cdata := _CDATA.match(text, self._after_blanks(at)):
            self._at = cdata.end()
        elif at <= self._last_line:
            self._at = min(end for end in (text.find("\n", at), text.find("\r", at)) if end >= 0)
        else:
            end = text.find("{", at)
            self._at = end if end >= 0 else len(text)
        return True

    def _mark(self) -> bool:
        """Skip an HTML comment, or only its marks if the data is in it, and other marks around a block."""
        text = self._text
        if text.startswith("<!--", self._at):
            if self._comment_end <= self._at:
                end = text.find("-->", self._at)
                self._comment_end = end if end >= 0 else len(text) + 1
            holds_data = self._comment_end > len(text) or text.find("{", self._at, self._comment_end) >= 0
            self._at = self._at + 4 if holds_data else self._comment_end + 3
            return True
        if mark := _MARK.match(text, self._at):
            self._at = mark.end()
        return mark is not None

    _readers: ClassVar[dict[str, Callable[[_Mender], bool]]] = {
        **dict.fromkeys("{[", _begin),
        **dict.fromkeys("}]", _end),
        **dict.fromkeys(",;", _separator),
        **dict.fromkeys("\"'", _string),
        **dict.fromkeys("<-", _mark),
        ":": _colon,
        "/": _comment,
    }


def _literal(word: str, *, is_key: bool) -> str:
    """Return an unquoted word as JSON."""
    if is_key:
        return json.dumps(word)
    if (known := _LITERALS.get(word.lower())) is not None:
        return known
    number = _NUMBER.fullmatch(word)
    if number and (number[2] or number[3]) and len(word) < 100:
        return f"{number[1]}{(number[2] or '').lstrip('0') or '0'}{number[3] or ''}{number[4] or ''}"
    return json.dumps(word)


def _escape(match: re.Match[str]) -> str:
    """Return an escape sequence, or a quote that needs one, as JSON."""
    if match[1] or match[0] == '"':
        return match[0] if match[1] else '\\"'
    return f"\\u00{match[2]}" if match[2] else match[3] or ""
