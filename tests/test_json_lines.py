"""JSON Lines: a record is one line for every reader, whoever writes it and whatever is in it."""

from __future__ import annotations

import gzip
import json
import tempfile
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import scrapy
import sqlalchemy as sa
from hypothesis import given
from hypothesis import strategies as st
from support import run_crawl
from support.compression import zstd
from support.factories import RUN, SPIDER, article, open_store
from support.factories import publish as save

from spacenews import settings
from spacenews.export import export
from spacenews.items import Link
from spacenews.runs.folders import RunFolder
from spacenews.runs.publishing import publish
from spacenews.schema import dumps, one_line, to_record
from spacenews.storage.articles import StagedArticle
from spacenews.storage.snapshot import Selection
from spacenews.storage.store import Store
from spacenews.storage.tables import articles

BREAKS = "a\u2028b\u2029c\x85d\ne\x0bf\x0cg\x1ch\x1ei\rj"
LINK = f"https://www.example.com/{BREAKS}"


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    store = open_store(tmp_path)
    yield store
    store.close()


def check(content: bytes, number: int = 1) -> None:
    """The content is so many records, each with the link as it was."""
    lines = content.decode("utf-8").splitlines()
    assert len(lines) == number
    for line in lines:
        assert json.loads(line)["links"][0]["url"] == LINK


@given(st.text() | st.text(BREAKS), st.dictionaries(st.text(BREAKS), st.text(BREAKS)))
def test_a_value_is_one_line_and_stays_what_it_is(text: str, names: dict[str, str]) -> None:
    value = [text, names]
    line = dumps(value)
    assert len(line.splitlines()) == 1
    if not any("\ud800" <= char <= "\udfff" for char in text):
        assert json.loads(line) == value
    assert one_line(line) == line


def test_what_has_nothing_to_escape_is_written_as_it_was() -> None:
    for text in ("plain", "Zoë's 月 🚀", 'quoted "\\u2028"'):
        assert dumps(text) == json.dumps(text, ensure_ascii=False)


def test_what_a_run_publishes(store: Store, tmp_path: Path) -> None:
    store.articles.stage([StagedArticle(article(1, links=[Link(LINK, "more")]), SPIDER, RUN)])
    assert publish(store, SPIDER, RUN, RunFolder(tmp_path)).output.lines == 1
    check((tmp_path / "articles.jsonl").read_bytes())


def stored_by_an_older_version(store: Store) -> None:
    """Save an article, and write its record as versions did that knew of no such escapes."""
    made = article(1, links=[Link(LINK, "more")])
    store.articles.stage([StagedArticle(made, SPIDER, RUN)])
    record = json.dumps(to_record(made), ensure_ascii=False)
    assert "\u2028" in record
    with store.database.engine.begin() as connection:
        connection.execute(sa.update(articles).values(record=record))


def test_what_an_older_version_saved_is_published_so_too(store: Store, tmp_path: Path) -> None:
    stored_by_an_older_version(store)
    assert publish(store, SPIDER, RUN, RunFolder(tmp_path)).output.lines == 1
    check((tmp_path / "articles.jsonl").read_bytes())


UNPACK: dict[str, Callable[[bytes], bytes]] = {
    "jsonl": bytes,
    "jsonl.gz": gzip.decompress,
    "jsonl.zst": zstd.decompress,
}


@pytest.mark.parametrize("name", UNPACK)
def test_what_an_older_version_saved_is_exported_so_too(store: Store, tmp_path: Path, name: str) -> None:
    stored_by_an_older_version(store)
    store.articles.mark_published(RUN, [(article(1).id, 1)])
    export(store, tmp_path / f"x.{name}", name, Selection())
    check(UNPACK[name]((tmp_path / f"x.{name}").read_bytes()))
    with tempfile.TemporaryFile() as pipe:
        export(store, Path(f"/dev/fd/{pipe.fileno()}"), name, Selection())
        pipe.seek(0)
        check(UNPACK[name](pipe.read()))


@pytest.mark.parametrize("name", ["zyte", "jsonld"])
def test_records_in_the_words_of_others(store: Store, tmp_path: Path, name: str) -> None:
    save(store, [article(1, title=BREAKS)])
    export(store, tmp_path / "x", name, Selection())
    lines = (tmp_path / "x").read_text("utf-8").splitlines()
    assert len(lines) == {"zyte": 1, "jsonld": 3}[name]
    assert any(json.loads(line).get("headline") == BREAKS for line in lines if line.startswith("{") and line[-1] == "}")


class Items(scrapy.Spider):
    """Yields an item of whatever kind, as a pipeline of somebody else's might make it."""

    name = "items"

    async def start(self) -> AsyncIterator[Any]:
        yield {"links": [{"url": LINK}]}
        yield {"links": [{"url": LINK, "text": "lone \ud800"}]}


@pytest.mark.parametrize("name", ["jsonl", "jsonlines", "jl"])
def test_what_scrapys_own_exports_write(tmp_path: Path, name: str) -> None:
    path = tmp_path / "items"
    exported = {"FEEDS": {str(path): {"format": name}}, "FEED_EXPORT_ENCODING": settings.FEED_EXPORT_ENCODING}
    run_crawl.crawl(Items, {**run_crawl.BARE, "FEED_EXPORTERS": settings.FEED_EXPORTERS, **exported})
    check(path.read_bytes(), 2)
