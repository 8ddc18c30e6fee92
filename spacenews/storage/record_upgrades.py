"""Records that older versions of the code wrote are brought to the present format when they are read.

The row of a record says which format it has. Whoever changes the fields of `items.Article` adds an upgrade here, which
raises the number, and a record of the new format to tests/records/.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from spacenews.errors import OutputError
from spacenews.schema import dumps, one_line

Upgrade = Callable[[dict[str, Any]], dict[str, Any]]


def _to_2(record: dict[str, Any]) -> dict[str, Any]:
    """Add the keys that say what became of an article's page."""
    source = record.pop("source")
    return {**record, "gone_at": None, "moved_to": None, "source": source}


# By the format that each makes of the one before; pure, keys in the order of the record.
UPGRADES: dict[int, Upgrade] = {2: _to_2}
RECORD_FORMAT = max(UPGRADES)


def in_present_format(text: str, record_format: int) -> str:
    """Return a stored record in the present format, as the text of one JSON object in one line.

    What has that format already is not parsed. Raises OutputError for one that a newer version wrote.
    """
    if record_format == RECORD_FORMAT:
        return one_line(text)
    if record_format > RECORD_FORMAT:
        raise OutputError(
            f"the crawl database has records of format {record_format}, this spacenews knows up to {RECORD_FORMAT}: "
            "update spacenews"
        )
    record = json.loads(text)
    for number in range(record_format + 1, RECORD_FORMAT + 1):
        record = UPGRADES[number](record)
    return dumps(record)
