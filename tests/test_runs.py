"""What a run asks for, saves and publishes, and what the next one makes of it; the site is on loopback."""

from __future__ import annotations

import asyncio
import gzip
import hashlib
import re
import threading
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from demo_site.markup import ORIGIN, feed
from scrapy.crawler import Crawler
from support import run_crawl
from support.fake_site import FAST, FakeSite, picture_of, story
from support.moved_clock import Clock
from support.processes import crawl_command, environment, published, read_report, records, report, run_folders, scrapy
from support.server import Answer

from spacenews import settings as module
from spacenews.errors import OutputError
from spacenews.spider import BATCH
from spacenews.spiders.digitaltrends_space import DigitaltrendsSpaceSpider
from spacenews.storage.addresses import DiscoveredUrl
from spacenews.storage.articles import Articles, Outcome, StagedArticle
from spacenews.storage.database import sqlite_url
from spacenews.storage.schedule import Schedule
from spacenews.storage.store import Store
from spacenews.storage.tables import addresses

PROJECT = {name: getattr(module, name) for name in dir(module) if name.isupper()}
ALWAYS = {"SPACENEWS_RECHECK_HOURS": [(1_000_000, 0)]}  # every article is due in every run
AT_ONCE = {"SPACENEWS_RETRY_HOURS": 0}  # what failed is due in the next run


