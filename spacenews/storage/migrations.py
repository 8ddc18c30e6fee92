"""The schema of the crawl database: which one a database has, and the steps from each to the next.

A step is written in SQL that works on SQLite and PostgreSQL and knows nothing of tables.py, which has the newest schema
only. Whoever changes tables.py adds a step here, which raises the number of the schema, and a database of the schema
before to tests/databases/.
"""

from __future__ import annotations

import json
import logging
import re
from collections.abc import Callable, Iterator

import sqlalchemy as sa

from spacenews.clock import now
from spacenews.errors import OutputError
from spacenews.extraction import near_duplicates as near
from spacenews.storage.tables import metadata, settings

logger = logging.getLogger(__name__)

SCHEMA_NUMBER = re.compile("[1-9][0-9]{0,8}")
SHOWN = 3  # names in a sentence


def read_schema(connection: sa.Connection) -> int | None:
    """Return the schema of a crawl database, None for an empty database; raises OutputError for any other."""
    name = _name(connection)
    inspector = sa.inspect(connection)
    there = {*inspector.get_table_names(), *inspector.get_view_names()}
    if settings.name not in there:
        # Of a PostgreSQL database other programs may have a part; a SQLite file belongs to one program.
        foreign = there if connection.dialect.name == "sqlite" else there & set(metadata.tables)
        if foreign:
            raise OutputError(
                f"the database {name} belongs to another program, it has {_listed(foreign)} and no table "
                f"{settings.name}: name another SPACENEWS_STORE_URL"
            )
        return None
    columns = {column["name"] for column in inspector.get_columns(settings.name)}
    value: object = None
    if columns >= {"name", "value"}:
        value = connection.scalar(sa.text("SELECT value FROM spacenews WHERE name = 'schema'"))
    if not SCHEMA_NUMBER.fullmatch(str(value)):
        raise OutputError(
            f"the crawl database {name} has {value!r} where the number of its schema should be: restore it from a "
            "backup, or name another SPACENEWS_STORE_URL"
        )
    schema = int(str(value))
    if schema > SCHEMA:
        raise OutputError(
            f"the crawl database {name} has schema {schema}, this spacenews knows up to {SCHEMA}: "
            "update spacenews, or name another SPACENEWS_STORE_URL"
        )
    return schema


def check_tables(connection: sa.Connection) -> None:
    """Raise OutputError unless all tables of the newest schema are there, with all their columns."""
    found = sa.inspect(connection).get_multi_columns(filter_names=list(metadata.tables))
    there = {(table, column["name"]) for (_, table), columns in found.items() for column in columns}
    wanted = {(table.name, column.name) for table in metadata.sorted_tables for column in table.columns}
    if missing := sorted(f"{table}.{column}" for table, column in wanted - there):
        raise OutputError(
            f"the crawl database {_name(connection)} is damaged, it has no {_listed(missing)}: restore it from a "
            "backup, or name another SPACENEWS_STORE_URL"
        )


def bring_up_to_date(connection: sa.Connection) -> None:
    """Make the tables in an empty database, or take the steps that an older one needs; raises OutputError.

    The caller holds the lock by which only one process does this, and commits.
    """
    schema = read_schema(connection)
    if schema is None:
        metadata.create_all(connection)
        connection.execute(sa.insert(settings).values(name="schema", value=str(SCHEMA)))
    elif schema < SCHEMA:
        for number in range(schema + 1, SCHEMA + 1):
            STEPS[number](connection)
        connection.execute(sa.text("UPDATE spacenews SET value = :value WHERE name = 'schema'"), {"value": str(SCHEMA)})
        logger.info("the crawl database %s had schema %d and has %d now", _name(connection), schema, SCHEMA)
    check_tables(connection)


def _name(connection: sa.Connection) -> str:
    return connection.engine.url.render_as_string(hide_password=True)


def _listed(names: set[str] | list[str]) -> str:
    return ", ".join(sorted(names)[:SHOWN]) + (" …" if len(names) > SHOWN else "")


# Schema 2

FORGOTTEN = sa.text("""
    SELECT DISTINCT id FROM articles
    WHERE id > :after AND NOT EXISTS (SELECT 1 FROM signatures WHERE signatures.id = articles.id)
    ORDER BY id LIMIT 200
""")
NEWEST_PUBLISHED = sa.text("""
    SELECT record FROM articles WHERE id = :id AND published_in IS NOT NULL ORDER BY version DESC LIMIT 1
""")
FULL_BANDS = sa.text("""
    SELECT band FROM signature_bands WHERE band IN :bands GROUP BY band HAVING COUNT(*) >= 50
""").bindparams(sa.bindparam("bands", expanding=True))


def _to_2(connection: sa.Connection) -> None:
    """Name columns as the code names things, note the format of each record, and index the forgotten articles.

    The version before forgot the signature of an article whose page was edited and reverted before it was published.
    """
    connection.exec_driver_sql("ALTER TABLE addresses RENAME COLUMN read_past TO pages_beyond")
    connection.exec_driver_sql("ALTER TABLE articles RENAME COLUMN withheld TO quarantined")
    connection.exec_driver_sql("ALTER TABLE articles ADD COLUMN record_format INTEGER NOT NULL DEFAULT 1")
    for article_id in _forgotten(connection):
        text = connection.scalar(NEWEST_PUBLISHED, {"id": article_id})
        record = json.loads(text) if text else {"text": ""}
        if signature := near.signature(record["text"]):
            dated = record["published_at"] or record["first_seen_at"]
            _index(connection, article_id, signature, dated)


def _forgotten(connection: sa.Connection) -> Iterator[str]:
    """Yield the ids of the articles without a signature, some hundred in memory at a time."""
    last = ""
    while ids := connection.scalars(FORGOTTEN, {"after": last}).all():
        yield from ids
        last = ids[-1]


