"""`scrapy export`: every format says what the records say, streams, and is whole or not there."""

from __future__ import annotations

import csv
import gzip
import io
import json
import os
import re
import sqlite3
import subprocess
import sys
import tracemalloc
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import jsonschema
import pytest
import sqlalchemy as sa
from itemadapter import ItemAdapter
from parsel import Selector
from support.compression import zstd
from support.factories import SPIDER, article, open_store, picture, publish, url
from support.processes import PROJECT, Scrapy

from spacenews.errors import OutputError, UsageError
from spacenews.export import FORMATS, export, format_of
from spacenews.export.columns import CSV_COLUMNS, arrow_schema
from spacenews.items import Article, Author, Block, Related, json_schema
from spacenews.schema import to_record
from spacenews.storage.articles import StagedArticle
from spacenews.storage.snapshot import Selection, parse_since, records
from spacenews.storage.store import Store
from spacenews.storage.tables import articles

NOW = "2026-11-22T05:00:00Z"
HOSTILE = '=HYPERLINK("http://x") </script> & \ud83d\ude80'.encode("utf-16", "surrogatepass").decode("utf-16") + " \x0b"


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    store = open_store(tmp_path)
    yield store
    store.close()


def write(store: Store, path: Path, name: str, **selection: Any) -> Path:
    export(store, path, name, Selection(**selection))
    return path


def ids(store: Store, **selection: Any) -> list[tuple[str, int]]:
    rows = map(json.loads, records(store, Selection(**selection)))
    return [(row["title"], row["version"]) for row in rows]


class TestSelection:
    def test_the_latest_version_of_each_article_the_newest_first(self, store: Store) -> None:
        publish(
            store, [article(1, title="One"), article(2, title="Two"), article(3, title="Undated", published_at=None)]
        )
        publish(store, [article(1, title="One, corrected", content_hash="2")], run_id="20261123T050000Z")

        assert ids(store) == [("Two", 1), ("One, corrected", 2), ("Undated", 1)]
        assert ids(store, all_versions=True) == [("Two", 1), ("One", 1), ("One, corrected", 2), ("Undated", 1)]

    def test_what_no_run_has_published_is_left_out(self, store: Store) -> None:
        publish(store, [article(1, title="Published")])
        store.articles.stage(
            [StagedArticle(article(1, title="Not judged yet", content_hash="2"), SPIDER, "20261123T050000Z")]
        )
        store.articles.stage([StagedArticle(article(2, title="Not judged either"), SPIDER, "20261123T050000Z")])

        assert ids(store) == [("Published", 1)]

    def test_since_a_day_leaves_out_what_is_older_or_undated(self, store: Store) -> None:
        publish(store, [article(n, published_at=f"2026-11-0{n}T00:00:00Z", title=str(n)) for n in (1, 2, 3)])
        publish(store, [article(4, published_at=None)])

        assert ids(store, since=parse_since("2026-11-02")) == [("3", 1), ("2", 1)]

    @pytest.mark.parametrize(
        ("text", "time"),
        [
            ("2026-11-02", "2026-11-02T00:00:00Z"),
            ("2026-11-02T10:00:00", "2026-11-02T10:00:00Z"),
            ("2026-11-02T10:00:00+02:00", "2026-11-02T08:00:00Z"),
        ],
    )
    def test_since_is_a_date_or_a_time_in_utc(self, text: str, time: str) -> None:
        assert parse_since(text) == time

    def test_a_since_that_is_no_date_is_refused(self) -> None:
        with pytest.raises(UsageError, match="--since yesterday: not a date such as 2026-11-01"):
            parse_since("yesterday")

    def test_a_site_goes_by_its_name_or_by_its_spider(self, store: Store) -> None:
        publish(store, [article(1, title="One")])
        publish(store, [article(2, title="Two", news_site="Other News")], spider="other_space")

        assert ids(store, site="Other News") == ids(store, site="other_space") == [("Two", 1)]
        with pytest.raises(
            UsageError, match="--site Nope: the crawl database has Example News, Other News, example_sp"
        ):
            ids(store, site="Nope")


