"""Raw values of a page -> the fields of an article: one processor pair a field, and the only place that cleans values.

Where several sources tell a field, the site's selector comes first, then JSON-LD, then Open Graph and meta.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from functools import cached_property, lru_cache
from html import unescape
from typing import Any
from urllib.parse import urljoin, urlsplit
from zoneinfo import ZoneInfo

from itemloaders import ItemLoader
from itemloaders.processors import Identity, MapCompose, TakeFirst
from lxml import etree
from scrapy.http import TextResponse
from scrapy.utils.response import get_base_url
from w3lib.html import remove_tags

from spacenews import urls, walls
from spacenews.body import Marks, RawBlock, RawPicture, Reader, read_picture
from spacenews.items import Article, Author, Block, Link, Picture, Related, Source
from spacenews.selectors import Scope, text_of
from spacenews.site import Css, Site
from spacenews.structured import Structured, as_address, as_list, as_text

Context = Mapping[str, Any]

# --- values -----------------------------------------------------------------------------------------------------

_INVISIBLE = re.compile(r"[\x00-\x08\x0e-\x1b\x7f-\x84\x86-\x9f\xad\u200b\u2060\ufeff\ud800-\udfff]")


def clean(text: str) -> str:
    """Return text as Unicode NFC, white space collapsed, without control, invisible and surrogate characters."""
    text = _INVISIBLE.sub("", text)
    return " ".join((text if text.isascii() else unicodedata.normalize("NFC", text)).split())


def plain(text: str) -> str:
    """Return the clean text of a value that may hold entities and tags, as JSON-LD's do."""
    return clean(remove_tags(unescape(text)) if "&" in text or "<" in text else text)


def clean_code(text: str) -> str:
    """Return program text in NFC with its lines and indentation, without invisible characters."""
    text = unicodedata.normalize("NFC", _INVISIBLE.sub("", text)).expandtabs(4)
    return "\n".join(line.rstrip() for line in text.splitlines()).strip("\n")


def absolute(address: str, base: str) -> str:
    """Return an http or https address made absolute, without tracking; empty when it is none."""
    joined = _joined(address, base) if address else ""
    return urls.strip_tracking(joined) if joined.startswith(("https://", "http://")) else ""


def _joined(address: str, base: str) -> str:
    address = address.strip().encode("utf-8", "ignore").decode("utf-8")
    try:
        return address if address.startswith(("https://", "http://")) else urljoin(base, address)
    except ValueError:
        return ""


_OFFSET_GAP = re.compile(r"(?<=\d)\s+(?=[+-]\d\d:?\d\d$|Z$)")
_EARLIEST = datetime(1990, 1, 1, tzinfo=UTC)


def parse_time(text: str, zone: str | None = None, formats: Iterable[str] = ()) -> str | None:
    """Return a time as ISO 8601 in UTC, to the second; None when it is none, or lies before 1990 or in the future.

    Reads ISO 8601, RFC 5322 and *formats* (strptime). *zone* (IANA) is that of times without offset: without it they
    are not read.
    """
    moment = next((read for parse in _parsers(formats) if (read := _tried(parse, clean(text)))), None)
    if moment is None or (moment.tzinfo is None and zone is None):
        return None
    try:
        moment = (moment if moment.tzinfo else moment.replace(tzinfo=ZoneInfo(zone or "UTC"))).astimezone(UTC)
    except OverflowError:
        return None
    if not _EARLIEST <= moment <= datetime.now(UTC) + timedelta(days=1):
        return None
    return moment.replace(microsecond=0, tzinfo=None).isoformat() + "Z"


def _parsers(formats: Iterable[str]) -> Iterator[Callable[[str], datetime]]:
    yield lambda text: datetime.fromisoformat(_OFFSET_GAP.sub("", text))
    for pattern in formats:
        yield lambda text, pattern=pattern: datetime.strptime(text, pattern)  # type: ignore[misc]  # noqa: DTZ007
    yield parsedate_to_datetime


def _tried(parse: Callable[[str], datetime], text: str) -> datetime | None:
    try:
        return parse(text)
    except (ValueError, TypeError, IndexError, OverflowError):
        return None


