"""When each host may be asked again, for all processes that share the crawl database."""

from __future__ import annotations

import time

import sqlalchemy as sa

from spacenews.storage.database import Database
from spacenews.storage.tables import host_pace

LONGEST = 3600  # seconds that a host is left alone at most: more is the word of a clock that was wrong


class Hosts:
    """The table of hosts; each method is one transaction. Times are those of the database's machine."""

    def __init__(self, database: Database) -> None:
        self.database = database

    def take_turn(self, host: str, gap: float) -> float:
        """Take a turn to ask a host, after which nobody has one for *gap* seconds; return 0.

        Where it is not free yet nothing is taken, and the seconds until it is are returned.
        """
        with self.database.sharing() as connection:
            moment = self._moment(connection)
            free = sa.or_(host_pace.c.free_at <= moment, host_pace.c.free_at > moment + LONGEST)
            row = {"host": host, "free_at": moment + gap}
            take = self.database.insert(host_pace).values(row)
            take = take.on_conflict_do_update(index_elements=[host_pace.c.host], set_=row, where=free)
            if connection.execute(take.returning(host_pace.c.host)).first():
                return 0
            free_at = connection.scalar(sa.select(host_pace.c.free_at).where(host_pace.c.host == host))
            return max(float(free_at or 0) - moment, 0)

    def leave_alone(self, host: str, seconds: float) -> None:
        """Have nobody ask a host for some seconds from now on, or longer where it was to be left alone already."""
        with self.database.sharing() as connection:
            moment = self._moment(connection)
            until = moment + min(seconds, LONGEST)
            earlier = sa.or_(host_pace.c.free_at < until, host_pace.c.free_at > moment + LONGEST)
            row = {"host": host, "free_at": until}
            leave = self.database.insert(host_pace).values(row)
            connection.execute(leave.on_conflict_do_update(index_elements=[host_pace.c.host], set_=row, where=earlier))

    def _moment(self, connection: sa.Connection) -> float:
        if self.database.is_sqlite:  # one machine
            return time.time()
        return float(connection.scalar(sa.text("SELECT extract(epoch FROM clock_timestamp())")) or 0)
