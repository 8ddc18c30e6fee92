"""What is thrown at the parts that read what others wrote, and what has to hold whatever comes.

Each target takes bytes and raises nothing but a failure of its promise; `seeds` are well-formed inputs to begin with.
"""

from __future__ import annotations

import gzip
import json
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path

from PIL import Image
from scrapy import Request
from scrapy.http import HtmlResponse

from spacenews import urls
from spacenews.clock import parse_iso
from spacenews.downloading.pace import retry_after
from spacenews.downloading.warc_archive import open_archive
from spacenews.errors import UsageError
from spacenews.extensions.clean_log import clean
from spacenews.extraction.feeds import DiscoveryError, read_feed, read_sitemap, sitemaps_in_robots_txt
from spacenews.extraction.image_files import ImageError, ImageLimits, probe
from spacenews.extraction.json_ld import read_json
from spacenews.extraction.loaders import read_article
from spacenews.extraction.markup_limits import too_complex
from spacenews.extraction.robots_tags import is_barred
from spacenews.schema import to_record
from spacenews.spiders.digitaltrends_space import DigitaltrendsSpaceSpider

SITES = Path(__file__).parent.parent / "sites"
DEMO = Path(__file__).parent.parent.parent / "spacenews" / "commands"
URL = "https://www.digitaltrends.com/space/a-story/"
SITE = DigitaltrendsSpaceSpider


def read_page(data: bytes) -> None:
    """Whatever a page is, reading gives a record that is JSON, clean text and addresses of the web."""
    if too_complex(data):
        return
    article = read_article(HtmlResponse(URL, body=data), SITE())
    record = json.loads(json.dumps(to_record(article), allow_nan=False))
    json.dumps(record, ensure_ascii=False).encode()  # no lone surrogate
    assert not any(ord(char) < 32 and char != "\n" for char in record["text"])
    for picture in article.images:
        assert all(address.startswith(("http://", "https://")) for address in picture.candidates)
    for found in article.related:
        assert found.url.startswith(("http://", "https://"))


def read_structured(data: bytes) -> None:
    """A block of JSON-LD is read or refused by ValueError."""
    try:
        read_json(data.decode("utf-8", "replace"))
    except ValueError:
        return


def compare_addresses(data: bytes) -> None:
    """A canonical address is one that stays as it is; nothing raises."""
    url = data.decode("utf-8", "surrogateescape")
    site = SITE()
    canonical = urls.canonical(url, site)
    if canonical is not None:
        assert canonical.startswith("https://www.digitaltrends.com/")
        assert urls.canonical(canonical, site) == canonical
        Request(canonical)
    for address in urls.image_candidates(url, site):
        assert address.startswith(("http://", "https://"))
        Request(address)
        urls.image_key(address, site)
    urls.strip_tracking(url)
    assert not any(ord(char) < 32 for char in urls.url_for_log(url))
    clean(url)


def replay(data: bytes) -> None:
    """An archive is whole and every address in it has an answer, or it is refused."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "a.warc.gz")
        path.write_bytes(data)
        try:
            archive = open_archive(path)
        except UsageError:
            return
        for url in archive:
            archive.response(Request(url))


def read_sources(data: bytes) -> None:
    """A feed or sitemap is read, or refused by DiscoveryError; its dates are times."""
    sitemaps_in_robots_txt(data, URL)
    for read in (read_feed, lambda *said: read_sitemap(*said).pages):
        try:
            for entry in read(data, URL):
                assert entry.url
                for time in filter(None, (entry.published_at, entry.changed_at)):
                    parse_iso(time)
        except DiscoveryError:
            continue


def look_at_picture(data: bytes) -> None:
    """A picture is measured from its first bytes, or refused with a reason."""
    try:
        found = probe(data, ImageLimits(20 << 20, 10_000_000, 16))
    except ImageError:
        return
    assert 0 < found.width * found.height <= 10_000_000
    assert "/" not in found.path.partition("/")[2]


def read_headers(data: bytes) -> None:
    """Headers that ask for patience or discretion are read or ignored."""
    seconds = retry_after(data, datetime(2026, 1, 1, tzinfo=UTC))
    assert seconds is None or seconds >= 0
    text = data.decode("latin-1")
    assert is_barred(text, text, ["noindex"], "spacenews") in (None, "noindex")


@dataclass(frozen=True)
class Target:
    """A part that reads, and inputs that it reads without complaint."""

    check: Callable[[bytes], None]
    seeds: Callable[[], list[bytes]]


def pages() -> list[bytes]:
    return [path.read_bytes() for path in sorted((SITES / "digitaltrends_space").glob("*.html"))]


def json_ld() -> list[bytes]:
    blocks = (page.split(b"ld+json", 1)[-1].partition(b">")[2].partition(b"</script>")[0] for page in pages())
    return [block for block in blocks if block]


def addresses() -> list[bytes]:
    return [
        b"https://www.digitaltrends.com/space/a-story/?utm_source=x&p=1#top",
        b"http://digitaltrends.com:80//space/../space/%61-story?amp",
        b"https://user:word@www.digitaltrends.com/space/?token=1",
        b"https://icdn.digitaltrends.com/image/a-1200x630-c.jpg?ver=1",
        b"//www.digitaltrends.com/tachyon/2020/01/a.jpg?resize=1200%2C630",
        "https://www.digitaltrends.com/space/\u00fcber-\u2028/".encode(),
        b"https://[::1]:99/space/a/",
    ]


def archives() -> list[bytes]:
    demo = next(DEMO.glob("*.warc.gz")).read_bytes()
    start = [at for at in range(len(demo)) if demo[at : at + 3] == b"\x1f\x8b\x08"][:6]
    packed = demo[: start[-1]]
    return [packed, gzip.decompress(packed)]


def sources() -> list[bytes]:
    atom = "<feed xmlns='http://www.w3.org/2005/Atom'><entry><link href='/a'/></entry></feed>"
    item = "<item><title>x</title><link>https://www.digitaltrends.com/space/a/</link><pubDate>{}</pubDate></item>"
    return [
        f"<rss version='2.0'><channel>{item.format('Thu, 01 Jan 2026 10:00:00 -0800')}</channel></rss>".encode(),
        atom.encode(),
        b"<urlset xmlns='http://www.sitemaps.org/schemas/sitemap/0.9'><url><loc>https://x/</loc></url></urlset>",
        gzip.compress(b"<sitemapindex><sitemap><loc>https://x/</loc><lastmod>2026</lastmod></sitemap></sitemapindex>"),
    ]


def pictures() -> list[bytes]:
    return [_drawn(kind) for kind in ("JPEG", "PNG", "GIF", "WEBP", "AVIF")]


def _drawn(kind: str) -> bytes:
    file = BytesIO()
    Image.new("RGB", (40, 30), "navy").save(file, kind)
    return file.getvalue()


def headers() -> list[bytes]:
    return [b"120", b"Thu, 01 Jan 2026 00:01:00 GMT", b"otherbot: noindex, max-snippet: -1, spacenews: none"]


TARGETS = {
    "page": Target(read_page, pages),
    "structured": Target(read_structured, json_ld),
    "urls": Target(compare_addresses, addresses),
    "archive": Target(replay, archives),
    "sources": Target(read_sources, sources),
    "picture": Target(look_at_picture, pictures),
    "headers": Target(read_headers, headers),
}
