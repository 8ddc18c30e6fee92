"""Saves what many tasks have at about the same time in one transaction: a commit costs more than what it saves."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import Generic, TypeVar

from spacenews.errors import DatabaseError

T = TypeVar("T")
R = TypeVar("R")

SECONDS = 0.1


class Gathering(Generic[T, R]):
    """Calls *save* once for all that is given to it within a moment; whoever gave one waits until it is saved.

    *save* saves all that it is given or nothing, and returns what came of each.
    """

    def __init__(self, save: Callable[[Sequence[T]], Awaitable[Sequence[R]]]) -> None:
        self._save = save
        self._waiting: list[tuple[T, asyncio.Future[R]]] = []

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
        if not await self._answer(together, is_alone=len(together) == 1):
            for each in together:
                await self._answer([each], is_alone=True)

    async def _answer(self, together: Sequence[tuple[T, asyncio.Future[R]]], *, is_alone: bool) -> bool:
        """Save some and answer; False where they are to be saved one by one, because one of them cannot be."""
        try:
            results = await self._save([one for one, _ in together])
        except Exception as error:  # noqa: BLE001 - it is raised where the answer is awaited
            if not is_alone and not isinstance(error, DatabaseError):
                return False
            for _, answer in together:
                if not answer.done():
                    answer.set_exception(error)
        else:
            for (_, answer), result in zip(together, results, strict=True):
                if not answer.done():
                    answer.set_result(result)
        return True
