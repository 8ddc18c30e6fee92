"""Where the text of any page is: the element in which prose is dense, for pages of which no selector is known.

Prose are the characters outside of links in paragraphs long enough to be sentences. Boxes whose name says that they are
none of the article (comments, related stories) do not count, unless most of the prose is in them: libxml2 nests some
pages wrongly, and names lie. Each element is visited once: the time is linear.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import cached_property, lru_cache
from itertools import takewhile

from lxml import etree

from spacenews.extraction.text import latin_length, squashed_text
from spacenews.extraction.visibility import MAX_CLASSES, classes_of, is_hidden_class, is_unseen

SHORTEST = 50  # characters of a paragraph that counts
LEAST = 250  # characters of prose of a page that may be an article
MOST = 0.4  # of the prose of a page: what holds more is no box, whatever its name
A_PART = 0.12  # of it: where that remains, even a box that holds more than MOST is one
MUCH = 0.4  # of the characters of a page, links included: where one element has that in prose, the page is a text
ENOUGH = 0.72  # of the prose of an element: a child that holds more of it holds the article

_SKIPPED = frozenset(
    {"script", "style", "template", "noscript", "head", "svg", "select", "textarea", "option", "button", "iframe"}
)
_BOXES = frozenset({"aside", "footer", "nav", "dialog", "form", "figure", "header"})
_WHOLE = frozenset({"html", "body", "main"})
_NESTED_WRONGLY = frozenset({"header", "nav", "form", "aside", "dialog", "article"})  # by libxml2
_INLINE_TAGS = (
    "a abbr acronym b bdi big br cite code del dfn em font i img ins kbd label mark q s small span strike strong sub"
    " sup time tt u var wbr"
)
_INLINE = frozenset(_INLINE_TAGS.split())
_NO_TEXT = re.compile(
    r"(?<!has-)(?<!no-)(?<!with-)comment|disqus|footer|(?<!has-)(?<!no-)(?<!with-)sidebar(?!-)|related|recommend|newsletter|subscri|cookie|^cli-|consent|gdpr|promo|advert|sponsor"
    r"|social|share|breadcrumb|menu|modal|popup|overlay|author-?(?:bio|box|info|card)|about-?author|widget|caption"
    r"|copyright|trending|most-?(?:read|popular)|teaser|masthead|disclaimer|signup|(?:^|[\s_-])(?:nav|rail|recirc)",
    re.IGNORECASE,
)


class Density:
    """How much prose each element of a page holds."""

    def __init__(self, scope: etree._Element) -> None:
        self._scope = scope
        self._prose: dict[etree._Element, float] = {}  # what lies in an element is before it
        self._around: dict[etree._Element, etree._Element] = {}
        self._boxes: set[etree._Element] = set()
        self._with_hidden = False
        self._measure()
        if self._prose.get(scope, 0) < LEAST:  # a script shows what is hidden, or there is no more
            self._with_hidden = True
            self._measure()
        self.total = self._prose.get(scope, 0)
        for is_box in (self._is_box, self._is_small_box):
            kept = self._without_boxes(is_box)
            if kept.get(scope, 0) >= max(LEAST, 0.1 * self.total):
                self._prose = kept
                break

    def is_box(self, element: etree._Element) -> bool:
        """Tell whether an element lies in one whose name says that it is none of the article, or is one."""
        return element in self._boxes or not self._boxes.isdisjoint(element.iterancestors())

    def holds_enough(self, element: etree._Element) -> bool:
        """Tell whether an element holds as much prose as an article must have."""
        return self._prose.get(element, 0) >= LEAST

    @cached_property
    def is_prose(self) -> bool:
        """Whether much of all that the page shows is the prose of one element."""
        densest = self.densest()
        return densest is not None and self._prose[densest] >= MUCH * self.length

    def share(self, element: etree._Element) -> float:
        """Return how much of the prose of the page an element holds, from 0 to 1."""
        total = self._prose.get(self._scope, 0)
        return self._prose.get(element, 0) / total if total else 0

    def densest(self, beginning: str = "") -> etree._Element | None:
        """Return the smallest element that holds the article, None if the page has too little prose.

        *beginning* are letters with which the text may begin, as the page says: where the densest element does not have
        them, that around a paragraph which begins with them is the article, as among longer teasers of other stories.
        """
        if self._prose.get(self._scope, 0) < LEAST:
            return None
        densest = self._densest
        above = {self._scope, *densest.iterancestors()}
        for paragraph in self._scope.iter("p") if beginning else ():
            if beginning in squashed_text(paragraph.itertext(etree.Element)):
                if densest in paragraph.iterancestors():
                    return densest
                branch = paragraph
                for around in takewhile(lambda it: it not in above, paragraph.iterancestors()):
                    branch = around
                if self._prose.get(branch, 0) >= LEAST:
                    return self._densest_in(branch)
        return densest

    @cached_property
    def _densest(self) -> etree._Element:
        return self._densest_in(self._scope)

    def _densest_in(self, element: etree._Element) -> etree._Element:
        while True:
            held = [(self._prose.get(child, 0), child) for child in element if isinstance(child.tag, str)]
            most, child = max(held, key=lambda pair: pair[0], default=(0, None))
            if child is None or child.tag in ("p", "blockquote", "ul", "ol", "li", "tr", "figure"):
                return element
            alike = sum(more for more, other in held if other is not child and _shape(other) == _shape(child))
            whole = self._prose[element]
            if most < ENOUGH * whole and not (
                most > 0.5 * whole and alike < 0.15 * whole and not self._has_own(element)
            ):
                return element
            element = child

    def _has_own(self, element: etree._Element) -> bool:
        """Tell whether an element has several paragraphs of its own beside its largest child."""
        return sum(1 for child in element if child.tag == "p" and self._prose.get(child, 0)) > 1

    def _measure(self) -> None:
        """Add the prose of each paragraph to all elements around it, in one walk."""
        self.length = 0.0  # characters that the page shows, links included
        own: list[list[float]] = [[0, 0, 0]]  # of each open block: text, text in links, prose below
        opened = []  # the open blocks
        links = 0
        skipped = None
        walk = etree.iterwalk(self._scope, events=("start", "end", "comment", "pi"))
        for event, element in walk:
            tag = element.tag  # made anew each time
            if event == "start":
                if tag in _SKIPPED or (not (self._with_hidden or tag in ("html", "body")) and _is_hidden(element)):
                    skipped = element
                    walk.skip_subtree()
                    continue
                links += tag == "a" and _is_link(element)
                if tag not in _INLINE:
                    self._end_paragraph(own[-1])
                    own.append([0, 0, 0])
                    opened.append(element)
                if (text := element.text) and (text := text.strip()):
                    own[-1][1 if links else 0] += latin_length(text)
                continue
            if event == "end" and element is not skipped:
                links -= tag == "a" and _is_link(element)
                if tag not in _INLINE:
                    opened.pop()
                    block = own.pop()
                    self._end_paragraph(block)
                    if block[2]:
                        self._add(element, block[2], opened)
                        own[-1][2] += block[2]
            if (text := element.tail) and (text := text.strip()) and element is not self._scope:
                own[-1][1 if links else 0] += latin_length(text)

    def _add(self, element: etree._Element, prose: float, opened: list[etree._Element]) -> None:
        self._prose[element] = prose
        if opened:
            self._around[element] = opened[-1]
        names = (classes_of(element), element.get("id", "")[:MAX_CLASSES])
        if element.tag in _BOXES or (element.tag not in _WHOLE and _names_no_text(*names)):
            self._boxes.add(element)

    def _end_paragraph(self, block: list[float]) -> None:
        text, linked, _ = block
        if not text and not linked:  # as between most tags
            return
        self.length += text + linked
        if text + linked >= SHORTEST and text > linked:
            block[2] += text
        block[0] = block[1] = 0

    def _without_boxes(self, is_box: Callable[[etree._Element, float, float], bool]) -> dict[etree._Element, float]:
        """Return the prose of each element without that of boxes in it."""
        kept: dict[etree._Element, float] = {}
        lost: dict[etree._Element, float] = {}
        lost_in_all = 0.0
        for element, prose in self._prose.items():
            gone = lost.get(element, 0)
            held = prose - gone
            if held and element in self._boxes and is_box(element, held, self.total - lost_in_all - held):
                gone = prose
                lost_in_all += held
            kept[element] = prose - gone
            if gone and element in self._around:
                around = self._around[element]
                lost[around] = lost.get(around, 0) + gone
        return kept

    def _is_box(self, element: etree._Element, held: float, rest: float) -> bool:
        is_foreign = element.tag not in _NESTED_WRONGLY and rest >= max(LEAST, A_PART * self.total)
        return is_foreign or held < MOST * self.total

    def _is_small_box(self, _element: etree._Element, held: float, rest: float) -> bool:
        """Tell whether a box holds little of what is left: where all that is large has the name of a box, one lies."""
        return held < MOST * (held + rest)


def _is_link(element: etree._Element) -> bool:
    """Tell whether an anchor is a link: one that only has a name may hold the whole text."""
    return element.get("href") is not None


def _is_hidden(element: etree._Element) -> bool:
    classes = classes_of(element)
    return is_unseen(element) or (bool(classes) and is_hidden_class(classes))


@lru_cache(maxsize=4096)
def _names_no_text(classes: str, identity: str) -> bool:
    return bool(_NO_TEXT.search(classes) or _NO_TEXT.search(identity))


def _shape(element: etree._Element) -> tuple[str, str]:
    first = classes_of(element).split()[:1]
    return str(element.tag), first[0] if first else ""