_LANGUAGE = re.compile(r"([A-Za-z]{2,3})(?:[-_]([A-Za-z]{4}))?(?:[-_]([A-Za-z]{2}|\d{3}))?$")


def parse_language(text: str) -> str | None:
    """Return a BCP 47 tag in the recommended case (RFC 5646, 2.1.1); None when it is none."""
    match = _LANGUAGE.match(text.strip())
    if match is None:
        return None
    language, script, region = (part or "" for part in match.groups())
    return "-".join(part for part in (language.lower(), script.title(), region.upper()) if part)


# --- captions and credits ---------------------------------------------------------------------------------------

_CREDIT_LABEL = (
    r"(?:(?:image|photo|picture|video|illustration|art(?:work)?|graphic)s?\s*)?(?:credits?|courtesy(?:\s+of)?)"
)
_CREDIT_IN_CAPTION = re.compile(
    rf"(?P<caption>.*?)\s*(?:[(\[]\s*{_CREDIT_LABEL}\s*[:：]\s*(?P<inner>.+?)\s*[)\]]\.?"
    rf"|(?:(?<=[.!?”\"')\]])|^|[|–—]\s*)\s*{_CREDIT_LABEL}\s*[:：]\s*(?P<rest>[^:]+|\S.*))",
    re.IGNORECASE | re.DOTALL,
)
_BRACKETS_AT_END = re.compile(r"(.*?)\s*\(([^()]+(?:\([^()]*\)[^()]*)*)\)\.?", re.DOTALL)
_CREDIT_PREFIX = re.compile(
    rf"(?:{_CREDIT_LABEL}\s*[:：]|(?:image|photo|picture)s?\s*[:：]|(?:photo|image)s?\s+by\b|©|\(c\)|\|)\s*",
    re.IGNORECASE,
)


def split_caption(caption: str, credit: str, *, in_brackets: bool = False) -> tuple[str | None, str | None]:
    """Return caption and credit, each clean; a credit within the caption's text is taken out of it.

    With *in_brackets* what stands in round brackets at the end of a caption is its credit.
    """
    caption, credit = clean(caption), clean(credit)
    if not credit and (match := _CREDIT_IN_CAPTION.fullmatch(caption)):
        caption, credit = match["caption"], match["inner"] or match["rest"]
    elif not credit and in_brackets and (match := _BRACKETS_AT_END.fullmatch(caption)):
        caption, credit = match.groups()
    elif credit and caption.endswith(credit):
        caption = caption.removesuffix(credit)
    if credit.startswith(("(", "[")) and credit.endswith((")", "]")):
        credit = credit[1:-1]
    while match := _CREDIT_PREFIX.match(credit):
        credit = credit[match.end() :]
    return caption.strip().rstrip("|").strip() or None, credit.strip() or None


def picture(raw: RawPicture, site: Site, base: str) -> Picture | None:
    """Return the record's picture for a raw one; None when none of its addresses can be asked for."""
    found = (urls.picture_candidates(_joined(source, base), site) for source in raw.sources)
    candidates = next(filter(None, found), [])
    if not candidates:
        return None
    caption, credit = split_caption(raw.caption, raw.credit, in_brackets=site.credit_in_brackets)
    return Picture(
        url=candidates[0],
        role=raw.role,
        alt=clean(raw.alt) or None,
        caption=caption,
        credit=credit,
        credit_url=(absolute(raw.credit_url, base) or None) if credit else None,
        candidates=candidates,
    )


# --- names ------------------------------------------------------------------------------------------------------

