"""Feeds and sitemaps: bytes -> the addresses they name, with what they say of their dates.

XML is read without DTD, entities and network, and what is broken in it is skipped. Formats: RSS 2.0, RSS 1.0, Atom
(RFC 4287), sitemaps.org 0.9 with the Google News extension.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

from lxml import etree
from scrapy.utils.gz import gunzip

from spacenews.clock import iso
from spacenews.extraction.markup_limits import too_complex
from spacenews.reasons import RequestPurpose

MAX_BYTES = 50 * 1024 * 1024  # the limit of sitemaps.org, after decompression
MAX_ENTRIES = 50_000  # likewise


class DiscoveryError(ValueError):
    """A feed or sitemap that cannot be read; the message says why."""


@dataclass(frozen=True)
class SourceEntry:
    """An address that a feed or sitemap names; times as the records write them."""

    url: str
    published_at: str | None = None
    changed_at: str | None = None


@dataclass
class Sitemap:
    """What a sitemap names: pages, and further sitemaps with the time of their last change."""

    pages: list[SourceEntry] = field(default_factory=list)
    sitemaps: list[SourceEntry] = field(default_factory=list)


def read_feed(body: bytes, max_bytes: int = MAX_BYTES) -> list[SourceEntry]:
    """Return the entries of an RSS or Atom feed, in its order; raises DiscoveryError when it is none."""
    root = _parse(body, max_bytes)
    if _name(root) not in ("rss", "RDF", "feed"):
        raise DiscoveryError(f"the root element is <{_name(root)}>, not that of a feed")
    entries = (_feed_entry(element) for element in root.iter() if _name(element) in ("item", "entry"))
    return [entry for entry, _ in zip((e for e in entries if e), range(MAX_ENTRIES), strict=False)]


def read_sitemap(body: bytes, max_bytes: int = MAX_BYTES) -> Sitemap:
    """Return what a sitemap, packed with gzip or not, names; raises DiscoveryError when it is none."""
    root = _parse(body, max_bytes)
    kind = _name(root)
    if kind not in ("urlset", "sitemapindex"):
        raise DiscoveryError(f"the root element is <{kind}>, not that of a sitemap")
    found = Sitemap()
    entries = found.pages if kind == "urlset" else found.sitemaps
    for element in root.iterchildren("{*}url", "{*}sitemap", "url", "sitemap"):
        if len(entries) == MAX_ENTRIES:
            break
        if url := _text(element, "loc"):
            published = _time(next((e.text for e in element.iter("{*}publication_date")), None))
            entries.append(SourceEntry(url, published, _time(_text(element, "lastmod"))))
    return found


def _parse(body: bytes, max_bytes: int) -> etree._Element:
    if body[:2] == b"\x1f\x8b":
        try:
            body = gunzip(body, max_size=max_bytes)
        except (OSError, ValueError, EOFError, zlib.error) as error:
            raise DiscoveryError(f"the gzip data cannot be unpacked: {error}") from error
    if too_complex(body, RequestPurpose.SITEMAP):
        raise DiscoveryError("it has more elements than a feed or sitemap may have")
    parser = etree.XMLParser(recover=True, resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False)
    try:
        root = etree.fromstring(body.lstrip(), parser)
    except (etree.XMLSyntaxError, ValueError) as error:
        raise DiscoveryError(f"no XML: {error}") from error
    if root is None:
        raise DiscoveryError("no XML")
    if root.getroottree().docinfo.doctype:
        raise DiscoveryError("it has a document type declaration, which no feed or sitemap needs")
    return root


def _feed_entry(element: etree._Element) -> SourceEntry | None:
    url = _text(element, "link") or _atom_link(element)
    if not url:
        return None
    published = _time(_text(element, "pubDate") or _text(element, "published") or _text(element, "date"))
    return SourceEntry(url, published, _time(_text(element, "updated") or _text(element, "modified")))


def _atom_link(element: etree._Element) -> str | None:
    links = [child for child in element if _name(child) == "link" and child.get("href")]
    best = next((link for link in links if link.get("rel", "alternate") == "alternate"), None)
    return best.get("href") if best is not None else None


def _children(element: etree._Element, name: str) -> Iterator[etree._Element]:
    return (child for child in element if _name(child) == name)


def _text(element: etree._Element, name: str) -> str | None:
    return next((child.text.strip() for child in _children(element, name) if child.text and child.text.strip()), None)


def _name(element: etree._Element) -> str:
    # Not by QName: it refuses names that the parser lets through.
    return element.tag.rpartition("}")[2] if isinstance(element.tag, str) else ""


def _time(text: str | None) -> str | None:
    """Read an RFC 822 or W3C time; a date alone means its first moment in UTC."""
    if not text:
        return None
    for read in (datetime.fromisoformat, parsedate_to_datetime):
        try:
            moment = read(text.strip())
            return iso(moment if moment.tzinfo else moment.replace(tzinfo=UTC))
        except (ValueError, TypeError, IndexError, OverflowError):
            continue
    return None