def _index(connection: sa.Connection, article_id: str, signature: bytes, dated: str) -> None:
    bands = near.bands(signature)
    full = set(connection.scalars(FULL_BANDS, {"bands": bands}))
    row = {"id": article_id, "signature": signature, "dated": dated}
    connection.execute(sa.text("INSERT INTO signatures (id, signature, dated) VALUES (:id, :signature, :dated)"), row)
    if rows := [{"band": band, "id": article_id} for band in bands if band not in full]:
        connection.execute(sa.text("INSERT INTO signature_bands (band, id) VALUES (:band, :id)"), rows)


# Schema 3

RECORDS = sa.text("""
    SELECT id, version, record FROM articles
    WHERE id > :id OR (id = :id AND version > :version) ORDER BY id, version LIMIT 200
""")
SET_POST_ID = sa.text("UPDATE articles SET post_id = :post_id WHERE id = :id AND version = :version")


def _fill_post_ids(connection: sa.Connection) -> None:
    """Take the number of each story from its record, some hundred in memory at a time."""
    last = {"id": "", "version": 0}
    while rows := connection.execute(RECORDS, last).all():
        found = [(row, json.loads(row.record)["source"].get("post_id")) for row in rows]
        known = [{"id": row.id, "version": row.version, "post_id": post_id[:80]} for row, post_id in found if post_id]
        if known:
            connection.execute(SET_POST_ID, known)
        last = {"id": rows[-1].id, "version": rows[-1].version}


HOST_FAILURES = (
    "'http_3xx', 'http_5xx', 'blocked', 'dns', 'refused', 'timeout', 'tls', 'proxy', 'unreachable', 'truncated', "
    "'temporary_redirect', 'robots', 'wall'"
)


def _to_3(connection: sa.Connection) -> None:
    """Note when pages were read whole and named, and which story they are, and ask again for what was ended too soon.

    Earlier versions ended an address for a failure of its host, a temporary redirect off the section, or one 404.
    """
    connection.exec_driver_sql("ALTER TABLE articles ADD COLUMN post_id VARCHAR(80)")
    connection.exec_driver_sql("CREATE INDEX addresses_redirect ON addresses (spider, redirect_to)")
    connection.exec_driver_sql("CREATE INDEX articles_post ON articles (spider, post_id)")
    _fill_post_ids(connection)
    for column in ("named_at VARCHAR(20)", "read_at VARCHAR(20)", "unchanged INTEGER NOT NULL DEFAULT 0"):
        connection.exec_driver_sql(f"ALTER TABLE addresses ADD COLUMN {column}")
    connection.exec_driver_sql("UPDATE addresses SET read_at = fetched_at WHERE state = 'FETCHED'")
    due = "state = 'FETCH_ERROR', next_fetch_at = :now"
    for values, ended in (
        ("failures = 1", "state = 'ERROR' AND reason = 'gone'"),
        ("failures = 0", f"state = 'ERROR' AND reason IN ({HOST_FAILURES})"),
        (
            "failures = 0, reason = 'temporary_redirect'",
            "state = 'REDIRECTION' AND redirect_to IS NULL AND status IN (302, 303, 307)",
        ),
    ):
        connection.execute(sa.text(f"UPDATE addresses SET {due}, {values} WHERE {ended}"), {"now": now()})  # noqa: S608


# Schema 4


def _to_4(connection: sa.Connection) -> None:
    """Keep the validators of pictures and for which field a version is held back.

    Those of earlier versions are not known: their pictures are not asked for again, what they held back is judged anew.
    """
    connection.exec_driver_sql("ALTER TABLE articles ADD COLUMN suspect_field VARCHAR(40)")
    for column in ("etag", "last_modified"):
        connection.exec_driver_sql(f"ALTER TABLE pictures ADD COLUMN {column} TEXT")


# Schema 5


def _to_5(connection: sa.Connection) -> None:
    """Note which archives were read, and find articles by their content."""
    connection.exec_driver_sql("""
        CREATE TABLE archive_files (
            path VARCHAR(2048) NOT NULL PRIMARY KEY, size BIGINT NOT NULL, modified_ns BIGINT NOT NULL,
            any_site BOOLEAN NOT NULL, read_in VARCHAR(24) NOT NULL, pages INTEGER NOT NULL, broken INTEGER NOT NULL
        )
    """)
    connection.exec_driver_sql("CREATE INDEX articles_content ON articles (content_hash)")


# Schema 6


def _to_6(connection: sa.Connection) -> None:
    """Note who crawls what and when each host may be asked again, for processes that share the database."""
    connection.exec_driver_sql("ALTER TABLE runs ADD COLUMN lock_name VARCHAR(200)")
    connection.exec_driver_sql("DROP INDEX addresses_redirect")
    connection.exec_driver_sql(
        "CREATE INDEX addresses_redirect ON addresses (spider, redirect_to) WHERE redirect_to IS NOT NULL"
    )
    connection.exec_driver_sql("""
        CREATE TABLE run_locks (
            name VARCHAR(200) NOT NULL PRIMARY KEY, token VARCHAR(36) NOT NULL, host VARCHAR(255) NOT NULL,
            pid INTEGER NOT NULL, taken_at VARCHAR(20) NOT NULL
        )
    """)
    connection.exec_driver_sql("""
        CREATE TABLE host_pace (host VARCHAR(255) NOT NULL PRIMARY KEY, free_at DOUBLE PRECISION NOT NULL)
    """)


STEPS: dict[int, Callable[[sa.Connection], None]] = {
    2: _to_2,
    3: _to_3,
    4: _to_4,
    5: _to_5,
    6: _to_6,
}  # by the schema that each makes of the one before
SCHEMA = max(STEPS)
