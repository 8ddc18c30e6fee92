"""The crawl database is the same on PostgreSQL, for stores that several machines share."""

from __future__ import annotations

import os
import pwd
import shutil
import subprocess
import tempfile
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from support.fake_site import FakeSite
from support.processes import crawl_command, published, started, wait_until
from test_runs import ALWAYS, AT_ONCE, clock, newest, run  # noqa: F401 - clock is a fixture

from spacenews.storage.addresses import DiscoveredUrl
from spacenews.storage.schedule import Schedule
from spacenews.storage.store import Store

pytestmark = pytest.mark.faults

PROGRAMS = max(Path("/usr/lib/postgresql").glob("*/bin"), default=Path("/usr/local/bin"))
USER = "nobody" if os.getuid() == 0 else pwd.getpwuid(os.getuid()).pw_name  # PostgreSQL refuses to be root


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    """A PostgreSQL server of this test alone, on a Unix socket; its address without the database's name."""
    pytest.importorskip("psycopg")
    if not (PROGRAMS / "initdb").exists():
        pytest.skip("PostgreSQL is not installed")
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as name:
        folder = Path(name)
        shutil.chown(folder, USER)
        account = {"user": USER} if os.getuid() == 0 else {}
        made = [PROGRAMS / "initdb", "-D", folder / "data", "-U", "news", "--auth=trust", "--no-sync"]
        subprocess.run(made, check=True, capture_output=True, cwd=folder, **account)  # type: ignore[call-overload]
        parts = [
            PROGRAMS / "postgres",
            "-D",
            folder / "data",
            "-k",
            folder,
            "-c",
            "listen_addresses=",
            "-c",
            "fsync=off",
        ]
        with (folder / "log").open("wb") as log:
            process = subprocess.Popen(parts, cwd=folder, stdout=log, stderr=log, **account)  # type: ignore[call-overload]
            try:
                ready = [PROGRAMS / "pg_isready", "-q", "-h", folder]
                wait_until(lambda: subprocess.run(ready, check=False).returncode == 0, process)
                yield f"postgresql+psycopg://news@/{{}}?host={folder}"
            finally:
                process.terminate()
                process.wait()


@pytest.fixture
def address(server: str, request: pytest.FixtureRequest) -> str:
    """The address of an empty database."""
    name = request.node.name
    host = server.partition("host=")[2]
    subprocess.run([PROGRAMS / "createdb", "-h", host, "-U", "news", name], check=True)
    return server.format(name)


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
