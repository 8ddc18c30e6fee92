"""The output in an object store: whole files or none, nothing lost when it is away or a process is killed."""

from __future__ import annotations

import hashlib
import json
import shutil
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, cast
from urllib.request import Request, urlopen
from uuid import uuid4

import pytest
from support.fake_site import FAST, SPIDER, FakeSite
from support.postgres import psql
from support.processes import PROJECT, RUN_JSON, command, environment, scrapy, started, wait_until
from support.server import Answer

from spacenews.errors import OutputError, UsageError
from spacenews.storage.object_store import ObjectStore

pytestmark = pytest.mark.faults


@dataclass
class Cloud:
    """A database, and a bucket of a server that stands for S3."""

    server: Any  # moto's
    database: str
    folder: Path
    credentials: dict[str, str]
    address: str

    def run(self, *words: str, **settings: Any) -> Any:
        """Run a command as on a machine that keeps nothing."""
        given = {**FAST, "SPACENEWS_STORE_URL": self.database, "SPACENEWS_OUTPUT": self.address, **settings}
        return scrapy(command(*words, settings=given), env=self.environment)

    def restart(self) -> None:
        """Start another server in the place of the one that was stopped; the bucket is as it was."""
        from moto.server import ThreadedMotoServer

        _, port = self.server.get_host_and_port()
        self.server = ThreadedMotoServer("127.0.0.1", port, verbose=False)
        self.server.start()

    @property
    def environment(self) -> dict[str, str]:
        """What a process finds its credentials and its cache by."""
        return environment() | self.credentials | {"XDG_CACHE_HOME": str(self.folder / "cache")}

    def objects(self) -> dict[str, bytes]:
        """Return all that the bucket has below the output's address."""
        import obstore
        from obstore.store import from_url

        store = from_url(self.address, client_options={"allow_http": True})
        names = [one["path"] for page in obstore.list(store) for one in page]
        return {name: obstore.get(store, name).bytes().to_bytes() for name in names}

    def published(self) -> list[dict[str, Any]]:
        """Return all records, after checking them against run.json and the pictures."""
        objects = self.objects()
        found: list[dict[str, Any]] = []
        for name, data in objects.items():
            if not name.endswith("run.json"):
                continue
            told = json.loads(data)
            RUN_JSON.validate(told)
            if told["output"]:
                lines = objects[name.replace("run.json", "articles.jsonl")]
                assert hashlib.sha256(lines).hexdigest() == told["output"]["sha256"]
                found += map(json.loads, lines.decode().splitlines())
        for picture in (picture for record in found for picture in record["images"] if picture["status"] == "ok"):
            assert hashlib.sha256(objects[f"images/{picture['path']}"]).hexdigest() == picture["sha256"]
        return found


