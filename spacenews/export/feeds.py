"""The records in the words of others: an Atom feed, schema.org NewsArticle, and zyte-common-items' Article."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Sequence
from html import escape
from typing import Any, BinaryIO
from urllib.parse import quote, urljoin
from uuid import NAMESPACE_URL, uuid5
from xml.sax.saxutils import XMLGenerator
from xml.sax.xmlreader import AttributesImpl

from spacenews.schema import dumps

NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")  # XML 1.0, 2.2 Char
HTTP = re.compile("https?://", re.IGNORECASE)


def feed_id(sites: Sequence[str] = (), *, all_versions: bool = False) -> str:
    """Return the `atom:id` of a feed of *sites* (none: of all); how far back the feed goes is not part of it.

    It is the same in every export, as RFC 4287, 4.2.6 asks.
    """
    parts = ["spacenews", "atom", *(["all-versions"] if all_versions else []), *(quote(site) for site in sites)]
    return uuid5(NAMESPACE_URL, ":".join(parts)).urn


def write_atom(rows: Iterable[str], file: BinaryIO, identity: str = feed_id(), name: str | None = None) -> None:
    """Write an Atom feed (RFC 4287) with text and pictures of each article; its records are held in memory.

    *name* is the feed's file name: where the feed is, is its address in relation to itself.
    """
    records = [json.loads(row) for row in rows]
    xml = XMLGenerator(file, "utf-8", short_empty_elements=True)
    xml.startDocument()
    xml.startElement("feed", AttributesImpl({"xmlns": "http://www.w3.org/2005/Atom"}))
    _element(xml, "id", identity)
    _element(xml, "title", ", ".join(sorted({record["news_site"] for record in records})) or "spacenews")
    _element(xml, "updated", max((record["crawled_at"] for record in records), default="1970-01-01T00:00:00Z"))
    _element(xml, "generator", "spacenews")
    if name:
        _element(xml, "link", "", rel="self", type="application/atom+xml", href=quote(name))
    sites = sorted({urljoin(record["url"], "/") for record in records})
    for site in sites:  # RFC 4287, 4.1.1: there is one alternate at most
        _element(xml, "link", "", rel="alternate" if len(sites) == 1 else "related", href=site)
    for record in records:
        _entry(xml, record)
    xml.endElement("feed")
    xml.endDocument()


def write_jsonld(rows: Iterable[str], file: BinaryIO) -> None:
    """Write one JSON-LD document, each article a schema.org NewsArticle of its graph."""
    file.write(b'{"@context":"https://schema.org","@graph":[')
    for number, row in enumerate(rows):
        file.write(b",\n" if number else b"\n")
        file.write(dumps(news_article(json.loads(row))).encode())
    file.write(b"\n]}\n")


def write_zyte(rows: Iterable[str], file: BinaryIO) -> None:
    """Write JSON Lines with the field names of zyte-common-items' Article."""
    file.writelines(dumps(zyte_article(json.loads(row))).encode() + b"\n" for row in rows)


def news_article(record: dict[str, Any]) -> dict[str, Any]:
    """Return a record as a schema.org NewsArticle; what is not known is left out."""
    return _known({
        "@type": "NewsArticle",
        "@id": f"urn:uuid:{record['id']}",
        "url": record["url"],
        "headline": record["title"],
        "description": record["summary"],
        "datePublished": record["published_at"],
        "dateModified": record["updated_at"],
        "author": [
            _known({"@type": "Person", "name": author["name"], "url": author["url"], "jobTitle": author["title"]})
            for author in record["authors"]
        ],
        "publisher": {"@type": "Organization", "name": record["news_site"]},
        "articleSection": record["sections"],
        "about": record["topics"],
        "keywords": record["tags"],
        "inLanguage": record["language"],
        "articleBody": record["text"],
        "wordCount": record["word_count"],
        "image": [_image_object(picture) for picture in record["images"]],
        "relatedLink": [related["url"] for related in record["related"]],
        "version": record["version"],
    })  # fmt: skip


