"""What an older version of the code left is brought up to date, crawled on, exported and reported; nothing is lost."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from support import old_databases
from support.factories import open_store
from support.old_databases import crawl_on, exported, slug
from support.processes import run_folders

from spacenews.export import export
from spacenews.extraction import near_duplicates
from spacenews.report import build
from spacenews.storage.migrations import SCHEMA
from spacenews.storage.record_upgrades import in_present_format
from spacenews.storage.snapshot import Selection
from spacenews.storage.store import Store

NOW = "2026-11-26T12:00:00Z"
PUBLISHED = {  # by the six runs of the old version
    ("rich", 1),
    ("edited", 1),
    ("edited", 2),
    ("original", 1),
    ("reverted", 1),
    ("gone", 1),
    ("target", 1),
    ("short", 1),
    ("staged-again", 1),
    ("picture-fails", 1),
    ("copied", 1),
}
AFTERWARDS = {  # what the next run has to publish
    ("staged", 1),  # the killed run had saved it
    ("staged-again", 2),  # likewise
    ("quarantined", 1),  # its run was judged failed
    ("waiting", 1),  # discovered, never read
    ("failing", 1),  # answered 500 before
    ("picture-fails", 2),  # the picture has arrived
    ("target", 2),  # edited since
    ("late-copy", 1),  # new
    ("gone", 2),  # its page is gone for good, which the old version did not tell
}


@pytest.fixture
def output(tmp_path: Path) -> Path:
    """An output folder with a crawl database of schema 1."""
    old_databases.schema_1(tmp_path)
    return tmp_path


def keys(records: list[dict[str, Any]]) -> set[tuple[str, int]]:
    found = {(slug(record), record["version"]) for record in records}
    assert len(found) == len(records)
    return found


def all_records(store: Store, folder: Path) -> list[dict[str, Any]]:
    export(store, folder / "all.jsonl", "jsonl", Selection(all_versions=True))
    return exported(folder / "all.jsonl")


def test_the_old_database_has_every_state(output: Path) -> None:
    with closing(sqlite3.connect(output / "spacenews.sqlite3")) as database:
        states = {state for (state,) in database.execute("SELECT state FROM addresses")}
        results = {result for (result,) in database.execute("SELECT result FROM runs")}
        [[withheld]] = database.execute("SELECT count(*) FROM articles WHERE withheld")
        [[failed]] = database.execute("SELECT count(*) FROM pictures WHERE status = 'failed'")
    assert states == {"DISCOVERED", "FETCHED", "REDIRECTION", "FETCH_ERROR", "ERROR"}
    assert results == {"ok", "degraded", "failed", "interrupted", None}
    assert (withheld, failed) == (1, 2)


def test_an_old_database_is_crawled_on(output: Path) -> None:
    told = crawl_on(output)
    records = exported(run_folders(output)[-1] / "articles.jsonl")
    assert keys(records) == AFTERWARDS
    assert told["counts"]["articles"] == {"new": 5, "updated": 4, "unchanged": 8, "not_due": 0}
    assert told["result"] == "ok"
    store = open_store(output)
    assert keys(all_records(store, output)) == PUBLISHED | AFTERWARDS
    assert store.runs.unfinished("digitaltrends_space") == []
    store.close()
    again = crawl_on(output)
    assert (again["counts"]["articles"]["new"], again["counts"]["articles"]["updated"]) == (0, 0)


def test_the_original_that_the_old_version_forgot_is_found(output: Path) -> None:
    crawl_on(output)
    store = open_store(output)
    records = {slug(record): record for record in all_records(store, output)}
    store.close()
    assert records["late-copy"]["near_duplicate_of"] == records["reverted"]["id"]
    assert records["copied"]["near_duplicate_of"] == records["original"]["id"]


def test_an_old_database_is_exported_and_reported_as_it_is(output: Path) -> None:
    with closing(sqlite3.connect(output / "spacenews.sqlite3")) as database:
        rows = database.execute("SELECT record FROM articles WHERE published_in IS NOT NULL")
        before = sorted(in_present_format(record, 1) for (record,) in rows)
    store = open_store(output)
    export(store, output / "all.jsonl", "jsonl", Selection(all_versions=True))
    assert sorted((output / "all.jsonl").read_text("utf-8").splitlines()) == before
    build(store, output)
    store.close()
    stories = {slug for slug, _ in PUBLISHED}
    assert len(list((output / "report" / "articles").glob("*.html"))) == len(stories)


def rows_of(database: sqlite3.Connection) -> dict[str, list[dict[str, Any]]]:
    database.row_factory = sqlite3.Row
    tables = [name for (name,) in database.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
    return {table: list(map(dict, database.execute(f"SELECT * FROM {table}"))) for table in tables}  # noqa: S608


def test_every_row_is_as_it_was(output: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """But for the new names, the format of the records, the article that was forgotten, and what was ended at once."""
    with closing(sqlite3.connect(output / "spacenews.sqlite3")) as database:
        before = rows_of(database)
        monkeypatch.setattr("spacenews.storage.migrations.now", lambda: NOW)
        open_store(output).close()
        after = rows_of(database)
    for row in before["addresses"]:
        row["pages_beyond"] = row.pop("read_past")
        row |= {"named_at": None, "unchanged": 0, "read_at": row["fetched_at"] if row["state"] == "FETCHED" else None}
        if row["reason"] == "gone":
            row |= {"state": "FETCH_ERROR", "failures": 1, "next_fetch_at": NOW}
    for row in before["articles"]:
        row["quarantined"] = row.pop("withheld")
        row |= {"record_format": 1, "suspect_field": None, "post_id": json.loads(row["record"])["source"]["post_id"]}
    for row in before["pictures"]:
        row |= {"etag": None, "last_modified": None}
    before["spacenews"] = [{"name": "schema", "value": str(SCHEMA)}]
    before |= {"archive_files": [], "run_locks": [], "host_pace": []}
    for row in before["runs"]:
        row["lock_name"] = None
    [forgotten] = [row for row in before["articles"] if "/reverted/" in row["url"]]
    record = json.loads(forgotten["record"])
    signature = near_duplicates.signature(record["text"])
    bands = near_duplicates.bands(signature)
    before["signatures"].append({"id": record["id"], "signature": signature, "dated": record["published_at"]})
    before["signature_bands"] += [{"band": band, "id": record["id"]} for band in bands]
    assert after == before


@pytest.mark.parametrize(
    ("ended", "becomes"),
    [
        ("state = 'REDIRECTION', redirect_to = NULL, status = 302, reason = 'redirects'", "temporary_redirect"),
        ("state = 'REDIRECTION', redirect_to = NULL, status = 307, reason = 'redirects'", "temporary_redirect"),
        ("state = 'REDIRECTION', redirect_to = NULL, status = 301, reason = 'redirects'", None),
        ("state = 'REDIRECTION', redirect_to = 'https://example.org/', status = 302, reason = NULL", None),
        ("state = 'ERROR', status = 500, reason = 'http_5xx', failures = 5", "http_5xx"),
        ("state = 'ERROR', status = NULL, reason = 'dns', failures = 5", "dns"),
        ("state = 'ERROR', status = 200, reason = 'wall', failures = 5", "wall"),
        ("state = 'ERROR', status = 404, reason = 'gone', failures = 1", "gone"),
        ("state = 'ERROR', status = 200, reason = 'no_body', failures = 5", None),
        ("state = 'ERROR', status = 200, reason = 'out_of_scope', failures = 0", None),
    ],
)
def test_what_an_older_version_ended_too_soon_is_due(tmp_path: Path, ended: str, becomes: str | None) -> None:
    path = old_databases.schema_2(tmp_path)
    with closing(sqlite3.connect(path)) as database, database:
        change = f"UPDATE addresses SET next_fetch_at = NULL, {ended} WHERE url LIKE '%/rich/'"  # noqa: S608
        database.execute(change)
        database.commit()
        before = list(database.execute("SELECT state, reason FROM addresses WHERE url LIKE '%/rich/'"))
        store = open_store(tmp_path)
        after = list(database.execute("SELECT state, reason FROM addresses WHERE url LIKE '%/rich/'"))
        due = [one.url for one in store.addresses.due("digitaltrends_space", lambda url: "/rich/" in url, None)]
        store.close()
    assert after == ([("FETCH_ERROR", becomes)] if becomes else before)
    assert len(due) == bool(becomes)


@pytest.mark.parametrize("number", [1, 2])
def test_an_article_is_indexed_by_what_was_last_published_of_it(output: Path, number: int) -> None:
    with closing(sqlite3.connect(output / "spacenews.sqlite3")) as database, database:
        database.execute("DELETE FROM signatures")
        database.execute("DELETE FROM signature_bands")
        change = "UPDATE articles SET published_in = staged_in WHERE url LIKE '%/staged-again/' AND version <= ?"
        database.execute(change, [number])
        database.commit()
        rows = database.execute("SELECT version, record FROM articles WHERE url LIKE '%/staged-again/'")
        texts = {version: json.loads(record) for version, record in rows}
        open_store(output).close()
        indexed = dict(database.execute("SELECT id, signature FROM signatures"))
        never = {article_id for (article_id,) in database.execute("SELECT id FROM articles WHERE quarantined")}
    assert indexed[texts[number]["id"]] == near_duplicates.signature(texts[number]["text"])
    assert len(indexed) == len({slug for slug, _ in PUBLISHED - {("short", 1)}})
    assert not never & indexed.keys()


def test_a_band_that_many_articles_share_is_not_made_longer(output: Path) -> None:
    with closing(sqlite3.connect(output / "spacenews.sqlite3")) as database, database:
        [[text]] = database.execute("SELECT record FROM articles WHERE url LIKE '%/reverted/'")
        record = json.loads(text)
        first, *others = near_duplicates.bands(near_duplicates.signature(record["text"]))
        rows = [(first, f"article {number}") for number in range(50)]
        database.executemany("INSERT INTO signature_bands (band, id) VALUES (?, ?)", rows)
        database.commit()
        open_store(output).close()
        bands = database.execute("SELECT band FROM signature_bands WHERE id = ?", [record["id"]])
        assert {band for (band,) in bands} == set(others)


@pytest.mark.parametrize("old", [old_databases.schema_3, old_databases.schema_4, old_databases.schema_5])
def test_a_database_of_an_older_schema_loses_no_row_and_is_crawled_on(
    tmp_path: Path, old: Callable[[Path], Path]
) -> None:
    with closing(sqlite3.connect(old(tmp_path))) as database:
        before = rows_of(database)
        open_store(tmp_path).close()
        after = rows_of(database)
    del before["spacenews"]
    for table, rows in before.items():
        assert [{**row, **then} for row, then in zip(after[table], rows, strict=True)] == after[table]
    told = crawl_on(tmp_path)
    assert (told["counts"]["articles"]["new"], told["counts"]["articles"]["updated"]) == (0, 0)


def shape(url: str) -> dict[str, Any]:
    """Return the tables of a database: types and keys of their columns, and their indexes."""
    engine = sa.create_engine(url)
    inspector = sa.inspect(engine)
    shapes = {}
    for table in inspector.get_table_names():
        columns = {one["name"]: (str(one["type"]), one["nullable"]) for one in inspector.get_columns(table)}
        key = inspector.get_pk_constraint(table)["constrained_columns"]
        indexes = inspector.get_indexes(table)
        for index in indexes:  # text that is compared as an object
            index["dialect_options"] = {name: str(it) for name, it in index.get("dialect_options", {}).items()}
        shapes[table] = columns, key, sorted(map(str, indexes))
    engine.dispose()
    return shapes


def test_a_migrated_database_has_the_tables_of_a_new_one(output: Path) -> None:
    """Fails when tables.py is changed without a step in migrations.py."""
    (output / "new").mkdir()
    open_store(output).close()
    open_store(output / "new").close()
    assert shape(f"sqlite:///{output}/spacenews.sqlite3") == shape(f"sqlite:///{output}/new/spacenews.sqlite3")


class PowerCutError(Exception):
    """What ends a migration in the middle."""


@pytest.fixture
def cut_before() -> Iterator[Any]:
    """Have the migration of any database end before its statement of a number; tell how many there were."""
    limit, done = [10**6], [0]

    def count(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        if not statement.lstrip().startswith(("PRAGMA", "SELECT")):
            done[0] += 1
            if done[0] > limit[0]:
                raise PowerCutError

    def cut(number: int) -> None:
        limit[0], done[0] = number, 0

    sa.event.listen(sa.Engine, "before_cursor_execute", count)
    yield cut
    sa.event.remove(sa.Engine, "before_cursor_execute", count)


def test_a_migration_that_ends_in_the_middle_leaves_the_old_schema(output: Path, cut_before: Any) -> None:
    with closing(sqlite3.connect(output / "spacenews.sqlite3")) as database:
        before = list(database.iterdump())
        for number in range(40):
            cut_before(number)
            try:
                open_store(output).close()
            except PowerCutError:
                assert list(database.iterdump()) == before
            else:
                # BEGIN, 11 columns, 3 tables, 5 of indexes, signatures, bands, stories, 4 sets of addresses, schema
                assert number == 28
                break
        assert list(database.iterdump()) != before
