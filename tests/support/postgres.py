"""A PostgreSQL server on a Unix socket, for the tests that need one; they are skipped where it is not installed."""

from __future__ import annotations

import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from support import old_databases
from support.processes import wait_until

PROGRAMS = max(Path("/usr/lib/postgresql").glob("*/bin"), default=Path("/usr/local/bin"))
USER = "nobody" if os.getuid() == 0 else pwd.getpwuid(os.getuid()).pw_name  # PostgreSQL refuses to be root


class PostgresServer:
    """A server in a folder; it can be stopped and started again. Skips the test where PostgreSQL is not installed."""

    def __init__(self, folder: Path) -> None:
        pytest.importorskip("psycopg")
        if not (PROGRAMS / "initdb").exists():
            pytest.skip("PostgreSQL is not installed")
        shutil.chown(folder, USER)
        self._folder = folder
        self._account = {"user": USER} if os.getuid() == 0 else {}
        made = [PROGRAMS / "initdb", "-D", folder / "data", "-U", "news", "--auth=trust", "--no-sync"]
        subprocess.run(made, check=True, capture_output=True, cwd=folder, **self._account)  # type: ignore[call-overload]
        self.addresses = f"postgresql+psycopg://news@/{{}}?host={folder}"  # without the name of a database

    def start(self) -> None:
        """Start it, and wait until it answers."""
        folder = self._folder
        options = [part for option in ("listen_addresses=", "fsync=off") for part in ("-c", option)]
        parts: list[str | Path] = [PROGRAMS / "postgres", "-D", folder / "data", "-k", folder, *options]
        with (folder / "log").open("ab") as log:
            self._process = subprocess.Popen(parts, cwd=folder, stdout=log, stderr=log, **self._account)  # type: ignore[call-overload]
        ready: list[str | Path] = [PROGRAMS / "pg_isready", "-q", "-h", folder]
        wait_until(lambda: subprocess.run(ready, check=False).returncode == 0, self._process)

    def stop(self) -> None:
        """Stop it; who is still connected does not hold it up."""
        self._process.send_signal(signal.SIGINT)
        self._process.wait()


@contextmanager
def running() -> Iterator[PostgresServer]:
    """A server of its own on a Unix socket."""
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as name:
        server = PostgresServer(Path(name))
        server.start()
        try:
            yield server
        finally:
            server.stop()


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    """The address of a server of this module's tests, without the name of a database."""
    with running() as started:
        yield started.addresses


@pytest.fixture
def address(server: str, request: pytest.FixtureRequest) -> str:
    """The address of an empty database."""
    name = request.node.name  # longer than PostgreSQL keeps
    return new_database(server, f"{name[:50]}_{zlib.crc32(name.encode()):08x}")


@pytest.fixture
def old_address(address: str) -> str:
    """The address of a database of schema 1."""
    psql(address, "--file", str(old_databases.FOLDER / "schema-1.postgresql.sql"))
    return address


def new_database(server: str, name: str) -> str:
    host = server.partition("host=")[2]
    subprocess.run([PROGRAMS / "createdb", "-h", host, "-U", "news", name], check=True)
    return server.format(name)


def psql(address: str, *words: str) -> str:
    """Run PostgreSQL's own client on a database, as its owner does, and return what it prints."""
    name, _, host = address.rpartition("@/")[2].partition("?host=")
    parts: list[str | Path] = [
        PROGRAMS / "psql",
        "-h",
        host,
        "-U",
        "news",
        "-d",
        name,
        "-qAtX",
        "-v",
        "ON_ERROR_STOP=1",
        *words,
    ]
    return subprocess.run(parts, check=True, capture_output=True, text=True).stdout


def dump(address: str) -> list[str]:
    """Return all that is in a database."""
    name, _, host = address.rpartition("@/")[2].partition("?host=")
    parts: list[str | Path] = [PROGRAMS / "pg_dump", "-h", host, "-U", "news", "--inserts", name]
    text = subprocess.run(parts, check=True, capture_output=True, text=True).stdout
    return [
        line for line in text.splitlines() if not line.startswith("\\")
    ]  # \restrict has a word of its own each time
