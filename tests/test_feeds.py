"""Feeds and sitemaps: what they name, whatever their dialect, and what a hostile one cannot do."""

from __future__ import annotations

import gzip
import json
from contextlib import suppress
from functools import partial

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.timing import grows_by_the_square

from spacenews.extraction.feeds import DiscoveryError, SourceEntry, read_feed, read_sitemap, sitemaps_in_robots_txt

RSS = b"""<?xml version="1.0"?><rss version="2.0" xmlns:dc="http://purl.org/dc/elements/1.1/"><channel>
<link>https://e.com/</link>
<item><title>A &amp; B</title><link> https://e.com/a/?x=1&amp;y=2 </link>
<pubDate>Sat, 20 Feb 2021 10:12:04 -0800</pubDate></item>
<item><title>no link</title></item>
<item><link>https://e.com/b/</link><dc:date>2024-03-01</dc:date></item></channel></rss>"""
ATOM = b"""<feed xmlns="http://www.w3.org/2005/Atom"><link href="https://e.com/feed"/><entry>
<link rel="enclosure" href="https://e.com/a.mp3"/><link href="https://e.com/a/"/>
<published>2024-03-01T10:00:00+02:00</published><updated>2024-03-02T10:00:00Z</updated></entry></feed>"""
RDF = b"""<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns="http://purl.org/rss/1.0/">
<item rdf:about="x"><link>https://e.com/a/</link></item></rdf:RDF>"""
URLSET = b"""<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"
xmlns:news="http://www.google.com/schemas/sitemap-news/0.9"><url><loc>https://e.com/a/</loc><lastmod>2024-05-05</lastmod>
<news:news><news:publication_date>2024-05-01T01:02:03Z</news:publication_date></news:news></url></urlset>"""
INDEX = b"""<sitemapindex><sitemap>
<loc>https://e.com/s.xml</loc><lastmod>2024-05-31T00:00:00+00:00</lastmod></sitemap></sitemapindex>"""
BILLION_LAUGHS = b"""<!DOCTYPE rss [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;">]>
<rss><channel><item><link>https://e.com/&b;</link></item></channel></rss>"""
OUTSIDE = b"""<!DOCTYPE urlset [<!ENTITY x SYSTEM "file:///etc/hostname">]><urlset><url><loc>&x;</loc></url></urlset>"""


def test_rss_names_links_with_their_dates() -> None:
    assert read_feed(RSS) == [
        SourceEntry("https://e.com/a/?x=1&y=2", "2021-02-20T18:12:04Z"),
        SourceEntry("https://e.com/b/", "2024-03-01T00:00:00Z"),
    ]


def test_atom_names_the_page_and_both_dates() -> None:
    assert read_feed(ATOM) == [SourceEntry("https://e.com/a/", "2024-03-01T08:00:00Z", "2024-03-02T10:00:00Z")]


def test_rss_1_is_read_too() -> None:
    assert read_feed(RDF) == [SourceEntry("https://e.com/a/")]


def test_a_feed_cut_off_gives_what_it_had() -> None:
    assert next(entry.url for entry in read_feed(RSS[: RSS.index(b"</dc:date>")])) == "https://e.com/a/?x=1&y=2"


@pytest.mark.parametrize("pack", [bytes, gzip.compress])
def test_a_sitemap_names_pages_with_their_last_change(pack: type[bytes]) -> None:
    assert read_sitemap(pack(URLSET)).pages == [
        SourceEntry("https://e.com/a/", "2024-05-01T01:02:03Z", "2024-05-05T00:00:00Z")
    ]


def test_a_sitemap_index_names_sitemaps() -> None:
    assert read_sitemap(INDEX).sitemaps == [SourceEntry("https://e.com/s.xml", None, "2024-05-31T00:00:00Z")]


HERE = "https://e.com/news/feed.xml"
A, B = "https://e.com/news/a/", "https://e.com/news/b/"
FEEDBURNER = "http://rssnamespace.org/feedburner/ext/1.0"
ATOM_NS = "xmlns='http://www.w3.org/2005/Atom'"


