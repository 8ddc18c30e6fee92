"""The Spidermon suite that judges a run when its spider closes; what it finds decides result and exit code."""

from __future__ import annotations

import logging
import warnings
from collections.abc import Iterable

from scrapy.crawler import Crawler
from scrapy.exceptions import ScrapyDeprecationWarning
from scrapy.utils.misc import load_object
from spidermon import Monitor, MonitorSuite, monitors
from spidermon.contrib.scrapy.runners import SpiderMonitorRunner

from spacenews.runs import health_checks
from spacenews.runs.health_checks import Finding, RunStats, Thresholds
from spacenews.runs.run import Run, run_of

# Spidermon 1.27 writes its lines with a method that Scrapy 2.19 deprecates.
warnings.filterwarnings("ignore", r"Spider\.log\(\) is deprecated", ScrapyDeprecationWarning)


@monitors.name("spacenews")
class RunMonitor(Monitor):  # type: ignore[misc]
    """Each monitor is one rule of `judgement`; a failed one is in run.json's reasons."""

    @property
    def run_of_spider(self) -> Run:
        """The run that is judged."""
        return run_of(self.data.crawler)

    @property
    def stats(self) -> RunStats:
        """What the run counted."""
        return self.run_of_spider.stats

    @property
    def limits(self) -> Thresholds:
        """The thresholds of the settings."""
        return self.run_of_spider.thresholds

    def conclude(self, findings: Iterable[Finding]) -> None:
        """Keep the findings for the report, and fail the monitor when there are any."""
        found = list(findings)
        self.run_of_spider.findings.extend(found)
        if found:
            self.fail("; ".join(map(str, found)))

    @monitors.name("the site answers")  # type: ignore[untyped-decorator]
    def test_reachable(self) -> None:
        """Something answered."""
        self.conclude(health_checks.unreachable(self.stats, self.limits))

    @monitors.name("something names articles")  # type: ignore[untyped-decorator]
    def test_sources(self) -> None:
        """A feed, a listing or a sitemap was read."""
        self.conclude(health_checks.sources(self.stats, self.limits))

    @monitors.name("pages are no walls")  # type: ignore[untyped-decorator]
    def test_walls(self) -> None:
        """Pages are articles, not consent forms."""
        self.conclude(health_checks.walls(self.stats, self.limits))

    @monitors.name("pages stay where they are")  # type: ignore[untyped-decorator]
    def test_redirects(self) -> None:
        """Articles do not redirect elsewhere."""
        self.conclude(health_checks.redirects(self.stats, self.limits))

    @monitors.name("guaranteed fields are filled")  # type: ignore[untyped-decorator]
    def test_guaranteed_fields(self) -> None:
        """Every article has what every article must have."""
        self.conclude(health_checks.empty_fields(self.stats, self.limits))

    @monitors.name("fields are filled as often as before")  # type: ignore[untyped-decorator]
    def test_coverage(self) -> None:
        """No field falls well below the last good runs."""
        self.conclude(health_checks.falling_coverage(self.stats, self.limits, self.run_of_spider.history))

    @monitors.name("no unhandled errors")  # type: ignore[untyped-decorator]
    def test_exceptions(self) -> None:
        """No page raised."""
        self.conclude(health_checks.exceptions(self.stats, self.limits))

    @monitors.name("no page is lost")  # type: ignore[untyped-decorator]
    def test_lost_pages(self) -> None:
        """Every page that was asked for was read."""
        self.conclude(health_checks.lost_pages(self.stats, self.limits))

    @monitors.name("pictures arrive")  # type: ignore[untyped-decorator]
    def test_pictures(self) -> None:
        """Most pictures were fetched."""
        self.conclude(health_checks.pictures(self.stats, self.limits))

    @monitors.name("few retries")  # type: ignore[untyped-decorator]
    def test_retries(self) -> None:
        """Few requests had to be made again."""
        self.conclude(health_checks.retries(self.stats, self.limits))


def worth_a_line(record: logging.LogRecord) -> bool:
    """Tell whether a line of Spidermon is worth one: not its banners, nor what our findings say already."""
    text = record.getMessage()
    if not text.startswith("[Spidermon]"):
        return True
    return record.levelno >= logging.WARNING and "FAIL: spacenews/" not in text


class RunSuite(MonitorSuite):  # type: ignore[misc]
    """What SPIDERMON_SPIDER_CLOSE_MONITORS runs."""

    monitors = (RunMonitor,)


class AlertMonitor(Monitor):  # type: ignore[misc]
    """Fails when a run went so that somebody has to know."""

    def test_result(self) -> None:
        """The run is none to be told of."""
        report = run_of(self.data.crawler).report
        if report["result"] in self.data.crawler.settings.getlist("SPACENEWS_ALERT_ON"):
            sentences = "; ".join(report["reasons"])
            self.fail(f"{report['spider']} {report['run_id']} {report['result']} ({report['exit_code']}): {sentences}")


class AlertSuite(MonitorSuite):  # type: ignore[misc]
    """What decides whether the actions of SPACENEWS_ALERTS are taken."""

    monitors = (AlertMonitor,)


def alert(crawler: Crawler) -> None:
    """Take the Spidermon actions of SPACENEWS_ALERTS when the run, which is published and reported, asks for it."""
    actions = [load_object(path) for path in crawler.settings.getlist("SPACENEWS_ALERTS")]
    if actions:
        suite = AlertSuite(monitors_failed_actions=actions, crawler=crawler)
        stats = crawler.stats.get_stats()
        SpiderMonitorRunner(spider=crawler.spider).run(suite, stats=stats, crawler=crawler, spider=crawler.spider)
