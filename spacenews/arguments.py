"""The spider arguments, the same for every site: text from the command line -> checked values."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from spacenews import urls
from spacenews.clock import iso
from spacenews.errors import UsageError
from spacenews.site import Site

SOURCES = ("feed", "listing", "sitemap")


@dataclass(frozen=True)
class Arguments:
    """What a crawl is asked to do."""

    section: str
    seeds: list[str] = field(default_factory=list)
    discover: tuple[str, ...] = ("feed", "listing")
    pages: int | None = 10  # None: no limit
    since: str | None = None
    limit: int | None = 250
    follow_related: bool = True


def parse(given: Mapping[str, str], site: Site) -> Arguments:
    """Check the arguments of a crawl of *site*; raises UsageError with one sentence that names the bad one.

    Names that begin with an underscore are let through unread: Scrapyd sends ``_job``.
    """
    readers: dict[str, Callable[[str], Any]] = {
        "section": lambda text: _section(text, site),
        "seeds": lambda text: _seeds(text, site),
        "discover": _discover,
        "pages": _count,
        "since": _since,
        "limit": _count,
        "follow_related": _boolean,
    }
    values: dict[str, Any] = {"section": site.section}
    for name, text in given.items():
        if name.startswith("_"):
            continue
        if name not in readers:
            raise UsageError(f"unknown argument {name!r}: a crawl takes {', '.join(readers)}")
        try:
            values[name] = readers[name](str(text).strip())
        except ValueError as error:
            raise UsageError(f"argument {name}={text!r}: {error}") from error
    return Arguments(**values)


def _section(text: str, site: Site) -> str:
    if "{section}" not in site.article_pattern:
        raise ValueError(f"{site.news_site} is crawled as one section")
    if not re.fullmatch(r"[A-Za-z0-9][\w-]*(/[\w-]+)*", text):
        raise ValueError("want the section as it stands in addresses, e.g. space")
    return text


def _seeds(text: str, site: Site) -> list[str]:
    seeds = {}
    for part in filter(None, (part.strip() for part in text.split(","))):
        url = urls.canonical(part, site)
        if url is None:
            raise ValueError(f"{part} is no address of {site.host}")
        seeds[url] = True
    if not seeds:
        raise ValueError("want comma-separated article addresses")
    return list(seeds)


def _discover(text: str) -> tuple[str, ...]:
    sources = tuple(dict.fromkeys(part.strip() for part in text.split(",") if part.strip()))
    if not sources or set(sources) - set(SOURCES):
        raise ValueError(f"want any of {', '.join(SOURCES)}")
    return sources


def _count(text: str) -> int | None:
    if text == "all":
        return None
    if not re.fullmatch(r"[0-9]{1,9}", text) or int(text) == 0:
        raise ValueError("want a number from 1 on, or all")
    return int(text)


def _since(text: str) -> str:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError as error:
        raise ValueError("want a date like 2026-11-22, or a time like 2026-11-22T05:00:00Z") from error
    return iso(moment if moment.tzinfo else moment.replace(tzinfo=UTC))


def _boolean(text: str) -> bool:
    known = {"true": True, "1": True, "yes": True, "false": False, "0": False, "no": False}
    if text.lower() not in known:
        raise ValueError("want true or false")
    return known[text.lower()]