def rss(*items: str, attributes: str = "") -> bytes:
    inside = "".join(f"<item>{item}</item>" for item in items)
    return f"<rss version='2.0' {attributes}><channel><link>https://e.com/</link>{inside}</channel></rss>".encode()


def atom(*entries: str, attributes: str = "") -> bytes:
    inside = "".join(f"<entry>{entry}</entry>" for entry in entries)
    return f"<feed {ATOM_NS} {attributes}><link href='https://e.com/'/>{inside}</feed>".encode()


def urlset(*urls: str) -> bytes:
    return f"<urlset>{''.join(f'<url>{url}</url>' for url in urls)}</urlset>".encode()


def urls(body: bytes) -> list[str]:
    return [entry.url for entry in read_feed(body, HERE)]


def pages(body: bytes) -> list[str]:
    return [entry.url for entry in read_sitemap(body, HERE).pages]


# Which address an entry leads to


@pytest.mark.parametrize(
    "item",
    [
        f"<link>{A}</link>",
        f"<link><![CDATA[ {A} ]]></link>",
        "<link>\n\thttps://e.com/news/\n\ta/\n</link>",
        f"<link><!-- here -->{A}</link>",
        "<link>/news/a/</link>",
        "<link>a/</link>",
        "<link>//e.com/news/a/</link>",
        "<link>\ufeffhttps://e.com/news/a/</link>",
        "<link xml:base='/news/'>a/</link>",
        f"<guid>{A}</guid>",
        f"<guid isPermaLink=' True '>{A}</guid>",
        f"<link/><guid>{A}</guid>",
        f"<link> </link><link>{A}</link>",
        f"<x:link xmlns:x='urn:x'>https://e.com/wrong/</x:link><link>{A}</link>",
        f"<y:guid xmlns:y='urn:y'>https://e.com/wrong/</y:guid><guid>{A}</guid>",
        f"<link>https://counter.example/1</link><fb:origLink xmlns:fb='{FEEDBURNER}'>{A}</fb:origLink>",
        f"<link {ATOM_NS} href='https://e.com/comments/' rel='replies'/><link {ATOM_NS} href='{A}'/>",
        f"<source url='https://else.example/feed'>Else</source><link>{A}</link>",
        f"<enclosure url='https://e.com/a.mp3'/><link>{A}</link>",
    ],
)
def test_the_address_of_an_item(item: str) -> None:
    assert urls(rss(item, f"<link>{B}</link>")) == [A, B]


def test_an_address_may_lack_its_scheme() -> None:
    assert urls(rss("<link>www.e.com/a/</link>")) == ["https://www.e.com/a/"]


def test_an_id_that_is_no_permalink_is_no_address() -> None:
    assert urls(rss(f"<guid isPermaLink='false'>{A}</guid>", "<guid>tag:e.com,2024:1</guid>", "<guid>17</guid>")) == []


@pytest.mark.parametrize(
    "entry",
    [
        f"<link href='{A}'/>",
        f"<link rel='alternate' href=' {A} '/>",
        f"<link rel='http://www.iana.org/assignments/relation/alternate' href='{A}'/>",
        "<link href='/news/a/'/>",
        "<link href='a/' xml:base='https://e.com/news/'/>",
        f"<link rel='self' href='https://e.com/1.atom'/><link rel='edit' href='/e'/><link href='{A}'/>",
        f"<link type='application/json' href='https://e.com/a.json'/><link type='text/html' href='{A}'/>",
        f"<link hreflang='de' href='https://e.com/de/a/'/><link hreflang='en-GB' href='{A}'/>",
        f"<id>{A}</id>",
        f"<id>{A}</id><link rel='enclosure' href='https://e.com/a.mp3'/>",
        f"<id>tag:e.com,2024:1</id><link href='{A}'/>",
        f"<source><id>https://else.example/</id><link href='https://else.example/'/></source><link href='{A}'/>",
        f"<content><div xmlns='http://www.w3.org/1999/xhtml'><link href='/x.css'/></div></content><link href='{A}'/>",
    ],
)
def test_the_address_of_an_entry(entry: str) -> None:
    assert urls(atom(entry, f"<link href='{B}'/>", attributes="xml:lang='en'")) == [A, B]


