"""An element of a page -> blocks, images and links as they stand there, in page order, in one walk over the tree.

Nothing is cleaned here (loaders.py does that) and nothing recurses: a page may be nested as deep as the parser allows.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, ClassVar

from lxml import etree

from spacenews.extraction.captions import LINE, SMALL_PRINT
from spacenews.extraction.elements import ElementClassifier, ElementRole
from spacenews.extraction.embeds import embed_url, is_social_post
from spacenews.extraction.images import RawImage, is_pixel, noscript_images, read_image
from spacenews.extraction.selectors import text_of
from spacenews.items import BlockType


@dataclass(slots=True, eq=False)
class RawBlock:
    """A block as the page shows it; `outside` is its text without that of its links."""

    type: BlockType
    text: str = ""
    level: int | None = None
    items: list[str] = field(default_factory=list)
    rows: list[list[str]] = field(default_factory=list)
    picture: RawImage | None = None
    url: str = ""
    links: list[tuple[str, str]] = field(default_factory=list)
    outside: str = ""


_LONE_ADDRESS = re.compile(r"\s*(https?://\S+)\s*")


# --- the walk ---------------------------------------------------------------------------------------------------

_SKIPPED_TAGS = "script style template form button input select textarea svg math nav dialog map canvas head"
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
    without_scripts: list[RawImage] = field(default_factory=list)  # what `noscript` elements in it show


Start = Callable[[Any, Any], bool | None]  # a method of Reader, given an element


class BlockExtractor:
    """The state of one walk; `blocks` and `pictures` are its result."""

    def __init__(self, marks: ElementClassifier, leads: Sequence[etree._Element] = ()) -> None:
        self.blocks: list[RawBlock] = []
        self.pictures: list[RawImage] = []
        self._marks = marks
        self._leads: dict[etree._Element, ElementRole] = dict.fromkeys(leads, "lead")
        self.has_lead = bool(leads)
        self.pictureless = ("", "", "")  # caption, credit and its link of a lead without a picture
        self._texts: list[list[str]] = [[]]  # the text being read; captions and credits lie upon the body's
        self._links: list[tuple[str, str]] = []
        self._after: list[RawBlock] = []  # pictures and embeds that stand within a paragraph
        self._figures: list[_Figure] = []
        self._open: list[tuple[etree._Element, ElementRole]] = []
        self._list: RawBlock | None = None
        self._lists = 0
        self._quotes = 0
        self._level: int | None = None
        self._href = ""
        self._sources: list[etree._Element] = []  # of the `picture` that the walk is in
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

    def _enter(self, element: etree._Element, kind: ElementRole | None, start: Start | None) -> bool:
        """Begin an element; False when what is below it is not to be read."""
        if kind == "embed":
            self._break()
            return self._embed(embed_url(element))
        if kind is not None:
            self._mark(element, kind)
        return start(self, element) is not False if start else True

    def _mark(self, element: etree._Element, kind: ElementRole) -> None:
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

    def _leave(self, kind: ElementRole) -> None:
        if kind in ("caption", "credit"):
            self._describe(kind, "".join(self._texts.pop()))
        elif kind == "lead":
            self._flush()
            self._close_figure(is_lead=True)
        elif kind == "quote":
            self._flush()
            self._quotes -= 1

    def _describe(self, kind: ElementRole, text: str) -> None:
        """Give a caption or a credit to the figure around it, else to the picture before it."""
        if self._figures:
            target: _Figure | RawImage = self._figures[-1]
        elif self.pictures:
            target = self.pictures[-1]
        else:
            return
        if not getattr(target, kind):
            setattr(target, kind, text)

    def _kinds(self) -> list[ElementRole]:
        return [kind for _, kind in self._open]

    # What begins

    def _block(self, _element: etree._Element) -> None:
        self._break()

    def _heading(self, element: etree._Element) -> None:
        self._break()
        if self._list is None and len(self._texts) == 1:
            self._level = int(str(element.tag)[1])

    def _line(self, _element: etree._Element) -> None:
        self._texts[-1].append("\n" if len(self._texts) == 1 else "\x1e")

    def _inline(self, element: etree._Element) -> None:
        """Mark in a caption where another element begins, which may be its credit."""
        if len(self._texts) > 1 and self._open[-1][1] == "caption" and self._open[-1][0] is not element:
            self._texts[-1].append(SMALL_PRINT if element.tag in ("small", "cite") else LINE)

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
        if is_social_post(element):
            return self._embed(embed_url(element))
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

    def _picture_start(self, _element: etree._Element) -> None:
        self._sources = []

    def _source_start(self, element: etree._Element) -> None:
        self._sources.append(element)

    def _image_start(self, element: etree._Element) -> None:
        picture = read_image(element, self._href, self._sources)
        self._sources = []
        if picture is not None:
            self._add_picture(picture)

    def _noscript_start(self, element: etree._Element) -> bool:
        """Take a picture for readers without scripts where it stands for none that the page shows as well."""
        pictures = [picture for img in noscript_images(element) if (picture := read_image(img, self._href))]
        if pictures and self._figures:
            self._figures[-1].without_scripts += pictures
        elif pictures and not _has_picture_beside(element):
            for picture in pictures:
                self._add_picture(picture)
        return False

    def _frame_start(self, element: etree._Element) -> bool:
        if is_pixel(element):
            return False
        return self._embed(embed_url(element))

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

    def _add_picture(self, picture: RawImage) -> None:
        kinds = self._kinds()
        if "caption" in kinds or "credit" in kinds:
            return
        picture.role = "lead" if "lead" in kinds else "gallery" if "gallery" in kinds else "inline"
        self.pictures.append(picture)
        self._add(RawBlock("image", picture=picture))

    def _add(self, block: RawBlock) -> None:
        within = self._list is not None or any(not text.isspace() for text in self._texts[0])
        (self._after if within else self.blocks).append(block)

    def _close_figure(self, *, is_lead: bool = False) -> None:
        """Give the figure's caption and credit to those of its pictures that have none of their own."""
        figure = self._figures.pop()
        if len(self.pictures) == figure.first:
            for picture in figure.without_scripts:
                self._add_picture(picture)
        if is_lead or "lead" in self._kinds():
            found = (figure.caption, figure.credit, figure.credit_url)
            self.pictureless = found if any(found) else self.pictureless
        for picture in self.pictures[figure.first :]:
            picture.caption = picture.caption or figure.caption
            if not picture.credit:
                picture.credit, picture.credit_url = figure.credit, figure.credit_url

    def _break(self) -> None:
        """End the current line: within a list item or a caption it is white space, elsewhere the end of a block."""
        if len(self._texts) > 1:
            self._texts[-1].append("\x1e")
        elif self._list is not None:
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
        **dict.fromkeys(("img", "amp-img"), _image_start),
        "picture": _picture_start,
        "source": _source_start,
        "noscript": _noscript_start,
        **dict.fromkeys(("iframe", "video", "audio", "object", "embed", "amp-iframe"), _frame_start),
        **dict.fromkeys(("small", "cite", "em", "i", "b", "strong", "span", "sup"), _inline),
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
        "picture": _picture_start,
        "a": _link_end,
    }


def _has_picture_beside(noscript: etree._Element) -> bool:
    """Tell whether an element next to a `noscript`, or the one around it, is or holds nothing but a picture."""
    around = noscript.getparent()
    if around is not None and around.tag in ("picture", "amp-img"):
        return True
    for beside in (noscript.getprevious(), noscript.getnext()):
        if beside is not None and not any(text.strip() for text in beside.itertext(etree.Element)):
            first = next(beside.iter("img", "amp-img"), None)
            if first is not None and read_image(first) is not None:
                return True
    return False
