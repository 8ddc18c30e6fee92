"""Crawl databases as older versions left them, see the heads of the files in tests/databases/."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

from spacenews import settings as module
from spacenews.spiders.digitaltrends_space import DigitaltrendsSpaceSpider
from support import run_crawl
from support.fake_site import FAST
from support.processes import report

FOLDER = Path(__file__).parent.parent / "databases"
SITE_AFTERWARDS = FOLDER / "schema-1.warc.gz"
PROJECT = {name: getattr(module, name) for name in dir(module) if name.isupper()}


def schema_1(output: Path) -> Path:
    """Put the SQLite database of schema 1 into an output folder and return its path."""
    return _load("schema-1.sqlite.sql", output)


def schema_2(output: Path) -> Path:
    """Put the SQLite database of schema 2 into an output folder and return its path."""
    return _load("schema-2.sqlite.sql", output)


def schema_3(output: Path) -> Path:
    """Put the SQLite database of schema 3 into an output folder and return its path."""
    return _load("schema-3.sqlite.sql", output)


def schema_4(output: Path) -> Path:
    """Put the SQLite database of schema 4 into an output folder and return its path."""
    return _load("schema-4.sqlite.sql", output)


def schema_5(output: Path) -> Path:
    """Put the SQLite database of schema 5 into an output folder and return its path."""
    return _load("schema-5.sqlite.sql", output)


def _load(name: str, output: Path) -> Path:
    path = output / "spacenews.sqlite3"
    with closing(sqlite3.connect(path)) as database:
        database.execute("PRAGMA journal_mode=WAL")
        database.executescript((FOLDER / name).read_text("utf-8"))
    return path


def crawl_on(output: Path, **settings: Any) -> dict[str, Any]:
    """Crawl the site as it was after the last run of the old version, and return run.json."""
    spider = type("Spider", (DigitaltrendsSpaceSpider,), {})
    own = {"SPACENEWS_OUTPUT": str(output), "SPACENEWS_WARC_REPLAY": str(SITE_AFTERWARDS), "LOG_ENABLED": False}
    run_crawl.crawl(spider, PROJECT | FAST | own | settings)
    return report(output)


def slug(record: dict[str, Any]) -> str:
    """Return the last part of a record's address."""
    return str(record["url"]).rstrip("/").rpartition("/")[2]


def exported(path: Path) -> list[dict[str, Any]]:
    """Return the records of a file of JSON Lines."""
    return [json.loads(line) for line in path.read_text("utf-8").split("\n") if line]
