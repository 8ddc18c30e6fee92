"""What a site file can say of a site that nobody has looked at: from its addresses and pages, and how sure it is."""

from __future__ import annotations

import json
import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import SplitResult, parse_qsl, unquote, urlsplit

from scrapy.http import TextResponse

from spacenews.extraction.feeds import SourceEntry
from spacenews.extraction.listings import absolute_link
from spacenews.extraction.metadata import PageMetadata
from spacenews.extraction.selectors import root_of
from spacenews.site import Site

FEW = 3  # addresses of one form; fewer say nothing
WORDS = 3  # in a headline that stands in an address

_FEED_TYPES = ("application/rss+xml", "application/atom+xml", "application/feed+json")
_EXTENSION = re.compile(r"\.(?:[a-z]?html?|php|aspx?|jsp|cfm)$", re.IGNORECASE)
_QUERY_ID = re.compile(r"(?:article|story|post|news|item|a|s|p|n)?_?id|p|nid|aid|sid|article|story|item", re.IGNORECASE)
_WORD = re.compile(r"[^\W_]+")
_ID = re.compile(r"[a-z\d]{7,40}", re.IGNORECASE)
_NO_STORY_WORDS = (
    "tag tags topic topics category categories cat author authors user users profile page search login register "
    "account about contact privacy terms cookie cookies legal imprint impressum subscribe newsletter feed rss shop "
    "store cart video videos gallery galleries event events job jobs forum forums comments wp-content wp-json"
)
_NO_STORY = frozenset(_NO_STORY_WORDS.split())
_OF_NEWS = re.compile(r"news", re.IGNORECASE)  # how sitemaps are called
_OF_STORIES = re.compile(r"post|article|stor(?:y|ies)", re.IGNORECASE)
_OF_OTHERS = re.compile(r"image|video|tag|categor|author|user|page|product|topic|section", re.IGNORECASE)
_SECOND_PAGE = re.compile(r"(?<=page[/=-])2(?!\d)|(?<=[?&]p=)2(?!\d)|(?<=/p/)2(?!\d)|(?<=paged=)2(?!\d)|(?<=/)2(?=/?$)")


@dataclass
class Outline:
    """What a site file is to say; `doubts` holds a sentence for what is not sure, by attribute."""

    allowed_domains: tuple[str, ...]
    section: str
    news_site: str = ""
    feeds: tuple[str, ...] = ()
    listings: tuple[str, ...] = ()
    listing_page: str | None = None
    sitemaps: tuple[str, ...] = ()
    article_pattern: str = ""
    trailing_slash: bool | None = None
    query_keep: tuple[str, ...] = ()
    doubts: dict[str, str] = field(default_factory=dict)

    def take(self, found: ArticleAddresses) -> None:
        """Say what the addresses of articles look like; canonical ones are on their host."""
        self.allowed_domains = tuple(dict.fromkeys((found.host, *self.allowed_domains)))
        self.article_pattern = found.pattern
        self.trailing_slash = found.trailing_slash
        self.query_keep = found.query_keep

    def site(self) -> Site:
        """Return the site that it describes."""
        site = Site()
        for name in ("allowed_domains", "section", "news_site", "article_pattern", "trailing_slash", "query_keep"):
            setattr(site, name, getattr(self, name))
        return site


@dataclass(frozen=True)
class ArticleAddresses:
    """What the addresses of a site's articles have in common, and how many there are."""

    host: str
    pattern: str
    trailing_slash: bool | None
    query_keep: tuple[str, ...]
    urls: tuple[str, ...]  # in the order in which they were found


def feeds_named(response: TextResponse) -> list[str]:
    """Return the feeds that a page names, those of comments left out, those nearest to its own address first."""
    root, path = root_of(response), urlsplit(response.url).path.rstrip("/")
    found = [
        url
        for link in root.iter("link")
        if "alternate" in link.get("rel", "").lower().split() and link.get("type", "").lower() in _FEED_TYPES
        if (url := absolute_link(response, link.get("href", ""))) and "comment" not in url.lower()
    ]
    return sorted(dict.fromkeys(found), key=lambda url: not (path and urlsplit(url).path.startswith(path)))


def likeliest_sitemap(named: Iterable[SourceEntry]) -> str:
    """Return the address of the sitemap that names the newest stories, by what it is called and when it changed."""
    newest = sorted(named, key=lambda entry: entry.changed_at or "", reverse=True)
    return min(newest, key=_unlikely).url


def _unlikely(sitemap: SourceEntry) -> int:
    path = urlsplit(sitemap.url).path
    if _OF_NEWS.search(path):
        return 0
    if _OF_STORIES.search(path):
        return 1
    return 3 if _OF_OTHERS.search(path) else 2


def all_links(response: TextResponse) -> list[str]:
    """Return all links of a page as absolute URLs, each once."""
    links = (absolute_link(response, link.get("href", "")) for link in root_of(response).iter("a"))
    return list(dict.fromkeys(link for link in links if link))


def listing_page(url: str, links: Iterable[str]) -> str | None:
    """Return the address of page {page} of a listing, by a link to its second page; None if there is none."""
    own = urlsplit(url)
    for link in links:
        other = urlsplit(link)
        is_below = other.path.startswith(own.path.rstrip("/"))
        if other.hostname == own.hostname and is_below and (found := _SECOND_PAGE.search(link)):
            return f"{link[: found.start()]}{{page}}{link[found.end() :]}"
    return None


