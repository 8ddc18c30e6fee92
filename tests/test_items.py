"""The record: its schema, its way into JSON and back, and its documentation."""

from __future__ import annotations

import types
from pathlib import Path
from typing import Any, Literal, Union, get_args, get_origin, get_type_hints

import jsonschema
import pytest
from support.factories import article

from spacenews import items
from spacenews.reasons import ImageReason

DATA = (Path(__file__).parent.parent / "DATA.md").read_text(encoding="utf-8")
CLASSES = (items.Article, items.Author, items.Block, items.Link, items.ArticleImage, items.Related, items.Source)


def type_name(hint: Any) -> str:
    if get_origin(hint) in (Union, types.UnionType):
        return type_name(next(a for a in get_args(hint) if a is not type(None))) + "?"
    if get_origin(hint) is list:
        return "list of " + type_name(get_args(hint)[0])
    return "str" if get_origin(hint) is Literal else hint.__name__.lower().removeprefix("article") or "article"


@pytest.mark.parametrize("cls", CLASSES, ids=lambda cls: cls.__name__)
def test_data_md_has_a_line_for_every_field_in_order(cls: type[Any]) -> None:
    hints = get_type_hints(cls)
    rows = [f"| `{f.name}` | {type_name(hints[f.name])} | {f.metadata['doc']} |" for f in items.record_fields(cls)]
    assert "\n".join(["| key | type | meaning |", "|---|---|---|", *rows]) in DATA


def test_data_md_explains_every_reason_for_a_missing_picture() -> None:
    assert [reason for reason in ImageReason if f"| `{reason}` |" not in DATA] == []


def test_a_record_fits_the_schema_and_an_unknown_key_does_not() -> None:
    validator = jsonschema.Draft202012Validator(items.json_schema())
    validator.check_schema(items.json_schema())
    record = items.to_record(article(1))
    validator.validate(record)
    validator.validate(items.to_record(items.Article()))
    for broken in ({**record, "extra": 1}, {**record, "title": None}, {**record, "schema_version": 2}):
        assert not validator.is_valid(broken)
    del record["summary"]
    assert not validator.is_valid(record)


def test_a_record_keeps_the_order_of_the_contract() -> None:
    keys = list(items.to_record(items.Article()))
    assert keys[:5] == ["schema_version", "id", "url", "news_site", "title"]
    assert keys[-1] == "source"
    assert {"requested_url", "wall"}.isdisjoint(keys)
