"""Write the demo's archive, the same bytes each time: ``PYTHONPATH=. python tools/demo_site/build.py``."""

from __future__ import annotations

import io
import uuid
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from email.utils import format_datetime
from functools import cache
from itertools import chain, groupby
from pathlib import Path
from typing import NamedTuple

from PIL import Image
from warcio.statusandheaders import StatusAndHeaders
from warcio.warcwriter import WARCWriter

from demo_site.drawings import draw
from demo_site.markup import ORIGIN, Photo, Story, article_page, feed, listing_page, sitemap
from demo_site.stories import PELLETIER, PHOTOS, STORIES
from spacenews.commands.demo import ARCHIVE

RECORDED_AT = "2026-11-20T12:00:00Z"
PAGE_LENGTH = 9
HTML = "text/html; charset=UTF-8"
ROBOTS = f"""User-agent: *
Disallow: /*?s=*
Disallow: /*?order=*
Disallow: */go/*

Sitemap: {ORIGIN}/sitemap_index.xml
"""
CONSENT_WALL = """<html><head><title>Before you continue</title></head><body><div id="consent">\
<p>We value your privacy. We and our partners store and access \
information on a device, such as cookies, and process personal data.</p>\
<button>Accept</button></div></body></html>"""
GONE = "<html><head><title>Page not found - Digital Trends</title></head><body><h1>404</h1></body></html>"
EMPTY = Story(
    slug="a-story-without-words",
    post_id=7100001,
    published="2026-01-02T08:00:00-08:00",
    title="A story without words",
    authors=(PELLETIER,),
    keywords=(),
    topics=(),
    body="",
)


class Answer(NamedTuple):
    """A recorded response."""

    url: str
    body: bytes
    media_type: str = HTML
    status: str = "200 OK"
    headers: tuple[tuple[str, str], ...] = ()


def build(archive: Path, answers: Iterable[Answer]) -> None:
    """Write an archive of *answers*, in their order."""
    with archive.open("wb") as file:
        writer = WARCWriter(file, gzip=True)
        for answer in answers:
            headers = [("Content-Type", answer.media_type), *answer.headers, ("Content-Length", str(len(answer.body)))]
            record = writer.create_warc_record(
                answer.url,
                "response",
                payload=io.BytesIO(answer.body),
                length=len(answer.body),
                http_headers=StatusAndHeaders(answer.status, headers, protocol="HTTP/1.1"),
                warc_headers_dict={
                    "WARC-Record-ID": f"<urn:uuid:{uuid.uuid5(uuid.NAMESPACE_URL, answer.url)}>",
                    "WARC-Date": RECORDED_AT,
                },
            )
            writer.write_record(record)


def pages() -> Iterator[Answer]:
    """Yield the pages of the sample site, its feed, sitemaps and redirects."""
    yield Answer(f"{ORIGIN}/robots.txt", ROBOTS.encode(), "text/plain")
    yield from _lists()
    for story in STORIES:
        yield from _article(story)
    yield Answer(f"{ORIGIN}/space/retired-story/", GONE.encode(), status="404 Not Found")
    yield Answer(f"{ORIGIN}/space/before-you-continue/", CONSENT_WALL.encode())
    yield Answer(EMPTY.url, article_page(EMPTY).encode())


def pictures() -> Iterator[Answer]:
    """Yield the pictures of the sample site, each as the original and as pages show it."""
    for photo in PHOTOS:
        yield from _picture(photo)


def _lists() -> Iterator[Answer]:
    cards = [(story.url, story.title) for story in STORIES]
    cards[1] = (f"{STORIES[1].url}?utm_campaign=river", STORIES[1].title)
    cards[-2] = (f"{ORIGIN}{STORIES[-2].old_address}", STORIES[-2].title)
    second = f"{ORIGIN}/space/page/2/"
    first_extra = [
        (f"{ORIGIN}/space/retired-story/", "A story that is no longer there"),
        (f"{ORIGIN}/computing/a-laptop/", "Not a space story"),
        ("https://qa2.www.digitaltrends.com/space/galaxy-with-hiccups/", "A copy on a test host"),
    ]
    second_extra = [
        (f"{ORIGIN}/space/before-you-continue/", "A wall"),
        (EMPTY.url, EMPTY.title),
        (STORIES[0].short_url, "The first story, by number"),
    ]
    yield Answer(f"{ORIGIN}/space/", listing_page(cards[:PAGE_LENGTH] + first_extra, 1, second).encode())
    yield Answer(second, listing_page(cards[PAGE_LENGTH:] + second_extra, 2, None).encode())
    yield Answer(f"{ORIGIN}/space/page/3/", GONE.encode(), status="404 Not Found")
    yield Answer(f"{ORIGIN}/space/feed/", feed(STORIES[:6]).encode(), "application/rss+xml; charset=UTF-8")
    months = []
    for month, stories in groupby(STORIES, key=lambda story: story.published[:7]):
        entries = [(story.url, story.modified or story.published) for story in stories]
        months.append((f"{ORIGIN}/sitemap-all-articles_{month.replace('-', '_')}.xml", entries[0][1]))
        yield Answer(months[-1][0], sitemap(entries).encode(), "application/xml")
    yield Answer(f"{ORIGIN}/sitemap_index.xml", sitemap(months, index=True).encode(), "application/xml")


def _article(story: Story) -> Iterator[Answer]:
    by_slug = {story.slug: story for story in STORIES}
    changed = datetime.fromisoformat(story.modified or story.published).astimezone(UTC)
    page = article_page(story, [by_slug[slug] for slug in story.suggestions], rail=STORIES[:3])
    headers = (("ETag", f'"{story.post_id}"'), ("Last-Modified", format_datetime(changed, usegmt=True)))
    yield Answer(story.url, page.encode(), headers=headers)
    moved = [story.short_url, story.url.rstrip("/")]
    if story.old_address:
        moved.append(ORIGIN + story.old_address)
    for address in moved:
        yield Answer(address, b"", status="301 Moved Permanently", headers=(("Location", story.url),))


def _picture(photo: Photo) -> Iterator[Answer]:
    for address, size, answers_ in (
        (photo.original, (1600, 960), photo.original_answers),
        (photo.form(1200, 720), (1200, 720), photo.form_answers),
    ):
        if answers_:
            suffix = photo.path.rpartition(".")[2]
            yield Answer(address, _encoded(photo.scene, suffix, size), f"image/{suffix.replace('jpg', 'jpeg')}")
        else:
            yield Answer(address, GONE.encode(), status="404 Not Found")


@cache
def _encoded(scene: str, suffix: str, size: tuple[int, int]) -> bytes:
    drawing, file = _drawn(scene).resize(size, Image.Resampling.LANCZOS), io.BytesIO()
    if suffix == "png":
        drawing.quantize(128, dither=Image.Dither.NONE).save(file, "PNG", optimize=True)
    else:
        drawing.save(file, "WEBP" if suffix == "webp" else "JPEG", quality=80 if size[0] > 1200 else 68)
    return file.getvalue()


_drawn = cache(draw)

if __name__ == "__main__":
    build(ARCHIVE, chain(pages(), pictures()))
