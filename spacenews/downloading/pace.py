"""How long a host that answered 429 or 503 is not asked: written by the back-off, kept by the download handler."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from dataclasses import dataclass, field
from datetime import datetime
from time import monotonic
from weakref import WeakKeyDictionary

from scrapy.crawler import Crawler

from spacenews.extraction.dates import parse_datetime


@dataclass
class Pace:
    """The hosts of one crawl that are backing off; times are monotonic seconds."""

    until: dict[str, float] = field(default_factory=dict)
    refusals: defaultdict[str, int] = field(default_factory=lambda: defaultdict(int))  # 429 and 503 in a row

    async def wait(self, host: str) -> None:
        """Wait as long as *host* wants; the download handler does, so that the host's queue waits behind it."""
        seconds = self.until.get(host, 0) - monotonic()
        if seconds > 0:
            await asyncio.sleep(seconds)
            await self.wait(host)  # it may have asked for more meanwhile

    def back_off(self, host: str, seconds: float) -> None:
        """Leave *host* alone for *seconds* from now on, or longer where it already is."""
        self.refusals[host] += 1
        self.until[host] = max(self.until.get(host, 0), monotonic() + seconds)


_PACES: WeakKeyDictionary[Crawler, Pace] = WeakKeyDictionary()


def pace_of(crawler: Crawler) -> Pace:
    """Return the pace of a crawl."""
    return _PACES.setdefault(crawler, Pace())


def retry_after(value: bytes | None, now: datetime) -> float | None:
    """Return the seconds that a Retry-After header (RFC 9110, 10.2.3) asks for; None if it is not one."""
    text = (value or b"").decode("latin-1").strip()
    if text.isascii() and text.isdecimal():
        return float(text[:9])
    moment = parse_datetime(text, "UTC")
    return max(0.0, (moment - now).total_seconds()) if moment else None