def test_bases_lie_in_each_other() -> None:
    entry = "<link href='a/'/>"
    assert urls(atom(entry, attributes="xml:base='https://e.com/'")) == ["https://e.com/a/"]
    body = atom(entry, attributes="xml:base='https://e.com/'").replace(b"<entry>", b"<entry xml:base='news/'>")
    assert urls(body) == [A]
    assert urls(body.replace(b"<link href='a/'", b"<link xml:base='./deep/' href='a/'")) == [
        "https://e.com/news/deep/a/"
    ]


def test_other_addresses_of_an_entry_are_kept_for_where_its_link_is_a_counter() -> None:
    [entry] = read_feed(rss(f"<link>https://counter.example/1</link><guid>{A}</guid>"), HERE)
    assert (entry.url, entry.other_urls) == ("https://counter.example/1", (A,))


def test_rss_1_names_its_items_by_their_subject() -> None:
    assert urls(RDF.replace(b"<link>https://e.com/a/</link>", b"").replace(b'"x"', b'"https://e.com/a/"')) == [
        "https://e.com/a/"
    ]


def test_a_json_feed_is_a_feed() -> None:
    items = [
        {"id": "1", "url": A, "date_published": "2024-03-01T10:00:00+01:00", "date_modified": "2024-03-02T00:00:00Z"},
        {"id": B, "external_url": "https://else.example/"},
        {"id": "3"},
        "no item",
    ]
    body = json.dumps({"version": "https://jsonfeed.org/version/1.1", "items": items}).encode()
    assert read_feed(b"\xef\xbb\xbf" + body, HERE) == [
        SourceEntry(A, "2024-03-01T09:00:00Z", "2024-03-02T00:00:00Z"),
        SourceEntry(B),
    ]


# Dates


@pytest.mark.parametrize(
    ("dates", "published", "changed"),
    [
        ("<pubDate>Sat, 04 Jul 2020 10:00:00 CEST</pubDate>", "2020-07-04T08:00:00Z", None),
        ("<pubDate>Sat, Jul 4 2020 10:00:00 PM EDT</pubDate>", "2020-07-05T02:00:00Z", None),
        ("<pubDate>4 July 2020 10:00</pubDate>", "2020-07-04T14:00:00Z", None),
        ("<pubDate>soon</pubDate><dc:date>2020-07-04</dc:date>", "2020-07-04T04:00:00Z", None),
        ("<pubDate>04/07/2020</pubDate>", None, None),
        ("<pubDate>Sat, 04 Jul 2099 10:00:00 GMT</pubDate>", None, None),
        ("<x:pubDate xmlns:x='urn:x'>Sat, 04 Jul 2020 10:00:00 GMT</x:pubDate>", None, None),
        ("<a:updated>2020-07-04T10:00:00Z</a:updated>", None, "2020-07-04T10:00:00Z"),
        ("<dcterms:issued>2020-07-04T10:00:00Z</dcterms:issued>", "2020-07-04T10:00:00Z", None),
        ("<dcterms:modified>2020-07-04T10:00:00Z</dcterms:modified>", None, "2020-07-04T10:00:00Z"),
    ],
)
def test_the_dates_of_an_item(dates: str, published: str | None, changed: str | None) -> None:
    declared = (
        "xmlns:dc='http://purl.org/dc/elements/1.1/' xmlns:dcterms='http://purl.org/dc/terms/' "
        "xmlns:a='http://www.w3.org/2005/Atom'"
    )
    body = rss(f"<link>{A}</link>{dates}", attributes=declared)
    assert read_feed(body, HERE, "America/New_York") == [SourceEntry(A, published, changed)]


