"""What is visible in a page: by attributes, inline style and the class names with which frameworks hide elements."""

from __future__ import annotations

import re
from collections.abc import Container
from functools import lru_cache

from lxml import etree

MAX_CLASSES = 1_000  # characters of class names, or of an id, that are looked at
MAX_STYLE = 2_000  # characters of an inline style

_MARKED = etree.XPath("descendant::*[@hidden or @style or @aria-hidden or @aria-modal or @role]")
_COMMENT = re.compile(r"/\*.*?(?:\*/|\Z)", re.DOTALL)
_FAR = re.compile(r"-\d{3,}")  # pixels, or any other unit
_ZERO = re.compile(r"0(?:px|em|rem|%)?")
_DOT = re.compile(r"[01](?:px)?")
_NOTHING = re.compile(r"rect\((?:[01](?:px|em|%)?[\s,]*+){4}\)")
_LETTER = re.compile(r"[^\W_]")
_CLASS_WORD = re.compile(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])|\d+")

_OVERLAYS = frozenset(
    {"dialog", "alertdialog", "alert", "status", "tooltip", "menu", "menubar", "toolbar", "log", "progressbar"}
)
_INLINE = frozenset(
    {"span", "i", "b", "em", "strong", "a", "small", "sup", "sub", "font", "u", "s", "mark", "abbr", "time", "cite"}
)
_HIDDEN_CLASSES = (
    "hidden hide hid is-hidden u-hidden js-hidden d-none display-none no-display invisible is-invisible ng-hide "
    "uk-hidden sr-text sronly show-for-sr a11y-text a11y-hidden element-invisible element-hidden ui-helper-hidden "
    "ui-helper-hidden-accessible offscreen off-screen assistive-text accessibly-hidden print-only visible-print "
    "visible-print-block only-print"
)
_HIDDEN = frozenset(_HIDDEN_CLASSES.split())
_FOR_SCREEN_READERS = re.compile(  # with a prefix of a framework, or the suffix of a module
    r"(?:^|\s)(?!not-)(?:[A-Za-z]{1,10}[-_]{1,2})?(?:(?i:visually[-_]?hidden|screen[-_]?reader)|sr[-_]only|srOnly)(?!-focus)"
)
_FOR_POINTERS = re.compile(  # what is shown beside a word that is pointed at
    r"(?:^|\s)(?:(?:rollover|tooltip|popover|hover)-(?:\w{1,20}-)?(?:block|content|body|text|inner|popup|card)|tooltiptext"
    r"|hovercard)(?:\s|$)",
    re.IGNORECASE,
)
_SIZES = r"(?:xs|sm|md|lg|xl|xxl|2xl|small|medium|large)"
_DEVICE = re.compile(  # what is shown on some devices, or in windows of some width
    r"(?:^|[-_:a-z])(?:mobile|desktop|tablet|phone|handheld)s?(?![a-z])|^(?:pc|sp|mob)(?:$|[-_])|[-_](?:pc|sp|mob)$"
    rf"|^{_SIZES}[:@]|^(?:d|display|u)-{_SIZES}-"
    rf"|^(?:visible|show|hidden|hide)-(?:(?:for|on|up|down|above|below)-)?{_SIZES}",
    re.IGNORECASE,
)
_HIDES_ON_DEVICE = re.compile(rf"^(?:d|display|u)-{_SIZES}-none$|:(?:hidden|invisible)$|^(?:hidden|hide)")
# Words in class names of what a click or a swipe shows.
_OPENED = (
    "accordion accordions collapse collapsible collapsable expandable expander faq faqs spoiler disclosure tab tabs "
    "tabpanel slide slides slider slideshow carousel gallery swiper slick"
)
_OPENABLE = frozenset(_OPENED.split())
_BREAKING = frozenset({"br", "p", "li", "div"})
_HEADINGS = frozenset({"h1", "h2", "h3", "h4", "h5", "h6", "dt", "summary"})


def classes_of(element: etree._Element) -> str:
    """Return the class names of an element, as many as are looked at."""
    return element.get("class", "")[:MAX_CLASSES]


def marked_elements(container: etree._Element) -> frozenset[etree._Element]:
    """Return the elements in *container* with an attribute that may hide them."""
    return frozenset(_MARKED(container))


def is_hidden(element: etree._Element, with_pictures: Container[etree._Element] = ()) -> bool:
    """Tell whether attributes or classes hide an element from readers of the text.

    *with_pictures* are the elements with images in them: they are visible even if screen readers skip them.
    """
    if is_unseen(element) or is_overlay(element) or is_hidden_class(classes_of(element)):
        return True
    if element.get("aria-hidden", "").strip().lower() != "true":
        return False
    return _is_sign(element) if element.tag in _INLINE else element not in with_pictures


