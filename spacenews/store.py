"""The crawl database: every address ever found, every version of every article, its pictures, and the runs.

The functions are synchronous and each is one transaction; `Run.db` calls them in a thread. SQLAlchemy Core keeps them
the same on SQLite (one machine) and PostgreSQL (many).
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import islice
from pathlib import Path
from typing import Any, Literal

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import OperationalError, SQLAlchemyError

from spacenews import nearduplicates as near
from spacenews.clock import now
from spacenews.errors import OutputError, UsageError
from spacenews.items import Article, Picture, to_record
from spacenews.reasons import Failure
from spacenews.schedule import Schedule
from spacenews.tables import (
    State,
    addresses,
    articles,
    metadata,
    pictures,
    runs,
    settings,
    signature_bands,
    signatures,
)

SCHEMA = 1  # of the database; a higher number in a database means that a newer spacenews made it
TO_THE_END = 1_000_000  # listing pages read past an address when the listing was read to its end
CANDIDATES = 20  # near duplicates that are compared: those that share the most bands
IN_BAND = 50  # articles that are filed under one band
CHUNK = 400  # addresses in one statement: SQLite allows 999 variables

NEWEST_VERSIONS = (
    sa.select(articles).where(articles.c.id == sa.bindparam("article_id")).order_by(articles.c.version.desc()).limit(2)
)


SHARING = sa.select(signature_bands.c.band, signature_bands.c.id).where(
    signature_bands.c.band.in_(sa.bindparam("bands", expanding=True))
)
OLDER_SIGNATURES = sa.select(signatures.c.id, signatures.c.signature).where(
    signatures.c.id.in_(sa.bindparam("ids", expanding=True)), signatures.c.dated <= sa.bindparam("dated")
)


Outcome = Literal["new", "updated", "unchanged"]


@dataclass(frozen=True)
class Find:
    """An address that a page, feed or sitemap names."""

    url: str
    found_in: str
    depth: int = 0
    published_at: str | None = None
    changed_at: str | None = None  # when the feed or sitemap says it last changed


@dataclass(frozen=True)
class Address:
    """An address to ask for, with what a conditional request needs."""

    url: str
    state: State
    depth: int = 0
    etag: str | None = None
    last_modified: str | None = None
    published_at: str | None = None


@dataclass(frozen=True)
class Found:
    """What the store says to a list of finds."""

    due: list[Address]  # to be asked for now
    new: int  # how many were not known before
    read_past: int  # listing pages that an earlier run read beyond all of these


@dataclass(frozen=True)
class KnownPicture:
    """What became of a picture's address when it was last asked for."""

    url: str
    status: str
    reason: str | None = None
    path: str | None = None
    sha256: str | None = None
    media_type: str | None = None
    width: int | None = None
    height: int | None = None
    bytes: int | None = None


@dataclass
class Staged:
    """An article as saved, before it is published."""

    article: Article
    spider: str
    run_id: str
    failed_pictures: bool = False  # some failed for a passing reason


