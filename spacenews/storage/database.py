"""The connection to the crawl database: SQLite for one machine, PostgreSQL for many, one code for both."""

from __future__ import annotations

import logging
import math
import os
import sqlite3
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any, TypeVar
from urllib.parse import quote

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

from spacenews.errors import DatabaseError, SpacenewsError, TransientDatabaseError, UsageError
from spacenews.storage import migrations, postgres

logger = logging.getLogger(__name__)
T = TypeVar("T")

CHUNK = 400  # values in one statement: SQLite allows 999 variables
LOCK_SECONDS = 10  # that a statement waits for another program to let go of a SQLite file
MIGRATION_SECONDS = 600  # that one process waits for another to make the tables or bring them up to date

RETRY_SECONDS = 45  # that a server may be away, as for a restart, until a run ends because of it
LONGEST_WAIT = 5  # seconds between two attempts

TURNS = 0x5ACE  # seed of the keys by which transactions wait for each other


class Database:
    """Opens the crawl database; makes its tables where there are none, and brings those of an older schema up to date.

    A SQLite file that may not be written is opened for reading. Raises UsageError for an address that SQLAlchemy does
    not know, OutputError if the database cannot be used, has a newer schema or is another program's. Whatever uses it
    later raises DatabaseError where that fails, with a sentence that has no SQL.
    """

    def __init__(self, url: str | sa.URL) -> None:
        try:
            address = sa.make_url(url)
            self.read_only = _sqlite_reader(address)
            self.engine = sa.create_engine(address, **_engine_options(address, self.read_only))
        except (sa.exc.ArgumentError, ImportError, ValueError) as error:
            raise UsageError(f"SPACENEWS_STORE_URL: {error}") from error
        self.name = self.engine.url.render_as_string(hide_password=True)
        self.is_sqlite = self.engine.dialect.name == "sqlite"
        if not self.is_sqlite and self.engine.dialect.name != "postgresql":
            raise UsageError(f"SPACENEWS_STORE_URL: {self.name} is neither SQLite nor PostgreSQL")
        sa.event.listen(self.engine, "handle_error", partial(_as_sentence, self.engine.url), retval=True)
        if self.is_sqlite:
            sa.event.listen(self.engine, "connect", _set_pragmas)
        else:
            postgres.prepare(self.engine)
        self.fence: Callable[[sa.Connection], None] | None = None  # raises if the run may not write any more
        self._upserts: dict[tuple[str, tuple[str, ...], tuple[str, ...]], Any] = {}
        try:
            self._open()
        except BaseException:
            self.close()
            raise
        self._opened = self._file_id()

    def _open(self) -> None:
        """Make or migrate the tables, unless they are as they should be; a database that is refused stays as it was."""
        with self.engine.begin() as connection:
            schema = migrations.read_schema(connection)
            if schema == migrations.SCHEMA:
                migrations.check_tables(connection)
            elif self.read_only:
                raise DatabaseError(
                    f"the crawl database {self.name} has schema {schema or 'none'} and cannot be brought up to schema "
                    f"{migrations.SCHEMA} here, {_denied(self.engine.url)}: run `scrapy runs` once as who may write it"
                )
            if self.is_sqlite and not self.read_only:  # only now: the file of another program keeps its mode
                connection.exec_driver_sql("PRAGMA journal_mode=WAL")
        if schema != migrations.SCHEMA:
            with self.engine.begin() as connection:
                self._wait_for_other_processes(connection)
                migrations.bring_up_to_date(connection)

    def _wait_for_other_processes(self, connection: sa.Connection) -> None:
        """Begin the one transaction that may change the schema; a kill leaves what was there before it."""
        if self.is_sqlite:  # Python would begin no transaction before CREATE
            connection.exec_driver_sql(f"PRAGMA busy_timeout={MIGRATION_SECONDS * 1000}")
            connection.exec_driver_sql("BEGIN IMMEDIATE")
            connection.exec_driver_sql(f"PRAGMA busy_timeout={LOCK_SECONDS * 1000}")
        else:
            connection.exec_driver_sql(f"SET LOCAL lock_timeout = '{MIGRATION_SECONDS}s'")
            connection.execute(sa.select(sa.func.pg_advisory_xact_lock(0x5ACE)))
            connection.exec_driver_sql(f"SET LOCAL lock_timeout = '{postgres.LOCK_SECONDS}s'")

    def check(self) -> None:
        """Raise DatabaseError if the file of the database was removed or replaced: what is saved goes nowhere."""
        if self._file_id() != self._opened:
            what = "changed while it was read" if self.read_only else "was removed while the run used it"
            raise DatabaseError(f"the crawl database {self.name} {what}")

    def _file_id(self) -> tuple[int, ...] | None:
        """Return what tells the file of a SQLite database from any other, None without one.

        Of one that is read without a lock it tells every change.
        """
        path = self.engine.url.database
        if not self.is_sqlite or not path:
            return None
        try:
            status = Path(path).stat()
        except FileNotFoundError:
            return None
        unlocked = self.read_only is not None and "immutable" in self.read_only
        return status.st_dev, status.st_ino, status.st_mtime_ns if unlocked else 0

    @contextmanager
    def writing(self) -> Iterator[sa.Connection]:
        """Begin a transaction of the run, which commits at the end; raises LostLockError if it is over.

        Where its process stands still in between, the server ends the transaction: others wait for what it locked.
        """
        with self.sharing() as connection:
            if self.fence:
                self.fence(connection)
            yield connection

    @contextmanager
    def sharing(self) -> Iterator[sa.Connection]:
        """Begin a transaction that is for all processes, whoever they are; it commits at the end."""
        with self.engine.begin() as connection:
            if not self.is_sqlite:
                milliseconds = postgres.IDLE_SECONDS * 1000
                connection.exec_driver_sql(f"SET LOCAL idle_in_transaction_session_timeout = {milliseconds}")
            yield connection

    def retrying(self, call: Callable[[], T]) -> T:
        """Return what *call* does, one transaction or none; it is called again where the database comes back soon.

        The time counts from the first failure: a process that was frozen within a call has lost its connection, and
        asks once more whether it may go on.
        """
        give_up, wait = math.inf, 0.1
        while True:
            try:
                return call()
            except TransientDatabaseError as error:
                give_up = min(give_up, time.monotonic() + RETRY_SECONDS)
                if time.monotonic() + wait > give_up:
                    raise
                logger.warning("%s; it is tried again in %g s", error, wait)
            time.sleep(wait)
            wait = min(wait * 2, LONGEST_WAIT)

    def engine_for_locks(self, lease: float) -> sa.Engine:
        """Return an engine whose connections are never shared, and known as lost within *lease* seconds."""
        url = self.engine.url
        options = postgres.connect_args(url)
        options |= {name: value for name, value in postgres.lock_args(lease).items() if name not in url.query}
        engine = sa.create_engine(url, poolclass=sa.NullPool, connect_args=options)
        sa.event.listen(engine, "handle_error", partial(_as_sentence, url), retval=True)
        return engine

    def in_turn(self, connection: sa.Connection, subject: str) -> None:
        """Have the transactions on *subject* of all processes follow each other; SQLite has one writer anyhow.

        Who waits meets what the one before has committed: no key that is taken meanwhile, no deadlock.
        """
        if not self.is_sqlite:
            key = sa.func.hashtextextended(subject, TURNS)
            connection.execute(sa.select(sa.func.pg_advisory_xact_lock(key)))

    def begin_write(self, connection: sa.Connection) -> None:
        """Have what a transaction reads stay so until it commits: Python would begin none before the first change."""
        if self.is_sqlite:
            connection.exec_driver_sql("BEGIN IMMEDIATE")

    def close(self) -> None:
        """Close all connections."""
        self.engine.dispose()

    def stream(self, query: sa.Select[Any], rows: int = 200) -> Iterator[Any]:
        """Yield the rows of a query, *rows* of them in memory at a time."""
        with self.engine.connect() as connection:
            yield from connection.execute(query, execution_options={"yield_per": rows})
        self.check()

    def insert(self, table: sa.Table) -> Any:
        """Return an INSERT that knows ON CONFLICT."""
        return (sqlite if self.is_sqlite else postgresql).insert(table)

    def upsert(self, table: sa.Table, columns: tuple[str, ...], updated: tuple[str, ...]) -> Any:
        """Return the statement that inserts a row of *columns*, or sets those *updated* where its key is taken.

        Statements are kept: building one costs more than running it.
        """
        key = (table.name, columns, updated)
        if key not in self._upserts:
            insert = self.insert(table).values({name: sa.bindparam(name) for name in columns})
            self._upserts[key] = insert.on_conflict_do_update(
                index_elements=table.primary_key.columns, set_={name: insert.excluded[name] for name in updated}
            )
        return self._upserts[key]


