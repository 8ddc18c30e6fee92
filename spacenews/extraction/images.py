"""An `img` element -> the URLs of its image, the largest first; no placeholder, tracking pixel or decoration."""

from __future__ import annotations

import re
from dataclasses import dataclass

from lxml import etree

from spacenews.items import ImageRole


@dataclass(slots=True, eq=False)
class RawImage:
    """A picture as the page shows it; `sources` are its addresses, the largest first."""

    sources: list[str]
    role: ImageRole = "inline"
    alt: str = ""
    caption: str = ""
    credit: str = ""
    credit_url: str = ""


# --- pictures ---------------------------------------------------------------------------------------------------

_SRCSET_ITEM = re.compile(r"([^\s,]\S*[^\s,])(?:\s+([\d.]+)([wx]))?\s*(?:,|$)")
_LAZY = ("data-dt-lazy-src", "data-lazy-src", "data-src", "data-original", "data-orig-file", "data-original-mos", "src")
_LAZY_SETS = ("data-dt-lazy-srcset", "data-lazy-srcset", "data-srcset", "srcset")
_WIDTH = re.compile(r"[?&](?:w|width|resize|fit)=(\d{2,5})|-(\d{2,5})x\d{2,5}\.\w+$|-(\d{3,4})-\d{2}\.\w+$")
_PLACEHOLDER = re.compile(
    r"^(?!https?:|/|\w[^:]*$)|^/$"
    r"|/(?:missing-image|placeholder|spacer|blank|transparent|loading|lazy(?:load)?|1x1|pixel)"
    r"(?:[-_]?\d+(?:x\d+)?)?\.(?:gif|png|svg|webp|jpe?g)(?:$|\?)"
    r"|^https?://(?:[\w.]*\.)?(?:facebook\.com/tr|doubleclick\.net|scorecardresearch\.com|quantserve\.com"
    r"|google-analytics\.com|googletagmanager\.com)",
    re.IGNORECASE,
)
_DECORATION = re.compile(r"(?:^|[\s_-])(?:avatar|emoji|smiley|icon|gravatar|logo)(?:$|[\s_-])", re.IGNORECASE)
_IMAGE_LINK = re.compile(r"\.(?:jpe?g|png|gif|webp|avif|tiff?)(?:$|\?)", re.IGNORECASE)


def read_image(img: etree._Element, link: str = "") -> RawImage | None:
    """Read an `img`; None for placeholders, tracking pixels and decorations. *link* is where a click on it leads."""
    if _DECORATION.search(img.get("class", "")) or is_pixel(img):
        return None
    sources = _sources(img)
    if not sources:
        return None
    if _IMAGE_LINK.search(link):
        sources.insert(0, link)
    return RawImage(sources=list(dict.fromkeys(sources)), alt=img.get("alt", ""))


def is_pixel(img: etree._Element) -> bool:
    """Tell whether an element is too small to be seen, as tracking pixels are."""
    return any(img.get(side, "").strip().removesuffix("px") in ("0", "1", "2", "3") for side in ("width", "height"))


def _sources(img: etree._Element) -> list[str]:
    """Return the addresses of a picture, the widest first; those of `picture` and `noscript` around it count too."""
    own = _number(img.get("width", "")) or 1
    found: list[tuple[float, str]] = []
    around = next(img.iterancestors("picture"), None)  # not its parent: to libxml2 a source holds what follows it
    for element in (img, *(around.iter("source") if around is not None else ())):
        for name in _LAZY:
            address = element.get(name, "").strip()
            if address:
                found.append((max(own, _hint(address)), address))
        for name in _LAZY_SETS:
            found += [(width, address) for address, width in srcset(element.get(name, ""), own)]
    found = [(width, address) for width, address in found if not _PLACEHOLDER.search(address)]
    if not found:
        return [address for other in _noscript_copies(img) for address in _sources(other)]
    return [address for _, address in sorted(found, key=lambda item: -item[0])]


def srcset(value: str, own_width: float = 1) -> list[tuple[str, float]]:
    """Split a `srcset` (HTML, 4.8.4.2.1) into addresses and widths; an item without descriptor is no error."""
    items = []
    for address, number, unit in _SRCSET_ITEM.findall(value):
        size = _number(number)
        items.append((address, size if unit == "w" else max(_hint(address), own_width) * (size or 1)))
    return items


def _noscript_copies(img: etree._Element) -> list[etree._Element]:
    """Return the pictures of a `noscript` beside one whose address a script would fill in."""
    beside = (img.getnext(), img.getprevious())
    return [copy for other in beside if other is not None and other.tag == "noscript" for copy in other.iter("img")]


def _hint(address: str) -> float:
    match = _WIDTH.search(address)
    return _number(match[match.lastindex or 1]) if match else 0


def _number(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        return 0
