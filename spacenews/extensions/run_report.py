"""Ends a run: decides how it went, publishes what it may, writes run.json."""

from __future__ import annotations

import logging
import platform
from datetime import timedelta
from typing import Any, Self

import scrapy
from scrapy import signals
from scrapy.crawler import Crawler
from scrapy.http import Response
from scrapy.statscollectors import StatsCollector
from sqlalchemy.exc import SQLAlchemyError

from spacenews import __version__, urls
from spacenews.clock import iso, now, utcnow
from spacenews.errors import ExitCode, OutputError, SpacenewsError
from spacenews.items import Article
from spacenews.reasons import Failure, ImageReason, RequestPurpose
from spacenews.runs.alerts import alert, worth_a_line
from spacenews.runs.health_checks import Finding
from spacenews.runs.publishing import Published, publish
from spacenews.runs.report import write_report
from spacenews.runs.run import Run, run_of

logger = logging.getLogger(__name__)

# The first that applies wins.
EXIT_CODE_PRECEDENCE = (
    ExitCode.OUTPUT,
    ExitCode.LOCKED,
    ExitCode.INTERRUPTED,
    ExitCode.UNREACHABLE,
    ExitCode.SITE_CHANGED,
    ExitCode.BUG,
)
MAX_FAILED = 1000  # addresses that run.json lists


class RunReport:
    """Publishes and reports when the engine has stopped; the judgement was made when the spider closed."""

    def __init__(self, crawler: Crawler) -> None:
        self.crawler = crawler
        self.finish_reason = "unknown"

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """Connect to the signals."""
        self = cls(crawler)
        logging.getLogger(crawler.spidercls.name).addFilter(worth_a_line)
        crawler.signals.connect(self.spider_closing, signals.spider_closed)
        crawler.signals.connect(self.item_error, signals.item_error)
        crawler.signals.connect(self.spider_error, signals.spider_error)
        crawler.signals.connect(self.engine_stopped, signals.engine_stopped)
        return self

    def spider_closing(self, reason: str) -> None:
        """Hand what the stats counted to the judges; this handler was connected before Spidermon's."""
        run, stats = run_of(self.crawler), self.crawler.stats
        self.finish_reason = reason
        run.stats.finish_reason = reason
        run.stats.exceptions = stats.get_value("spider_exceptions/count", 0)
        run.stats.exceptions += stats.get_value("spacenews/item_errors", 0)
        run.stats.requests = stats.get_value("downloader/request_count", 0)
        run.stats.retries = stats.get_value("retry/count", 0)
        run.stats.answers = answers(stats)
        run.stats.pictures = {status: stats.get_value(f"spacenews/pictures/{status}", 0) for status in ("ok", "failed")}
        run.stats.pictures["failed"] -= stats.get_value(f"spacenews/pictures/reason/{ImageReason.INTERRUPTED}", 0)

    def item_error(self, item: Any) -> None:
        """Note what a pipeline could not cope with."""
        run = run_of(self.crawler)
        run.count("item_errors")
        if isinstance(item, Article) and not run.errors:  # else the database failed, and not the page
            run.add_failure(item.source.url, Failure.PARSE, 1)

    def spider_error(self, response: Response) -> None:
        """Note a bug that costs a whole feed, listing or sitemap, with all that it names."""
        purpose = response.meta.get("purpose")
        if purpose != RequestPurpose.ARTICLE:
            run_of(self.crawler).add_finding(f"a bug: the {purpose} could not be read", [response.url], ExitCode.BUG)

    async def engine_stopped(self) -> None:
        """Publish, report, and let go of lock and database."""
        run = run_of(self.crawler)
        findings = [*run.findings, *ending(self.finish_reason)]
        findings += [Finding(str(error), exit_code=error.exit_code) for error in run.errors]
        if error := self.crawler.stats.get_value("spacenews/warc_error"):
            findings.append(Finding(error, exit_code=ExitCode.OUTPUT))
        published = None
        not_due = 0
        try:
            await run.db_at_last(run.store.database.check)
            if ExitCode.UNREACHABLE in {finding.exit_code for finding in findings}:
                await run.db_at_last(run.store.addresses.forgive_host, run.spider_name, iso(run.started))
            published = await self._publish(run, findings)
            if published:
                await run.db_at_last(run.store.articles.mark_published, run.run_id, published.versions)
                not_due = await run.db_at_last(
                    run.store.addresses.not_requested_since, run.spider_name, iso(run.started)
                )
        except (SpacenewsError, SQLAlchemyError) as error:
            findings.append(Finding(str(error), exit_code=ExitCode.OUTPUT))
        report = self._report(run, findings, published, not_due)
        await self._save(run, report)
        run.exit_code = ExitCode(report["exit_code"])
        run.report = report
        run.close()
        log_result(report, run)
        alert(self.crawler)

    async def _publish(self, run: Run, findings: list[Finding]) -> Published | None:
        store, spider, run_id = run.store, run.spider_name, run.run_id
        if exit_code(findings) == ExitCode.OUTPUT:
            return None
        if ExitCode.SITE_CHANGED in {finding.exit_code for finding in findings}:  # interrupted as well or not
            held = await run.db_at_last(store.articles.quarantine, spider, run_id, iso(run.started))
            logger.error("nothing is published; %d articles are kept back and read again by the next run", held)
            return None
        return await run.db_at_last(publish, store, spider, run_id, run.folder)

    async def _save(self, run: Run, report: dict[str, Any]) -> None:
        """Save the report in the database and as run.json; where the first cannot be, the next run does it."""
        try:
            await run.db_at_last(run.store.runs.finish, run.spider_name, run.run_id, report)
        except SQLAlchemyError as error:
            logger.error("the report could not be saved in the crawl database: %s", error)  # noqa: TRY400 - one line
            report |= {"result": "failed", "exit_code": int(ExitCode.OUTPUT)}
        try:
            write_report(run.folder, report)
        except OutputError as error:
            logger.error("the run could not be reported: %s", error)  # noqa: TRY400 - one line
            report |= {"result": "failed", "exit_code": int(ExitCode.OUTPUT)}

    def _report(self, run: Run, findings: list[Finding], published: Published | None, not_due: int) -> dict[str, Any]:
        stats, code = self.crawler.stats, exit_code(findings)
        new, updated = (published.new, published.updated) if published else (0, 0)
        reasons = [str(finding) for finding in findings]
        if published and not published.lines:
            reasons.append("nothing new")
        return {
            "run_id": run.run_id,
            "spider": run.spider_name,
            "result": result(code, findings),
            "exit_code": int(code),
            "reasons": reasons,
            "started_at": iso(run.started),
            "finished_at": now(),
            "finish_reason": self.finish_reason,
            "counts": {
                "requests": stats.get_value("downloader/request_count", 0),
                "responses": responses(stats),
                "pages": run.stats.articles,
                "articles": {
                    "new": new,
                    "updated": updated,
                    "unchanged": stats.get_value("spacenews/articles/unchanged", 0) + not_due,
                    "not_due": not_due,
                },
                "dropped": counted(stats, "spacenews/dropped/"),
                "refused": counted(stats, "spacenews/refused/"),
                "walls": counted(stats, "spacenews/walls/"),
                "images": published.images if published else {"ok": 0, "failed": 0, "skipped": 0},
            },
            "coverage": run.stats.coverage,
            "failed": [
                {"url": urls.url_for_log(url), "reason": str(reason), "attempts": attempts}
                for url, (reason, attempts) in list(run.stats.failed.items())[:MAX_FAILED]
            ],
            "robots": counted(stats, "spacenews/robots/"),
            "output": published.as_json() if published else None,
            "versions": {
                "spacenews": __version__,
                "scrapy": scrapy.__version__,
                "python": platform.python_version(),
            },
        }


