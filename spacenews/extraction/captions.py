"""Caption and credit of an image, told apart."""

from __future__ import annotations

import re

from spacenews.extraction.text import clean

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