_NAME_JUNK = re.compile(
    r"\d|[@<>{}/]|\bago\b|\be-?mail|\bthe author\b|\bfollow|\bposted\b|\bupdated\b|\bpublished\b|\bshare\b|\bread more\b"
    r"|\bcomments?\b|\bsubscri|\badvert|\bcontribut|\bcopyright\b|^(?:by|and|admin|author|editors?|none|null|unknown|guest)$",
    re.IGNORECASE,
)
_ORGANISATION = re.compile(
    r"\b(?:universi\w+|institut\w*|agency|cent(?:er|re)|laborator\w+|observator\w+|society|association|foundation|academy"
    r"|college|school|department|ministry|council|museum|corporation|company|inc|ltd|llc|gmbh|nasa|esa|press|news|network"
    r"|magazine|conversation)\b\.?|\.(?:com|org|net)\b",
    re.IGNORECASE,
)
_DESK = re.compile(r"\b(?:staff|team|desk|editors)$", re.IGNORECASE)
_BY = re.compile(r"^\W*(?:(?:words|text|story|posted|written)\s+)?by\b[:\s]*", re.IGNORECASE)
_BETWEEN_NAMES = re.compile(r"\s*(?:[,;|•·/]|&|\band\b|\s[-–—]\s)\s*", re.IGNORECASE)


@dataclass
class RawAuthor:
    """A name that the page gives as that of an author; `linked` where the byline links it to a page of the site."""

    name: str
    url: str = ""
    title: str = ""
    bio: str = ""
    linked: bool = False


def names(text: str) -> list[str]:
    """Return the persons' names in a byline; rather none than a wrong one."""
    return [name for name in _BETWEEN_NAMES.split(_BY.sub("", clean(text))) if is_name(name)]


def is_name(name: str, *, linked: bool = False) -> bool:
    """Tell whether a text can be the name of a person, or, where the byline links it, of a desk."""
    if not name or len(name) > 60 or len(name.split()) > 6 or _NAME_JUNK.search(name):
        return False
    if linked and _DESK.search(name):
        return True
    return " " in name and not _ORGANISATION.search(name) and not _DESK.search(name)


# --- what is no text of the article -----------------------------------------------------------------------------

_LABEL = re.compile(
    r"(?:related|recommended)(?: (?:stor(?:y|ies)|articles?|content|reading|links?|coverage|posts?|news|videos?|topics))?"
    r"|(?:read|see|watch) (?:more|next|also|now)|read|also read|more|watch|further reading|explore further|learn more"
    r"|editors?[’'`]?s?[’'`]? (?:recommendations|picks|choice)|you (?:may|might) (?:also )?(?:like|enjoy)"
    r"|more (?:stories|from|on|about)\b.{0,40}|don[’']?t miss|up next|most (?:popular|read)|trending(?: now)?|view gallery",
    re.IGNORECASE,
)
_JUNK_LINE = re.compile(
    r"please enable javascript to view this content|add as a preferred source on google|advertisements?|sponsored(?: content)?"
    r"|(?:article|story|post) continues (?:below|after).{0,40}|scroll to continue.{0,40}|image \d+ of \d+|loading\.*"
    r"|share (?:this|on|via|with)\b.{0,60}|share|(?:sign|join) up (?:for|to) .{0,120}newsletters?\b.{0,160}"
    r"|(?:subscribe|sign up)(?: (?:to|for|here|now|today)\b.{0,160})?|get .{0,120} (?:in|to) your inbox\b.{0,120}"
    r"|join our .{0,60}\bforums?\b.{0,240}"
    r"|(?:e-?mail|contact) [^.!?]{3,80}\b(?:at|via) [^\s@]+@.{3,240}"
    r"|(?:you can )?follow .{1,60}(?:@\w|\b(?:twitter|facebook|instagram|threads|bluesky|mastodon|youtube)\b).{0,240}"
    r"|we value your privacy[.!]?|(?:this|our) (?:site|website) uses cookies\b.{0,200}"
    r"|(?:please )?enable javascript\b.{0,80}",
    re.IGNORECASE | re.DOTALL,
)
_LONGEST_LABEL = 60
_LONGEST_JUNK = 400
_AROUND_LABEL = " \t\n\xa0:|•·-–—.,[](){}>»→"


@dataclass
class Content:
    """What is left of the raw blocks when all that is no article is taken out."""

    blocks: list[RawBlock] = field(default_factory=list)
    recommended: list[tuple[str, str]] = field(default_factory=list)  # address and title


