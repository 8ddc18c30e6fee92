"""Separates the caption of an image from its credit.

A credit is looked for where a sentence, a bracket or small print may begin: behind a label ("Photo by", "Image
credit:", "©"), or as the name of an agency. No text is searched twice: the time is linear in the length of a caption.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import reduce
from itertools import pairwise

from spacenews.extraction.text import clean

MAX_CAPTION = 5_000  # characters of a caption that are read; no reader sees more
LONGEST_LABEL = 40  # characters of a label
LONGEST_CREDIT = 160  # characters of a credit that is recognised by its form alone
SHORT = 4  # words
SMALL_PRINT, LINE = "\x02", "\x03"  # in a raw caption: small print, another element or line begins (blocks.py)

_KIND = (
    r"(?:photo(?:graph(?:y|ies)?)?|image|picture|video|illustration|art(?:work)?|graphic|render(?:ing)?|animation|composite"
    r"|drawing|screenshot|foto|fotograf(?:ía|ia|ie)?|bild|imagen|imagem|immagine|写真|画像|图片)s?"
)
_CREDIT = r"(?:credits?|courtesy|crédit[os]*|credito)"
_COLON = r"(?:\s?[:：]|\s[-–—|](?=\s))"
_YEARS = r"(?:\s?[12]\d{3}(?:\s?[-–]\s?[12]\d{3})?\b,?)?"
_LABEL = re.compile(
    rf"(?P<sure>\b(?:{_KIND}\s)?{_CREDIT}(?:\s(?:of|by|to|{_KIND}))?{_COLON}|\bcopyright{_COLON})"
    rf"|(?P<sign>©{_YEARS})"
    rf"|\(c\)(?=\s){_YEARS}|\bcopyright\b(?:\s©)?{_YEARS}"
    rf"|\b(?:{_KIND}\s)?(?:sources?|quelle|fuente|fonte){_COLON}|\b{_KIND}{_COLON}"
    rf"|\b(?:(?:{_KIND}\s)?{_KIND}|photographed|filmed|drawn|taken)\s(?:by|via|from)\b"
    rf"|\b(?:{_KIND}\s)?(?:courtesy(?:\sof)?|credits?)\b",
    re.IGNORECASE,
)
_MAY_HAVE_LABEL = re.compile(r"[:：©|]|\((?i:c)\)|\s[-–—]\s|(?i:credit|court|copyr|\b(?:by|via|from)\b)")
_AGENCIES = (
    r"\b(?:Getty|AFP|Reuters|Associated Press|AP Photo|Shutterstock|iStock\w*|Alamy|Unsplash|Flickr|Wikimedia|Xinhua"
    r"|EPA|Adobe Stock|Science Photo Library|via)\b|\b(?:NASA|ESA|ESO|JAXA|NOAA|USGS|ISRO)\s?/\s?\w"
)
_AGENCY = re.compile(rf"{_AGENCIES}|^/?AP$|/\s?AP\b|\w\.com$", re.IGNORECASE)  # in a credit
_MAY_HAVE_AGENCY = re.compile(rf"{_AGENCIES}|\bAP\b|\.com\b", re.IGNORECASE)  # in a caption
_BEGINS = re.compile(rf"(?<=[.!?…”\"’')\]{SMALL_PRINT}{LINE}|–—]) ?|(?<= -) ")  # a credit without a label may
_SENTENCE_END = re.compile(r"(?<=[^\W\d_]{2})[.!?](?=\s)")
_PIECE_END = re.compile(rf"[{SMALL_PRINT}{LINE}]|[.!?](?=\s)")
_BEFORE_LABEL = frozenset(f".!?…”\"’')]([|–—·•;/{SMALL_PRINT}{LINE}")
_JOINING = (
    "of the and for de del della da do dos du la le les van von der den zu y e et und i at in by via from on with all "
    "courtesy left right top bottom center centre background inset handout file pool under licence license provided "
    "used permission rights reserved"
)
_SMALL_WORDS = frozenset(_JOINING.split())
_ABBREVIATIONS = frozenset({"inc", "corp", "co", "ltd", "jr", "sr", "st", "bros", "al"})
_AROUND = " |–—-·•/,;"
_BRACKETS = {"(": ")", "[": "]"}


def split_caption(caption: str, credit: str, *, in_brackets: bool = False) -> tuple[str | None, str | None]:
    """Return caption and credit, both clean; a credit in the text of the caption is removed from it.

    With *in_brackets*, what is in round brackets at the end of a caption is the credit.
    """
    text = f" {LINE}".join(" ".join(line.split()) for line in caption[:MAX_CAPTION].strip("\x1e").split("\x1e"))
    credit = clean(credit[:MAX_CAPTION])
    if credit:
        text, agency = _unlabelled(_without_label_at_end(clean(text).removesuffix(credit)))
        credit = f"{credit}/{agency}".strip(_AROUND)
    else:
        text, credit = _labelled(text)
        if not credit:
            text, credit = _unlabelled(text)
        if not credit and in_brackets and (start := _bracket_at_end(clean(text))) is not None:
            text = clean(text)
            text, credit = text[:start], text[start + 1 :].rstrip(".")[:-1]
    if credit.startswith(("(", "[")) and credit.endswith((")", "]")):
        credit = credit[1:-1]
    return clean(text).rstrip("|").strip() or None, _without_labels(credit) or None


def _labelled(text: str) -> tuple[str, str]:
    """Return a caption without its labelled credits, and these."""
    if not _MAY_HAVE_LABEL.search(text):
        return text, ""
    labels = [label for label in _LABEL.finditer(text) if _may_stand(text, label)]
    starts = [_start(text, label) for label in labels]
    kept, credits_, at, closing = [], [], 0, -1
    for label, (start, limit) in zip(labels, pairwise([*starts, len(text)]), strict=True):
        if closing < start < label.start():
            closing = _closing(text, start)
        end = min(limit, closing) if start < closing else limit
        credit, end = _credit(text, label, end, is_bracketed=end == closing)
        if credit:
            kept.append(text[at:start])
            credits_.append(credit)
            at = end
    if not credits_:
        return text, ""
    rest = text[at:].lstrip(f"{_AROUND}{SMALL_PRINT}{LINE}")
    kept.append("" if rest.strip(" .)]") == "" else rest)
    return reduce(_join, (clean(part).strip(_AROUND) for part in kept)), "; ".join(credits_)


def _join(before: str, after: str) -> str:
    """Join what stands around a credit; the full stop behind it ends the sentence before it, unless that has ended."""
    if after.startswith((".", "!", "?")):
        if not before.endswith((".", "!", "?", "…")):
            return before + after
        after = after[1:].lstrip()
    return f"{before} {after}".strip()


def _may_stand(text: str, label: re.Match[str]) -> bool:
    """Tell whether a label is where a sentence may begin; a © may be anywhere but after another label."""
    at = label.start() - 1
    while at >= 0 and text[at] == " ":
        at -= 1
    if at < 0 or text[at] in _BEFORE_LABEL or text[at - 1 : at + 1] == " -":
        return True
    return label["sign"] is not None and text[at] not in ":："


def _start(text: str, label: re.Match[str]) -> int:
    """Return where a label begins, including a bracket before it."""
    at = label.start() - 1
    while at >= 0 and text[at] in f" {SMALL_PRINT}{LINE}":
        at -= 1
    return at if at >= 0 and text[at] in _BRACKETS else label.start()


def _closing(text: str, start: int) -> int:
    """Return where the bracket that opens at *start* closes, the end of the text if it does not."""
    opening, closing, depth = text[start], _BRACKETS[text[start]], 0
    for at in range(start, len(text)):
        depth += (text[at] == opening) - (text[at] == closing)
        if not depth:
            return at
    return len(text)


def _credit(text: str, label: re.Match[str], end: int, *, is_bracketed: bool) -> tuple[str, int]:
    """Return the credit after a label and where it ends; an empty one if a sentence follows."""
    rest = text[label.end() : end]
    after = end + (1 if is_bracketed and text[end : end + 1] in (")", "]") else 0)
    if (stop := _SENTENCE_END.search(rest)) and not is_owner(rest[stop.end() :]) and is_owner(rest[: stop.start()]):
        return _trimmed(rest[: stop.start()]), label.end() + stop.end()
    accepted = label["sure"] or is_owner(rest) or (label["sign"] and len(rest) <= LONGEST_CREDIT and not stop)
    return (_trimmed(rest) if accepted else ""), after


def _trimmed(credit: str) -> str:
    """Return a credit without labels, separators and the full stop of its sentence."""
    credit = _without_labels(clean(credit).strip(_AROUND))
    for opening, closing in _BRACKETS.items():
        if credit.endswith(closing) and credit.count(closing) > credit.count(opening):
            credit = credit[:-1]
    last = credit.rpartition(" ")[2].removesuffix(".")
    is_short = len(last) < 2 or "." in last or last.lower() in _ABBREVIATIONS
    return credit if is_short else credit.removesuffix(".").strip(_AROUND)


def _without_labels(credit: str) -> str:
    while credit and (label := _LABEL.match(credit.lstrip("| "))):
        credit = credit.lstrip("| ")[label.end() :]
    return credit.strip().removeprefix("|").strip()


def _without_label_at_end(caption: str) -> str:
    bare = caption.rstrip(" )]:")
    last = _LABEL.finditer(caption, max(0, len(bare) - LONGEST_LABEL))
    labels = [label for label in last if label.end() >= len(bare) and _may_stand(caption, label)]
    return caption[: _start(caption, labels[0])].rstrip(_AROUND) if labels else caption


def is_owner(text: str) -> bool:
    """Tell whether a text can name who made or owns an image: names and what joins them, not a sentence."""
    words = clean(text).split() if len(text) <= LONGEST_CREDIT else []
    bare = [word.strip("()[],;.…'’\"“”|/–—-&+*:") for word in words]
    names = [word for word in bare if word and word.lower() not in _SMALL_WORDS and not word.isdigit()]
    return bool(names) and not any(word.islower() and not any(mark in word for mark in "./@_") for word in names)


def _unlabelled(text: str) -> tuple[str, str]:
    """Return a caption without the unlabelled credit at its end, and that: an agency, or a name in small print."""
    bracket = _bracket_at_end(text)
    if SMALL_PRINT not in text and bracket is None and not _MAY_HAVE_AGENCY.search(text[-LONGEST_CREDIT:]):
        return text, ""
    for start in _starts(text, bracket):
        credit = clean(text[start:]).removesuffix(".").strip(_AROUND)
        if credit.startswith(("(", "[")) and credit.endswith((")", "]")):
            credit = credit[1:-1]
        is_sure = _AGENCY.search(credit) or (start == bracket and (start == 0 or _has_agency(credit)))
        is_small = text[start - 1 : start] == SMALL_PRINT
        is_name = is_owner(credit) or (start == 0 != bracket and _is_short(text))
        if len(credit) > 1 and is_name and (is_small or is_sure):
            return clean(text[:start]).strip(_AROUND), credit
    return text, ""


def _has_agency(credit: str) -> bool:
    """Tell whether a credit is a name with, after a slash, one word for an agency that nobody knows."""
    name, _, agency = credit.partition("/")
    return " " in name and agency[:1].isupper() and agency.isalnum()


def _is_short(text: str) -> bool:
    """Tell whether a caption is so short, and of one piece, that with an agency in it it is a credit."""
    return len(text.split()) <= SHORT and not _PIECE_END.search(text.rstrip())


def _starts(text: str, bracket: int | None) -> Iterator[int]:
    """Yield where an unlabelled credit may begin: the caption itself, every place near its end, the bracket there."""
    yield 0
    nearest = max(0, len(text) - LONGEST_CREDIT - 3)
    yield from (place.end() for place in _BEGINS.finditer(text, nearest))
    if bracket is not None:
        yield bracket


def _bracket_at_end(text: str) -> int | None:
    """Return where the bracket opens that closes at the end of a text."""
    end = len(text.rstrip(" ").removesuffix(".")) - 1
    opening = {closing: opening for opening, closing in _BRACKETS.items()}.get(text[end : end + 1])
    depth = 0
    for at in range(end, -1, -1) if opening else ():
        depth += (text[at] == _BRACKETS[opening or ""]) - (text[at] == opening)
        if not depth:
            return at
    return None