class TestFormats:
    @pytest.mark.parametrize(
        ("name", "unpack"), [("jsonl", bytes), ("jsonl.gz", gzip.decompress), ("jsonl.zst", zstd.decompress)]
    )
    def test_json_lines_hold_the_records_as_published(
        self, store: Store, tmp_path: Path, name: str, unpack: Any
    ) -> None:
        made = [article(n) for n in range(5)]
        publish(store, made)
        lines = unpack(write(store, tmp_path / "out", name).read_bytes()).decode().splitlines()

        assert [json.loads(line) for line in lines] == [to_record(part) for part in reversed(made)]

    @pytest.mark.parametrize("filled", [True, False])
    def test_parquet_has_the_same_schema_whatever_is_empty(self, store: Store, tmp_path: Path, filled: bool) -> None:
        parquet = pytest.importorskip("pyarrow.parquet")
        made = (
            article(1)
            if filled
            else Article(id="e", url="https://www.example.com/e/", title="Empty", first_seen_at=NOW, crawled_at=NOW)
        )
        publish(store, [made])
        table = parquet.read_table(write(store, tmp_path / "out.parquet", "parquet"))

        assert table.schema.equals(arrow_schema(), check_metadata=True)
        (row,) = table.to_pylist()
        times = {
            name: value and value.strftime("%Y-%m-%dT%H:%M:%SZ") for name, value in row.items() if name.endswith("_at")
        }
        assert row | times == to_record(made) | {name: getattr(made, name) for name in times}

    def test_a_snapshot_without_articles_is_a_file_with_the_schema(self, store: Store, tmp_path: Path) -> None:
        parquet = pytest.importorskip("pyarrow.parquet")

        assert parquet.read_schema(write(store, tmp_path / "out.parquet", "parquet")).equals(arrow_schema())
        assert write(store, tmp_path / "out.csv", "csv").read_text("utf-8-sig").strip() == ",".join(CSV_COLUMNS)
        assert json.loads(write(store, tmp_path / "out.jsonld", "jsonld").read_text())["@graph"] == []

    def test_parquet_without_pyarrow_says_what_to_install(
        self, store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setitem(sys.modules, "pyarrow", None)
        with pytest.raises(UsageError, match="needs pyarrow: pip install pyarrow"):
            write(store, tmp_path / "out.parquet", "parquet")
        assert not (tmp_path / "out.parquet").exists()

    def test_csv_has_one_row_an_article_and_no_formula(self, store: Store, tmp_path: Path) -> None:
        publish(
            store,
            [article(1, title=HOSTILE, authors=[Author("@ada"), Author("Bo")], summary="-1+2", text='a\n\nb, "c"')],
        )
        with write(store, tmp_path / "out.csv", "csv").open(encoding="utf-8-sig", newline="") as file:
            (row,) = csv.DictReader(file)

        assert row["title"] == "'" + HOSTILE
        assert (row["authors"], row["summary"], row["text"]) == ("'@ada; Bo", "'-1+2", 'a\n\nb, "c"')
        assert (row["sections"], row["pictures"], row["updated_at"]) == ("Space; News", "2", "2024-01-01T09:00:00Z")
        assert row["image_path"] == picture(1).path

    def test_atom_is_a_feed_of_the_newest(self, store: Store, tmp_path: Path) -> None:
        publish(store, [article(n) for n in range(120)] + [article(121, title=HOSTILE, authors=[])])
        feed = ET.parse(write(store, tmp_path / "out.atom", "atom")).getroot()  # noqa: S314
        names = {"": "http://www.w3.org/2005/Atom"}
        entries = feed.findall("entry", names)

        assert len(entries) == 100
        assert entries[0].findtext("title", None, names) == HOSTILE.replace("\x0b", "")
        for part in [feed, *entries]:  # RFC 4287, 4.1.1 and 4.1.2
            assert part.findtext("id", "", names).startswith("urn:uuid:")
            assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", part.findtext("updated", "", names))
        assert all(entry.find("author/name", names) is not None for entry in entries)
        assert [link.get("href") for link in entries[-1].findall("link", names)] == [
            "https://www.example.com/space/story-21/"
        ]

    def test_an_atom_feed_links_to_itself_and_to_its_site(self, store: Store, tmp_path: Path) -> None:
        def links(path: Path) -> list[tuple[str | None, str | None]]:
            root = ET.parse(write(store, path, "atom")).getroot()  # noqa: S314
            return [(link.get("rel"), link.get("href")) for link in root.findall("{http://www.w3.org/2005/Atom}link")]

        publish(store, [article(1), article(2)])
        assert links(tmp_path / "my news.atom") == [
            ("self", "my%20news.atom"),
            ("alternate", "https://www.example.com/"),
        ]

        publish(store, [article(3, url="https://other.example/space/three/")], spider="other_space")
        assert links(tmp_path / "news.atom") == [
            ("self", "news.atom"),
            ("related", "https://other.example/"),
            ("related", "https://www.example.com/"),
        ]

    def test_an_atom_feed_is_known_by_what_it_is_of(self, store: Store, tmp_path: Path) -> None:
        """RFC 4287, 4.2.6: the id is the feed's for ever, and no other feed's."""

        def feed_id(**selection: Any) -> str:
            root = ET.parse(write(store, tmp_path / "out.atom", "atom", **selection)).getroot()  # noqa: S314
            return root.findtext("id", "", {"": "http://www.w3.org/2005/Atom"})

        publish(store, [article(1)])
        everything, site = feed_id(), feed_id(site="Example News")
        publish(store, [article(2, news_site="Other News")], spider="other_space")
        publish(store, [article(3, title="New")], run_id="20261123T050000Z")

        assert (feed_id(), feed_id(site="Example News"), feed_id(site=SPIDER)) == (everything, site, site)
        assert feed_id(site=SPIDER, since="2030-01-01T00:00:00Z", limit=1) == site  # a window on the same feed
        assert len({everything, site, feed_id(site="Other News"), feed_id(all_versions=True)}) == 4

    def test_an_atom_entry_holds_the_whole_text_and_the_pictures(self, store: Store, tmp_path: Path) -> None:
        lead, inline, gallery = picture(1, "lead"), picture(2, "inline"), picture(3, "gallery")
        lost = replace(picture(4, "gallery"), status="failed", path=None)
        body = [
            Block(type="heading", text="Why", level=2),
            Block(text=HOSTILE),
            Block(type="image", image=1),
            Block(type="list", items=["a < b"]),
            Block(type="table", rows=[["1", "2"]]),
            Block(type="embed", provider="youtube.com", url="https://www.youtube.com/watch?v=1&t=2"),
            Block(type="embed", provider="bad", url="javascript:alert(1)"),
        ]
        publish(store, [article(1, body=body, images=[lead, inline, gallery, lost])])
        feed = ET.parse(write(store, tmp_path / "out.atom", "atom")).getroot()  # noqa: S314
        content = feed.find("{*}entry/{*}content")
        assert content is not None
        assert content.get("type") == "html"
        page = Selector(content.text or "")

        pictures = [lead.url, inline.url, gallery.url]
        assert page.css("figure img::attr(src)").getall() == pictures
        assert page.css("figcaption::text").get() == f"{lead.caption} — {lead.credit}"
        assert page.xpath("//p/text()").get() == HOSTILE.replace("\x0b", "")
        assert page.css("script") == []
        assert page.css("h2::text, li::text, td::text").getall() == ["Why", "a < b", "1", "2"]
        assert page.css("a::attr(href)").getall() == ["https://www.youtube.com/watch?v=1&t=2"]

    def test_jsonld_is_one_document_of_news_articles(self, store: Store, tmp_path: Path) -> None:
        publish(store, [article(1), article(2, title=HOSTILE)])
        document = json.loads(write(store, tmp_path / "out.jsonld", "jsonld").read_text())
        first, second = document["@graph"]

        assert document["@context"] == "https://schema.org"
        assert (first["@type"], first["headline"]) == ("NewsArticle", HOSTILE)
        assert second["author"][0]["@type"] == "Person"
        assert second["image"][0]["creditText"] == "Example / Ada Quill"
        assert second["datePublished"] == "2024-01-01T09:00:00Z"

    def test_zyte_has_the_field_names_of_zyte_common_items(self, store: Store, tmp_path: Path) -> None:
        items = pytest.importorskip("zyte_common_items")
        publish(store, [article(1)])
        data = json.loads(write(store, tmp_path / "out.zyte.jsonl", "zyte").read_text())
        item = items.Article.from_dict(data)

        data["metadata"]["probability"] = 1.0  # what the library adds
        assert without_empty(ItemAdapter(item).asdict()) == data
        assert (item.headline, item.inLanguage) == (article(1).title, "en")
        assert item.mainImage.url == article(1).image_url

    def test_sqlite_finds_words_and_follows_changes(self, store: Store, tmp_path: Path) -> None:
        publish(store, [article(n) for n in range(20)] + [article(20, title="The zeppelin", text="Zeppelins land.")])
        search = (
            "SELECT articles.title FROM articles JOIN articles_fts ON articles.rowid = articles_fts.rowid "
            "WHERE articles_fts MATCH ?"
        )
        with closing(sqlite3.connect(write(store, tmp_path / "out.sqlite", "sqlite"))) as database:
            assert database.execute(search, ["zeppelin"]).fetchall() == [("The zeppelin",)]
            database.execute(
                "UPDATE articles SET title = 'The balloon', text = 'Balloons land.' WHERE title = 'The zeppelin'"
            )
            assert database.execute(search, ["zeppelin"]).fetchall() == []
            assert database.execute(search, ["balloon"]).fetchall() == [("The balloon",)]
            database.execute("DELETE FROM articles WHERE title = 'The balloon'")
            assert database.execute(search, ["balloon"]).fetchall() == []
            assert database.execute("SELECT count(*) FROM images WHERE status = 'ok'").fetchone() == (28,)
            assert database.execute("PRAGMA integrity_check").fetchone() == ("ok",)
            database.execute("INSERT INTO articles_fts (articles_fts) VALUES ('integrity-check')")

    def test_sqlite_has_authors_topics_and_related_stories_as_tables(self, store: Store, tmp_path: Path) -> None:
        ada, older = Author("Ada", "https://example.com/ada", "Chief", "Writes."), Author("Ada", None, "Trainee")
        first = article(1, authors=[older], topics=["stargazing", "Moon"], related=[Related(url(2), "Two")])
        second = article(2, authors=[ada, Author("Bo")], topics=["Stargazing"], related=[Related(url(9), "Nine")])
        publish(store, [first, second, article(3, topics=["Stargazing"], authors=[], related=[])])
        with closing(sqlite3.connect(write(store, tmp_path / "out.sqlite", "sqlite"))) as database:
            authors = database.execute("SELECT name, title, bio, url FROM authors ORDER BY name").fetchall()
            assert authors == [("Ada", "Chief", "Writes.", "https://example.com/ada"), ("Bo", None, None, None)]
            written = "SELECT count(*) FROM article_authors JOIN authors ON author_id = authors.id WHERE name = 'Ada'"
            assert database.execute(written).fetchone() == (2,)
            assert {name for (name,) in database.execute("SELECT name FROM topics")} == {"Stargazing", "Moon"}
            assert database.execute("SELECT count(*) FROM article_topics").fetchone() == (4,)
            edges = set(database.execute("SELECT article_id, related_id, title FROM related"))
            assert edges == {(first.id, second.id, "Two"), (second.id, None, "Nine")}
            assert database.execute("PRAGMA foreign_key_check").fetchall() == []

    def test_the_file_name_names_the_format(self) -> None:
        assert {name: format_of(Path(f"news{kind.suffix}")) for name, kind in FORMATS.items()} == {
            name: name for name in FORMATS
        }
        with pytest.raises(
            UsageError, match=r"news\.xls: no format has this ending; name one with --format, any of jsonl"
        ):
            format_of(Path("news.xls"))


class TestWholeOrNotThere:
    @pytest.mark.parametrize("name", ["parquet", "csv", "sqlite", "atom", "jsonld", "zyte"])
    def test_a_broken_record_leaves_the_file_of_before(self, store: Store, tmp_path: Path, name: str) -> None:
        publish(store, [article(n) for n in range(3)])
        path = tmp_path / "folder" / "out"
        path.parent.mkdir()
        path.write_text("yesterday's")
        with store.database.engine.begin() as connection:
            connection.exec_driver_sql("UPDATE articles SET record = '{' || x'00' WHERE title = ?", (article(0).title,))

        with pytest.raises(ValueError, match=r"Expecting|delimiter|control"):
            export(store, path, name, Selection())
        assert [file.name for file in path.parent.iterdir()] == ["out"]
        assert path.read_text() == "yesterday's"

    def test_a_folder_that_cannot_be_written_is_said_in_one_sentence(self, store: Store, tmp_path: Path) -> None:
        (tmp_path / "file").write_text("")
        with pytest.raises(OutputError, match=r"FILE: the folder .* cannot be made"):
            export(store, tmp_path / "file" / "out.jsonl", "jsonl", Selection())

    @pytest.mark.faults
    @pytest.mark.parametrize("name", ["jsonl.zst", "parquet", "csv", "sqlite", "jsonld"])
    def test_memory_does_not_grow_with_the_number_of_articles(
        self, store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
    ) -> None:
        monkeypatch.setattr("spacenews.export.columns.ROW_GROUP", 200)
        publish(store, [article(0)])
        _multiply(store, 900)
        peaks = [_peak(store, tmp_path / "out", name, limit) for limit in (300, 900)]
        assert peaks[1] < peaks[0] * 1.5 + 500_000


class TestCommand:
    """Runs `scrapy export` as its user does."""

    def test_it_writes_below_the_output_folder(self, scrapy: Scrapy, store: Store, tmp_path: Path) -> None:
        publish(store, [article(n) for n in range(3)])
        done = scrapy("export", "--format", "csv", "-s", f"SPACENEWS_OUTPUT={tmp_path}")

        assert (done.returncode, done.stdout) == (0, f"3 articles: {tmp_path}/articles.csv\n")
        assert (tmp_path / "articles.csv").read_text("utf-8-sig").startswith("id,url,")

    @pytest.mark.faults
    def test_it_writes_to_a_pipe(self, store: Store, tmp_path: Path) -> None:
        publish(store, [article(n) for n in range(300)])
        command = [sys.executable, "-m", "scrapy", "export", "-", "-s", f"SPACENEWS_OUTPUT={tmp_path}"]
        with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, cwd=PROJECT) as process:
            line = process.stdout.readline() if process.stdout else b""
            assert process.stdout
            process.stdout.close()  # as `head -1` does

        assert json.loads(line) == to_record(article(299))
        assert process.returncode == 0

    def test_it_prints_the_schema_that_records_have(self, scrapy: Scrapy) -> None:
        schema = json.loads(scrapy("export", "--schema").stdout)

        assert schema == json_schema()
        jsonschema.Draft202012Validator(schema).validate(to_record(article(1)))

    @pytest.mark.parametrize(
        ("arguments", "code", "sentence"),
        [
            (["news.xls"], 2, "news.xls: no format has this ending; name one with --format"),
            (["--since", "soon"], 2, "--since soon: not a date such as 2026-11-01"),
            (["--nonsense"], 2, "there is no option --nonsense"),
            (["a.csv", "b.csv", "--format", "csv"], 2, "--format csv is for one FILE, not 2"),
            (["--limit", "0"], 2, "--limit 0: must be 1 or more"),
            (["-", "--format", "parquet"], 2, "--format parquet needs a file, not -"),
            (["--all-versions", "news.sqlite"], 2, "the sqlite format holds the latest version of each article only"),
            (
                ["-s", "SPACENEWS_OUTPUT=nowhere"],
                4,
                "there is no crawl database nowhere/spacenews.sqlite3: crawl first",
            ),
        ],
    )
    def test_a_mistake_is_one_sentence(  # noqa: PLR0917
        self, scrapy: Scrapy, store: Store, tmp_path: Path, arguments: list[str], code: int, sentence: str
    ) -> None:
        publish(store, [article(1)])
        done = scrapy("export", "-s", f"SPACENEWS_OUTPUT={tmp_path}", *arguments)

        assert done.returncode == code
        assert sentence in done.stderr
        assert len(done.stderr.splitlines()) == 1
        assert not (PROJECT / "nowhere").exists()


