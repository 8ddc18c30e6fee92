"""How a PostgreSQL database is connected to: no silent server and no lock holds a run up for ever."""

from __future__ import annotations

import re
from typing import Any

import sqlalchemy as sa

from spacenews.errors import DatabaseError

LOCK_SECONDS = 10  # that a statement waits for a lock of another program
LOCK_TIMEOUT = "55P03"  # the SQLSTATE after that
IDLE_SECONDS = 5  # that a write may stand still: less than others wait for its locks; else its process is frozen
TRANSIENT = ("08", "40", "57P", "25P03")  # how SQLSTATEs begin of what passes: connection, deadlock, shutdown, idle
OPTIONS = {  # of libpq; each can be named in the address
    "connect_timeout": 10,  # seconds, for a server that accepts and stays silent
    "keepalives_idle": 30,  # seconds of silence until a probe, of which a dead host or firewall misses three
    "keepalives_interval": 10,
    "keepalives_count": 3,
    "tcp_user_timeout": 60_000,  # milliseconds that what was sent may wait for its acknowledgement
    "client_encoding": "utf8",  # whatever PGCLIENTENCODING says
    "prepare_threshold": "none",  # psycopg's own: PgBouncer gives each transaction another connection
}
MALFORMED = re.compile(r"(invalid .*\bvalue\b|bad value for)")


def prepare(engine: sa.Engine) -> None:
    """Refuse a database that cannot hold every text, and bound the waits for locks of what is begun."""
    sa.event.listen(engine, "connect", _check_encoding, insert=True)  # SQLAlchemy's own would meet bytes
    if "options" not in engine.url.query:  # where its owner sets timeouts
        sa.event.listen(engine, "begin", _bound_locks)


def connect_args(url: sa.URL) -> dict[str, Any]:
    """Return what the driver is given besides the address: our options, unless the address has them."""
    args: dict[str, Any] = {name: value for name, value in OPTIONS.items() if name not in url.query}
    threshold = str(url.query.get("prepare_threshold", OPTIONS["prepare_threshold"]))
    return args | {"prepare_threshold": None if threshold.lower() == "none" else int(threshold)}


def lock_args(lease: float) -> dict[str, Any]:
    """Return the options of a connection that is to be known as lost within *lease* seconds."""
    seconds = max(1, round(lease / 4))
    return {
        "connect_timeout": max(2, seconds),  # libpq takes no less
        "keepalives_idle": seconds,
        "keepalives_interval": seconds,
        "keepalives_count": 2,
        "tcp_user_timeout": seconds * 2000,
    }


def is_transient(error: BaseException) -> bool:
    """Tell whether what the driver raised may pass by itself."""
    return str(getattr(error, "sqlstate", None) or "").startswith(TRANSIENT)


def _check_encoding(connection: Any, _record: Any) -> None:
    encoding = connection.info.parameter_status("server_encoding")
    if encoding not in (None, "UTF8"):
        name = connection.info.dbname
        connection.close()
        raise DatabaseError(
            f"the crawl database {name} has the encoding {encoding}, which has no room for every text: make it with "
            "ENCODING 'UTF8' TEMPLATE template0"
        )


def _bound_locks(connection: sa.Connection) -> None:
    """Set it for one transaction: what lasts longer would stay on PgBouncer's connection, which others use."""
    connection.exec_driver_sql(f"SET LOCAL lock_timeout = '{LOCK_SECONDS}s'")
