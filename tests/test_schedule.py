"""When an address is asked for again."""

from __future__ import annotations

from datetime import timedelta
from itertools import pairwise

from spacenews.clock import after, parse_iso
from spacenews.storage.schedule import Schedule

NOW = "2026-11-22T05:00:00Z"


def days_before(days: float) -> str:
    return after(NOW, -timedelta(days=days))


def test_the_older_an_article_the_longer_until_its_next_check_and_at_last_never() -> None:
    checks = [Schedule().next_check(days_before(days), NOW) for days in (0.1, 2, 10, 100)]
    waits = [parse_iso(check) - parse_iso(NOW) for check in checks if check]
    assert len(waits) == 4
    assert all(short < long for short, long in pairwise(waits))
    assert Schedule().next_check(days_before(400), NOW) is None


def test_an_article_without_date_counts_as_new() -> None:
    assert Schedule().next_check(None, NOW) == Schedule().next_check(NOW, NOW)


def test_failures_are_tried_again_after_ever_longer_times_and_given_up() -> None:
    tries = [Schedule(max_failures=4).next_try(failures, NOW) for failures in (1, 2, 3, 4)]
    assert tries == ["2026-11-22T06:00:00Z", "2026-11-22T07:00:00Z", "2026-11-22T09:00:00Z", None]


def test_any_number_of_failures_has_a_next_try() -> None:
    for failures in (30, 1000, 100_000):
        assert Schedule(max_failures=10**6).next_try(failures, NOW)
        assert Schedule(max_failures=10**6, retry_hours=0).next_try(failures, NOW) == NOW
