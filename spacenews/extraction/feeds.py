"""Feeds and sitemaps: bytes -> the addresses they name, with what they say of their dates.

Formats: RSS 0.9 to 2.0, Atom 0.3 and 1.0 (RFC 4287), JSON Feed 1, sitemaps.org 0.9 with the Google News extension; a
sitemap may be a feed, or a text with one address a line. `Sitemap` lines of robots.txt are read here too.
"""

from __future__ import annotations

import json
import re
import zlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice
from typing import Any

from scrapy.utils.gz import gunzip

from spacenews.extraction.dates import parse_time
from spacenews.extraction.feed_markup import DiscoveryError, Entry, address, in_utf8, read_markup
from spacenews.urls import join_url

__all__ = ["DiscoveryError", "Feed", "Sitemap", "SourceEntry", "read_feed", "read_sitemap", "sitemaps_in_robots_txt"]

MAX_BYTES = 50 * 1024 * 1024  # the limit of sitemaps.org, after decompression
MAX_ENTRIES = 50_000  # likewise
MAX_JSON_BYTES = 10 * 1024 * 1024  # of a JSON Feed: parsed, JSON takes ten times the memory
MAX_DATES = 2  # of an entry that are tried: what nobody can read takes longest
MAX_LAYERS = 3  # of gzip: some servers pack what is packed already
MAX_ROBOTS_BYTES = 500 * 1024  # RFC 9309, 2.5

_GZIP = b"\x1f\x8b"
_ABSOLUTE = ("https://", "http://")
_ALTERNATE = ("", "alternate", "http://www.iana.org/assignments/relation/alternate")
_HTML = ("", "text/html", "application/xhtml+xml")
_SITEMAP_LINE = re.compile(rb"^[\s\0]*sitemap\s*:\s*([^\s#]+)", re.IGNORECASE)


@dataclass(frozen=True)
class SourceEntry:
    """An address that a feed or sitemap names; times as the records write them."""

    url: str
    published_at: str | None = None
    changed_at: str | None = None
    other_urls: tuple[str, ...] = field(default=(), compare=False)  # where the first one is a counter's: its ids


class Feed(list[SourceEntry]):
    """The entries of a feed, in its order."""

    cut = False  # the feed ends before its end


@dataclass
class Sitemap:
    """What a sitemap names: pages, and further sitemaps with the time of their last change."""

    pages: list[SourceEntry] = field(default_factory=list)
    sitemaps: list[SourceEntry] = field(default_factory=list)
    cut: bool = False  # it ends before its end


def read_feed(body: bytes, url: str = "", zone: str = "UTC", max_bytes: int = MAX_BYTES) -> Feed:
    """Return the entries of the feed at *url*; *zone* (IANA) is that of times that name none.

    Raises DiscoveryError when it is no feed.
    """
    body = _unpacked(body, max_bytes)
    if body.lstrip(b"\xef\xbb\xbf \t\r\n")[:1] == b"{":
        return Feed(_json_entries(body, url, zone))
    document = read_markup(body, url)
    if document.kind not in ("rss", "rdf", "feed", "channel"):
        raise DiscoveryError(f"the root element is <{document.kind}>, not that of a feed")
    entries = (_source_entry(entry, document.language, zone) for entry in document.entries)
    feed = Feed(islice(filter(None, entries), MAX_ENTRIES))
    feed.cut = document.cut
    return feed


def read_sitemap(body: bytes, url: str = "", zone: str = "UTC", max_bytes: int = MAX_BYTES) -> Sitemap:
    """Return what the sitemap at *url* names, packed with gzip or not; *zone* (IANA) is that of times that name none.

    Raises DiscoveryError when it is no sitemap.
    """
    body = _unpacked(body, max_bytes)
    if lines := _lines_of_addresses(body):
        return Sitemap(lines)
    document = read_markup(body, url)
    if document.kind not in ("urlset", "sitemapindex", "rss", "rdf", "feed", "channel"):
        raise DiscoveryError(f"the root element is <{document.kind}>, not that of a sitemap")
    found = Sitemap(cut=document.cut)
    for entry in islice(document.entries, MAX_ENTRIES):
        if named := _source_entry(entry, document.language, zone):
            (found.sitemaps if entry.kind == "sitemap" else found.pages).append(named)
    return found


