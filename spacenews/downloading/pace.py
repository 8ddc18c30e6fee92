"""When a host may be asked: what robots.txt and the back-off say, kept by the download handler."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from dataclasses import dataclass, field
from datetime import datetime
from time import monotonic
from typing import Protocol
from weakref import WeakKeyDictionary

from scrapy.crawler import Crawler

from spacenews.extraction.dates import parse_datetime

SOON = 0.005  # seconds; no wait is shorter


class SharedPace(Protocol):
    """What crawls that run at the same time know together of hosts."""

    async def take_turn(self, host: str, gap: float) -> float:
        """Take a turn to ask a host, after which nobody has one for *gap* seconds; or return how long to wait."""

    def leave_alone(self, host: str, seconds: float) -> None:
        """Have nobody ask a host for some seconds."""


@dataclass
class Pace:
    """The hosts of one crawl; times are monotonic seconds."""

    gap: float = 0  # seconds between two requests to a host
    gaps: dict[str, float] = field(default_factory=dict)  # those of hosts that ask for more
    shared: SharedPace | None = None
    until: dict[str, float] = field(default_factory=dict)
    refusals: defaultdict[str, int] = field(default_factory=lambda: defaultdict(int))  # 429 and 503 in a row

    async def wait(self, host: str) -> None:
        """Wait until it is our turn to ask *host*; the download handler does, so that the host's queue waits behind."""
        while (seconds := await self._seconds(host)) > 0:  # noqa: ASYNC110 - only time, or the database, tells
            await asyncio.sleep(max(seconds, SOON))  # then it may have asked for more, or another crawl had the turn

    async def _seconds(self, host: str) -> float:
        """Return how long to wait until the next try, 0 when it is our turn."""
        seconds = self.until.get(host, 0) - monotonic()
        gap = self.gaps.get(host, self.gap)
        if seconds > 0 or not gap or self.shared is None:  # without a pace there is none to share
            return seconds
        return await self.shared.take_turn(host, gap)

    def back_off(self, host: str, seconds: float) -> None:
        """Leave *host* alone for *seconds* from now on, or longer where it already is."""
        self.refusals[host] += 1
        self.until[host] = max(self.until.get(host, 0), monotonic() + seconds)
        if self.shared is not None:
            self.shared.leave_alone(host, seconds)


_PACES: WeakKeyDictionary[Crawler, Pace] = WeakKeyDictionary()


def pace_of(crawler: Crawler) -> Pace:
    """Return the pace of a crawl."""
    if crawler not in _PACES:
        _PACES[crawler] = Pace(crawler.settings.getfloat("DOWNLOAD_DELAY"))
    return _PACES[crawler]


def retry_after(value: bytes | None, now: datetime) -> float | None:
    """Return the seconds that a Retry-After header (RFC 9110, 10.2.3) asks for; None if it is not one."""
    text = (value or b"").decode("latin-1").strip()
    if text.isascii() and text.isdecimal():
        return float(text[:9])
    moment = parse_datetime(text, "UTC")
    return max(0.0, (moment - now).total_seconds()) if moment else None