def article_addresses(urls: Sequence[str], section: str) -> ArticleAddresses | None:
    """Return what most of those addresses have in common that are like a story's; None if fewer than three are."""
    groups: dict[tuple[Any, ...], list[tuple[str, SplitResult]]] = defaultdict(list)
    for url in dict.fromkeys(urls):
        parts = urlsplit(url)
        if shape := _shape(parts):
            groups[parts.hostname, *shape].append((url, parts))
    best = max(groups.values(), key=len, default=[])
    if len(best) < FEW:
        return None
    split = [parts for _, parts in best]
    has_extension = any(_EXTENSION.search(parts.path) for parts in split)
    slashes = {parts.path.endswith("/") for parts in split}
    key = _query_id(split[0])
    return ArticleAddresses(
        host=split[0].hostname or "",
        pattern=_pattern(split, section),
        trailing_slash=None if len(slashes) > 1 or has_extension or key else slashes.pop(),
        query_keep=(key,) if key else (),
        urls=tuple(url for url, _ in best),
    )


def _shape(parts: SplitResult) -> tuple[str, ...] | None:
    """Return what kind each segment of an address is, None for one that is not like a story's."""
    segments = [unquote(segment) for segment in parts.path.split("/") if segment]
    if not parts.hostname or not segments or any(segment.lower() in _NO_STORY for segment in segments):
        return None
    kinds = tuple(_kind(segment) for segment in segments)
    if key := _query_id(parts):
        return (*segments, f"?{key}")
    return kinds if kinds[-1] == "slug" or (kinds[-1] in ("number", "id") and len(kinds) > 1) else None


def _kind(segment: str) -> str:
    bare = _EXTENSION.sub("", segment)
    if re.fullmatch(r"(?:19|20)\d\d", bare):
        return "year"
    if re.fullmatch(r"\d\d?", bare):
        return "day"
    if bare.isdigit():
        return "number"
    if _ID.fullmatch(bare) and not bare.isalpha():  # letters and digits, as a database names it
        return "id"
    return "slug" if len(_WORD.findall(bare)) >= WORDS else "word"


def _query_id(parts: SplitResult) -> str | None:
    pairs = parse_qsl(parts.query)
    return next((key for key, value in pairs if _QUERY_ID.fullmatch(key) and value.isdigit()), None)


def _pattern(split: Sequence[SplitResult], section: str) -> str:
    """Return the regular expression for path and query of addresses of one shape."""
    rows = [[segment for segment in parts.path.split("/") if segment] for parts in split]
    pieces = [_piece(column, section) for column in zip(*rows, strict=True)]
    end = "/?$" if all("." not in row[-1] for row in rows) else "$"
    if all(parts.path.endswith("/") for parts in split):
        end = "/$"
    if key := _query_id(split[0]):
        end = rf"\?(?:.*&)?{re.escape(key)}=\d+"
    return "^/" + "/".join(pieces) + end


def _piece(values: Sequence[str], section: str) -> str:
    kinds = {_kind(value) for value in values}
    if kinds <= {"year"}:
        return r"\d{4}"
    if kinds <= {"day"}:
        return r"\d{1,2}"
    if kinds <= {"number"}:
        return r"\d+"
    if len(set(values)) == 1:
        return "{section}" if values[0] == section else re.escape(values[0])
    if kinds == {"word"}:
        most, number = Counter(values).most_common(1)[0]
        return "{section}" if most == section and 2 * number > len(values) else "[^/?]+"
    extensions = {found[0] if (found := _EXTENSION.search(value)) else "" for value in values}
    extension = re.escape(extensions.pop()) if len(extensions) == 1 else ""
    has_hyphens = all(value.count("-") >= WORDS - 1 for value in values)
    return (r"[^/?-]+(?:-[^/?-]*){2,}" if has_hyphens and not extension else "[^/?]+") + extension


def site_name(pages: Iterable[TextResponse], host: str) -> str:
    """Return the name by which most pages call their site; its host if none does."""
    names = [name for page in pages for name in PageMetadata(root_of(page), page.url).site_names[:1]]
    return Counter(names).most_common(1)[0][0] if names else host.removeprefix("www.")


def site_file(name: str, outline: Outline) -> str:
    """Return the text of a site file."""
    class_name = name.title().replace("_", "") + "Spider"
    parts = [
        f'"""{outline.news_site.replace(chr(34), chr(39))}."""\n\nfrom spacenews.spider import NewsSpider\n\n',
        f"class {class_name}(NewsSpider):",
        f'    """Articles of {outline.allowed_domains[0]}."""\n',
        f"    name = {json.dumps(name)}",
        *_attributes(outline, "allowed_domains"),
        "\n    # Where articles are found",
        *_attributes(outline, "news_site", "section", "feeds", "listings", "listing_page", "sitemaps"),
        "\n    # What URLs look like",
        *_attributes(outline, "article_pattern", "trailing_slash", "query_keep"),
    ]
    if doubt := outline.doubts.get("body"):
        parts += ["\n    # How pages are built", f"    # Not sure: {doubt}"]
    return "\n".join(parts) + "\n"


def _attributes(outline: Outline, *names: str) -> list[str]:
    lines = []
    for name in names:
        value = getattr(outline, name)
        if doubt := outline.doubts.get(name):
            lines.append(f"    # Not sure: {doubt}")
        if value not in (None, "", ()):
            shown = f'r"{value}"' if name == "article_pattern" else _literal(value)
            lines.append(f"    {name} = {shown}")
    return lines


def _literal(value: Any) -> str:
    if isinstance(value, tuple):
        return "(" + ", ".join(map(_literal, value)) + ("," if len(value) == 1 else "") + ")"
    return repr(value) if isinstance(value, bool) else json.dumps(value, ensure_ascii=False)
