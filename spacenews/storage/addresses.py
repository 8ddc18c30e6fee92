"""Every article URL ever found, with its state and when it is due: the crawl's frontier."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from itertools import chain, islice
from typing import Any

import sqlalchemy as sa

from spacenews.clock import now
from spacenews.errors import RedirectLoopError
from spacenews.reasons import HOST_FAILURES, Drop, Failure
from spacenews.storage.database import Database, chunks
from spacenews.storage.schedule import Schedule
from spacenews.storage.tables import State, addresses

RECHECKED = (State.FETCHED, State.FETCH_ERROR, State.REDIRECTION)
ELSEWHERE = (Drop.OUT_OF_SCOPE, Failure.GUARD)  # why an address ends for good: it is none of ours
TEMPORARY = (302, 303, 307)
MAX_REDIRECTS = 5  # hops in which a loop is looked for
EXHAUSTED = 1_000_000  # listing pages beyond an address when the listing was read to its end

# Built once: they are asked of every article.
NAMED = sa.select(addresses).where(
    addresses.c.spider == sa.bindparam("the_spider"), addresses.c.url.in_(sa.bindparam("the_urls", expanding=True))
)
MOVED_TO = sa.select(addresses.c.url).where(
    addresses.c.spider == sa.bindparam("the_spider"),
    addresses.c.redirect_to == sa.bindparam("the_url"),
    addresses.c.state == State.REDIRECTION,
    addresses.c.status.not_in(TEMPORARY),
)


@dataclass(frozen=True)
class DiscoveredUrl:
    """A URL that a page, feed or sitemap names."""

    url: str
    found_in: str
    depth: int = 0
    published_at: str | None = None
    changed_at: str | None = None  # when the feed or sitemap says it last changed


@dataclass(frozen=True)
class Address:
    """A URL to request, with what a conditional request needs."""

    url: str
    state: State
    depth: int = 0
    etag: str | None = None
    last_modified: str | None = None
    published_at: str | None = None
    read_whole: bool = False  # whatever the validators say


@dataclass(frozen=True)
class DiscoveryResult:
    """What the database knows of discovered URLs."""

    due: list[Address]  # to be requested now
    changed: set[str]  # of these, what has changed since it was read, as the source says
    new: int  # how many were not known before
    pages_beyond: int  # listing pages that an earlier run read beyond all of these


@dataclass(frozen=True)
class SavedFailure:
    """What a failure means for its address."""

    times: int  # in a row, of its kind
    next_try: str | None  # None: it has ended
    gone_at: str | None  # when the page was found to be gone for good


class Addresses:
    """The table of addresses; each method is one transaction, but those that take a connection."""

    def __init__(self, database: Database, schedule: Schedule) -> None:
        self.database = database
        self.schedule = schedule
        self._add = database.insert(addresses).on_conflict_do_nothing()

    def discover(self, spider: str, found: Sequence[DiscoveredUrl], since: str | None = None) -> DiscoveryResult:
        """Save what is not known yet as DISCOVERED and tell which of *found* are due."""
        [result] = self.discover_together(spider, [found], since)
        return result

    def discover_together(
        self, spider: str, pages: Sequence[Sequence[DiscoveredUrl]], since: str | None = None
    ) -> list[DiscoveryResult]:
        """Save what several pages name in one transaction, and tell of each what :meth:`discover` does."""
        moment = now()
        by_url = _by_url(chain.from_iterable(pages))
        with self.database.writing() as connection:
            self.database.in_turn(connection, spider)
            known = self._rows(connection, spider, by_url)
            rows = [_new_row(spider, one, moment) for url, one in by_url.items() if url not in known]
            if rows:
                connection.execute(self._add, rows)
            self._save_named(connection, spider, known.values(), moment)
            targets = {row.redirect_to for row in known.values() if row.state == State.REDIRECTION} - known.keys()
            known |= self._rows(connection, spider, targets)
        new = {row["url"] for row in rows}
        return [self._discovered(_by_url(found), known, new, moment, since) for found in pages]

    def _discovered(
        self, found: dict[str, DiscoveredUrl], known: dict[str, Any], new: set[str], moment: str, since: str | None
    ) -> DiscoveryResult:
        due: dict[str, Address] = {}
        changed = set()
        for url, one in found.items():
            row = _resolve(known, url, moment)
            if row is None:
                due[url] = Address(url, State.DISCOVERED, one.depth, published_at=one.published_at)
            elif _has_changed(row, one.changed_at):
                changed.add(row.url)
                due[row.url] = self._address(row, moment)
            elif _is_due(row, moment) or self._is_due_again(row, moment):
                due[row.url] = self._address(row, moment)
        here = new & found.keys()
        beyond = min((known[url].pages_beyond for url in found if url in known), default=0)
        return DiscoveryResult(
            due=[address for address in due.values() if not _too_old(address, since)],
            changed=changed,
            new=len(here),
            pages_beyond=0 if here else beyond,
        )

    def known(self, spider: str, urls: Sequence[str]) -> list[Address]:
        """Return what is known of *urls*, in their order."""
        with self.database.engine.connect() as connection:
            known = self._rows(connection, spider, urls)
        return [self._address(known[url], now()) for url in urls]

    def due(
        self, spider: str, accept: Callable[[str], bool], limit: int | None, since: str | None = None
    ) -> list[Address]:
        """Return at most *limit* addresses that were never read, then all that are due for a recheck.

        The newest come first; *accept* tells which URLs are in the section that is crawled.
        """
        moment = now()
        query = sa.select(addresses).where(addresses.c.spider == spider)
        if since:
            query = query.where(sa.or_(addresses.c.published_at.is_(None), addresses.c.published_at >= since))
        query = query.order_by(sa.func.coalesce(addresses.c.published_at, addresses.c.discovered_at).desc())
        waiting = query.where(addresses.c.state == State.DISCOVERED)
        recheck = query.where(addresses.c.state.in_([*RECHECKED]), addresses.c.next_fetch_at <= moment)
        never_read = (self._address(row, moment) for row in self.database.stream(waiting, 500) if accept(row.url))
        found = list(islice(never_read, limit))
        return found + [self._address(row, moment) for row in self.database.stream(recheck, 500) if accept(row.url)]

    def not_requested_since(self, spider: str, moment: str) -> int:
        """Return how many known articles were last requested before *moment*."""
        query = sa.select(sa.func.count()).where(
            addresses.c.spider == spider, addresses.c.state == State.FETCHED, addresses.c.fetched_at < moment
        )
        with self.database.engine.connect() as connection:
            return connection.scalar(query) or 0

    def failed(self, spider: str) -> list[str]:
        """Return the URLs that could not be read, given up or not."""
        query = sa.select(addresses.c.url).where(
            addresses.c.spider == spider, addresses.c.state.in_([State.FETCH_ERROR, State.ERROR])
        )
        with self.database.engine.connect() as connection:
            return list(connection.scalars(query.order_by(addresses.c.url)))

    def save_listing(self, spider: str, pages: Sequence[Sequence[str]], beyond: int) -> None:
        """Save how many pages of a listing were read beyond each URL: *pages* as read, *beyond* past the last one."""
        with self.database.writing() as connection:
            for number, urls in enumerate(reversed(pages)):
                past = min(number + beyond, EXHAUSTED)
                for part in chunks(list(urls)):
                    connection.execute(
                        sa.update(addresses)
                        .where(addresses.c.spider == spider, addresses.c.url.in_(part), addresses.c.pages_beyond < past)
                        .values(pages_beyond=past)
                    )

    def save_redirect(
        self, spider: str, url: str, target: str | None, status: int, depth: int, *, recheck: bool
    ) -> Address | None:
        """Save that *url* redirects to *target* (None: off the section); return the target if it is due.

        A redirect that is temporary is to be rechecked like an article. Raises RedirectLoopError.
        """
        moment = now()
        with self.database.writing() as connection:
            self.database.in_turn(connection, spider)
            if target and url in (hops := self._redirects_from(connection, spider, target)):
                raise RedirectLoopError([url, *hops[:-1]])
            row = self._rows(connection, spider, [url]).get(url)
            age_from = (row.published_at or row.discovered_at) if row else moment
            if target:
                new = _new_row(spider, DiscoveredUrl(target, "redirect", depth), moment)
                connection.execute(self._add, [new])
            self.set(
                connection,
                spider,
                url,
                state=State.REDIRECTION,
                redirect_to=target,
                fetched_at=moment,
                next_fetch_at=self.schedule.next_check(age_from, moment) if recheck else None,
                status=status,
                reason=None if target else Failure.REDIRECTS,
            )
            known = self._rows(connection, spider, [target]).get(target) if target else None
        return self._address(known, moment) if known is not None and _is_due(known, moment) else None

    def save_unchanged(self, spider: str, url: str, status: int, etag: str | None, last_modified: str | None) -> None:
        """Save that the article at *url* is unchanged, and when its next check is due."""
        moment = now()
        with self.database.writing() as connection:
            values: dict[str, Any] = {
                "state": State.FETCHED,
                "fetched_at": moment,
                "status": status,
                "reason": None,
                "failures": 0,
                "gone_at": None,
                "named_at": None,
                **self.unchanged(connection, spider, url, moment),
            }
            values |= {name: v for name, v in (("etag", etag), ("last_modified", last_modified)) if v}
            self.set(connection, spider, url, **values)

    def unchanged(
        self, connection: sa.Connection, spider: str, url: str, moment: str, published_at: str | None = None
    ) -> dict[str, Any]:
        """Return the columns that say when an article which gave nothing new is checked again."""
        row = self._rows(connection, spider, [url]).get(url)
        age_from = published_at or (row.published_at if row else None)
        times = row.unchanged + 1 if row and self.schedule.is_settled(age_from, moment) else 0
        return {"unchanged": times, "next_fetch_at": self.schedule.next_check(age_from, moment, times)}

    def save_failure(self, spider: str, url: str, reason: str, status: int | None = None) -> SavedFailure:
        """Save that *url* could not be read, and when it is retried.

        A failure of the address is retried with growing delays, and given up after some. One of the host is retried by
        the next run, then with growing delays too, and never given up. A page is gone when it says so for long enough.
        """
        moment = now()
        with self.database.writing() as connection:
            row = self._rows(connection, spider, [url]).get(url)
            failures = (row.failures if row and _kind(row.reason) == _kind(reason) else 0) + 1
            gone_at = (row.gone_at if row and failures > 1 else None) or moment
            if reason in HOST_FAILURES:
                next_try: str | None = self.schedule.next_host_try(failures, moment)
            elif reason == Failure.GONE:
                named_at = row.named_at if row else None
                next_try = self.schedule.next_gone_try(failures, gone_at, moment, named_at=named_at, status=status)
            else:
                next_try = self.schedule.next_try(failures, moment)
            self.set(
                connection,
                spider,
                url,
                state=State.FETCH_ERROR if next_try else State.ERROR,
                fetched_at=moment,
                next_fetch_at=next_try,
                status=status,
                reason=reason,
                failures=failures,
                gone_at=gone_at if reason == Failure.GONE else None,
            )
        return SavedFailure(failures, next_try, moment if next_try is None and reason == Failure.GONE else None)

    def forgive_host(self, spider: str, since: str) -> None:
        """Make due now what failed or was sent elsewhere since *since*: the host was not well, and answers for all."""
        with self.database.writing() as connection:
            connection.execute(
                sa.update(addresses)
                .where(
                    addresses.c.spider == spider,
                    sa.or_(
                        sa.and_(
                            addresses.c.state == State.FETCH_ERROR,
                            addresses.c.reason.in_([*HOST_FAILURES, Failure.GONE]),
                        ),
                        sa.and_(addresses.c.state == State.REDIRECTION, addresses.c.next_fetch_at.is_not(None)),
                    ),
                    addresses.c.fetched_at >= since,
                )
                .values(next_fetch_at=since, failures=0)
            )

    def mark_out_of_scope(self, spider: str, url: str, reason: str) -> None:
        """Save that *url* is not an article of this section and is not to be requested again."""
        with self.database.writing() as connection:
            self.set(connection, spider, url, state=State.ERROR, reason=reason, fetched_at=now(), next_fetch_at=None)

    def postpone(self, spider: str, url: str, published_at: str | None) -> None:
        """Leave *url* DISCOVERED, with the date by which `since` passes it over."""
        with self.database.writing() as connection:
            self.set(connection, spider, url, published_at=published_at)

    def set(self, connection: sa.Connection, spider: str, url: str, **values: Any) -> None:
        """Set columns of an address; one that is not known yet is added."""
        row = _new_row(spider, DiscoveredUrl(url, "seed"), now()) | values
        connection.execute(self.database.upsert(addresses, tuple(row), tuple(values)), row)

    def refetch(self, connection: sa.Connection, spider: str, urls: Sequence[str]) -> None:
        """Make *urls* due now, to be fetched whole whatever validators they had."""
        for part in chunks(list(urls)):
            connection.execute(
                sa.update(addresses)
                .where(addresses.c.spider == spider, addresses.c.url.in_(part))
                .values(next_fetch_at=now(), etag=None, last_modified=None)
            )

    def forget_validators(self, connection: sa.Connection, spider: str, urls: Iterable[str]) -> None:
        """Have *urls* fetched whole when they are due, whatever validators they had."""
        for part in chunks(list(urls)):
            connection.execute(
                sa.update(addresses)
                .where(addresses.c.spider == spider, addresses.c.url.in_(part))
                .values(etag=None, last_modified=None)
            )

    def correct_times(self, spider: str) -> int:
        """Take what was fetched in the future, by a clock that was wrong, for fetched now; return how many are due."""
        moment = now()
        known = addresses.c.spider == spider
        checked = sa.or_(addresses.c.next_fetch_at.is_not(None), addresses.c.state == State.FETCHED)
        with self.database.writing() as connection:
            late = sa.and_(known, addresses.c.fetched_at > moment, checked)
            due_now = connection.execute(sa.update(addresses).where(late).values(next_fetch_at=moment)).rowcount
            for column in (addresses.c.fetched_at, addresses.c.read_at, addresses.c.gone_at, addresses.c.named_at):
                connection.execute(sa.update(addresses).where(known, column > moment).values({column: moment}))
        return int(due_now)

    def refetch_misread(self, connection: sa.Connection, spider: str, since: str) -> None:
        """Make due now what gave neither title nor body since *since*: it was not the fault of the addresses."""
        connection.execute(
            sa.update(addresses)
            .where(
                addresses.c.spider == spider,
                addresses.c.reason.in_([Failure.NO_BODY, Failure.NO_TITLE]),
                addresses.c.fetched_at >= since,
            )
            .values(state=State.FETCH_ERROR, next_fetch_at=now(), failures=0, etag=None, last_modified=None)
        )

    def _save_named(self, connection: sa.Connection, spider: str, known: Iterable[Any], moment: str) -> None:
        """Save that a source names what may be gone: as long as one does, it may come back."""
        for part in chunks([row.url for row in known if row.reason == Failure.GONE]):
            named = sa.and_(addresses.c.spider == spider, addresses.c.url.in_(part))
            connection.execute(sa.update(addresses).where(named).values(named_at=moment))

    def _is_due_again(self, row: Any, moment: str) -> bool:
        """Tell whether an address that has ended is asked for once more, since a source names it."""
        ended = row.state == State.ERROR and row.reason not in ELSEWHERE
        return ended and self.schedule.may_be_named_again(row.fetched_at, moment)

    def _address(self, row: Any, moment: str) -> Address:
        """Return an address, without the validators where the page is to be read whatever they say."""
        whole = row.state in {State.ERROR, State.REDIRECTION} or row.reason == Failure.GONE  # it was not there
        whole = whole or self.schedule.must_read_whole(row.published_at or row.discovered_at, row.read_at, moment)
        etag, last_modified = (None, None) if whole else (row.etag, row.last_modified)
        return Address(row.url, State(row.state), row.depth, etag, last_modified, row.published_at, whole)

    def _redirects_from(self, connection: sa.Connection, spider: str, url: str) -> list[str]:
        """Return *url* and where it is known to redirect, hop by hop."""
        hops = [url]
        while len(hops) <= MAX_REDIRECTS:
            row = self._rows(connection, spider, hops[-1:]).get(hops[-1])
            if row is None or row.state != State.REDIRECTION or not row.redirect_to or row.redirect_to in hops:
                break
            hops.append(row.redirect_to)
        return hops

    def _rows(self, connection: sa.Connection, spider: str, urls: Iterable[str]) -> dict[str, Any]:
        found = {}
        for part in chunks(list(urls)):
            rows = connection.execute(NAMED, {"the_spider": spider, "the_urls": part})
            found.update({row.url: row for row in rows})
        return found


def _by_url(found: Iterable[DiscoveredUrl]) -> dict[str, DiscoveredUrl]:
    """Return by its URL what was found, the first of those that name the same."""
    by_url: dict[str, DiscoveredUrl] = {}
    for one in found:
        by_url.setdefault(one.url, one)
    return by_url


def _new_row(spider: str, found: DiscoveredUrl, moment: str) -> dict[str, Any]:
    return {
        "spider": spider,
        "url": found.url,
        "state": State.DISCOVERED,
        "found_in": found.found_in,
        "depth": found.depth,
        "discovered_at": moment,
        "published_at": found.published_at,
        "failures": 0,
        "pages_beyond": 0,
        "unchanged": 0,
    }


def _resolve(known: dict[str, Any], url: str, moment: str) -> Any:
    row = known.get(url)
    if row is None or row.state != State.REDIRECTION or _is_due(row, moment):
        return row
    return known.get(row.redirect_to, row)


def _is_due(row: Any, moment: str) -> bool:
    if row.state == State.DISCOVERED:
        return True
    return row.state in RECHECKED and bool(row.next_fetch_at) and row.next_fetch_at <= moment


def _has_changed(row: Any, changed_at: str | None) -> bool:
    """Tell whether a source says that an article has changed since it was read: 304 after that may not be true."""
    read_at = row.read_at or row.fetched_at
    return bool(row.state == State.FETCHED and changed_at and read_at and changed_at > read_at)


def _kind(reason: str | None) -> str:
    """Return whose failure it is: only those of one kind in a row are counted together."""
    return "host" if reason in HOST_FAILURES else "gone" if reason == Failure.GONE else "address"


def _too_old(address: Address, since: str | None) -> bool:
    return bool(since and address.published_at and address.published_at < since)
