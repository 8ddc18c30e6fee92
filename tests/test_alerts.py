"""Alerts: Spidermon's actions are taken when a run is over, and nothing else needs Spidermon."""

from __future__ import annotations

import ast
import logging
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any, ClassVar

import pytest
from demo_site.markup import ORIGIN
from spidermon import Action, Monitor, MonitorSuite
from support.fake_site import FakeSite
from support.processes import crawl_command, environment, published, report, scrapy
from support.server import Answer
from test_operations import examples
from test_runs import PROJECT as DEFAULTS
from test_runs import run

from spacenews.errors import UsageError
from spacenews.spiders.digitaltrends_space import DigitaltrendsSpaceSpider

TELEGRAM = "spidermon.contrib.actions.telegram.notifiers.SendTelegramMessageSpiderFinished"
SLACK = "spidermon.contrib.actions.slack.notifiers.SendSlackMessageSpiderFinished"


@pytest.fixture
def fake_site() -> Any:
    with FakeSite(4) as fake_site:
        yield fake_site


class Noted(Action):  # type: ignore[misc]
    """An alert that notes what it would say, and what was there when it was taken."""

    said: ClassVar[list[str]] = []
    found: ClassVar[list[dict[str, Any]]] = []

    def run_action(self) -> None:
        self.said.append(self.result.monitor_results[-1].error)
        output = Path(self.data.crawler.settings["SPACENEWS_OUTPUT"])
        assert len(published(output)) > 0
        assert self.data.report == report(output)
        self.found.append(self.data.report)


class Broken(Action):  # type: ignore[misc]
    """An alert that cannot be sent."""

    def run_action(self) -> None:
        raise ConnectionError("nobody listens")


class NoAction:
    """Something that is built as an action is."""

    @classmethod
    def from_crawler(cls, _: object) -> NoAction:
        return cls()


@pytest.fixture(autouse=True)
def _nothing_said() -> None:
    Noted.said.clear()
    Noted.found.clear()


def spoil(fake_site: FakeSite) -> None:
    fake_site.server.routes[fake_site.stories[0].url.removeprefix(ORIGIN)] = Answer(status=500)


@pytest.mark.parametrize(
    ("when", "told"), [("failed", 0), ("failed,degraded", 1), ("failed, degraded", 1), (["ok"], 0), (["degraded"], 1)]
)
def test_alerts_are_taken_when_the_run_is_published_and_reported(
    fake_site: FakeSite, tmp_path: Path, when: Any, told: int
) -> None:
    spoil(fake_site)
    run(fake_site, tmp_path, {"SPACENEWS_ALERTS": "test_alerts.Noted", "SPACENEWS_ALERT_ON": when})
    assert len(Noted.found) == told
    assert all("degraded (0): 1 address could not be read" in sentence for sentence in Noted.said)


def test_a_site_that_is_unwell_is_told_once_and_once_more_when_it_is_well(fake_site: FakeSite, tmp_path: Path) -> None:
    good = dict(fake_site.server.routes)
    noted = {"SPACENEWS_ALERTS": "test_alerts.Noted"}
    run(fake_site, tmp_path, noted)
    fake_site.server.routes = {path: Answer(status=500) for path in good if path != "/robots.txt"}
    assert [run(fake_site, tmp_path, noted)["exit_code"] for _ in range(3)] == [5, 5, 5]
    assert len(Noted.said) == 1
    fake_site.server.routes = good
    run(fake_site, tmp_path, noted)
    run(fake_site, tmp_path, noted)
    assert len(Noted.said) == 2
    assert "digitaltrends_space" in Noted.said[1]
    assert "ok again (0)" in Noted.said[1]


def test_an_alert_on_a_run_without_findings_is_taken_too(fake_site: FakeSite, tmp_path: Path) -> None:
    told = run(fake_site, tmp_path, {"SPACENEWS_ALERTS": ["test_alerts.Noted"], "SPACENEWS_ALERT_ON": "ok"})
    assert told["reasons"] == []
    assert Noted.found == [told]


