"""The crawl database is opened, or refused with one sentence and left as it was."""

from __future__ import annotations

import gc
import sqlite3
import weakref
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path
from threading import Barrier

import pytest
import sqlalchemy as sa
from support import old_databases
from support.factories import article, open_store, publish

from spacenews.errors import OutputError
from spacenews.storage.addresses import DiscoveredUrl
from spacenews.storage.migrations import SCHEMA
from spacenews.storage.schedule import Schedule
from spacenews.storage.store import Store

FOREIGN = {
    "tables": "CREATE TABLE posts (id INTEGER); CREATE TABLE users (id INTEGER)",
    "a table of one of our names": "CREATE TABLE articles (id INTEGER, body TEXT)",
    "a view": "CREATE VIEW answer AS SELECT 42",
    "a table called spacenews": "CREATE TABLE spacenews (id INTEGER, headline TEXT)",
}
NUMBERS = ["abc", "", "0", "-1", "2.0", " 2", "0x2", "２", "1e0", "2\n"]
DAMAGE = {
    "a table is missing": ("DROP TABLE pictures", "pictures.bytes, pictures.etag, pictures.fetched_at …"),
    "a column is missing": ("ALTER TABLE runs DROP COLUMN exit_code", "it has no runs.exit_code"),
    "a column has another name": ("ALTER TABLE articles RENAME COLUMN record TO body", "it has no articles.record"),
}


def content(path: Path) -> tuple[str, list[str]]:
    """Return the journal mode of a database and all that is in it."""
    with closing(sqlite3.connect(path)) as database:
        [[mode]] = database.execute("PRAGMA journal_mode")
        return mode, list(database.iterdump())


def change(path: Path, script: str) -> None:
    with closing(sqlite3.connect(path)) as database:
        database.executescript(script)


def assert_refused(path: Path, words: str) -> None:
    before = content(path)
    with pytest.raises(OutputError) as refusal:
        Store(f"sqlite:///{path}", Schedule())
    assert words in str(refusal.value)
    assert str(path) in str(refusal.value)
    assert "\n" not in str(refusal.value)
    assert content(path) == before
    assert [file.name for file in path.parent.iterdir()] == [path.name]


@pytest.mark.parametrize("script", FOREIGN.values(), ids=FOREIGN)
def test_the_database_of_another_program_is_refused(tmp_path: Path, script: str) -> None:
    path = tmp_path / "other.sqlite3"
    change(path, script)
    before = path.read_bytes()
    assert_refused(path, "name another SPACENEWS_STORE_URL")
    assert path.read_bytes() == before


@pytest.mark.parametrize("number", NUMBERS, ids=repr)
def test_a_database_without_a_readable_schema_is_refused(tmp_path: Path, number: str) -> None:
    open_store(tmp_path).close()
    path = tmp_path / "spacenews.sqlite3"
    with closing(sqlite3.connect(path)) as database, database:
        database.execute("UPDATE spacenews SET value = ?", [number])
    assert_refused(path, f"has {number!r} where the number of its schema should be")


def test_a_database_without_a_schema_is_refused(tmp_path: Path) -> None:
    open_store(tmp_path).close()
    change(tmp_path / "spacenews.sqlite3", "DELETE FROM spacenews")
    assert_refused(tmp_path / "spacenews.sqlite3", "has None where the number of its schema should be")


def test_a_database_of_a_newer_schema_is_refused(tmp_path: Path) -> None:
    open_store(tmp_path).close()
    change(tmp_path / "spacenews.sqlite3", "UPDATE spacenews SET value = value + 1")
    assert_refused(tmp_path / "spacenews.sqlite3", f"schema {SCHEMA + 1}, this spacenews knows up to {SCHEMA}: update")


@pytest.mark.parametrize(("script", "words"), DAMAGE.values(), ids=DAMAGE)
def test_a_damaged_database_is_refused(tmp_path: Path, script: str, words: str) -> None:
    open_store(tmp_path).close()
    change(tmp_path / "spacenews.sqlite3", script)
    assert_refused(tmp_path / "spacenews.sqlite3", words)