def test_atom_0_3_has_dates_of_its_own() -> None:
    entry = f"<link href='{A}'/><modified>2004-03-02T10:00:00Z</modified><issued>2004-03-01T10:00:00+01:00</issued>"
    body = atom(entry).replace(b"http://www.w3.org/2005/Atom", b"http://purl.org/atom/ns#")
    assert read_feed(body, HERE) == [SourceEntry(A, "2004-03-01T09:00:00Z", "2004-03-02T10:00:00Z")]


# What is not well-formed


@pytest.mark.parametrize(
    "error",
    [
        "<title>Moon & Mars</title>",
        "<title>1 < 2</title>",
        "<title>an &eacute;clair &nbsp;</title>",
        "<title>never closed",
        "<description>a<br>b<img src='z'></description>",
        "<description><p>a<p>b</div></span></description>",
        '<description><img src=z.jpg alt="6" wide"></description>',
        "<description><![CDATA[never closed</description>",
        "<description><!-- never closed</description>",
        "<description><script>if (a < b && c) { '<item>' }</script></description>",
        "<media:content url='https://e.com/a.jpg'/>",
        "<title>\x00\x0b\x1f</title>",
        "</channel></rss>",
        "</b></p>",
    ],
)
def test_an_error_costs_no_entry(error: str) -> None:
    good = f"<link>{B}</link><pubDate>Fri, 01 Mar 2024 10:00:00 +0100</pubDate>"
    for body in (rss(f"{error}<link>{A}</link>", good), rss(f"<link>{A}</link>{error}", good)):
        found = {entry.url: entry.published_at for entry in read_feed(body, HERE)}
        assert found == {A: None, B: "2024-03-01T09:00:00Z"}


def test_ampersands_need_no_escape_in_addresses() -> None:
    for query in ("?x=1&y=2", "?x=1&amp;y=2", "?x=1&amp;amp;y=2", "?x=1&#38;y=2", "<![CDATA[?x=1&y=2]]>"):
        assert urls(rss(f"<link>https://e.com/{query}</link>")) == ["https://e.com/?x=1&y=2"]
        assert pages(urlset(f"<loc>https://e.com/{query}</loc>")) == ["https://e.com/?x=1&y=2"]
    assert urls(rss("<link>https://e.com/?a=1&copy=2&section=3&lt=4</link>")) == [
        "https://e.com/?a=1&copy=2&section=3&lt=4"
    ]


def test_a_broken_feed_says_as_much_as_a_whole_one() -> None:
    """The scanner and the parser agree on everything that is well-formed."""
    declared = (
        "xmlns:dc='http://purl.org/dc/elements/1.1/' xmlns:a10='http://www.w3.org/2005/Atom' "
        "xmlns:feedburner='http://rssnamespace.org/feedburner/ext/1.0' xml:base='https://e.com/x/'"
    )
    items = (
        "<link>/news/a/</link><dc:date>2024-03-01</dc:date>",
        "<link>a/</link><a10:updated>2024-03-01T10:00:00Z</a10:updated>",
        "<link>https://counter.example</link><feedburner:origLink>https://e.com/b/</feedburner:origLink>",
        "<a10:link rel='self' href='/no/'/><a10:link href='/yes/?a=1&amp;b=2'/>",
        f"<guid isPermaLink='false'>{A}</guid>",
        f"<guid><![CDATA[{A}]]></guid><pubDate>Fri, 01 Mar 2024 10:00:00 GMT</pubDate>",
    )
    entries = (
        f"<link href='a/'/><published>2024-03-01</published><source><link href='{A}'/><updated>2024</updated></source>",
        f"<source><link href='{B}'/><updated>2024-03-01</updated></source><id>{A}</id><updated>2024-03-02</updated>",
    )
    for whole in (
        rss(*items, attributes=declared),
        atom(*entries, attributes="xml:lang='de' xml:base='https://e.com/y/'"),
    ):
        broken = whole.replace(b"</channel>", b"<p></channel>").replace(b"</feed>", b"<p></feed>")
        assert read_feed(whole, HERE) == read_feed(broken, HERE)
        assert len(read_feed(whole, HERE)) >= 2
    news = "xmlns:n='http://www.google.com/schemas/sitemap-news/0.9' xmlns:image='urn:image'"
    page = (
        f"<image:image><image:loc>/a.jpg</image:loc></image:image><loc>{A}</loc><n:news><n:publication_date>2024-03-01"
        "</n:publication_date></n:news><lastmod>2024-03-02</lastmod>"
    )
    sitemap = urlset(page).replace(b"<urlset>", f"<urlset {news}>".encode())
    assert read_sitemap(sitemap) == read_sitemap(sitemap.replace(b"</urlset>", b"<p></urlset>"))
    assert read_sitemap(sitemap).pages == [SourceEntry(A, "2024-03-01T00:00:00Z", "2024-03-02T00:00:00Z")]


