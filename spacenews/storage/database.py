"""The connection to the crawl database: SQLite for one machine, PostgreSQL for many, one code for both."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import DBAPIError, SQLAlchemyError

from spacenews.errors import OutputError, UsageError
from spacenews.storage import migrations

CHUNK = 400  # values in one statement: SQLite allows 999 variables
LOCK_SECONDS = 10  # that a statement waits for another program to let go of a SQLite file, a migration of a table
MIGRATION_SECONDS = 600  # that one process waits for another to make the tables or bring them up to date


class Database:
    """Opens the crawl database; makes its tables where there are none, and brings those of an older schema up to date.

    Raises UsageError for an address that SQLAlchemy does not know, OutputError if the database cannot be used, has a
    newer schema or is another program's.
    """

    def __init__(self, url: str | sa.URL) -> None:
        try:
            self.engine = sa.create_engine(url, **_engine_options(url))
        except (sa.exc.ArgumentError, ImportError, ValueError) as error:
            raise UsageError(f"SPACENEWS_STORE_URL: {error}") from error
        self.name = self.engine.url.render_as_string(hide_password=True)
        self.is_sqlite = self.engine.dialect.name == "sqlite"
        if not self.is_sqlite and self.engine.dialect.name != "postgresql":
            raise UsageError(f"SPACENEWS_STORE_URL: {self.name} is neither SQLite nor PostgreSQL")
        if self.is_sqlite:
            sa.event.listen(self.engine, "connect", _set_pragmas)
        self._upserts: dict[tuple[str, tuple[str, ...], tuple[str, ...]], Any] = {}
        try:
            self._open()
        except SQLAlchemyError as error:
            self.close()
            raise OutputError(f"the crawl database {self.name} cannot be used: {_reason(error)}") from error
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
            if self.is_sqlite:  # only now: the file of another program keeps its mode
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
            connection.exec_driver_sql(f"SET LOCAL lock_timeout = '{LOCK_SECONDS}s'")

    def check(self) -> None:
        """Raise OutputError if the file of the database was removed or replaced: what is saved goes nowhere."""
        if self._file_id() != self._opened:
            raise OutputError(f"the crawl database {self.name} was removed while the run used it")

    def _file_id(self) -> tuple[int, int] | None:
        """Return what tells the file of a SQLite database from any other, None without one."""
        path = self.engine.url.database
        if not self.is_sqlite or not path:
            return None
        try:
            status = Path(path).stat()
        except FileNotFoundError:
            return None
        return status.st_dev, status.st_ino

    def close(self) -> None:
        """Close all connections."""
        self.engine.dispose()

    def stream(self, query: sa.Select[Any], rows: int = 200) -> Iterator[Any]:
        """Yield the rows of a query, *rows* of them in memory at a time."""
        with self.engine.connect().execution_options(yield_per=rows) as connection:
            yield from connection.execute(query)

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


def dumps(value: Any) -> str:
    """Write a JSON value as one strict line for every reader: no NaN, no lone surrogates, no separators of Unicode.

    Raises ValueError for a number that JSON cannot name, TypeError for a value that is not one of JSON's.
    """
    text = json.dumps(value, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    return text if text.isascii() else one_line(text.encode("utf-8", "surrogatepass").decode("utf-8", "replace"))


def one_line(text: str) -> str:
    """Escape what some readers of JSON Lines take for the end of a line: U+2028, U+2029 and U+0085."""
    if not text.isascii():
        for char in "\u2028\u2029\x85":
            text = text.replace(char, f"\\u{ord(char):04x}")
    return text


def chunks(values: list[str]) -> Iterator[list[str]]:
    """Yield *values* in lists that fit into one statement."""
    for start in range(0, len(values), CHUNK):
        yield values[start : start + CHUNK]


def _engine_options(url: str | sa.URL) -> dict[str, Any]:
    if str(url).startswith("sqlite"):
        return {"connect_args": {"timeout": LOCK_SECONDS}}
    return {"pool_pre_ping": True}


def _set_pragmas(connection: Any, _record: Any) -> None:
    connection.execute("PRAGMA synchronous=NORMAL")  # kill-safe in WAL mode; a power cut may cost the last moments


def _reason(error: SQLAlchemyError) -> str:
    text = str(error.orig) if isinstance(error, DBAPIError) and error.orig else str(error)
    return " ".join(text.split())
