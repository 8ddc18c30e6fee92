"""Blocks of a body that are no text of the article: labels, calls to subscribe, lists of other stories."""

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

# --- what is no text of the article -----------------------------------------------------------------------------

_LABEL = re.compile(
    r"(?:related|recommended)(?: (?:stor(?:y|ies)|articles?|content|reading|links?|coverage|posts?|news|videos?))?"
    r"|(?:read|see|watch) (?:more|next|also|now)|read|also read|more|watch|further reading|explore further|learn more"
    r"|editors?[’'`]?s?[’'`]? (?:recommendations|picks|choice)|you (?:may|might) (?:also )?(?:like|enjoy)"
    r"|more (?:stories|from|on|about)\b.{0,40}|don[’']?t miss|up next|most (?:popular|read)|trending(?: now)?"
    r"|view gallery",
    re.IGNORECASE,
)
_BOILERPLATE_LINE = (
    r"please enable javascript to view this content|add as a preferred source on google|advertisements?"
    r"|sponsored(?: content)?"
    r"|(?:article|story|post) continues (?:below|after).{0,40}|scroll to continue.{0,40}|image \d+ of \d+|loading\.*"
    r"|share (?:this|on|via|with)\b.{0,60}|share|(?:sign|join) up (?:for|to) .{0,120}newsletters?\b.{0,160}"
    r"|(?:subscribe|sign up)(?: (?:to|for|here|now|today)\b.{0,160})?|get .{0,120} (?:in|to) your inbox\b.{0,120}"
    r"|join our .{0,60}\bforums?\b.{0,240}"
    r"|(?:e-?mail|contact) [^.!?]{3,80}\b(?:at|via) [^\s@]+@.{3,240}"
    r"|(?:you can )?follow .{1,60}(?:@\w|\b(?:twitter|facebook|instagram|threads|bluesky|mastodon|youtube)\b).{0,240}"
    r"|we value your privacy[.!]?|(?:this|our) (?:site|website) uses cookies\b.{0,200}"
    r"|(?:please )?enable javascript\b.{0,80}"
)
_LONGEST_LABEL = 60
_LONGEST_LINE = 400
_AROUND_LABEL = " \t\n\xa0:|•·-–—.,[](){}>»→"


@dataclass
class ArticleContent:
    """What is left of the raw blocks when all that is no article is taken out."""

    blocks: list[RawBlock] = field(default_factory=list)
    recommended: list[RelatedStory] = field(default_factory=list)


def remove_boilerplate(raw: Iterable[RawBlock], site: Site) -> ArticleContent:
    """Clean the blocks and part them from labels, calls to follow or subscribe, and lists of other stories."""
    content = ArticleContent()
    exclude_lines = compiled("|".join((_BOILERPLATE_LINE, *site.exclude_lines)))
    after_label = False
    for block in raw:
        if block.type in ("image", "embed"):
            content.blocks.append(block)
            continue
        _clean_block(block)
        outside = (clean(block.outside) if block.links else block.text).strip(_AROUND_LABEL)
        if len(outside) <= _LONGEST_LABEL and _LABEL.fullmatch(outside):
            after_label = not block.links
        elif block.links and not outside and (after_label or _is_list_of_stories(block, site)):
            content.recommended += [RelatedStory(href, text, placement="recommendation") for href, text in block.links]
        elif _says_something(block) and not (len(block.text) <= _LONGEST_LINE and exclude_lines.fullmatch(block.text)):
            after_label = False
            content.blocks.append(block)
    return content


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
    """Compile a pattern of a site file, once; an empty one matches nothing."""
    return re.compile(text or r"(?!)", re.IGNORECASE | re.DOTALL)


def _clean_block(block: RawBlock) -> None:
    block.text = clean_code(block.text) if block.type == "code" else clean(block.text)
    block.items = [item for item in map(clean, block.items) if item]
    block.rows = [row for row in ([clean(cell) for cell in row] for row in block.rows) if any(row)]
