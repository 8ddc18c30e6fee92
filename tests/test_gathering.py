"""What comes within a moment is saved together, and whoever cannot be saved costs only itself."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

import pytest

from spacenews.errors import DatabaseError
from spacenews.runs.gathering import Gathering


class Saver:
    """Notes what is saved together; it cannot save 13."""

    def __init__(self, broken: DatabaseError | None = None) -> None:
        self.broken = broken
        self.calls: list[list[int]] = []

    async def save(self, numbers: Sequence[int]) -> list[str]:
        self.calls.append(list(numbers))
        if self.broken:
            raise self.broken
        if 13 in numbers:
            raise ValueError("13")
        return [f"saved {number}" for number in numbers]


def gathered(saver: Saver, *numbers: int) -> list[str | BaseException]:
    async def all_at_once() -> list[str | BaseException]:
        gathering = Gathering(saver.save)
        return await asyncio.gather(*map(gathering, numbers), return_exceptions=True)

    return asyncio.run(all_at_once())


def test_what_comes_within_a_moment_is_saved_at_once() -> None:
    saver = Saver()
    assert gathered(saver, 1, 2, 3) == ["saved 1", "saved 2", "saved 3"]
    assert saver.calls == [[1, 2, 3]]


def test_what_comes_later_is_saved_later() -> None:
    saver = Saver()

    async def one_after_the_other() -> list[str]:
        gathering = Gathering(saver.save)
        return [await gathering(1), await gathering(2)]

    assert asyncio.run(one_after_the_other()) == ["saved 1", "saved 2"]
    assert saver.calls == [[1], [2]]


def test_what_cannot_be_saved_costs_only_itself() -> None:
    saver = Saver()
    one, wrong, other = gathered(saver, 1, 13, 2)
    assert (one, other) == ("saved 1", "saved 2")
    assert isinstance(wrong, ValueError)
    assert saver.calls == [[1, 13, 2], [1], [13], [2]]


def test_a_database_that_fails_is_asked_once_and_fails_for_all() -> None:
    saver = Saver(DatabaseError("locked"))
    assert gathered(saver, 1, 2) == [saver.broken, saver.broken]
    assert saver.calls == [[1, 2]]


def test_who_waits_no_more_is_saved_all_the_same() -> None:
    saver = Saver()

    async def one_is_cancelled() -> str:
        gathering = Gathering(saver.save)
        gone, waits = asyncio.ensure_future(gathering(1)), asyncio.ensure_future(gathering(2))
        await asyncio.sleep(0)
        gone.cancel()
        with pytest.raises(asyncio.CancelledError):
            await gone
        return await waits

    assert asyncio.run(one_is_cancelled()) == "saved 2"
    assert saver.calls == [[1, 2]]
