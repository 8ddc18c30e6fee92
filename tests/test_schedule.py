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
    assert hours_until(schedule.next_check(hours_before(age), NOW)) == (wait and pytest.approx(0.9 * wait, abs=0.001))


def test_the_next_run_finds_due_what_a_run_read_a_minute_after_its_start() -> None:
    read = after(NOW, timedelta(minutes=1))
    assert (Schedule().next_check(NOW, read) or "") < after(NOW, timedelta(hours=1))


@pytest.mark.parametrize(
    ("days", "unchanged", "wait"),
    [(1, 9, 6), (6.9, 9, 24), (8, 0, 24), (8, 1, 48), (8, 3, 72), (8, 9, 72), (40, 0, 168), (40, 9, 8 * 168)],
)
def test_what_is_settled_and_unchanged_again_and_again_is_checked_less_often(
    days: float, unchanged: int, wait: float
) -> None:
    published = hours_before(24 * days)
    counted = unchanged if Schedule().is_settled(published, NOW) else 0
    assert hours_until(Schedule().next_check(published, NOW, counted)) == pytest.approx(0.9 * wait, abs=0.001)


@pytest.mark.parametrize(
    ("age", "read", "whole"),
    [
        (23, 20, False),
        (25, 2, True),
        (25, 1, False),
        (25, 0.5, False),
        (25, 1.5, True),
        (25, 20, True),
        (24, 2, True),
        (71, 40, False),
        (73, 2, True),
        (73, 60, True),
        (73, 0.5, False),
        (167, 90, False),
        (170, 30, True),
        (359, 180, False),
        (721, 2, True),
        (9000, 8000, False),
        (9000, 8999, True),
    ],
)
def test_a_page_is_read_whole_now_and_then_after_it_was_published(age: float, read: float, whole: bool) -> None:
    """Whatever its validators say: some never change. *read*: so many hours ago."""
    assert Schedule().must_read_whole(hours_before(age), hours_before(read), NOW) is whole


def test_an_article_is_settled_when_it_is_a_week_old() -> None:
    assert [Schedule().is_settled(hours_before(hours), NOW) for hours in (167.9, 168)] == [False, True]


@pytest.mark.parametrize("published", [None, hours_before(25)])
@pytest.mark.parametrize("read", [None, hours_before(2)])
def test_only_what_has_a_date_and_was_read_is_read_whole(published: str | None, read: str | None) -> None:
    assert Schedule().must_read_whole(published, read, NOW) is bool(published and read)


def test_an_article_without_date_counts_as_new() -> None:
    assert Schedule().next_check(None, NOW) == Schedule().next_check(NOW, NOW)


def test_failures_are_tried_again_after_ever_longer_times_and_given_up() -> None:
    schedule = Schedule(max_failures=4, retry_hours=3)
    assert [hours_until(schedule.next_try(failures, NOW)) for failures in (1, 2, 3, 4, 5)] == [3, 6, 12, None, None]


def test_any_number_of_failures_has_a_next_try() -> None:
    for failures in (30, 1000, 100_000):
        assert Schedule(max_failures=10**6).next_try(failures, NOW)
        assert Schedule(max_failures=10**6, retry_hours=0).next_try(failures, NOW) == NOW


def test_the_images_of_a_young_article_are_not_given_up() -> None:
    schedule = Schedule(max_failures=4, retry_hours=1)
    assert [hours_until(schedule.next_image_try(n, NOW, is_young=True)) for n in (1, 2, 3, 4, 9)] == [1, 2, 4, 4, 4]
    assert [hours_until(schedule.next_image_try(n, NOW, is_young=False)) for n in (1, 2, 3, 4)] == [1, 2, 4, None]
    assert schedule.is_young(hours_before(71), NOW)
    assert not schedule.is_young(hours_before(72), NOW)
    assert not schedule.is_young(None, NOW)


def gone_after(pauses: list[float], status: int = 404, named: float | None = None) -> list[bool]:
    """Tell after each answer whether the page is gone for good; a source names it every so many hours."""
    told, hours = [], 0.0
    for answers, pause in enumerate([0, *pauses], 1):
        hours += pause
        moment = after(NOW, timedelta(hours=hours))
        named_at = moment if named is not None and hours else None
        told.append(Schedule().next_gone_try(answers, NOW, moment, named_at=named_at, status=status) is None)
    return told


def test_a_page_is_gone_when_it_answers_so_for_days() -> None:
    assert gone_after([1, 2, 20, 0.9, 0.2]) == [False, False, False, False, False, True], "no source names it"
    assert gone_after([1, 30, 40, 0.9, 0.2], named=1) == [False, False, False, False, False, True]
    assert gone_after([1, 4.9, 0.2], status=410) == [False, False, False, True]
    assert gone_after([17.9, 0.2], status=410, named=1) == [False, False, True]
    assert gone_after([1000]) == [False, True], "one answer may be a mistake, two are none"
    assert gone_after([23.9, 0.1]) == [False, False, True], "a day to the second"


def test_a_page_that_was_named_before_it_was_gone_is_not_named_now() -> None:
    day = after(NOW, timedelta(hours=24))
    assert Schedule().next_gone_try(2, NOW, day, named_at=NOW) is None
    assert Schedule().next_gone_try(2, NOW, day, named_at=after(NOW, timedelta(seconds=1))) is not None


def test_a_page_that_may_be_gone_is_asked_for_soon_and_then_once_a_day() -> None:
    waits = [hours_until(Schedule().next_gone_try(answers, NOW, NOW)) for answers in (1, 2, 3, 4, 5, 6, 100)]
    assert waits == [pytest.approx(0.9 * wait, abs=0.001) for wait in (1, 2, 4, 8, 16, 24, 24)]


def test_an_address_that_has_ended_may_be_named_again_once_a_day() -> None:
    assert not Schedule().may_be_named_again(hours_before(21.5), NOW)
    assert Schedule().may_be_named_again(hours_before(21.6), NOW), "nine tenths of a day"
    assert Schedule().may_be_named_again(None, NOW)


def test_after_a_failure_of_its_host_an_address_is_for_the_next_run_and_then_waits_up_to_eight_times_as_long() -> None:
    schedule = Schedule(max_failures=4, retry_hours=3)
    tries = [hours_until(schedule.next_host_try(failures, NOW)) for failures in (1, 2, 3, 4, 5, 6, 100)]
    assert tries == [0, 3, 6, 12, 24, 24, 24]
