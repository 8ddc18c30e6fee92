"""An element of a page -> blocks, pictures and links as they stand there, in page order, in one walk over the tree.

Nothing is cleaned here (loaders.py does that) and nothing recurses: a page may be nested as deep as the parser allows.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any, ClassVar, Literal

from lxml import etree

from spacenews.items import BlockType, Role
from spacenews.selectors import Scope, split_group, text_of
from spacenews.site import Css

Mark = Literal["junk", "quote", "caption", "credit", "gallery", "lead", "embed"]


@dataclass(slots=True, eq=False)
class RawPicture:
    """A picture as the page shows it; `sources` are its addresses, the largest first."""

    sources: list[str]
    role: Role = "inline"
    alt: str = ""
    caption: str = ""
    credit: str = ""
    credit_url: str = ""


@dataclass(slots=True, eq=False)
class RawBlock:
    """A block as the page shows it; `outside` is its text without that of its links."""

    type: BlockType
    text: str = ""
    level: int | None = None
    items: list[str] = field(default_factory=list)
    rows: list[list[str]] = field(default_factory=list)
    picture: RawPicture | None = None
    url: str = ""
    links: list[tuple[str, str]] = field(default_factory=list)
    outside: str = ""


# --- what an element is -----------------------------------------------------------------------------------------

_SIMPLE = re.compile(r"([.#]?)([A-Za-z_][\w-]*)")
_WITHIN_CLASS = re.compile(r"\[class\*=[\"']?([\w-]+)[\"']?\]")
_COMMON_JUNK = re.compile(
    r"(?:^|\s)(?:[\w-]*newsletter[\w-]*|shar(?:e|ing)(?:-[\w-]+)?|social(?:-[\w-]+)?|sharedaddy|addtoany[\w-]*|addthis[\w-]*"
    r"|jp-relatedposts|related(?:-[\w-]+)?|recommended(?:-[\w-]+)?|read-more(?:-[\w-]+)?|taboola[\w-]*"
    r"|outbrain[\w-]*|OUTBRAIN"
    r"|ads?|ad[-_][\w-]+|adsbygoogle|advert[\w-]*|sponsored(?:-[\w-]+)?|promo(?:-[\w-]+)?"
    r"|subscri(?:be|ption)(?:-[\w-]+)?"
    r"|author-(?:box|bio|info|card)|post-tags|entry-tags|tags-links|breadcrumbs?|comments?(?:-[\w-]+)?|disqus_thread"
    r"|cookie-[\w-]+|mc_embed_signup|toc|table-of-contents|sr-only|screen-reader-text|visually-hidden)(?=\s|$)"
)
_MANY_PARAGRAPHS = etree.XPath("count(.//p[string-length(.) > 80]) > 2")


class Marks:
    """What selectors say an element is; where two kinds meet, the later one counts.

    A lone class, id or tag is looked up during the walk; only what is more than that costs an XPath on each page.
    """

    def __init__(self, selectors: Sequence[tuple[Mark, Css]]) -> None:
        self._names: dict[str, dict[str, Mark]] = {"": {}, ".": {}, "#": {}}
        self._parts: list[tuple[str, Mark]] = []
        self._others: list[tuple[Mark, str]] = []
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

    def found(self, container: etree._Element) -> dict[etree._Element, Mark]:
        """Find what needs more than a look at the element itself."""
        scope = Scope(container)
        return {element: kind for kind, css in self._others for element in scope.select(css)}

    def kind(self, element: etree._Element) -> Mark | None:
        """Tell what an element is by its own tag, id and classes."""
        kind, is_common = self._told(str(element.tag), element.get("class"), element.get("id"))
        return None if is_common and _MANY_PARAGRAPHS(element) else kind

    def _by_names(self, tag: str, classes: str | None, identity: str | None) -> tuple[Mark | None, bool]:
        """Tell what names say, and whether they only say it of every site."""
        names = (classes or "").split()
        kinds = [self._names[""].get(tag), self._names["#"].get(identity or "")]
        kinds += [self._names["."].get(name) for name in names]
        kinds += [kind for part, kind in self._parts if part in (classes or "")]
        if known := [kind for kind in kinds if kind]:
            return max(known, key=self._rank.__getitem__), False
        is_junk = bool(_COMMON_JUNK.search(" ".join((*names, identity or ""))))
        return ("junk" if is_junk else None), is_junk


# --- pictures ---------------------------------------------------------------------------------------------------

_SRCSET_ITEM = re.compile(r"([^\s,]\S*[^\s,])(?:\s+([\d.]+)([wx]))?\s*(?:,|$)")
_LAZY = ("data-dt-lazy-src", "data-lazy-src", "data-src", "data-original", "data-orig-file", "data-original-mos", "src")
_LAZY_SETS = ("data-dt-lazy-srcset", "data-lazy-srcset", "data-srcset", "srcset")
_WIDTH = re.compile(r"[?&](?:w|width|resize|fit)=(\d{2,5})|-(\d{2,5})x\d{2,5}\.\w+$|-(\d{3,4})-\d{2}\.\w+$")
_NO_PICTURE = re.compile(
    r"^(?!https?:|/|\w[^:]*$)|^/$"
    r"|/(?:missing-image|placeholder|spacer|blank|transparent|loading|lazy(?:load)?|1x1|pixel)"
    r"(?:[-_]?\d+(?:x\d+)?)?\.(?:gif|png|svg|webp|jpe?g)(?:$|\?)"
    r"|^https?://(?:[\w.]*\.)?(?:facebook\.com/tr|doubleclick\.net|scorecardresearch\.com|quantserve\.com"
    r"|google-analytics\.com|googletagmanager\.com)",
    re.IGNORECASE,
)
_NO_ARTICLE_PICTURE = re.compile(r"(?:^|[\s_-])(?:avatar|emoji|smiley|icon|gravatar|logo)(?:$|[\s_-])", re.IGNORECASE)
_PICTURE_LINK = re.compile(r"\.(?:jpe?g|png|gif|webp|avif|tiff?)(?:$|\?)", re.IGNORECASE)


def read_picture(img: etree._Element, link: str = "") -> RawPicture | None:
    """Read an `img`; None for placeholders, tracking pixels and decorations. *link* is where a click on it leads."""
    if _NO_ARTICLE_PICTURE.search(img.get("class", "")) or _is_pixel(img):
        return None
    sources = _sources(img)
    if not sources:
        return None
    if _PICTURE_LINK.search(link):
        sources.insert(0, link)
    return RawPicture(sources=list(dict.fromkeys(sources)), alt=img.get("alt", ""))


def _is_pixel(img: etree._Element) -> bool:
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
    found = [(width, address) for width, address in found if not _NO_PICTURE.search(address)]
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


# --- embeds -----------------------------------------------------------------------------------------------------

_POST_CLASS = re.compile(
    r"\b(?:twitter-(?:tweet|video)|instagram-media|tiktok-embed|bluesky-embed|reddit-embed(?:-bq)?|reddit-card"
    r"|mastodon-embed|fb-(?:post|video)|text-post-media|imgur-embed-pub|flickr-embed)\b"
)
_POST_LINK = re.compile(r"^https?://(?:\w+\.)?(?:twitter|x)\.com/\w+/status(?:es)?/\d+", re.IGNORECASE)
_EMBED_ATTRIBUTES = (
    "data-instgrm-permalink", "data-text-post-permalink", "data-url", "data-embed-url", "data-lazy-src", "data-src",
    "data-href", "cite", "src", "href",
)  # fmt: skip
_ADVERT_FRAME = re.compile(r"doubleclick|googlesyndication|googletagmanager|amazon-adsystem|/ads?[/.]", re.IGNORECASE)
_LONE_ADDRESS = re.compile(r"\s*(https?://\S+)\s*")


def embed_address(element: etree._Element) -> str:
    """Return where an embed comes from: an attribute that says so on it or below, else its last link."""
    for inner in element.iter("div", "iframe", "blockquote", "video", "audio", "source", "embed", "object", "figure"):
        for name in _EMBED_ATTRIBUTES:
            address = inner.get(name, "").strip()
            if address.startswith(("http://", "https://", "//")) and not _ADVERT_FRAME.search(address):
                return address
    links = [str(link.get("href")) for link in element.iter("a") if link.get("href", "").startswith("http")]
    posts = [link for link in links if _POST_LINK.match(link)]
    return (posts or links or [""])[-1]


def _is_post(quote: etree._Element) -> bool:
    """Tell whether a blockquote is a social media post: by its class, or by the link under its date."""
    if _POST_CLASS.search(quote.get("class", "")):
        return True
    links = [link.get("href", "") for link in quote.iter("a")]
    return bool(links and _POST_LINK.match(links[-1]))


# --- the walk ---------------------------------------------------------------------------------------------------

_SKIPPED_TAGS = "script style template noscript form button input select textarea svg math nav dialog map canvas head"
_SKIPPED = frozenset(_SKIPPED_TAGS.split())
_HAS_BLOCKS = etree.XPath("boolean(.//h2|.//h3|.//h4|.//figure|.//blockquote|.//table|.//img|.//iframe|.//pre)")
_IS_DATA = etree.XPath(
    "not(.//table|.//figure|.//img|.//h2|.//h3|.//blockquote|.//iframe)"
    " and (boolean(.//th) or count(.//tr[count(td) > 1]) > 1)"
)


_BLOCK_TAGS = (
    "p div section article aside header footer main center address details summary dl dt dd hr tr td th tbody"
    " figcaption fieldset"
)
_BLOCKS = _BLOCK_TAGS.split()


@dataclass(slots=True)
class _Figure:
    """What is known of a figure while the walk is in it."""

    first: int  # index of its first picture
    caption: str = ""
    credit: str = ""
    credit_url: str = ""


Start = Callable[[Any, Any], bool | None]  # a method of Reader, given an element


class Reader:
    """The state of one walk; `blocks` and `pictures` are its result."""

    def __init__(self, marks: Marks, leads: Sequence[etree._Element] = ()) -> None:
        self.blocks: list[RawBlock] = []
        self.pictures: list[RawPicture] = []
        self._marks = marks
        self._leads: dict[etree._Element, Mark] = dict.fromkeys(leads, "lead")
        self.has_lead = bool(leads)
        self.pictureless = ("", "", "")  # caption, credit and its link of a lead without a picture
        self._texts: list[list[str]] = [[]]  # the text being read; captions and credits lie upon the body's
        self._links: list[tuple[str, str]] = []
        self._after: list[RawBlock] = []  # pictures and embeds that stand within a paragraph
        self._figures: list[_Figure] = []
        self._open: list[tuple[etree._Element, Mark]] = []
        self._list: RawBlock | None = None
        self._lists = 0
        self._quotes = 0
        self._level: int | None = None
        self._href = ""
        self._linked: tuple[list[str], int] = ([], 0)

    def read(self, container: etree._Element) -> None:
        """Walk over *container* and add what stands in it."""
        walk = etree.iterwalk(container, events=("start", "end", "comment", "pi"))
        skipped = None
        found = {**self._marks.found(container), **self._leads}
        kind_of, starts, ends, texts = self._marks.kind, self._starts, self._ends, self._texts
        for event, element in walk:
            tag = str(element.tag)
            if event == "start":
                kind = (found.get(element) if found else None) or (
                    kind_of(element) if element is not container else None
                )
                if tag in _SKIPPED or kind == "junk" or not self._enter(element, kind, starts.get(tag)):
                    skipped = element
                    walk.skip_subtree()
                elif element.text:
                    texts[-1].append(element.text)
                continue
            if event == "end":
                if element is skipped:
                    skipped = None
                elif tag in ends:
                    ends[tag](self, element)
                if self._open and self._open[-1][0] is element:
                    self._leave(self._open.pop()[1])
            if element.tail and element is not container:
                texts[-1].append(element.tail)
        self._flush()

    def _enter(self, element: etree._Element, kind: Mark | None, start: Start | None) -> bool:
        """Begin an element; False when what is below it is not to be read."""
        if kind == "embed":
            self._break()
            return self._embed(embed_address(element))
        if kind is not None:
            self._mark(element, kind)
        return start(self, element) is not False if start else True

    def _mark(self, element: etree._Element, kind: Mark) -> None:
        capturing = kind in self._kinds()
        if kind in ("caption", "credit"):
            if capturing:
                return
            if len(self._texts) == 1:
                self._flush()
            self._texts.append([])
        elif kind == "lead":
            self._flush()
            self._figures.append(_Figure(len(self.pictures)))
        elif kind == "quote":
            self._flush()
            self._quotes += 1
        self._open.append((element, kind))

    def _leave(self, kind: Mark) -> None:
        if kind in ("caption", "credit"):
            self._describe(kind, "".join(self._texts.pop()))
        elif kind == "lead":
            self._flush()
            self._close_figure(is_lead=True)
        elif kind == "quote":
            self._flush()
            self._quotes -= 1

    def _describe(self, kind: Mark, text: str) -> None:
        """Give a caption or a credit to the figure around it, else to the picture before it."""
        if self._figures:
            target: _Figure | RawPicture = self._figures[-1]
        elif self.pictures:
            target = self.pictures[-1]
        else:
            return
        if not getattr(target, kind):
            setattr(target, kind, text)

    def _kinds(self) -> list[Mark]:
        return [kind for _, kind in self._open]

    # What begins

    def _block(self, _element: etree._Element) -> None:
        self._break()

    def _heading(self, element: etree._Element) -> None:
        self._break()
        if self._list is None and len(self._texts) == 1:
            self._level = int(str(element.tag)[1])

    def _line(self, _element: etree._Element) -> None:
        self._texts[-1].append("\n")

    def _list_start(self, element: etree._Element) -> None:
        self._break()
        if self._list is not None:
            self._item()
            self._lists += 1
        elif len(self._texts) == 1 and not self._quotes and not _HAS_BLOCKS(element):
            self._list = RawBlock("list")
            self._lists = 1

    def _item_start(self, _element: etree._Element) -> None:
        if self._list is None:
            self._break()
        else:
            self._item()

    def _quote_start(self, element: etree._Element) -> bool:
        self._break()
        if _is_post(element):
            return self._embed(embed_address(element))
        self._quotes += 1
        return True

    def _figure_start(self, _element: etree._Element) -> None:
        self._break()
        self._figures.append(_Figure(len(self.pictures)))

    def _table_start(self, element: etree._Element) -> bool:
        self._break()
        if not _IS_DATA(element):
            return True
        rows = [[text_of(cell) for cell in row.iterchildren("td", "th")] for row in element.iter("tr")]
        links = [(link.get("href", ""), text_of(link)) for link in element.iter("a")]
        self._add(RawBlock("table", rows=rows, links=links))
        return False

    def _code_start(self, element: etree._Element) -> bool:
        self._break()
        self._add(RawBlock("code", text=text_of(element)))
        return False

    def _link_start(self, element: etree._Element) -> None:
        self._href = element.get("href", "")
        text = self._texts[-1]
        self._linked = (text, len(text))
        figure = self._figures[-1] if self._figures else None
        if self._open and self._open[-1][1] == "credit" and self._href:
            target = figure or (self.pictures[-1] if self.pictures else None)
            if target is not None:
                target.credit_url = target.credit_url or self._href

    def _picture_start(self, element: etree._Element) -> None:
        picture = read_picture(element, self._href)
        kinds = self._kinds()
        if picture is None or "caption" in kinds or "credit" in kinds:
            return
        picture.role = "lead" if "lead" in kinds else "gallery" if "gallery" in kinds else "inline"
        self.pictures.append(picture)
        self._add(RawBlock("image", picture=picture))

    def _frame_start(self, element: etree._Element) -> bool:
        if _is_pixel(element):
            return False
        return self._embed(embed_address(element))

    # What ends

    def _heading_end(self, _element: etree._Element) -> None:
        self._break()
        self._level = None

    def _list_end(self, _element: etree._Element) -> None:
        self._break()
        if self._list is None:
            return
        self._item()
        self._lists -= 1
        if not self._lists:
            block, self._list = self._list, None
            if block.items:
                self.blocks.append(block)
            self._flush()

    def _quote_end(self, _element: etree._Element) -> None:
        self._break()
        self._quotes -= 1

    def _figure_end(self, _element: etree._Element) -> None:
        self._break()
        self._close_figure()

    def _link_end(self, _element: etree._Element) -> None:
        text, start = self._linked
        if self._href and text is self._texts[0]:
            self._links.append((self._href, "".join(text[start:])))
        self._href = ""

    # What is added

    def _embed(self, address: str) -> bool:
        """Add an embed and tell the walk not to read below it."""
        if address and len(self._texts) == 1:
            self._add(RawBlock("embed", url=address))
        return False

    def _add(self, block: RawBlock) -> None:
        within = self._list is not None or any(not text.isspace() for text in self._texts[0])
        (self._after if within else self.blocks).append(block)

    def _close_figure(self, *, is_lead: bool = False) -> None:
        """Give the figure's caption and credit to those of its pictures that have none of their own."""
        figure = self._figures.pop()
        if is_lead or "lead" in self._kinds():
            found = (figure.caption, figure.credit, figure.credit_url)
            self.pictureless = found if any(found) else self.pictureless
        for picture in self.pictures[figure.first :]:
            picture.caption = picture.caption or figure.caption
            if not picture.credit:
                picture.credit, picture.credit_url = figure.credit, figure.credit_url

    def _break(self) -> None:
        """End the current line: within a list item or a caption it is white space, elsewhere the end of a block."""
        if self._list is not None or len(self._texts) > 1:
            self._texts[-1].append("\n")
        elif self._texts[0] or self._after:
            self._flush()

    def _item(self) -> None:
        text, outside = self._take()
        if self._list is not None and text.strip():
            self._list.items.append(text)
            self._list.links += self._links
            self._list.outside += outside
        self._links = []

    def _flush(self) -> None:
        """End the current block."""
        text, outside = self._take()
        if text and not text.isspace():
            if address := None if self._links else _LONE_ADDRESS.fullmatch(text):
                self.blocks.append(RawBlock("embed", url=address[1]))
            else:
                kind: BlockType = "heading" if self._level else "quote" if self._quotes else "paragraph"
                self.blocks.append(RawBlock(kind, text, self._level, links=self._links, outside=outside))
        self._links = []
        if self._after:
            self.blocks += self._after
            self._after = []

    def _take(self) -> tuple[str, str]:
        """Take the text read so far, and what of it is no link."""
        parts = self._texts[0]
        text = "".join(parts)
        self._texts[0].clear()
        self._linked = ([], 0)
        if not self._links:
            return text, text
        outside = text
        for _, linked in self._links:
            outside = outside.replace(linked, "", 1) if linked else outside
        return text, outside

    _starts: ClassVar[dict[str, Start]] = {
        **dict.fromkeys(_BLOCKS, _block),
        **dict.fromkeys(("h1", "h2", "h3", "h4", "h5", "h6"), _heading),
        **dict.fromkeys(("ul", "ol"), _list_start),
        **dict.fromkeys(("img", "amp-img"), _picture_start),
        **dict.fromkeys(("iframe", "video", "audio", "object", "embed", "amp-iframe"), _frame_start),
        "li": _item_start,
        "br": _line,
        "blockquote": _quote_start,
        "figure": _figure_start,
        "table": _table_start,
        "pre": _code_start,
        "a": _link_start,
    }
    _ends: ClassVar[dict[str, Callable[[Any, etree._Element], None]]] = {
        **dict.fromkeys(_BLOCKS, _block),
        **dict.fromkeys(("h1", "h2", "h3", "h4", "h5", "h6"), _heading_end),
        **dict.fromkeys(("ul", "ol"), _list_end),
        "blockquote": _quote_end,
        "figure": _figure_end,
        "a": _link_end,
    }