class Store:
    """The crawl database at an SQLAlchemy address."""

    def __init__(self, url: str, schedule: Schedule) -> None:
        """Open the database, and make its tables where there are none.

        Raises UsageError for an address SQLAlchemy does not know, OutputError when the database cannot be used.
        """
        self.schedule = schedule
        try:
            self.engine = sa.create_engine(url, **_engine_options(url))
        except (sa.exc.ArgumentError, ImportError) as error:
            raise UsageError(f"SPACENEWS_STORE_URL: {error}") from error
        self.name = self.engine.url.render_as_string(hide_password=True)
        if self.engine.dialect.name not in ("sqlite", "postgresql"):
            raise UsageError(f"SPACENEWS_STORE_URL: {self.name} is neither SQLite nor PostgreSQL")
        try:
            self._create()
        except SQLAlchemyError as error:
            raise OutputError(f"the crawl database {self.name} cannot be used: {_reason(error)}") from error
        self._opened = self._file_id()

    def _create(self) -> None:
        with self.engine.begin() as connection:
            if self.engine.dialect.name == "postgresql":  # two first runs at once must not both create tables
                connection.execute(sa.select(sa.func.pg_advisory_xact_lock(0x5ACE)))
            else:  # likewise; and Python begins no transaction before CREATE, which a kill would leave half done
                connection.exec_driver_sql("BEGIN IMMEDIATE")
            metadata.create_all(connection)
            version = connection.scalar(sa.select(settings.c.value).where(settings.c.name == "schema"))
            if version is None:
                connection.execute(
                    self._insert(settings).values(name="schema", value=str(SCHEMA)).on_conflict_do_nothing()
                )
            elif int(version) > SCHEMA:
                raise OutputError(
                    f"the crawl database {self.name} has schema {version}, this spacenews knows up to {SCHEMA}: "
                    "update spacenews, or name another SPACENEWS_STORE_URL"
                )

    def check(self) -> None:
        """Raise OutputError when the file of the database was removed or replaced: what is saved goes nowhere."""
        if self._file_id() != self._opened:
            raise OutputError(f"the crawl database {self.name} was removed while the run used it")

    def _file_id(self) -> tuple[int, int] | None:
        """Return what tells the file of a SQLite database from any other, None without one."""
        path = self.engine.url.database
        if self.engine.dialect.name != "sqlite" or not path:
            return None
        try:
            status = Path(path).stat()
        except FileNotFoundError:
            return None
        return status.st_dev, status.st_ino

    def close(self) -> None:
        """Close all connections."""
        self.engine.dispose()

    # Addresses

    def discover(self, spider: str, finds: Sequence[Find], since: str | None = None) -> Found:
        """Save what is not known yet as DISCOVERED and say which of *finds* are to be asked for now."""
        moment = now()
        by_url: dict[str, Find] = {}
        for find in finds:
            by_url.setdefault(find.url, find)
        with self.engine.begin() as connection:
            known = self._rows(connection, spider, by_url)
            rows = [_discovered(spider, find, moment) for url, find in by_url.items() if url not in known]
            if rows:
                connection.execute(self._insert(addresses).on_conflict_do_nothing(), rows)
            targets = {row.redirect_to for row in known.values() if row.state == State.REDIRECTION} - known.keys()
            known |= self._rows(connection, spider, targets)
        due: dict[str, Address] = {}
        for url, find in by_url.items():
            row = _resolve(known, url)
            if row is None:
                due[url] = Address(url, State.DISCOVERED, find.depth, published_at=find.published_at)
            elif _is_due(row, moment, find.changed_at):
                due[row.url] = _address(row)
        return Found(
            due=[address for address in due.values() if not _too_old(address, since)],
            new=len(rows),
            read_past=min((row.read_past for url, row in known.items() if url in by_url), default=0) if not rows else 0,
        )

    def _rows(self, connection: sa.Connection, spider: str, urls: Iterable[str]) -> dict[str, Any]:
        found = {}
        for part in _chunks(list(urls)):
            query = sa.select(addresses).where(addresses.c.spider == spider, addresses.c.url.in_(part))
            found.update({row.url: row for row in connection.execute(query)})
        return found

    def known_addresses(self, spider: str, urls: Sequence[str]) -> list[Address]:
        """Return what is known of *urls*, in their order."""
        with self.engine.connect() as connection:
            known = self._rows(connection, spider, urls)
        return [_address(known[url]) for url in urls]

    def due(
        self, spider: str, accept: Callable[[str], bool], limit: int | None, since: str | None = None
    ) -> list[Address]:
        """Return what waits: at most *limit* addresses that were never read, then all that are to be checked again.

        The newest come first; *accept* tells which addresses are in the section that is crawled.
        """
        query = sa.select(addresses).where(addresses.c.spider == spider)
        if since:
            query = query.where(sa.or_(addresses.c.published_at.is_(None), addresses.c.published_at >= since))
        query = query.order_by(sa.func.coalesce(addresses.c.published_at, addresses.c.discovered_at).desc())
        waiting = query.where(addresses.c.state == State.DISCOVERED)
        again = query.where(
            addresses.c.state.in_([State.FETCHED, State.FETCH_ERROR]), addresses.c.next_fetch_at <= now()
        )
        with self.engine.connect().execution_options(yield_per=500) as connection:
            never_read = (_address(row) for row in connection.execute(waiting) if accept(row.url))
            found = list(islice(never_read, limit))
        with self.engine.connect().execution_options(yield_per=500) as connection:
            return found + [_address(row) for row in connection.execute(again) if accept(row.url)]

    def not_asked_since(self, spider: str, moment: str) -> int:
        """Return how many known articles were last asked for before *moment*."""
        query = sa.select(sa.func.count()).where(
            addresses.c.spider == spider, addresses.c.state == State.FETCHED, addresses.c.fetched_at < moment
        )
        with self.engine.connect() as connection:
            return connection.scalar(query) or 0

    def failed(self, spider: str) -> list[str]:
        """Return the addresses that could not be read and may be asked for again."""
        query = sa.select(addresses.c.url).where(
            addresses.c.spider == spider, addresses.c.state.in_([State.FETCH_ERROR, State.ERROR])
        )
        with self.engine.connect() as connection:
            return list(connection.scalars(query.order_by(addresses.c.url)))

    def read_listing(self, spider: str, pages: Sequence[Sequence[str]], beyond: int) -> None:
        """Save how far a listing was read past each address: *pages* as read, *beyond* pages known past the last."""
        with self.engine.begin() as connection:
            for number, urls in enumerate(reversed(pages)):
                past = min(number + beyond, TO_THE_END)
                for part in _chunks(list(urls)):
                    connection.execute(
                        sa.update(addresses)
                        .where(addresses.c.spider == spider, addresses.c.url.in_(part), addresses.c.read_past < past)
                        .values(read_past=past)
                    )

    def redirected(self, spider: str, url: str, target: str | None, status: int, depth: int) -> Address | None:
        """Save that *url* leads to *target* (None: off the section); return the target when it is to be asked for."""
        moment = now()
        with self.engine.begin() as connection:
            if target:
                find = Find(target, "redirect", depth)
                connection.execute(
                    self._insert(addresses).on_conflict_do_nothing(), [_discovered(spider, find, moment)]
                )
            self._set(
                connection,
                spider,
                url,
                state=State.REDIRECTION,
                redirect_to=target,
                fetched_at=moment,
                next_fetch_at=None,
                status=status,
                reason=None if target else Failure.REDIRECTS,
            )
            row = self._rows(connection, spider, [target]).get(target) if target else None
        return _address(row) if row is not None and _is_due(row, moment, None) else None

    def unchanged(self, spider: str, url: str, status: int, etag: str | None, last_modified: str | None) -> None:
        """Save that the article at *url* is as it was, and when to look again."""
        moment = now()
        with self.engine.begin() as connection:
            row = self._rows(connection, spider, [url]).get(url)
            values: dict[str, Any] = {
                "state": State.FETCHED,
                "fetched_at": moment,
                "status": status,
                "reason": None,
                "failures": 0,
                "next_fetch_at": self.schedule.next_check(row.published_at if row else None, moment),
            }
            values |= {name: v for name, v in (("etag", etag), ("last_modified", last_modified)) if v}
            self._set(connection, spider, url, **values)

    def failure(self, spider: str, url: str, reason: str, status: int | None = None) -> None:
        """Save that *url* could not be read: it is tried again with growing delays, and given up after some."""
        moment = now()
        with self.engine.begin() as connection:
            row = self._rows(connection, spider, [url]).get(url)
            failures = (row.failures if row else 0) + 1
            next_try = None if reason == Failure.GONE else self.schedule.next_try(failures, moment)
            self._set(
                connection,
                spider,
                url,
                state=State.FETCH_ERROR if next_try else State.ERROR,
                fetched_at=moment,
                next_fetch_at=next_try,
                status=status,
                reason=reason,
                failures=failures,
                gone_at=(row.gone_at if row and row.gone_at else moment) if reason == Failure.GONE else None,
            )

    def set_aside(self, spider: str, url: str, reason: str) -> None:
        """Save that *url* is no article of this section and need not be read again."""
        with self.engine.begin() as connection:
            self._set(connection, spider, url, state=State.ERROR, reason=reason, fetched_at=now(), next_fetch_at=None)

    def postpone(self, spider: str, url: str, published_at: str | None) -> None:
        """Leave *url* DISCOVERED, with the date by which `since` passes it over."""
        with self.engine.begin() as connection:
            self._set(connection, spider, url, published_at=published_at)

    def _set(self, connection: sa.Connection, spider: str, url: str, **values: Any) -> None:
        row = _discovered(spider, Find(url, "seed"), now()) | values
        connection.execute(self._upsert(addresses, tuple(row), tuple(values)), row)

    # Articles

    def stage(self, staged: Staged) -> Outcome:
        """Save an article with its pictures and mark its address done, all or nothing; decide its version.

        What was saved and never published is replaced; what was published gets a successor when the content hash
        changed, or when a picture that had failed has arrived.
        """
        article, moment = staged.article, now()
        with self.engine.begin() as connection:
            published, waiting = self._versions(connection, article.id)
            self._save_pictures(connection, article.images, moment)
            failures = ((waiting or published).picture_failures if waiting or published else 0) + 1
            failures = failures if staged.failed_pictures else 0
            due_at = self.schedule.next_try(failures, moment) if failures else None
            outcome: Outcome = (
                "new" if published is None else "updated" if _differs(published, article) else "unchanged"
            )
            if waiting is not None:
                self._forget(connection, waiting)
            if outcome == "unchanged":
                self._pictures_tried(connection, published, due_at, failures)
            else:
                article.version = published.version + 1 if published is not None else 1
                article.first_seen_at = (published or waiting or article).first_seen_at
                self._link_near_duplicate(connection, article)
                self._save_article(connection, staged, due_at, failures)
            self._address_done(connection, staged, moment, due_at)
        return outcome

    def _versions(self, connection: sa.Connection, article_id: str) -> tuple[Any, Any]:
        """Return the newest published version, and the one that waits to be published."""
        rows = list(connection.execute(NEWEST_VERSIONS, {"article_id": article_id}))
        waiting = rows.pop(0) if rows and rows[0].published_in is None else None
        return (rows[0] if rows else None), waiting

    def _forget(self, connection: sa.Connection, row: Any) -> None:
        connection.execute(sa.delete(articles).where(articles.c.id == row.id, articles.c.version == row.version))
        self._unfile(connection, row.id)

    def _unfile(self, connection: sa.Connection, article_id: str) -> None:
        for table in (signatures, signature_bands):
            connection.execute(sa.delete(table).where(table.c.id == article_id))

    def _pictures_tried(self, connection: sa.Connection, row: Any, due_at: str | None, failures: int) -> None:
        connection.execute(
            sa.update(articles)
            .where(articles.c.id == row.id, articles.c.version == row.version)
            .values(pictures_due_at=due_at, picture_failures=failures)
        )

    def read_again(self, staged: Staged) -> None:
        """Save that the page of an article was read and gave nothing new."""
        with self.engine.begin() as connection:
            published, waiting = self._versions(connection, staged.article.id)
            self._address_done(connection, staged, now(), (waiting or published).pictures_due_at)

    def is_known(self, article_id: str, content_hash: str) -> bool:
        """Tell whether this very version is saved already and none of its pictures is to be tried again."""
        with self.engine.connect() as connection:
            published, waiting = self._versions(connection, article_id)
        last = waiting or published
        if last is None or last.withheld or last.content_hash != content_hash:
            return False
        return last.pictures_due_at is None or last.pictures_due_at > now()

    def _save_article(self, connection: sa.Connection, staged: Staged, due_at: str | None, failures: int) -> None:
        article = staged.article
        row = {
            "id": article.id,
            "version": article.version,
            "spider": staged.spider,
            "url": article.url,
            "news_site": article.news_site,
            "title": article.title,
            "published_at": article.published_at,
            "first_seen_at": article.first_seen_at,
            "crawled_at": article.crawled_at,
            "content_hash": article.content_hash,
            "record": dumps(to_record(article)),
            "staged_in": staged.run_id,
            "publisher": staged.run_id,
            "published_in": None,
            "withheld": False,
            "pictures_due_at": due_at,
            "picture_failures": failures,
        }
        connection.execute(self._upsert(articles, tuple(row), tuple(row)), row)

    def _link_near_duplicate(self, connection: sa.Connection, article: Article) -> None:
        """Name the older article that says nearly the same, and file this one so that later ones find it.

        A band that many share is boilerplate: nothing more is filed under it, so that the work stays the same.
        """
        signature, dated = near.signature(article.text), article.published_at or article.first_seen_at
        if article.version > 1:
            self._unfile(connection, article.id)
        bands = near.bands(signature)
        filed = connection.execute(SHARING, {"bands": bands}).all() if bands else []
        sharing = [article_id for article_id, _ in Counter(row.id for row in filed).most_common(CANDIDATES)]
        rows = connection.execute(OLDER_SIGNATURES, {"ids": sharing, "dated": dated}) if sharing else ()
        alike = {row.id: near.similarity(signature, row.signature) for row in rows}
        best = max(alike, key=lambda article_id: alike[article_id], default=None)
        article.near_duplicate_of = best if best is not None and alike[best] >= near.ALIKE else None
        if bands:
            connection.execute(sa.insert(signatures), {"id": article.id, "signature": signature, "dated": dated})
            sizes = Counter(row.band for row in filed)
            if open_bands := [{"band": band, "id": article.id} for band in bands if sizes[band] < IN_BAND]:
                connection.execute(sa.insert(signature_bands), open_bands)

    def _save_pictures(self, connection: sa.Connection, images: list[Picture], moment: str) -> None:
        names = [column.name for column in pictures.c if column.name != "fetched_at"]
        rows = {
            image.url: {name: getattr(image, name) for name in names} | {"fetched_at": moment}
            for image in images
            if image.status != "skipped" and image.url
        }
        if rows:
            columns = (*names, "fetched_at")
            connection.execute(self._upsert(pictures, columns, columns), list(rows.values()))

    def _address_done(self, connection: sa.Connection, staged: Staged, moment: str, pictures_due: str | None) -> None:
        """Save that an address was read; one with pictures to try again is read whole again, not conditionally."""
        article = staged.article
        check = self.schedule.next_check(article.published_at, moment)
        asked = article.asked_url
        if asked != article.url:
            self._set(
                connection,
                staged.spider,
                asked,
                state=State.REDIRECTION,
                redirect_to=article.url,
                fetched_at=moment,
                next_fetch_at=None,
                status=article.source.status,
            )
        self._set(
            connection,
            staged.spider,
            article.url,
            state=State.FETCHED,
            published_at=article.published_at,
            fetched_at=moment,
            next_fetch_at=min(filter(None, (check, pictures_due)), default=None),
            status=article.source.status,
            reason=None,
            failures=0,
            gone_at=None,
            etag=None if pictures_due else article.source.etag,
            last_modified=None if pictures_due else article.source.last_modified,
        )

    def known_pictures(self, urls: Sequence[str]) -> dict[str, KnownPicture]:
        """Return what is known of the pictures at *urls*."""
        names = [pictures.c[name] for name in KnownPicture.__dataclass_fields__]
        known = {}
        with self.engine.connect() as connection:
            for part in _chunks(list(dict.fromkeys(urls))):
                for row in connection.execute(sa.select(*names).where(pictures.c.url.in_(part))):
                    known[row.url] = KnownPicture(*row)
        return known

    # Publishing

    def adopt(self, spider: str, run_id: str, dead: Sequence[str]) -> int:
        """Make *run_id* publish what runs that are over, or were killed (*dead*), saved and did not publish."""
        over = sa.select(runs.c.run_id).where(runs.c.spider == spider, runs.c.result.is_not(None))
        with self.engine.begin() as connection:
            result = connection.execute(
                sa.update(articles)
                .where(
                    articles.c.spider == spider,
                    articles.c.published_in.is_(None),
                    sa.or_(articles.c.publisher.in_(over), articles.c.publisher.in_(dead)),
                )
                .values(publisher=run_id)
            )
        return int(result.rowcount)

    def unpublished(self, spider: str, run_id: str) -> Iterator[tuple[str, int, str]]:
        """Yield id, version and record of all that *run_id* is to publish, in a stable order."""
        query = (
            sa.select(articles.c.id, articles.c.version, articles.c.record)
            .where(
                articles.c.spider == spider,
                articles.c.publisher == run_id,
                articles.c.published_in.is_(None),
                sa.not_(articles.c.withheld),
            )
            .order_by(articles.c.crawled_at, articles.c.id)
        )
        with self.engine.connect().execution_options(yield_per=200) as connection:
            for row in connection.execute(query):
                yield row.id, row.version, row.record

    def mark_published(self, run_id: str, versions: Sequence[tuple[str, int]]) -> None:
        """Save that *run_id* published these (id, version) pairs."""
        rows = [{"the_id": article_id, "the_version": version} for article_id, version in versions]
        if not rows:
            return
        statement = (
            sa.update(articles)
            .where(
                articles.c.id == sa.bindparam("the_id"),
                articles.c.version == sa.bindparam("the_version"),
                articles.c.published_in.is_(None),
            )
            .values(published_in=run_id, withheld=False)
        )
        with self.engine.begin() as connection:
            connection.execute(statement, rows)

    def withhold(self, spider: str, run_id: str, started_at: str) -> int:
        """Keep what *run_id* saved from being published, and have all it misread read again; return how many it saved.

        Pages without body or title were not the fault of their addresses either.
        """
        mine = sa.and_(articles.c.spider == spider, articles.c.staged_in == run_id, articles.c.published_in.is_(None))
        with self.engine.begin() as connection:
            urls = list(connection.scalars(sa.select(articles.c.url).where(mine)))
            connection.execute(sa.update(articles).where(mine).values(withheld=True))
            for part in _chunks(urls):
                connection.execute(
                    sa.update(addresses)
                    .where(addresses.c.spider == spider, addresses.c.url.in_(part))
                    .values(next_fetch_at=now(), etag=None, last_modified=None)
                )
            connection.execute(
                sa.update(addresses)
                .where(
                    addresses.c.spider == spider,
                    addresses.c.reason.in_([Failure.NO_BODY, Failure.NO_TITLE]),
                    addresses.c.fetched_at >= started_at,
                )
                .values(state=State.FETCH_ERROR, next_fetch_at=now(), failures=0, etag=None, last_modified=None)
            )
        return len(urls)

    # Runs

    def start_run(self, spider: str, run_id: str, folder: str, host: str, pid: int) -> None:
        """Save that a run has begun."""
        with self.engine.begin() as connection:
            connection.execute(
                sa.insert(runs).values(
                    spider=spider, run_id=run_id, folder=folder, host=host, pid=pid, started_at=now()
                )
            )

    def finish_run(self, spider: str, run_id: str, report: dict[str, Any]) -> None:
        """Save how a run ended, with its whole report."""
        with self.engine.begin() as connection:
            connection.execute(
                sa.update(runs)
                .where(runs.c.spider == spider, runs.c.run_id == run_id)
                .values(
                    finished_at=report["finished_at"],
                    result=report["result"],
                    exit_code=report["exit_code"],
                    report=dumps(report),
                )
            )

    def unfinished_runs(self, spider: str) -> list[Any]:
        """Return the runs of which nobody has said how they ended, the oldest first."""
        query = sa.select(runs).where(runs.c.spider == spider, runs.c.result.is_(None)).order_by(runs.c.run_id)
        with self.engine.connect() as connection:
            return list(connection.execute(query))

    def get_run(self, spider: str, run_id: str) -> Any:
        """Return the row of a run, or None."""
        query = sa.select(runs).where(runs.c.spider == spider, runs.c.run_id == run_id)
        with self.engine.connect() as connection:
            return connection.execute(query).first()

    def recent_runs(self, spider: str | None = None, limit: int = 20) -> list[Any]:
        """Return the newest runs, the newest first."""
        query = sa.select(runs).order_by(runs.c.run_id.desc(), runs.c.spider).limit(limit)
        if spider:
            query = query.where(runs.c.spider == spider)
        with self.engine.connect() as connection:
            return list(connection.execute(query))

    def good_reports(self, spider: str, limit: int) -> list[dict[str, Any]]:
        """Return run.json of this spider's last good runs that read articles, the newest first."""
        query = (
            sa.select(runs.c.report)
            .where(runs.c.spider == spider, runs.c.result.in_(["ok", "degraded"]), runs.c.report.is_not(None))
            .order_by(runs.c.run_id.desc())
            .limit(limit * 5)
        )
        with self.engine.connect() as connection:
            reports = [json.loads(text) for text in connection.scalars(query)]
        return [report for report in reports if report["coverage"]][:limit]

    @cache  # noqa: B019 - a store lives as long as its process; building statements costs more than running them
    def _upsert(self, table: sa.Table, columns: tuple[str, ...], updated: tuple[str, ...]) -> Any:
        """Return the statement that inserts a row of *columns*, or sets those *updated* where its key is taken."""
        insert = self._insert(table).values({name: sa.bindparam(name) for name in columns})
        return insert.on_conflict_do_update(
            index_elements=table.primary_key.columns, set_={name: insert.excluded[name] for name in updated}
        )

    def _insert(self, table: sa.Table) -> Any:
        return (postgresql if self.engine.dialect.name == "postgresql" else sqlite).insert(table)