def is_unseen(element: etree._Element) -> bool:
    """Tell whether attributes hide an element completely."""
    hidden = element.get("hidden")
    if hidden is not None and hidden.strip().lower() != "until-found":  # which a search in the page shows
        return True
    style = element.get("style")
    return style is not None and _hides(style[:MAX_STYLE])


def is_overlay(element: etree._Element) -> bool:
    """Tell whether an element is not part of the page's content: a dialog, a status message, a menu."""
    return element.get("role", "").strip().lower() in _OVERLAYS or element.get("aria-modal", "").lower() == "true"


@lru_cache(maxsize=4096)
def is_hidden_class(classes: str) -> bool:
    """Tell whether class names hide an element on every device."""
    if _FOR_SCREEN_READERS.search(classes) or _FOR_POINTERS.search(classes):
        return True
    names = classes.split()
    return not _HIDDEN.isdisjoint(names) and not any(
        _DEVICE.search(name) and not _HIDES_ON_DEVICE.search(name) for name in names
    )


@lru_cache(maxsize=4096)
def is_for_device(classes: str) -> bool:
    """Tell whether class names are about a kind of device or a width of the window."""
    return any(map(_DEVICE.search, classes.split()))


def is_openable(element: etree._Element) -> bool:
    """Tell whether a hidden element is what a click on a heading shows, or a slide: content, not a message."""
    if is_overlay(element) or element.tag in _INLINE:
        return False
    if element.get("role", "").strip().lower() in ("region", "tabpanel"):
        return True
    around = element
    for _ in range(3):
        if not _OPENABLE.isdisjoint(class_words(classes_of(around))):
            return True
        parent = around.getparent()
        if parent is None:
            break
        around = parent
    return _is_opener(element.getprevious())


def is_opener_button(button: etree._Element) -> bool:
    """Tell whether a button is used as a heading: what it opens is part of the text."""
    parent = button.getparent()
    places = (button, parent) if parent is not None else (button,)
    return any(not {"accordion", "faq", "collapsible"}.isdisjoint(class_words(classes_of(e))) for e in places)


@lru_cache(maxsize=4096)
def class_words(classes: str) -> frozenset[str]:
    """Return the words in class names, in lower case."""
    return frozenset(word.lower() for word in _CLASS_WORD.findall(classes))


def seen_text(element: etree._Element) -> str:
    """Return the visible text of a heading or a cell; a new line or block in it counts as white space."""
    parts: list[str] = []
    walk = etree.iterwalk(element, events=("start", "end", "comment", "pi"))
    for event, inner in walk:
        if event == "start" and inner is not element and (inner.tag in ("script", "style") or is_hidden(inner)):
            walk.skip_subtree()
        elif event == "start":
            parts.append(inner.text or "")
        elif inner is not element:
            parts.append(inner.tail or "")
        if inner.tag in _BREAKING:
            parts.append("\n")
    return "".join(parts)


def _is_opener(element: etree._Element | None) -> bool:
    if element is None:
        return False
    if element.tag in _HEADINGS:
        return any(inner.get("aria-expanded") is not None or inner.tag == "button" for inner in element.iter())
    return element.tag == "button" and is_opener_button(element)


def _is_sign(element: etree._Element) -> bool:
    """Tell whether an inline element is not text: an icon, or a symbol without a letter."""
    is_icon = "icon" in classes_of(element).lower()
    return is_icon or (not len(element) and not _LETTER.search(element.text or ""))


@lru_cache(maxsize=1024)
def _hides(style: str) -> bool:
    """Tell whether an inline style hides an element or moves it out of the window."""
    said = {}
    for declaration in _COMMENT.sub("", style).lower().split(";"):
        name, _, value = declaration.partition(":")
        said[name.strip()] = value.partition("!")[0].strip()
    if not _HIDING_DECLARATIONS.isdisjoint(said.items()) or _NOTHING.fullmatch(said.get("clip", "")):
        return True
    if any(_FAR.match(said.get(name, "")) for name in ("left", "top", "right", "text-indent")):
        return True
    is_apart = said.get("position") in ("absolute", "fixed")
    is_dot = _DOT.fullmatch(said.get("width", "")) and _DOT.fullmatch(said.get("height", ""))
    return bool((is_apart and is_dot) or _ZERO.fullmatch(said.get("font-size", "")))


_HIDING_DECLARATIONS = frozenset(
    {
        ("display", "none"),
        ("visibility", "hidden"),
        ("visibility", "collapse"),
        ("content-visibility", "hidden"),
        ("clip-path", "inset(50%)"),
        ("clip-path", "inset(100%)"),
        ("mso-hide", "all"),
    }
)
