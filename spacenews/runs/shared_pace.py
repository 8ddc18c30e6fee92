"""The pace that a crawl keeps together with all others that use its crawl database."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from time import monotonic
from typing import Any

from spacenews.errors import DatabaseError
from spacenews.storage.hosts import Hosts

LATE = 0.02  # seconds between a turn and its request after which the host's next turn is put off


class DatabasePace:
    """Takes turns in the table of hosts; *db* calls a function of the store and ends the run if that fails."""

    def __init__(self, hosts: Hosts, db: Callable[..., Awaitable[Any]]) -> None:
        self._hosts, self._db = hosts, db
        self._saving: set[asyncio.Future[None]] = set()

    async def take_turn(self, host: str, gap: float) -> float:
        """Take a turn to ask a host, after which nobody has one for *gap* seconds; or return how long to wait."""
        began = monotonic()
        seconds: float = await self._db(self._hosts.take_turn, host, gap)
        if not seconds and monotonic() - began > LATE:
            await self._db(self._hosts.leave_alone, host, gap)  # from now on: the host sees when requests arrive
        return seconds

    def leave_alone(self, host: str, seconds: float) -> None:
        """Have nobody ask a host for some seconds."""
        saving = asyncio.ensure_future(self._save(host, seconds))
        self._saving.add(saving)
        saving.add_done_callback(self._saving.discard)

    async def _save(self, host: str, seconds: float) -> None:
        try:
            await self._db(self._hosts.leave_alone, host, seconds)
        except (DatabaseError, RuntimeError):  # the run ends by the first; by the second it has ended
            return