@pytest.fixture(autouse=True)
def clock(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("spacenews.clock.datetime", Clock)
    Clock.ahead = timedelta()


def run(
    fake_site: FakeSite,
    output: Path,
    settings: dict[str, Any] | None = None,
    *,
    after: float = 1 / 60,
    **arguments: Any,
) -> dict[str, Any]:
    """Crawl the site *after* so many hours and return run.json; the site forgets earlier requests."""
    Clock.ahead += timedelta(hours=after)
    fake_site.forget()
    spider = type("Spider", (DigitaltrendsSpaceSpider,), {})
    changed = {**FAST, **fake_site.settings, "SPACENEWS_OUTPUT": str(output), "LOG_ENABLED": False, **(settings or {})}
    run_crawl.crawl(spider, PROJECT | changed, **arguments)
    return report(output)


def newest(output: Path) -> list[dict[str, Any]]:
    """Return the records of the newest run."""
    return records(run_folders(output)[-1])


@pytest.fixture
def fake_site() -> Any:
    with FakeSite() as fake_site:
        yield fake_site


def test_the_second_run_asks_for_no_article_again(fake_site: FakeSite, tmp_path: Path) -> None:
    assert run(fake_site, tmp_path)["counts"]["articles"]["new"] == 6
    second = run(fake_site, tmp_path)
    assert fake_site.asked("/space/gen") == []
    assert fake_site.asked("/tachyon/") == []
    assert second["counts"]["articles"] == {"new": 0, "updated": 0, "unchanged": 6, "not_due": 6}
    assert (second["result"], second["exit_code"], second["reasons"]) == ("ok", 0, ["nothing new"])
    assert newest(tmp_path) == []


def test_an_article_is_saved_when_its_links_are(
    fake_site: FakeSite, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A run that is killed in between asks for the article again, and finds its links again."""
    stage = Articles.stage
    saved_first = 0
    unsaved: set[str] = set()

    def noted(self: Articles, articles_read: Sequence[StagedArticle]) -> list[Outcome]:
        nonlocal saved_first, unsaved
        links = {related.url for staged in articles_read for related in staged.article.related} & fake_site.urls
        with self.database.engine.connect() as connection:
            known = set(connection.scalars(sa.select(addresses.c.url)))
        saved_first, unsaved = saved_first + len(links), unsaved | (links - known)
        return stage(self, articles_read)

    monkeypatch.setattr(Articles, "stage", noted)
    run(fake_site, tmp_path, seeds=fake_site.stories[0].url)
    assert saved_first
    assert not unsaved


@pytest.mark.faults
def test_a_limited_run_takes_what_the_listing_has_first(tmp_path: Path) -> None:
    with FakeSite(60, on_a_page=60) as fake_site:
        first = run(fake_site, tmp_path, limit="10", discover="listing", follow_related="false")
        assert first["counts"]["articles"]["new"] == 10
        assert {record["url"] for record in newest(tmp_path)} < {it.url for it in fake_site.stories[:40]}
        run(fake_site, tmp_path, limit="all", discover="listing", follow_related="false")
        assert {record["url"] for record in published(tmp_path)} == fake_site.urls


def test_what_is_due_is_asked_for_conditionally(fake_site: FakeSite, tmp_path: Path) -> None:
    run(fake_site, tmp_path, ALWAYS)
    second = run(fake_site, tmp_path, ALWAYS)
    assert len(fake_site.asked()) == 6
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
def test_a_change_is_one_record_of_version_2(fake_site: FakeSite, tmp_path: Path, change: Any) -> None:
    run(fake_site, tmp_path, ALWAYS)
    [before] = [record for record in newest(tmp_path) if record["url"] == fake_site.stories[3].url]
    fake_site.edit(3, **change(fake_site.stories[3]))
    assert run(fake_site, tmp_path, ALWAYS)["counts"]["articles"] == {
        "new": 0,
        "updated": 1,
        "unchanged": 5,
        "not_due": 0,
    }
    [after] = newest(tmp_path)
    assert (after["id"], after["version"], after["first_seen_at"]) == (before["id"], 2, before["first_seen_at"])
    run(fake_site, tmp_path, ALWAYS)
    assert newest(tmp_path) == []
    assert len(published(tmp_path)) == 7


def test_other_adverts_and_another_rail_are_no_change(fake_site: FakeSite, tmp_path: Path) -> None:
    run(fake_site, tmp_path, ALWAYS)
    fake_site.around = lambda page: re.sub(
        r'<section class="b-right-rail">.*?</section>', "<section><p>A new rail</p></section>", page, flags=re.DOTALL
    ).replace('data-location="content">', 'data-location="content"><p>Buy this!</p>')
    fake_site.update()
    second = run(fake_site, tmp_path, ALWAYS)
    assert second["counts"]["responses"] == {"2xx": 9}  # no 304: the pages did change
    assert second["counts"]["articles"] == {"new": 0, "updated": 0, "unchanged": 6, "not_due": 0}
    assert newest(tmp_path) == []


def at(hours: float) -> str:
    """Return the time that many hours before the present one."""
    return (datetime.now(UTC) - timedelta(hours=hours)).isoformat()


@pytest.mark.parametrize(
    ("age", "soon", "late"),
    [(0, 0.8, 1), (30, 5.3, 5.5), (100, 21, 22), (1000, 151, 152)],
    ids=["an hour", "six hours", "a day", "a week"],
)
@pytest.mark.faults
def test_the_older_the_article_the_longer_it_is_left_alone(
    fake_site: FakeSite, tmp_path: Path, age: float, soon: float, late: float
) -> None:
    for number in range(6):
        fake_site.edit(number, published=at(age))
    run(fake_site, tmp_path)
    run(fake_site, tmp_path, after=soon)
    assert fake_site.asked() == []
    run(fake_site, tmp_path, after=late - soon)
    assert len(fake_site.asked()) == 6


def test_very_old_articles_are_not_checked_again(fake_site: FakeSite, tmp_path: Path) -> None:
    fake_site.edit(0, published=at(24 * 400))
    run(fake_site, tmp_path)
    run(fake_site, tmp_path, after=24 * 365)
    assert fake_site.stories[0].slug not in " ".join(fake_site.asked())


def test_an_unchanged_listing_hides_nothing_that_waits(tmp_path: Path) -> None:
    with FakeSite(20, on_a_page=5) as fake_site:
        run(fake_site, tmp_path, limit="8")
        for _ in range(2):
            run(fake_site, tmp_path, limit="8")
        assert {record["url"] for record in published(tmp_path)} == fake_site.urls


def test_a_feed_that_knows_of_a_change_has_the_article_read_before_its_time(
    fake_site: FakeSite, tmp_path: Path
) -> None:
    run(fake_site, tmp_path)
    Clock.ahead += timedelta(minutes=2)
    atom = f"""<feed xmlns="http://www.w3.org/2005/Atom"><entry><link href="{fake_site.stories[4].url}"/>
        <updated>{Clock.now(UTC).isoformat()}</updated></entry></feed>"""
    fake_site.server.routes["/space/feed/"] = Answer(atom.encode())
    run(fake_site, tmp_path)
    assert fake_site.asked() == [fake_site.stories[4].url.removeprefix(ORIGIN)]


def answer_of(fake_site: FakeSite, path: str) -> Answer:
    answer = fake_site.server.routes[path]
    assert isinstance(answer, Answer)
    return answer


@pytest.mark.parametrize("late", [0, 0.3])
def test_an_edit_that_the_validators_hide_is_found_when_a_source_says_so_or_within_a_day(
    tmp_path: Path, late: float
) -> None:
    """Whether the feed is read before the article is requested, while it is, or after it has answered."""
    with FakeSite(3) as fake_site:
        for number in range(3):
            fake_site.edit(number, published=at(0))
        run(fake_site, tmp_path, ALWAYS, discover="feed")
        etags = {path: answer_of(fake_site, path).etag for path in fake_site.asked()}
        for number in range(3):
            fake_site.edit(number, title=f"Another headline {number}")
        for path, etag in etags.items():
            fake_site.server.routes[path] = replace(answer_of(fake_site, path), etag=etag)
        assert run(fake_site, tmp_path, ALWAYS, after=1)["counts"]["articles"]["updated"] == 0
        assert len(fake_site.asked()) == 3, "the server says that nothing has changed"
        updated = (Clock.now(UTC) + timedelta(minutes=30)).isoformat()
        entry = f"<entry><link href='{fake_site.stories[1].url}'/><updated>{updated}</updated></entry>"
        atom = f'<feed xmlns="http://www.w3.org/2005/Atom">{entry}</feed>'
        fake_site.server.routes["/space/feed/"] = Answer(atom.encode(), wait=late)
        assert run(fake_site, tmp_path, ALWAYS, after=1)["counts"]["articles"]["updated"] == 1
        assert run(fake_site, tmp_path, ALWAYS, after=20)["counts"]["articles"]["updated"] == 0
        assert run(fake_site, tmp_path, ALWAYS, after=3)["counts"]["articles"]["updated"] == 2


def listed(fake_site: FakeSite) -> int:
    """Return how many pages of the listing were asked for."""
    return len({path for path in fake_site.server.paths() if path == "/space/" or path.startswith("/space/page/")})


def test_paging_stops_at_a_page_without_news_once_the_listing_was_read_to_its_end(tmp_path: Path) -> None:
    with FakeSite(20, on_a_page=5) as fake_site:
        run(fake_site, tmp_path)
        assert listed(fake_site) == 4
        run(fake_site, tmp_path)
        assert listed(fake_site) == 1
        fake_site.stories.insert(0, story(20))
        fake_site.update()
        run(fake_site, tmp_path)
        assert listed(fake_site) == 2
        assert {record["url"] for record in published(tmp_path)} == fake_site.urls


@pytest.mark.faults
def test_paging_goes_on_where_an_earlier_run_did_not_get_to(tmp_path: Path) -> None:
    with FakeSite(20, on_a_page=5) as fake_site:
        run(fake_site, tmp_path, pages="2", follow_related="false")
        assert listed(fake_site) == 2
        run(fake_site, tmp_path, pages="10", follow_related="false")
        assert listed(fake_site) == 4
        assert {record["url"] for record in published(tmp_path)} == fake_site.urls


def test_a_run_that_finds_articles_and_asks_for_none_is_not_ok(fake_site: FakeSite, tmp_path: Path) -> None:
    told = run(fake_site, tmp_path, {"CLOSESPIDER_PAGECOUNT": 1, "CONCURRENT_REQUESTS": 1}, discover="feed")
    assert (told["result"], told["exit_code"], told["counts"]["pages"]) == ("degraded", 0, 0)
    assert told["reasons"][0].startswith("no article was requested; 2 addresses wait for the next run (e.g. https://")


@pytest.mark.faults
def test_paging_goes_on_after_a_page_that_failed(tmp_path: Path) -> None:
    with FakeSite(20, on_a_page=5) as fake_site:
        third = fake_site.server.routes["/space/page/3/"]
        fake_site.server.routes["/space/page/3/"] = Answer(status=500)
        assert run(fake_site, tmp_path, follow_related="false")["result"] == "degraded"
        fake_site.server.routes["/space/page/3/"] = third
        run(fake_site, tmp_path, follow_related="false")
        assert {record["url"] for record in published(tmp_path)} == fake_site.urls


@pytest.mark.faults
def test_a_failure_of_the_host_is_retried_by_the_next_run_then_ever_later_and_never_given_up(
    fake_site: FakeSite, tmp_path: Path
) -> None:
    broken = fake_site.stories[2].url.removeprefix(ORIGIN)
    fake_site.server.routes[broken] = Answer(status=500)
    first = run(fake_site, tmp_path)
    assert first["failed"] == [{"url": fake_site.stories[2].url, "reason": "http_5xx", "attempts": 1}]
    assert first["result"] == "degraded"
    run(fake_site, tmp_path)
    assert fake_site.asked() == [broken]
    for pause in (1, 2, 4, 8, 8, 8):
        run(fake_site, tmp_path, after=pause * 0.9)
        assert broken not in fake_site.asked()
        run(fake_site, tmp_path, after=pause * 0.2)
        assert broken in fake_site.asked()
    assert state(tmp_path, fake_site.stories[2].url).state == "FETCH_ERROR"


@pytest.mark.faults
def test_a_page_that_cannot_be_read_is_retried_ever_later_and_then_given_up(
    fake_site: FakeSite, tmp_path: Path
) -> None:
    broken = fake_site.stories[2].url.removeprefix(ORIGIN)
    fake_site.server.routes[broken] = Answer(b"<html><body><h1>A headline and nothing below it</h1></body></html>")
    assert run(fake_site, tmp_path)["counts"]["dropped"] == {"no_body": 1}
    for pause in (1, 2, 4, 8):
        run(fake_site, tmp_path, after=pause * 0.9)
        assert broken not in fake_site.asked()
        told = run(fake_site, tmp_path, after=pause * 0.2)
        assert broken in fake_site.asked()
        assert told["counts"]["given_up"] == (pause == 8)
    assert state(tmp_path, fake_site.stories[2].url).state == "ERROR"
    run(fake_site, tmp_path, after=20)
    assert broken not in fake_site.asked()
    run(fake_site, tmp_path, after=1000, discover="feed", follow_related="false")
    assert broken not in fake_site.asked(), "no source names it"


@pytest.mark.faults
def test_an_address_that_was_given_up_is_asked_for_once_a_day_while_a_source_names_it(
    fake_site: FakeSite, tmp_path: Path
) -> None:
    url = fake_site.stories[2].url
    once = {"SPACENEWS_MAX_FAILURES": 1}
    broken = url.removeprefix(ORIGIN)
    good = fake_site.server.routes[broken]
    fake_site.server.routes[broken] = Answer(b"<html><body><h1>A headline and nothing below it</h1></body></html>")
    assert run(fake_site, tmp_path, once)["counts"]["given_up"] == 1
    run(fake_site, tmp_path, once, after=21)
    assert broken not in fake_site.asked()
    run(fake_site, tmp_path, once, after=1)
    assert broken in fake_site.asked()
    fake_site.server.routes[broken] = good
    run(fake_site, tmp_path, once, after=20)
    assert broken not in fake_site.asked()
    assert run(fake_site, tmp_path, once, after=2)["counts"]["articles"]["new"] == 1
    assert state(tmp_path, url).state == "FETCHED"


@pytest.mark.faults
def test_an_outage_of_days_ends_nothing(fake_site: FakeSite, tmp_path: Path) -> None:
    good = dict(fake_site.server.routes)
    patient = {"SPACENEWS_REFUSALS_MAX": 0, "SPACENEWS_BACKOFF_START": 0}
    for status in (500, 429, 503, 403, 502, 429, 500):
        fake_site.server.routes |= {path: Answer(status=status) for path in good if path.startswith("/space/gen")}
        assert run(fake_site, tmp_path, patient, after=20)["counts"]["given_up"] == 0
    fake_site.server.routes = good
    assert run(fake_site, tmp_path, after=20)["counts"]["articles"]["new"] == 6


@pytest.mark.faults
def test_a_story_that_is_listed_before_its_page_works_is_read(fake_site: FakeSite, tmp_path: Path) -> None:
    early = fake_site.stories[0].url.removeprefix(ORIGIN)
    good = fake_site.server.routes[early]
    fake_site.server.routes[early] = Answer(b"not yet", 404)
    assert run(fake_site, tmp_path)["counts"]["articles"]["new"] == 5
    for _ in range(5):
        run(fake_site, tmp_path, after=1)
    assert 2 <= state(tmp_path, fake_site.stories[0].url).failures <= 4
    fake_site.server.routes[early] = good
    for _ in range(8):
        run(fake_site, tmp_path, after=1)
    assert state(tmp_path, fake_site.stories[0].url).state == "FETCHED"


@pytest.mark.faults
def test_a_page_that_vanishes_for_hours_stays_and_its_changes_are_found(fake_site: FakeSite, tmp_path: Path) -> None:
    run(fake_site, tmp_path, ALWAYS)
    good = dict(fake_site.server.routes)
    fake_site.server.routes |= {path: Answer(b"gone", 404) for path in good if path.startswith("/space/gen")}
    told = run(fake_site, tmp_path, ALWAYS)
    assert told["result"] == "degraded"
    assert told["reasons"][0].startswith("6 of 6 pages are gone (e.g. https://")
    assert [run(fake_site, tmp_path, ALWAYS, after=2)["result"] for _ in range(3)] == ["ok"] * 3, "it is said once"
    fake_site.server.routes = good
    fake_site.edit(3, title="Another headline")
    assert run(fake_site, tmp_path, ALWAYS, after=10)["counts"]["articles"]["updated"] == 1
    assert {state(tmp_path, url).state for url in fake_site.urls} == {"FETCHED"}


def test_an_address_that_answers_again_starts_anew(fake_site: FakeSite, tmp_path: Path) -> None:
    url = fake_site.stories[2].url
    good = fake_site.server.routes[url.removeprefix(ORIGIN)]
    fake_site.server.routes[url.removeprefix(ORIGIN)] = Answer(status=500)
    run(fake_site, tmp_path, AT_ONCE)
    assert (state(tmp_path, url).state, state(tmp_path, url).failures) == ("FETCH_ERROR", 1)
    fake_site.server.routes[url.removeprefix(ORIGIN)] = good
    assert run(fake_site, tmp_path, AT_ONCE)["counts"]["articles"]["new"] == 1
    assert (state(tmp_path, url).state, state(tmp_path, url).failures) == ("FETCHED", 0)


def test_a_vanished_article_stays_in_the_database_marked(fake_site: FakeSite, tmp_path: Path) -> None:
    run(fake_site, tmp_path, ALWAYS)
    fake_site.gone.add(fake_site.stories[1].slug)
    fake_site.update()
    second = run(fake_site, tmp_path, ALWAYS)
    assert (second["result"], second["exit_code"]) == ("ok", 0)
    assert state(tmp_path, fake_site.stories[1].url).state == "FETCH_ERROR"
    run(fake_site, tmp_path, ALWAYS, after=20)
    gone = state(tmp_path, fake_site.stories[1].url)
    assert (gone.state, gone.reason, gone.status) == ("ERROR", "gone", 410)
    assert gone.gone_at
    [first] = [record for record in published(tmp_path) if record["url"] == fake_site.stories[1].url][:1]
    [told] = newest(tmp_path)
    assert told == first | {"version": 2, "gone_at": gone.fetched_at}
    run(fake_site, tmp_path, ALWAYS)
    assert len(fake_site.asked()) == 5
    assert newest(tmp_path) == []
    fake_site.gone.clear()
    fake_site.update()
    run(fake_site, tmp_path, ALWAYS, after=23)
    [back] = newest(tmp_path)
    assert (back["version"], back["gone_at"], back["content_hash"]) == (3, None, first["content_hash"])


def other_decks(page: str) -> str:
    """Make a page of another template, in which what was the deck only says where one is."""
    return re.sub(r'(<meta [^>]*description" content=")[^"]*', r"\1News of space", page)


def test_a_change_of_template_is_not_news(tmp_path: Path) -> None:
    with FakeSite(12) as fake_site:
        run(fake_site, tmp_path, ALWAYS)
        before = published(tmp_path)
        fake_site.around = other_decks
        fake_site.stories.insert(0, story(12))
        fake_site.edit(5, title="Another headline")
        for _ in range(2):
            told = run(fake_site, tmp_path, ALWAYS)
            assert (told["result"], told["counts"]["articles"]["updated"]) == ("degraded", 0)
            assert told["reasons"][0].startswith(
                "the site's pages changed, and not the news: summary differs on 12 of 1"
            )
        assert len(published(tmp_path)) == 13, "new stories go out"
        few = run(fake_site, tmp_path, ALWAYS, seeds=fake_site.stories[3].url, follow_related="false")
        assert (few["result"], few["counts"]["articles"]["updated"]) == ("degraded", 0)
        fake_site.around = lambda page: page
        fake_site.update()
        told = run(fake_site, tmp_path, ALWAYS)
        assert (told["result"], told["counts"]["articles"]["updated"]) == ("ok", 2), "the edit, and the new story"
        assert {record["title"] for record in newest(tmp_path)} == {"Another headline", fake_site.stories[0].title}
        assert len(before) == 12
        assert run(fake_site, tmp_path, ALWAYS)["counts"]["articles"]["unchanged"] == 13


@pytest.mark.faults
def test_what_is_held_back_stays_so_among_many_new_stories_which_are_set_right_afterwards(tmp_path: Path) -> None:
    with FakeSite(10, etags=False) as fake_site:
        run(fake_site, tmp_path, ALWAYS)
        fake_site.around = other_decks
        for number in range(10, 25):
            fake_site.stories.insert(0, story(number))
        fake_site.update()
        for _ in range(3):
            told = run(fake_site, tmp_path, ALWAYS)
            assert (told["result"], told["counts"]["articles"]["updated"]) == ("degraded", 0)
        fake_site.around = lambda page: page
        fake_site.update()
        told = run(fake_site, tmp_path, ALWAYS)
        assert (told["result"], told["counts"]["articles"]["updated"]) == ("ok", 15)
        assert {record["version"] for record in published(tmp_path)} == {1, 2}


@pytest.mark.faults
def test_what_a_killed_run_read_during_a_change_of_template_is_held_back_too(tmp_path: Path) -> None:
    with FakeSite(12) as fake_site:
        run(fake_site, tmp_path, ALWAYS)
        fake_site.around = other_decks
        fake_site.update()
        settings = {**fake_site.settings, **ALWAYS, "SPACENEWS_OUTPUT": str(tmp_path)}
        publishing = r"open /\.articles\.jsonl\.\w+\.part"
        env = {**environment(), "PYTHONPATH": str(Path(__file__).parent / "faults"), "KILL_BEFORE": publishing}
        assert scrapy(crawl_command(tmp_path, settings), env=env).returncode == -9
        told = run(fake_site, tmp_path)
        assert (told["result"], told["counts"]["articles"]["updated"]) == ("degraded", 0)
        assert "summary differs on 12 of" in told["reasons"][0]


@pytest.mark.faults
def test_a_change_of_template_that_stays_is_accepted(tmp_path: Path) -> None:
    with FakeSite(10) as fake_site:
        run(fake_site, tmp_path, ALWAYS)
        fake_site.around = other_decks
        fake_site.update()
        assert run(fake_site, tmp_path, ALWAYS)["counts"]["articles"]["updated"] == 0
        told = run(fake_site, tmp_path, ALWAYS, accept_changes="true")
        assert (told["result"], told["counts"]["articles"]["updated"]) == ("ok", 10)
        assert run(fake_site, tmp_path, ALWAYS)["result"] == "ok"


def move(fake_site: FakeSite, slug: str, **changes: Any) -> tuple[str, str]:
    """Give the fourth story another address, and return the path of the old one and the new URL."""
    old = fake_site.stories[3]
    fake_site.edit(3, slug=slug, **changes)
    return old.url.removeprefix(ORIGIN), fake_site.stories[3].url


def test_of_a_story_that_redirects_for_good_one_record_lives(fake_site: FakeSite, tmp_path: Path) -> None:
    run(fake_site, tmp_path, ALWAYS)
    old, new = move(fake_site, "another-name")
    fake_site.server.routes[old] = Answer(status=301, headers={"Location": new})
    told = run(fake_site, tmp_path, ALWAYS)
    assert told["counts"]["articles"] == {"new": 1, "updated": 1, "unchanged": 5, "not_due": 0}
    moved, living = sorted(newest(tmp_path), key=lambda record: record["version"] == 1)
    assert (moved["url"], moved["version"], moved["moved_to"]) == (ORIGIN + old, 2, living["id"])
    assert (living["url"], living["moved_to"]) == (new, None)
    for _ in range(2):
        run(fake_site, tmp_path, ALWAYS)
        assert newest(tmp_path) == []


@pytest.mark.parametrize("new_first", [True, False])
def test_of_a_story_that_the_site_counts_as_one_one_record_lives(tmp_path: Path, *, new_first: bool) -> None:
    with FakeSite() as fake_site:
        run(fake_site, tmp_path, ALWAYS)
        good = dict(fake_site.server.routes)
        old, new = move(fake_site, "another-name")
        if new_first:
            fake_site.server.routes[old] = good[old]
            run(fake_site, tmp_path, ALWAYS)
            assert [record["moved_to"] for record in newest(tmp_path)] == [None], "both pages are there"
        fake_site.server.routes[old] = Answer(b"gone", 404)
        run(fake_site, tmp_path, ALWAYS)
        run(fake_site, tmp_path, ALWAYS, after=2)
        records = {record["url"]: record for record in published(tmp_path)}  # the last of each
        assert records[ORIGIN + old]["moved_to"] == records[new]["id"]
        assert (records[ORIGIN + old]["version"], records[new]["moved_to"], len(records)) == (2, None, 7)
        run(fake_site, tmp_path, ALWAYS, after=100)
        assert newest(tmp_path) == []


def test_an_article_that_redirects_for_the_time_being_has_not_moved(fake_site: FakeSite, tmp_path: Path) -> None:
    run(fake_site, tmp_path, ALWAYS)
    good = dict(fake_site.server.routes)
    fake_site.server.routes[fake_site.stories[3].url.removeprefix(ORIGIN)] = Answer(
        status=302, headers={"Location": fake_site.stories[4].url}
    )
    run(fake_site, tmp_path, ALWAYS)
    fake_site.server.routes = good
    run(fake_site, tmp_path, ALWAYS)
    assert len(published(tmp_path)) == 6


@contextmanager
def opened(output: Path) -> Iterator[Store]:
    store = Store(f"sqlite:///{output}/spacenews.sqlite3", Schedule())
    yield store
    store.close()


def state(output: Path, url: str) -> Any:
    """Return what the database says of an address."""
    with opened(output) as store, store.database.engine.connect() as connection:
        return connection.execute(sa.select(addresses).where(addresses.c.url == url)).one()


def test_a_field_that_falls_degrades_the_run_and_a_little_less_does_not(tmp_path: Path) -> None:
    with FakeSite(20) as fake_site:
        run(fake_site, tmp_path, ALWAYS)
        fake_site.edit(0, topics=())
        assert run(fake_site, tmp_path, ALWAYS)["result"] == "ok"
        fake_site.around = lambda page: page.replace("b-secondary-breadcrumbs__item", "renamed")
        fake_site.update()
        third = run(fake_site, tmp_path, ALWAYS)
        assert (third["result"], third["exit_code"]) == ("degraded", 0)
        assert "topics is filled on 0% of the pages" in third["reasons"][0]
        assert third["coverage"]["topics"] == 0


def test_walls_are_counted_and_few_of_them_degrade_the_run(fake_site: FakeSite, tmp_path: Path) -> None:
    wall = b"<html><body><h1>Before you continue</h1><p>We value your privacy.</p><button>Accept</button></body></html>"
    fake_site.server.routes[fake_site.stories[0].url.removeprefix(ORIGIN)] = Answer(wall)
    told = run(fake_site, tmp_path)
    assert (told["result"], told["exit_code"]) == ("degraded", 0)
    assert told["counts"]["walls"] == {"consent": 1}
    assert f"1 of 6 pages is a wall (e.g. {fake_site.stories[0].url})" in told["reasons"]


@pytest.mark.faults
def test_failed_pictures_degrade_the_run_and_come_later_as_a_new_version(fake_site: FakeSite, tmp_path: Path) -> None:
    pictures = [path for path in fake_site.server.routes if path.startswith("/tachyon/")]
    good = dict(fake_site.server.routes)
    for path in pictures[:3]:
        fake_site.server.routes[path] = Answer(status=503)
    first = run(fake_site, tmp_path, AT_ONCE)
    assert first["result"] == "degraded"
    assert first["counts"]["images"] == {"ok": 3, "failed": 3, "skipped": 0}
    assert "3 of 6 pictures failed" in first["reasons"]
    fake_site.server.routes = good
    second = run(fake_site, tmp_path, AT_ONCE)
    assert second["counts"]["articles"]["updated"] == 3
    assert {record["version"] for record in newest(tmp_path)} == {2}


@pytest.mark.faults
def test_a_picture_that_comes_after_its_article_is_taken_and_one_that_never_comes_is_given_up(tmp_path: Path) -> None:
    with FakeSite(2) as fake_site:
        for number in range(2):
            fake_site.edit(number, published=at(0))
        good = dict(fake_site.server.routes)
        late, never = sorted(path for path in good if path.startswith("/tachyon/"))
        fake_site.server.routes |= dict.fromkeys((late, never), Answer(b"not yet", 404))
        run(fake_site, tmp_path)
        for _ in range(5):
            run(fake_site, tmp_path, after=9)
            assert fake_site.asked("/tachyon/")
        fake_site.server.routes[late] = good[late]
        assert run(fake_site, tmp_path, after=9)["counts"]["articles"]["updated"] == 1
        run(fake_site, tmp_path, after=25)
        assert fake_site.asked("/tachyon/")
        run(fake_site, tmp_path, after=80)
        assert fake_site.asked("/tachyon/") == []


def test_two_first_runs_may_make_the_database_at_once(tmp_path: Path) -> None:
    together = threading.Barrier(8)

    def first(_: int) -> None:
        together.wait()
        with opened(tmp_path) as store:
            store.addresses.discover("spider", [DiscoveredUrl("https://example.org/", "feed")])

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(first, range(8)))
    assert state(tmp_path, "https://example.org/").state == "DISCOVERED"


def test_intervals_may_be_given_on_a_command_line(fake_site: FakeSite, tmp_path: Path) -> None:
    run(fake_site, tmp_path)
    run(fake_site, tmp_path, {"SPACENEWS_RECHECK_HOURS": "[[1000000, 0]]"})
    run(fake_site, tmp_path, {"SPACENEWS_RECHECK_HOURS": "[[1000000, 0]]"}, after=24 * 8)
    assert len(fake_site.asked()) == 6


@pytest.mark.faults
def test_the_last_resort_of_a_stop_leaves_a_process_alone_whose_run_is_over(
    fake_site: FakeSite, tmp_path: Path
) -> None:
    def stop_soon(crawler: Crawler) -> None:
        asyncio.get_running_loop().call_later(0.3, lambda: asyncio.ensure_future(crawler.stop_async()))

    settings = {"SPACENEWS_STOP_SECONDS": 1.0, "DOWNLOAD_DELAY": 5}
    assert run(fake_site, tmp_path, settings, started=stop_soon)["result"] == "interrupted"
    time.sleep(1.5)  # this process is still here: that is the assertion
    assert run(fake_site, tmp_path)["result"] == "ok"


def test_seeds_are_read_again_even_when_not_due_but_not_downloaded_again(fake_site: FakeSite, tmp_path: Path) -> None:
    seeds = ",".join(sorted(fake_site.urls)[:2])
    assert run(fake_site, tmp_path, seeds=seeds, follow_related="false")["counts"]["articles"]["new"] == 2
    second = run(fake_site, tmp_path, seeds=seeds, follow_related="false")
    assert len(fake_site.asked()) == 2
    assert second["counts"]["responses"] == {"2xx": 1, "3xx": 2}, "robots.txt, and 304 twice"


def test_a_page_that_redirects_to_itself_is_a_failure_that_is_told(fake_site: FakeSite, tmp_path: Path) -> None:
    path = fake_site.stories[0].url.removeprefix(ORIGIN)
    fake_site.server.routes[path] = Answer(b"", 302, headers={"Location": fake_site.stories[0].url})
    told = run(fake_site, tmp_path)
    assert told["failed"] == [{"url": fake_site.stories[0].url, "reason": "redirects", "attempts": 1}]
    assert told["counts"]["articles"]["new"] == 5


def test_a_recording_that_cannot_be_written_ends_the_run_with_4(
    fake_site: FakeSite, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    full, really_open = tmp_path / "full.warc.gz", Path.open

    def open_(path: Path, *how: Any, **more: Any) -> Any:
        return really_open(Path("/dev/full") if path == full and how[:1] == ("ab",) else path, *how, **more)

    monkeypatch.setattr(Path, "open", open_)
    told = run(fake_site, tmp_path, {"SPACENEWS_WARC_RECORD": str(full)})
    assert told["exit_code"] == 4
    assert "SPACENEWS_WARC_RECORD" in " ".join(told["reasons"])


def test_a_huge_page_is_read_like_any_other(fake_site: FakeSite, tmp_path: Path) -> None:
    fake_site.around = lambda page: page + f"<!-- {'x' * 600_000} -->"
    fake_site.update()
    assert run(fake_site, tmp_path)["counts"]["articles"]["new"] == 6


@pytest.mark.parametrize("charset", ["idna", "rot13"])
def test_an_encoding_that_no_page_has_costs_no_page(fake_site: FakeSite, tmp_path: Path, charset: str) -> None:
    headers = {"Content-Type": f"text/html; charset={charset}"}
    for path in [path for path in fake_site.server.routes if path.startswith("/space/") and "feed" not in path]:
        answer = fake_site.server.routes[path]
        assert isinstance(answer, Answer)
        fake_site.server.routes[path] = replace(answer, headers=headers)
    told = run(fake_site, tmp_path, discover="listing")
    assert (told["exit_code"], told["failed"]) == (0, [])
    assert {record["url"] for record in newest(tmp_path)} == fake_site.urls


def test_a_damaged_recording_is_refused_before_a_run_begins(fake_site: FakeSite, tmp_path: Path) -> None:
    damaged = tmp_path / "damaged.warc.gz"
    damaged.write_bytes(b"\x1f\x8bno gzip")
    with pytest.raises(OutputError, match="SPACENEWS_WARC_RECORD"):
        run(fake_site, tmp_path / "output", {"SPACENEWS_WARC_RECORD": str(damaged)})
    assert not list((tmp_path / "output").glob("*/2*"))


def test_robots_tags_for_one_robot_know_us_by_our_name(fake_site: FakeSite, tmp_path: Path) -> None:
    mine, others = fake_site.stories[2].url, fake_site.stories[3].url
    for url, robot in ((mine, "otherbot"), (others, "spacenews")):
        page = fake_site.server.routes[url.removeprefix(ORIGIN)]
        assert isinstance(page, Answer)
        tagged = {**page.headers, "X-Robots-Tag": f"{robot}: noindex"}
        fake_site.server.routes[url.removeprefix(ORIGIN)] = replace(page, headers=tagged)
    told = run(fake_site, tmp_path, {"USER_AGENT": "OtherBot/2.0 (+https://example.org)"})
    assert told["counts"]["dropped"] == {"noindex": 1}
    assert {record["url"] for record in newest(tmp_path)} == fake_site.urls - {mine}


@pytest.mark.parametrize("limit", [2000, 200_000])
def test_a_feed_may_be_as_large_unpacked_as_the_setting_says(fake_site: FakeSite, tmp_path: Path, limit: int) -> None:
    body = feed(fake_site.stories[:2]).encode().replace(b"</channel>", b" " * 100_000 + b"</channel>")
    fake_site.server.routes["/space/feed/"] = Answer(gzip.compress(body, mtime=0))
    told = run(fake_site, tmp_path, {"SPACENEWS_FEED_MAX_BYTES": limit}, discover="feed", follow_related="false")
    assert [entry["reason"] for entry in told["failed"]] == (["too_large"] if limit == 2000 else [])
    assert told["counts"]["articles"]["new"] == (0 if limit == 2000 else 2)


def test_two_outputs_with_one_database_may_begin_in_the_same_second(
    fake_site: FakeSite, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("spacenews.runs.folders.utcnow", lambda: datetime(2026, 11, 22, 5, 0, 0, tzinfo=UTC))
    shared = {"SPACENEWS_STORE_URL": f"sqlite:///{tmp_path}/shared.sqlite3"}
    first = run(fake_site, tmp_path / "first", shared)
    second = run(fake_site, tmp_path / "second", shared)
    assert (first["run_id"], second["run_id"]) == ("20261122T050000Z", "20261122T050000Z-2")
    assert [folder.name for folder in run_folders(tmp_path / "second")] == ["20261122T050000Z-2"]
    assert (first["result"], second["result"]) == ("ok", "ok")
    assert second["counts"]["articles"]["not_due"] == len(fake_site.urls)


def test_what_waits_is_requested_a_batch_at_a_time(fake_site: FakeSite, tmp_path: Path) -> None:
    """A run with a long backlog begins at once, and a stop does not wait until all of it is queued."""
    store = Store(sqlite_url(tmp_path / "spacenews.sqlite3"), Schedule())
    many = [DiscoveredUrl(f"{ORIGIN}/space/many-{number}/", "sitemap") for number in range(3 * BATCH)]
    store.addresses.discover(DigitaltrendsSpaceSpider.name, many)
    store.close()
    settings = {**PROJECT, **FAST, **fake_site.settings, "SPACENEWS_OUTPUT": str(tmp_path), "LOG_ENABLED": False}
    limit = {"CLOSESPIDER_PAGECOUNT": 12}
    crawler = run_crawl.crawl(type("Spider", (DigitaltrendsSpaceSpider,), {}), settings | limit, limit="all")
    assert crawler.stats.get_value("scheduler/enqueued") < 2 * BATCH
    assert report(tmp_path)["finish_reason"] == "closespider_pagecount"


def test_all_that_waits_is_requested(fake_site: FakeSite, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("spacenews.spider.BATCH", 2)
    run(fake_site, tmp_path, ALWAYS)
    fake_site.forget()
    run(fake_site, tmp_path, ALWAYS, discover="feed")
    assert len(fake_site.asked()) == 6


def test_a_picture_that_was_replaced_is_noticed_when_its_article_is_read_whole(
    fake_site: FakeSite, tmp_path: Path
) -> None:
    for number in range(3):
        fake_site.edit(number, published=datetime.now(UTC).isoformat())
    assert run(fake_site, tmp_path)["counts"]["articles"]["new"] == 6
    replaced = fake_site.stories[1].lead
    assert replaced is not None
    path = replaced.original.removeprefix(ORIGIN)
    fake_site.server.routes[path] = picture_of("another")
    run(fake_site, tmp_path, after=6)
    assert fake_site.asked(path) == [], "until a day after its publication an article is asked for with its validators"
    told = run(fake_site, tmp_path, after=19)
    assert fake_site.asked(path) == [path]
    assert told["counts"]["articles"] == {"new": 0, "updated": 1, "unchanged": 5, "not_due": 3}
    (record,) = newest(tmp_path)
    assert (record["url"], record["version"]) == (fake_site.stories[1].url, 2)
    assert record["images"][0]["sha256"] == hashlib.sha256(picture_of("another").body).hexdigest()
    file = tmp_path / "images" / record["images"][0]["path"]
    assert file.read_bytes() == picture_of("another").body
    fake_site.server.routes[path] = Answer(status=404)
    run(fake_site, tmp_path, after=48)
    assert fake_site.asked(path) == [path]
    assert newest(tmp_path) == [], "a picture that cannot be had again stays what it was"


def test_a_run_whose_clock_is_a_year_ahead_postpones_nothing(
    fake_site: FakeSite, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    run(fake_site, tmp_path)
    fake_site.gone.add(fake_site.stories[2].slug)
    fake_site.update()
    year = 365 * 24
    ahead = run(fake_site, tmp_path, after=year)
    assert ahead["counts"]["articles"]["updated"] == 0
    fake_site.gone.clear()
    fake_site.edit(1, title="Another headline")
    run(fake_site, tmp_path, after=1 - year)
    told = read_report(run_folders(tmp_path)[-2])  # the last one by name is that of the year ahead
    assert told["counts"]["articles"] == {"new": 0, "updated": 1, "unchanged": 5, "not_due": 0}
    assert "the clock of an earlier run was ahead: the 6 pages that it read are due now" in caplog.text
    caplog.clear()
    run(fake_site, tmp_path, after=1)
    assert "clock" not in caplog.text


def test_a_run_whose_clock_was_ahead_is_the_last_one_before_the_next(fake_site: FakeSite, tmp_path: Path) -> None:
    run(fake_site, tmp_path, after=100)
    good = fake_site.server.routes
    fake_site.server.routes = {path: Answer(status=500) for path in good}
    run(fake_site, tmp_path, after=-99)
    store = Store(sqlite_url(tmp_path / "spacenews.sqlite3"), Schedule())
    assert [result for result, _ in store.runs.past("digitaltrends_space")] == ["failed", "ok"]
    store.close()
