"""The tables of the crawl database in its newest schema; a change of them needs a step in migrations.py.

Times are text as in the records, which sorts as the times it names.
"""

from __future__ import annotations

from enum import StrEnum

import sqlalchemy as sa

metadata = sa.MetaData()

settings = sa.Table(
    "spacenews",
    metadata,
    sa.Column("name", sa.String(40), primary_key=True),
    sa.Column("value", sa.Text, nullable=False),
)

_REDIRECTS = sa.text("redirect_to IS NOT NULL")  # few: an index of all rows would look like one of no use

addresses = sa.Table(
    "addresses",
    metadata,
    sa.Column("spider", sa.String(80), primary_key=True),
    sa.Column("url", sa.String(2048), primary_key=True),
    sa.Column("state", sa.String(12), nullable=False),
    sa.Column("found_in", sa.String(12), nullable=False),  # feed, listing, sitemap, link, seed, redirect
    sa.Column("depth", sa.Integer, nullable=False),  # article links followed to get here
    sa.Column("discovered_at", sa.String(20), nullable=False),
    sa.Column("published_at", sa.String(20)),  # what a feed or the article said
    sa.Column("fetched_at", sa.String(20)),
    sa.Column("next_fetch_at", sa.String(20)),  # null: not to be asked for again
    sa.Column("status", sa.Integer),
    sa.Column("reason", sa.String(20)),
    sa.Column("failures", sa.Integer, nullable=False, default=0),  # in a row
    sa.Column("etag", sa.Text),
    sa.Column("last_modified", sa.Text),
    sa.Column("redirect_to", sa.String(2048)),
    sa.Column("gone_at", sa.String(20)),  # when the site first said that it is gone
    sa.Column("named_at", sa.String(20)),  # when a source last named it since
    sa.Column("read_at", sa.String(20)),  # when the whole page was last read: after 304 it is older than fetched_at
    sa.Column("unchanged", sa.Integer, nullable=False, default=0),  # checks in a row since the article settled
    sa.Column("pages_beyond", sa.Integer, nullable=False, default=0),  # listing pages read beyond the one that named it
    sa.Index("addresses_due", "spider", "state", "next_fetch_at"),
    sa.Index("addresses_redirect", "spider", "redirect_to", sqlite_where=_REDIRECTS, postgresql_where=_REDIRECTS),
)

articles = sa.Table(
    "articles",
    metadata,
    sa.Column("id", sa.String(36), primary_key=True),
    sa.Column("version", sa.Integer, primary_key=True),
    sa.Column("spider", sa.String(80), nullable=False),
    sa.Column("url", sa.String(2048), nullable=False),
    sa.Column("news_site", sa.String(200), nullable=False),
    sa.Column("title", sa.Text, nullable=False),
    sa.Column("published_at", sa.String(20)),
    sa.Column("first_seen_at", sa.String(20), nullable=False),
    sa.Column("crawled_at", sa.String(20), nullable=False),
    sa.Column("content_hash", sa.String(64), nullable=False),
    sa.Column("record", sa.Text, nullable=False),  # the record as it was saved, one JSON object
    sa.Column("record_format", sa.Integer, nullable=False),  # record_upgrades.RECORD_FORMAT of the code that saved it
    sa.Column("staged_in", sa.String(24), nullable=False),  # run that saved it
    sa.Column("publisher", sa.String(24), nullable=False),  # run that is to publish it
    sa.Column("published_in", sa.String(24)),  # run that published it
    sa.Column("quarantined", sa.Boolean, nullable=False, default=False),  # its run failed: not published as it is
    sa.Column("pictures_due_at", sa.String(20)),  # when to try again what failed for a passing reason
    sa.Column("picture_failures", sa.Integer, nullable=False, default=0),
    sa.Column("suspect_field", sa.String(40)),  # in which most articles differed when it was read
    sa.Column("post_id", sa.String(80)),  # the site's own number of the story, wherever its page is
    sa.Index("articles_unpublished", "spider", "published_in"),
    sa.Index("articles_url", "url"),
    sa.Index("articles_date", "published_at"),
    sa.Index("articles_post", "spider", "post_id"),
    sa.Index("articles_content", "content_hash"),
)

