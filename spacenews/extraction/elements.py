"""What an element of a body is, by its tag, id and classes and by the selectors of the site."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache
from typing import Literal

from lxml import etree

from spacenews.extraction.selectors import Scope, split_group
from spacenews.site import Css

ElementRole = Literal["junk", "quote", "caption", "credit", "gallery", "lead", "embed"]


# --- what an element is -----------------------------------------------------------------------------------------

_SIMPLE = re.compile(r"([.#]?)([A-Za-z_][\w-]*)")
_WITHIN_CLASS = re.compile(r"\[class\*=[\"']?([\w-]+)[\"']?\]")
_COMMON_EXCLUDED = re.compile(
    r"(?:^|\s)(?:[\w-]*newsletter[\w-]*|shar(?:e|ing)(?:-[\w-]+)?|social(?:-[\w-]+)?|sharedaddy|addtoany[\w-]*|addthis[\w-]*"
    r"|jp-relatedposts|related(?:-[\w-]+)?|recommended(?:-[\w-]+)?|read-more(?:-[\w-]+)?|taboola[\w-]*"
    r"|outbrain[\w-]*|OUTBRAIN"
    r"|ads?|ad[-_][\w-]+|adsbygoogle|advert[\w-]*|sponsored(?:-[\w-]+)?|promo(?:-[\w-]+)?"
    r"|subscri(?:be|ption)(?:-[\w-]+)?"
    r"|author-(?:box|bio|info|card)|post-tags|entry-tags|tags-links|breadcrumbs?|comments?(?:-[\w-]+)?|disqus_thread"
    r"|cookie-[\w-]+|mc_embed_signup|toc|table-of-contents|sr-only|screen-reader-text|visually-hidden)(?=\s|$)"
)
_MANY_PARAGRAPHS = etree.XPath("count(.//p[string-length(.) > 80]) > 2")


class ElementClassifier:
    """What selectors say an element is; where two kinds meet, the later one counts.

    A lone class, id or tag is looked up during the walk; only what is more than that costs an XPath on each page.
    """

    def __init__(self, selectors: Sequence[tuple[ElementRole, Css]]) -> None:
        self._names: dict[str, dict[str, ElementRole]] = {"": {}, ".": {}, "#": {}}
        self._parts: list[tuple[str, ElementRole]] = []
        self._others: list[tuple[ElementRole, str]] = []
        self._rank = {kind: number for number, (kind, _) in enumerate(selectors)}
        for kind, css in selectors:
            for part in (part for one in ((css,) if isinstance(css, str) else css) for part in split_group(one)):
                if simple := _SIMPLE.fullmatch(part):
                    self._names[simple[1]][simple[2]] = kind
                elif within := _WITHIN_CLASS.fullmatch(part):
                    self._parts.append((within[1], kind))
                else:
                    self._others.append((kind, part))
        self._told = lru_cache(maxsize=4096)(self._by_names)

    def found(self, container: etree._Element) -> dict[etree._Element, ElementRole]:
        """Find what needs more than a look at the element itself."""
        scope = Scope(container)
        return {element: kind for kind, css in self._others for element in scope.select(css)}

    def kind(self, element: etree._Element) -> ElementRole | None:
        """Tell what an element is by its own tag, id and classes."""
        kind, is_common = self._told(str(element.tag), element.get("class"), element.get("id"))
        return None if is_common and _MANY_PARAGRAPHS(element) else kind

    def _by_names(self, tag: str, classes: str | None, identity: str | None) -> tuple[ElementRole | None, bool]:
        """Tell what names say, and whether they only say it of every site."""
        names = (classes or "").split()
        kinds = [self._names[""].get(tag), self._names["#"].get(identity or "")]
        kinds += [self._names["."].get(name) for name in names]
        kinds += [kind for part, kind in self._parts if part in (classes or "")]
        if known := [kind for kind in kinds if kind]:
            return max(known, key=self._rank.__getitem__), False
        is_junk = bool(_COMMON_EXCLUDED.search(" ".join((*names, identity or ""))))
        return ("junk" if is_junk else None), is_junk
