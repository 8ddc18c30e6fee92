"""A site's bad hour ends no article and spoils none: what it could not answer is read when it is well again."""

from __future__ import annotations

import gzip
import re
import zlib
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import brotli
import pytest
from backports import zstd
from demo_site.markup import ORIGIN
from support.fake_site import FakeSite
from support.processes import published
from support.server import UNTIL_CLOSED, Answer, Route
from test_runs import ALWAYS, clock, newest, run, state  # noqa: F401 - clock is a fixture that each test uses

Routes = Mapping[str, Route]


@pytest.fixture
def fake_site() -> Any:
    with FakeSite(4) as fake_site:
        yield fake_site


def articles(fake_site: FakeSite) -> list[str]:
    return [story.url.removeprefix(ORIGIN) for story in fake_site.stories]


def redirect(status: int, location: str) -> Callable[[FakeSite], Routes]:
    return lambda fake_site: dict.fromkeys(articles(fake_site), Answer(status=status, headers={"Location": location}))


def answers(fake_site: FakeSite, change: Callable[[Answer], Answer]) -> Routes:
    return {
        path: change(whole)
        for path in articles(fake_site)
        if isinstance(whole := fake_site.server.routes[path], Answer)
    }


def packed(coding: str, pack: Callable[[bytes], bytes]) -> Callable[[FakeSite], Routes]:
    def cut(answer: Answer) -> Answer:
        body = pack(answer.body)
        return Answer(body[: len(body) // 2], headers={**answer.headers, "Content-Encoding": coding})

    return lambda fake_site: answers(fake_site, cut)


def raw_deflate(body: bytes) -> bytes:
    stream = zlib.compressobj(wbits=-zlib.MAX_WBITS)
    return stream.compress(body) + stream.flush()


WALL = Answer(
    b"<html><body><h1>Before you continue</h1><p>We value your privacy.</p><button>Accept</button></body></html>"
)
CONSENT = "https://consent.example.net/?back=/space/"
BAD_HOURS: dict[str, Callable[[FakeSite], Routes]] = {
    "maintenance by 302": redirect(302, f"{ORIGIN}/maintenance/"),
    "home page by 302": redirect(302, "/"),
    "consent host by 303": redirect(303, CONSENT),
    "consent host by 307": redirect(307, CONSENT),
    "a notice in the section by 302": redirect(302, f"{ORIGIN}/space/we-will-be-back/"),
    "walls": lambda fake_site: dict.fromkeys(articles(fake_site), WALL),
    "refused": lambda fake_site: dict.fromkeys(articles(fake_site), Answer(status=403)),
    "busy": lambda fake_site: dict.fromkeys(articles(fake_site), Answer(status=503)),
    "errors": lambda fake_site: dict.fromkeys(articles(fake_site), Answer(status=500)),
    "304 without validators": lambda fake_site: dict.fromkeys(articles(fake_site), Answer(status=304)),
    "300 without a choice": lambda fake_site: dict.fromkeys(articles(fake_site), Answer(status=300)),
    "gzip cut": packed("gzip", gzip.compress),
    "deflate cut": packed("deflate", zlib.compress),
    "bare deflate cut": packed("deflate", raw_deflate),
    "brotli cut": packed("br", brotli.compress),
    "zstd cut": packed("zstd", zstd.compress),
    "gzip within gzip cut": packed("gzip, gzip", lambda body: gzip.compress(gzip.compress(body))),
    "a coding that nobody knows": packed("lzma", zlib.compress),
    "length cut": lambda fake_site: answers(fake_site, lambda answer: replace(answer, cut=len(answer.body) // 2)),
    "a part": lambda fake_site: answers(fake_site, lambda answer: replace(answer, status=206)),
}


OFTEN = ("maintenance by 302", "walls", "busy", "gzip cut", "length cut", "304 without validators")


@pytest.fixture(params=[name if name in OFTEN else pytest.param(name, marks=pytest.mark.faults) for name in BAD_HOURS])
def bad_hour(request: pytest.FixtureRequest) -> Callable[[FakeSite], Routes]:
    return BAD_HOURS[request.param]


def test_new_articles_are_read_by_the_run_after_a_bad_hour(
    fake_site: FakeSite, tmp_path: Path, bad_hour: Callable[[FakeSite], Routes]
) -> None:
    good = dict(fake_site.server.routes)
    fake_site.server.routes |= bad_hour(fake_site)
    bad = run(fake_site, tmp_path)
    assert bad["result"] != "ok", bad
    assert bad["counts"]["articles"]["new"] == 0
    assert published(tmp_path) == []
    fake_site.server.routes = good
    after = run(fake_site, tmp_path)
    assert after["counts"]["articles"]["new"] == 4, bad
    assert {record["url"] for record in published(tmp_path)} == fake_site.urls


@pytest.mark.faults
@pytest.mark.parametrize("name", [name for name in BAD_HOURS if name != "304 without validators"])  # they have some
def test_changes_of_known_articles_are_found_by_the_run_after_a_bad_hour(
    fake_site: FakeSite, tmp_path: Path, name: str
) -> None:
    run(fake_site, tmp_path, ALWAYS)
    for number in range(4):
        fake_site.edit(number, title=f"Another headline {number}")
    good = dict(fake_site.server.routes)
    fake_site.server.routes |= BAD_HOURS[name](fake_site)
    bad = run(fake_site, tmp_path, ALWAYS)
    assert bad["result"] != "ok", bad
    assert len(published(tmp_path)) == 4
    fake_site.server.routes = good
    assert run(fake_site, tmp_path, ALWAYS)["counts"]["articles"]["updated"] == 4
    assert {record["version"] for record in newest(tmp_path)} == {2}


@pytest.mark.parametrize(
    "name", ["maintenance by 302", "consent host by 303", "consent host by 307", "a notice in the section by 302"]
)
def test_most_pages_that_redirect_for_the_time_being_are_a_site_that_keeps_us_out(
    fake_site: FakeSite, tmp_path: Path, name: str
) -> None:
    fake_site.server.routes |= BAD_HOURS[name](fake_site)
    told = run(fake_site, tmp_path)
    assert (told["result"], told["exit_code"]) == ("failed", 5)
    assert re.match(r"4 of 4 pages redirect for the time being, to https://", told["reasons"][0])
    assert len(told["reasons"]) == 1 + (told["reasons"][-1] == "nothing new"), "what only follows is not listed"
    if "section" not in name:
        assert {failed["reason"] for failed in told["failed"]} == {"temporary_redirect"}


def test_one_page_that_redirects_for_the_time_being_degrades_the_run(fake_site: FakeSite, tmp_path: Path) -> None:
    fake_site.server.routes[articles(fake_site)[1]] = Answer(status=302, headers={"Location": "/maintenance/"})
    told = run(fake_site, tmp_path)
    assert (told["result"], told["exit_code"]) == ("degraded", 0)
    assert [failed["url"] for failed in told["failed"]] == [fake_site.stories[1].url]


@pytest.mark.parametrize("status", [301, 308])
def test_what_has_moved_off_the_section_for_good_is_not_requested_again(
    fake_site: FakeSite, tmp_path: Path, status: int
) -> None:
    fake_site.server.routes[articles(fake_site)[1]] = Answer(status=status, headers={"Location": "/mobile/a-story/"})
    assert run(fake_site, tmp_path)["counts"]["articles"]["new"] == 3
    assert state(tmp_path, fake_site.stories[1].url).state == "REDIRECTION"
    run(fake_site, tmp_path, ALWAYS)
    assert articles(fake_site)[1] not in fake_site.asked("/space/")


def test_a_listing_that_redirects_to_a_maintenance_page_is_no_redesign(fake_site: FakeSite, tmp_path: Path) -> None:
    away = Answer(status=302, headers={"Location": f"{ORIGIN}/maintenance/"})
    fake_site.server.routes |= {"/space/": away, "/space/feed/": away, "/maintenance/": Answer(b"<p>Back soon.</p>")}
    told = run(fake_site, tmp_path)
    assert (told["result"], told["exit_code"]) == ("failed", 5)
    assert {failed["url"] for failed in told["failed"]} == {f"{ORIGIN}/space/", f"{ORIGIN}/space/feed/"}


@pytest.mark.parametrize("status", [301, 302])
def test_a_loop_of_redirects_is_told(fake_site: FakeSite, tmp_path: Path, status: int) -> None:
    first, second = articles(fake_site)[:2]
    good = dict(fake_site.server.routes)
    fake_site.server.routes[first] = Answer(status=status, headers={"Location": second})
    fake_site.server.routes[second] = Answer(status=status, headers={"Location": ORIGIN + first})
    told = run(fake_site, tmp_path, discover="feed", follow_related="false")
    assert told["result"] != "ok"
    assert {(failed["url"], failed["reason"]) for failed in told["failed"]} == {
        (ORIGIN + first, "redirects"),
        (ORIGIN + second, "redirects"),
    }
    fake_site.server.routes = good
    run(fake_site, tmp_path, {"SPACENEWS_RETRY_HOURS": 0}, after=2)
    assert {ORIGIN + first, ORIGIN + second} <= {record["url"] for record in published(tmp_path)}


def test_a_page_without_length_that_stops_is_not_the_whole_page(fake_site: FakeSite, tmp_path: Path) -> None:
    path = articles(fake_site)[0]
    whole = fake_site.server.routes[path]
    assert isinstance(whole, Answer)
    until_closed = {**whole.headers, "Connection": "close"}
    fake_site.server.routes[path] = Answer(
        whole.body[: len(whole.body) // 2], headers=until_closed, length=UNTIL_CLOSED
    )
    told = run(fake_site, tmp_path)
    assert told["failed"] == [{"url": fake_site.stories[0].url, "reason": "truncated", "attempts": 1}]
    fake_site.server.routes[path] = Answer(whole.body, headers=until_closed, length=UNTIL_CLOSED)
    assert run(fake_site, tmp_path)["counts"]["articles"]["new"] == 1


@pytest.mark.parametrize("times", [1, 2])
def test_gzip_that_no_header_names_is_read(fake_site: FakeSite, tmp_path: Path, times: int) -> None:
    def pack(answer: Answer) -> Answer:
        body = answer.body
        for _ in range(times):
            body = gzip.compress(body)
        return replace(answer, body=body)

    fake_site.server.routes |= answers(fake_site, pack)
    assert run(fake_site, tmp_path)["counts"]["articles"]["new"] == 4


def test_a_cut_body_is_asked_for_again_within_the_run(fake_site: FakeSite, tmp_path: Path) -> None:
    path = articles(fake_site)[0]
    whole = fake_site.server.routes[path]
    assert isinstance(whole, Answer)
    body = gzip.compress(whole.body)
    cut = Answer(body[:-20], headers={**whole.headers, "Content-Encoding": "gzip"})
    fake_site.server.routes[path] = [cut, whole]
    told = run(fake_site, tmp_path, {"RETRY_TIMES": 1})
    assert told["counts"]["articles"]["new"] == 4
    assert told["failed"] == []


def test_a_host_whose_name_is_not_known_for_days_ends_nothing(fake_site: FakeSite, tmp_path: Path) -> None:
    run(fake_site, tmp_path, ALWAYS, limit="2", discover="listing", follow_related="false")
    nowhere = {"SPACENEWS_MIRRORS": {ORIGIN: "http://nowhere.invalid"}}
    for _ in range(7):
        told = run(fake_site, tmp_path, {**ALWAYS, **nowhere}, after=12)
        assert told["exit_code"] == 5
        why = "www.digitaltrends.com cannot be reached: its name could not be resolved"
        assert [reason for reason in told["reasons"] if reason != "nothing new"] == [why]
        assert {f"{ORIGIN}/space/", f"{ORIGIN}/space/feed/"} <= {failed["url"] for failed in told["failed"]}
        assert {failed["reason"] for failed in told["failed"]} == {"dns"}
    for number in range(4):
        fake_site.edit(number, title=f"Another headline {number}")
    healed = run(fake_site, tmp_path, ALWAYS)
    assert healed["counts"]["articles"] == {"new": 2, "updated": 2, "unchanged": 0, "not_due": 0}


@pytest.mark.faults
def test_a_week_of_bad_hours_loses_nothing_and_publishes_nothing_twice(fake_site: FakeSite, tmp_path: Path) -> None:
    good = dict(fake_site.server.routes)
    for make in BAD_HOURS.values():
        fake_site.server.routes = {**good, **make(fake_site)}
        assert run(fake_site, tmp_path, ALWAYS, after=8)["result"] != "ok"
        assert published(tmp_path) == []
    fake_site.server.routes = good
    healed = run(fake_site, tmp_path, ALWAYS, after=8)
    assert (healed["result"], healed["counts"]["articles"]["new"]) == ("ok", 4)
    assert {record["version"] for record in published(tmp_path)} == {1}


def test_a_site_whose_pages_all_ask_not_to_be_stored_says_so_first(
    fake_site: FakeSite, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("INFO")
    fake_site.around = lambda page: page.replace("</title>", '</title><meta name="robots" content="noarchive">')
    fake_site.update()
    told = run(fake_site, tmp_path)
    assert (told["result"], told["counts"]["dropped"]) == ("degraded", {"noindex": 4})
    assert told["reasons"][0].startswith("4 of 4 pages ask not to be stored: noarchive (e.g. ")
    lines = [record.getMessage() for record in caplog.records if "gives no record" in record.getMessage()]
    assert sorted(lines) == sorted(f"{story.url} gives no record: it says noarchive" for story in fake_site.stories)
