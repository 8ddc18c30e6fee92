"""Which of a page's headings is its headline, and not the name of its site, of a section or of a box."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable
from itertools import islice
from typing import Any, NamedTuple

from lxml import etree

from spacenews.extraction.text import squashed
from spacenews.extraction.visibility import MAX_CLASSES, class_words, classes_of, is_hidden, seen_text

MAX_HEADINGS = 20  # that are looked at
_ABOVE = 6  # elements around a heading that tell what it is
_APART = frozenset({"nav", "aside", "footer", "dialog"})
_LOGO = frozenset({"logo", "brand", "branding", "wordmark", "sitename"})
_SITE_CLASS = re.compile(r"(?:^|[\s_-])site[-_]?(?:title|name|logo|heading)", re.IGNORECASE)
_ARTICLE, _ENDING = "the", re.compile(r"(?:com|org|net)$")


class Headline(NamedTuple):
    """A heading that a selector finds: its text, and the element unless the selector gives text."""

    text: str
    element: etree._Element | None


def headlines(
    found: Iterable[Any], site_names: Collection[str], is_title: Callable[[str], bool], is_home: Callable[[str], bool]
) -> tuple[list[Headline], list[Headline]]:
    """Return the headlines, those first that the page says elsewhere too, and apart from them what are none.

    *site_names* are squashed, *is_home* tells whether a link leads to the home page.
    """
    said, shown, others = [], [], []
    for heading in islice(found, MAX_HEADINGS):
        headline = Headline(heading, None) if isinstance(heading, str) else Headline(seen_text(heading), heading)
        name = site_name(headline.text)
        if not name:
            continue
        is_name = name in site_names
        if not is_name and is_title(headline.text):
            said.append(headline)
        elif is_name or (headline.element is not None and _is_apart(headline.element, is_home)):
            others.append(headline)
        else:
            shown.append(headline)
    return said + shown, others


def site_name(text: str) -> str:
    """Return a name by which two ways to write that of a site are the same."""
    name = squashed(text)
    return _ENDING.sub("", name.removeprefix(_ARTICLE)) or name


def _is_apart(heading: etree._Element, is_home: Callable[[str], bool]) -> bool:
    """Tell whether a heading is a logo, or stands in what is no part of a story."""
    link = next(heading.iter("a"), None)
    if link is not None and ("home" in link.get("rel", "").lower().split() or is_home(link.get("href", ""))):
        return True
    for element in (heading, *islice(heading.iterancestors(), _ABOVE)):
        if element.tag in ("article", "main", "body"):
            return False
        names = f"{classes_of(element)} {element.get('id', '')[:MAX_CLASSES]}"
        is_logo = not _LOGO.isdisjoint(class_words(names)) or _SITE_CLASS.search(names)
        if element.tag in _APART or is_logo or is_hidden(element):
            return True
    return False