pictures = sa.Table(
    "pictures",
    metadata,
    sa.Column("url", sa.String(2048), primary_key=True),
    sa.Column("status", sa.String(8), nullable=False),
    sa.Column("reason", sa.String(20)),
    sa.Column("path", sa.String(200)),
    sa.Column("sha256", sa.String(64)),
    sa.Column("media_type", sa.String(80)),
    sa.Column("width", sa.Integer),
    sa.Column("height", sa.Integer),
    sa.Column("bytes", sa.Integer),
    sa.Column("fetched_at", sa.String(20), nullable=False),
    sa.Column("etag", sa.Text),
    sa.Column("last_modified", sa.Text),
)

runs = sa.Table(
    "runs",
    metadata,
    sa.Column("spider", sa.String(80), primary_key=True),
    sa.Column("run_id", sa.String(24), primary_key=True),
    sa.Column("folder", sa.Text, nullable=False),
    sa.Column("host", sa.String(255), nullable=False),
    sa.Column("pid", sa.Integer, nullable=False),
    sa.Column("started_at", sa.String(20), nullable=False),
    sa.Column("finished_at", sa.String(20)),
    sa.Column("result", sa.String(12)),  # null while it runs, or when it was killed
    sa.Column("exit_code", sa.Integer),
    sa.Column("report", sa.Text),  # run.json
    sa.Column("lock_name", sa.String(200)),  # of run_locks, held while it is alive; null: that of its folder
)

run_locks = sa.Table(  # PostgreSQL: who holds what; that it is still held is told by an advisory lock of the same name
    "run_locks",
    metadata,
    sa.Column("name", sa.String(200), primary_key=True),  # of a spider, or of one run that reads archives
    sa.Column("token", sa.String(36), nullable=False),  # of the last that took it
    sa.Column("host", sa.String(255), nullable=False),
    sa.Column("pid", sa.Integer, nullable=False),
    sa.Column("taken_at", sa.String(20), nullable=False),
)

host_pace = sa.Table(  # what all processes together keep to
    "host_pace",
    metadata,
    sa.Column("host", sa.String(255), primary_key=True),
    sa.Column("free_at", sa.DOUBLE_PRECISION, nullable=False),  # seconds since 1970: when it may be asked again
)

signatures = sa.Table(
    "signatures",
    metadata,
    sa.Column("id", sa.String(36), primary_key=True),
    sa.Column("signature", sa.LargeBinary, nullable=False),  # near_duplicates.signature of the text
    sa.Column("dated", sa.String(20), nullable=False),  # when it was published, else first seen
)

signature_bands = sa.Table(
    "signature_bands",
    metadata,
    sa.Column("band", sa.String(40), primary_key=True),
    sa.Column("id", sa.String(36), primary_key=True),
    sa.Index("signature_bands_id", "id"),
)

archive_files = sa.Table(  # those that were read to their end
    "archive_files",
    metadata,
    sa.Column("path", sa.String(2048), primary_key=True),
    sa.Column("size", sa.BigInteger, nullable=False),  # in bytes
    sa.Column("modified_ns", sa.BigInteger, nullable=False),
    sa.Column("any_site", sa.Boolean, nullable=False),  # hosts without a site file were read too
    sa.Column("read_in", sa.String(24), nullable=False),  # run
    sa.Column("pages", sa.Integer, nullable=False),
    sa.Column("broken", sa.Integer, nullable=False),  # records
)


class State(StrEnum):
    """State of an address, in the words of StormCrawler and Nutch."""

    DISCOVERED = "DISCOVERED"
    FETCHED = "FETCHED"
    REDIRECTION = "REDIRECTION"
    FETCH_ERROR = "FETCH_ERROR"
    ERROR = "ERROR"
