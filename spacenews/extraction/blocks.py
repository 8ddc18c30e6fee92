"""The element with an article's text -> raw blocks, images and links, in page order, in one walk over the tree.

Nothing is cleaned here (loaders.py does that), and nothing is recursive: pages may be nested as deep as parsers allow.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field
from itertools import islice
from typing import Any, ClassVar

from lxml import etree

from spacenews.extraction.captions import LINE, SMALL_PRINT
from spacenews.extraction.elements import ElementClassifier, ElementRole
from spacenews.extraction.embeds import embed_url, ends_with_post_link, has_post_class
from spacenews.extraction.images import RawImage, is_pixel, noscript_images, read_image
from spacenews.extraction.selectors import text_of
from spacenews.extraction.subtree import Subtree, is_card
from spacenews.extraction.visibility import is_hidden, is_openable, is_opener_button, marked_elements, seen_text
from spacenews.items import BlockType


@dataclass(slots=True, eq=False)
class RawBlock:
    """A block as it stands in the page; `outside` is its text without the text of its links."""

    type: BlockType
    text: str = ""
    level: int | None = None
    items: list[str] = field(default_factory=list)
    rows: list[list[str]] = field(default_factory=list)
    picture: RawImage | None = None
    url: str = ""
    links: list[tuple[str, str]] = field(default_factory=list)
    outside: str = ""
    for_device: bool = False  # is shown on some kinds of devices only


_LONE_ADDRESS = re.compile(r"https?://\S+")


_SKIPPED_TAGS = "script style template input select textarea svg math dialog map canvas head"
_SKIPPED = frozenset(_SKIPPED_TAGS.split())
_HAS_ROWS = etree.XPath("boolean(.//th) or count(.//tr[count(td) > 1]) > 1")
_LINE_END = "\x0b"  # of a `br`: no text node is the same object
MAX_AROUND_PICTURE = 20  # elements that lie around a picture alone
MAX_IN_FIGURE = 500  # images that get the caption of their figure
_BUTTON_LEVEL = 3  # of a heading that is marked up as a button

_BLOCK_TAGS = (
    "p div section article aside header footer main center address details summary dl dt dd hr tr td th tbody"
    " figcaption fieldset"
)
_BLOCKS = _BLOCK_TAGS.split()
_HEADINGS = ("h1", "h2", "h3", "h4", "h5", "h6")


@dataclass(slots=True)
class _Figure:
    """A figure that the walk is in."""

    first: int  # index of its first image
    caption: str = ""
    credit: str = ""
    credit_url: str = ""
    without_scripts: list[RawImage] = field(default_factory=list)  # images of the `noscript` elements in it


Start = Callable[[Any, Any], bool | None]  # a method of BlockExtractor that takes an element


class BlockExtractor:
    """One walk over the tree; its results are `blocks` and `pictures`."""

    def __init__(
        self, classifier: ElementClassifier, leads: Sequence[etree._Element] = (), *, with_hidden: bool = False
    ) -> None:
        self.blocks: list[RawBlock] = []
        self.pictures: list[RawImage] = []
        self._classifier = classifier
        self._leads: dict[etree._Element, ElementRole] = dict.fromkeys(leads, "lead")
        self.has_lead = bool(leads)
        self.has_hidden = False  # whether something was left out because it is hidden
        self._with_hidden = with_hidden
        self.pictureless = ("", "", "")  # caption, credit and credit link of a lead without an image
        self._texts: list[list[str]] = [[]]  # a stack: the text of the body, on it that of a caption or credit
        self._links: list[tuple[str, str]] = []
        self._after: list[RawBlock] = []  # images and embeds within the current paragraph
        self._figures: list[_Figure] = []
        self._open: list[tuple[etree._Element, ElementRole]] = []
        self._within: defaultdict[ElementRole, int] = defaultdict(int)  # how many of each role are open
        self._list: RawBlock | None = None
        self._lists = 0
        self._quotes = 0
        self._level: int | None = None
        self._opener: etree._Element | None = None  # a button that is read as a heading
        self._href = ""
        self._sources: list[etree._Element] = []  # of the `picture` that the walk is in
        self._linked: tuple[list[str], int] = ([], 0)

    @property
    def has_text(self) -> bool:
        """Whether any text other than headings was found."""
        return any(block.type in ("paragraph", "list", "quote") for block in self.blocks)

    def read(self, container: etree._Element, other_stories: Collection[etree._Element] = ()) -> None:
        """Walk over *container* and collect what is in it, except *other_stories*."""
        walk = etree.iterwalk(container, events=("start", "end", "comment", "pi"))
        skipped = None
        self._subtree = Subtree(container)
        self._marked = marked_elements(container)
        found: dict[etree._Element, ElementRole] = {**self._classifier.found(container), **self._leads}
        found.update(dict.fromkeys(other_stories, "excluded"))
        role_of, starts, ends, texts = self._classifier.role, self._starts, self._ends, self._texts
        marked = self._marked
        for event, element in walk:
            tag = str(element.tag)
            if event == "start":
                role = found.get(element) or (role_of(element) if element is not container else None)
                if (
                    tag in _SKIPPED
                    or ((role or element in marked) and self._is_left_out(element, role))
                    or not self._enter(element, role, starts.get(tag))
                ):
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

    def _is_left_out(self, element: etree._Element, role: ElementRole | None) -> bool:
        """Tell whether an element is not part of the text: by the site file, by its names, or because it is hidden."""
        if role == "excluded":
            return True
        if role == "box":
            return element not in self._subtree.with_many_paragraphs
        if role == "wordless_box":
            return element not in self._subtree.with_prose
        if self._with_hidden or role in ("lead", "gallery") or element.tag in ("img", "amp-img"):
            return False
        if role != "hidden" and not (element in self._marked and is_hidden(element, self._pictured(element))):
            return False
        if is_openable(element):
            return False
        self.has_hidden = True
        return True

    def _pictured(self, element: etree._Element) -> Collection[etree._Element]:
        return self._subtree.with_pictures if element.get("aria-hidden") else ()

    def _enter(self, element: etree._Element, role: ElementRole | None, start: Start | None) -> bool:
        """Enter an element; returns False if the walk is to skip what is in it."""
        if role == "embed":
            self._break()
            return self._embed(embed_url(element))
        if role is not None and not (role in ("caption", "credit") and self._describes_nothing(element)):
            self._mark(element, role)
        return start(self, element) is not False if start else True

    def _describes_nothing(self, element: etree._Element) -> bool:
        """Tell whether what is named like a caption is none: it is around an image, or there is no image before it."""
        return element in self._subtree.with_pictures or not (self._figures or self.pictures)

    def _mark(self, element: etree._Element, role: ElementRole) -> None:
        if role in ("caption", "credit"):
            if self._within[role]:
                return
            if len(self._texts) == 1:
                self._flush()
            self._texts.append([])
        elif role == "lead":
            self._flush()
            self._figures.append(_Figure(len(self.pictures)))
        elif role == "quote":
            self._flush()
            self._quotes += 1
        self._open.append((element, role))
        self._within[role] += 1

    def _leave(self, role: ElementRole) -> None:
        self._within[role] -= 1
        if role in ("caption", "credit"):
            self._describe(role, "".join(self._texts.pop()))
        elif role == "lead":
            self._flush()
            self._close_figure(is_lead=True)
        elif role == "quote":
            self._flush()
            self._quotes -= 1

    def _describe(self, role: ElementRole, text: str) -> None:
        """Assign a caption or credit to the figure around it, else to the image before it."""
        if self._figures:
            target: _Figure | RawImage = self._figures[-1]
        elif self.pictures:
            target = self.pictures[-1]
        else:
            return
        if not getattr(target, role):
            setattr(target, role, text)

    # What begins

    def _block(self, _element: etree._Element) -> None:
        self._break()

    def _heading(self, element: etree._Element) -> None:
        self._heading_at(int(str(element.tag)[1]))

    def _heading_at(self, level: int) -> None:
        self._break()
        if self._list is None and len(self._texts) == 1:
            self._level = level

    def _line(self, _element: etree._Element) -> None:
        """End a line; an empty line ends the paragraph."""
        if len(self._texts) > 1:
            self._texts[-1].append("\x1e")
        elif self._list is None and self._level is None and self._is_empty_line():
            self._flush()
        else:
            self._texts[0].append(_LINE_END)

    def _is_empty_line(self) -> bool:
        for text in reversed(self._texts[0]):
            if text is _LINE_END:
                return True
            if not text.isspace():
                return False
        return False

    def _inline(self, element: etree._Element) -> None:
        """Mark where another element begins in a caption: it may be the credit."""
        if len(self._texts) > 1 and self._open[-1][1] == "caption" and self._open[-1][0] is not element:
            self._texts[-1].append(SMALL_PRINT if element.tag in ("small", "cite") else LINE)

    def _list_start(self, element: etree._Element) -> None:
        self._break()
        if self._list is not None:
            self._item()
            self._lists += 1
        elif len(self._texts) == 1 and not self._quotes and element not in self._subtree.with_blocks:
            self._list = RawBlock("list")
            self._lists = 1

    def _item_start(self, _element: etree._Element) -> None:
        if self._list is None:
            self._break()
        else:
            self._item()

    def _quote_start(self, element: etree._Element) -> bool:
        self._break()
        if has_post_class(element) or (not self._quotes and ends_with_post_link(element)):
            return self._embed(embed_url(element))
        self._quotes += 1
        return True

    def _figure_start(self, _element: etree._Element) -> None:
        self._break()
        self._figures.append(_Figure(len(self.pictures)))

    def _table_start(self, element: etree._Element) -> bool:
        self._break()
        if element in self._subtree.with_more_than_data or not _HAS_ROWS(element):
            return True
        rows = [
            [seen_text(cell) for cell in row.iterchildren("td", "th") if not is_hidden(cell)]
            for row in element.iter("tr")
            if not is_hidden(row)
        ]
        links = [(link.get("href", ""), text_of(link)) for link in element.iter("a")]
        self._add(RawBlock("table", rows=rows, links=links))
        return False

    def _code_start(self, element: etree._Element) -> bool:
        self._break()
        self._add(RawBlock("code", text=text_of(element)))
        return False

    def _button_start(self, element: etree._Element) -> bool:
        """Read a button that is in a heading or is used as one; skip all others."""
        if self._level is not None:
            return True
        if not is_opener_button(element):
            return self._box_start(element)
        self._heading_at(_BUTTON_LEVEL)
        self._opener = element
        return True

    def _box_start(self, element: etree._Element) -> bool:
        """Skip a form, menu or button unless the parser has nested the story in it."""
        self._break()
        return element in self._subtree.with_many_paragraphs

    def _link_start(self, element: etree._Element) -> bool:
        if is_card(element):
            self._break()
            return False
        self._href = element.get("href", "")
        text = self._texts[-1]
        self._linked = (text, len(text))
        figure = self._figures[-1] if self._figures else None
        if self._open and self._open[-1][1] == "credit" and self._href:
            target = figure or (self.pictures[-1] if self.pictures else None)
            if target is not None:
                target.credit_url = target.credit_url or self._href
        return True

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
        """Take the image for readers without scripts, unless it repeats one that the page shows anyway."""
        pictures = [found for img in noscript_images(element) if (found := read_image(img, self._href, self._sources))]
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

    def _button_end(self, element: etree._Element) -> None:
        if element is self._opener:
            self._heading_end(element)

    def _list_end(self, _element: etree._Element) -> None:
        self._break()
        if self._list is None:
            return
        self._item()
        self._lists -= 1
        if not self._lists:
            block, self._list = self._list, None
            if block.items:
                block.for_device = bool(self._within["device"])
                self.blocks.append(block)
            self._flush()

    def _quote_end(self, _element: etree._Element) -> None:
        self._break()
        self._quotes -= 1

    def _figure_end(self, _element: etree._Element) -> None:
        self._break()
        self._close_figure()

    def _link_end(self, _element: etree._Element) -> None:
        self._note_link()
        self._href = ""

    def _note_link(self) -> None:
        """Note what the open link holds of the current block: one around a heading holds a whole block."""
        text, start = self._linked
        if self._href and text is self._texts[0] and (linked := "".join(text[start:])).strip():
            self._links.append((self._href, linked))

    # What is added

    def _embed(self, address: str) -> bool:
        """Add an embed; returns False, because nothing in it is read."""
        if address and len(self._texts) == 1:
            self._add(RawBlock("embed", url=address))
        return False

    def _add_picture(self, picture: RawImage) -> None:
        if self._within["caption"] or self._within["credit"]:
            return
        picture.role = "lead" if self._within["lead"] else "gallery" if self._within["gallery"] else "inline"
        self.pictures.append(picture)
        self._add(RawBlock("image", picture=picture))

    def _add(self, block: RawBlock) -> None:
        within = self._list is not None or any(not text.isspace() for text in self._texts[0])
        block.for_device = bool(self._within["device"])
        (self._after if within else self.blocks).append(block)

    def _close_figure(self, *, is_lead: bool = False) -> None:
        """Give the figure's caption and credit to those of its images that have none of their own."""
        figure = self._figures.pop()
        if len(self.pictures) == figure.first:
            for picture in figure.without_scripts:
                self._add_picture(picture)
        if is_lead or self._within["lead"]:
            found = (figure.caption, figure.credit, figure.credit_url)
            self.pictureless = found if any(found) else self.pictureless
        for picture in self.pictures[max(figure.first, len(self.pictures) - MAX_IN_FIGURE) :]:
            picture.caption = picture.caption or figure.caption
            if not picture.credit:
                picture.credit, picture.credit_url = figure.credit, figure.credit_url

    def _break(self) -> None:
        """End the current line: white space in a list item or caption, the end of a block elsewhere."""
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
            if not self._links and _LONE_ADDRESS.fullmatch(lone := text.strip()):
                self.blocks.append(RawBlock("embed", url=lone))
            else:
                kind: BlockType = "heading" if self._level else "quote" if self._quotes else "paragraph"
                is_for_device = bool(self._within["device"])
                block = RawBlock(kind, text, self._level, links=self._links, outside=outside, for_device=is_for_device)
                self.blocks.append(block)
        self._links = []
        if self._after:
            self.blocks += self._after
            self._after = []

    def _take(self) -> tuple[str, str]:
        """Return the text read so far, whole and without its links, and start over."""
        parts = self._texts[0]
        self._note_link()
        text = "".join(parts)
        self._texts[0].clear()
        self._linked = (self._texts[0], 0) if self._href else ([], 0)
        if not self._links:
            return text, text
        outside = text
        for _, linked in self._links:
            outside = outside.replace(linked, "", 1) if linked else outside
        return text, outside

    _starts: ClassVar[dict[str, Start]] = {
        **dict.fromkeys(_BLOCKS, _block),
        **dict.fromkeys(_HEADINGS, _heading),
        **dict.fromkeys(("ul", "ol"), _list_start),
        **dict.fromkeys(("img", "amp-img"), _image_start),
        "picture": _picture_start,
        "source": _source_start,
        "noscript": _noscript_start,
        **dict.fromkeys(("iframe", "video", "audio", "object", "embed", "amp-iframe"), _frame_start),
        **dict.fromkeys(("small", "cite", "em", "i", "b", "strong", "span", "sup"), _inline),
        **dict.fromkeys(("form", "nav"), _box_start),
        "button": _button_start,
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
        **dict.fromkeys(_HEADINGS, _heading_end),
        **dict.fromkeys(("ul", "ol"), _list_end),
        "blockquote": _quote_end,
        "figure": _figure_end,
        "picture": _picture_start,
        "button": _button_end,
        "a": _link_end,
    }


