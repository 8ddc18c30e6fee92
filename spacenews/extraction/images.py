"""An `img` element -> the URLs of its image, the largest first; no placeholder, tracking pixel or decoration.

Scripts fill in URLs from attributes of any name, so an attribute counts by its value.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from itertools import islice

from lxml import etree

from spacenews.extraction.visibility import classes_of
from spacenews.items import ImageRole
from spacenews.urls import MAX_LENGTH


@dataclass(slots=True, eq=False)
class RawImage:
    """An image as it stands in the page; `sources` are its URLs, the largest first."""

    sources: list[str]
    role: ImageRole = "inline"
    alt: str = ""
    caption: str = ""
    credit: str = ""
    credit_url: str = ""


MAX_SRCSET = 20_000  # characters of a `srcset`; what follows is not read
MAX_SOURCES = 50  # `source` elements of one `picture`
LONGEST_PLACEHOLDER = 40  # characters of the file name of a placeholder
MAX_NOSCRIPT = 10_000  # characters of markup in a `noscript` that the parser left as text

_IMAGE_FILE = re.compile(r"\.(?:jpe?g|jfif|png|gif|webp|avif|tiff?|bmp|svg)(?=$|[?#&/])", re.IGNORECASE)
_IMAGE_LINK = re.compile(r"\.(?:jpe?g|png|gif|webp|avif|tiff?)(?:$|\?)", re.IGNORECASE)
_DESCRIPTOR = re.compile(r"(\d{1,9}(?:\.\d{1,9})?)([wxh])")
_ADDRESS = re.compile(r"[\s,]*+(\S*+)")
_BLANK = re.compile(r"\s")
_OTHER_SCHEME = re.compile(r"(?!https?:)[a-z][a-z0-9+.-]{0,20}:", re.IGNORECASE)
_WIDTH = re.compile(r"[?&](?:w|width|resize|fit)=(\d{2,5})|-(\d{2,5})x\d{2,5}\.\w+$|-(\d{3,4})-\d{2}\.\w+$")
_TRACKER = re.compile(
    r"(?:https?:)?//(?:[\w.]*\.)?(?:facebook\.com/tr|doubleclick\.net|scorecardresearch\.com|quantserve\.com"
    r"|google-analytics\.com|googletagmanager\.com)",
    re.IGNORECASE,
)
_DECORATION = re.compile(r"(?:^|[\s_-])(?:avatar|emoji|smiley|icon|gravatar|logo)(?:$|[\s_-])", re.IGNORECASE)

# Attributes by name: those that are about something else, those that may hold a URL without a file extension, those of
# a large version, those of a small one.
_NO_SOURCE = re.compile(
    r"^(?:alt|title|class|style|id|name|sizes|width|height|role|on\w+|aria-.*|usemap|longdesc|itemprop|type|media)$"
    r"|placeholder|fallback|error|blank|spinner|lqip|blur|avatar|author|logo|icon|caption|credit|title|href|link|share"
    r"|video|hover|next|prev",
    re.IGNORECASE,
)
_SOURCE = re.compile(r"src|lazy|orig|img|image|file|hi-?res|large|full|retina|echo", re.IGNORECASE)
_LARGE = re.compile(r"orig|full|large|hi-?res|zoom|retina|2x", re.IGNORECASE)
_SMALL = re.compile(r"thumb|small|medium|tiny|low|preview|mini", re.IGNORECASE)

# A file whose whole name consists of such words and of sizes is a placeholder for an image that is not loaded yet.
_STANDS_FOR = (
    "placeholder placehold blank spacer transparent trans empty loading loader lazy lazyload pixel clear spinner "
    "preloader noimage noimg dummy 1x1 1px"
)
_BESIDE = (
    "image img photo picture no missing thumb default load ajax bg background small large grey gray white light dark"
)
_STANDING = frozenset(_STANDS_FOR.split())
_FILLING = _STANDING | frozenset(_BESIDE.split())
_COLOURS = frozenset({"grey", "gray", "white", "black", "dot", "s", "t", "x", "p"})  # of a GIF only
_NAME_PARTS = re.compile(r"[^\W_]+")
_SIZE = re.compile(r"\d+(?:x\d+)?(?:px)?")


def read_image(img: etree._Element, link: str = "", sources: Iterable[etree._Element] = ()) -> RawImage | None:
    """Read an `img`; None for placeholders, tracking pixels and decorations.

    *link* is where a click on it leads, *sources* are the `source` elements of the `picture` around it.
    """
    if _DECORATION.search(classes_of(img)) or is_pixel(img):
        return None
    full = [link] if _IMAGE_LINK.search(link) else []
    found = list(dict.fromkeys(full + _sources(img, sources)))
    return RawImage(found, alt=img.get("alt", "")) if found else None


def is_pixel(img: etree._Element) -> bool:
    """Tell whether an element is as small as a tracking pixel."""
    return any(img.get(side, "").strip().removesuffix("px") in ("0", "1", "2", "3") for side in ("width", "height"))


def noscript_images(noscript: etree._Element) -> list[etree._Element]:
    """Return the `img` elements of image files in a `noscript`; others are trackers or adverts."""
    if "<img" in (text := (noscript.text or "")[:MAX_NOSCRIPT]):
        noscript = etree.fromstring(text, etree.HTMLParser())
    return [img for img in noscript.iter("img") if any(map(_IMAGE_FILE.search, img.values()))]


def srcset(value: str, own_width: float = 1) -> list[tuple[str, float]]:
    """Split a `srcset` (HTML, 4.8.4.2.1) into URLs and widths; an item needs no descriptor."""
    value, items, at = value[:MAX_SRCSET], [], 0
    while (address := _ADDRESS.match(value, at)) and address[1]:
        at, descriptors = address.end(), ""
        if not address[1].endswith(","):
            comma = value.find(",", at)
            descriptors, at = value[at : comma if comma >= 0 else None], comma if comma >= 0 else len(value)
        *others, last = _glued(address[1].rstrip(","))
        items += [(other, max(_hint(other), own_width)) for other in others]
        items.append((last, _size(descriptors, max(_hint(last), own_width))))
    return [(found, width) for found, width in items if len(found) <= MAX_LENGTH]


def _glued(address: str) -> list[str]:
    """Split URLs that are joined by a comma alone; a comma inside a URL does not split it."""
    parts: list[str] = []
    for piece in address.split(","):
        begins = piece.startswith(("http://", "https://", "//")) or (piece[:1] == "/" and _ends(parts))
        if not parts or begins or (_IMAGE_FILE.search(piece) and _ends(parts)):
            parts.append(piece)
        else:
            parts[-1] += f",{piece}"
    return parts


def _ends(parts: list[str]) -> bool:
    return bool(parts) and _IMAGE_FILE.search(parts[-1].partition("?")[0][-6:]) is not None


def _size(descriptors: str, one: float) -> float:
    """Return the width that descriptors give, else the height; *one* is the width at density 1."""
    said: dict[str, float] = {}
    for word in descriptors.lower().split():
        if match := _DESCRIPTOR.fullmatch(word):
            said.setdefault(match[2], float(match[1]))
    return said.get("w") or said.get("h") or one * (said.get("x") or 1)


def _sources(img: etree._Element, sources: Iterable[etree._Element]) -> list[str]:
    """Return the URLs of an image, the widest first; of equal ones, the one that is probably larger."""
    own = _number(img.get("width", "")) or 1
    found: list[tuple[float, int, str]] = []
    for element in (img, *islice(sources, MAX_SOURCES)):
        for name, value in element.items():
            found += _addresses(str(name).lower(), value.strip(), own)
    found = [(width, rank, address) for width, rank, address in found if not _is_placeholder(address)]
    return [address for _, _, address in sorted(found, key=lambda item: (-item[0], item[1]))]


def _addresses(name: str, value: str, own: float) -> Iterator[tuple[float, int, str]]:
    """Yield width, rank and URL of each image in an attribute."""
    rank, says_address = _attribute(name)
    if not value or rank is None:
        return
    if "srcset" in name or _is_set(value):
        yield from ((width, 3, address) for address, width in srcset(value, own))
    elif name == "src":
        yield (max(own, _hint(value)), 2, value)
    elif len(value) <= MAX_LENGTH and not _BLANK.search(value) and _is_address(value, says_address=says_address):
        yield (max(own, _hint(value)), rank, value)


@lru_cache(maxsize=1024)
def _attribute(name: str) -> tuple[int | None, bool]:
    """Return how large a form an attribute names, 0 the largest, None if none, and whether it names an address."""
    if _NO_SOURCE.search(name):
        return None, False
    return (4 if _SMALL.search(name) else 0 if _LARGE.search(name) else 1), _SOURCE.search(name) is not None


def _is_set(value: str) -> bool:
    """Tell whether a value is a `srcset`: a URL followed by a descriptor."""
    words = value[:MAX_SRCSET].split(None, 2)[:2]
    return len(words) == 2 and _DESCRIPTOR.fullmatch(words[1].partition(",")[0].lower()) is not None


def _is_address(value: str, *, says_address: bool) -> bool:
    if any(mark in value for mark in "<>\"'{}") or "url(" in value:
        return False
    return _IMAGE_FILE.search(value) is not None or (says_address and value.startswith(("http://", "https://", "//")))


def _is_placeholder(address: str) -> bool:
    """Tell whether a URL is that of a placeholder or of a tracker."""
    if not address.strip("/# ") or _OTHER_SCHEME.match(address) or _TRACKER.match(address):
        return True
    stem, dot, ending = address.partition("?")[0].rpartition("/")[2].rpartition(".")
    if not dot or len(stem) > LONGEST_PLACEHOLDER or not _IMAGE_FILE.fullmatch(dot + ending):
        return False
    words = _NAME_PARTS.findall(stem.lower())
    if words[:1] == ["no"] or (ending.lower() == "gif" and len(words) == 1 and words[0] in _COLOURS):
        return all(word in _FILLING or word in _COLOURS for word in words)
    fills = [word in _FILLING or (word.isascii() and bool(_SIZE.fullmatch(word))) for word in words]
    stands = not _STANDING.isdisjoint(words) or ("missing" in words and len(words) > 1)
    return words == ["pixel"] or (all(fills) and stands and words[0] != "pixel")


def _hint(address: str) -> float:
    match = _WIDTH.search(address[-MAX_LENGTH:])
    return _number(match[match.lastindex or 1]) if match else 0


def _number(text: str) -> float:
    return float(text) if text.isascii() and text.isdigit() and len(text) < 10 else 0
