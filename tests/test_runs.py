"""What a run asks for, saves and publishes, and what the next one makes of it; the site is on loopback."""

from __future__ import annotations

import re
from datetime import datetime, timedelta, tzinfo
from pathlib import Path
from typing import Any

import crawling
import pytest
from commands import published, records, report, run_folders
from paper import FAST, Paper

from spacenews import settings as module
from spacenews.spiders.digitaltrends_space import DigitaltrendsSpaceSpider

PROJECT = {name: getattr(module, name) for name in dir(module) if name.isupper()}
ALWAYS = {"SPACENEWS_RECHECK_HOURS": [(1_000_000, 0)]}  # every article is due in every run
AT_ONCE = {"SPACENEWS_RETRY_HOURS": 0}  # what failed is due in the next run


class Clock(datetime):
    """The time of day, which a test can put forward."""

    ahead = timedelta()

    @classmethod
    def now(cls, tz: tzinfo | None = None) -> datetime:  # type: ignore[override]
        return datetime.now(tz) + cls.ahead


@pytest.fixture(autouse=True)
def _clock(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("spacenews.clock.datetime", Clock)
    Clock.ahead = timedelta()


def run(
    paper: Paper, output: Path, settings: dict[str, Any] | None = None, *, after: float = 1 / 60, **arguments: Any
) -> dict[str, Any]:
    """Crawl the paper *after* so many hours and return run.json; the paper forgets what it was asked for before."""
    Clock.ahead += timedelta(hours=after)
    paper.forget()
    spider = type("Spider", (DigitaltrendsSpaceSpider,), {})
    changed = {**FAST, **paper.settings, "SPACENEWS_OUTPUT": str(output), "LOG_ENABLED": False, **(settings or {})}
    crawling.crawl(spider, PROJECT | changed, **arguments)
    return report(output)


def newest(output: Path) -> list[dict[str, Any]]:
    """Return the records of the newest run."""
    return records(run_folders(output)[-1])


@pytest.fixture
def paper() -> Any:
    with Paper() as paper:
        yield paper


def test_the_second_run_asks_for_no_article_again(paper: Paper, tmp_path: Path) -> None:
    assert run(paper, tmp_path)["counts"]["articles"]["new"] == 6
    second = run(paper, tmp_path)
    assert paper.asked("/space/gen") == []
    assert paper.asked("/tachyon/") == []
    assert second["counts"]["articles"] == {"new": 0, "updated": 0, "unchanged": 6, "not_due": 6}
    assert (second["result"], second["exit_code"], second["reasons"]) == ("ok", 0, ["nothing new"])
    assert newest(tmp_path) == []


def test_articles_are_asked_for_in_the_order_of_the_listing(paper: Paper, tmp_path: Path) -> None:
    run(paper, tmp_path, {"CONCURRENT_REQUESTS_PER_DOMAIN": 1}, discover="listing", follow_related="false")
    assert paper.asked() == [story.url.removeprefix("https://www.digitaltrends.com") for story in paper.stories]


def test_what_is_due_is_asked_for_conditionally(paper: Paper, tmp_path: Path) -> None:
    run(paper, tmp_path, ALWAYS)
    second = run(paper, tmp_path, ALWAYS)
    assert len(paper.asked()) == 6
    assert second["counts"]["responses"]["3xx"] == 6
    assert second["counts"]["articles"] == {"new": 0, "updated": 0, "unchanged": 6, "not_due": 0}


@pytest.mark.parametrize(
    "change",
    [
        lambda story: {"body": story.body + "\n\nA correction was added."},
        lambda story: {"lead": story.lead.__class__(**{**vars(story.lead), "caption": "Another caption."})},
        lambda story: {"lead": story.lead.__class__(**{**vars(story.lead), "credit": "Somebody else"})},
        lambda _: {"title": "Another headline"},
    ],
    ids=["body", "caption", "credit", "headline"],
)
def test_a_change_is_one_record_of_version_2(paper: Paper, tmp_path: Path, change: Any) -> None:
    run(paper, tmp_path, ALWAYS)
    [before] = [record for record in newest(tmp_path) if record["url"] == paper.stories[3].url]
    paper.edit(3, **change(paper.stories[3]))
    assert run(paper, tmp_path, ALWAYS)["counts"]["articles"] == {"new": 0, "updated": 1, "unchanged": 5, "not_due": 0}
    [after] = newest(tmp_path)
    assert (after["id"], after["version"], after["first_seen_at"]) == (before["id"], 2, before["first_seen_at"])
    run(paper, tmp_path, ALWAYS)
    assert newest(tmp_path) == []
    assert len(published(tmp_path)) == 7


def test_other_adverts_and_another_rail_are_no_change(paper: Paper, tmp_path: Path) -> None:
    run(paper, tmp_path, ALWAYS)
    paper.around = lambda page: re.sub(
        r'<section class="b-right-rail">.*?</section>', "<section><p>A new rail</p></section>", page, flags=re.DOTALL
    ).replace('data-location="content">', 'data-location="content"><p>Buy this!</p>')
    paper.update()
    second = run(paper, tmp_path, ALWAYS)
    assert second["counts"]["responses"] == {"2xx": 9}  # no 304: the pages did change
    assert second["counts"]["articles"] == {"new": 0, "updated": 0, "unchanged": 6, "not_due": 0}
    assert newest(tmp_path) == []
