"""Feeds and sitemaps: what they name, whatever their dialect, and what a hostile one cannot do."""

from __future__ import annotations

import gzip

import pytest
from hypothesis import given
from hypothesis import strategies as st

from spacenews.extraction.feeds import DiscoveryError, SourceEntry, read_feed, read_sitemap

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
        try:
            read(body)
        except DiscoveryError:
            continue
