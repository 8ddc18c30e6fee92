"""What a run asks for, saves and publishes, and what the next one makes of it; the site is on loopback."""

from __future__ import annotations

import asyncio
import re
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta, tzinfo
from pathlib import Path
from typing import Any, ClassVar

import crawling
import pytest
import sqlalchemy as sa
from commands import published, records, report, run_folders
from paper import FAST, Paper, story
from scrapy.crawler import Crawler
from server import Answer
from spidermon import Monitor, MonitorSuite
from spidermon.core.actions import Action

from spacenews import settings as module
from spacenews.demo.markup import ORIGIN
from spacenews.errors import OutputError
from spacenews.schedule import Schedule
from spacenews.spiders.digitaltrends_space import DigitaltrendsSpaceSpider
from spacenews.store import Find, Store
from spacenews.tables import addresses, articles

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
def clock(monkeypatch: pytest.MonkeyPatch) -> None:
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


def test_a_limited_run_takes_what_the_listing_has_first(tmp_path: Path) -> None:
    with Paper(60, on_a_page=60) as paper:
        first = run(paper, tmp_path, limit="10", discover="listing", follow_related="false")
        assert first["counts"]["articles"]["new"] == 10
        assert {record["url"] for record in newest(tmp_path)} < {it.url for it in paper.stories[:40]}
        run(paper, tmp_path, limit="all", discover="listing", follow_related="false")
        assert {record["url"] for record in published(tmp_path)} == paper.urls


def test_what_is_due_is_asked_for_conditionally(paper: Paper, tmp_path: Path) -> None:
    run(paper, tmp_path, ALWAYS)
    second = run(paper, tmp_path, ALWAYS)
    assert len(paper.asked()) == 6
    assert second["counts"]["responses"]["3xx"] == 6
    assert second["counts"]["articles"] == {"new": 0, "updated": 0, "unchanged": 6, "not_due": 0}


