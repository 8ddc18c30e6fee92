"""What reads pages in a reader process of a test: as the project does, except for pages that are to hurt."""

from __future__ import annotations

import os
import signal
import time
from typing import NoReturn

from scrapy.http import TextResponse

from spacenews.extraction import article_page
from spacenews.items import Article
from spacenews.site import Site


def read_page(response: TextResponse, site: Site) -> Article:
    """Read an article, or do what the page says."""
    if b"<!-- hang -->" in response.body:
        hang()
    if b"<!-- memory -->" in response.body:
        take_memory()
    if b"<!-- crash -->" in response.body:
        crash()
    return article_page.read_page(response, site)


def hang() -> NoReturn:
    """Never come to an end."""
    while True:
        time.sleep(0)


def take_memory() -> NoReturn:
    """Take memory without end."""
    taken = []
    while True:
        taken.append(bytes(2**20))


def crash() -> NoReturn:
    """End the process as a fault in a parser would."""
    os.kill(os.getpid(), signal.SIGSEGV)
    raise AssertionError


def take_much(megabytes: int) -> int:
    """Take memory and give it back; return the number of the process."""
    bytearray(megabytes * 2**20)
    return os.getpid()


def raise_own(message: str) -> NoReturn:
    """Raise an exception that cannot be pickled as it is."""

    class OwnError(Exception):
        pass

    raise OwnError(message)


def read_source(body: bytes, url: str, zone: str, limit: int) -> NoReturn:  # noqa: ARG001 - as read_feed is called
    """Read a feed or sitemap, and never come to an end."""
    hang()
