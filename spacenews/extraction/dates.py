"""The dates and times that pages, feeds, sitemaps and HTTP headers give, in UTC."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from zoneinfo import ZoneInfo

from spacenews.extraction.text import clean

_OFFSET_GAP = re.compile(r"(?<=\d)\s+(?=[+-]\d\d:?\d\d$|Z$)")
_EARLIEST = datetime(1990, 1, 1, tzinfo=UTC)


def parse_time(text: str, zone: str | None = None, formats: Iterable[str] = ()) -> str | None:
    """Return a time as ISO 8601 in UTC, to the second; None when it is none, or lies before 1990 or in the future.

    Reads ISO 8601, RFC 5322 and *formats* (strptime). *zone* (IANA) is that of times without offset: without it they
    are not read.
    """
    moment = next((read for parse in _parsers(formats) if (read := _tried(parse, clean(text)))), None)
    if moment is None or (moment.tzinfo is None and zone is None):
        return None
    try:
        moment = (moment if moment.tzinfo else moment.replace(tzinfo=ZoneInfo(zone or "UTC"))).astimezone(UTC)
    except OverflowError:
        return None
    if not _EARLIEST <= moment <= datetime.now(UTC) + timedelta(days=1):
        return None
    return moment.replace(microsecond=0, tzinfo=None).isoformat() + "Z"


def _parsers(formats: Iterable[str]) -> Iterator[Callable[[str], datetime]]:
    yield datetime.fromisoformat
    yield lambda text: datetime.fromisoformat(_OFFSET_GAP.sub("", text))
    for pattern in formats:
        yield lambda text, pattern=pattern: datetime.strptime(text, pattern)  # type: ignore[misc]  # noqa: DTZ007
    yield parsedate_to_datetime


def _tried(parse: Callable[[str], datetime], text: str) -> datetime | None:
    try:
        return parse(text)
    except (ValueError, TypeError, IndexError, OverflowError):
        return None
