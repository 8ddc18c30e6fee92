"""When a site is unwell: from its first run that was not ok to the next that is; pure."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import takewhile
from typing import Literal, NamedTuple


class PastRun(NamedTuple):
    """A run that is over."""

    result: str
    started_at: str


News = Literal["unwell", "well"]


def incident(runs: Sequence[PastRun]) -> list[PastRun]:
    """Return the runs since the last that was ok, the newest first as in *runs*; those interrupted say nothing."""
    return [run for run in takewhile(lambda run: run.result != "ok", runs) if run.result != "interrupted"]


def unwell_since(runs: Sequence[PastRun]) -> str | None:
    """Return when the first run of an incident began that goes on, None where all is well."""
    now = incident(runs)
    return now[-1].started_at if now else None


def news(runs: Sequence[PastRun]) -> News | None:
    """Return what somebody has to know after the first of *runs*: once for an incident, and once when it is over.

    A run that failed is worth an alert, one that is degraded only when the next is so too.
    """
    if not runs or runs[0].result == "interrupted":
        return None
    if runs[0].result == "ok":
        return "well" if _alarming(incident(runs[1:])) else None
    now = incident(runs)
    return "unwell" if _alarming(now) and not _alarming(now[1:]) else None


def _alarming(runs: Sequence[PastRun]) -> bool:
    """Tell whether the runs of an incident were worth an alert."""
    return len(runs) > 1 or any(run.result == "failed" for run in runs)
