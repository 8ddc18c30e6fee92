"""What the crawl database holds for readers: the versions that were published, the newest first."""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

import sqlalchemy as sa

from spacenews.clock import iso
from spacenews.errors import UsageError
from spacenews.storage.articles import read_record
from spacenews.storage.record_upgrades import in_present_format
from spacenews.storage.store import Store
from spacenews.storage.tables import articles


@dataclass(frozen=True)
class Selection:
    """Which versions of which articles a reader wants."""

    all_versions: bool = False
    since: str | None = None  # published at or after; an article without a date is left out
    site: str | None = None  # name of the site or of the spider
    limit: int | None = None


def records(store: Store, selection: Selection) -> Generator[str, None, None]:
    """Yield the selected records in the present format, each as the text of one JSON object."""
    query = sa.select(articles.c.record, articles.c.record_format).where(*_conditions(store, selection))
    query = query.order_by(articles.c.published_at.desc().nulls_last(), articles.c.id, articles.c.version)
    for row in store.database.stream(query.limit(selection.limit)):
        yield in_present_format(row.record, row.record_format)


def versions(store: Store, article_id: str) -> list[dict[str, Any]]:
    """Return the record of every published version of an article in the present format, the oldest first."""
    query = sa.select(articles).where(articles.c.id == article_id, articles.c.published_in.is_not(None))
    with store.database.engine.connect() as connection:
        return [read_record(row) for row in connection.execute(query.order_by(articles.c.version))]


def site_names(store: Store, site: str) -> list[str]:
    """Return the names of the sites that *site*, a name or a spider's, stands for; raises UsageError for none."""
    with store.database.engine.connect() as connection:
        known = list(connection.execute(sa.select(articles.c.news_site, articles.c.spider).distinct()))
    if found := sorted({row.news_site for row in known if site in row}):
        return found
    names = sorted({name for row in known for name in row})
    raise UsageError(f"--site {site}: the crawl database has {', '.join(names) or 'no articles'}")


def parse_since(text: str) -> str:
    """Read a date or a time as the records write times; raises UsageError."""
    try:
        moment = datetime.fromisoformat(text)
    except ValueError as error:
        raise UsageError(f"--since {text}: not a date such as {date(2026, 11, 1)}") from error
    return iso(moment if moment.tzinfo else moment.replace(tzinfo=UTC))


def _conditions(store: Store, selection: Selection) -> list[sa.ColumnElement[bool]]:
    conditions: list[sa.ColumnElement[bool]] = [articles.c.published_in.is_not(None)]
    if not selection.all_versions:
        later = articles.alias("later")
        same, newer = later.c.id == articles.c.id, later.c.version > articles.c.version
        conditions.append(~sa.exists().where(same, newer, later.c.published_in.is_not(None)))
    if selection.since:
        conditions.append(articles.c.published_at >= selection.since)
    if selection.site:
        site_names(store, selection.site)  # raises for one that is not there
        conditions.append(sa.or_(articles.c.news_site == selection.site, articles.c.spider == selection.site))
    return conditions