def sift(raw: Iterable[RawBlock], junk_lines: re.Pattern[str], is_own: Callable[[str], bool]) -> Content:
    """Clean the blocks and part them from labels, calls to follow or subscribe, and lists of other stories."""
    content = Content()
    after_label = False
    for block in raw:
        if block.type in ("image", "embed"):
            content.blocks.append(block)
            continue
        _clean_block(block)
        outside = (clean(block.outside) if block.links else block.text).strip(_AROUND_LABEL)
        only_links = bool(block.links) and not outside
        if len(outside) <= _LONGEST_LABEL and _LABEL.fullmatch(outside):
            after_label = not block.links
        elif only_links and (after_label or (block.type == "list" and len(block.items) > 1 and _all(is_own, block))):
            content.recommended += block.links
        elif (len(block.text) <= _LONGEST_JUNK and junk_lines.fullmatch(block.text)) or not (
            block.text or block.items or block.rows
        ):
            continue
        else:
            after_label = False
            content.blocks.append(block)
    return content


def _all(is_own: Callable[[str], bool], block: RawBlock) -> bool:
    return all(is_own(address) for address, _ in block.links)


def _clean_block(block: RawBlock) -> None:
    block.text = clean_code(block.text) if block.type == "code" else clean(block.text)
    block.items = [item for item in map(clean, block.items) if item]
    block.rows = [row for row in ([clean(cell) for cell in row] for row in block.rows) if any(row)]


def render(blocks: Iterable[Block]) -> str:
    """Return the plain text of a body: paragraphs, headings, list items and quotes."""
    texts = []
    for block in blocks:
        if block.type == "list":
            texts.append("\n".join(f"- {item}" for item in block.items or ()))
        elif block.type in ("paragraph", "heading", "quote"):
            texts.append(block.text or "")
    return "\n\n".join(texts)


# --- the loader -------------------------------------------------------------------------------------------------

_HOME = {"home", "homepage", "home page", "start"}


def _headline(text: str, loader_context: Context) -> str:
    """Return a headline without the name of the site at its end."""
    text = plain(text)
    stripped = loader_context["site_suffix"].sub("", text)
    return stripped or text


def _time(text: str, loader_context: Context) -> str | None:
    site = loader_context["site"]
    return parse_time(text, site.date_zone, site.date_formats)


def _distinct(values: Iterable[str]) -> list[str]:
    """Drop what comes again in another case."""
    found: dict[str, str] = {}
    for value in values:
        found.setdefault(value.casefold(), value)
    return list(found.values())


def _sections(values: list[str]) -> list[str]:
    return [value for value in _distinct(values) if value.casefold() not in _HOME]


def _authors(values: list[RawAuthor], loader_context: Context) -> list[Author]:
    """Build the authors from the first source that names any; the others only tell more of the same names."""
    base = loader_context["base"]
    found: dict[str, Author] = {}
    for raw in values:
        name = plain(raw.name)
        author = found.setdefault(name.casefold(), Author(name=name))
        author.url = author.url or absolute(raw.url, base) or None
        author.title = author.title or plain(raw.title) or None
        bio = plain(raw.bio)
        author.bio = author.bio or (bio if bio and not bio.endswith(("…", "...")) else None)
    return list(found.values())


class ArticleLoader(ItemLoader):
    """Collects what a page tells of an article as a dict of fields; the context holds `site`, `base`, `site_suffix`.

    Each field has both processors and the item is a dict, because looking for what a dataclass does not say costs an
    item loader more than all the cleaning.
    """

    default_item_class = dict

    title_in = MapCompose(_headline)
    title_out = TakeFirst()
    summary_in = MapCompose(plain)
    summary_out = TakeFirst()
    published_at_in = updated_at_in = MapCompose(_time)
    published_at_out = updated_at_out = TakeFirst()
    authors_in = Identity()
    authors_out = _authors
    sections_in = topics_in = tags_in = MapCompose(plain)
    sections_out = _sections
    topics_out = tags_out = _distinct
    language_in = MapCompose(parse_language)
    language_out = TakeFirst()
    body_in = links_in = images_in = related_in = Identity()
    body_out = links_out = images_out = related_out = Identity()


# --- the page ---------------------------------------------------------------------------------------------------

