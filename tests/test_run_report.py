"""run.json: its schema, its documentation, and what older versions wrote."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
from demo_site.markup import ORIGIN
from support.factories import SPIDER, finish_runs, open_store, run_report
from support.fake_site import SPIDER as SITE
from support.fake_site import FakeSite
from support.processes import PROJECT, RUN_JSON, Scrapy
from support.server import Answer
from support.tables import table
from test_runs import run

from spacenews.report import build
from spacenews.runs import report as module
from spacenews.runs.report import RunReport, json_schema, read_report
from spacenews.schema import to_record

DATA = (PROJECT / "DATA.md").read_text(encoding="utf-8")
OPERATIONS = (PROJECT / "docs/operations.md").read_text(encoding="utf-8")
CLASSES = (
    module.RunReport,
    module.Counts,
    module.ArticleCounts,
    module.ImageCounts,
    module.FailedUrl,
    module.RobotsRules,
    module.Output,
    module.Versions,
)
OLD = sorted((Path(__file__).parent / "run_reports").glob("*.json"))
NEWER_KEYS = [  # a report that was written before these were there
    ("counts", "pages"),
    ("counts", "walls"),
    ("counts", "images", "skipped"),
    ("finish_reason",),
    ("robots",),
    ("versions",),
]


@pytest.mark.parametrize("cls", CLASSES, ids=lambda cls: cls.__name__)
def test_data_md_has_a_line_for_every_key_in_order(cls: type[Any]) -> None:
    assert table(cls) in DATA


def test_what_operations_md_reads_is_there() -> None:
    section = OPERATIONS[OPERATIONS.index("## How to read run.json") : OPERATIONS.index("## What to do when")]
    keys = [key for row in re.findall(r"^\| (`.*?) \|", section, re.MULTILINE) for key in re.findall(r"`(.+?)`", row)]
    assert len(keys) > 10
    for key in keys:
        value: Any = to_record(RunReport())
        for part in key.split("."):
            value = value[part]


def test_the_command_prints_the_schema(scrapy: Scrapy) -> None:
    printed = scrapy("runs", "--schema", "-s", "SPACENEWS_OUTPUT=/proc/spacenews")
    assert printed.returncode == 0, printed.stderr
    assert json.loads(printed.stdout) == json_schema()


def test_the_schema_takes_reports_and_nothing_else() -> None:
    RUN_JSON.check_schema(json_schema())
    good = to_record(run_report(4))
    RUN_JSON.validate(good)
    for broken in (
        {**good, "extra": 1},
        {**good, "result": "unfinished"},
        {**good, "counts": {**good["counts"], "pages": "30"}},
        {**good, "coverage": {"title": None}},
        {**good, "robots": {"www.example.com": "allowed"}},
        {name: value for name, value in good.items() if name != "failed"},
    ):
        assert not RUN_JSON.is_valid(broken)


def test_the_keys_are_in_the_order_of_the_contract() -> None:
    keys = "run_id spider result exit_code reasons started_at finished_at finish_reason counts coverage failed robots"
    assert list(to_record(RunReport())) == [*keys.split(), "output", "versions"]


@pytest.mark.parametrize("path", OLD, ids=lambda path: path.stem)
def test_what_an_older_version_wrote_is_kept_and_completed(path: Path) -> None:
    old = json.loads(path.read_text())
    now = to_record(read_report(path.read_text()))
    RUN_JSON.validate(now)
    assert within(old, now)


def within(old: Any, now: Any) -> bool:
    """Tell whether *now* says all that *old* says."""
    if isinstance(old, dict):
        return all(name in now and within(value, now[name]) for name, value in old.items())
    return bool(old == now)


def outdated(told: RunReport) -> dict[str, Any]:
    """Return a report as it was before some keys were there."""
    old: dict[str, Any] = to_record(told)
    for *parents, key in NEWER_KEYS:
        part = old
        for name in parents:
            part = part[name]
        del part[key]
    return old


def test_a_database_with_reports_of_older_versions_is_shown_and_crawled_on(scrapy: Scrapy, tmp_path: Path) -> None:
    store = open_store(tmp_path)
    before = [run_report(number, spider=SITE) for number in range(3)]
    finish_runs(store, before)
    for told in before:
        store.runs.finish(SITE, told.run_id, outdated(told))
    build(store, tmp_path)
    store.close()
    page = (tmp_path / "report/runs.html").read_text()
    assert all(str(told.counts.articles.unchanged) in page for told in before)
    lines = scrapy("runs", "--json", "-s", f"SPACENEWS_OUTPUT={tmp_path}").stdout.splitlines()
    assert len(lines) == 3
    for line in lines:
        RUN_JSON.validate(json.loads(line))
    with FakeSite(4) as fake_site:
        assert run(fake_site, tmp_path)["result"] == "ok"


def test_a_run_that_is_not_over_is_shown_without_numbers(scrapy: Scrapy, tmp_path: Path) -> None:
    store = open_store(tmp_path)
    finish_runs(store, [run_report(0)])
    store.runs.start(SPIDER, "20261122T050000Z", "output", "localhost", 1)
    build(store, tmp_path)
    store.close()
    page = (tmp_path / "report/runs.html").read_text()
    [row] = re.findall(r"<tr>(?:(?!</tr>).)*unfinished.*?</tr>", page, re.DOTALL)
    assert re.findall(r'<td class="number">(.*?)</td>', row) == [""] * 7
    assert "active, or killed" in row
    listed = scrapy("runs", "-s", f"SPACENEWS_OUTPUT={tmp_path}").stdout
    assert re.search(rf"{SPIDER} +20261122T050000Z +running or killed", listed)


def test_robots_rules_and_what_they_forbid_are_reported(tmp_path: Path) -> None:
    with FakeSite(3) as fake_site:
        rules = f"User-agent: *\nDisallow: {fake_site.stories[0].url.removeprefix(ORIGIN)}\nCrawl-delay: 0.01\n"
        fake_site.server.routes["/robots.txt"] = Answer(rules.encode())
        told = run(fake_site, tmp_path)
    assert told["robots"]["disallowed"] == 1
    assert told["robots"]["www.digitaltrends.com"] == {
        "status": 200,
        "decision": "obeyed",
        "crawl_delay": 0.01,
        "delay": 0.01,
    }
