"""What stands around the text in an element that no selector names, known by its markup: decks, contents, footers."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import islice

from lxml import etree

from spacenews.extraction.subtree import Subtree
from spacenews.extraction.visibility import classes_of

MAX_PARTS = 200  # elements of a kind that are looked at
PARAGRAPH = 80  # characters with which the text has begun
LONGEST_DECK = 600  # characters
FEWEST_LINKS = 3  # of a table of contents
AROUND = 8  # elements around a heading that are looked at

_DECK = re.compile(
    r"(?:^|[\s_-])(?:dec?k|sub-?(?:title|head(?:ing|line)?)|standfirst|strapline|abstract|highlights)(?:$|\s)",
    re.IGNORECASE,
)
_IN_HEADER = ("p", "h2", "h3", "h4", "ul", "li", "div", "span", "time", "address")


def surroundings(container: etree._Element, headline: etree._Element | None) -> list[etree._Element]:
    """Return the elements in *container* that are no text: what introduces it, leads through it or ends it."""
    subtree = Subtree(container)
    found = [*_in_header(container, headline), *_decks(container), *_footers(container)]
    found = [element for element in found if element not in subtree.with_many_paragraphs]
    pictured = subtree.with_pictures if found else ()
    return [
        *(element for element in found if element not in pictured or element.tag == "footer"),
        *filter(_is_contents, islice(container.iter("ul", "ol"), MAX_PARTS)),
    ]


def _in_header(container: etree._Element, headline: etree._Element | None) -> Iterator[etree._Element]:
    """Yield what stands beside the headline in the `header` around it."""
    above = () if headline is None else headline.iterancestors()
    header = next((element for element in above if element.tag == "header" or element is container), None)
    if header is not None and header is not container:
        yield from islice(header.iter(*_IN_HEADER), MAX_PARTS)


def _decks(container: etree._Element) -> Iterator[etree._Element]:
    """Yield the elements before the first paragraph that are named like a deck."""
    for element in islice(container.iter("p", "h2", "h3", "h4", "div", "section"), MAX_PARTS):
        is_deck = _DECK.search(classes_of(element)) is not None
        if is_deck and _length(element, LONGEST_DECK) <= LONGEST_DECK:
            yield element
        elif element.tag == "p" and not is_deck and _length(element, PARAGRAPH) > PARAGRAPH:
            return


def _footers(container: etree._Element) -> Iterator[etree._Element]:
    """Yield the footers but those of quotes, which say whose words they are."""
    for footer in islice(container.iter("footer"), MAX_PARTS):
        if footer is not container and all(it.tag != "blockquote" for it in islice(footer.iterancestors(), AROUND)):
            yield footer


def _is_contents(element: etree._Element) -> bool:
    """Tell whether a list is a table of contents: it has nothing but links to places of the page."""
    links = list(islice(element.iter("a"), MAX_PARTS))
    if len(links) < FEWEST_LINKS or not all(link.get("href", "").startswith("#") for link in links):
        return False
    linked = sum(_length(link, LONGEST_DECK) for link in links)
    return _length(element, 2 * linked) <= 1.1 * linked


def _length(element: etree._Element, most: int) -> int:
    """Return the number of characters of an element without white space; if there are more than *most*, more."""
    length = 0
    for text in element.itertext(etree.Element):
        length += sum(map(len, text.split()))
        if length > most:
            break
    return length
