"""Which of several stories on a page is the one that the page is about: sites append the next in the same markup.

It is the one that has the page's own address or headline, else the first after the headline that is no card.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice
from typing import Literal

from lxml import etree

from spacenews.extraction.selectors import text_of
from spacenews.extraction.visibility import class_words, classes_of, is_hidden

Owner = Literal["own", "other", ""]
Whose = Callable[[str], Owner]  # whose an address is: of this page, of another story, of neither

MAX_CANDIDATES = 60
MAX_HEADINGS = 60  # within a story
_ABOVE = 40  # elements around one that are looked at
_AROUND = 4  # elements around a story that may say its address
_LONGEST_CARD = 800  # characters of text

_PARAGRAPHS = etree.XPath("descendant::p")
_NO_ADDRESS = re.compile(
    r"next|prev|api|endpoint|ajax|load|image|img|src|icon|logo|comment|feed|related|more|action|^style$|^class$|^id$"
    r"|^on|^title$|^alt$"
)
_APART = frozenset({"aside", "nav", "footer", "dialog"})
_CARD = frozenset(
    {"card", "teaser", "tease", "promo", "related", "recommended", "recirc", "sidebar", "rail", "thumb", "comment"}
)
_TAXONOMY = re.compile(r"^(?:category|tag|type|status|format|post|page|series)[-_]")  # names of content, not of a box


@dataclass
class _Story:
    """Parts of one story, with the heading before them."""

    heading: etree._Element | None
    parts: list[etree._Element] = field(default_factory=list)
    owner: Owner = ""
    has_headline: bool = False
    is_after_headline: bool = False
    is_card: bool = False

    @property
    def fullest(self) -> etree._Element:
        return max(self.parts, key=paragraph_length) if len(self.parts) > 1 else self.parts[0]


class Stories:
    """The stories among what a selector finds."""

    def __init__(
        self, headline: etree._Element | None, whose: Whose, is_title: Callable[[str], bool], scope: etree._Element
    ) -> None:
        self.headline = headline
        self._above_headline = frozenset(() if headline is None else headline.iterancestors())
        self._whose = whose
        self._is_title = is_title
        self._scope = scope

    def choose(self, found: Sequence[etree._Element]) -> tuple[etree._Element | None, list[etree._Element]]:
        """Return the element that holds the page's own story, and those that hold others."""
        if len(found) < 2:
            return (found[0] if found else None), []
        candidates = self._outermost(list(found[:MAX_CANDIDATES]))
        if len(candidates) == 1:
            return candidates[0], []
        stories = self._grouped(candidates)
        own = self._own(stories)
        container = own.fullest
        kept = {container, *container.iterancestors(), *self._above_headline}
        others = [story for story in stories if story is not own and (story.owner == "other" or not story.is_card)]
        roots = [_root(part, kept) for story in others for part in story.parts if part not in kept]
        return container, roots

    def left_out(self, container: etree._Element) -> list[etree._Element]:
        """Return what is no text of the own story: other stories and cards of them within it, and the headline."""
        found = [inner for inner in islice(container.iter("article"), MAX_CANDIDATES) if inner is not container]
        found = [inner for inner in found if self._is_card(inner) or self._said_by(inner) == "other"]
        for heading in islice(container.iter("h1", "h2"), MAX_HEADINGS):
            for around in islice(heading.iterancestors(), _AROUND):
                if around is container or around in self._above_headline:
                    break
                if self._said_by(around) == "other":
                    found.append(around)
                    break
        found = [inner for inner in found if inner not in self._above_headline]
        headline = self.headline
        if headline is not None and container in self._above_headline and next(headline.iter("p", "div"), None) is None:
            found.append(headline)
        return found

    def _outermost(self, found: list[etree._Element]) -> list[etree._Element]:
        """Return the candidates that lie in no other one; where one only wraps stories, the stories."""
        seen = [element for element in found if not _is_apart(element)] or found
        inner: dict[etree._Element, list[etree._Element]] = {}
        outermost = []
        known = set(seen)
        for element in seen:
            above = [around for around in islice(element.iterancestors(), _ABOVE) if around in known]
            if not above:
                outermost.append(element)
            elif len(above) == 1:
                inner.setdefault(above[0], []).append(element)
        return [part for element in outermost for part in self._unwrapped(element, inner.get(element, []))]

    def _unwrapped(self, element: etree._Element, inner: list[etree._Element]) -> list[etree._Element]:
        full = [part for part in inner if paragraph_length(part) and not self._is_card(part)]
        is_wrapper = len(full) > 1 and sum(map(paragraph_length, full)) >= 0.8 * paragraph_length(element)
        return full if is_wrapper else [element]

    def _grouped(self, candidates: list[etree._Element]) -> list[_Story]:
        """Part the candidates into stories: at headings, at articles, where addresses differ."""
        shared = Counter(above for part in candidates for above in islice(part.iterancestors(), _AROUND))
        stories: list[_Story] = []
        article: etree._Element | None = None
        heading: etree._Element | None = None
        is_after, begins = False, True
        for element in _in_order(self._scope, candidates):
            if element not in candidates:
                heading, begins = element, True
                is_after = is_after or element is self.headline
                continue
            owner = self._owner(element, shared)
            before, article = article, _article_of(element)
            begins = begins or article is not before
            if begins or (owner != stories[-1].owner and "other" in (owner, stories[-1].owner)):
                stories.append(_Story(heading, is_after_headline=is_after))
            story = stories[-1]
            story.parts.append(element)
            story.owner = story.owner or owner
            story.has_headline = story.has_headline or self._has_headline(element, heading if begins else None, article)
            is_after = is_after or element in self._above_headline
            begins = False
        for story in stories:
            story.is_card = not any(map(paragraph_length, story.parts)) or all(map(self._is_card, story.parts))
        return stories

    def _own(self, stories: list[_Story]) -> _Story:
        possible = [story for story in stories if story.owner != "other"] or stories
        signs: tuple[Callable[[_Story], bool], ...] = (
            lambda story: story.owner == "own",
            lambda story: story.has_headline and not story.is_card,
            lambda story: story.is_after_headline and not story.is_card,
            lambda story: not story.is_card,
        )
        for sign in signs:
            if chosen := next(filter(sign, possible), None):
                return chosen
        return max(possible, key=lambda story: paragraph_length(story.fullest))

    def _has_headline(
        self, part: etree._Element, heading: etree._Element | None, article: etree._Element | None
    ) -> bool:
        if self.headline is not None:
            return heading is self.headline or part in self._above_headline or article in self._above_headline
        first = next(part.iter("h1", "h2", "h3"), None)
        return any(self._is_title(text_of(said)) for said in (heading, first) if said is not None)

    def _owner(self, part: etree._Element, shared: Counter[etree._Element]) -> Owner:
        """Tell whose a candidate is: by its attributes, by those around it alone, by a link to itself."""
        around = (above for above in islice(part.iterancestors(), _AROUND) if shared[above] == 1)
        for element in (part, *around):
            if owner := self._said_by(element):
                return owner
        for inner in islice(part.iter("link", "meta", "a"), MAX_HEADINGS):
            is_own_link = "bookmark" in inner.get("rel", "") or inner.get("itemprop") in ("mainEntityOfPage", "url")
            said = inner.get("href") or inner.get("itemid") or inner.get("content") or ""
            if is_own_link and (owner := self._whose(said)):
                return owner
        return ""

    def _said_by(self, element: etree._Element) -> Owner:
        """Tell whose an element is by an address in its attributes; several others are links for a script."""
        said = [self._whose(value) for value in _addresses(element)]
        return "own" if "own" in said else "other" if said.count("other") == 1 else ""

    def _is_card(self, element: etree._Element) -> bool:
        """Tell whether an element only leads to a story: by its name, or because its one heading is a link to it."""
        names = " ".join(name for name in classes_of(element).split() if not _TAXONOMY.match(name))
        if not _CARD.isdisjoint(class_words(names)):
            return True
        linked = [heading for heading in islice(element.iter("h1", "h2", "h3", "h4"), 3) if self._is_link(heading)]
        return len(linked) == 1 and paragraph_length(element) < _LONGEST_CARD

    def _is_link(self, heading: etree._Element) -> bool:
        parent = heading.getparent()
        link = next(heading.iter("a"), None)
        if link is None and parent is not None and parent.tag == "a":
            link = parent
        return link is not None and self._whose(link.get("href", "")) == "other"


