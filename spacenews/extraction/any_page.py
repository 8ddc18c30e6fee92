"""What a page of an unknown site says without saying it: whether it is an article, and when it was published."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from itertools import islice, takewhile
from urllib.parse import unquote, urlsplit

from lxml import etree

from spacenews.extraction.metadata import PageMetadata, as_list
from spacenews.extraction.visibility import classes_of

MAX_SHOWN = 2_000  # elements that are looked at for a date
MAX_WITHIN = 20  # pieces of text in one of them
LONGEST_ALONE = 40  # characters of an element that says little but a date
LONGEST_SHOWN = 200  # characters of an element that shows a date
SLUG = 3  # words in an address that are a headline
LONG_SLUG = 5  # of a page that says what it is, and not that it is an article

_OTHER_KINDS = frozenset(  # schema.org: of what a page is about that is no article
    {"Product", "ProductGroup", "CollectionPage", "SearchResultsPage", "QAPage", "DiscussionForumPosting"}
    | {"LocalBusiness", "Service", "OfferCatalog", "ProfilePage", "ItemPage", "JobPosting", "RealEstateListing"}
)
_OTHER_OG = re.compile(r"product|profile|item|business|place|restaurant|video|music|book", re.IGNORECASE)
_OTHER_HOST = re.compile(r"(?:forums?|boards?|community|discuss|shop|store|talk)\d?", re.IGNORECASE)
_OTHER_SYSTEM = re.compile(
    r"discourse|phpbb|vbulletin|xenforo|mybb|invision|flarum|nodebb|prestashop|magento|bigcommerce", re.IGNORECASE
)
_OTHER_PATH = re.compile(
    r"/(?:forums?|threads?|boards?|t|tags?|category|categories|cat|shop|store|products?|dp|itm|buy|cart|catalog(?:ue)?"
    r"|search|browse|services?|departments?|offers?|deals|author|authors|users?|profile|login|jobs?|questions"
    r"|viewtopic|showthread|r|dept|pricing|solutions|plans|wishlist|basket|listing|listings)/",
    re.IGNORECASE,
)
_OPEN_PATH = re.compile(r"/(?:topics?|collections?|c|p)/", re.IGNORECASE)  # of lists and goods, but of texts too
_ARTICLE_PATH = re.compile(
    r"/(?:blogs?|news|articles?|stor(?:y|ies)|posts?|insights?|press(?:-releases?)?|magazine|opinion|features?|reviews?"
    r"|guides?|events|library|knowledge[\w-]*|entries|archives?|(?:19|20)\d\d)/|/(?:19|20)\d\d[/-]?\d\d",
    re.IGNORECASE,
)
_WORD = re.compile(r"[^\W\d_]{2,}|\d+")
_ENDING = re.compile(r"\.\w{2,5}$")
_IN_ADDRESS = re.compile(
    r"(?<!\d)((?:19|20)\d\d)([/-])(\d{1,2})\2(\d{1,2})(?!\d)|(?<!\d)(20\d\d)([01]\d)([0-3]\d)(?!\d)"
)
_MONTH = r"[^\W\d_]{3,14}\.?"  # any word: whether it is a month is seen when the date is read
_DATE = re.compile(
    rf"(?<!\d)\d{{4}}-\d\d-\d\d(?:T[\d:.+Z-]+)?(?!\d)|\b{_MONTH} \d{{1,2}}(?:st|nd|rd|th)?,? (?:19|20)\d\d\b"
    rf"|(?<!\d)\d{{1,2}}(?:st|nd|rd|th)?\.? (?:de |of )?{_MONTH},? (?:de )?(?:19|20)\d\d\b"
    r"|(?<!\d)\d{1,2}[./]\d{1,2}[./](?:19|20)\d\d(?!\d)|(?<!\d)(?:19|20)\d\d[./]\d{1,2}[./]\d{1,2}(?!\d)"
    r"|(?<!\d)(?:19|20)\d\d\s?[年년]\s?\d{1,2}\s?[月월]\s?\d{1,2}\s?[日일]",
    re.IGNORECASE,
)
_YEAR = re.compile(r"\d{4}")  # which every date has, and which is far quicker to look for
_DATED = re.compile(r"date|publish|posted|time|byline|meta|timestamp", re.IGNORECASE)


def is_article_page(metadata: PageMetadata, url: str, *, has_date: bool, is_prose: Callable[[], bool]) -> bool:
    """Tell whether a page is an article: by what it says, else by its address and by whether most of it *is_prose*."""
    parts = urlsplit(url)
    path = unquote(parts.path)
    if not path.strip("/") and not parts.query:
        return False
    if _OTHER_HOST.fullmatch((parts.hostname or "").partition(".")[0]):
        return False
    if any(map(_OTHER_SYSTEM.search, metadata.meta["generator"])):
        return False
    kinds = {str(kind) for node in metadata.nodes for kind in as_list(node.get("@type"))}
    og = " ".join(metadata.meta["og:type"]).lower()
    if "article" in og or any("headline" in node for node in metadata.about):
        return not (kinds & {"Product", "LocalBusiness"} and not has_date)
    if kinds & _OTHER_KINDS or _OTHER_OG.search(og):
        return False
    return _is_article_address(path, says_type=bool(og), has_date=has_date, is_prose=is_prose)


def _is_article_address(path: str, *, says_type: bool, has_date: bool, is_prose: Callable[[], bool]) -> bool:
    """Tell whether an address is that of an article; one that says little is, if the page is a text."""
    if _ARTICLE_PATH.search(path):
        return True
    if _OTHER_PATH.search(path):
        return False
    if not says_type and is_prose():
        return True
    if _OPEN_PATH.search(path) and not is_prose():
        return False
    segments = [segment for segment in path.split("/") if segment]
    if has_date or not segments:
        return has_date
    words = len(_WORD.findall(_ENDING.sub("", segments[-1])))
    least = SLUG - 1 if segments[-1].endswith((".html", ".htm")) else SLUG
    return words >= least and (not says_type or words >= LONG_SLUG or is_prose())


def dates_in_address(url: str) -> Iterator[str]:
    """Yield the days that an address names: /2026/11/22/, 20261122."""
    for match in _IN_ADDRESS.finditer(urlsplit(url).path):
        year, month, day = (match[1], match[3], match[4]) if match[1] else (match[5], match[6], match[7])
        yield f"{year}-{int(month):02}-{int(day):02}"


def own_text(element: etree._Element) -> str:
    """Return the text at the beginning of an element, also around the comments that scripts leave there."""
    text = element.text or ""
    comments = takewhile(lambda child: not isinstance(child.tag, str), element)
    return "".join([text, *(comment.tail or "" for comment in comments)]) if len(element) else text


def shown_dates(elements: Iterable[etree._Element]) -> Iterator[str]:
    """Yield the dates of short elements that are named like a date or say little else, in the order of the page."""
    for element in islice(elements, MAX_SHOWN):
        is_time = element.tag in ("time", "date")
        if is_time and (said := element.get("datetime")):
            yield said
        elif is_time or _DATED.search(f"{classes_of(element)} {element.get('id', '')[:100]}"):
            texts = list(islice(element.itertext(etree.Element), MAX_WITHIN + 1))
            text = " ".join(" ".join(texts).split())
            if len(texts) <= MAX_WITHIN and len(text) <= LONGEST_SHOWN:
                yield from (match[0] for match in _DATE.finditer(text))
        elif (
            _YEAR.search(own := own_text(element)[: 2 * LONGEST_ALONE].strip())
            and (match := _DATE.search(own))
            and len(own) <= min(LONGEST_ALONE, 2 * len(match[0]))
        ):
            yield match[0]
