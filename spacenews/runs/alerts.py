"""Alerts somebody to how a run went: the Spidermon actions of SPACENEWS_ALERTS, taken when the run is over.

Spidermon is the extra `alerts`; it is imported only where SPACENEWS_ALERTS names an action.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from typing import Any

from scrapy.crawler import Crawler

from spacenews.config import CHANGE, config_of
from spacenews.errors import UsageError
from spacenews.runs.incidents import PastRun, news
from spacenews.runs.report import RunReport
from spacenews.schema import to_record

logger = logging.getLogger(__name__)
UNQUOTED = str.maketrans('"\\\n\r', "'/  ")  # Spidermon's messages put a name between quotes as it is


def build_actions(crawler: Crawler) -> list[Any]:
    """Build the Spidermon actions that SPACENEWS_ALERTS names; raises UsageError for one that cannot be taken."""
    return [_build(action, crawler) for action in config_of(crawler).alerts]


def alert(actions: Sequence[Any], report: RunReport, past: Sequence[PastRun], crawler: Crawler) -> None:
    """Take the actions when somebody has to know how a run went, which is published and reported.

    *past* has the runs before, the newest first.
    """
    alert_on = config_of(crawler).alert_on
    changed = news([PastRun(report.result, report.started_at or ""), *past])
    if not actions or not (report.result in alert_on or (changed and CHANGE in alert_on)):
        return
    from spidermon import MonitorRunner, MonitorSuite  # noqa: PLC0415 - an extra

    suite = MonitorSuite(monitors=[_monitor(report, is_over=changed == "well")], monitors_failed_actions=actions)
    done = MonitorRunner().run(
        suite,
        stats=crawler.stats.get_stats(),
        crawler=crawler,
        spider=crawler.spider,
        sc_spider_name=report.spider,  # by which Spidermon's own messages name the spider
        job=None,
        report=to_record(report),
    )
    for taken in done.monitors_failed_action_results:
        if taken.error:
            logger.error("the alert %s failed: %s", taken.action.name, taken.error.strip().splitlines()[-1])
            logger.debug("%s", taken.error)


def _build(action: Any, crawler: Crawler) -> Any:
    try:
        return action.from_crawler(crawler)
    except Exception as error:  # whatever the code of others raises
        raise UsageError(f"SPACENEWS_ALERTS: {action.__name__} cannot be used: {error}") from error


def _monitor(report: RunReport, *, is_over: bool) -> Any:
    """Return a monitor that fails with what is to be said; its name says it too, for messages that list names only."""
    from spidermon import Monitor  # noqa: PLC0415 - an extra

    result = f"{report.result} again" if is_over else report.result
    said = f"{report.spider} {report.run_id} {result} ({report.exit_code}): {'; '.join(report.reasons)}"

    class Alert(Monitor):  # type: ignore[misc]
        name = said.translate(UNQUOTED)

        def runTest(self) -> None:  # noqa: N802 - unittest's name
            self.fail(said)

    return Alert()