_WORD = re.compile(r"\w")
_FALLBACK_BODY: Css = ("[itemprop~=articleBody]", "article")
_PUBLISHED = ("article:published_time", "pub_date", "parsely-pub-date", "date", "dc.date", "datepublished")
_UPDATED = ("article:modified_time", "og:updated_time", "lastmod", "datemodified")
_POST_ID = re.compile(r"[?&]p=(\d+)|\bpost-?id-(\d+)|\bpost-(\d+)\b")
_WHOLE_BODY = 200  # characters from which JSON-LD's articleBody counts as an article


def read_article(response: TextResponse, site: Site) -> Article:
    """Return everything that a page tells of its article, with `wall` set where the page is none.

    Pictures are listed and not fetched; version, hash and times of the crawl are left to the pipelines. Never raises on
    a malformed page.
    """
    root = getattr(response.selector, "root", None)
    page = Page(root if isinstance(root, etree._Element) else etree.Element("html"), response, site)
    loader = ArticleLoader(
        site=site,
        base=page.base,
        site_suffix=_site_suffix(site.news_site, *page.told.meta["og:site_name"][:1]),
    )
    for name, read in _SOURCES.items():
        loader.add_value(name, read(page))
    article = Article(url=page.address, news_site=site.news_site, source=page.source(), **loader.load_item())
    article.id = urls.article_id(article.url)
    article.text = render(article.body)
    article.word_count = len(article.text.split())
    if article.images and article.images[0].role == "lead":
        article.image_url = article.images[0].url
    headings = {article.title.casefold(), *(section.casefold() for section in article.sections)}
    article.sections = [section for section in article.sections if section.casefold() != article.title.casefold()]
    article.tags = [tag for tag in article.tags if tag.casefold() not in headings]
    article.wall = walls.recognise(page.root, page.told, article)
    return article


@lru_cache(maxsize=256)
def _site_suffix(*site_names: str) -> re.Pattern[str]:
    known = "|".join(re.escape(clean(name)) for name in site_names if name)
    return re.compile(rf"\s+[-–—|•:]\s+(?:{known})(?:\.com)?$" if known else r"(?!)", re.IGNORECASE)


@lru_cache(maxsize=64)
def _marks(site: type[Site]) -> Marks:
    return Marks(
        (
            ("gallery", site.gallery),
            ("caption", site.caption),
            ("credit", site.credit),
            ("junk", "aside"),
            ("quote", site.quote),
            ("embed", site.embed),
            ("junk", site.junk),
        )
    )


@lru_cache(maxsize=64)
def _junk_lines(site: type[Site]) -> re.Pattern[str]:
    return re.compile("|".join((_JUNK_LINE.pattern, *site.junk_lines)), re.IGNORECASE | re.DOTALL)


@lru_cache(maxsize=64)
def _junk_tags(site: type[Site]) -> re.Pattern[str]:
    return re.compile(site.junk_tags or r"(?!)", re.IGNORECASE)


