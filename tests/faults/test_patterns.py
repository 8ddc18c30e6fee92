"""No regular expression of the package takes more than linear time, whatever a page writes to hurt it."""

from __future__ import annotations

import importlib
import pkgutil
import re
from collections.abc import Iterable, Iterator, Sequence
from functools import partial
from itertools import islice, product
from re import _constants as kinds  # type: ignore[attr-defined]
from re import _parser as parser  # type: ignore[attr-defined]
from typing import Any

import pytest
from support.timing import SIZE, grows_by_the_square, processor_seconds

import spacenews

pytestmark = pytest.mark.faults

SUSPECT = 0.002  # seconds of processor time for SIZE characters
SEARCHED_IN_SHORT_TEXTS = {  # patterns that need not be linear, with why
    "spacenews.extraction.feed_markup._DECLARED": "the first kilobyte of a feed",
    "spacenews.extraction.site_checks._UNDECLARED": "selectors of a site file, by its author",
    "spacenews.extraction.trimming._NOTHING": "matched as a whole only, never searched",
    "spacenews.storage.files._PART": "names of our own files",
    "spacenews.storage.postgres.MALFORMED": "messages of the database driver",
}
CATEGORIES = {"SPACE": " \n", "DIGIT": "1", "WORD": "a1", "NOT_SPACE": "a", "NOT_WORD": " .", "NOT_DIGIT": "a"}


def all_patterns() -> dict[str, re.Pattern[Any]]:
    """Return every compiled pattern of the package's modules by its name, those in their tables too."""
    found: dict[str, re.Pattern[Any]] = {}
    for info in pkgutil.walk_packages(spacenews.__path__, "spacenews."):
        module = importlib.import_module(info.name)
        for name, value in vars(module).items():
            if not name.startswith("__"):
                found |= {f"{info.name}.{name}{place}": pattern for place, pattern in _within(value)}
    return {name: pattern for pattern, name in {pattern: name for name, pattern in found.items()}.items()}


def _within(value: Any, place: str = "") -> Iterator[tuple[str, re.Pattern[Any]]]:
    if isinstance(value, re.Pattern):
        yield place, value
    elif isinstance(value, list | tuple | dict) and place.count("[") < 3:
        for key, part in value.items() if isinstance(value, dict) else enumerate(value):
            yield from _within(part, f"{place}[{key}]")


def characters(kind: Any, value: Any) -> str:
    """Return some characters that a part of a pattern matches, empty for what is no character."""
    if kind is kinds.LITERAL:
        return chr(value)
    if kind is kinds.NOT_LITERAL:
        return "b" if chr(value) == "a" else "a"
    if kind is kinds.ANY:
        return "a"
    if kind is not kinds.IN:
        return ""
    named = ""
    for inner, what in value:
        if inner is kinds.LITERAL:
            named += chr(what)
        elif inner is kinds.RANGE:
            named += chr(what[0])
        elif inner is kinds.CATEGORY:
            named += CATEGORIES[str(what).removeprefix("CATEGORY_")]
    return "".join(c for c in "a1 .-<" if c not in named)[:3] if value[0][0] is kinds.NEGATE else named[:6]


def sample(parts: Iterable[Any]) -> str:
    """Return a short text that a sequence of parts is meant to match."""
    text = ""
    for kind, value in parts:
        if kind is kinds.SUBPATTERN:
            text += sample(value[3])
        elif kind in (kinds.MAX_REPEAT, kinds.MIN_REPEAT, kinds.POSSESSIVE_REPEAT):
            text += sample(value[2]) * max(value[0], 1)
        elif kind is kinds.BRANCH:
            text += sample(value[1][0])
        elif kind is kinds.ATOMIC_GROUP:
            text += sample(value)
        else:
            text += characters(kind, value)[:1]
    return text


def pieces(parts: Sequence[Any]) -> Iterator[str]:
    """Yield what the parts of a pattern match, from the whole to single characters."""
    yield sample(parts)
    for number, (kind, value) in enumerate(parts):
        yield from characters(kind, value)
        if kind is kinds.SUBPATTERN:
            yield from pieces(value[3])
        elif kind in (kinds.MAX_REPEAT, kinds.MIN_REPEAT, kinds.POSSESSIVE_REPEAT):
            yield sample(parts[:number])
            yield from pieces(value[2])
        elif kind is kinds.BRANCH:
            for branch in value[1]:
                yield from pieces(branch)
        elif kind in (kinds.ASSERT, kinds.ASSERT_NOT):
            yield from pieces(value[1])
        elif kind is kinds.ATOMIC_GROUP:
            yield from pieces(value)


def worst_texts(pattern: re.Pattern[Any]) -> Iterator[tuple[str, str, str]]:
    """Yield how texts begin, what they repeat and how they end, so that a match nearly succeeds at each place."""
    source = pattern.pattern if isinstance(pattern.pattern, str) else pattern.pattern.decode("latin-1")
    flags = pattern.flags & ~re.UNICODE if isinstance(pattern.pattern, bytes) else pattern.flags
    found = list(islice(dict.fromkeys(filter(None, pieces(list(parser.parse(source, flags))))), 24))
    pairs = map("".join, product(found[:5], repeat=2))
    repeated = dict.fromkeys([*found, *(piece + " " for piece in found[:8]), *pairs])
    yield from product(dict.fromkeys(["", *found[:1]]), repeated, ("", "\0"))


def grows_too_fast(pattern: re.Pattern[Any], text: tuple[str, str, str]) -> bool:
    """Tell whether finding a pattern everywhere in a text takes by the square of its length."""
    begin, repeat, end = text

    def find_all(size: int) -> None:
        whole: Any = begin + (repeat * (size // len(repeat) + 1))[:size] + end
        for _ in pattern.finditer(whole.encode("latin-1", "replace") if isinstance(pattern.pattern, bytes) else whole):
            pass

    return processor_seconds(partial(find_all, SIZE)) > SUSPECT and grows_by_the_square(find_all)


TRIES = 10  # of a machine that does other things: one that finds it is enough


def test_the_search_for_the_worst_text_finds_what_is_quadratic() -> None:
    for quadratic in (r"\s+x", rb"a+b"):
        pattern = re.compile(quadratic)
        tries = (grows_too_fast(pattern, text) for _ in range(TRIES) for text in worst_texts(pattern))
        assert any(tries)


PATTERNS = {name: pattern for name, pattern in all_patterns().items() if name not in SEARCHED_IN_SHORT_TEXTS}


@pytest.mark.parametrize("name", sorted(PATTERNS))
def test_a_pattern_takes_linear_time(name: str) -> None:
    slow = next((text for text in worst_texts(PATTERNS[name]) if grows_too_fast(PATTERNS[name], text)), None)
    assert slow is None


def test_what_need_not_be_linear_is_there() -> None:
    assert set(SEARCHED_IN_SHORT_TEXTS) <= set(all_patterns())
