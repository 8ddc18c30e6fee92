"""When an address is asked for again: pure rules over its age and its failures."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from spacenews.clock import after, parse_iso
from spacenews.config import DEFAULTS, LONGEST

MAX_DOUBLINGS = 3  # of the delay after failures of a host
ENOUGH = 100  # doublings of the delay after failures of an address; a float takes no more than a thousand


@dataclass(frozen=True)
class Schedule:
    """The intervals at which articles are checked and failures are tried again.

    ``recheck`` holds pairs (age of the article, interval), both in hours, youngest first; an article older than the
    last age is not checked again. ``max_failures`` failures in a row give an address up; the first retry comes
    ``retry_hours`` after the first failure, and each further one after twice the time.
    """

    recheck: Sequence[tuple[float, float]] = DEFAULTS.recheck_hours
    max_failures: int = DEFAULTS.max_failures
    retry_hours: float = DEFAULTS.retry_hours

    def next_check(self, published_at: str | None, moment: str) -> str | None:
        """Return when to check an article that was read at *moment*, or None for never."""
        age = (parse_iso(moment) - parse_iso(published_at or moment)) / timedelta(hours=1)
        for limit, interval in self.recheck:
            if age < limit:
                return after(moment, timedelta(hours=interval))
        return None

    def next_host_try(self, failures: int, moment: str) -> str:
        """Return when to retry an address after *failures* failures of its host in a row: first by the next run."""
        if failures == 1:
            return moment
        return after(moment, timedelta(hours=self.retry_hours * 2 ** min(failures - 2, MAX_DOUBLINGS)))

    def next_try(self, failures: int, moment: str) -> str | None:
        """Return when to try again after *failures* failures in a row, or None to give up."""
        if failures >= self.max_failures:
            return None
        hours = self.retry_hours * 2 ** min(failures - 1, ENOUGH)
        return after(moment, timedelta(hours=min(hours, LONGEST)))
