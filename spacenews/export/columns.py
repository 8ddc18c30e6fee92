"""Formats in columns: Parquet with the nested types of the record, and CSV with one flat row an article."""

from __future__ import annotations

import csv
import dataclasses
import io
import json
import types
from collections.abc import Iterable, Iterator
from itertools import islice
from typing import TYPE_CHECKING, Any, BinaryIO, Literal, Union, get_args, get_origin, get_type_hints

from spacenews.clock import parse_iso
from spacenews.errors import UsageError
from spacenews.items import SCHEMA_VERSION, Article
from spacenews.schema import record_fields

if TYPE_CHECKING:
    import pyarrow as pa

ROW_GROUP = 1000  # records held in memory at a time
TIMES = [f.name for f in record_fields(Article) if f.name.endswith("_at")]
FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")  # OWASP, CSV injection

CSV_COLUMNS = [
    "id", "url", "news_site", "title", "summary", "published_at", "updated_at", "authors", "sections", "topics", "tags",
    "language", "text", "word_count", "image_url", "image_path", "image_caption", "image_credit", "pictures", "related",
    "version", "first_seen_at", "crawled_at", "near_duplicate_of", "gone_at", "moved_to", "schema_version",
]  # fmt: skip


def arrow_schema() -> pa.Schema:
    """Return the Arrow schema of a record; times are timestamps in UTC."""
    pa = pyarrow()
    fields = []
    for field in _arrow_fields(pa, Article):
        if field.name in TIMES:
            field = pa.field(field.name, pa.timestamp("ms", "UTC"), field.nullable)  # noqa: PLW2901
        fields.append(field)
    return pa.schema(fields, metadata={"spacenews.schema_version": str(SCHEMA_VERSION)})


def write_parquet(rows: Iterable[str], file: BinaryIO) -> None:
    """Write Parquet, a row group for each thousand records; the schema does not depend on what is in them."""
    pa = pyarrow()
    from pyarrow import parquet  # noqa: PLC0415

    schema = arrow_schema()
    iterator = iter(rows)
    with parquet.ParquetWriter(file, schema, compression="zstd") as writer:
        while group := list(islice(iterator, ROW_GROUP)):
            writer.write_batch(pa.RecordBatch.from_pylist([_with_times(json.loads(row)) for row in group], schema))


def write_csv(rows: Iterable[str], file: BinaryIO) -> None:
    """Write CSV (RFC 4180) with a byte order mark, by which spreadsheets know UTF-8; no cell is read as a formula."""
    text = io.TextIOWrapper(file, encoding="utf-8-sig", newline="", write_through=True)
    writer = csv.DictWriter(text, CSV_COLUMNS)
    writer.writeheader()
    for row in rows:
        writer.writerow({name: _harmless(value) for name, value in _flat(json.loads(row)).items()})
    text.detach()


def pyarrow() -> Any:
    """Return the package that Parquet needs; raises UsageError where it is missing."""
    try:
        import pyarrow as pa  # noqa: PLC0415
    except ImportError as error:
        raise UsageError("the parquet format needs pyarrow: pip install pyarrow") from error
    return pa


def _arrow_fields(pa: Any, cls: type[Any]) -> Iterator[Any]:
    hints = get_type_hints(cls)
    for field in record_fields(cls):
        options = get_args(hints[field.name]) if _is_union(hints[field.name]) else (hints[field.name],)
        yield pa.field(field.name, _arrow_type(pa, options[0]), nullable=type(None) in options)


def _is_union(hint: Any) -> bool:
    return get_origin(hint) in (Union, types.UnionType)


def _arrow_type(pa: Any, hint: Any) -> Any:
    if get_origin(hint) is list:
        return pa.list_(pa.field("element", _arrow_type(pa, get_args(hint)[0]), nullable=False))
    if dataclasses.is_dataclass(hint):
        return pa.struct(list(_arrow_fields(pa, hint)))  # type: ignore[arg-type]
    return pa.string() if get_origin(hint) is Literal else {str: pa.string(), int: pa.int64()}[hint]


def _with_times(record: dict[str, Any]) -> dict[str, Any]:
    return record | {name: parse_iso(record[name]) for name in TIMES if record[name]}


def _flat(record: dict[str, Any]) -> dict[str, Any]:
    lead = record["images"][0] if record["images"] else {}
    lists = {name: "; ".join(record[name]) for name in ("sections", "topics", "tags")}
    flat = record | lists | {
        "authors": "; ".join(author["name"] for author in record["authors"]),
        "image_path": lead.get("path"),
        "image_caption": lead.get("caption"),
        "image_credit": lead.get("credit"),
        "pictures": len(record["images"]),
        "related": "; ".join(related["url"] for related in record["related"]),
    }  # fmt: skip
    return {name: flat[name] for name in CSV_COLUMNS}


def _harmless(value: Any) -> Any:
    return f"'{value}" if isinstance(value, str) and value.startswith(FORMULA) else value