def test_an_alert_that_fails_costs_a_line_and_no_other_alert(
    fake_site: FakeSite, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    actions = ["test_alerts.Broken", "test_alerts.Noted"]
    told = run(fake_site, tmp_path, {"SPACENEWS_ALERTS": actions, "SPACENEWS_ALERT_ON": "ok"})
    assert told["exit_code"] == 0
    assert Noted.found == [told]
    lines = [record.getMessage() for record in caplog.records if record.levelno >= logging.WARNING]
    assert lines == ["the alert Broken failed: ConnectionError: nobody listens"]


def test_a_message_of_spidermons_names_the_spider_and_the_reasons(
    fake_site: FakeSite, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    spoil(fake_site)
    settings = {
        "SPACENEWS_ALERTS": [TELEGRAM],
        "SPACENEWS_ALERT_ON": ["degraded"],
        "SPIDERMON_TELEGRAM_SENDER_TOKEN": "token",
        "SPIDERMON_TELEGRAM_RECIPIENTS": ["1"],
        "SPIDERMON_TELEGRAM_FAKE": True,
    }
    with caplog.at_level(logging.INFO, "spidermon"):
        run(fake_site, tmp_path, settings)
    [message] = [record.getMessage() for record in caplog.records if record.name.startswith("spidermon")]
    assert '"`digitaltrends_space`" spider finished with errors!' in message
    assert "degraded (0): 1 address could not be read" in message


class FakeSlack:
    """Stands for Slack's client."""

    posted: ClassVar[list[dict[str, Any]]] = []

    def __init__(self, token: str) -> None:
        assert token == "token"  # noqa: S105

    def users_list(self) -> dict[str, Any]:
        return {"members": []}

    def chat_postMessage(self, **message: Any) -> None:  # noqa: N802
        self.posted.append(message)


@pytest.fixture
def slack() -> Iterator[list[dict[str, Any]]]:
    """Install a package of Slack's, for this test only, and return what is posted."""
    sdk, errors = ModuleType("slack_sdk"), ModuleType("slack_sdk.errors")
    sdk.WebClient, errors.SlackApiError = FakeSlack, type("SlackApiError", (Exception,), {})  # type: ignore[attr-defined]
    before = set(sys.modules)
    sys.modules.update({"slack_sdk": sdk, "slack_sdk.errors": errors})
    FakeSlack.posted.clear()
    yield FakeSlack.posted
    for name in [name for name in set(sys.modules) - before if "slack" in name]:
        del sys.modules[name]


def test_slack_gets_a_reason_with_quotes_and_lines_in_it(
    fake_site: FakeSite,
    tmp_path: Path,
    slack: list[dict[str, Any]],
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    async def initial_requests(_: object) -> Any:
        raise ValueError("it's a \\ mess\n")
        yield

    monkeypatch.setattr(DigitaltrendsSpaceSpider, "initial_requests", initial_requests)
    settings = {
        "SPACENEWS_ALERTS": [SLACK],
        "SPIDERMON_SLACK_SENDER_TOKEN": "token",
        "SPIDERMON_SLACK_SENDER_NAME": "spacenews",
        "SPIDERMON_SLACK_RECIPIENTS": "#space",
    }
    told = run(fake_site, tmp_path, settings)
    assert told["reasons"][0].startswith('the crawl could not begin: ValueError("')
    [message] = slack
    assert "`digitaltrends_space`" in message["text"]
    [attachment] = ast.literal_eval(message["attachments"])
    assert "failed (1): the crawl could not begin: ValueError('it's a" in attachment["text"]
    assert "Error caught on signal handler" not in caplog.text


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        (
            {"SPACENEWS_ALERTS": "no.such.Action"},
            "SPACENEWS_ALERTS='no.such.Action': .*no.such.Action cannot be loaded: No module named 'no'",
        ),
        (
            {"SPACENEWS_ALERTS": ["test_alerts.Missing"]},
            "SPACENEWS_ALERTS=.*test_alerts.Missing cannot be loaded: .*Missing",
        ),
        ({"SPACENEWS_ALERTS": ["word"]}, "SPACENEWS_ALERTS=.*word cannot be loaded: "),
        (
            {"SPACENEWS_ALERTS": ["test_alerts.NoAction"]},
            "SPACENEWS_ALERTS=.*Spidermon actions .test_alerts.NoAction is none",
        ),
        ({"SPACENEWS_ALERTS": [SLACK]}, f"SPACENEWS_ALERTS=.*{SLACK} cannot be loaded: No module named 'slack_sdk'"),
        ({"SPACENEWS_ALERTS": [TELEGRAM]}, "SPACENEWS_ALERTS: .*SPIDERMON_TELEGRAM_SENDER_TOKEN"),
        ({"SPACENEWS_ALERT_ON": "bogus"}, "SPACENEWS_ALERT_ON='bogus': want a list of some of change, ok"),
        ({"SPACENEWS_ALERT_ON": ["failed", "Degraded"]}, "SPACENEWS_ALERT_ON=.*Degraded is none of them"),
    ],
)
def test_an_alert_that_could_not_be_taken_ends_the_run_before_anything_is_requested_or_made(
    fake_site: FakeSite, tmp_path: Path, settings: dict[str, Any], words: str
) -> None:
    with pytest.raises(UsageError, match=words):
        run(fake_site, tmp_path / "output", settings)
    assert fake_site.server.paths() == []
    assert not (tmp_path / "output").exists()


@pytest.fixture
def without_spidermon(tmp_path: Path) -> dict[str, str]:
    """Return an environment in which Spidermon is not installed."""
    folder = tmp_path / "packages"
    folder.mkdir()
    (folder / "spidermon.py").write_text("raise ModuleNotFoundError(\"No module named 'spidermon'\")")
    return {**environment(), "PYTHONPATH": str(folder)}


@pytest.mark.faults
def test_a_run_needs_no_spidermon(fake_site: FakeSite, tmp_path: Path, without_spidermon: dict[str, str]) -> None:
    output = tmp_path / "output"
    done = scrapy(crawl_command(output, fake_site.settings), env=without_spidermon)
    assert done.returncode == 0, done.stderr
    assert len(published(output)) == 4


def test_alerts_without_spidermon_end_with_2_and_the_way_out(
    fake_site: FakeSite, tmp_path: Path, without_spidermon: dict[str, str]
) -> None:
    output = tmp_path / "output"
    settings = {**fake_site.settings, "SPACENEWS_ALERTS": SLACK}
    done = scrapy(crawl_command(output, settings), env=without_spidermon)
    assert done.returncode == 2
    assert "SPACENEWS_ALERTS=" in done.stderr
    assert "they need Spidermon, the extra `alerts`: pip install spidermon" in done.stderr
    assert "Traceback" not in done.stderr
    assert fake_site.server.paths() == []
    assert not output.exists()


class StrictMonitor(Monitor):  # type: ignore[misc]
    __test__ = False  # for Spidermon, not for pytest

    def test_enough(self) -> None:
        assert self.data.stats["item_scraped_count"] > 100


class Strict(MonitorSuite):  # type: ignore[misc]
    monitors = (StrictMonitor,)
    monitors_failed_actions = (Broken,)


@pytest.mark.filterwarnings("ignore::scrapy.exceptions.ScrapyDeprecationWarning:spidermon")
def test_spidermons_own_extension_may_be_enabled_and_changes_no_result(
    fake_site: FakeSite, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    [example] = examples("Alerts", "python")
    settings = {"EXTENSIONS": dict(DEFAULTS["EXTENSIONS"])}
    exec(example.replace("my_monitors.MySuite", "test_alerts.Strict"), {}, settings)  # noqa: S102
    told = run(fake_site, tmp_path, settings)
    assert (told["result"], told["reasons"]) == ("ok", [])
    assert "FAIL: StrictMonitor/test_enough" in caplog.text
