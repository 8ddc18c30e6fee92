"""A dataset card for Hugging Face: what is in the dataset, its features, and whose the texts are."""

from __future__ import annotations

import dataclasses
import json
import types
from typing import Any, Literal, Union, get_args, get_origin, get_type_hints

from spacenews.export.columns import TIMES
from spacenews.items import SCHEMA_VERSION, Article
from spacenews.schema import record_fields
from spacenews.storage.snapshot import Selection, records
from spacenews.storage.store import Store

SIZES = [(1_000, "n<1K"), (10_000, "1K<n<10K"), (100_000, "10K<n<100K"), (1_000_000, "100K<n<1M")]
CARD = """\
---
pretty_name: Space news
language: {languages}
license: other
task_categories: ["summarization", "text-classification"]
size_categories: ["{size}"]
configs: [{{"config_name": "default", "data_files": "articles.jsonl"}}]
dataset_info: {{"features": {features}}}
---

# Space news

{count} articles of {sites}, published from {first} to {last}, one record each (schema version {version}).

Every record has every key; an unknown scalar is null, an unknown list is empty. `id` is the same for the same article
in every snapshot, `version` grows when the article changed. `images` lists every picture that the page shows, with
caption and credit; `related` holds the stories that the page itself suggests.

## Rights

The texts and pictures belong to their publishers and to those named in `authors` and `credit`. This card grants no
licence: `source.meta_robots` and `source.x_robots_tag` keep what a page says about its use,
and `url` leads to it.
"""


def dataset_card(store: Store, selection: Selection) -> str:
    """Return the README.md of a dataset whose file is an export in JSON Lines called articles.jsonl."""
    count, first, last = 0, "", ""
    sites, languages = set(), set()
    for row in records(store, selection):
        record = json.loads(row)
        count += 1
        sites.add(record["news_site"])
        languages.add((record["language"] or "").partition("-")[0].lower())
        if record["published_at"]:  # the newest come first
            last = last or record["published_at"][:10]
            first = record["published_at"][:10]
    return CARD.format(
        languages=json.dumps(sorted(languages - {""})),
        size=next((name for limit, name in SIZES if count < limit), "1M<n<10M"),
        features=json.dumps(hugging_face_features()),
        count=count,
        sites=", ".join(sorted(sites)) or "no site",
        first=first or "?",
        last=last or "?",
        version=SCHEMA_VERSION,
    )


def hugging_face_features(cls: type[Any] = Article) -> list[dict[str, Any]]:
    """Return the fields of a record as a dataset card declares them."""
    hints = get_type_hints(cls)
    times = {"dtype": "timestamp[ms, tz=UTC]"}
    return [
        {"name": field.name, **(times if field.name in TIMES else _feature(hints[field.name]))}
        for field in record_fields(cls)
    ]


def _feature(hint: Any) -> dict[str, Any]:
    origin = get_origin(hint)
    if origin in (Union, types.UnionType):
        return _feature(get_args(hint)[0])
    if origin is list:
        inner = _feature(get_args(hint)[0])
        return {"list": inner.get("struct") or inner.get("dtype") or inner}
    if dataclasses.is_dataclass(hint):
        return {"struct": hugging_face_features(hint)}  # type: ignore[arg-type]
    return {"dtype": "string" if origin is Literal else {str: "string", int: "int64"}[hint]}