def sqlite_url(path: Path) -> sa.URL:
    """Return the SQLAlchemy address of a SQLite file, whatever characters its path has."""
    return sa.URL.create("sqlite", database=str(path))


def chunks(values: list[str]) -> Iterator[list[str]]:
    """Yield *values* in lists that fit into one statement."""
    for start in range(0, len(values), CHUNK):
        yield values[start : start + CHUNK]


def _engine_options(url: sa.URL, read_only: str | None) -> dict[str, Any]:
    if url.get_backend_name() != "sqlite":
        return {"pool_pre_ping": True, "connect_args": postgres.connect_args(url)}
    if read_only:
        options = {"uri": True, "timeout": LOCK_SECONDS, "check_same_thread": False}
        return {"creator": partial(sqlite3.connect, read_only, **options)}
    return {"connect_args": {"timeout": LOCK_SECONDS}}


def _set_pragmas(connection: Any, _record: Any) -> None:
    connection.execute("PRAGMA synchronous=NORMAL")  # kill-safe in WAL mode; a power cut may cost the last moments


def _sqlite_reader(url: sa.URL) -> str | None:
    """Return the URI that reads a SQLite file which may not be written, None for any other database.

    A reader needs the -shm file beside a -wal file, and SQLite would make both for it, and leave them. Where neither
    is, nobody writes: the file is read without them (https://sqlite.org/wal.html#read_only_databases).
    """
    path = _sqlite_file(url)
    if path is None or not _unwritable(path):
        return None
    wal, shm = _beside(path)
    needed = shm.exists() or (wal.exists() and wal.stat().st_size)
    return f"file:{quote(str(path))}?mode=ro" + ("" if needed else "&immutable=1")