@pytest.mark.parametrize(
    "change",
    [
        lambda it: {"body": it.body + "\n\nA correction was added."},
        lambda it: {"lead": it.lead.__class__(**{**vars(it.lead), "caption": "Another caption."})},
        lambda it: {"lead": it.lead.__class__(**{**vars(it.lead), "credit": "Somebody else"})},
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


def at(hours: float) -> str:
    """Return the time that many hours before the present one."""
    return (datetime.now(UTC) - timedelta(hours=hours)).isoformat()


@pytest.mark.parametrize(
    ("age", "soon", "late"),
    [(0, 0.9, 1.1), (30, 5.9, 6.1), (100, 23, 25), (1000, 167, 169)],
    ids=["an hour", "six hours", "a day", "a week"],
)
def test_the_older_the_article_the_longer_it_is_left_alone(
    paper: Paper, tmp_path: Path, age: float, soon: float, late: float
) -> None:
    for number in range(6):
        paper.edit(number, published=at(age))
    run(paper, tmp_path)
    run(paper, tmp_path, after=soon)
    assert paper.asked() == []
    run(paper, tmp_path, after=late - soon)
    assert len(paper.asked()) == 6


def test_very_old_articles_are_not_checked_again(paper: Paper, tmp_path: Path) -> None:
    paper.edit(0, published=at(24 * 400))
    run(paper, tmp_path)
    run(paper, tmp_path, after=24 * 365)
    assert paper.stories[0].slug not in " ".join(paper.asked())


def test_an_unchanged_listing_hides_nothing_that_waits(tmp_path: Path) -> None:
    with Paper(20, on_a_page=5) as paper:
        run(paper, tmp_path, limit="8")
        for _ in range(2):
            run(paper, tmp_path, limit="8")
        assert {record["url"] for record in published(tmp_path)} == paper.urls


def test_a_feed_that_knows_of_a_change_has_the_article_read_before_its_time(paper: Paper, tmp_path: Path) -> None:
    run(paper, tmp_path)
    Clock.ahead += timedelta(minutes=2)
    atom = f"""<feed xmlns="http://www.w3.org/2005/Atom"><entry><link href="{paper.stories[4].url}"/>
        <updated>{Clock.now(UTC).isoformat()}</updated></entry></feed>"""
    paper.server.routes["/space/feed/"] = Answer(atom.encode())
    run(paper, tmp_path)
    assert paper.asked() == [paper.stories[4].url.removeprefix(ORIGIN)]


def listed(paper: Paper) -> int:
    """Return how many pages of the listing were asked for."""
    return len({path for path in paper.server.paths() if path == "/space/" or path.startswith("/space/page/")})


def test_paging_stops_at_a_page_without_news_once_the_listing_was_read_to_its_end(tmp_path: Path) -> None:
    with Paper(20, on_a_page=5) as paper:
        run(paper, tmp_path)
        assert listed(paper) == 4
        run(paper, tmp_path)
        assert listed(paper) == 1
        paper.stories.insert(0, story(20))
        paper.update()
        run(paper, tmp_path)
        assert listed(paper) == 2
        assert {record["url"] for record in published(tmp_path)} == paper.urls


def test_paging_goes_on_where_an_earlier_run_did_not_get_to(tmp_path: Path) -> None:
    with Paper(20, on_a_page=5) as paper:
        run(paper, tmp_path, pages="2", follow_related="false")
        assert listed(paper) == 2
        run(paper, tmp_path, pages="10", follow_related="false")
        assert listed(paper) == 4
        assert {record["url"] for record in published(tmp_path)} == paper.urls


def test_paging_goes_on_after_a_page_that_failed(tmp_path: Path) -> None:
    with Paper(20, on_a_page=5) as paper:
        third = paper.server.routes["/space/page/3/"]
        paper.server.routes["/space/page/3/"] = Answer(status=500)
        assert run(paper, tmp_path, follow_related="false")["result"] == "degraded"
        paper.server.routes["/space/page/3/"] = third
        run(paper, tmp_path, follow_related="false")
        assert {record["url"] for record in published(tmp_path)} == paper.urls


def test_a_failed_address_is_tried_again_ever_later_and_then_given_up(paper: Paper, tmp_path: Path) -> None:
    broken = paper.stories[2].url.removeprefix(ORIGIN)
    paper.server.routes[broken] = Answer(status=500)
    first = run(paper, tmp_path)
    assert first["failed"] == [{"url": paper.stories[2].url, "reason": "http_5xx", "attempts": 1}]
    assert first["result"] == "degraded"
    for pause in (1, 2, 4, 8):
        run(paper, tmp_path, after=pause * 0.9)
        assert paper.asked() == []
        run(paper, tmp_path, after=pause * 0.2)
        assert paper.asked() == [broken]
    run(paper, tmp_path, after=1000)
    assert broken not in paper.asked()
    assert state(tmp_path, paper.stories[2].url).state == "ERROR"


def test_an_address_that_answers_again_starts_anew(paper: Paper, tmp_path: Path) -> None:
    url = paper.stories[2].url
    good = paper.server.routes[url.removeprefix(ORIGIN)]
    paper.server.routes[url.removeprefix(ORIGIN)] = Answer(status=500)
    run(paper, tmp_path, AT_ONCE)
    assert (state(tmp_path, url).state, state(tmp_path, url).failures) == ("FETCH_ERROR", 1)
    paper.server.routes[url.removeprefix(ORIGIN)] = good
    assert run(paper, tmp_path, AT_ONCE)["counts"]["articles"]["new"] == 1
    assert (state(tmp_path, url).state, state(tmp_path, url).failures) == ("FETCHED", 0)


def test_a_vanished_article_stays_in_the_database_marked(paper: Paper, tmp_path: Path) -> None:
    run(paper, tmp_path, ALWAYS)
    paper.gone.add(paper.stories[1].slug)
    paper.update()
    second = run(paper, tmp_path, ALWAYS)
    assert (second["result"], second["exit_code"]) == ("ok", 0)
    gone = state(tmp_path, paper.stories[1].url)
    assert (gone.state, gone.reason, gone.status) == ("ERROR", "gone", 410)
    assert gone.gone_at
    run(paper, tmp_path, ALWAYS)
    assert len(paper.asked()) == 5
    with opened(tmp_path) as store, store.engine.connect() as connection:
        assert len(connection.execute(sa.select(articles)).all()) == 6


@contextmanager
def opened(output: Path) -> Iterator[Store]:
    store = Store(f"sqlite:///{output}/spacenews.sqlite3", Schedule())
    yield store
    store.close()


def state(output: Path, url: str) -> Any:
    """Return what the database says of an address."""
    with opened(output) as store, store.engine.connect() as connection:
        return connection.execute(sa.select(addresses).where(addresses.c.url == url)).one()


def test_a_field_that_falls_degrades_the_run_and_a_little_less_does_not(tmp_path: Path) -> None:
    with Paper(20) as paper:
        run(paper, tmp_path, ALWAYS)
        paper.edit(0, topics=())
        assert run(paper, tmp_path, ALWAYS)["result"] == "ok"
        paper.around = lambda page: page.replace("b-secondary-breadcrumbs__item", "renamed")
        paper.update()
        third = run(paper, tmp_path, ALWAYS)
        assert (third["result"], third["exit_code"]) == ("degraded", 0)
        assert "topics is filled on 0% of the pages" in third["reasons"][0]
        assert third["coverage"]["topics"] == 0


def test_walls_are_counted_and_few_of_them_degrade_the_run(paper: Paper, tmp_path: Path) -> None:
    wall = b"<html><body><h1>Before you continue</h1><p>We value your privacy.</p><button>Accept</button></body></html>"
    paper.server.routes[paper.stories[0].url.removeprefix(ORIGIN)] = Answer(wall)
    told = run(paper, tmp_path)
    assert (told["result"], told["exit_code"]) == ("degraded", 0)
    assert told["counts"]["walls"] == {"consent": 1}
    assert f"1 of 6 pages are walls (e.g. {paper.stories[0].url})" in told["reasons"]


def test_failed_pictures_degrade_the_run_and_come_later_as_a_new_version(paper: Paper, tmp_path: Path) -> None:
    pictures = [path for path in paper.server.routes if path.startswith("/tachyon/")]
    good = dict(paper.server.routes)
    for path in pictures[:3]:
        paper.server.routes[path] = Answer(status=503)
    first = run(paper, tmp_path, AT_ONCE)
    assert first["result"] == "degraded"
    assert first["counts"]["images"] == {"ok": 3, "failed": 3, "skipped": 0}
    assert "3 of 6 pictures failed" in first["reasons"]
    paper.server.routes = good
    second = run(paper, tmp_path, AT_ONCE)
    assert second["counts"]["articles"]["updated"] == 3
    assert {record["version"] for record in newest(tmp_path)} == {2}


class Noted(Action):  # type: ignore[misc]
    """An alert that notes what it would say."""

    said: ClassVar[list[str]] = []

    def run_action(self) -> None:
        self.said.append(self.result.monitor_results[-1].error)


@pytest.mark.parametrize(("when", "told"), [("failed", 0), ("failed,degraded", 1)])
def test_alerts_are_taken_when_the_run_is_published(paper: Paper, tmp_path: Path, when: str, told: int) -> None:
    Noted.said.clear()
    paper.server.routes[paper.stories[0].url.removeprefix(ORIGIN)] = Answer(status=500)
    run(paper, tmp_path, {"SPACENEWS_ALERTS": ["test_runs.Noted"], "SPACENEWS_ALERT_ON": when})
    assert len(Noted.said) == told
    assert all("1 addresses could not be read" in sentence for sentence in Noted.said)


def test_a_spidermon_suite_of_ones_own_judges_beside_ours(paper: Paper, tmp_path: Path) -> None:
    Noted.said.clear()
    suites = ["spacenews.monitors.RunSuite", "test_runs.Strict"]
    run(paper, tmp_path, {"SPIDERMON_SPIDER_CLOSE_MONITORS": suites})
    assert len(Noted.said) == 1


class StrictMonitor(Monitor):  # type: ignore[misc]
    __test__ = False  # for Spidermon, not for pytest

    def test_enough(self) -> None:
        assert self.data.stats["item_scraped_count"] > 100


class Strict(MonitorSuite):  # type: ignore[misc]
    monitors = (StrictMonitor,)
    monitors_failed_actions = (Noted,)


def test_two_first_runs_may_make_the_database_at_once(tmp_path: Path) -> None:
    together = threading.Barrier(8)

    def first(_: int) -> None:
        together.wait()
        with opened(tmp_path) as store:
            store.discover("spider", [Find("https://example.org/", "feed")])

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(first, range(8)))
    assert state(tmp_path, "https://example.org/").state == "DISCOVERED"


def test_intervals_may_be_given_on_a_command_line(paper: Paper, tmp_path: Path) -> None:
    run(paper, tmp_path)
    run(paper, tmp_path, {"SPACENEWS_RECHECK_HOURS": "[[1000000, 0]]"})
    run(paper, tmp_path, {"SPACENEWS_RECHECK_HOURS": "[[1000000, 0]]"}, after=24 * 8)
    assert len(paper.asked()) == 6


def test_the_last_resort_of_a_stop_leaves_a_process_alone_whose_run_is_over(paper: Paper, tmp_path: Path) -> None:
    def stop_soon(crawler: Crawler) -> None:
        asyncio.get_running_loop().call_later(0.3, lambda: asyncio.ensure_future(crawler.stop_async()))

    settings = {"SPACENEWS_STOP_SECONDS": 1.0, "DOWNLOAD_DELAY": 5}
    assert run(paper, tmp_path, settings, started=stop_soon)["result"] == "interrupted"
    time.sleep(1.5)  # this process is still here: that is the assertion
    assert run(paper, tmp_path)["result"] == "ok"


def test_seeds_are_read_again_even_when_not_due_but_not_downloaded_again(paper: Paper, tmp_path: Path) -> None:
    seeds = ",".join(sorted(paper.urls)[:2])
    assert run(paper, tmp_path, seeds=seeds, follow_related="false")["counts"]["articles"]["new"] == 2
    second = run(paper, tmp_path, seeds=seeds, follow_related="false")
    assert len(paper.asked()) == 2
    assert second["counts"]["responses"] == {"2xx": 1, "3xx": 2}, "robots.txt, and 304 twice"


def test_a_page_that_redirects_to_itself_is_a_failure_that_is_told(paper: Paper, tmp_path: Path) -> None:
    path = paper.stories[0].url.removeprefix(ORIGIN)
    paper.server.routes[path] = Answer(b"", 302, headers={"Location": paper.stories[0].url})
    told = run(paper, tmp_path)
    assert told["failed"] == [{"url": paper.stories[0].url, "reason": "redirects", "attempts": 1}]
    assert told["counts"]["articles"]["new"] == 5


def test_a_recording_that_cannot_be_written_ends_the_run_with_4(
    paper: Paper, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    full, really_open = tmp_path / "full.warc.gz", Path.open

    def open_(path: Path, *how: Any, **more: Any) -> Any:
        return really_open(Path("/dev/full") if path == full and how[:1] == ("ab",) else path, *how, **more)

    monkeypatch.setattr(Path, "open", open_)
    told = run(paper, tmp_path, {"SPACENEWS_WARC_RECORD": str(full)})
    assert told["exit_code"] == 4
    assert "SPACENEWS_WARC_RECORD" in " ".join(told["reasons"])


def test_a_huge_page_is_read_like_any_other(paper: Paper, tmp_path: Path) -> None:
    paper.around = lambda page: page + f"<!-- {'x' * 600_000} -->"
    paper.update()
    assert run(paper, tmp_path)["counts"]["articles"]["new"] == 6


def test_a_damaged_recording_is_refused_before_a_run_begins(paper: Paper, tmp_path: Path) -> None:
    damaged = tmp_path / "damaged.warc.gz"
    damaged.write_bytes(b"\x1f\x8bno gzip")
    with pytest.raises(OutputError, match="SPACENEWS_WARC_RECORD"):
        run(paper, tmp_path / "output", {"SPACENEWS_WARC_RECORD": str(damaged)})
    assert not list((tmp_path / "output").glob("*/2*"))
