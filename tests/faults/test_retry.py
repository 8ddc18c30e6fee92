"""`scrapy runs` and `scrapy retry` after a run that lost two pages."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from demo_site.markup import ORIGIN
from support.fake_site import FAST, SPIDER, FakeSite
from support.processes import command, crawl, published, report, scrapy
from support.server import Answer

pytestmark = pytest.mark.faults


def test_runs_lists_and_retry_asks_for_just_what_failed(tmp_path: Path) -> None:
    with FakeSite(6) as fake_site:
        fake_site.edit(1, slug="moon,mars")  # a comma must not make two addresses of one
        lost = [story.url.removeprefix(ORIGIN) for story in fake_site.stories[1:3]]
        good = {path: fake_site.server.routes[path] for path in lost}
        fake_site.server.routes |= dict.fromkeys(lost, Answer(status=500))
        settings = {**FAST, **fake_site.settings, "SPACENEWS_OUTPUT": str(tmp_path)}
        nothing = scrapy(command("runs", settings=settings))
        assert (nothing.returncode, nothing.stdout) == (4, "")
        assert "there is no crawl database" in nothing.stderr

        assert crawl(tmp_path, fake_site.settings).returncode == 0
        shown = scrapy(command("runs", settings=settings)).stdout
        assert report(tmp_path)["run_id"] in shown
        assert "degraded" in shown
        assert json.loads(scrapy(command("runs", "--json", settings=settings)).stdout) == report(tmp_path)

        nobody = scrapy(command("retry", "digitaltrends", settings=settings))
        assert nobody.returncode == 2
        assert "no spider is named digitaltrends: did you mean digitaltrends_space?" in nobody.stderr
        own = scrapy(command("retry", SPIDER, settings=settings, arguments={"seeds": ORIGIN}))
        assert own.returncode == 2
        assert "argument seeds: scrapy retry takes them from the crawl database" in own.stderr

        fake_site.server.routes |= good
        fake_site.forget()
        assert scrapy(command("retry", SPIDER, settings=settings)).returncode == 0
        assert sorted(fake_site.asked("/space/")) == sorted(lost)
        assert report(tmp_path)["counts"]["articles"]["new"] == 2
        assert {record["url"] for record in published(tmp_path)} == fake_site.urls
        assert "has no failed address" in scrapy(command("retry", SPIDER, settings=settings)).stdout