@pytest.mark.parametrize(
    "before",
    [
        b"\xef\xbb\xbf",
        b"\xef\xbb\xbf\xef\xbb\xbf",
        b"\r\n \t",
        b"\xef\xbb\xbf\n",
        b"<!-- cached -->\n",
        b"<br />\n<b>Warning</b>: Undefined index in <b>/var/www/feed.php</b> on line <b>7</b><br />\n",
        b"Notice: nothing of this is XML\n",
    ],
)
@pytest.mark.parametrize("declaration", [b"", b'<?xml version="1.0" encoding="UTF-8"?>\n'])
def test_what_stands_before_the_feed_is_passed_over(before: bytes, declaration: bytes) -> None:
    assert urls(before + declaration + rss(f"<link>{A}</link>")) == [A]
    assert pages(before + declaration + urlset(f"<loc>{A}</loc>")) == [A]


def test_what_stands_behind_it_too() -> None:
    assert urls(rss(f"<link>{A}</link>") + b"<script>x</script>") == [A]


@pytest.mark.parametrize("said", ["utf-8", "utf-16", "iso-8859-1", "us-ascii", "klingon", "rot13", "idna", None])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "utf-16-le", "cp1252"])
def test_an_encoding_that_is_not_the_one_declared(encoding: str, said: str | None) -> None:
    declaration = f"<?xml version='1.0' encoding='{said}'?>" if said else "<?xml version='1.0'?>"
    body = declaration + rss("<link>https://e.com/über-den-mond/</link>").decode()
    assert urls(body.encode(encoding)) == ["https://e.com/über-den-mond/"]


def test_an_encoding_that_is_rare() -> None:
    body = "<?xml version='1.0' encoding='{}'?>" + rss("<link>https://e.com/月/</link>").decode()
    for encoding in ("iso-2022-jp", "shift_jis", "euc-jp", "gb18030"):
        assert urls(body.format(encoding).encode(encoding)) == ["https://e.com/月/"]


