"""Replaces the words of a page by placeholder words and keeps its structure, so that the page can be published.

A word is always replaced by the same word, so that equal texts stay equal: the headline in the page, in its JSON-LD and
in its URL. Numbers, punctuation and the words that mark what a line is ("By", "Image credit", months) stay.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import Any
from zlib import crc32

from lxml import etree, html

from spacenews.extraction.json_ld import read_json

_PLACEHOLDERS = (
    "amber anchor apple arbor arrow aspen autumn barley basalt beacon bellow birch bison blossom border bramble "
    "brass breeze bridge bright brook butter button cabin candle canvas canyon carbon carol castle cedar cello "
    "chalk cherry circle clover cobalt comet copper coral corner cotton cradle crimson crystal curtain daisy "
    "dapple dawn delta denim drift dusk eagle easel echo elder ember emerald fable falcon feather fennel fern "
    "fiddle flint forest fountain garden garnet ginger glacier granite harbor harvest hazel heather hollow honey "
    "horizon indigo island ivory jasmine jasper juniper kettle lagoon lantern laurel lemon lilac linen lotus "
    "lumber magnet maple marble meadow mellow melody mint mirror mosaic moss mountain mulberry nectar nutmeg oak "
    "ocean olive onyx opal orchard otter oyster paddle pebble pepper petal pine plum pollen poplar prairie quartz "
    "quill quiver rabbit raven reed ribbon ridge river robin rowan ruby saddle saffron sage sailor sandal satin "
    "scarlet shadow shell silver slate sorrel sparrow spruce summit sunset tansy teal thistle thunder timber "
    "topaz tulip tundra valley velvet violet walnut warbler willow winter wren yarrow zephyr "
)
WORDS = _PLACEHOLDERS.split()

_LABELS = (
    "a an and as at by for from in is it of on or the to with home image photo picture credit credits courtesy "
    "copyright related read more recommended videos recommendations editors editor note update updated "
    "advertisement follow us twitter facebook email sign up newsletter subscribe information explore further "
    "provided published originally staff contributor topics category categories tags agency university institute "
    "skip main content please enable javascript view this jan january feb february mar march apr april may jun "
    "june jul july aug august sep september oct october nov november dec december mon monday tue tuesday wed "
    "wednesday thu thursday fri friday sat saturday sun sunday am pm et utc gmt "
)
_KEPT = frozenset(_LABELS.split())
_WORD = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)*")
_ADDRESS = re.compile(r"^(?:https?:)?//|^/|^(?:mailto|data|javascript|tel):|^#", re.IGNORECASE)
_SLUG = re.compile(r"(?<=[/=])[^/?&#=]*[A-Za-z]-[A-Za-z][^/?&#=]*")
_SLUG_KEPT = re.compile(r"^(?:wp-[\w-]+|[\w]+-news|cdn-cgi|space-[\w]+)$")
_SPOKEN = frozenset({"alt", "title", "content", "placeholder", "aria-label", "label", "value", "summary"})
_ADDRESSES = frozenset(
    {
        "href",
        "src",
        "srcset",
        "cite",
        "action",
        "data-src",
        "data-srcset",
        "data-url",
        "data-lazy-src",
        "data-dt-lazy-src",
    }
)
_STRUCTURAL_META = re.compile(
    r"^(?:robots|viewport|generator|twitter:(?:card|site|creator)|og:(?:type|locale|site_name|image:.*)|.*_time|.*date.*|charset"
    r"|content-language|content-type|referrer|.*post-id)$",
    re.IGNORECASE,
)
_JSON_KEPT = frozenset(
    {
        "@type",
        "@context",
        "inLanguage",
        "datePublished",
        "dateModified",
        "position",
        "isAccessibleForFree",
        "encodingFormat",
    }
)
_GONE = "x-gone"
_NEEDED_LINKS = frozenset({"canonical", "shortlink", "amphtml", "alternate", "next", "prev"})


def placeholder_text(text: str) -> str:
    """Return *text* with its words replaced, in the same case."""
    return _WORD.sub(_other_word, text)


def placeholder_url(address: str) -> str:
    """Return a URL with the words of its slugs replaced."""
    return _SLUG.sub(lambda match: match[0] if _SLUG_KEPT.match(match[0]) else _lower(match[0]), address)


def placeholder_page(body: bytes, encoding: str, site_name: str) -> str:
    """Return a page with placeholder words; scripts, styles and comments go, JSON-LD stays with its words replaced."""
    root = html.document_fromstring(body, parser=html.HTMLParser(encoding=encoding))
    kept = {site_name, site_name + ".com"}
    etree.strip_elements(root, etree.Comment, etree.PI, "style", with_tail=False)
    for element in list(root.iter(etree.Element)):
        if element.tag == "script":
            _script(element, kept)
        elif element.tag == "link" and not _NEEDED_LINKS.intersection(element.get("rel", "").split()):
            element.tag = _GONE
        else:
            _words(element, kept)
            element.text = _unless(kept, placeholder_text, element.text)
        element.tail = _unless(kept, placeholder_text, element.tail)
    etree.strip_elements(root, _GONE, with_tail=False)
    return etree.tostring(root, method="html", encoding="unicode", doctype="<!DOCTYPE html>") + "\n"


def _other_word(match: re.Match[str]) -> str:
    word = match[0]
    if word.lower() in _KEPT:
        return word
    other = WORDS[crc32(word.lower().replace("’", "'").encode()) % len(WORDS)]
    if word.isupper() and len(word) > 1:
        return other.upper()
    return other.capitalize() if word[0].isupper() else other


def _lower(slug: str) -> str:
    stem, dot, ending = slug.rpartition(".")
    return placeholder_text(stem) + dot + ending if dot and len(ending) <= 5 else placeholder_text(slug)


def _unless(kept: set[str], change: Callable[[str], str], text: str | None) -> str | None:
    return text if not text or text.strip() in kept else change(text)


def _script(element: etree._Element, kept: set[str]) -> None:
    data = read_json(element.text or "") if "ld+json" in element.get("type", "") else None
    if data is None:
        element.tag = _GONE
        return
    element.text = json.dumps(_json(data, kept), ensure_ascii=False)


def _json(value: Any, kept: set[str]) -> Any:
    if isinstance(value, dict):
        return {key: item if key in _JSON_KEPT else _json(item, kept) for key, item in value.items()}
    if isinstance(value, list):
        return [_json(item, kept) for item in value]
    if not isinstance(value, str):
        return value
    return placeholder_url(value) if _ADDRESS.match(value) else _unless(kept, placeholder_text, value)


def _words(element: etree._Element, kept: set[str]) -> None:
    """Replace the words in an element's attributes; drop attributes that no reader of the page sees."""
    meta = element.get("name") or element.get("property") or element.get("http-equiv") or "charset"
    for name, value in list(element.attrib.items()):
        is_noise = name.startswith("data-") and name not in _ADDRESSES and (" " in value or len(value) > 60)
        if name == "style" or name.startswith("on") or is_noise:
            del element.attrib[name]
        elif _ADDRESS.match(value) or name in _ADDRESSES:
            element.set(name, placeholder_url(value))
        elif name in _SPOKEN and not (element.tag == "meta" and _STRUCTURAL_META.match(meta)):
            element.set(name, _unless(kept, placeholder_text, value) or "")
