"""The clock of the project, put forward: within this process, or for a command of its own.

    python -m support.moved_clock SECONDS crawl digitaltrends_space ...

runs a scrapy command with a clock that is so many seconds ahead. Only what the project asks for the time of day moves,
and it asks spacenews.clock for it everywhere; timeouts, delays and timers go by the machine's monotonic clock as ever.
"""

from __future__ import annotations

import sys
from datetime import datetime, timedelta, tzinfo
from unittest.mock import patch


class Clock(datetime):
    """The time of day, which a test can put forward."""

    ahead = timedelta()

    @classmethod
    def now(cls, tz: tzinfo | None = None) -> datetime:  # type: ignore[override]
        """Return the present time as the clock has it."""
        return datetime.now(tz) + cls.ahead


moved = patch("spacenews.clock.datetime", Clock)


if __name__ == "__main__":
    from scrapy.cmdline import execute

    Clock.ahead = timedelta(seconds=float(sys.argv[1]))
    with moved:
        execute(["scrapy", *sys.argv[2:]])