def zyte_article(record: dict[str, Any]) -> dict[str, Any]:
    """Return a record with the field names of zyte-common-items' Article; what is not known is left out."""
    return _known({
        "url": record["source"]["url"] or record["url"],
        "canonicalUrl": record["url"],
        "headline": record["title"],
        "description": record["summary"],
        "datePublished": record["published_at"],
        "dateModified": record["updated_at"],
        "authors": [
            _known({"name": author["name"], "nameRaw": author["name"], "url": author["url"]})
            for author in record["authors"]
        ],
        "breadcrumbs": [{"name": name} for name in record["sections"]],
        "inLanguage": record["language"].partition("-")[0] if record["language"] else None,  # ISO 639-1
        "mainImage": {"url": record["image_url"]} if record["image_url"] else None,
        "images": [{"url": picture["url"]} for picture in record["images"]],
        "articleBody": record["text"],
        "metadata": {"dateDownloaded": record["crawled_at"]},
    })  # fmt: skip


def _image_object(picture: dict[str, Any]) -> dict[str, Any]:
    return _known({
        "@type": "ImageObject",
        "contentUrl": picture["url"],
        "caption": picture["caption"],
        "creditText": picture["credit"],
        "encodingFormat": picture["media_type"],
        "width": picture["width"],
        "height": picture["height"],
        "sha256": picture["sha256"],
    })  # fmt: skip


def _known(value: dict[str, Any]) -> dict[str, Any]:
    return {name: part for name, part in value.items() if part not in (None, [], "")}


def _entry(xml: XMLGenerator, record: dict[str, Any]) -> None:
    xml.startElement("entry", AttributesImpl({}))
    _element(xml, "id", f"urn:uuid:{record['id']}")
    _element(xml, "title", record["title"])
    _element(xml, "link", "", rel="alternate", href=record["url"])
    if record["published_at"]:
        _element(xml, "published", record["published_at"])
    _element(xml, "updated", record["updated_at"] or record["published_at"] or record["crawled_at"])
    for name in [author["name"] for author in record["authors"]] or [record["news_site"]]:
        xml.startElement("author", AttributesImpl({}))
        _element(xml, "name", name)
        xml.endElement("author")
    for topic in record["topics"] or record["sections"]:
        _element(xml, "category", "", term=topic)
    if record["summary"]:
        _element(xml, "summary", record["summary"])
    if markup := "\n".join(filter(None, _content(record))):
        _element(xml, "content", markup, type="html")
    xml.endElement("entry")


def _content(record: dict[str, Any]) -> Iterator[str]:
    """Yield the article as HTML, a piece a block: the lead before it, what the body does not place after it."""
    placed = {block["image"] for block in record["body"] if block["type"] == "image"}
    others = [picture for number, picture in enumerate(record["images"]) if number not in placed]
    yield from (_figure(picture) for picture in others if picture["role"] == "lead")
    yield from (_block(block, record["images"]) for block in record["body"])
    yield from (_figure(picture) for picture in others if picture["role"] != "lead")


def _block(block: dict[str, Any], images: Sequence[dict[str, Any]]) -> str:
    match block["type"]:
        case "image":
            return _figure(images[block["image"]])
        case "embed":
            return _embed(block["url"] or "", block["provider"] or "")
        case "list":
            return f"<ul>{''.join(f'<li>{escape(item)}</li>' for item in block['items'] or [])}</ul>"
        case "table":
            rows = ("".join(f"<td>{escape(cell)}</td>" for cell in row) for row in block["rows"] or [])
            return f"<table>{''.join(f'<tr>{row}</tr>' for row in rows)}</table>"
    tag = {"heading": f"h{block['level'] or 2}", "quote": "blockquote", "code": "pre"}.get(block["type"], "p")
    return f"<{tag}>{escape(block['text'] or '')}</{tag}>"


def _embed(address: str, provider: str) -> str:
    if not HTTP.match(address):  # a feed reader may run what a javascript: address says
        return ""
    return f'<p><a href="{escape(address)}">{escape(provider or address)}</a></p>'


def _figure(picture: dict[str, Any]) -> str:
    """Return a picture from its site with caption and credit; one that could not be fetched there is left out."""
    if picture["status"] == "failed" or not HTTP.match(picture["url"]):
        return ""
    said = " — ".join(text for text in (picture["caption"], picture["credit"]) if text)
    caption = f"<figcaption>{escape(said)}</figcaption>" if said else ""
    return f'<figure><img src="{escape(picture["url"])}" alt="{escape(picture["alt"] or "")}">{caption}</figure>'


def _element(xml: XMLGenerator, name: str, text: str, **attributes: str) -> None:
    xml.startElement(name, AttributesImpl({key: NOT_XML.sub("", value) for key, value in attributes.items()}))
    xml.characters(NOT_XML.sub("", text))
    xml.endElement(name)
