"""The crawl database is the same on PostgreSQL, for stores that several machines share."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import tempfile
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from support import factories
from support.fake_site import SPIDER, FakeSite
from support.old_databases import crawl_on, exported, slug
from support.postgres import PROGRAMS, USER, dump, new_database, psql
from support.processes import command, crawl_command, published, run_folders, scrapy, started, wait_until
from test_migrations import (
    AFTERWARDS,
    PUBLISHED,
    PowerCutError,
    all_records,
    cut_before,  # noqa: F401 - a fixture
    keys,
    shape,
)
from test_runs import ALWAYS, AT_ONCE, clock, newest, run  # noqa: F401 - clock is a fixture

from spacenews.errors import OutputError, UsageError
from spacenews.storage import snapshot
from spacenews.storage.addresses import DiscoveredUrl
from spacenews.storage.articles import StagedArticle
from spacenews.storage.migrations import SCHEMA
from spacenews.storage.schedule import Schedule
from spacenews.storage.store import Store

pytestmark = pytest.mark.faults


@pytest.mark.usefixtures("clock")
def test_runs_on_postgresql(address: str, tmp_path: Path) -> None:
    store = {"SPACENEWS_STORE_URL": address}
    with FakeSite(6) as fake_site:
        assert run(fake_site, tmp_path, store)["counts"]["articles"]["new"] == 6
        assert run(fake_site, tmp_path, store)["counts"]["articles"]["not_due"] == 6
        fake_site.edit(2, title="Another headline")
        third = run(fake_site, tmp_path, {**store, **ALWAYS, **AT_ONCE}, after=24 * 8)
        assert third["counts"]["articles"] == {"new": 0, "updated": 1, "unchanged": 5, "not_due": 0}
        assert newest(tmp_path)[0]["version"] == 2
    assert not list(tmp_path.glob("*.sqlite3"))


@pytest.mark.usefixtures("clock")
def test_a_killed_run_on_postgresql_is_finished_without_its_folder(address: str, tmp_path: Path) -> None:
    store = {"SPACENEWS_STORE_URL": address}
    with FakeSite(12) as fake_site:
        with started(crawl_command(tmp_path, {**fake_site.settings, **store}), tmp_path / "log") as process:
            wait_until(lambda: len(fake_site.asked("/tachyon/")) > 5, process)
            process.kill()
        shutil.rmtree(tmp_path / "digitaltrends_space")
        run(fake_site, tmp_path, store)
        assert {record["url"] for record in published(tmp_path)} == fake_site.urls


def test_two_first_runs_may_make_the_database_at_once(address: str) -> None:
    together = threading.Barrier(4)

    def first(_: int) -> int:
        together.wait()
        store = Store(address, Schedule())
        found = store.addresses.discover("spider", [DiscoveredUrl("https://example.org/", "feed")])
        store.close()
        return found.new

    with ThreadPoolExecutor(4) as pool:
        assert list(pool.map(first, range(4)))


def test_processes_that_find_the_same_addresses_at_once_do_not_deadlock(address: str) -> None:
    together = threading.Barrier(4, timeout=60)
    found = [DiscoveredUrl(f"https://example.org/{number}", "feed") for number in range(300)]

    def discovered(number: int) -> int:
        new = 0
        with closing(Store(address, Schedule())) as store:
            for turn in range(30):
                together.wait()
                links = [DiscoveredUrl(f"{one.url}/{turn}", one.found_in) for one in found]
                new += store.addresses.discover("spider", links[:: -1 if number % 2 else 1]).new
        return new

    with ThreadPoolExecutor(4) as pool:
        assert sum(pool.map(discovered, range(4))) == 300 * 30


def test_an_article_that_two_processes_save_at_once_is_one_and_copies_are_linked(address: str) -> None:
    together = threading.Barrier(4, timeout=60)

    def saved(number: int) -> None:
        with closing(Store(address, Schedule())) as store:
            for turn in range(30):
                text = " ".join(f"turn{turn}word{word}" for word in range(300))
                copy = factories.article(2 * turn + number % 2, text=text, published_at="2026-11-22T05:00:00Z")
                together.wait()
                store.articles.stage([StagedArticle(copy, "spider", f"run{number}")])

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(saved, range(4)))
    assert psql(address, "-c", "SELECT count(*) FROM articles") == "60\n"
    alone = (
        "SELECT count(*) FROM (SELECT split_part(title, ' ', 6)::int / 2 AS turn FROM articles GROUP BY turn "
        "HAVING count(record::json->>'near_duplicate_of') = 0) AS turns"
    )
    assert psql(address, "-c", alone) == "0\n"


@pytest.mark.usefixtures("clock")
def test_an_old_database_is_crawled_on_and_exported(old_address: str, tmp_path: Path) -> None:
    store = {"SPACENEWS_STORE_URL": old_address}
    assert crawl_on(tmp_path, **store)["counts"]["articles"] == {"new": 5, "updated": 4, "unchanged": 8, "not_due": 0}
    assert keys(exported(run_folders(tmp_path)[-1] / "articles.jsonl")) == AFTERWARDS
    opened = Store(old_address, Schedule())
    records = all_records(opened, tmp_path)
    opened.close()
    assert keys(records) == PUBLISHED | AFTERWARDS
    by_slug = {slug(record): record for record in records}
    assert by_slug["late-copy"]["near_duplicate_of"] == by_slug["reverted"]["id"]
    again = crawl_on(tmp_path, **store)
    assert (again["counts"]["articles"]["new"], again["counts"]["articles"]["updated"]) == (0, 0)


def test_a_migrated_database_has_the_tables_of_a_new_one(server: str, old_address: str) -> None:
    new = new_database(server, "as_made_today")
    for address in (old_address, new):
        Store(address, Schedule()).close()
    assert shape(old_address) == shape(new)


def test_a_migration_that_ends_in_the_middle_leaves_the_old_schema(old_address: str, cut_before: Any) -> None:  # noqa: F811
    before = dump(old_address)
    for number in range(40):
        cut_before(number)
        try:
            Store(old_address, Schedule()).close()
        except PowerCutError:
            assert dump(old_address) == before
        else:
            assert number == 31  # as of SQLite, but four for the time of locks in the place of BEGIN
            break
    assert dump(old_address) != before


def test_processes_that_open_an_old_database_at_once_all_end_well(old_address: str) -> None:
    together = threading.Barrier(4)

    def opened(_: int) -> None:
        together.wait()
        Store(old_address, Schedule()).close()

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(opened, range(4)))
    assert psql(old_address, "-c", "SELECT value FROM spacenews") == f"{SCHEMA}\n"


@pytest.mark.parametrize(
    ("script", "words"),
    [
        ("CREATE TABLE articles (number integer)", "belongs to another program, it has articles"),
        ("CREATE TABLE spacenews (headline text)", "has None where the number of its schema should be"),
        ("CREATE VIEW runs AS SELECT 42 AS distance", "belongs to another program, it has runs"),
    ],
    ids=["table", "spacenews", "view"],
)
def test_the_tables_of_another_program_are_left_alone(address: str, script: str, words: str) -> None:
    psql(address, "-c", script)
    before = dump(address)
    with pytest.raises(OutputError, match=words):
        Store(address, Schedule())
    assert dump(address) == before


@pytest.mark.parametrize("script", ["UPDATE spacenews SET value = 'abc'", "ALTER TABLE runs DROP COLUMN exit_code"])
def test_a_damaged_database_is_left_alone(old_address: str, script: str) -> None:
    psql(old_address, "-c", script)
    before = dump(old_address)
    with pytest.raises(OutputError, match=r"has 'abc' where the number|is damaged, it has no runs\.exit_code"):
        Store(old_address, Schedule())
    assert dump(old_address) == before


def test_a_database_may_have_tables_of_other_programs_beside_ours(address: str) -> None:
    psql(address, "-c", "CREATE TABLE theirs (number integer)")
    Store(address, Schedule()).close()
    Store(address, Schedule()).close()
    assert psql(address, "-c", "SELECT value FROM spacenews") == f"{SCHEMA}\n"


def test_a_migration_does_not_wait_for_ever_for_who_reads(old_address: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """As an open transaction of a viewer, which would hold up every later reader too."""
    monkeypatch.setattr("spacenews.storage.postgres.LOCK_SECONDS", 1)
    engine = sa.create_engine(old_address)
    with engine.connect() as viewer:
        viewer.execute(sa.text("SELECT count(*) FROM articles"))
        with pytest.raises(OutputError, match=r"locked by another program \(canceling statement due to lock timeout\)"):
            Store(old_address, Schedule())
    engine.dispose()
    Store(old_address, Schedule()).close()


@pytest.mark.usefixtures("clock")
def test_a_table_that_another_program_locks_ends_a_run(
    address: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("spacenews.storage.postgres.LOCK_SECONDS", 1)
    Store(address, Schedule()).close()
    engine = sa.create_engine(address)
    with FakeSite(2) as fake_site, engine.connect() as other:
        other.execute(sa.text("LOCK TABLE pictures IN ACCESS EXCLUSIVE MODE"))
        told = run(fake_site, tmp_path, {"SPACENEWS_STORE_URL": address})
    engine.dispose()
    assert told["exit_code"] == 4
    assert "is locked by another program (canceling statement due to lock timeout)" in told["reasons"][0]
    assert not [reason for reason in told["reasons"] if "SELECT" in reason or "bug" in reason]


@pytest.mark.parametrize("encoding", ["SQL_ASCII", "LATIN1"])
def test_a_database_that_has_no_room_for_every_text_is_refused(server: str, encoding: str) -> None:
    host = server.partition("host=")[2]
    parts = ["-E", encoding, "--locale=C", "-T", "template0", encoding.lower()]
    subprocess.run([PROGRAMS / "createdb", "-h", host, "-U", "news", *parts], check=True)
    address = server.format(encoding.lower())
    for _ in range(2):
        with pytest.raises(OutputError, match=f"{encoding.lower()} has the encoding {encoding}, .* ENCODING 'UTF8'"):
            Store(address, Schedule())
    assert psql(address, "-c", "SELECT count(*) FROM pg_tables WHERE schemaname = 'public'") == "0\n"


@pytest.mark.parametrize(
    "options", ["prepare_threshold=0", "prepare_threshold=5", "connect_timeout=3&keepalives=0", "sslmode=disable"]
)
def test_an_option_in_the_address(address: str, options: str) -> None:
    store = Store(f"{address}&{options}", Schedule())
    for _ in range(3):
        assert store.runs.recent() == []
    store.close()


@pytest.mark.parametrize("options", ["sslmode=maybe", "connect_timeout=soon"])
def test_a_malformed_option_in_the_address(address: str, options: str) -> None:
    with pytest.raises(UsageError, match=f"SPACENEWS_STORE_URL: .*value.*{options.partition('=')[2]}"):
        Store(f"{address}&{options}", Schedule())


@pytest.mark.parametrize("word", ["crawl", "runs"])
def test_a_server_that_accepts_and_stays_silent(tmp_path: Path, word: str) -> None:
    pytest.importorskip("psycopg")
    with socket.create_server(("127.0.0.1", 0)) as silent:
        address = f"postgresql+psycopg://news@127.0.0.1:{silent.getsockname()[1]}/news"
        settings = {"SPACENEWS_STORE_URL": address, "SPACENEWS_OUTPUT": str(tmp_path)}
        done = scrapy(command(word, *([SPIDER] if word == "crawl" else []), settings=settings))
    assert done.returncode == 4, done.stderr
    assert "timeout expired" in done.stderr
    assert "Traceback" not in done.stderr


@pytest.fixture
def pooled(address: str) -> Iterator[str]:
    """The address of an empty database behind PgBouncer, which pools transactions on one connection to the server."""
    program = shutil.which("pgbouncer") or shutil.which("/usr/sbin/pgbouncer")
    if not program:
        pytest.skip("PgBouncer is not installed")
    name, _, host = address.rpartition("@/")[2].partition("?host=")
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as text:
        folder = Path(text)
        shutil.chown(folder, USER)
        (folder / "users").write_text('"news" ""\n')
        (folder / "ini").write_text(
            f"[databases]\n{name} = host={host}\n[pgbouncer]\nlisten_port = 6432\nlisten_addr =\n"
            f"unix_socket_dir = {folder}\nauth_type = trust\nauth_file = {folder}/users\n"
            "pool_mode = transaction\ndefault_pool_size = 2\n"
        )
        account = {"user": USER} if os.getuid() == 0 else {}
        with (folder / "log").open("wb") as log:
            process = subprocess.Popen([program, folder / "ini"], stdout=log, stderr=log, **account)  # type: ignore[call-overload]
        try:
            wait_until((folder / ".s.PGSQL.6432").exists, process)
            yield f"postgresql+psycopg://news@/{name}?host={folder}&port=6432"
        finally:
            process.kill()
            process.wait()


@pytest.mark.usefixtures("clock")
def test_runs_behind_a_pool_of_transactions(pooled: str, tmp_path: Path) -> None:
    """A statement that one connection has prepared is not there on the next, or is another's."""
    store = {"SPACENEWS_STORE_URL": pooled}
    with FakeSite(12) as fake_site, closing(Store(pooled, Schedule())) as other:
        for number in range(8):  # psycopg prepares what it has sent five times
            other.runs.start("other_space", str(number), "", "", 0)
        assert run(fake_site, tmp_path, store)["counts"]["articles"]["new"] == 12
        assert run(fake_site, tmp_path, store)["counts"]["articles"]["not_due"] == 12
        assert len(list(snapshot.records(other, snapshot.Selection()))) == 12
