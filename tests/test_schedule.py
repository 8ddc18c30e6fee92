"""When an article is fetched again, and a failed one retried."""

from __future__ import annotations

from datetime import timedelta
from itertools import pairwise

import pytest

from spacenews.clock import after, parse_iso
from spacenews.storage.schedule import Schedule

NOW = "2026-11-22T05:00:00Z"


def hours_before(hours: float) -> str:
    return after(NOW, -timedelta(hours=hours))


def hours_until(time: str | None) -> float | None:
    return None if time is None else (parse_iso(time) - parse_iso(NOW)) / timedelta(hours=1)


def test_the_older_an_article_the_longer_until_its_next_check_and_at_last_never() -> None:
    checks = [Schedule().next_check(hours_before(24 * days), NOW) for days in (0.1, 2, 10, 100)]
    waits = [parse_iso(check) - parse_iso(NOW) for check in checks if check]
    assert len(waits) == 4
    assert all(short < long for short, long in pairwise(waits))
    assert Schedule().next_check(hours_before(24 * 400), NOW) is None


@pytest.mark.parametrize(
    ("age", "wait"), [(0, 2), (9, 2), (10, 7), (99, 7), (100, None), (-5, 2)], ids=lambda value: f"{value} h"
)
def test_an_interval_counts_for_articles_younger_than_its_age(age: float, wait: float | None) -> None:
    schedule = Schedule(recheck=[(10, 2), (100, 7)])
    assert hours_until(schedule.next_check(hours_before(age), NOW)) == wait


def test_an_article_without_date_counts_as_new() -> None:
    assert Schedule().next_check(None, NOW) == Schedule().next_check(NOW, NOW)


def test_failures_are_tried_again_after_ever_longer_times_and_given_up() -> None:
    schedule = Schedule(max_failures=4, retry_hours=3)
    assert [hours_until(schedule.next_try(failures, NOW)) for failures in (1, 2, 3, 4, 5)] == [3, 6, 12, None, None]


def test_any_number_of_failures_has_a_next_try() -> None:
    for failures in (30, 1000, 100_000):
        assert Schedule(max_failures=10**6).next_try(failures, NOW)
        assert Schedule(max_failures=10**6, retry_hours=0).next_try(failures, NOW) == NOW


def test_after_a_failure_of_its_host_an_address_is_for_the_next_run_and_then_waits_up_to_eight_times_as_long() -> None:
    schedule = Schedule(max_failures=4, retry_hours=3)
    tries = [hours_until(schedule.next_host_try(failures, NOW)) for failures in (1, 2, 3, 4, 5, 6, 100)]
    assert tries == [0, 3, 6, 12, 24, 24, 24]