def sitemaps_in_robots_txt(body: bytes, url: str) -> list[str]:
    """Return the addresses of the `Sitemap` lines of the robots.txt at *url*, each once."""
    lines = in_utf8(body[:MAX_ROBOTS_BYTES]).splitlines()
    found = (match[1].replace(b"\0", b"").strip(b"<>\"',") for line in lines if (match := _SITEMAP_LINE.match(line)))
    return list(dict.fromkeys(filter(None, (join_url(value.decode("utf-8", "replace"), url) for value in found))))


def _unpacked(body: bytes, max_bytes: int) -> bytes:
    for _ in range(MAX_LAYERS):
        if body[:2] != _GZIP:
            return body
        try:
            body = gunzip(body, max_size=max_bytes)
        except (OSError, ValueError, EOFError, zlib.error) as error:
            raise DiscoveryError(f"the gzip data cannot be unpacked: {error}") from error
    raise DiscoveryError(f"the gzip data cannot be unpacked: it was packed more than {MAX_LAYERS - 1} times")


def _source_entry(entry: Entry, language: str, zone: str) -> SourceEntry | None:
    found = _addresses(entry, language)
    if not found:
        return None
    return SourceEntry(found[0], _time(entry.published, zone), _time(entry.changed, zone), tuple(found[1:]))


def _addresses(entry: Entry, language: str) -> list[str]:
    """Return the addresses of an entry: before a counter's the original, after all links the ids that are addresses."""
    link = entry.original or entry.url or _link(entry, language)
    ids = (address(text, "") for text in entry.ids)
    return [link] * bool(link) + [url for url in ids if url.lower().startswith(_ABSOLUTE) and url != link]


def _link(entry: Entry, language: str) -> str:
    """Return the link to the page itself; of several that in HTML and in the language of the feed."""

    def is_other(link: Mapping[str, str]) -> tuple[bool, bool]:
        spoken = link.get("hreflang", "").lower()
        return link.get("type", "").lower() not in _HTML, bool(spoken) and spoken[:2] != language[:2].lower()

    alternate = [link for link in entry.links if link.get("rel", "").strip().lower() in _ALTERNATE]
    return min(alternate, key=is_other)["href"] if alternate else ""


def _time(texts: Sequence[str], zone: str) -> str | None:
    for text in texts[:MAX_DATES]:
        if time := parse_time(text, zone):
            return time
    return None


def _lines_of_addresses(body: bytes) -> list[SourceEntry]:
    """Read a sitemap that is a text (sitemaps.org): it begins with an address, and lines without one say nothing."""
    text = in_utf8(body).lstrip()
    if not text[:8].lower().startswith((b"https://", b"http://")):
        return []
    lines = (line.strip().partition(" ")[0] for line in text.decode("utf-8", "replace").splitlines())
    return [SourceEntry(line) for line in islice((x for x in lines if x.lower().startswith(_ABSOLUTE)), MAX_ENTRIES)]


def _json_entries(body: bytes, url: str, zone: str) -> Iterable[SourceEntry]:
    """Read a JSON Feed (jsonfeed.org, 1.0 and 1.1)."""
    if len(body) > MAX_JSON_BYTES:
        raise DiscoveryError("the JSON is too large for a feed")
    try:
        items: Any = json.loads(body.removeprefix(b"\xef\xbb\xbf"))["items"]
        items = [item for item in items if isinstance(item, dict)]
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise DiscoveryError(f"no JSON Feed: {error}") from error
    for item in islice(items, MAX_ENTRIES):
        texts = {name: value.strip() for name, value in item.items() if isinstance(value, str)}
        link = address(texts.get("url", ""), url) if texts.get("url") else texts.get("id", "")
        if link.lower().startswith(_ABSOLUTE):
            published, changed = (parse_time(texts.get(f"date_{name}", ""), zone) for name in ("published", "modified"))
            yield SourceEntry(link, published, changed)
