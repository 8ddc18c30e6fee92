"""What Scrapy's stats say of a crawl; pure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from spacenews.errors import DatabaseError
from spacenews.reasons import ImageReason
from spacenews.runs.health_checks import RunStats

Stats = Mapping[str, Any]
RESPONSES = "downloader/response_status_count/"
ROBOTS = "spacenews/robots/"


def complete(run: RunStats, stats: Stats) -> None:
    """Add to what a run counted itself what Scrapy counted."""
    broken = stats.get(f"spider_exceptions/{DatabaseError.__name__}", 0)  # the end of the run, and no bug
    run.exceptions = stats.get("spider_exceptions/count", 0) - broken + stats.get("spacenews/item_errors", 0)
    run.requests = stats.get("downloader/request_count", 0)
    run.retries = stats.get("retry/count", 0)
    run.answers = answers(stats)
    interrupted = stats.get(f"spacenews/pictures/reason/{ImageReason.INTERRUPTED}", 0)
    failed = stats.get("spacenews/pictures/failed", 0) - interrupted
    run.pictures = {"ok": stats.get("spacenews/pictures/ok", 0), "failed": failed}


def answers(stats: Stats) -> int:
    """Return how many responses, robots.txt aside, say that the site is there."""
    good = sum(
        number for status, number in below(RESPONSES, stats).items() if status.startswith("2") or status == "304"
    )
    robots = [said for said in below(ROBOTS, stats).values() if isinstance(said, dict)]
    return int(good) - sum(str(said["status"]).startswith("2") for said in robots)


def responses(stats: Stats) -> dict[str, int]:
    """Return the number of responses by class of status."""
    classes: dict[str, int] = {}
    for status, number in below(RESPONSES, stats).items():
        name = f"{status[0]}xx"
        classes[name] = classes.get(name, 0) + number
    return classes


def below(prefix: str, stats: Stats) -> dict[str, Any]:
    """Return the stats whose names begin with *prefix*, sorted and without it."""
    return {name.removeprefix(prefix): value for name, value in sorted(stats.items()) if name.startswith(prefix)}
