"""Removes blocks that are not text of the article: labels, calls to subscribe, lists of other stories."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import lru_cache

from spacenews import urls
from spacenews.extraction.blocks import RawBlock
from spacenews.extraction.page import RelatedStory
from spacenews.extraction.text import clean, clean_code
from spacenews.site import Site
from spacenews.urls import join_url

_LABEL = re.compile(
    r"(?:related|recommended)(?: (?:stor(?:y|ies)|articles?|content|reading|links?|coverage|posts?|news|videos?))?"
    r"|(?:read|see|watch) (?:more|next|also|now)|read|also read|more|watch|further reading|explore further|learn more"
    r"|editors?[’'`]?s?[’'`]? (?:recommendations|picks|choice)|you (?:may|might) (?:also )?(?:like|enjoy)"
    r"|don[’']?t miss|up next|most (?:popular|read)|trending(?: now)?|view gallery",
    re.IGNORECASE,
)
_OPEN_LABEL = re.compile(r"more (?:stories|from|on|about)\b[^.!?]{0,40}", re.IGNORECASE)  # may begin a sentence
_NETWORK = (
    r"(?:twitter|x|facebook|instagram|threads|bluesky|mastodon|youtube|linkedin|tiktok|pinterest|reddit|whatsapp"
    r"|telegram|flipboard|google news|social media)"
)
_SUBSCRIBED = (  # what a reader can subscribe to
    r"(?:newsletters?|inbox|e-?mails?|mailing list|updates|alerts|notifications|channel|podcast|magazine|rss|feeds?"
    r"|digest|bulletin|briefing|membership|account|access|save|trial|unlimited|offers?)"
)
_SUBSCRIBE = r"(?:please )?(?:subscribe|sign up|join up|register)"
_OF_A_NAME = r"(?-i:[A-Z0-9]\S{0,40}(?: [A-Z0-9]\S{0,40}){0,4})"
_BOILERPLATE_LINE = (
    r"please enable javascript to view this content|add as a preferred source on google|advertisements?"
    r"|sponsored(?: content)?"
    r"|(?:article|story|post) continues (?:below|after).{0,40}|scroll to continue.{0,40}|image \d+ of \d+|loading\.*"
    r"|share(?: (?:this|it))?(?: (?:article|story|post|page|video|news|image))?"
    rf"(?: (?:on|via|with|by)(?: (?:{_NETWORK}|e-?mail|(?:your )?friends|others)\b.{{0,60}})?)?[ :.!]*"
    rf"|{_SUBSCRIBE}(?:[ ,]+(?:now|here|today|(?:for )?free))*[ .!]*"
    rf"|{_SUBSCRIBE} (?:(?:now|here|today|free) )?(?:to|for|and|with)\b.{{0,160}}\b{_SUBSCRIBED}\b.{{0,160}}"
    rf"|{_SUBSCRIBE} to {_OF_A_NAME} (?:and|for|today|now|on {_NETWORK})\b.{{0,160}}"
    r"|get .{0,120} (?:in|to) your inbox"
    r"(?:[ ,]+(?:every|each|daily|weekly|once|twice|by|from|with|for|on|before)\b.{0,160}|\s?[.!–—-].{0,160})?"
    r"|join our .{0,60}\bforums?\b.{0,240}"
    r"|(?:e-?mail|contact) [^.!?]{3,80}\b(?:at|via) [^\s@]+@.{3,240}"
    rf"|(?:you can )?follow (?:(?:[^,:;!?]{{1,60}} )?on {_NETWORK}\b|.{{0,60}}@\w).{{0,240}}"
    r"|we value your privacy[.!]?|(?:this|our) (?:site|website) uses cookies\b.{0,200}"
    r"|(?:please )?enable javascript\b.{0,80}"
    rf"|©(?: \d{{4}})?,? {_OF_A_NAME}(?:[.,]? all rights reserved)?\.?"
)
_LONGEST_LABEL = 60
_LONGEST_LINE = 400
_AROUND_LABEL = " \t\n\xa0:|•·-–—.,[](){}>»→"


@dataclass
class ArticleContent:
    """The blocks of the article, and the stories that its page recommends between them."""

    blocks: list[RawBlock] = field(default_factory=list)
    recommended: list[RelatedStory] = field(default_factory=list)


def remove_boilerplate(raw: Iterable[RawBlock], site: Site) -> ArticleContent:
    """Clean the blocks and separate them from labels, calls to follow or subscribe, and lists of other stories."""
    content = ArticleContent()
    exclude_lines = compiled("|".join((_BOILERPLATE_LINE, *site.exclude_lines)))
    after_label = False
    for block in raw:
        if block.type in ("image", "embed"):
            content.blocks.append(block)
            continue
        _clean_block(block)
        outside = clean(block.outside) if block.links else block.text
        is_label, outside = _is_label(outside), outside.strip(_AROUND_LABEL)
        if is_label:
            after_label = not block.links
        elif block.links and not outside and (after_label or _is_list_of_stories(block, site)):
            content.recommended += [RelatedStory(href, text, placement="recommendation") for href, text in block.links]
        elif _says_something(block) and not (len(block.text) <= _LONGEST_LINE and exclude_lines.fullmatch(block.text)):
            after_label = False
            content.blocks.append(block)
    return content


def _is_label(text: str) -> bool:
    bare = text.strip(_AROUND_LABEL)
    is_open = len(bare) <= _LONGEST_LABEL and not text.endswith((".", "!", "?")) and _OPEN_LABEL.fullmatch(bare)
    return bool(is_open or (len(bare) <= _LONGEST_LABEL and _LABEL.fullmatch(bare)))


def _says_something(block: RawBlock) -> bool:
    return bool(block.text or block.items or block.rows)


def _is_list_of_stories(block: RawBlock, site: Site) -> bool:
    """Tell whether a list holds nothing but links to other pages of the site."""
    links = [href for href, _ in block.links]
    base = f"https://{site.host}/"
    return len(block.items) > 1 and all(
        href[:1] != "#" and urls.canonical(join_url(href, base), site) is not None for href in links
    )


@lru_cache(maxsize=256)
def compiled(text: str) -> re.Pattern[str]:
    """Compile a pattern of a site file once; an empty one matches nothing."""
    return re.compile(text or r"(?!)", re.IGNORECASE | re.DOTALL)


def _clean_block(block: RawBlock) -> None:
    block.text = clean_code(block.text) if block.type == "code" else clean(block.text)
    block.items = [item for item in map(clean, block.items) if item]
    block.rows = [row for row in ([clean(cell) for cell in row] for row in block.rows) if any(row)]