class TestTargets:
    """An export replaces a file; what cannot be made again, or is no file, it does not replace."""

    @pytest.fixture
    def published(self, store: Store) -> Store:
        publish(store, [article(n) for n in range(3)])
        return store

    @pytest.mark.parametrize("end", ["", "-wal", "-shm", "-journal"])
    def test_the_crawl_database_is_refused(self, scrapy: Scrapy, published: Store, tmp_path: Path, end: str) -> None:
        path = f"{tmp_path}/../{tmp_path.name}/./spacenews.sqlite3{end}"
        self.check_refused(scrapy, tmp_path, path, "is a crawl database")
        assert len(ids(published)) == 3

    @pytest.mark.parametrize("link", ["symlink_to", "hardlink_to"])
    def test_a_link_to_the_crawl_database_is_refused(
        self, scrapy: Scrapy, published: Store, tmp_path: Path, link: str
    ) -> None:
        path = tmp_path / "news.csv"
        getattr(path, link)(tmp_path / "spacenews.sqlite3")
        self.check_refused(scrapy, tmp_path, str(path), "is a crawl database")
        assert len(ids(published)) == 3

    def test_the_crawl_database_of_another_folder_is_refused(
        self, scrapy: Scrapy, published: Store, tmp_path: Path
    ) -> None:
        other = tmp_path / "other"
        other.mkdir()
        open_store(other).close()
        self.check_refused(scrapy, tmp_path, str(other / "spacenews.sqlite3"), "is a crawl database")
        assert published.name

    @pytest.mark.parametrize("name", ["articles.jsonl", "run.json"])
    def test_what_a_run_published_is_refused(self, scrapy: Scrapy, published: Store, tmp_path: Path, name: str) -> None:
        path = tmp_path / SPIDER / "20261122T050000Z" / name
        path.parent.mkdir(parents=True)
        path.write_text("{}")
        (tmp_path / "latest").symlink_to(path.parent)
        self.check_refused(scrapy, tmp_path, str(tmp_path / "latest" / name), "was published by a run")
        assert path.read_text() == "{}"
        assert published.name

    def test_a_folder_is_refused(self, scrapy: Scrapy, published: Store, tmp_path: Path) -> None:
        (tmp_path / "news.csv").mkdir()
        self.check_refused(scrapy, tmp_path, str(tmp_path / "news.csv"), "is a folder")
        assert published.name

    def test_a_symlink_stays_and_its_target_is_written(self, scrapy: Scrapy, published: Store, tmp_path: Path) -> None:
        target, link = tmp_path / "target.jsonl", tmp_path / "link.jsonl"
        link.symlink_to("target.jsonl")
        for _ in range(2):  # there is no target yet, and there is one
            assert scrapy("export", str(link), "-s", f"SPACENEWS_OUTPUT={tmp_path}").returncode == 0
            assert link.is_symlink()
            assert len(target.read_text().splitlines()) == len(ids(published))

    def test_a_named_pipe_is_written_into(self, published: Store, tmp_path: Path) -> None:
        pipe = tmp_path / "pipe.csv"
        os.mkfifo(pipe)
        with subprocess.Popen(["cat", pipe], stdout=subprocess.PIPE) as reader:
            export(published, pipe, format_of(pipe), Selection())
            said = reader.communicate()[0]
        assert len(list(csv.reader(io.StringIO(said.decode("utf-8-sig"))))) == 4
        assert pipe.is_fifo()

    @pytest.mark.faults
    @pytest.mark.parametrize("name", ["/dev/stdout", "/dev/fd/1", "-"])
    def test_standard_output_that_is_a_file_is_written_on(self, published: Store, tmp_path: Path, name: str) -> None:
        said = tmp_path / "said"
        said.write_text("before\n")
        command = [sys.executable, "-m", "scrapy", "export", name, "-s", f"SPACENEWS_OUTPUT={tmp_path}"]
        with said.open("a") as file:
            assert subprocess.run(command, stdout=file, cwd=PROJECT, check=False, timeout=60).returncode == 0
        lines = said.read_text().splitlines()
        assert lines[0] == "before"
        assert len(list(map(json.loads, lines[1:]))) == len(ids(published))

    def test_a_device_that_is_full_ends_it_with_4(self, scrapy: Scrapy, published: Store, tmp_path: Path) -> None:
        done = scrapy("export", "/dev/full", "-s", f"SPACENEWS_OUTPUT={tmp_path}")
        assert (done.returncode, done.stderr) == (4, "scrapy: /dev/full cannot be written: No space left on device\n")
        assert Path("/dev/full").is_char_device()
        assert published.name

    def test_nothing_is_written_when_the_package_of_one_format_is_missing(
        self, scrapy: Scrapy, published: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setitem(sys.modules, "pyarrow", None)
        paths = [str(tmp_path / "news.csv"), str(tmp_path / "news.parquet")]
        done = scrapy("export", *paths, "-s", f"SPACENEWS_OUTPUT={tmp_path}")
        assert (done.returncode, "needs pyarrow" in done.stderr) == (2, True)
        assert not list(tmp_path.glob("news*"))
        assert published.name

    @staticmethod
    def check_refused(scrapy: Scrapy, output: Path, path: str, sentence: str) -> None:
        files = [it for it in output.rglob("*") if it.is_file() and not it.name.endswith("-shm")]  # has SQLite's locks
        before = [it.read_bytes() for it in files]
        done = scrapy("export", "--format", "csv", path, "-s", f"SPACENEWS_OUTPUT={output}")
        assert done.returncode == 2, done.stderr
        assert sentence in done.stderr
        assert [it.read_bytes() for it in files] == before


def without_empty(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: without_empty(part) for name, part in value.items() if part not in (None, [])}
    return [without_empty(part) for part in value] if isinstance(value, list) else value


def _multiply(store: Store, number: int) -> None:
    """Copy the only article *number* times, faster than by staging each."""
    with store.database.engine.begin() as connection:
        row = connection.execute(sa.select(articles)).one()._asdict()
        rows = [row | {"id": f"{n:08}", "record": row["record"].replace(row["id"], f"{n:08}")} for n in range(number)]
        connection.execute(sa.insert(articles), rows)


def _peak(store: Store, path: Path, name: str, limit: int) -> int:
    export(store, path, name, Selection(limit=1))  # what is imported once does not count
    tracemalloc.start()
    try:
        assert export(store, path, name, Selection(limit=limit)) == limit
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