def test_a_damaged_database_of_an_older_schema_is_refused(tmp_path: Path) -> None:
    path = old_databases.schema_1(tmp_path)
    change(path, "ALTER TABLE runs DROP COLUMN exit_code")
    assert_refused(path, "it has no runs.exit_code")


def test_a_file_that_is_no_database_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "spacenews.sqlite3"
    path.write_bytes(b"These are not the bytes of a database. " * 100)
    with pytest.raises(OutputError, match="cannot be used: file is not a database"):
        open_store(tmp_path)
    assert path.read_bytes() == b"These are not the bytes of a database. " * 100


def test_an_empty_file_becomes_a_database_of_the_newest_schema(tmp_path: Path) -> None:
    (tmp_path / "spacenews.sqlite3").touch()
    open_store(tmp_path).close()
    mode, statements = content(tmp_path / "spacenews.sqlite3")
    assert mode == "wal"
    assert f"INSERT INTO \"spacenews\" VALUES('schema','{SCHEMA}');" in statements


def nothing(_: Path) -> None:
    """Leave the folder empty."""


@pytest.mark.parametrize("before", [nothing, old_databases.schema_1])
def test_processes_that_open_a_database_at_once_all_end_well(tmp_path: Path, before: Callable[[Path], object]) -> None:
    before(tmp_path)
    together = Barrier(6)

    def opened(number: int) -> None:
        together.wait()
        store = open_store(tmp_path)
        store.addresses.discover("spider", [DiscoveredUrl(f"https://example.org/{number}", "feed")])
        store.close()

    with ThreadPoolExecutor(6) as pool:
        list(pool.map(opened, range(6)))
    _, statements = content(tmp_path / "spacenews.sqlite3")
    assert f"INSERT INTO \"spacenews\" VALUES('schema','{SCHEMA}');" in statements
    assert sum("https://example.org/" in statement for statement in statements) == 6


def test_pages_that_are_saved_together_are_told_each_what_it_names(tmp_path: Path) -> None:
    one, two, three = (DiscoveredUrl(f"https://example.org/{number}", "link", number) for number in (1, 2, 3))
    store = open_store(tmp_path)
    assert store.addresses.discover("spider", [one]).new == 1
    first, second, third = store.addresses.discover_together("spider", [[one, two], [two, three], []])
    store.close()
    assert [[address.url for address in result.due] for result in (first, second, third)] == [
        [one.url, two.url],
        [two.url, three.url],
        [],
    ]
    assert [result.new for result in (first, second, third)] == [1, 2, 0]
    assert {address.url: address.depth for address in second.due} == {two.url: 2, three.url: 3}


def test_an_open_database_does_not_wait_for_who_writes(tmp_path: Path) -> None:
    """As an export while a crawl saves, or while a viewer holds the file."""
    store = open_store(tmp_path)
    publish(store, [article(1)])
    with closing(store), closing(sqlite3.connect(tmp_path / "spacenews.sqlite3")) as other:
        other.execute("BEGIN IMMEDIATE")
        open_store(tmp_path).close()


def test_the_sqlite_databases_of_other_programs_keep_their_mode(tmp_path: Path) -> None:
    store = open_store(tmp_path)
    other = sa.create_engine(f"sqlite:///{tmp_path}/other.sqlite3")
    with other.begin() as connection:
        connection.exec_driver_sql("CREATE TABLE theirs (id INTEGER)")
        assert connection.exec_driver_sql("PRAGMA journal_mode").scalar() == "delete"
        assert connection.exec_driver_sql("PRAGMA synchronous").scalar() == 2  # FULL
    other.dispose()
    store.close()


def test_a_closed_store_is_let_go(tmp_path: Path) -> None:
    store = open_store(tmp_path)
    publish(store, [article(1)])
    store.close()
    gone = weakref.ref(store.database)
    del store
    gc.collect()
    assert gone() is None
