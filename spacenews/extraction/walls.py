"""Recognises pages that answer with 200 but are not articles: consent, captcha, JavaScript, login, paywall, soft 404.

What makes a page a wall is what it says in place of an article's text, never that it is short: a page with a headline,
a date and text of its own is an article, unless what follows its first paragraphs asks for money or an account.
"""

from __future__ import annotations

import re

from lxml import etree

from spacenews.extraction.metadata import PageMetadata
from spacenews.extraction.visibility import is_unseen
from spacenews.items import Article
from spacenews.reasons import Wall

TEASER = 150  # words: what a paywall shows is shorter, as many articles are
SHOWN = 6_000  # characters of a page that are looked at

UNREAD = 50  # words: a page that claims to be an article and has more of them is an article that is not read properly
EMPTY = 200  # characters: of a page that shows fewer, its noscript counts

_HIDDEN = frozenset({"script", "style", "template", "svg", "head", "header", "nav", "aside", "footer"})
_SIGNS = {
    Wall.CAPTCHA: (
        r"verify (?:that )?you are (?:a )?human|are you a robot|not a robot|unusual traffic|checking your browser"
        r"|captcha|just a moment|attention required|access to this page has been denied|press (?:&|and) hold"
        r"|ddos protection by"
    ),
    Wall.CONSENT: (
        r"we value your privacy|before you continue|your (?:privacy|cookie) (?:choices|settings|preferences)"
        r"|we and our (?:\d+ )?partners|(?:accept|agree to|consent to).{0,30}cookies|uses cookies"
        r"|manage (?:cookies|consent)"
    ),
    Wall.JAVASCRIPT: (
        r"(?:enable|turn on|activate|requires?|needs?) (?:javascript|js)\b"
        r"|javascript (?:is )?(?:disabled|required|not enabled)"
    ),
    Wall.PAYWALL: (
        r"subscribe (?:now )?to (?:continue|keep|read)|subscribers?[ -]only|(?:for|to) (?:our )?subscribers"
        r"|already a subscriber|(?:become|be) a (?:member|subscriber) to|unlock this (?:article|story)"
        r"|free articles? (?:left|remaining|this month)"
    ),
    Wall.LOGIN: (
        r"(?:log|sign) ?in (?:or .{0,40})?to (?:continue|read|view|see|access)"
        r"|create (?:a|an|your) (?:free )?account to|(?:please|you must|you need to) (?:log|sign) ?in"
    ),
    Wall.SOFT_404: (
        r"page (?:not found|(?:does not|doesn[’']t) exist|cannot be found|is (?:missing|gone))|\b404\b"
        r"|(?:couldn[’']t|could not|can[’']t) find (?:the|that|this) page|nothing (?:was )?found"
    ),
}
_SIGN = {wall: re.compile(words, re.IGNORECASE) for wall, words in _SIGNS.items()}
_REST = re.compile(
    r"to (?:continue|keep) reading"
    r"|(?:read|unlock|see) (?:the (?:rest|full)|this) (?:of )?(?:the |this )?(?:article|story)"
    r"|(?:article|story|content) is (?:only |exclusively )?(?:for|available to) (?:our )?(?:subscribers|members)",
    re.IGNORECASE,
)


def recognise(root: etree._Element, metadata: PageMetadata, article: Article) -> Wall | None:
    """Return the kind of wall that a page is, None if it is not a wall."""
    if article.word_count >= TEASER:
        return None
    is_article = bool(article.published_at) or "article" in metadata.meta["og:type"]
    if article.word_count and is_article:
        return _teaser(root, metadata, article)
    text = article.text or shown_text(root)
    if is_article and len(text.split()) > UNREAD:  # the site changed, which must not be reported as a wall
        return None
    shown = f"{metadata.title} {article.title} {text}"
    return next((wall for wall, sign in _SIGN.items() if sign.search(shown)), None)


def shown_text(root: etree._Element) -> str:
    """Return the beginning of the text in the main part of a page, as it is shown without scripts."""
    text = _text(root, _HIDDEN | {"noscript"})
    return text if len(text) > EMPTY else _text(root, _HIDDEN)


def _text(root: etree._Element, hidden: frozenset[str]) -> str:
    parts: list[str] = []
    length = 0
    walk = etree.iterwalk(root, events=("start", "end", "comment"))
    for event, element in walk:
        if event == "start" and (element.tag in hidden or _is_hidden(element)):
            walk.skip_subtree()
        elif text := element.text if event == "start" else element.tail:
            parts.append(text)
            length += len(text)
            if length > SHOWN:
                break
    return " ".join(" ".join(parts).split())


def _is_hidden(element: etree._Element) -> bool:
    return (
        is_unseen(element)
        or element.get("aria-hidden") == "true"
        or (element.tag == "dialog" and element.get("open") is None)
    )


def _teaser(root: etree._Element, metadata: PageMetadata, article: Article) -> Wall | None:
    """Return the kind of wall behind which the rest of a short article is, None if it is complete."""
    whole = _whole_length(metadata)
    is_beginning = whole > 2 * article.word_count or (not whole and article.text.endswith(("…", "...", ",")))
    if is_beginning and any(str(free).lower().endswith("false") for free in metadata.values("isAccessibleForFree")):
        return Wall.PAYWALL
    shown = shown_text(root)
    asks_for_the_rest = not (whole and not is_beginning) and _REST.search(shown)
    if not (is_beginning or asks_for_the_rest):
        return None
    return next((wall for wall in (Wall.LOGIN, Wall.PAYWALL) if _SIGN[wall].search(shown)), None)


def _whole_length(metadata: PageMetadata) -> int:
    """Return the number of words that the page claims for its article, 0 if it claims none."""
    counts = [str(value) for value in metadata.values("wordCount")]
    texts = metadata.strings("articleBody")
    return max([int(count) for count in counts if count.isdecimal()] + [len(text.split()) for text in texts], default=0)
