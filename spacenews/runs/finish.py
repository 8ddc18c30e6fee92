"""The end of a run: it is judged, published if it may be, and reported."""

from __future__ import annotations

import logging
import platform
from collections.abc import Sequence
from contextlib import suppress
from datetime import timedelta

import scrapy

from spacenews import __version__
from spacenews.clock import iso, now, utcnow
from spacenews.errors import DatabaseError, ExitCode, LostLockError, OutputError, SpacenewsError
from spacenews.runs import crawl_stats
from spacenews.runs.crawl_stats import Stats, below
from spacenews.runs.health_checks import Finding, changed_alike, check, decisive_first, exit_code, result
from spacenews.runs.publishing import Published, publish
from spacenews.runs.report import (
    REPORT,
    ArticleCounts,
    Counts,
    FailedUrl,
    RobotsRules,
    RunReport,
    Versions,
    write_report,
)
from spacenews.runs.run import Run
from spacenews.schema import from_record, to_record
from spacenews.urls import url_for_log

logger = logging.getLogger(__name__)

MAX_FAILED = 1000  # addresses that run.json lists


async def finish(run: Run) -> RunReport:
    """End a run whose engine has stopped: judge, publish and report it, and let go of its lock and database."""
    with suppress(DatabaseError):  # what follows finds it again, and tells it
        await run.db_at_last(run.store.database.check)
        run.stats.changes = await run.db_at_last(run.store.articles.changes, run.spider_name, run.run_id)
        run.stats.held_unread = await run.db_at_last(run.store.articles.held, run.spider_name)
    findings = judge(run)
    published, not_due = None, 0
    try:
        await run.db_at_last(run.store.database.check)
        if ExitCode.UNREACHABLE in {finding.exit_code for finding in findings}:
            await run.db_at_last(run.store.addresses.forgive_host, run.spider_name, iso(run.started))
        published = await publish_unless_bad(run, findings)
        if published:
            not_due = await run.db_at_last(run.store.addresses.not_requested_since, run.spider_name, iso(run.started))
    except SpacenewsError as error:
        if error not in run.errors:
            findings.append(Finding(str(error), exit_code=error.exit_code))
    findings += unwritten_feeds(run)  # after publishing: what is published does not depend on them
    report = make_report(run, findings, published, not_due)
    await save(run, report)
    run.exit_code = ExitCode(report.exit_code)
    run.close()
    log_result(run, report)
    return report


def judge(run: Run) -> list[Finding]:
    """Return all that is wrong with a run: what was noted on the way, and what its numbers say."""
    stats = run.crawler.stats.get_stats()
    crawl_stats.complete(run.stats, stats)
    findings = [Finding(str(error), exit_code=error.exit_code) for error in run.errors]
    findings += [*run.findings, *check(run.stats, run.thresholds, run.history)]
    if error := stats.get("spacenews/warc_error"):
        findings.append(Finding(error, exit_code=ExitCode.OUTPUT))
    return findings


def unwritten_feeds(run: Run) -> list[Finding]:
    """Return what is wrong with Scrapy's own feeds, which tells it in its stats alone."""
    if not below("feedexport/failed_count/", run.crawler.stats.get_stats()):
        return []
    named = ", ".join(url_for_log(str(uri)) for uri in run.crawler.settings.getdict("FEEDS"))
    return [Finding(f"-o, -O, FEEDS: {named} could not be stored; the log says why", exit_code=ExitCode.OUTPUT)]


async def publish_unless_bad(run: Run, findings: Sequence[Finding]) -> Published | None:
    """Publish what a run may publish; of a site that changed, everything is kept back and read again."""
    store, spider, run_id = run.store, run.spider_name, run.run_id
    if exit_code(findings) in (ExitCode.OUTPUT, ExitCode.LOCKED):
        return None
    if ExitCode.SITE_CHANGED in {finding.exit_code for finding in findings}:  # interrupted as well or not
        held = await run.db_at_last(store.articles.quarantine, spider, run_id, iso(run.started))
        logger.error("nothing is published; %d articles are kept back and read again by the next run", held)
        return None
    if alike := changed_alike(run.stats, run.thresholds, run.history):
        await run.db_at_last(store.articles.hold, spider, run_id, alike)
        held = len({article for same in alike.values() for article in same})
        logger.warning("%d articles are held back and read again by the next run", held)
    return await run.db_at_last(publish, store, spider, run_id, run.folder)


