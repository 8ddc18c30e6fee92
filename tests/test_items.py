"""The record: its schema, its way into JSON and back, and its documentation."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import jsonschema
import pytest
from support.factories import article
from support.tables import table

from spacenews import items
from spacenews.reasons import Failure, ImageReason
from spacenews.schema import from_record, to_record

DATA = (Path(__file__).parent.parent / "DATA.md").read_text(encoding="utf-8")
CLASSES = (items.Article, items.Author, items.Block, items.Link, items.ArticleImage, items.Related, items.Source)


@pytest.mark.parametrize("cls", CLASSES, ids=lambda cls: cls.__name__)
def test_data_md_has_a_line_for_every_field_in_order(cls: type[Any]) -> None:
    assert table(cls) in DATA


def test_data_md_explains_every_reason_for_a_missing_picture() -> None:
    assert [reason for reason in ImageReason if f"| `{reason}` |" not in DATA] == []


def test_every_reason_of_a_failed_address_is_explained() -> None:
    section = DATA[DATA.index("### A failed URL") : DATA.index("### The robots rules")]
    assert [reason for reason in Failure if f"| `{reason}` |" not in section] == []


def test_a_record_fits_the_schema_and_an_unknown_key_does_not() -> None:
    validator = jsonschema.Draft202012Validator(items.json_schema())
    validator.check_schema(items.json_schema())
    record = to_record(article(1))
    validator.validate(record)
    validator.validate(to_record(items.Article()))
    for broken in ({**record, "extra": 1}, {**record, "title": None}, {**record, "schema_version": 2}):
        assert not validator.is_valid(broken)
    del record["summary"]
    assert not validator.is_valid(record)


def test_a_record_keeps_the_order_of_the_contract() -> None:
    keys = list(to_record(items.Article()))
    assert keys[:5] == ["schema_version", "id", "url", "news_site", "title"]
    assert keys[-1] == "source"
    assert {"requested_url", "wall"}.isdisjoint(keys)


def test_a_record_is_read_back_as_it_was_and_one_of_an_older_version_is_brought_up_to_date() -> None:
    made = article(1)
    record = to_record(made)
    assert from_record(items.Article, record) == made
    del record["near_duplicate_of"], record["images"][0]["media_type"]
    record["of_a_newer_version"] = 1
    read = from_record(items.Article, record)
    assert read.near_duplicate_of is None
    assert read.images[0].media_type is None
    assert list(to_record(read)) == list(to_record(made))
