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


STEPS: dict[int, Callable[[sa.Connection], None]] = {2: _to_2}  # by the schema that each makes of the one before
SCHEMA = max(STEPS)