class Page:
    """A page and its site: asks the tree for the raw values of each field."""

    def __init__(self, root: etree._Element, response: TextResponse, site: Site) -> None:
        self.root = root
        self.site = site
        self.response = response
        self.base = get_base_url(response)
        self.told = Structured(root, response.url)
        whole = Scope(root)
        part = whole.first(site.page_scope)
        self.scope = whole if part is None else Scope(part)

    @cached_property
    def address(self) -> str:
        """The canonical address: the first that is an article, of what the page says and the address that answered."""
        found: list[str] = []
        for said in self.told.addresses:
            if address := urls.canonical(_joined(said, self.base), self.site):
                if urls.is_article(address, self.site):
                    return address
                found.append(address)
        return found[0] if found else self.response.url

    def texts(self, css: Css) -> list[str]:
        """Return the raw texts of what a selector of the site finds."""
        return [text_of(found) for found in self.scope.select(css)]

    def times(self, css: Css) -> list[str]:
        """Return the raw times of what a selector of the site finds."""
        found = self.scope.select(css)
        return [v if isinstance(v, str) else v.get("datetime") or v.get("content") or text_of(v) for v in found]

    def source(self) -> Source:
        """Return the page as fetched."""
        headers = self.response.headers

        def header(name: str) -> str | None:
            return clean(b", ".join(headers.getlist(name)).decode("latin-1")) or None

        return Source(
            url=self.response.url,
            status=self.response.status,
            post_id=self._post_id(),
            etag=header("ETag"),
            last_modified=header("Last-Modified"),
            meta_robots=clean(", ".join(self.told.meta["robots"])) or None,
            x_robots_tag=header("X-Robots-Tag"),
        )

    def _post_id(self) -> str | None:
        for said in (*self.texts(self.site.post_id), *self.told.first("parsely-post-id")):
            if text := clean(said):
                return text
        body = next(self.root.iter("body"), None)
        places = [*self.told.links["shortlink"], body.get("class", "") if body is not None else ""]
        if match := next(filter(None, map(_POST_ID.search, places)), None):
            return str(match[match.lastindex or 1])
        return body.get("data-post-id") if body is not None else None

    # Fields

    def title(self) -> list[str]:
        """Headline of the page, of JSON-LD, of Open Graph, of the window."""
        told = self.told
        return [*self.texts(self.site.headline), *told.strings("headline"), *told.first("og:title"), told.title]

    def summary(self) -> list[str]:
        """Deck, else description."""
        descriptions = [*self.told.meta["og:description"], *self.told.meta["description"]]
        return [*self.texts(self.site.deck), *self.told.strings("description"), *descriptions]

    def published(self) -> list[str]:
        """Times of publication, the one to trust first."""
        times = [*self.times(self.site.published), *self.told.strings("datePublished"), *self.told.first(*_PUBLISHED)]
        return _each(times) or self.times("time::attr(datetime)")[:1]

    def updated(self) -> list[str]:
        """Times of the last change."""
        times = [*self.times(self.site.updated), *self.told.strings("dateModified"), *self.told.first(*_UPDATED)]
        return _each(times)

    def authors(self) -> list[RawAuthor]:
        """Names of the byline, else of JSON-LD, else of meta, with what author boxes and JSON-LD tell of the same names."""
        found = self._byline() or self._named_authors() or self._meta_authors()
        known = {clean(author.name).casefold() for author in found}
        more = [*self._boxes(), *map(_person, self.told.persons())]
        return found + [author for author in more if plain(author.name).casefold() in known]

    def _byline(self) -> list[RawAuthor]:
        found = []
        for element in self.scope.select(self.site.byline):
            text = clean(text_of(element))
            href = element.get("href", "") if not isinstance(element, str) else ""
            whole = _BY.sub("", text)
            several = [whole] if href and is_name(whole, linked=True) else names(text)
            found += [RawAuthor(name, href if len(several) == 1 else "") for name in several]
        return found

    def _named_authors(self) -> list[RawAuthor]:
        found = []
        for value in self.told.values("author"):
            kinds = as_list(value.get("@type")) if isinstance(value, dict) else []
            if "Organization" in kinds or "NewsMediaOrganization" in kinds:
                continue
            person = _person(value) if isinstance(value, dict) else RawAuthor("")
            several = names(plain(as_text(value)))
            found += [person] if len(several) == 1 else [RawAuthor(name) for name in several]
        return found

    def _meta_authors(self) -> list[RawAuthor]:
        said = self.told.first("author", "parsely-author", "dc.creator", "article:author", "byl")
        return [RawAuthor(name) for text in said for name in names(text)]

    def _boxes(self) -> Iterator[RawAuthor]:
        site = self.site
        for box in self.scope.select(site.author_box):
            within = self.scope.below(box)
            found = within.first(site.author_name)
            if found is not None:
                link = "" if isinstance(found, str) else found.get("href", "")
                title, bio = (_first_text(within, css) or "" for css in (site.author_title, site.author_bio))
                yield RawAuthor(clean(text_of(found)), link, title, bio)

    def sections(self) -> list[str]:
        """Breadcrumb, else the section of meta."""
        crumbs = self.texts(self.site.breadcrumb) or self.told.breadcrumb()
        return crumbs or self.told.strings("articleSection") or self.told.first("article:section", "parsely-section")

    def topics(self) -> list[str]:
        """Topics of the page."""
        return self.texts(self.site.topics)

    def tags(self) -> list[str]:
        """Tags of the page, else keywords of JSON-LD, else of meta."""
        found = self.texts(self.site.tags) or self.told.strings("keywords") or self.told.first(*self.site.meta_tags)
        junk = _junk_tags(type(self.site))
        return [
            tag for text in found for tag in text.split(",") if _WORD.search(tag) and not junk.fullmatch(tag.strip())
        ]

    def language(self) -> list[str]:
        """Language of JSON-LD, of the document, of meta."""
        told = self.told
        return [*told.strings("inLanguage"), told.language, *told.first("og:locale", "content-language")]

    def blocks(self) -> list[Block]:
        """Blocks of the body; pictures by their index."""
        return self._content[0]

    def links(self) -> list[Link]:
        """Links of the body."""
        return self._content[1]

    def images(self) -> list[Picture]:
        """Pictures, the lead first."""
        return self._pictures[0]

    def related(self) -> list[Related]:
        """Teaser cards, then recommendation lists; one entry an address."""
        found: dict[str, Related] = {}
        for story in (*self._cards(), *self._recommended()):
            if story.url and story.url != self.address:
                found.setdefault(story.url, story)
        return list(found.values())

    def _cards(self) -> Iterator[Related]:
        site = self.site
        for card in self.scope.select(site.card):
            within = self.scope.below(card)
            link = card if card.tag == "a" else within.first(site.card_link)
            if link is None:
                continue
            image = next(filter(None, map(read_picture, card.iter("img"))), None)
            paragraphs = [clean(text_of(p)) for p in within.select(site.card_text) if not _in_figure(p)]
            yield Related(
                url=self._story(link.get("href", "")),
                title=_first_text(within, site.card_title),
                summary=_first_text(within, site.card_deck),
                teaser="\n\n".join(filter(None, paragraphs)) or None,
                image_url=(absolute(image.sources[0], self.base) or None) if image else None,
                image_alt=(clean(image.alt) or None) if image else None,
                placement="teaser",
            )

    def _recommended(self) -> Iterator[Related]:
        for element in self.scope.select(self.site.recommendation):
            for link in element.iter("a"):
                yield Related(
                    self._story(link.get("href", "")), clean(text_of(link)) or None, placement="recommendation"
                )
        for href, text in self._sifted.recommended:
            yield Related(self._story(href), clean(text) or None, placement="recommendation")

    def _story(self, href: str) -> str:
        address = absolute(href, self.base)
        return urls.canonical(address, self.site) or address

    # The body

    @cached_property
    def _container(self) -> etree._Element | None:
        """The element that holds the text: the site's, else, on a page that says that it is an article, a likely one."""
        if (found := _fullest(self.scope, self.site.body)) is not None:
            return found
        is_article = "article" in self.told.meta["og:type"] or any("headline" in node for node in self.told.about)
        return _fullest(self.scope, _FALLBACK_BODY) if is_article else None

    @cached_property
    def _readers(self) -> tuple[Reader, Reader]:
        """The walks over the lead and over the body."""
        leads = self.scope.select(self.site.lead)
        within = [lead for lead in leads if self._container in lead.iterancestors()]
        marks = _marks(type(self.site))
        before = Reader(marks, leads)
        for lead in leads:
            if lead not in within:
                before.read(lead)
        inside = Reader(marks, within)
        if self._container is not None:
            inside.read(self._container)
        return before, inside

    @cached_property
    def _lead(self) -> list[RawPicture]:
        """The lead picture; where the lead is a video, or a script would fill it in, the picture of Open Graph."""
        before, inside = self._readers
        found = before.pictures + [raw for raw in inside.pictures if raw.role == "lead"]
        is_video = any(block.type == "embed" for block in before.blocks)
        if is_video or (not found and (before.has_lead or inside.has_lead)):
            told = self.told.first("og:image", "og:image:secure_url", "og:image:url", "twitter:image")[:1]
            shell = RawPicture(told, "lead") if is_video else RawPicture(told, "lead", "", *before.pictureless)
            return [shell] if told else []
        for raw in found[1:]:
            raw.role = "gallery"
        return found

    @cached_property
    def _pictures(self) -> tuple[list[Picture], dict[RawPicture, int]]:
        """The pictures that can be asked for, the lead first, and the index of each raw one."""
        lead = self._lead
        pictures: list[Picture] = []
        index: dict[RawPicture, int] = {}
        for raw in (*lead, *(raw for raw in self._readers[1].pictures if raw not in lead)):
            if (shown := picture(raw, self.site, self.base)) is not None:
                index[raw] = len(pictures)
                pictures.append(shown)
        return pictures, index

    @cached_property
    def _sifted(self) -> Content:
        before, inside = self._readers
        lines = _junk_lines(type(self.site))
        content = sift(inside.blocks, lines, self._is_own_story)
        if not any(block.type == "paragraph" for block in content.blocks):
            content.blocks += sift(self._told_paragraphs(), lines, self._is_own_story).blocks
        content.blocks[:0] = [block for block in before.blocks if block.type == "embed"]
        return content

    def _told_paragraphs(self) -> list[RawBlock]:
        """JSON-LD's `articleBody`, for a page whose text stands nowhere else, unless it is cut."""
        text = next(iter(self.told.strings("articleBody")), "")
        if len(text) < _WHOLE_BODY or plain(text).endswith(("…", "...")):
            return []
        return [RawBlock("paragraph", plain(line), outside=line) for line in text.splitlines()]

    def _is_own_story(self, href: str) -> bool:
        address = urls.canonical(absolute(href, self.base), self.site)
        return address not in (None, self.address)

    @cached_property
    def _content(self) -> tuple[list[Block], list[Link]]:
        blocks: list[Block] = []
        links: dict[tuple[str, str], Link] = {}
        index = self._pictures[1]
        for raw in self._sifted.blocks:
            if raw.picture is not None and raw.picture not in index:
                continue
            if (block := self._block(raw, index)) is not None:
                blocks.append(block)
            for href, text in raw.links:
                address, shown = "" if href.startswith("#") else absolute(href, self.base), clean(text)
                if address and shown:
                    links.setdefault((address, shown), Link(address, shown))
        return blocks, list(links.values())

    def _block(self, raw: RawBlock, index: Mapping[RawPicture, int]) -> Block | None:
        if raw.type == "embed":
            address = absolute(raw.url, self.base)
            return Block("embed", provider=_provider(address), url=address) if address else None
        if raw.picture is not None:
            return Block("image", image=index[raw.picture])
        if raw.type == "list":
            return Block("list", items=raw.items)
        if raw.type == "table":
            return Block("table", rows=raw.rows)
        return Block(raw.type, text=raw.text, level=raw.level)


