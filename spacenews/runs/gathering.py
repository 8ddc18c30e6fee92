"""Saves what many tasks have at about the same time in one transaction: a commit costs more than what it saves."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import Generic, TypeAlias, TypeVar

from spacenews.errors import DatabaseError

T = TypeVar("T")
R = TypeVar("R")
_Waiting: TypeAlias = tuple[T, asyncio.Future[R]]

SECONDS = 0.1


class Gathering(Generic[T, R]):
    """Calls *save* once for all that is given to it within a moment; whoever gave one waits until it is saved.

    *save* saves all that it is given or nothing, and returns what came of each.
    """

    def __init__(self, save: Callable[[Sequence[T]], Awaitable[Sequence[R]]]) -> None:
        self._save = save
        self._waiting: list[_Waiting[T, R]] = []

    async def __call__(self, one: T) -> R:
        """Save one and return what came of it; raises what *save* does of this one."""
        loop = asyncio.get_running_loop()
        answer: asyncio.Future[R] = loop.create_future()
        if not self._waiting:
            self._task = loop.create_task(self._save_soon())
        self._waiting.append((one, answer))
        return await answer

    async def _save_soon(self) -> None:
        await asyncio.sleep(SECONDS)
        together, self._waiting = self._waiting, []
        try:
            await self._save_and_answer(together)
        except DatabaseError as error:  # it would fail again, after waiting as long
            _fail(together, error)
        except Exception:  # noqa: BLE001 - whose it is is found where each is saved alone
            for each in together:
                await self._save_alone(each)

    async def _save_alone(self, each: _Waiting[T, R]) -> None:
        try:
            await self._save_and_answer([each])
        except Exception as error:  # noqa: BLE001 - it is raised where the answer is awaited
            _fail([each], error)

    async def _save_and_answer(self, together: Sequence[_Waiting[T, R]]) -> None:
        results = await self._save([one for one, _ in together])
        for (_, answer), result in zip(together, results, strict=True):
            if not answer.done():  # who waited for it may be cancelled
                answer.set_result(result)


def _fail(together: Sequence[_Waiting[T, R]], error: Exception) -> None:
    for _, answer in together:
        if not answer.done():
            answer.set_exception(error)