@pytest.fixture
def cloud(address: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Cloud]:
    """A bucket and a database, both empty."""
    from moto.server import ThreadedMotoServer

    server = ThreadedMotoServer("127.0.0.1", 0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    credentials = {
        "AWS_ENDPOINT_URL": f"http://{host}:{port}",
        "AWS_ACCESS_KEY_ID": "news",
        "AWS_SECRET_ACCESS_KEY": "secret",
        "AWS_REGION": "us-east-1",
    }
    for name, value in credentials.items():
        monkeypatch.setenv(name, value)
    bucket = f"news-{uuid4().hex[:8]}"  # servers of one process share what they hold
    urlopen(Request(f"http://{host}:{port}/{bucket}", method="PUT")).close()
    made = Cloud(server, address, tmp_path, credentials, f"s3://{bucket}/daily")
    try:
        yield made
    finally:
        made.server.stop()


def test_runs_and_pictures_go_to_the_bucket_and_nothing_stays_here(cloud: Cloud) -> None:
    with FakeSite(6) as site:
        done = cloud.run("crawl", SPIDER, **site.settings)
        assert done.returncode == 0, done.stderr
        assert f"-> {cloud.address}/{SPIDER}/2" in done.stderr
        assert {record["url"] for record in cloud.published()} == site.urls
        assert sum(name.startswith("images/") for name in cloud.objects()) == 6
        assert not [path for path in cloud.folder.rglob("*") if path.is_file()]
        site.edit(2, title="Another headline")
        seed = f"seeds={site.stories[2].url}"
        assert cloud.run("crawl", SPIDER, "-a", seed, **site.settings).returncode == 0
        assert len(cloud.published()) == 7
    shown = cloud.run("report")
    assert shown.returncode == 0, shown.stderr
    [page] = cloud.folder.rglob("report/index.html")
    assert len(list(page.parent.parent.glob("images/*/*.png"))) == 6
    assert "Another headline" in cloud.run("export", "-").stdout


def test_the_articles_and_pictures_of_an_archive_go_to_the_bucket(cloud: Cloud) -> None:
    done = cloud.run("read-archive", str(PROJECT / "spacenews" / "commands" / "demo.warc.gz"))
    assert done.returncode == 0, done.stderr
    assert len(cloud.published()) == 16
    assert sum(name.startswith("images/") for name in cloud.objects()) == 22


def test_a_killed_run_is_finished_by_a_machine_that_never_saw_it(cloud: Cloud) -> None:
    with FakeSite(12) as site:
        given = {**FAST, **site.settings, "SPACENEWS_STORE_URL": cloud.database, "SPACENEWS_OUTPUT": cloud.address}
        parts = command("crawl", SPIDER, settings=given)
        with started(parts, cloud.folder / "log", env=cloud.environment) as process:
            wait_until(lambda: len(site.asked("/tachyon/")) > 5, process)
            process.kill()
        shutil.rmtree(cloud.folder / "cache")
        assert cloud.run("crawl", SPIDER, **site.settings).returncode == 0
        records = cloud.published()
        assert {record["url"] for record in records} == site.urls
        assert len(records) == 12


@pytest.mark.parametrize("lost", ["articles.jsonl", "run.json"])
def test_a_file_that_its_machine_could_not_bring_there_is_brought_by_the_next_run(cloud: Cloud, lost: str) -> None:
    with FakeSite(3) as site:
        cloud.run("crawl", SPIDER, **site.settings)
        before = cloud.objects()
        import obstore
        from obstore.store import from_url

        [name] = (one for one in before if one.endswith(lost))
        store = from_url(cloud.address, client_options={"allow_http": True})
        obstore.delete(store, name)
        if lost == "articles.jsonl":  # as after a kill between commit and file
            obstore.delete(store, name.replace(lost, "run.json"))
            change = "UPDATE runs SET finished_at = NULL, result = NULL, exit_code = NULL, report = NULL"
            psql(cloud.database, "-c", change)
        assert cloud.run("crawl", SPIDER, **site.settings).returncode == 0
        assert cloud.objects()[name] == before[name]
        assert len(cloud.published()) == 3


def test_a_bucket_that_is_missing_or_a_store_that_is_down_ends_it_with_4(cloud: Cloud) -> None:
    with FakeSite(3) as site:
        done = cloud.run("crawl", SPIDER, **site.settings, SPACENEWS_OUTPUT="s3://nowhere/daily")
        assert done.returncode == 4
        assert "SPACENEWS_OUTPUT: s3://nowhere/daily cannot be used: " in done.stderr
        assert "Traceback" not in done.stderr
        assert not site.server.hits, "nothing was asked for"
        assert psql(cloud.database, "-c", "SELECT to_regclass('runs') IS NULL") == "t\n"


def test_an_object_is_never_overwritten(cloud: Cloud) -> None:
    store = ObjectStore(cloud.address)
    store.add("a/b.txt", b"first")
    store.add("a/b.txt", b"second")
    assert store.get("a/b.txt") == b"first"
    assert store.has("a/b.txt")
    assert not store.has("a/c.txt")
    with pytest.raises(OutputError, match="cannot be used"):
        store.get("a/c.txt")
    assert cloud.objects() == {"a/b.txt": b"first"}


def test_a_store_that_goes_away_during_a_run_ends_it_with_4_and_the_next_brings_what_it_published(cloud: Cloud) -> None:
    with FakeSite(12) as site:
        site.server.routes["/space/"] = replace(cast("Answer", site.server.routes["/space/"]), wait=3)
        given = {**FAST, **site.settings, "SPACENEWS_STORE_URL": cloud.database, "SPACENEWS_OUTPUT": cloud.address}
        given["SPACENEWS_PICTURES"] = False
        with started(command("crawl", SPIDER, settings=given), cloud.folder / "log", env=cloud.environment) as process:
            wait_until(lambda: site.server.hits, process)
            cloud.server.stop()
            assert process.wait(120) == 4
        assert psql(cloud.database, "-c", "SELECT exit_code FROM runs") == "4\n"
        assert "cannot be used" in (cloud.folder / "log").read_text()
        cloud.restart()
        assert cloud.run("crawl", SPIDER, **site.settings, SPACENEWS_PICTURES=False).returncode == 0
        assert {record["url"] for record in cloud.published()} == site.urls


def test_what_is_no_address_ends_it_with_2(tmp_path: Path) -> None:
    for value in ("s3://", "http://example.org/", "s3://news/?x=1"):
        done = scrapy(command("runs", settings={"SPACENEWS_OUTPUT": value}))
        assert done.returncode == 2, (value, done.stderr)
    done = scrapy(command("crawl", SPIDER, settings={"SPACENEWS_OUTPUT": "s3://news"}))
    assert done.returncode == 2
    assert "an object store needs a crawl database in PostgreSQL" in done.stderr
    assert not list(tmp_path.iterdir())
    with pytest.raises(UsageError):
        ObjectStore("nothing://x")
