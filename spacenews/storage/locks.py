"""Who crawls what on PostgreSQL: one process at a time, for as long as it is there."""

from __future__ import annotations

import logging
import os
import socket
import threading
from contextlib import suppress
from typing import Any
from uuid import uuid4

import sqlalchemy as sa

from spacenews.clock import now
from spacenews.errors import DatabaseError, LockedError, LostLockError
from spacenews.storage.database import Database
from spacenews.storage.tables import run_locks

logger = logging.getLogger(__name__)

SIGNS = 4  # of life in the time after which the lock is lost
RETRY = 1  # seconds between two attempts to get a lock back


class Lock:
    """Holds a lock of PostgreSQL, on a connection of its own, until it is closed or its process is gone.

    It is an advisory lock of a transaction that stays open, which holds no row and hinders no vacuum, and which a pool
    of connections (PgBouncer) leaves alone. A process that dies loses it at once; one that gives no sign of life for
    *lease* seconds, frozen or cut off, loses it then: the server ends its transaction. From that moment another may
    take it, and whatever the first writes after that fails: every write looks for its token.

    Raises LockedError, which says who holds it, if it is taken.
    """

    def __init__(self, database: Database, name: str, lease: float) -> None:
        self.name = name
        self._database, self._lease, self._token = database, lease, str(uuid4())
        self._engine = database.engine_for_locks(lease)
        self._use = threading.Lock()
        self._connection = self._take()
        self._note_holder()
        database.fence = self.check
        self._closed = threading.Event()
        self._thread = threading.Thread(target=self._keep, name="lock", daemon=True)
        self._thread.start()

    @property
    def is_of_spider(self) -> bool:
        """Whether it keeps all other runs away, and not just says that one run is alive."""
        return "/" not in self.name

    def check(self, connection: sa.Connection) -> None:
        """Raise LostLockError if another process has taken the lock; until *connection* commits, none can."""
        if connection.scalar(_token_of(self.name).with_for_update(read=True)) != self._token:
            raise LostLockError(f"{self.name} was taken over by another run: this one was away for too long")

    def claim(self, name: str) -> bool:
        """Take one more lock until this one is closed, unless another process has it."""
        with self._use:
            return _try(self._connection, name)

    def close(self) -> None:
        """Let go of the lock."""
        self._closed.set()
        self._thread.join()
        self._database.fence = None
        with suppress(DatabaseError):  # it is gone already
            self._connection.close()
        self._engine.dispose()

    def _take(self) -> sa.Connection:
        """Open a connection that holds the lock; raises LockedError."""
        connection = self._engine.connect()
        try:
            milliseconds = round(self._lease * 1000)
            connection.exec_driver_sql(f"SET LOCAL idle_in_transaction_session_timeout = {milliseconds}")
            taken = _try(connection, self.name)
            held_by = "" if taken else holder(connection, self.name)
        except BaseException:
            connection.close()
            raise
        if not taken:
            connection.close()
            raise LockedError(f"another run of {self.name} is active: {held_by}")
        return connection

    def _note_holder(self) -> None:
        """Say who holds the lock, after the last write of whoever held it before."""
        row = {
            "name": self.name,
            "token": self._token,
            "host": socket.gethostname(),
            "pid": os.getpid(),
            "taken_at": now(),
        }
        try:
            with self._database.writing() as connection:
                connection.execute(self._database.upsert(run_locks, tuple(row), tuple(row)), row)
        except BaseException:
            self._connection.close()
            raise

    def _keep(self) -> None:
        """Give signs of life; where the connection is lost, get the lock back unless another has taken it."""
        while not self._closed.wait(self._lease / SIGNS):
            try:
                with self._use:
                    self._connection.exec_driver_sql("SELECT 1")
            except DatabaseError as error:
                logger.warning("the lock of %s is lost for now (%s); it is taken again", self.name, error)
                if not self._take_again():
                    return

    def _take_again(self) -> bool:
        """Take the lock as soon as the database is there; False if it is another's, or nobody wants it any more."""
        while not self._closed.wait(RETRY):
            with self._use, suppress(DatabaseError):
                self._connection.close()
            try:
                with self._use:
                    self._connection = self._take()
                    is_mine = self._connection.scalar(_token_of(self.name)) == self._token
            except DatabaseError:
                continue
            except LockedError:
                is_mine = False
            if not is_mine:
                logger.error("%s was taken over by another run; this one writes nothing more", self.name)
            return bool(is_mine)
        return False


def is_held(database: Database, name: str) -> bool:
    """Tell whether a process that is there holds a lock."""
    with database.engine.connect() as connection:
        return not _try(connection, name)  # what it took ends with the transaction


def holder(connection: sa.Connection, name: str) -> str:
    """Say who took a lock last."""
    row = connection.execute(sa.select(run_locks).where(run_locks.c.name == name)).first()
    return f"process {row.pid} on {row.host} since {row.taken_at}" if row else "a process that just started"


def _token_of(name: str) -> sa.Select[Any]:
    return sa.select(run_locks.c.token).where(run_locks.c.name == name)


def _try(connection: sa.Connection, name: str) -> bool:
    key = sa.func.hashtextextended(f"lock {name}", 0)
    return bool(connection.scalar(sa.select(sa.func.pg_try_advisory_xact_lock(key))))
