"""One run of one spider: its lock, its folder, its database, and how it went so far.

It is the first extension: what cannot work (a taken lock, a folder without permission, a database of a newer schema,
a broken archive) ends the command here, before anything is asked for.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from functools import partial
from itertools import starmap
from typing import ParamSpec, Self, TypeVar

import sqlalchemy as sa
from scrapy.crawler import Crawler

from spacenews.clock import iso, now, utcnow
from spacenews.config import Config, config_of
from spacenews.downloading.pace import pace_of
from spacenews.downloading.shutdown import cancel_all
from spacenews.downloading.warc_record import check_archives
from spacenews.errors import DatabaseError, ExitCode, SpacenewsError, UsageError
from spacenews.items import COVERAGE_FIELDS, Article
from spacenews.reasons import Drop, Failure
from spacenews.runs.alerts import build_actions
from spacenews.runs.beginning import begin
from spacenews.runs.folders import Home, open_home
from spacenews.runs.health_checks import Coverage, Finding, RunStats, SourceFailure, Thresholds
from spacenews.runs.incidents import PastRun
from spacenews.runs.lock import take_lock
from spacenews.runs.report import RunReport, read_report, write_report
from spacenews.runs.shared_pace import DatabasePace
from spacenews.schema import to_record
from spacenews.storage.articles import Ending
from spacenews.storage.database import sqlite_url
from spacenews.storage.files import make_folder
from spacenews.storage.schedule import Schedule
from spacenews.storage.store import Store

logger = logging.getLogger(__name__)
P = ParamSpec("P")
T = TypeVar("T")

EXAMPLES = 3  # addresses that a finding names
DATABASE = "spacenews.sqlite3"  # in the output folder
UNREADABLE = (Drop.WALL, Drop.NO_BODY, Drop.NO_TITLE)  # pages that answered, and were not the article
HISTORY = 5  # good runs that the coverage of fields is compared with


class Run:
    """One run of one spider; other components get it with :func:`run_of`."""

    def __init__(self, crawler: Crawler) -> None:
        self.crawler = crawler
        self.config = config_of(crawler)
        self.spider_name = str(crawler.spidercls.name)
        self.started = utcnow()
        self.errors: list[SpacenewsError] = []  # what ends the run early
        self.exit_code: ExitCode | None = None  # set when the run has been judged and published
        self.stats = RunStats(filled=dict.fromkeys(COVERAGE_FIELDS, 0))
        self.findings: list[Finding] = []
        self.thresholds = thresholds(self.config)
        self.alerts = build_actions(crawler)
        self.changed: set[str] = set()  # articles of which a source says that they have changed
        self.not_modified: set[str] = set()  # articles that answered 304
        self.stored = 0  # articles saved, or on their way, as new or updated; for `limit`
        check_archives(crawler.settings)
        with ExitStack() as opened:
            home = open_home(self.config, self.spider_name)
            self.store = open_store(self.config)
            opened.callback(self.store.close)
            self.lock = take_lock(self.store, self.spider_name, home.path, self.config.lease_seconds)
            opened.callback(self.lock.close)
            self._begin(home)
            opened.pop_all()  # the run has begun: close() lets go of them
        pace_of(crawler).shared = DatabasePace(self.store.hosts, self.db)
        self._broken: DatabaseError | None = None  # what was wrong with the database
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="store")

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """Begin the run; raises SpacenewsError with the sentence and the exit code when it cannot begin."""
        return cls(crawler)

    def _begin(self, home: Home) -> None:
        store, spider = self.store, self.spider_name
        self.folder = begin(store, spider, home, self.started, self.lock)
        self.run_id = self.folder.run_id
        self.history = history(store, spider)
        self.stats.held_before = store.articles.held(spider)
        self.past = list(starmap(PastRun, store.runs.past(spider)))

    async def db(self, function: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Run a store function in the store's thread; a database that fails ends the run with exit code 4."""
        try:
            return await self.db_at_last(function, *args, **kwargs)
        except DatabaseError as error:
            if error not in self.errors:
                self.fail(error)
            raise

    async def db_at_last(self, function: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Run a store function in the store's thread when the run is over; one that fails is a matter of the caller."""
        call = partial(function, *args, **kwargs)
        return await asyncio.get_running_loop().run_in_executor(self._thread, self._unless_broken, call)

    def _unless_broken(self, call: Callable[[], T]) -> T:
        """Use the database, or fail as it did before: not each call that is queued waits for a lock."""
        if self._broken:
            raise self._broken
        try:
            return self.store.database.retrying(call)
        except DatabaseError as error:
            self._broken = error
            raise

    def abort(self, error: BaseException, code: ExitCode) -> None:
        """Report that the run could not begin because of *error*."""
        report = RunReport(
            run_id=self.run_id,
            spider=self.spider_name,
            result="failed",
            exit_code=int(code),
            reasons=[str(error)],
            started_at=iso(self.started),
            finished_at=now(),
            finish_reason="not begun",
        )
        try:
            self.store.runs.finish(self.spider_name, self.run_id, to_record(report))
            write_report(self.folder, report)
        finally:
            self.close()

    def fail(self, error: SpacenewsError) -> None:
        """End the run because of *error*; what is saved stays saved."""
        first = not self.errors
        self.errors.append(error)
        if first:
            logger.error("%s; the run ends now", error)
            reason = type(error).__name__
            cancel_all(self.crawler)
            asyncio.get_running_loop().create_task(self.crawler.engine.close_spider_async(reason=reason))

    def count(self, key: str, number: int = 1) -> None:
        """Add to a stat of the project."""
        self.crawler.stats.inc_value(f"spacenews/{key}", number)

    def limit_reached(self, limit: int | None) -> bool:
        """Tell whether this run has saved as many articles as it may."""
        return limit is not None and self.stored >= limit

    def count_page(self) -> None:
        """Count a page that was asked for as an article and answered, whatever it is."""
        self.stats.pages += 1
        self.count("pages")

    def count_fields(self, article: Article) -> None:
        """Count which fields an article fills."""
        self.stats.articles += 1
        for name in COVERAGE_FIELDS:
            if getattr(article, name):
                self.stats.filled[name] = self.stats.filled.get(name, 0) + 1
            elif len(pages := self.stats.empty.setdefault(name, [])) < EXAMPLES:
                pages.append(article.source.url)

    async def dropped(self, article: Article, reason: Drop) -> None:
        """Note that a page gives no record, and in the database what that means for its address."""
        self.count(f"dropped/{reason}")
        if article.wall:
            self.count(f"walls/{article.wall}")
        self.stats.dropped.setdefault(reason, []).append(article.source.url)
        store, spider, address = self.store, self.spider_name, article.requested_url
        if reason in UNREADABLE:
            self.add_failure(article.source.url, Failure(reason), article.attempts)
        if reason in (*UNREADABLE, Drop.NOINDEX):
            await self.save_failure(address, reason, article.source.status)
        elif reason == Drop.OUT_OF_SCOPE:
            await self.db(store.addresses.mark_out_of_scope, spider, address, reason)
        elif reason == Drop.TOO_OLD:
            await self.db(store.addresses.postpone, spider, address, article.published_at)

    async def save_failure(self, url: str, reason: str, status: int | None) -> str:
        """Save that an article could not be read, and return what happens now."""
        saved = await self.db(self.store.addresses.save_failure, self.spider_name, url, reason, status)
        if reason == Failure.GONE:
            ending = Ending(gone_at=saved.gone_at)
            await self.db(self.store.articles.end, self.run_id, url, ending)
            if saved.times == 1:
                self.stats.gone_anew.append(url)
        if saved.next_try:
            return "a later run retries it"
        if saved.gone_at:
            return "it is gone for good"
        self.count("given_up")
        return "it is given up, until a source names it again"

    def add_failure(self, url: str, reason: str, attempts: int) -> None:
        """Note an address that could not be read."""
        self.stats.failed[url] = (reason, attempts)
        self.count(f"failed/{reason}")
        if reason == Failure.ROBOTS:
            self.count("robots/disallowed")

    def add_source_failure(self, url: str, purpose: str, reason: Failure, why: str, attempts: int = 1) -> None:
        """Note a feed, listing or sitemap that could not be read."""
        self.add_failure(url, reason, attempts)
        self.stats.sources_failed[url] = SourceFailure(purpose, reason, why)

    def add_cause(self, sentence: str) -> None:
        """Note why a request failed, in words that need no log."""
        self.stats.causes[sentence] = self.stats.causes.get(sentence, 0) + 1

    def add_finding(self, sentence: str, examples: Sequence[str] = (), exit_code: ExitCode = ExitCode.OK) -> None:
        """Note something wrong with this run; without an exit code it degrades it."""
        self.findings.append(Finding(sentence, examples, exit_code))

    def close(self) -> None:
        """Let go of the database and of the lock."""
        self._thread.shutdown()
        self.lock.close()
        self.store.close()


def run_of(crawler: Crawler) -> Run:
    """Return the run that a crawl is."""
    run = crawler.get_extension(Run)
    if run is None:
        raise UsageError("EXTENSIONS must name spacenews.runs.run.Run: every component needs the run")
    return run


def history(store: Store, spider: str) -> list[Coverage]:
    """Return the coverage of this spider's last good runs that read articles, the newest first."""
    reports = map(read_report, store.runs.good_reports(spider, HISTORY * 5))
    return [coverage(report) for report in reports if report.counts.pages][:HISTORY]


def coverage(report: RunReport) -> Coverage:
    """Return what later runs are compared with."""
    images = report.counts.images
    return Coverage(report.counts.pages or 0, report.coverage, images.ok + images.failed, images.failed)


def open_store(config: Config) -> Store:
    """Open the crawl database; the folder for the default one is made where there is none."""
    if not config.store_url:
        make_folder(config.output)
    schedule = Schedule(config.recheck_hours, config.max_failures, config.retry_hours, config.gone_hours)
    return Store(store_address(config), schedule)


def store_address(config: Config) -> str | sa.URL:
    """Return the SQLAlchemy address of the crawl database, by default a file in the output folder."""
    return config.store_url or sqlite_url(config.output / DATABASE)


def thresholds(config: Config) -> Thresholds:
    """Return the thresholds by which a run is judged."""
    return Thresholds(
        min_pages=config.judge_from_pages,
        max_empty_share=config.max_empty_share,
        max_wall_share=config.max_wall_share,
        max_exception_share=config.max_exception_share,
        max_picture_failure_share=config.max_picture_failure_share,
        max_retry_share=config.max_retry_share,
        max_changed_share=config.max_changed_share,
        coverage_tolerance=config.coverage_tolerance,
        guaranteed=config.guaranteed_fields,
    )