def ending(finish_reason: str) -> list[Finding]:
    """Say what the reason for which the spider closed means for the run."""
    if finish_reason == "shutdown":
        return [Finding("interrupted; all that was finished is saved", exit_code=ExitCode.INTERRUPTED)]
    if finish_reason.startswith("closespider_"):
        return [Finding(f"ended by {finish_reason.upper()}; what was waiting stays for the next run")]
    if finish_reason == "memusage_exceeded":
        return [Finding("ended by MEMUSAGE_LIMIT_MB; what was waiting stays for the next run", exit_code=ExitCode.BUG)]
    return []


def exit_code(findings: list[Finding]) -> ExitCode:
    """Return the exit code that wins."""
    asked = {finding.exit_code for finding in findings}
    return next((code for code in EXIT_CODE_PRECEDENCE if code in asked), ExitCode.OK)


def result(code: ExitCode, findings: list[Finding]) -> str:
    """Return the word for how the run went."""
    if code == ExitCode.INTERRUPTED:
        return "interrupted"
    if code != ExitCode.OK:
        return "failed"
    ended = {str(finding) for finding in findings if "ended by CLOSESPIDER" in finding.sentence}
    return "degraded" if len(findings) > len(ended) else "ok"


def answers(stats: StatsCollector) -> int:
    """Return how many responses, robots.txt aside, say that the site is there."""
    counts = counted(stats, "downloader/response_status_count/")
    good = sum(number for status, number in counts.items() if status.startswith("2") or status == "304")
    robots = counted(stats, "spacenews/robots/").values()
    return int(good) - sum(1 for said in robots if isinstance(said, dict) and str(said["status"]).startswith("2"))


def responses(stats: StatsCollector) -> dict[str, int]:
    """Return the number of responses by class of status."""
    classes: dict[str, int] = {}
    for status, number in sorted(counted(stats, "downloader/response_status_count/").items()):
        name = f"{status[0]}xx"
        classes[name] = classes.get(name, 0) + number
    return classes


def counted(stats: StatsCollector, prefix: str) -> dict[str, Any]:
    """Return the stats below *prefix*, without it."""
    return {name.removeprefix(prefix): v for name, v in sorted(stats.get_stats().items()) if name.startswith(prefix)}


def log_result(report: dict[str, Any], run: Run) -> None:
    """Say in one line how the run ended and where its output is."""
    articles = report["counts"]["articles"]
    took = timedelta(seconds=round((utcnow() - run.started).total_seconds()))
    logger.log(
        logging.ERROR if report["result"] == "failed" else logging.INFO,
        "%s in %s (exit code %d): %d new, %d updated, %d unchanged; %s -> %s",
        report["result"],
        took,
        report["exit_code"],
        articles["new"],
        articles["updated"],
        articles["unchanged"],
        "; ".join(report["reasons"]) or "nothing to complain of",
        run.folder,
    )
