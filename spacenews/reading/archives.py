"""Reads the articles of WARC files on all cores: a run like any other, but for what it reads."""

from __future__ import annotations

import logging
import threading
from collections import Counter, deque
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import ParamSpec, TypeVar
from urllib.parse import urlsplit
from uuid import uuid4

from spacenews import urls
from spacenews.clock import iso, now, utcnow
from spacenews.config import Config
from spacenews.downloading.warc_stream import ArchivedResponse, BrokenRecord, is_archive, responses
from spacenews.errors import (
    ExitCode,
    OutputError,
    SpacenewsError,
    StoppedError,
    TooLargeError,
    TruncatedError,
    UnreadableError,
    UsageError,
)
from spacenews.extraction.dates import parse_datetime
from spacenews.extraction.robots_tags import is_barred
from spacenews.items import COVERAGE_FIELDS, Article
from spacenews.reading.archived_pictures import ArchivedPictures
from spacenews.reading.pages import known_hosts, read_archived
from spacenews.reasons import Drop, Failure
from spacenews.runs.beginning import ARCHIVE, begin
from spacenews.runs.finish import conclude
from spacenews.runs.folders import open_home
from spacenews.runs.health_checks import Finding, counted, ending, exceptions
from spacenews.runs.health_checks import RunStats as Counted
from spacenews.runs.lock import take_lock
from spacenews.runs.publishing import Published, publish
from spacenews.runs.readers import ReaderPool
from spacenews.runs.report import ArticleCounts, Counts, FailedUrl, RunReport, write_report
from spacenews.runs.run import open_store, thresholds
from spacenews.schema import to_record
from spacenews.storage.archive_files import ArchiveFile
from spacenews.storage.articles import StagedArticle

logger = logging.getLogger(__name__)
P = ParamSpec("P")
T = TypeVar("T")

SUFFIXES = (".warc", ".warc.gz")
WAITING = 12  # pages a reader, enough to do while articles are saved: more would only take memory
TOGETHER = 20  # articles that are saved in one transaction: a commit costs more than what one of them saves
PAGES = ("text/html", "application/xhtml+xml")
EXAMPLES = 3  # that a finding names
MAX_FAILED = 1000  # addresses that run.json lists
OK = 200


@dataclass(frozen=True)
class Options:
    """What is read, and how."""

    any_site: bool  # hosts without a site file too
    jobs: int  # reader processes
    max_size: int  # bytes of a page


@dataclass
class Tally:
    """What a run counted; nothing in it grows with the number of pages."""

    pages: int = 0  # that were given to a reader
    articles: int = 0  # that could be read
    outcomes: Counter[str] = field(default_factory=Counter)  # new, updated, unchanged
    dropped: Counter[str] = field(default_factory=Counter)  # by reason
    filled: Counter[str] = field(default_factory=Counter)  # by field
    failures: int = 0
    failed: dict[str, Failure] = field(default_factory=dict)  # the first of them
    exceptions: int = 0
    broken: int = 0  # records
    broken_at: list[str] = field(default_factory=list)  # the first of them
    files_done: int = 0
    files_known: int = 0  # that an earlier run has read

    @property
    def coverage(self) -> dict[str, float]:
        """Share of the articles that fill each field."""
        return {name: round(self.filled[name] / self.articles, 4) for name in COVERAGE_FIELDS if self.articles}

    def fail(self, url: str, reason: Failure) -> None:
        """Note a page that could not be read."""
        self.failures += 1
        if len(self.failed) < MAX_FAILED:
            self.failed[url] = reason


def archives(places: Sequence[str]) -> list[Path]:
    """Return the WARC files that are named or in a folder that is; raises UsageError where a named one is none."""
    files: list[Path] = []
    for place in map(Path, places):
        if place.is_dir():
            found = sorted(file for file in place.rglob("*") if file.name.endswith(SUFFIXES) and not file.is_dir())
            if not found:
                raise UsageError(f"the folder {place} holds no .warc or .warc.gz file")
            files += found
        elif why := why_unreadable(place):
            raise UsageError(why)
        else:
            files.append(place)
    return list(dict.fromkeys(files))


def why_unreadable(file: Path) -> str | None:
    """Return why a file cannot be read as an archive, None if it can."""
    try:
        return None if is_archive(file) else f"{file} is no WARC file"
    except OSError as error:
        return f"{file} cannot be read: {error.strerror}"