def without_second_forms(blocks: list[RawBlock]) -> list[RawBlock]:
    """Drop blocks that repeat another one for a different kind of device."""
    if not any(block.for_device for block in blocks):
        return blocks
    kept: list[RawBlock] = []
    seen: dict[tuple[str, ...], bool] = {}  # content -> whether it was for some devices only
    for block in blocks:
        picture = block.picture.sources[0].partition("?")[0] if block.picture else ""
        content = (block.type, " ".join(block.text.split()), picture, block.url, *block.items)
        if not (content in seen and (block.for_device or seen[content])):
            kept.append(block)
        seen[content] = seen.get(content, False) or block.for_device
    return kept


def _has_picture_beside(noscript: etree._Element) -> bool:
    """Tell whether the element around a `noscript`, or one next to it, has nothing but an image."""
    around = noscript.getparent()
    if around is not None and around.tag in ("picture", "amp-img"):
        images = islice(around.iter("img", "amp-img"), MAX_AROUND_PICTURE)
        return any(image.getparent() is not noscript for image in images)
    return any(map(_is_picture, (noscript.getprevious(), noscript.getnext())))


def _is_picture(element: etree._Element | None) -> bool:
    """Tell whether an element is a picture, or what lies around one alone."""
    inner = [] if element is None else list(islice(element.iter(etree.Element), MAX_AROUND_PICTURE + 1))
    texts = [text for part in inner for text in (part.text, part.tail if part is not element else None)]
    if len(inner) > MAX_AROUND_PICTURE or any(text and text.strip() for text in texts):
        return False
    images = [part for part in inner if part.tag in ("img", "amp-img")]
    return bool(images) and read_image(images[0]) is not None
