"""The spider arguments, the same for every site: each declared once, with its meaning, default and parser."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import MISSING, dataclass, field, fields
from datetime import UTC, datetime
from typing import Any, NamedTuple

from spacenews import urls
from spacenews.clock import iso
from spacenews.errors import UsageError, did_you_mean
from spacenews.site import Site

SOURCES = ("feed", "listing", "sitemap")

_BOOLEANS = {"true": True, "1": True, "yes": True, "false": False, "0": False, "no": False}
_BETWEEN_URLS = re.compile(r",\s*(?=https?://)", re.IGNORECASE)  # a URL may have commas of its own


# Parsers: the text of an argument -> its value; a ValueError says what is wanted


def _section(text: str, site: Site) -> str:
    if "{section}" not in site.article_pattern:
        raise ValueError(f"{site.news_site} is crawled as one section")
    if not re.fullmatch(r"[A-Za-z0-9][\w-]*(/[\w-]+)*", text):
        raise ValueError("want the section as it stands in URLs, e.g. space")
    return text


def _seeds(text: str | list[str], site: Site) -> tuple[str, ...]:
    given = [part.strip(", ") for part in _BETWEEN_URLS.split(text)] if isinstance(text, str) else text
    seeds = {}
    for one in filter(None, given):
        url = urls.canonical(one, site)
        if url is None:
            raise ValueError(f"{one} is not a URL of {site.host}")
        seeds[url] = True
    if not seeds:
        raise ValueError("want comma-separated URLs of articles")
    return tuple(seeds)


def _discover(text: str, _: Site) -> tuple[str, ...]:
    sources = tuple(dict.fromkeys(part.strip() for part in text.split(",") if part.strip()))
    if not sources or set(sources) - set(SOURCES):
        raise ValueError(f"want any of {', '.join(SOURCES)}")
    return sources


def _count(text: str, _: Site) -> int | None:
    if text == "all":
        return None
    if not re.fullmatch(r"[0-9]{1,9}", text) or int(text) == 0:
        raise ValueError("want a number from 1 on, or all")
    return int(text)


def _since(text: str, _: Site) -> str:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError as error:
        raise ValueError("want a date like 2026-11-22, or a time like 2026-11-22T05:00:00Z") from error
    return iso(moment if moment.tzinfo else moment.replace(tzinfo=UTC))


def _boolean(text: str, _: Site) -> bool:
    if text.lower() not in _BOOLEANS:
        raise ValueError("want true or false")
    return _BOOLEANS[text.lower()]


# The declaration


def _argument(meaning: str, parser: Callable[..., Any], default: Any = MISSING) -> Any:
    return field(default=default, metadata={"meaning": meaning, "parser": parser})


@dataclass(frozen=True)
class Arguments:
    """What a crawl is asked to do."""

    section: str = _argument("which section of the site", _section)  # by default that of the site file
    seeds: tuple[str, ...] = _argument("comma-separated article URLs; they replace discovery", _seeds, ())
    discover: tuple[str, ...] = _argument(
        "any of `feed`, `listing`, `sitemap` (of the site file, else of robots.txt, else `/sitemap.xml`)",
        _discover,
        ("feed", "listing"),
    )
    pages: int | None = _argument("listing pages at most, or `all`", _count, 10)  # None: no limit
    since: str | None = _argument("a date; older articles are neither stored nor followed from", _since, None)
    limit: int | None = _argument("articles to store at most in this run, or `all`", _count, 250)  # None: no limit
    follow_related: bool = _argument("follow related stories and links in the body", _boolean, True)
    accept_changes: bool = _argument("publish what is held back because most articles changed alike", _boolean, False)


class ArgumentHelp(NamedTuple):
    """What is told of an argument."""

    name: str
    default: str
    meaning: str


def parse(given: Mapping[str, Any], site: Site) -> Arguments:
    """Check the arguments of a crawl of *site*; raises UsageError with one sentence that names the bad one.

    Values are text; those of `seeds` may be a list of URLs. Names that begin with an underscore are let through unread:
    Scrapyd sends ``_job``.
    """
    parsers = {one.name: one.metadata["parser"] for one in fields(Arguments)}
    values: dict[str, Any] = {"section": site.section}
    for name, value in given.items():
        if name.startswith("_"):
            continue
        if name not in parsers:
            meant = did_you_mean(name, parsers) or f": a crawl takes {', '.join(parsers)}"
            raise UsageError(f"unknown argument {name!r}{meant}")
        text = value if name == "seeds" and isinstance(value, list) else str(value).strip()
        try:
            values[name] = parsers[name](text, site)
        except ValueError as error:
            raise UsageError(f"argument {name}={value!r}: {error}") from error
    return Arguments(**values)


def describe(section: str = "the site's") -> list[ArgumentHelp]:
    """Return what is told of each argument, of a site whose section is *section*."""
    return [
        ArgumentHelp(one.name, section if one.default is MISSING else _as_text(one.default), one.metadata["meaning"])
        for one in fields(Arguments)
    ]


def _as_text(default: Any) -> str:
    if isinstance(default, tuple):
        return ",".join(default) or "none"
    return "none" if default is None else str(default).lower()
