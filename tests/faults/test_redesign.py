"""A redesign that the reader does not know fails the run at once and leaves what was published as it is."""

from __future__ import annotations

from pathlib import Path

import pytest
from support.fake_site import FakeSite
from support.processes import crawl, published, report
from test_exit_codes import redesigned

pytestmark = pytest.mark.faults

ALWAYS = {"SPACENEWS_RECHECK_HOURS": [[1_000_000, 0]]}


def test_a_redesign_publishes_nothing_and_its_repair_no_spurious_version(tmp_path: Path) -> None:
    with FakeSite(6) as fake_site:
        settings = {**fake_site.settings, **ALWAYS}
        fake_site.stories, kept = fake_site.stories[:4], fake_site.stories
        fake_site.update()
        assert crawl(tmp_path, settings).returncode == 0
        before = published(tmp_path)

        fake_site.stories, fake_site.around = kept, redesigned
        fake_site.update()
        for _ in range(2):
            assert crawl(tmp_path, settings).returncode == 3
            assert "text is empty on 6 of 6 article pages" in " ".join(report(tmp_path)["reasons"])
            assert report(tmp_path)["output"] is None
            assert published(tmp_path) == before

        fake_site.around = lambda page: page
        fake_site.update()
        assert crawl(tmp_path, settings).returncode == 0
        assert report(tmp_path)["counts"]["articles"] == {"new": 2, "updated": 0, "unchanged": 4, "not_due": 0}
        assert {record["url"] for record in published(tmp_path)} == fake_site.urls


def test_a_page_that_lost_its_date_is_withheld_and_read_again(tmp_path: Path) -> None:
    """Articles that have a body are saved before the run is judged."""
    with FakeSite(6) as fake_site:
        undated = {"-08:00": "", "Published": "", "datePublished": "when", "article:published_time": "when"}

        def spoil(page: str) -> str:
            for text, other in undated.items():
                page = page.replace(text, other)
            return page.replace("<time", "<b").replace("T08:00", "").replace('datetime="', 'data-when="')

        fake_site.around = spoil
        fake_site.server.routes["/space/feed/"] = fake_site.server.routes["/robots.txt"]
        fake_site.update()
        assert crawl(tmp_path, fake_site.settings).returncode == 3
        assert "published_at is empty on 6 of 6" in " ".join(report(tmp_path)["reasons"])
        assert published(tmp_path) == []

        fake_site.around = lambda page: page
        fake_site.update()
        assert crawl(tmp_path, fake_site.settings).returncode == 0
        assert report(tmp_path)["counts"]["articles"]["new"] == 6
        assert all(record["published_at"] and record["version"] == 1 for record in published(tmp_path))