def make_report(run: Run, findings: Sequence[Finding], published: Published | None, not_due: int) -> RunReport:
    """Return the report of a run that has been judged and, if it may be, published."""
    stats = run.crawler.stats.get_stats()
    report = RunReport(
        run_id=run.run_id,
        spider=run.spider_name,
        started_at=iso(run.started),
        finish_reason=run.stats.finish_reason,
        counts=counts(run, stats, not_due),
        coverage=run.stats.coverage,
        failed=[
            FailedUrl(url_for_log(url), str(reason), attempts)
            for url, (reason, attempts) in list(run.stats.failed.items())[:MAX_FAILED]
        ],
        robots={
            host: from_record(RobotsRules, said) if isinstance(said, dict) else said
            for host, said in below(crawl_stats.ROBOTS, stats).items()
        },
    )
    conclude(report, findings, published)
    return report


def conclude(report: RunReport, findings: Sequence[Finding], published: Published | None) -> None:
    """Enter into the report of a run that is over how it went, what it published and what ran it."""
    report.result, report.exit_code = result(findings), int(exit_code(findings))
    report.reasons = [str(finding) for finding in decisive_first(findings)]
    report.finished_at = now()
    report.versions = Versions(__version__, scrapy.__version__, platform.python_version())
    if published:
        published.enter_into(report)
        if not published.versions:
            report.reasons.append("nothing new")


def counts(run: Run, stats: Stats, not_due: int) -> Counts:
    """Return what a run counted, apart from what it published."""
    return Counts(
        requests=stats.get("downloader/request_count", 0),
        responses=crawl_stats.responses(stats),
        pages=run.stats.articles,
        articles=ArticleCounts(
            unchanged=stats.get("spacenews/articles/unchanged", 0) + not_due,
            not_due=not_due,
        ),
        dropped=below("spacenews/dropped/", stats),
        given_up=stats.get("spacenews/given_up", 0),
        refused=below("spacenews/refused/", stats),
        walls=below("spacenews/walls/", stats),
    )


async def save(run: Run, report: RunReport) -> None:
    """Save the report in the database and as run.json; where the first cannot be, the next run does it.

    A run that was taken over saves neither: who took it over has done it. It may be told so by run.json alone, where
    the database cannot be asked.
    """
    try:
        await run.db_at_last(run.store.runs.finish, run.spider_name, run.run_id, to_record(report))
    except LostLockError as error:
        logger.error("the run is not reported: %s", error)  # noqa: TRY400 - one line
        report.result, report.exit_code = "failed", int(error.exit_code)
        return
    except DatabaseError as error:
        why = "; the next run does it" if error in run.errors else f": {error}"
        logger.error("the report could not be saved in the crawl database%s", why)  # noqa: TRY400 - one line
        report.result, report.exit_code = "failed", int(ExitCode.OUTPUT)
        if (run.folder.path / REPORT).exists():
            logger.error("the run is not reported: %s/%s is there, by another run", run.folder, REPORT)  # noqa: TRY400
            return
    try:
        write_report(run.folder, report)
    except OutputError as error:
        logger.error("the run could not be reported: %s", error)  # noqa: TRY400 - one line
        report.result, report.exit_code = "failed", int(ExitCode.OUTPUT)


def log_result(run: Run, report: RunReport) -> None:
    """Say in one line how the run ended and where its output is."""
    articles = report.counts.articles
    logger.log(
        logging.ERROR if report.result == "failed" else logging.INFO,
        "%s in %s (exit code %d): %d new, %d updated, %d unchanged; %s -> %s",
        report.result,
        timedelta(seconds=round((utcnow() - run.started).total_seconds())),
        report.exit_code,
        articles.new,
        articles.updated,
        articles.unchanged,
        "; ".join(report.reasons) or "no findings",
        run.folder,
    )
