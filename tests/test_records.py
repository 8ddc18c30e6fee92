"""Records of every format that was ever stored are read in the present one."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import sqlalchemy as sa
from support import old_databases
from support.factories import SPIDER, article, open_store, publish
from support.old_databases import crawl_on, exported

from spacenews.errors import OutputError
from spacenews.export import export
from spacenews.items import json_schema
from spacenews.report import build
from spacenews.runs.folders import RunFolder
from spacenews.runs.publishing import publish as publish_run
from spacenews.storage import articles, record_upgrades
from spacenews.storage.articles import StagedArticle
from spacenews.storage.record_upgrades import RECORD_FORMAT, UPGRADES, in_present_format
from spacenews.storage.snapshot import Selection
from spacenews.storage.tables import articles as table

RECORDS = Path(__file__).parent / "records"
FORMATS = range(1, RECORD_FORMAT + 1)


def golden(number: int) -> str:
    """Return a record as the code of that format wrote it, with every kind of block, picture and related story."""
    return (RECORDS / f"format-{number}.json").read_text("utf-8").rstrip("\n")


def fields(schema: dict[str, Any], definition: dict[str, Any]) -> dict[str, Any]:
    """Return the keys of an object, in order, with their types."""
    return {name: kind(schema, value) for name, value in definition["properties"].items()}


def kind(schema: dict[str, Any], value: dict[str, Any]) -> Any:
    if "anyOf" in value:
        return [kind(schema, option) for option in value["anyOf"]]
    if "$ref" in value:
        return fields(schema, schema["$defs"][value["$ref"].rpartition("/")[2]])
    if value["type"] == "array":
        return {"array of": kind(schema, value["items"])}
    return value["type"]


def test_the_fields_of_a_record_change_with_the_number_of_its_format() -> None:
    """If this fails, you changed the fields of a record: add an upgrade to record_upgrades.py.

    Then write the new fields to tests/records/format-N.fields.json, and a new record to format-N.json.
    """
    known = json.loads((RECORDS / f"format-{RECORD_FORMAT}.fields.json").read_text("utf-8"))
    now = fields(json_schema(), json_schema())
    assert json.dumps(now) == json.dumps(known)  # the order of the keys too


def test_every_format_can_be_upgraded() -> None:
    assert sorted(UPGRADES) == list(FORMATS)[1:]


@pytest.mark.parametrize("number", FORMATS)
def test_a_golden_record_has_every_kind_of_everything(number: int) -> None:
    record = json.loads(golden(number))
    types = {block["type"] for block in record["body"]}
    assert types >= {"paragraph", "heading", "list", "quote", "code", "table", "image", "embed"}
    assert {image["role"] for image in record["images"]} >= {"lead", "inline", "gallery"}
    assert {image["status"] for image in record["images"]} >= {"ok", "failed", "skipped"}
    assert {related["placement"] for related in record["related"]} >= {"teaser", "recommendation"}


@pytest.mark.parametrize("number", FORMATS)
def test_a_record_of_every_format_is_read_in_the_present_one(number: int) -> None:
    record = json.loads(in_present_format(golden(number), number))
    jsonschema.Draft202012Validator(json_schema()).validate(record)
    assert_in_order(record, json.loads((RECORDS / f"format-{RECORD_FORMAT}.fields.json").read_text("utf-8")))
    same = ("id", "version", "content_hash", "url", "title", "text", "published_at", "first_seen_at", "crawled_at")
    before = json.loads(golden(number))
    assert {name: record[name] for name in same} == {name: before[name] for name in same}


def assert_in_order(value: Any, wanted: Any) -> None:
    if isinstance(value, dict):
        assert list(value) == list(wanted)
        for name, part in value.items():
            assert_in_order(part, wanted[name])
    elif isinstance(value, list):
        for part in value:
            assert_in_order(part, wanted["array of"] if isinstance(wanted, dict) else wanted[0]["array of"])


def test_a_record_of_the_present_format_is_not_touched() -> None:
    assert in_present_format("whatever it is", RECORD_FORMAT) == "whatever it is"


class TestWhenTheFieldsChange:
    """As if the code of today were one format further than what is stored."""

    @pytest.fixture(autouse=True)
    def _next_format(self, monkeypatch: pytest.MonkeyPatch) -> None:
        number = RECORD_FORMAT + 1

        def upgrade(record: dict[str, Any]) -> dict[str, Any]:
            changed: dict[str, Any] = {}
            for name, value in record.items():
                changed[name] = value
                if name == "url":
                    changed["mood"] = None
            return changed

        monkeypatch.setitem(UPGRADES, number, upgrade)

        def use() -> None:
            monkeypatch.setattr(record_upgrades, "RECORD_FORMAT", number)
            monkeypatch.setattr(articles, "RECORD_FORMAT", number)

        self.use = use

    def test_export_and_report_have_the_new_fields(self, tmp_path: Path) -> None:
        store = open_store(tmp_path)
        publish(store, [article(1), article(2)])
        publish(store, [article(1, title="Edited", content_hash="2")], run_id="20261123T050000Z")
        self.use()
        export(store, tmp_path / "all.jsonl", "jsonl", Selection(all_versions=True))
        records = exported(tmp_path / "all.jsonl")
        assert [list(record)[2:4] for record in records] == [["url", "mood"]] * 3
        build(store, tmp_path)
        store.close()
        for page in (tmp_path / "report" / "articles").glob("*.html"):
            assert "mood" in page.read_text("utf-8")

    def test_what_an_older_version_saved_is_published_with_the_new_fields(self, tmp_path: Path) -> None:
        store = open_store(tmp_path)
        store.articles.stage([StagedArticle(article(1), SPIDER, "20261122T050000Z")])
        self.use()
        store.articles.stage([StagedArticle(article(2), SPIDER, "20261122T050000Z")])
        with store.database.engine.connect() as connection:
            formats = connection.scalars(sa.select(table.c.record_format).order_by(table.c.published_at)).all()
        assert formats == [RECORD_FORMAT, RECORD_FORMAT + 1]
        publish_run(store, SPIDER, "20261122T050000Z", RunFolder(tmp_path))
        first, _ = exported(tmp_path / "articles.jsonl")
        assert (first["mood"], first["content_hash"]) == (None, article(1).content_hash)
        store.close()

    def test_no_article_is_published_again(self, tmp_path: Path) -> None:
        old_databases.schema_1(tmp_path)
        crawl_on(tmp_path)
        self.use()
        again = crawl_on(tmp_path)
        assert (again["counts"]["articles"]["new"], again["counts"]["articles"]["updated"]) == (0, 0)

    def test_a_record_of_a_newer_version_is_refused(self, tmp_path: Path) -> None:
        store = open_store(tmp_path)
        publish(store, [article(1)])
        with store.database.engine.begin() as connection:
            connection.execute(sa.update(table).values(record_format=RECORD_FORMAT + 1))
        with pytest.raises(OutputError, match=f"records of format {RECORD_FORMAT + 1}, this spacenews knows up to"):
            export(store, tmp_path / "all.jsonl", "jsonl", Selection())
        assert not (tmp_path / "all.jsonl").exists()
        store.close()
