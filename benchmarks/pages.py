"""A generated site of articles of about 70 KB in Digital Trends' markup, in memory, behind a tiny server."""

from __future__ import annotations

import asyncio
import random
from datetime import datetime, timedelta
from typing import cast

from demo_site.markup import ORIGIN, Author, Story, article_page, bullets, feed, heading, listing_page, quote
from demo_site.stories import STORIES

ARTICLES = 3000
CARDS = 30  # on a listing page, and in the feed
FIRST_DAY = datetime.fromisoformat("2026-01-01T08:00:00-08:00")
AUTHOR = Author("Alix Generated", "agenerated", "Staff Writer", "Alix writes faster than anybody and says less. " * 5)
SENTENCES = [
    sentence + "."
    for story in STORIES
    for block in story.blocks
    if block.startswith("<p>") and "<a " not in block
    for sentence in block.removeprefix("<p>").removesuffix("</p>").rstrip(".”").split(". ")
]


def furniture() -> str:
    """Return the menu around a story: it has most of a real page's elements (about 1,200) and of its time."""
    groups = "".join(
        f'<li class="b-nav__item"><div class="b-nav__label">Group {group}</div>'
        f'<ul class="b-nav__list b-nav__list--{group}">'
        + "".join(
            f'<li><a class="b-nav__link" href="{ORIGIN}/part-{group}-{i}/">Part {i} of group {group}</a></li>'
            for i in range(16)
        )
        + f"</ul><script>window.dtNav.push({{group: {group}}});</script></li>"
        for group in range(28)
    )
    return f'<header class="b-nav"><ul class="b-nav__list">{groups}</ul></header>'


def story(number: int) -> Story:
    """Return article *number*."""
    draw = random.Random(number)  # noqa: S311 (texts, not secrets)

    def paragraph() -> str:
        return " ".join(draw.choices(SENTENCES, k=5))

    blocks = [paragraph() for _ in range(10)]
    blocks[4:4] = [heading("What comes next"), bullets(*draw.choices(SENTENCES, k=4)), quote(draw.choice(SENTENCES))]
    pattern = STORIES[number % len(STORIES)]
    return Story(
        slug=f"generated-story-{number:04}",
        post_id=8_000_000 + number,
        published=(FIRST_DAY + timedelta(hours=2 * number)).isoformat(),
        title=f"{pattern.title}, part {number}",
        authors=(AUTHOR,),
        keywords=pattern.keywords,
        topics=pattern.topics,
        body="\n\n".join(blocks),
        lead=pattern.lead,
        description=draw.choice(SENTENCES),
    )


def generate(articles: int = ARTICLES) -> dict[str, bytes]:
    """Return path -> page of the whole site."""
    stories = [story(number) for number in range(articles)]
    menu = furniture()
    pages = {}
    for number, made in enumerate(stories):
        cards = [stories[(number * 7 + step) % articles] for step in (1, 2, 3)]
        page = article_page(made, cards, stories[:3])
        page = page.replace('<div id="h-maincontent"', menu + '<div id="h-maincontent"', 1)
        pages[made.url.removeprefix(ORIGIN)] = page.encode()
    count = (articles + CARDS - 1) // CARDS
    for number in range(1, count + 1):
        part = stories[(number - 1) * CARDS : number * CARDS]
        following = f"{ORIGIN}/space/page/{number + 1}/" if number < count else None
        path = "/space/" if number == 1 else f"/space/page/{number}/"
        pages[path] = listing_page([(made.url, made.title) for made in part], number, following).encode()
    pages["/space/feed/"] = feed(stories[:CARDS]).encode()
    pages["/robots.txt"] = b"User-agent: *\nDisallow: /private/\n"
    return pages


class Server(asyncio.Protocol):
    """HTTP/1.1 with keep-alive for GET requests, nothing else; no page ever changes."""

    def __init__(self, pages: dict[str, bytes], asked: list[float]) -> None:
        self.pages = pages
        self.asked = asked
        self.waiting = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Keep the connection."""
        self.transport = cast("asyncio.Transport", transport)

    def data_received(self, data: bytes) -> None:
        """Answer every whole request."""
        self.waiting += data
        while b"\r\n\r\n" in self.waiting:
            request, self.waiting = self.waiting.split(b"\r\n\r\n", 1)
            path = request.split(b" ", 2)[1].decode().partition("?")[0]
            self.asked.append(asyncio.get_running_loop().time())
            body = self.pages.get(path)
            if b"if-none-match" in request.lower():
                status, body = b"304 Not Modified", b""
            else:
                status = b"200 OK" if body is not None else b"404 Not Found"
                body = body or b"not here"
            head = b'HTTP/1.1 %b\r\nContent-Type: text/html; charset=UTF-8\r\nETag: "1"\r\nContent-Length: %d\r\n\r\n'
            self.transport.writelines((head % (status, len(body)), body))
