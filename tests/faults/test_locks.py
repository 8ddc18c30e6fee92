"""On PostgreSQL a spider is one run's, wherever it runs: whoever lost it writes nothing more."""

from __future__ import annotations

import logging
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager

import pytest
from support.postgres import new_database, psql, running
from support.processes import wait_until

from spacenews.errors import DatabaseError, LockedError, TransientDatabaseError
from spacenews.storage import database as database_module
from spacenews.storage.addresses import DiscoveredUrl
from spacenews.storage.locks import Lock, is_held
from spacenews.storage.schedule import Schedule
from spacenews.storage.store import Store

pytestmark = pytest.mark.faults

LEASE = 2  # seconds
FOUND = [DiscoveredUrl("https://example.org/1", "feed")]

HOLDER = """
import sys, time
from spacenews.storage.addresses import DiscoveredUrl
from spacenews.storage.locks import Lock
from spacenews.storage.schedule import Schedule
from spacenews.storage.store import Store

store = Store(sys.argv[1], Schedule())
lock = Lock(store.database, "space", float(sys.argv[2]))
print("held", flush=True)
for line in sys.stdin:
    try:
        store.addresses.discover("space", [DiscoveredUrl("https://example.org/2", "feed")])
        print("written", flush=True)
    except Exception as error:
        print(type(error).__name__, flush=True)
"""


@contextmanager
def holder(address: str, lease: float = LEASE) -> Iterator[subprocess.Popen[str]]:
    """A process that holds the lock, and writes for each line that it is sent."""
    parts = [sys.executable, "-c", HOLDER, address, str(lease)]
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True}
    with subprocess.Popen(parts, **pipes) as process:  # type: ignore[call-overload]
        try:
            assert process.stdout.readline() == "held\n"
            yield process
        finally:
            process.kill()


def writes(process: subprocess.Popen[str]) -> str:
    """Have the holder write, and return what came of it."""
    assert process.stdin
    assert process.stdout
    process.stdin.write("\n")
    process.stdin.flush()
    return process.stdout.readline().strip()


def seconds_until_taken(address: str) -> float:
    """Return how long it takes until the lock can be taken."""
    began = time.monotonic()
    with closing(Store(address, Schedule())) as store:
        while True:
            try:
                Lock(store.database, "space", LEASE).close()
            except LockedError:
                time.sleep(0.05)
            else:
                return time.monotonic() - began


def test_a_lock_says_who_holds_it_and_another_spider_is_free(address: str) -> None:
    with holder(address) as process, closing(Store(address, Schedule())) as store:
        with pytest.raises(LockedError, match=rf"another run of space is active: process {process.pid} on \S+ since"):
            Lock(store.database, "space", LEASE)
        assert is_held(store.database, "space")
        Lock(store.database, "moon", LEASE).close()
        assert not is_held(store.database, "moon")
        assert writes(process) == "written"


def test_a_killed_process_frees_its_lock_at_once(address: str) -> None:
    with holder(address, lease=60) as process:
        process.kill()
        assert seconds_until_taken(address) < 2


def test_a_frozen_process_loses_its_lock_and_writes_nothing_when_it_comes_back(address: str) -> None:
    with holder(address) as process:
        process.send_signal(signal.SIGSTOP)
        assert LEASE - 1.5 < seconds_until_taken(address) < LEASE + 3
        process.send_signal(signal.SIGCONT)
        assert writes(process) == "LostLockError"
    assert psql(address, "-c", "SELECT count(*) FROM addresses") == "0\n"


def test_a_process_frozen_within_a_transaction_holds_nobody_up(address: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("spacenews.storage.postgres.IDLE_SECONDS", 1)
    with closing(Store(address, Schedule())) as frozen, closing(Store(address, Schedule())) as other:

        def stand_still() -> None:
            with frozen.database.writing() as connection:
                frozen.database.in_turn(connection, "space")
                began = time.monotonic()
                assert other.addresses.discover("space", FOUND).new == 1
                assert 0.5 < time.monotonic() - began < 3
                frozen.addresses.refetch(connection, "space", [FOUND[0].url])

        with pytest.raises(DatabaseError):
            stand_still()


def test_a_lost_connection_costs_nothing_while_nobody_wants_the_lock(
    address: str, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.WARNING)
    with closing(Store(address, Schedule())) as store, closing(Lock(store.database, "space", LEASE)):
        everyone = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid()"
        psql(address, "-c", f"{everyone} AND datname = current_database()")
        assert store.database.retrying(lambda: store.addresses.discover("space", FOUND)).new == 1
        wait_until(lambda: "the lock of space is lost for now" in caplog.text)
        wait_until(lambda: is_held(store.database, "space"))
        assert not store.database.retrying(lambda: store.addresses.discover("space", FOUND)).new


def test_a_lock_that_was_taken_while_the_connection_was_lost_is_the_others(address: str) -> None:
    with holder(address) as process:
        process.send_signal(signal.SIGSTOP)
        psql(address, "-c", "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid()")
        with closing(Store(address, Schedule())) as store, closing(Lock(store.database, "space", LEASE)):
            os.kill(process.pid, signal.SIGCONT)
            assert writes(process) in {"LostLockError", "TransientDatabaseError"}  # the connection, then the lock
            assert writes(process) == "LostLockError"
            store.addresses.discover("space", FOUND)


def test_a_server_that_restarts_is_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    calls: list[int] = []
    with running() as server:
        address = new_database(server.addresses, "news")
        with closing(Store(address, Schedule())) as store, closing(Lock(store.database, "space", LEASE)):

            def discover() -> int:
                calls.append(1)
                if len(calls) == 3:
                    server.start()
                return store.addresses.discover("space", FOUND).new

            server.stop()
            assert store.database.retrying(discover) == 1
            assert len(calls) == 3

            server.stop()
            monkeypatch.setattr(database_module, "RETRY_SECONDS", 1)
            with pytest.raises(DatabaseError, match=r"the crawl database .* cannot be used"):
                store.database.retrying(lambda: store.addresses.discover("space", FOUND))
            server.start()


def test_a_call_in_which_a_process_was_frozen_for_long_is_tried_again(
    address: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(database_module, "RETRY_SECONDS", 0.5)
    calls: list[int] = []
    with closing(Store(address, Schedule())) as store:

        def freeze() -> int:
            calls.append(1)
            if len(calls) == 1:
                time.sleep(1)
                raise TransientDatabaseError("terminating connection due to idle-in-transaction timeout")
            return store.addresses.discover("space", FOUND).new

        assert store.database.retrying(freeze) == 1
        assert len(calls) == 2


def test_a_deadlock_is_tried_again(address: str) -> None:
    calls: list[int] = []
    with closing(Store(address, Schedule())) as store:

        def knot() -> int:
            calls.append(1)
            if len(calls) == 1:
                with store.database.writing() as connection:
                    connection.exec_driver_sql("DO $$ BEGIN RAISE EXCEPTION USING ERRCODE = '40P01'; END $$")
            return store.addresses.discover("space", FOUND).new

        assert store.database.retrying(knot) == 1
        assert len(calls) == 2
