"""What changed between two versions of an article, as a reader sees it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Any

Part = tuple[str, str]  # "same", "added" or "removed", and the text
NEAR = 3  # words shown around a change
ALIKE = 0.4  # share of common words from which a line counts as rewritten, not as another


@dataclass(frozen=True)
class Change:
    """A field that changed; each line of it as parts that are the same, added or removed."""

    field: str
    lines: list[list[Part]]


def changes(old: dict[str, Any], new: dict[str, Any]) -> list[Change]:
    """Return what changed between two records, in the order of a page."""
    found = []
    for name in ("title", "summary", "authors", "sections", "topics", "tags", "text", "pictures"):
        before, after = _lines(old, name), _lines(new, name)
        if before != after:
            found.append(Change(name, list(compare(before, after))))
    return found


def compare(before: Sequence[str], after: Sequence[str]) -> Iterator[list[Part]]:
    """Yield the lines that differ; a line that was rewritten shows which of its words changed."""
    for kind, i, j, k, m in SequenceMatcher(None, before, after, autojunk=False).get_opcodes():
        if kind != "equal":
            yield from _pair(list(before[i:j]), after[k:m])


def _pair(before: list[str], after: Sequence[str]) -> Iterator[list[Part]]:
    """Set each new line beside the next old one that it resembles; what finds no partner was removed or added."""
    for line in after:
        place = next((n for n, old in enumerate(before) if _alike(old, line)), None)
        if place is None:
            yield [("added", line)]
            continue
        yield from ([("removed", old)] for old in before[:place])
        yield list(_words(before[place], line))
        del before[: place + 1]
    yield from ([("removed", old)] for old in before)


def _alike(old: str, new: str) -> bool:
    return SequenceMatcher(None, old.split(), new.split(), autojunk=False).ratio() > ALIKE


def _lines(record: dict[str, Any], name: str) -> list[str]:
    if name == "text":
        return [line for line in record["text"].split("\n\n") if line]
    if name == "authors":
        return [author["name"] for author in record["authors"]]
    if name == "pictures":
        return [_picture(picture) for picture in record["images"]]
    value = record[name]
    return value if isinstance(value, list) else [value] if value else []


def _picture(picture: dict[str, Any]) -> str:
    said = " — ".join(text for text in (picture["caption"], picture["credit"]) if text)
    return f"{picture['url']} ({picture['status']}) {said}".strip()


def _words(old: str, new: str) -> Iterator[Part]:
    before, after = old.split(), new.split()
    for kind, i, j, k, m in SequenceMatcher(None, before, after, autojunk=False).get_opcodes():
        if kind == "equal":
            yield "same", _shortened(before[i:j])
            continue
        if i < j:
            yield "removed", " ".join(before[i:j])
        if k < m:
            yield "added", " ".join(after[k:m])


def _shortened(words: list[str]) -> str:
    return " ".join(words if len(words) <= 4 * NEAR else [*words[:NEAR], "…", *words[-NEAR:]])
