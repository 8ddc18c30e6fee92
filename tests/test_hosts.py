"""Processes that share a crawl database take turns to ask a host."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from types import SimpleNamespace

import pytest
from support.factories import open_store

from spacenews.storage.hosts import LONGEST, Hosts
from spacenews.storage.schedule import Schedule
from spacenews.storage.store import Store


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> SimpleNamespace:
    """The clock of this machine, which a test sets."""
    moment = SimpleNamespace(now=1_800_000_000.0)
    monkeypatch.setattr("spacenews.storage.hosts.time", SimpleNamespace(time=lambda: moment.now))
    return moment


@pytest.fixture
def two(tmp_path: Path) -> Iterator[tuple[Hosts, Hosts]]:
    """The table of hosts as two processes see it."""
    with closing(open_store(tmp_path)) as first, closing(open_store(tmp_path)) as second:
        yield first.hosts, second.hosts


def test_one_asks_and_the_other_waits_for_the_rest_of_the_gap(two: tuple[Hosts, Hosts], clock: SimpleNamespace) -> None:
    first, second = two
    assert first.take_turn("a.example", 1.5) == 0
    clock.now += 1
    assert second.take_turn("a.example", 1) == pytest.approx(0.5)
    clock.now += 0.5
    assert second.take_turn("a.example", 1) == 0
    assert first.take_turn("a.example", 1) == pytest.approx(1)


def test_hosts_have_turns_of_their_own(two: tuple[Hosts, Hosts], clock: SimpleNamespace) -> None:
    assert clock.now
    assert two[0].take_turn("a.example", 1) == two[1].take_turn("b.example", 1) == 0


def test_what_a_host_asked_one_to_wait_holds_for_all(two: tuple[Hosts, Hosts], clock: SimpleNamespace) -> None:
    first, second = two
    first.leave_alone("a.example", 60)
    first.leave_alone("a.example", 5)  # the longer one holds
    assert second.take_turn("a.example", 1) == pytest.approx(60)
    clock.now += 60
    assert second.take_turn("a.example", 1) == 0


def test_a_clock_that_was_ahead_keeps_nobody_waiting(two: tuple[Hosts, Hosts], clock: SimpleNamespace) -> None:
    clock.now += 10 * LONGEST
    assert two[0].take_turn("a.example", 1) == 0
    two[0].leave_alone("b.example", 5)
    clock.now -= 10 * LONGEST
    assert two[1].take_turn("a.example", 1) == 0
    two[1].leave_alone("b.example", 5)
    assert two[0].take_turn("b.example", 1) == pytest.approx(5)


@pytest.mark.faults
def test_turns_on_postgresql(address: str) -> None:
    with closing(Store(address, Schedule())) as first, closing(Store(address, Schedule())) as second:
        assert first.hosts.take_turn("a.example", 0.3) == 0
        wait = second.hosts.take_turn("a.example", 0.3)
        assert 0 < wait <= 0.3
        time.sleep(wait)
        assert second.hosts.take_turn("a.example", 0.3) == 0
        second.hosts.leave_alone("a.example", 60)
        assert 59 < first.hosts.take_turn("a.example", 0.3) <= 60