class ArchiveRun:
    """One run that reads archives; it holds the lock of its output until :meth:`finish`."""

    def __init__(self, config: Config, options: Options) -> None:
        self.config, self.options = config, options
        self.started = utcnow()
        self.stopped = threading.Event()  # set it to end the run
        self.tally = Tally()
        self._error: SpacenewsError | None = None
        self._read_articles: list[StagedArticle] = []  # to be saved
        self._unread: list[str] = []  # why a file could not be read
        self._hosts = known_hosts()
        with ExitStack() as opened:
            home = open_home(config, ARCHIVE)
            self._store = open_store(config)
            opened.callback(self._store.close)
            # In a database of many machines several runs may read archives at once, each file by one of them.
            self._lock = take_lock(self._store, f"{ARCHIVE}/{uuid4()}", home.path, config.lease_seconds)
            opened.callback(self._lock.close)
            self.folder = begin(self._store, ARCHIVE, home, self.started, self._lock)
            self._readers = ReaderPool(options.jobs, config.read_seconds, config.read_memory_mb)
            opened.callback(self._readers.close)
            self._pictures = ArchivedPictures(config, self._store, self._readers)
            self._opened = opened.pop_all()
        self.run_id = self.folder.run_id

    def read(self, files: Sequence[Path], progress: Progress) -> RunReport:
        """Read archives, publish what is new, and return run.json."""
        with self._opened:
            try:
                for file in files:
                    if not self.stopped.is_set():
                        self._read_file(file, progress)
            except SpacenewsError as error:
                self._error = error
            return self._finish()

    def _db(self, function: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Use the crawl database, again where it comes back soon."""
        return self._store.database.retrying(partial(function, *args, **kwargs))

    # Reading

    def _read_file(self, path: Path, progress: Progress) -> None:
        """Read an archive that was not read before, and note that it was when all its articles are saved."""
        any_site = self.options.any_site
        try:
            file = ArchiveFile.at(path)
            if self._db(self._store.archive_files.is_done, file, any_site=any_site):
                self.tally.files_known += 1
            elif not self._db(self._lock.claim, file.path):
                logger.info("%s is passed over: another run reads it", path)
            elif why := why_unreadable(path):
                self._unread.append(why)
            else:
                pages, broken = self.tally.pages, self.tally.broken
                self._pictures.look_into(path)
                try:
                    self._read_pages(path, progress)
                finally:
                    self._save()
                if self.stopped.is_set():
                    return
                pages, broken = self.tally.pages - pages, self.tally.broken - broken
                done = self._store.archive_files.save_done
                self._db(done, file, self.run_id, any_site=any_site, pages=pages, broken=broken)
                self.tally.files_done += 1
        except OSError as error:
            self._unread.append(f"{path} cannot be read: {error.strerror}")
        else:
            progress.file_is_over(file.size)

    def _read_pages(self, path: Path, progress: Progress) -> None:
        """Have the readers read the pages of an archive, and save the articles in the order of the pages."""
        waiting: deque[tuple[ArchivedResponse, Future[Article | Drop]]] = deque()
        with path.open("rb") as stream:
            for found in responses(stream, self._is_wanted):
                if self.stopped.is_set():
                    break
                if isinstance(found, BrokenRecord):
                    self._note_broken(path, found)
                elif found.status == OK and found.body:
                    self.tally.pages += 1
                    given = found.url, dict(found.headers), found.body, self.options.max_size
                    waiting.append((found._replace(body=b""), self._readers.submit(read_archived, *given)))
                    if len(waiting) >= WAITING * self.options.jobs:
                        self._take(*waiting.popleft())
                progress.show(self.tally, stream.tell())
            for page, reading in waiting:
                if self.stopped.is_set():
                    reading.cancel()
                else:
                    self._take(page, reading)

    def _is_wanted(self, url: str, media_type: str) -> bool:
        if media_type and media_type not in PAGES:
            return False
        try:
            parts = urlsplit(url)
        except ValueError:
            return False
        known = parts.hostname in self._hosts or self.options.any_site
        return known and parts.scheme in ("http", "https") and bool(parts.hostname)

    def _note_broken(self, path: Path, record: BrokenRecord) -> None:
        self.tally.broken += 1
        where = f"{path} at byte {record.offset}"
        if len(self.tally.broken_at) < EXAMPLES:
            self.tally.broken_at.append(where)
        logger.warning("%s: a broken record is skipped: %s", where, record.why)

    def _take(self, page: ArchivedResponse, reading: Future[Article | Drop]) -> None:
        """Take what a reader made of a page, or count why there is nothing to save."""
        try:
            article = reading.result()
        except StoppedError:
            return
        except UnreadableError as error:
            self._fail(page, Failure.UNREADABLE, error)
        except TruncatedError as error:
            self._fail(page, Failure.TRUNCATED, error)
        except TooLargeError as error:
            self._fail(page, Failure.TOO_LARGE, error)
        except Exception:  # a bug costs its page, as in a crawl
            logger.exception("%s: reading it raised", urls.url_for_log(page.url))
            self.tally.exceptions += 1
            self.tally.fail(page.url, Failure.PARSE)
        else:
            if isinstance(article, Drop):
                self.tally.dropped[article] += 1
            else:
                self._add(page, article)

    def _fail(self, page: ArchivedResponse, reason: Failure, error: Exception) -> None:
        logger.warning("%s: %s", urls.url_for_log(page.url), error)
        self.tally.fail(page.url, reason)

    def _add(self, page: ArchivedResponse, article: Article) -> None:
        """Save an article, with others of its archive."""
        tally, source = self.tally, article.source
        tally.articles += 1
        tally.filled.update(name for name in COVERAGE_FIELDS if getattr(article, name))
        if is_barred(source.meta_robots, source.x_robots_tag, self.config.robots_tags, self.config.robot):
            tally.dropped[Drop.NOINDEX] += 1
            return
        article.requested_url = article.url
        article.first_seen_at = now()
        fetched = parse_datetime(page.fetched_at, "UTC")
        article.crawled_at = min(iso(fetched), article.first_seen_at) if fetched else article.first_seen_at
        self._read_articles.append(StagedArticle(article, ARCHIVE, self.run_id))
        if len(self._read_articles) == TOGETHER:
            self._save()

    def _save(self) -> None:
        """Save the articles that wait for it, with their pictures."""
        together, self._read_articles = self._read_articles, []
        if not together:
            return
        self._pictures.complete([staged.article for staged in together])
        for outcome in self._db(self._store.articles.stage_archived, together):
            if isinstance(outcome, Drop):
                self.tally.dropped[outcome] += 1
            else:
                self.tally.outcomes[outcome] += 1

    # The end

    def _finish(self) -> RunReport:
        """Publish what is saved, and report the run."""
        findings = self._findings()
        published = None
        try:
            self._store.database.check()
            if self._error is None:
                published = self._db(publish, self._store, ARCHIVE, self.run_id, self.folder)
        except SpacenewsError as error:
            findings.append(Finding(str(error), exit_code=error.exit_code))
        report = self._report(findings, published)
        try:
            self._db(self._store.runs.finish, ARCHIVE, self.run_id, to_record(report))
            write_report(self.folder, report)
        except OutputError as error:
            logger.error("the run could not be reported: %s", error)  # noqa: TRY400 - one line
            report.result, report.exit_code = "failed", int(error.exit_code)
        return report

    def _findings(self) -> list[Finding]:
        tally = self.tally
        found = [Finding(str(self._error), exit_code=self._error.exit_code)] if self._error else []
        if self._unread:
            more = f"; {counted(len(self._unread) - 1, 'more file')} cannot be read" if len(self._unread) > 1 else ""
            found.append(Finding(f"{self._unread[0]}{more}", exit_code=ExitCode.OUTPUT))
        stats = Counted(pages=tally.pages, exceptions=tally.exceptions)
        stats.failed = {url: (str(reason), 1) for url, reason in tally.failed.items()}
        found += exceptions(stats, thresholds(self.config))
        found += ending("shutdown" if self.stopped.is_set() else "finished")
        if tally.broken:
            found.append(Finding(f"{counted(tally.broken, 'broken record')} skipped", tally.broken_at))
        if lost := tally.failures - tally.exceptions:
            pages = [url for url, reason in tally.failed.items() if reason != Failure.PARSE]
            found.append(Finding(f"{counted(lost, 'page')} could not be read", pages))
        if tally.articles and tally.dropped[Drop.NOINDEX] == tally.articles:
            found.append(Finding(f"all of {counted(tally.articles, 'page')} ask not to be stored"))
        return found

    def _report(self, findings: Sequence[Finding], published: Published | None) -> RunReport:
        tally = self.tally
        report = RunReport(
            run_id=self.run_id,
            spider=ARCHIVE,
            started_at=iso(self.started),
            finish_reason="shutdown" if self.stopped.is_set() else "finished",
            counts=Counts(
                requests=0,
                pages=tally.articles,
                articles=ArticleCounts(unchanged=tally.outcomes["unchanged"], not_due=0),
                dropped=dict(sorted(tally.dropped.items())),
                given_up=0,
            ),
            coverage=tally.coverage,
            failed=[FailedUrl(urls.url_for_log(url), str(reason), 1) for url, reason in tally.failed.items()],
        )
        conclude(report, findings, published)
        return report


def _size(file: Path) -> int:
    """Return the bytes of a file, 0 of one that is not there."""
    try:
        return file.stat().st_size
    except OSError:
        return 0


class Progress:
    """Says how far a run is, at most once in so many seconds."""

    def __init__(self, files: Sequence[Path], say: Callable[[str], None], seconds: float) -> None:
        self._total = sum(map(_size, files))
        self._files = len(files)
        self._say, self._seconds = say, seconds
        self._begun = self._said = utcnow()
        self._over = 0  # bytes of files that are over

    def file_is_over(self, size: int) -> None:
        """Count a file that was read, or was known."""
        self._over += size

    def show(self, tally: Tally, position: int) -> None:
        """Say how far the run is, if it is time."""
        moment = utcnow()
        if (moment - self._said).total_seconds() >= self._seconds:
            self._said = moment
            self._say(self.line(tally, position, (moment - self._begun).total_seconds()))

    def line(self, tally: Tally, position: int, seconds: float) -> str:
        """Say in one line how far the run is, *seconds* after it began and at a position of the present file."""
        share = min((self._over + position) / self._total, 1) if self._total else 1
        left = timedelta(seconds=round(seconds / share - seconds)) if share else "unknown time"
        done = tally.files_done + tally.files_known
        return (
            f"{done} of {self._files} files, {tally.pages} pages, {tally.outcomes['new']} new, "
            f"{tally.outcomes['updated']} updated, {tally.outcomes['unchanged']} unchanged, {tally.broken} broken "
            f"records, {tally.pages / max(seconds, 1):.1f} pages/s, {share:.0%}, about {left} left"
        )
