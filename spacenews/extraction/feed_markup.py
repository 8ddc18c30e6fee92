"""The markup of feeds and sitemaps, well-formed or not -> its entries, as raw texts.

What is well-formed is parsed as XML, without DTD, entities and network. Everything else is scanned tag by tag, so that
an error costs the entry it is in and none of those that follow.
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from html import unescape
from itertools import chain

from lxml import etree
from w3lib.encoding import resolve_encoding

from spacenews.extraction.markup_limits import too_complex
from spacenews.reasons import RequestPurpose
from spacenews.urls import MAX_LENGTH, join_url

PROLOG = 100_000  # bytes in which the root element begins: some servers write warnings before it
ENTRIES = {  # root element -> what its entries are called
    **dict.fromkeys(("rss", "rdf", "feed", "channel"), ("item", "entry")),
    **dict.fromkeys(("urlset", "sitemapindex"), ("url", "sitemap")),
}
PREFIXES = {
    "http://www.w3.org/2005/Atom": "atom",
    "http://purl.org/atom/ns#": "atom",  # Atom 0.3
    "http://purl.org/dc/elements/1.1/": "dc",
    "http://purl.org/dc/terms/": "dcterms",
    "http://rssnamespace.org/feedburner/ext/1.0": "feedburner",
    "http://www.google.com/schemas/sitemap-news/0.9": "news",
}
MEANING = {  # elements of the format by their bare name, others as `dc:date`, in lower case -> what they say
    **dict.fromkeys(("link", "loc"), "url"),
    "atom:link": "link",
    "feedburner:origlink": "original",
    **dict.fromkeys(("guid", "id"), "id"),
    **dict.fromkeys(("pubdate", "published", "issued", "created", "date"), "published"),
    **dict.fromkeys(("dc:date", "dcterms:date", "dcterms:issued", "dcterms:created"), "published"),
    **dict.fromkeys(("atom:published", "news:publication_date"), "published"),
    **dict.fromkeys(("updated", "modified", "lastmod", "dcterms:modified", "atom:updated"), "changed"),
}

_XML = "{http://www.w3.org/XML/1998/namespace}"
_ABOUT = "{http://www.w3.org/1999/02/22-rdf-syntax-ns#}about"
_ABSOLUTE = ("https://", "http://")
_START = re.compile(
    rb"<\?xml\b|<!doctype\b|<(?:[\w.-]++:)?+(?:rss|rdf|feed|channel|urlset|sitemapindex|html)\b", re.IGNORECASE
)
_DECLARED = re.compile(rb"<\?xml[^>]*?encoding\s*=\s*[\"']([\w.:-]+)")
_SECTION = re.compile(r"<!\[CDATA\[|\]\]>|<!--|-->")
_TAG = re.compile(r"<(/?)(?:([\w.-]++):)?+([A-Za-z_][\w.-]*+)([^<>]*+)>([^<]*+)")
_ATTRIBUTE = re.compile(r"(?<![\w.:-])([\w.:-]++)\s*+=\s*+(?:\"([^\"]*+)\"|'([^']*+)'|([^\s\"'>]++))")
_REFERENCE = re.compile(r"&(?:#[0-9]{1,7}|#[xX][0-9a-fA-F]{1,6}|amp|lt|gt|quot|apos);")
_INVISIBLE = re.compile(r"[\x00-\x1f\x7f\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]")


class DiscoveryError(ValueError):
    """A feed or sitemap that cannot be read; the message says why."""


@dataclass(slots=True)
class Entry:
    """What is said of one address; addresses are absolute where a base is known."""

    kind: str  # item, entry, url or sitemap
    url: str = ""
    original: str = ""  # the address to which that of a counter leads
    links: list[Mapping[str, str]] = field(default_factory=list)  # attributes of link elements with href
    ids: list[str] = field(default_factory=list)  # which may be addresses
    published: list[str] = field(default_factory=list)
    changed: list[str] = field(default_factory=list)

    def add(self, meaning: str, text: str | None, attributes: Mapping[str, str], base: str) -> None:
        """Note a child element of one of the MEANINGs."""
        text = text.strip() if text else ""
        if meaning == "url" and text:
            self.url = self.url or address(text, base)
        elif meaning in ("url", "link"):
            if href := attributes.get("href", "").strip():
                self.links.append({**attributes, "href": address(href, base)})
        elif meaning == "original":
            self.original = self.original or address(text, base)
        elif meaning == "id":
            if attributes.get("isPermaLink", "true").strip().lower() != "false":
                self.ids.append(text)
        elif text:
            (self.changed if meaning == "changed" else self.published).append(text)


@dataclass
class Document:
    """A feed or sitemap: the name of its root element in lower case, and its entries."""

    kind: str
    entries: Iterator[Entry]
    language: str = ""
    cut: bool = False  # it ends before its end


def read_markup(body: bytes, url: str) -> Document:
    """Read the markup that was found at *url*; raises DiscoveryError when it is neither feed nor sitemap."""
    body = in_utf8(body)
    start = _START.search(body[:PROLOG])
    if start is None:
        raise DiscoveryError("no XML")
    body = body[start.start() :]
    if too_complex(body, RequestPurpose.SITEMAP):
        raise DiscoveryError("it has more elements than a feed or sitemap may have")
    try:
        root = etree.fromstring(body, _parser())
    except etree.XMLSyntaxError as error:
        return _scanned(body.decode("utf-8", "replace"), url, error)
    document = _parsed(root, url)
    if document.kind in ENTRIES and root.getroottree().docinfo.doctype:
        raise _has_doctype()
    return document


def address(text: str, base: str) -> str:
    """Return an address made absolute, without line breaks in it, without what was escaped twice, with its scheme."""
    text = text.strip()
    if len(text) > 4 * MAX_LENGTH:
        return ""
    if not text.isprintable():
        text = "".join(part.strip() for part in _INVISIBLE.split(text))
    if text[:4].lower() == "www.":
        text = f"https://{text}"
    return join_url(text.replace("&amp;", "&"), base)


def in_utf8(body: bytes) -> bytes:
    """Return a text in UTF-8, whatever encoding it is in and whatever it says of that.

    What can be read as UTF-8 is: bytes of other encodings nearly never can.
    """
    for mark, encoding in (
        (codecs.BOM_UTF8, "utf-8"),
        (codecs.BOM_UTF32_LE, "utf-32"),
        (codecs.BOM_UTF32_BE, "utf-32"),
        (codecs.BOM_UTF16_LE, "utf-16"),
        (codecs.BOM_UTF16_BE, "utf-16"),
        (b"<\0", "utf-16-le"),
        (b"\0<", "utf-16-be"),
    ):
        if body.startswith(mark):
            return body[3:] if encoding == "utf-8" else body.decode(encoding, "replace").encode("utf-8", "replace")
    said = _DECLARED.search(body[:1000])
    declared = (resolve_encoding(said[1].decode()) if said else None) or "utf-8"
    first = declared if b"\x1b" in body else "utf-8"  # ISO 2022 looks like ASCII
    for encoding in (first, declared):
        try:
            text = body.decode(encoding)
        except (LookupError, UnicodeError):
            continue
        return body if encoding == "utf-8" else text.encode("utf-8", "replace")
    text = body.decode("utf-8", "replace")
    broken, beyond_ascii = text.count("\ufffd"), len(text) - len(text.encode("ascii", "ignore"))
    return (text if 2 * broken < beyond_ascii else body.decode("cp1252", "replace")).encode()


def _has_doctype() -> DiscoveryError:
    return DiscoveryError("it has a document type declaration, which no feed or sitemap needs")


# Well-formed


def _parser() -> etree.XMLParser[etree._Element]:
    return etree.XMLParser(
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        huge_tree=False,
        remove_comments=True,
        remove_pis=True,
        encoding="utf-8",
    )


def _parsed(root: etree._Element, url: str) -> Document:
    kind = str(root.tag).rpartition("}")[2].lower()
    is_feed = "item" in ENTRIES.get(kind, ())
    found = root.iter("{*}item", "{*}entry") if is_feed else root.iterchildren("{*}url", "{*}sitemap")
    return Document(kind, (_entry(element, url) for element in found), root.get(_XML + "lang") or "")


def _entry(element: etree._Element, url: str) -> Entry:
    own, _, kind = str(element.tag).rpartition("}")
    entry = Entry(kind)
    for child in element:
        name = _name(str(child.tag), own)
        meaning = MEANING.get(name, "")
        if meaning in ("published", "changed"):
            entry.add(meaning, child.text, {}, "")
        elif meaning:
            absolute = (child.text or "").lstrip().startswith(_ABSOLUTE)  # then its base need not be known
            entry.add(meaning, child.text, dict(child.attrib), url if absolute else _base(child, url))
        elif name == "news:news":
            for part in child:
                if meaning := MEANING.get(_name(str(part.tag), own), ""):
                    entry.add(meaning, part.text, {}, "")
    if about := element.get(_ABOUT):
        entry.ids.append(about)
    return entry


@lru_cache(maxsize=1024)
def _name(tag: str, own: str) -> str:
    """Return the name under which MEANING knows an element; empty for one of a namespace that says nothing."""
    namespace, _, name = tag.rpartition("}")
    if namespace == own:
        return name.lower()
    if name == "origLink":  # FeedBurner's, and that of others who count clicks
        return "feedburner:origlink"
    prefix = PREFIXES.get(namespace[1:])
    return f"{prefix}:{name.lower()}" if prefix else ""


def _base(element: etree._Element, url: str) -> str:
    """Return what addresses in an element are relative to (XML Base)."""
    said = [each.get(_XML + "base", "") for each in chain((element,), element.iterancestors())]
    for base in filter(None, reversed(said)):
        url = join_url(base, url)
    return url


# Everything else


def _scanned(text: str, url: str, error: etree.XMLSyntaxError) -> Document:
    """Read markup that is not well-formed."""
    text = _without_sections(text)
    tags = _TAG.finditer(text)
    root = next(tags, None)
    if root is None:
        raise DiscoveryError(f"no XML: {error.msg}")
    kind = root[3].lower()
    if kind in ENTRIES and re.search("<!doctype", text[: root.start()], re.IGNORECASE):
        raise _has_doctype()
    attributes = _attributes(root[4])
    cut = not re.search(rf"</(?:[\w.-]+:)?{re.escape(root[3])}\s*>", text[-PROLOG:])
    return Document(kind, _entries(text, root, url), attributes.get("xml:lang", ""), cut)


def _entries(text: str, root: re.Match[str], url: str) -> Iterator[Entry]:
    names = ENTRIES.get(root[3].lower(), ())
    containers = ("source",) if "item" in names else ("image", "video")  # their links and dates are those of others
    prefixes = {name: name for name in PREFIXES.values()} | _declared(root[4])
    base = document_base = join_url(_attributes(root[4]).get("xml:base", ""), url)
    entry: Entry | None = None
    own, container = "", ""
    for tag in _TAG.finditer(text, root.end()):
        closing, prefix, name, rest, content = tag.groups()
        name = name.lower()
        if name in names and ("item" in names or prefix == root[2]):
            if entry:
                yield entry
            entry, own, container = None, prefix, ""
            if not closing:
                attributes = _attributes(rest)
                base = join_url(attributes.get("xml:base", ""), document_base)
                entry = Entry(name, ids=[attributes.get("rdf:about", "")])
        elif container:
            container = "" if closing and name == container else container
        elif entry and not closing and name in containers and not rest.endswith("/"):
            container = name
        elif entry and not closing and (meaning := MEANING.get(_prefixed(name, prefix, own, prefixes))):
            attributes = _attributes(rest)
            said = _resolved(content) if tag.end() < len(text) else ""  # the document was cut here
            entry.add(meaning, said, attributes, join_url(attributes.get("xml:base", ""), base))
    if entry:
        yield entry


def _prefixed(name: str, prefix: str | None, own: str | None, prefixes: Mapping[str, str]) -> str:
    """Return the name under which MEANING knows an element."""
    if prefix == own:
        return name
    return "feedburner:origlink" if name == "origlink" else f"{prefixes.get(prefix or '', '')}:{name}"


def _declared(attributes: str) -> dict[str, str]:
    """Return the prefixes that a root element declares, with ours for the same namespaces."""
    said = _attributes(attributes).items()
    return {name[6:]: PREFIXES[value] for name, value in said if name.startswith("xmlns:") and value in PREFIXES}


def _attributes(text: str) -> dict[str, str]:
    return {found[1]: _resolved(found[2] or found[3] or found[4] or "") for found in _ATTRIBUTE.finditer(text)}


def _resolved(text: str) -> str:
    """Resolve the character references that XML knows; `&copy=1` in an address is none."""
    return _REFERENCE.sub(lambda found: unescape(found[0]), text) if "&" in text else text


def _without_sections(text: str) -> str:
    """Write CDATA as escaped text and drop comments; one that is never closed, or opened again, is no section."""
    parts: list[str] = []
    done = 0
    opened: re.Match[str] | None = None
    for mark in _SECTION.finditer(text):
        if mark[0] == "<![CDATA[" or (mark[0] == "<!--" and (opened is None or opened[0] == "<!--")):
            opened = mark
        elif opened and mark[0] == ("]]>" if opened[0] == "<![CDATA[" else "-->"):
            parts.append(text[done : opened.start()])
            if mark[0] == "]]>":
                parts.append(text[opened.end() : mark.start()].replace("&", "&amp;").replace("<", "&lt;"))
            done, opened = mark.end(), None
    return "".join(parts) + text[done:]