def _sqlite_file(url: sa.URL) -> Path | None:
    """Return the path of the SQLite file at an address, None if there is none."""
    if url.get_backend_name() != "sqlite" or not url.database or not os.access(url.database, os.F_OK):
        return None
    return Path(url.database).resolve()


def _beside(path: Path) -> tuple[Path, Path]:
    return path.with_name(f"{path.name}-wal"), path.with_name(f"{path.name}-shm")


def _unwritable(path: Path) -> list[Path]:
    """Return what may not be written of what one needs to write to a SQLite file: it, its folder, what is beside it."""
    parts = (path.parent, path, *_beside(path))
    return [part for part in parts if os.access(part, os.F_OK) and not os.access(part, os.W_OK)]


def _denied(url: sa.URL) -> str:
    """Return who denies to write to a SQLite file, as words of a sentence; SQLite itself does not tell."""
    path = _sqlite_file(url)
    files = _unwritable(path) if path else []
    folder = Path(url.database or "").parent
    try:
        with tempfile.TemporaryFile(dir=folder):
            return f"{' and '.join(map(str, files)) or url.database} may not be written"
    except PermissionError:
        return f"{' and '.join(map(str, files)) or folder} may not be written"
    except OSError as error:
        return f"{folder} takes no file: {error.strerror}"


def _as_sentence(url: sa.URL, context: Any) -> SpacenewsError | None:
    """Return what SQLAlchemy raises for an error of the database's driver, instead of its own with the statement."""
    if context.is_pre_ping or context.sqlalchemy_exception is None:  # then SQLAlchemy connects anew; it is a bug
        return None
    error = context.original_exception
    name = f"the crawl database {url.render_as_string(hide_password=True)}"
    reason = " ".join((getattr(getattr(error, "diag", None), "message_primary", None) or str(error)).split())
    code = getattr(error, "sqlite_errorcode", 0)
    is_timeout = getattr(error, "sqlstate", None) == postgres.LOCK_TIMEOUT
    if is_timeout or code & 0xFF in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
        return DatabaseError(f"{name} is locked by another program ({reason}): end it, or wait until it is done")
    if code == sqlite3.SQLITE_READONLY_DBMOVED:
        return DatabaseError(f"{name} was removed while the run used it")
    if code & 0xFF in (sqlite3.SQLITE_READONLY, sqlite3.SQLITE_CANTOPEN):
        reason += f": {_denied(url)}"
    if context.connection is None and postgres.MALFORMED.search(reason):  # an option of its address
        return UsageError(f"SPACENEWS_STORE_URL: {reason}")
    is_away = context.is_disconnect or context.connection is None  # it was lost, or could not be made
    transient = code == 0 and (is_away or postgres.is_transient(error))
    kind = TransientDatabaseError if transient else DatabaseError
    return kind(f"{name} cannot be used: {reason}")
