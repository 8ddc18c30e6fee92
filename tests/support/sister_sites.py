"""Sites that look alike, each with a host and a spider of its own, and one host for the pictures of all.

A command gets the spiders by the setting SPIDER_MODULES, which :attr:`Sisters.settings` has.
"""

from __future__ import annotations

import os
from typing import Any, Self
from urllib.parse import urlsplit

from demo_site.markup import ORIGIN

from spacenews.spider import NewsSpider
from spacenews.spiders.digitaltrends_space import DigitaltrendsSpaceSpider
from support.fake_site import FakeSite
from support.server import Answer, Hit

SUPPORT = os.pathsep.join(("tests", "benchmarks", "tools"))  # where a process of the project finds this module
COUNT = 12
PICTURES = "pictures.example.net"


def host(number: int) -> str:
    """Return the host of a site."""
    return f"site-{number:02}.example.org"


def name(number: int) -> str:
    """Return the name of the spider of a site."""
    return f"site_{number:02}"


def _spider(number: int) -> type[NewsSpider]:
    here = f"https://{host(number)}"
    return type(
        f"Site{number:02}Spider",
        (DigitaltrendsSpaceSpider,),
        {
            "__module__": __name__,
            "__doc__": "One of the sites.",
            "name": name(number),
            "news_site": f"Site {number}",
            "allowed_domains": (host(number),),
            "feeds": (f"{here}/{{section}}/feed/",),
            "listings": (f"{here}/{{section}}/",),
            "listing_page": f"{here}/{{section}}/page/{{page}}/",
            "image_hosts": (PICTURES,),
            "image_aliases": (),
        },
    )


globals().update({f"Site{number:02}Spider": _spider(number) for number in range(COUNT)})


class Sisters:
    """Serves the sites inside its `with` block, each story under every host."""

    def __init__(self, stories: int, wait: float = 0) -> None:
        self._site = FakeSite(stories)
        self.server = self._site.server
        self.wait = wait  # seconds before each answer
        self.down = False  # whatever is asked for answers 500
        self.server.answer = self._answer  # type: ignore[method-assign]
        self._recorded = type(self.server).answer

    @property
    def settings(self) -> dict[str, Any]:
        """Settings with which commands know the spiders and ask these sites."""
        hosts = [*map(host, range(COUNT)), PICTURES]
        return {
            "SPIDER_MODULES": "support.sister_sites",
            "SPACENEWS_MIRRORS": {f"https://{one}": self.server.origin for one in hosts},
        }

    def urls(self, number: int) -> set[str]:
        """Canonical addresses of the articles of a site."""
        return {url.replace(ORIGIN, f"https://{host(number)}") for url in self._site.urls}

    def _answer(self, hit: Hit) -> Answer:
        answer = Answer(status=500) if self.down else self._recorded(self.server, hit)
        if not answer.headers.get("Content-Type", "text/html").startswith(("text/", "application/rss")):
            return answer
        body = answer.body.replace(f"{ORIGIN}/tachyon/".encode(), f"https://{PICTURES}/tachyon/".encode())
        here = urlsplit(f"//{hit.host}").hostname or ""
        body = body.replace(ORIGIN.encode(), f"https://{here}".encode())
        return Answer(body, answer.status, answer.headers, answer.etag and answer.etag[:-1] + f'-{here}"', self.wait)

    def __enter__(self) -> Self:
        self.server.__enter__()
        return self

    def __exit__(self, *error: object) -> None:
        self.server.__exit__(*error)
