"""A news site on loopback with generated stories in Digital Trends' markup; a test may change it while it is served."""

from __future__ import annotations

import hashlib
import io
from collections.abc import Callable
from dataclasses import replace
from typing import Any, Self

import pages
from demo_site.markup import ORIGIN, Photo, Story, article_page, feed, listing_page
from PIL import Image

from support.server import Answer, Route, Server

SPIDER = "digitaltrends_space"
FAST = {  # the pace of a test; everything else is as delivered
    "DOWNLOAD_DELAY": 0,
    "AUTOTHROTTLE_ENABLED": False,
    "CONCURRENT_REQUESTS_PER_DOMAIN": 4,
    "RETRY_TIMES": 0,
    "DOWNLOAD_TIMEOUT": 5,
    "SPACENEWS_PROGRESS": False,
    "SPACENEWS_READERS": 0,  # one starts in half a second, which tests/test_readers.py takes
}


class FakeSite:
    """Serves a section inside its `with` block; after changing attributes, call :meth:`update` to publish them."""

    def __init__(self, stories: int = 6, on_a_page: int = 30, *, etags: bool = True) -> None:
        self.stories = [story(number) for number in range(stories)]  # as the listing has them
        self.on_a_page = on_a_page
        self.etags = etags
        self.gone: set[str] = set()  # slugs that answer 404
        self.around: Callable[[str], str] = lambda page: page  # what the site does to every article page
        self.server = Server({})
        self.update()

    @property
    def urls(self) -> set[str]:
        """Canonical addresses of the articles."""
        return {told.url for told in self.stories}

    @property
    def settings(self) -> dict[str, Any]:
        """Settings with which a crawl asks this site instead of the real one."""
        return {"SPACENEWS_MIRRORS": dict.fromkeys((ORIGIN, "https://icdn.digitaltrends.com"), self.server.origin)}

    def edit(self, number: int, **changes: Any) -> None:
        """Change a story and publish the change."""
        self.stories[number] = replace(self.stories[number], **changes)
        self.update()

    def update(self) -> None:
        """Rebuild every page."""
        routes: dict[str, Route] = {"/robots.txt": Answer(b"User-agent: *\nAllow: /\n"), "/space/feed/": self._feed()}
        for number, told in enumerate(self.stories):
            path = told.url.removeprefix(ORIGIN)
            routes[path] = Answer(b"gone", 410) if told.slug in self.gone else self._article(number)
            if told.lead:
                routes[told.lead.original.removeprefix(ORIGIN)] = picture_of(told.lead.path)
        pages_ = range(0, max(len(self.stories), 1), self.on_a_page)
        for number, start in enumerate(pages_, 1):
            following = f"{ORIGIN}/space/page/{number + 1}/" if number < len(pages_) else None
            cards = [(told.url, told.title) for told in self.stories[start : start + self.on_a_page]]
            body = listing_page(cards, number, following).encode()
            routes["/space/" if number == 1 else f"/space/page/{number}/"] = Answer(body)
        self.server.routes = routes

    def asked(self, prefix: str = "/space/generated-story") -> list[str]:
        """Return the requested paths that start with *prefix*, in order."""
        return [path for path in self.server.paths() if path.startswith(prefix)]

    def forget(self) -> None:
        """Forget all requests so far."""
        self.server.hits.clear()

    def _article(self, number: int) -> Answer:
        cards = [self.stories[(number + step) % len(self.stories)] for step in (1, 2, 3)]
        body = self.around(article_page(self.stories[number], cards, self.stories[:2])).encode("utf-8", "surrogatepass")
        etag = f'"{hashlib.md5(body).hexdigest()}"'  # noqa: S324
        return Answer(body, headers={"Content-Type": "text/html; charset=UTF-8"}, etag=etag if self.etags else "")

    def _feed(self) -> Answer:
        return Answer(feed(self.stories[:2]).encode(), headers={"Content-Type": "application/rss+xml"})

    def __enter__(self) -> Self:
        self.server.__enter__()
        return self

    def __exit__(self, *error: object) -> None:
        self.server.__exit__(*error)


def story(number: int) -> Story:
    """Return a generated story with a picture of its own."""
    lead = Photo("", f"2026/01/picture-{number}.png", f"Picture {number}", f"Caption {number}.", "Example Agency")
    made = pages.story(number)
    return replace(made, lead=lead)


def picture_of(name: str) -> Answer:
    """Return a picture of one colour, which the name gives, with an ETag."""
    file = io.BytesIO()
    colour = hashlib.md5(name.encode()).hexdigest()[:6]  # noqa: S324
    Image.new("RGB", (64, 48), f"#{colour}").save(file, "PNG")
    return Answer(file.getvalue(), headers={"Content-Type": "image/png"}, etag=f'"{colour}"')
