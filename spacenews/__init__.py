"""spacenews turns the space section of a news site into a dataset that a program can trust."""

from __future__ import annotations

from collections.abc import Mapping
from importlib import import_module
from typing import Any

from spacenews.errors import NotAnArticleError

__all__ = ["NotAnArticleError", "read_page"]
__version__ = "0.1.0"


def read_page(
    body: bytes, url: str, *, site: str | None = None, headers: Mapping[str, str] | None = None
) -> dict[str, Any]:
    """Return the record of a page that you have, with null where only a crawl can know the value.

    *url* is the address of the page, *site* the name of the site file to read it with: by default that of the
    address's host, else the page is read as any news page. *headers* are those of the HTTP response, of which
    Content-Type says the encoding.

    Raises NotAnArticleError if the page is no article, ValueError if there is no such site file or the address is none
    of the web; nothing else, whatever the page contains.
    """
    pages = import_module("spacenews.reading.pages")  # now: whoever imports a module imports this one first
    record: dict[str, Any] = pages.read_record(body, url, site, headers or {})
    return record