def _person(node: Mapping[str, Any]) -> RawAuthor:
    links = [as_address(node.get("url")), *map(as_address, as_list(node.get("sameAs")))]
    return RawAuthor(
        name=as_text(node),
        url=next((link for link in links[:1] if link), ""),
        title=as_text(node.get("jobTitle")),
        bio=as_text(node.get("description")),
    )


def _each(values: Iterable[str]) -> list[str]:
    return list(dict.fromkeys(values))


def _provider(address: str) -> str:
    return (urlsplit(address).hostname or "").removeprefix("www.")


def _in_figure(element: etree._Element) -> bool:
    return next(element.iterancestors("figure", "figcaption"), None) is not None


def _first_text(scope: Scope, css: Css) -> str | None:
    found = scope.first(css)
    return None if found is None else clean(text_of(found)) or None


def _fullest(scope: Scope, css: Css) -> etree._Element | None:
    """Return the element with the most text that a selector finds; of several articles on a page one is the article."""
    return max(scope.select(css), key=_paragraph_length, default=None)


_PARAGRAPHS = etree.XPath("descendant::p")


def _paragraph_length(element: etree._Element) -> int:
    return sum(len(text_of(paragraph)) for paragraph in _PARAGRAPHS(element))


_SOURCES: dict[str, Callable[[Page], list[Any]]] = {
    "title": Page.title,
    "summary": Page.summary,
    "published_at": Page.published,
    "updated_at": Page.updated,
    "authors": Page.authors,
    "sections": Page.sections,
    "topics": Page.topics,
    "tags": Page.tags,
    "language": Page.language,
    "body": Page.blocks,
    "links": Page.links,
    "images": Page.images,
    "related": Page.related,
}
