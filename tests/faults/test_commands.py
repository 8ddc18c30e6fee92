"""`scrapy runs` and `scrapy retry` after a run that lost two pages."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from commands import command, crawl, published, report, scrapy
from paper import FAST, SPIDER, Paper
from server import Answer

from spacenews.demo.markup import ORIGIN

pytestmark = pytest.mark.faults


def test_runs_lists_and_retry_asks_for_just_what_failed(tmp_path: Path) -> None:
    with Paper(6) as paper:
        lost = [story.url.removeprefix(ORIGIN) for story in paper.stories[1:3]]
        good = {path: paper.server.routes[path] for path in lost}
        paper.server.routes |= dict.fromkeys(lost, Answer(status=500))
        settings = {**FAST, **paper.settings, "SPACENEWS_OUTPUT": str(tmp_path)}
        nothing = scrapy(command("runs", settings=settings))
        assert (nothing.returncode, nothing.stdout) == (4, "")
        assert "there is no crawl database" in nothing.stderr

        assert crawl(tmp_path, paper.settings).returncode == 0
        shown = scrapy(command("runs", settings=settings)).stdout
        assert report(tmp_path)["run_id"] in shown
        assert "degraded" in shown
        assert json.loads(scrapy(command("runs", "--json", settings=settings)).stdout) == report(tmp_path)

        paper.server.routes |= good
        paper.forget()
        assert scrapy(command("retry", SPIDER, settings=settings)).returncode == 0
        assert sorted(paper.asked("/space/")) == sorted(lost)
        assert report(tmp_path)["counts"]["articles"]["new"] == 2
        assert {record["url"] for record in published(tmp_path)} == paper.urls
        assert "has no failed address" in scrapy(command("retry", SPIDER, settings=settings)).stdout