def paragraph_length(element: etree._Element) -> int:
    """Return the number of characters in the paragraphs of an element."""
    paragraphs: Iterable[etree._Element] = _PARAGRAPHS(element)
    return sum(len(text_of(paragraph)) for paragraph in paragraphs)


def _addresses(element: etree._Element) -> set[str]:
    return {
        value
        for name, value in element.items()
        if value.startswith(("/", "http://", "https://")) and not _NO_ADDRESS.search(str(name))
    }


def _is_apart(element: etree._Element) -> bool:
    return is_hidden(element) or any(
        above.tag in _APART or is_hidden(above) for above in islice(element.iterancestors(), _ABOVE)
    )


def _article_of(element: etree._Element) -> etree._Element | None:
    """Return the article that an element is, or lies in."""
    around = (element, *islice(element.iterancestors(), _ABOVE))
    return next((above for above in around if above.tag == "article"), None)


def _in_order(scope: etree._Element, candidates: list[etree._Element]) -> Iterator[etree._Element]:
    """Yield the candidates, and the headings outside of them, in the order of the page."""
    known = set(candidates)
    tags = ("h1", "h2", *{str(candidate.tag) for candidate in candidates})
    walk = etree.iterwalk(scope, events=("start",), tag=tags)
    for _, element in walk:
        if element in known:
            yield element
            walk.skip_subtree()
        elif element.tag in ("h1", "h2"):
            yield element


def _root(element: etree._Element, kept: set[etree._Element]) -> etree._Element:
    """Return the largest element around one that holds nothing of what is kept."""
    while (parent := element.getparent()) is not None and parent not in kept:
        element = parent
    return element
