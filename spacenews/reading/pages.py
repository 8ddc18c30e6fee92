"""Reads one page without a crawl: with the site file of its host, else as any news page."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any
from urllib.parse import urlsplit

from scrapy.http import Headers, HtmlResponse

from spacenews import spiders, urls
from spacenews.downloading.decoding import decode
from spacenews.errors import NotAnArticleError
from spacenews.extraction.article_page import read_page
from spacenews.extraction.loaders import read_article
from spacenews.items import Article
from spacenews.reasons import Drop
from spacenews.schema import to_record
from spacenews.site import ANY_PAGE, Site

ONLY_A_CRAWL_KNOWS = dict.fromkeys(
    ("version", "content_hash", "first_seen_at", "crawled_at", "near_duplicate_of", "gone_at", "moved_to")
)
ONLY_A_FETCH_KNOWS = dict.fromkeys(  # of a picture
    ("status", "reason", "path", "sha256", "media_type", "width", "height", "bytes")
)


def read_record(body: bytes, url: str, name: str | None, headers: Mapping[str, str]) -> dict[str, Any]:
    """Return the record of a page; raises NotAnArticleError, or ValueError for an unknown site or address."""
    host = _host(url)
    site = site_named(name) if name is not None else site_of(host)
    response = HtmlResponse(url, status=200, headers=dict(headers), body=body)
    article = read_article(response, site)
    if reason := objection(article, site):
        raise NotAnArticleError(url, reason)
    record: dict[str, Any] = to_record(article)
    record |= ONLY_A_CRAWL_KNOWS
    record["source"]["status"] = None
    record["images"] = [image | ONLY_A_FETCH_KNOWS for image in record["images"]]
    return record


def read_archived(url: str, headers: Mapping[bytes, Sequence[bytes]], body: bytes, max_size: int) -> Article | Drop:
    """Return the article of a page that an archive holds, or why it is none.

    Raises TruncatedError for a body that cannot be decoded, TooLargeError for one of more than *max_size* bytes or
    too much markup.
    """
    known = Headers(headers)
    site = site_of(_host(url))
    data = body if body.lstrip()[:1] == b"<" else decoded(body, known, max_size)  # codings that a recorder has removed
    article = read_page(HtmlResponse(url, status=200, headers=known, body=data), site)
    return objection(article, site) or article


def decoded(body: bytes, headers: Headers, max_size: int) -> bytes:
    """Return a body without the codings that its headers name; raises TruncatedError, TooLargeError."""
    named = b",".join(headers.getlist("Content-Encoding")).decode("latin-1").lower()
    codings = [coding for part in named.split(",") if (coding := part.strip()) not in ("", "identity")]
    return decode(body, codings, max_size)


def known_hosts() -> frozenset[str]:
    """Return the hosts that have a site file."""
    return frozenset(host for site in _sites().values() for host in site.allowed_domains)


def objection(article: Article, site: Site) -> Drop | None:
    """Return why a page gives no record, None if it does."""
    if article.wall:
        return Drop.WALL
    if not urls.is_article(article.url, site):
        return Drop.OUT_OF_SCOPE
    if not article.title:
        return Drop.NO_TITLE
    return None if article.body else Drop.NO_BODY


def site_named(name: str) -> Site:
    """Return the site of a site file; raises ValueError if there is none of that name."""
    known = _sites()
    if name not in known:
        raise ValueError(f"site: there is no site file named {name}, only {', '.join(known)}")
    return known[name]


def site_of(host: str) -> Site:
    """Return the site of the site file for a host, else one that says nothing but the host."""
    for site in _sites().values():
        if host in site.allowed_domains:
            return site
    return any_site(host)


def any_site(host: str) -> Site:
    """Return a site without a selector: each of its pages may be an article."""
    site = Site()
    site.allowed_domains = (host,)
    site.article_pattern = ANY_PAGE
    return site


@cache
def _sites() -> dict[str, Site]:
    """Return the sites of the site files, by name; those of the package, because Scrapy would need a project."""
    names = sorted(module.name for module in pkgutil.iter_modules(spiders.__path__))
    modules = {name: importlib.import_module(f"{spiders.__name__}.{name}") for name in names}
    return {
        name: found()
        for name, module in modules.items()
        for found in vars(module).values()
        if isinstance(found, type) and issubclass(found, Site) and found.__module__ == module.__name__
    }


def _host(url: str) -> str:
    """Return the host of a web address; raises ValueError if it is none."""
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise ValueError(f"url: {urls.url_for_log(url)} is no web address")
    return parts.hostname