def test_a_feed_that_breaks_off_says_so_and_nothing_half() -> None:
    body = rss(f"<link>{A}</link>", f"<link>{B}</link><pubDate>Fri, 01 Mar 2024 10:00:00 GMT</pubDate>")
    assert not read_feed(body, HERE).cut
    end = body.index(b"</channel>")
    for length in range(body.index(b"<item>"), end):
        found = read_feed(body[:length], HERE)
        assert found.cut
        assert {entry.url for entry in found} <= {A, B}
        assert {entry.published_at for entry in found} <= {None, "2024-03-01T10:00:00Z"}
    packed = gzip.compress(urlset(*(f"<loc>{A}{n * 7919 % 1000}</loc>" for n in range(3000))))
    sitemap = read_sitemap(packed[: len(packed) // 2])
    assert sitemap.cut
    assert 100 < len(sitemap.pages) < 3000
    assert not read_sitemap(packed).cut


# Sitemaps


@pytest.mark.parametrize(
    "entry",
    [
        f"<loc>{A}</loc>",
        f"<loc>\n  <![CDATA[{A}]]>\n</loc>",
        "<loc>/news/a/</loc>",
        f"<i:image xmlns:i='http://www.google.com/schemas/sitemap-image/1.1'><i:loc>/a.jpg</i:loc></i:image><loc>{A}</loc>",
        f"<i:loc xmlns:i='http://www.google.com/schemas/sitemap-image/1.1'>/a.jpg</i:loc><loc>{A}</loc>",
        f"<image><loc>/a.jpg</loc></image><loc>{A}</loc>",
        f"<x:link xmlns:x='http://www.w3.org/1999/xhtml' rel='alternate' hreflang='de' href='/de/a/'/><loc>{A}</loc>",
    ],
)
def test_the_address_of_a_page(entry: str) -> None:
    assert pages(urlset(entry, f"<loc>{B}</loc>")) == [A, B]
    assert pages(urlset(entry, "<lastmod>1 & 2</lastmod>", f"<loc>{B}</loc>")) == [A, B]


def test_the_date_of_a_video_is_not_that_of_the_page() -> None:
    video = "<v:video xmlns:v='http://www.google.com/schemas/sitemap-video/1.1'><v:publication_date>2019-01-01"
    [page] = read_sitemap(urlset(f"<loc>{A}</loc>{video}</v:publication_date></v:video>")).pages
    assert page.published_at is None


@pytest.mark.parametrize("namespace", ["http://www.sitemaps.org/schemas/sitemap/0.9", "https://www.google.com/x", ""])
@pytest.mark.parametrize("layers", [0, 1, 2])
def test_a_sitemap_in_any_namespace_and_packing(namespace: str, layers: int) -> None:
    body = f"<s:urlset xmlns:s='{namespace}'>" if namespace else "<s:urlset>"
    packed = f"{body}<s:url><s:loc>{A}</s:loc></s:url></s:urlset>".encode()
    for _ in range(layers):
        packed = gzip.compress(packed)
    assert pages(packed) == [A]


def test_what_is_packed_for_ever_is_refused() -> None:
    body = URLSET
    for _ in range(9):
        body = gzip.compress(body)
    with pytest.raises(DiscoveryError, match="packed"):
        read_sitemap(body)


@pytest.mark.parametrize(
    "body",
    [
        f"{A}\n{B}\n".encode(),
        f"\r\n{A}\r\n\r\n{B}".encode(),
        b"\xef\xbb\xbf" + f"{A}\r{B}\r".encode(),
        f"{A} 2024-03-01\n# more:\n{B}\n".encode(),
        f"{A}\n{B}".encode("utf-16"),
        gzip.compress(f"{A}\n{B}\n".encode(), mtime=0),
        rss(f"<link>{A}</link>", f"<guid>{B}</guid>"),
        atom(f"<link href='{A}'/>", f"<id>{B}</id>"),
        RDF.replace(b"https://e.com/a/", A.encode()).replace(
            b"</item>", f"</item><item><link>{B}</link></item>".encode()
        ),
    ],
)
def test_a_sitemap_may_be_a_text_or_a_feed(body: bytes) -> None:
    assert pages(body) == [A, B]


def test_a_sitemap_index_that_names_pages_too() -> None:
    found = read_sitemap(INDEX.replace(b"</sitemapindex>", f"<url><loc>{A}</loc></url></sitemapindex>".encode()))
    assert [entry.url for entry in found.sitemaps] == ["https://e.com/s.xml"]
    assert [entry.url for entry in found.pages] == [A]


@pytest.mark.parametrize("body", [b"Not found", b"<html>https://e.com/</html>", b"see https://e.com/", b"{}", RSS[:30]])
def test_what_is_no_sitemap_is_refused_or_empty(body: bytes) -> None:
    try:
        assert read_sitemap(body).pages == []
    except DiscoveryError:
        return


@pytest.mark.parametrize(
    ("line", "found"),
    [
        (b"Sitemap: https://e.com/s.xml", ["https://e.com/s.xml"]),
        (b"  siteMAP\t:https://e.com/s.xml#main", ["https://e.com/s.xml"]),
        (b"Sitemap: https://e.com/s.xml # the main one", ["https://e.com/s.xml"]),
        (b"Sitemap: <https://e.com/s.xml>,", ["https://e.com/s.xml"]),
        (b"Sitemap: s.xml", ["https://e.com/s.xml"]),
        (b"Sitemap: https://e.com/s.xml\x00\x00", ["https://e.com/s.xml"]),
        (b"Sitemap:", []),
        (b"Sitemap: # none yet", []),
        (b"# Sitemap: https://e.com/s.xml", []),
        (b"Disallow: /sitemap: https://e.com/s.xml", []),
        (b"User-agent: Sitemap", []),
    ],
)
def test_sitemap_lines_of_robots_txt(line: bytes, found: list[str]) -> None:
    for end in (b"\n", b"\r\n", b"\r"):
        for before in (b"", b"\xef\xbb\xbf", b"User-agent: *" + end):
            body = before + line + end + b"Allow: /" + end
            assert sitemaps_in_robots_txt(body, "https://e.com/robots.txt") == found


# What a hostile one cannot do


@pytest.mark.faults
@pytest.mark.parametrize(
    "part",
    [
        b"<",
        b"<a",
        b"<a:",
        b"<a b",
        b"<a b='",
        b"<item>",
        b"<item><link>",
        b"<item xml:base='a/'><link>b",
        b"<![CDATA[",
        b"<!--",
        b"]]>",
        b"-->",
        b"<!--]]><![CDATA[-->",
        b"&amp;",
        b"&#38",
        b"<item><source>",
        b"<item><link href=' ' ",
        b"<item><link>\n \n ",
        b"<item><pubDate>Mar 4, ",
        b"<?xml ",
        b"\xe9",
        b"x",
        b"\x1b",
    ],
)
def test_reading_takes_time_by_the_length_and_not_by_its_square(part: bytes) -> None:
    def read_either(opening: bytes, size: int) -> None:
        for read in (read_feed, read_sitemap):
            with suppress(DiscoveryError):
                read(opening + part * (size // len(part)), HERE)

    for opening in (b"<rss>", b"<urlset>", b"https://e.com/", b'{"items":['):
        assert not grows_by_the_square(partial(read_either, opening), 100_000), opening


@pytest.mark.parametrize("body", [b"", b"<html><body>moved</body></html>", b"{}", b"\x1f\x8bno gzip", URLSET[:40]])
def test_what_is_no_feed_is_refused(body: bytes) -> None:
    with pytest.raises(DiscoveryError):
        read_feed(body)


@pytest.mark.parametrize("body", [BILLION_LAUGHS, BILLION_LAUGHS.decode().encode("utf-16")])
def test_a_document_type_is_refused_in_every_encoding(body: bytes) -> None:
    with pytest.raises(DiscoveryError, match="document type"):
        read_feed(body)


def test_a_sitemap_reads_no_file_of_this_machine() -> None:
    with pytest.raises(DiscoveryError, match="document type"):
        read_sitemap(OUTSIDE)


def test_a_gzip_bomb_is_refused() -> None:
    packed = gzip.compress(b"<urlset>" + b" " * 1_000_000 + b"</urlset>")
    with pytest.raises(DiscoveryError, match="unpacked"):
        read_sitemap(packed, max_bytes=100_000)
    assert read_sitemap(packed, max_bytes=2_000_000).pages == []


@given(
    st.binary()
    | st.sampled_from([RSS, ATOM, URLSET, INDEX]).flatmap(
        lambda body: st.integers(0, len(body)).map(lambda n: body[:n])
    )
)
def test_no_bytes_raise_anything_else(body: bytes) -> None:
    for read in (read_feed, read_sitemap):
        sitemaps_in_robots_txt(body, HERE)
        try:
            read(body, HERE)
        except DiscoveryError:
            continue
