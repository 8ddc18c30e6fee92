"""Compares what a tool read of a page with what people marked on it: what right and wrong mean in docs/quality.md."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from statistics import mean
from typing import Any, NamedTuple
from urllib.parse import unquote, urlsplit

RUN = 4  # words
LONG_NAME = 8  # characters of a file name that two pictures hardly share
ONE_DAY = timedelta(days=1)

_WORD = re.compile(r"\w+")


class Picture(NamedTuple):
    """A picture that a tool found."""

    url: str
    caption: str
    credit: str


class Reading(NamedTuple):
    """What a tool read of a page; no text means that it took the page for no article."""

    text: str = ""
    title: str = ""
    authors: Sequence[str] = ()
    published: str = ""
    lead: str = ""
    pictures: Sequence[Picture] = ()


class Overlap(NamedTuple):
    """Runs of four words: those of the text that are marked, all of the text, all that are marked."""

    right: int
    found: int
    wanted: int


Marks = Mapping[str, Sequence[bool]]  # by field: of each thing that people marked, whether it was found


def overlap(text: str, truth: str) -> Overlap:
    """Compare a text with the one that people marked."""
    found, wanted = _runs(text), _runs(truth)
    return Overlap((found & wanted).total(), found.total(), wanted.total())


def precision(pages: Iterable[Overlap]) -> float:
    """Return the mean share of what was found that is right, of the pages on which anything was."""
    return _mean(page.right / page.found for page in pages if page.found)


def recall(pages: Iterable[Overlap]) -> float:
    """Return the mean share of what is marked that was found."""
    return _mean(page.right / page.wanted for page in pages if page.wanted)


def f1(pages: Sequence[Overlap]) -> float:
    """Return the harmonic mean of precision and recall, as the article extraction benchmark of Scrapinghub does."""
    both = precision(pages), recall(pages)
    return 2 * both[0] * both[1] / sum(both) if all(both) else 0.0


def marks(reading: Reading, truth: Mapping[str, Any]) -> Marks:
    """Tell, by field, whether a tool found what people marked; of a page that is no article, whether it says so."""
    if truth["kind"] != "article":
        return {"refused": [not reading.text]}
    made: dict[str, Sequence[bool]] = {
        "exact": [_WORD.findall(reading.text) == _WORD.findall(truth["text"])],
        "empty": [not reading.text],
    }
    if title := truth.get("title"):
        made["title"] = [plain(title) == plain(reading.title)]
    if authors := truth.get("authors"):
        made["authors"] = [set(map(plain, authors)) == set(map(plain, reading.authors))]
    if when := instant(truth.get("published")):
        found = instant(reading.published)
        made["day"] = [found is not None and abs(found - when) < ONE_DAY]
    return made | _picture_marks(reading, truth.get("images") or ())


def _picture_marks(reading: Reading, wanted: Sequence[Mapping[str, Any]]) -> dict[str, Sequence[bool]]:
    """Compare pictures; captions and credits count for those that were found."""
    lead, captions, credits_ = [], [], []
    for one in wanted:
        names = {name for version in one["versions"] for name in picture_names(version["url"])}
        if one.get("is_cover"):
            lead.append(bool(names & picture_names(reading.lead)))
        found = next((picture for picture in reading.pictures if names & picture_names(picture.url)), None)
        if found and one.get("caption"):
            captions.append(_is_caption(found, plain(one["caption"])))
        if found and one.get("authors"):
            credits_.append(_is_credit(plain(found.credit), list(map(plain, one["authors"]))))
    return {"lead": lead, "captions": captions, "credits": credits_}


def _is_caption(found: Picture, wanted: str) -> bool:
    """Tell whether a caption is the marked one or a part of it; people mark it with or without the credit."""
    caption = plain(found.caption)
    whole = plain(f"{found.caption} {found.credit}")
    return wanted == whole or bool(caption and (wanted in caption or caption in wanted))


def _is_credit(credit: str, authors: Sequence[str]) -> bool:
    return bool(credit) and (all(author in credit for author in authors) or credit in " ".join(authors))


def picture_names(url: str) -> set[str]:
    """Return by what a picture is known under other addresses: its path, its file name without a size, digests."""
    path = unquote(urlsplit(url).path).rstrip("/,")
    name = re.sub(r"\.\w{2,5}$", "", path.rpartition("/")[2])
    names = (name, re.sub(r"[-_]?\d{2,4}x\d{2,4}$|-scaled$", "", name))
    whole = {path} if path else set()
    return whole | {name for name in names if len(name) >= LONG_NAME} | set(re.findall(r"[0-9a-f]{16,}", url))


def plain(text: str | None) -> str:
    """Return the words of a text in one spelling."""
    return " ".join(_WORD.findall(unicodedata.normalize("NFKC", text or "").casefold()))


def instant(text: str | None) -> datetime | None:
    """Return the time that a tool or a person wrote, in UTC where it names no zone."""
    try:
        moment = datetime.fromisoformat(text or "")
    except ValueError:
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _runs(text: str) -> Counter[tuple[str, ...]]:
    """Count the runs of four words; a shorter text is one run."""
    words = _WORD.findall(text)
    runs = (tuple(words[start : start + RUN]) for start in range(max(1, len(words) - RUN + 1)))
    return Counter(run for run in runs if run)


def _mean(values: Iterable[float]) -> float:
    return mean(list(values) or [0.0])
