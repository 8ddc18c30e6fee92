"""When an address is asked for again: pure rules over its age, its answers and its failures."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from spacenews.clock import after, parse_iso
from spacenews.config import DEFAULTS, LONGEST

MAX_DOUBLINGS = 3  # of the delay after failures of a host, and of the interval of what never changes
LASTING_EDIT = 72  # hours for which an edit of an article that is checked daily must stand to be found, settled or not
ENOUGH = 100  # doublings of the delay after failures of an address; a float takes no more than a thousand
PUNCTUAL = 0.9  # of an interval: the run that begins an interval after the last one finds due what that one read
SETTLED = 7 * 24  # hours of age from which what is unchanged again and again is checked less often
WHOLE_READS = (24, 72, 168, 360, 720)  # hours of age at which a page is read whole: some validators never change
LATE_IMAGES = 72  # hours after an article's publication that its images may come
UNNAMED_GONE_HOURS = 24  # that a page which no source names must be gone
NAMED_AGAIN_HOURS = 24  # after which what has ended is asked for once more when a source names it
LONGEST_GONE_HOURS = 24  # between two requests for a page that may be gone


@dataclass(frozen=True)
class Schedule:
    """The intervals at which articles are checked and failures are tried again.

    ``recheck`` holds pairs (age of the article, interval), both in hours, youngest first; an article older than the
    last age is not checked again. ``max_failures`` failures in a row give an address up; the first retry comes
    ``retry_hours`` after the first failure, and each further one after twice the time. A page that a source still names
    is gone for good when it has answered so for ``gone_hours``.
    """

    recheck: Sequence[tuple[float, float]] = DEFAULTS.recheck_hours
    max_failures: int = DEFAULTS.max_failures
    retry_hours: float = DEFAULTS.retry_hours
    gone_hours: float = DEFAULTS.gone_hours

    def next_check(self, published_at: str | None, moment: str, unchanged: int = 0) -> str | None:
        """Return when to check an article that was read at *moment*, or None for never.

        *unchanged* is the number of checks in a row that found nothing new since the article settled.
        """
        age = _hours(published_at or moment, moment)
        for limit, interval in self.recheck:
            if age < limit:
                hours = interval * 2 ** min(unchanged, MAX_DOUBLINGS)
                hours = min(hours, LASTING_EDIT) if interval <= LASTING_EDIT else hours
                return after(moment, timedelta(hours=PUNCTUAL * min(hours, LONGEST)))
        return None

    def is_settled(self, published_at: str | None, moment: str) -> bool:
        """Tell whether an article is so old that it is checked less often the longer it is unchanged."""
        return _hours(published_at or moment, moment) >= SETTLED

    def must_read_whole(self, published_at: str | None, read_at: str | None, moment: str) -> bool:
        """Tell whether a page that was last read whole at *read_at* is to be read so again, whatever its validators."""
        if not published_at or not read_at:
            return False
        return any(read_at < after(published_at, timedelta(hours=age)) <= moment for age in WHOLE_READS)

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

    def is_young(self, published_at: str | None, moment: str) -> bool:
        """Tell whether images of an article may come that are not there yet: a CMS shows the text first."""
        return published_at is not None and _hours(published_at, moment) < LATE_IMAGES

    def next_image_try(self, failures: int, moment: str, *, is_young: bool) -> str | None:
        """Return when to ask again for the images of an article; while it is young, they are not given up."""
        return self.next_try(min(failures, self.max_failures - 1) if is_young else failures, moment)

    def next_gone_try(
        self, answers: int, since: str, moment: str, *, named_at: str | None = None, status: int | None = None
    ) -> str | None:
        """Return when to ask again for a page that was gone *answers* times in a row since *since*, None if for good.

        *named_at* is when a source last named it; 410 says that it is on purpose, and is believed four times as soon.
        """
        is_named = named_at is not None and named_at > since
        enough = self.gone_hours if is_named else min(UNNAMED_GONE_HOURS, self.gone_hours)
        if answers >= 2 and _hours(since, moment) >= (enough / 4 if status == 410 else enough):
            return None
        hours = self.retry_hours * 2 ** min(answers - 1, ENOUGH)
        return after(moment, timedelta(hours=PUNCTUAL * min(hours, LONGEST_GONE_HOURS)))

    def may_be_named_again(self, ended_at: str | None, moment: str) -> bool:
        """Tell whether an address that ended at *ended_at* is asked for once more, now that a source names it."""
        return ended_at is None or _hours(ended_at, moment) >= PUNCTUAL * NAMED_AGAIN_HOURS


def _hours(start: str, end: str) -> float:
    return (parse_iso(end) - parse_iso(start)) / timedelta(hours=1)
