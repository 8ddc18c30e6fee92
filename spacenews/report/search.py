"""The index of the full text: small scripts of which a page loads those that a search needs, from disk or a server.

Articles are numbered in the order in which they were first seen, so that new ones come last and change the last
segment only. A segment has a script for each group of words, by their first two letters: whoever types the beginning of
a word needs one script of each segment.
"""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Iterator, Sequence
from functools import cache, lru_cache
from typing import Any

from spacenews.report.pages import Pages, digest

SEGMENT = 1000  # articles
GROUPS = 128  # of words
CHUNK = 10  # articles whose texts are in one script, from which the matching sentence is shown
LETTERS = "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
_TOKEN = re.compile(rf"[{LETTERS}]|[^\W_{LETTERS}]+")  # LETTERS: of scripts that set no blanks between words
_NOT_ASCII = re.compile(r"[^\x00-\x7f]+")

Group = dict[str, list[int]]  # word -> for each article: number in the segment, how many places, the places


def passages(record: dict[str, Any]) -> list[str]:
    """Return what is searched of an article beside what the gallery holds: summary, text, captions and credits."""
    said = [picture[key] for picture in record["images"] for key in ("caption", "credit")]
    found = [record["title"], record["summary"], *record["text"].split("\n\n"), *said]
    return list(dict.fromkeys(text for text in found if text))


def write_index(pages: Pages, texts: Sequence[list[str]]) -> None:
    """Bring the index of *texts*, the passages of each article by its number, up to date."""
    for number, chunk in enumerate(_batched(texts, CHUNK)):
        pages.write_text(f"search/text-{number}.js", _call("spacenewsText", number, chunk))
    for number, segment in enumerate(_batched(texts, SEGMENT)):
        _write_segment(pages, number, segment)


def _write_segment(pages: Pages, number: int, segment: Sequence[list[str]]) -> None:
    fingerprint = digest(json.dumps(segment))
    groups = cache(lambda: index(segment))
    for group in range(GROUPS):
        name = f"search/words-{number}-{group}.js"
        pages.write(name, fingerprint, lambda g=group: _call("spacenewsWords", f"{number}-{g}", groups()[g]))  # type: ignore[misc]


def index(segment: Sequence[list[str]]) -> list[Group]:
    """Return the groups of words of a segment, with every place of each word in each article."""
    groups: list[Group] = [{} for _ in range(GROUPS)]
    for number, texts in enumerate(segment):
        places: dict[str, list[int]] = {}
        for place, word in enumerate(_words(texts)):
            if word:
                places.setdefault(word, []).append(place)
        for word, found in places.items():
            groups[group_of(word)].setdefault(word, []).extend((number, len(found), *found))
    return groups


def group_of(word: str) -> int:
    """Return the group of a word, the same for all words with the same first two letters."""
    return (ord(word[0]) * 31 + (ord(word[1]) if len(word) > 1 else 0)) % GROUPS


def words_of(text: str) -> list[str]:
    """Return the words of a text without case and accents."""
    return _TOKEN.findall(_NOT_ASCII.sub(lambda found: _plain(found[0]), text).lower())


def _words(texts: Sequence[str]) -> Iterator[str]:
    for text in texts:
        yield from words_of(text)
        yield ""  # no phrase goes from one passage to the next


@lru_cache(4096)
def _plain(text: str) -> str:
    return "".join(sign for sign in unicodedata.normalize("NFD", text) if unicodedata.category(sign)[0] != "M")


def _call(function: str, name: int | str, value: Any) -> str:
    return f"{function}({json.dumps(name)},{json.dumps(value, ensure_ascii=False, separators=(',', ':'))});\n"


def _batched(texts: Sequence[list[str]], size: int) -> Iterator[list[list[str]]]:
    return (list(texts[start : start + size]) for start in range(0, len(texts), size))