def dumps(value: Any) -> str:
    """Write a JSON value as one strict line: no NaN, no lone surrogates.

    Raises ValueError for a number JSON cannot name, TypeError for a value that is none of JSON's.
    """
    text = json.dumps(value, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    return text.encode("utf-8", "surrogatepass").decode("utf-8", "replace") if not text.isascii() else text


def _engine_options(url: str) -> dict[str, Any]:
    return {"connect_args": {"timeout": 10}} if url.startswith("sqlite") else {"pool_pre_ping": True}


@sa.event.listens_for(sa.engine.Engine, "connect")
def _sqlite_pragmas(connection: Any, _record: Any) -> None:
    if type(connection).__module__.startswith("sqlite3"):
        connection.execute("PRAGMA journal_mode=WAL")
        connection.execute("PRAGMA synchronous=NORMAL")  # kill-safe in WAL mode; a power cut may cost the last moments


def _reason(error: SQLAlchemyError) -> str:
    return str(error.orig) if isinstance(error, OperationalError) and error.orig else str(error)


def _chunks(values: list[str]) -> Iterator[list[str]]:
    for start in range(0, len(values), CHUNK):
        yield values[start : start + CHUNK]


def _discovered(spider: str, find: Find, moment: str) -> dict[str, Any]:
    return {
        "spider": spider,
        "url": find.url,
        "state": State.DISCOVERED,
        "found_in": find.found_in,
        "depth": find.depth,
        "discovered_at": moment,
        "published_at": find.published_at,
        "failures": 0,
        "read_past": 0,
    }


def _resolve(known: dict[str, Any], url: str) -> Any:
    row = known.get(url)
    if row is not None and row.state == State.REDIRECTION and row.redirect_to in known:
        return known[row.redirect_to]
    return row


def _is_due(row: Any, moment: str, changed_at: str | None) -> bool:
    if row.state == State.DISCOVERED:
        return True
    if row.state == State.FETCHED and changed_at and row.fetched_at and changed_at > row.fetched_at:
        return True
    return row.state in (State.FETCHED, State.FETCH_ERROR) and bool(row.next_fetch_at) and row.next_fetch_at <= moment


def _too_old(address: Address, since: str | None) -> bool:
    return bool(since and address.published_at and address.published_at < since)


def _address(row: Any) -> Address:
    return Address(row.url, State(row.state), row.depth, row.etag, row.last_modified, row.published_at)


def _differs(last: Any, article: Article) -> bool:
    if last.content_hash != article.content_hash:
        return True
    before = [image["status"] for image in json.loads(last.record)["images"]]
    return any(old == "failed" and new.status == "ok" for old, new in zip(before, article.images, strict=False))
