"""What role an element has in an article: by its tag, id and classes, and by the selectors of the site."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache
from typing import Literal

from cssselect import Selector, parse
from cssselect.parser import Class, Element, Hash
from lxml import etree

from spacenews.extraction.selectors import Query, alternatives, compiled, compiled_css, is_xpath
from spacenews.extraction.visibility import MAX_CLASSES, classes_of, is_for_device, is_hidden_class
from spacenews.site import Css

# First the roles that selectors give, then those that names give on any site: a box that is not text, a box that is
# text only if it has sentences, what is hidden, what is shown on one kind of device.
ElementRole = Literal[
    "excluded", "quote", "caption", "credit", "gallery", "lead", "embed", "box", "wordless_box", "hidden", "device"
]

_BOX = re.compile(
    r"newsletter|^(?:sharedaddy|addtoany[\w-]*|addthis[\w-]*|jp-relatedposts|taboola[\w-]*|outbrain[\w-]*|OUTBRAIN"
    r"|adsbygoogle|author-(?:box|bio|info|card)|post-tags|entry-tags|tags-links|breadcrumbs?|disqus_thread|cookie-[\w-]+"
    r"|mc_embed_signup|toc|table-of-contents)$"
    r"|related[-_]*(?:stor(?:y|ies)|articles?|posts?|links?|content|news)(?![a-z])"
    r"|(?:^|[-_])(?:author[-_]*(?:box|bio|info|card|description|details)|about[-_]*author|post[-_]?toc"
    r"|most[-_]*(?:read|popular)|cta|disclaimer|e?mail[-_]*sign[-_]*up)(?![a-z])"
    r"|[a-z](?:Sign[Uu]p|Author(?:Box|Bio|Info|Card|Description|Details)|Related(?:Stories|Articles|Posts))"
    r"|^(?!has-|no-|with-)(?:[a-z]+[-_])?sidebar$"
)
# A name with one of the first is a box when all its other words are among the second.
_ABOUT = frozenset(
    {"share", "sharing", "social", "related", "recommended", "ad", "ads", "advert", "advertisement", "advertising"}
    | {"sponsored", "promo", "subscribe", "subscription", "comment", "comments", "trending", "recirc", "recirculation"}
)
_PARTS = (
    "box bar block list item link button btn icon wrapper wrap container inner outer section area widget module "
    "component row col column content header head title heading footer foot top bottom left right center centre "
    "inline sticky fixed mobile desktop small large full half wide post article story stories news video media "
    "follow form signup sign up cta banner slot unit label text img image embed placeholder tag js site page "
    "entry the us on count counter nav menu network group panel tool toolbar popup modal overlay trigger toggle "
    "holder zone space rail card teaser grid feed more read also now today next prev coverage reading topic "
    "product main body data view dfp gpt lazy loaded loading native mpu leaderboard billboard skyscraper "
    "rectangle sidebar google amp responsive display disclaimer disclosure info note notice message by for of and "
    "to your email mail facebook twitter instagram youtube whatsapp linkedin pinterest reddit telegram copy print "
    "this url stack sponsor promotion newsletter alert reply respond thread disqus wp td vc jp xs sm md lg xl hidden"
)
_PART = frozenset(_PARTS.split()) | _ABOUT
_PICTURES = frozenset({"img", "image", "images", "media", "video", "embed"})  # words of what may hold one
_PICTURE = r"(?:image|img|photo|picture|media|figure|fig|lead|hero|featured?)"
_CAPTION = re.compile(
    rf"(?:^|[_-])(?:{_PICTURE}[_-]*)?caption(?:[_-]*(?:text|body|content|inner)(?:[_-]block)?)?$|{_PICTURE}Caption"
    r"|(?-i:[a-z]Caption$)",
    re.IGNORECASE,
)
_CREDIT = re.compile(
    rf"{_PICTURE}[_-]*(?:credits?|copyright|source|author)$|(?:^|[_-])(?:credits?|photographer)$"
    r"|caption[_-]*(?:credit|source|author)",
    re.IGNORECASE,
)
_BY_RANK: tuple[ElementRole, ...] = ("credit", "caption", "box", "wordless_box")  # that one name gives
_NAME_WORD = re.compile(r"[A-Za-z][a-z]*|\d+")
_HEADINGS = frozenset({"h1", "h2", "h3", "h4", "h5", "h6", "dt"})


class ElementClassifier:
    """Gives elements their roles by selectors, of which a later one overrides an earlier one.

    A lone tag, class or id is looked up for each element of the walk; only other selectors cost an XPath for each page.
    """

    def __init__(self, selectors: Sequence[tuple[ElementRole, Css]]) -> None:
        self._names: dict[str, dict[str, ElementRole]] = {"": {}, ".": {}, "#": {}}
        self._others: list[tuple[ElementRole, Query]] = []
        self._rank = {role: number for number, (role, _) in enumerate(selectors)}
        for role, css in selectors:
            for selector in alternatives(css):
                self._add(role, selector)
        self._role_of_names = lru_cache(maxsize=4096)(self._by_names)

    def _add(self, role: ElementRole, selector: str) -> None:
        """Split a group of selectors into names, which are looked up, and what needs an XPath."""
        if is_xpath(selector):
            self._others.append((role, compiled(selector)))
            return
        for one in parse(selector):
            if name := _lone_name(one):
                self._names[name[0]][name[1]] = role
            else:
                self._others.append((role, compiled_css([one])))

    def found(self, container: etree._Element) -> dict[etree._Element, ElementRole]:
        """Return the roles of elements that take an XPath to find."""
        return {element: role for role, query in self._others for element in query(container)}

    def role(self, element: etree._Element) -> ElementRole | None:
        """Return the role of an element by its own tag, id and classes."""
        return self._role_of_names(str(element.tag), classes_of(element), element.get("id", "")[:MAX_CLASSES])

    def _by_names(self, tag: str, classes: str, identity: str) -> ElementRole | None:
        names = classes.split()
        roles = [self._names[""].get(tag), self._names["#"].get(identity)]
        roles += [self._names["."].get(name) for name in names]
        if known := [role for role in roles if role]:
            return max(known, key=self._rank.__getitem__)
        return _by_common_names(names if tag in _HEADINGS else [*names, identity])


def _by_common_names(names: list[str]) -> ElementRole | None:
    """Return the role that names give to an element on any site."""
    found = set(map(_by_common_name, names))
    for role in _BY_RANK:
        if role in found:
            return role
    classes = " ".join(names)
    return "hidden" if is_hidden_class(classes) else "device" if is_for_device(classes) else None


@lru_cache(maxsize=4096)
def _by_common_name(name: str) -> ElementRole | None:
    """Return the role of one name; many elements and sites share it: it is looked at once."""
    if _CREDIT.search(name):
        return "credit"
    return "caption" if _CAPTION.search(name) else _box(name)


def _box(name: str) -> ElementRole | None:
    """Return whether one name marks a box that is not text: "social-links" does, "social-impact" may be text."""
    if _BOX.search(name):
        return "box"
    first, *others = [word.lower() for word in _NAME_WORD.findall(name)] or [""]
    if name[:4] == "read" and others[:1] == ["more"]:
        first, others = "related", others[1:]
    words = (first, *others)
    is_known = all(
        word in _PART or word.removesuffix("s") in _PART or len(word) == 1 or word.isdigit() for word in words
    )
    if first in _ABOUT:
        return "box" if is_known else "wordless_box"
    return "box" if is_known and not _ABOUT.isdisjoint(others) and _PICTURES.isdisjoint(words) else None


def _lone_name(selector: Selector) -> tuple[str, str] | None:
    """Return the kind ("", "." or "#") and name of a selector that is a lone tag, class or id."""
    match selector.parsed_tree:
        case Element(namespace=None, element=str(tag)):
            return "", tag.lower()
        case Class(selector=Element(namespace=None, element=None), class_name=name):
            return ".", name
        case Hash(selector=Element(namespace=None, element=None), id=name):
            return "#", name
    return None
