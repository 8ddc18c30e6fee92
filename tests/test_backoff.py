from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path
from typing import Any

import pytest
from support.archives import WarcFile
from support.run_crawl import GUEST, PICTURES, SITE, fetch, mirrored
from support.server import Answer, Hit, Route, Server

from spacenews.downloading.pace import pace_of, retry_after
from spacenews.errors import BlockedError, StoppedError

QUICK = {"SPACENEWS_BACKOFF_START": 0.01, "SPACENEWS_BACKOFF_MAX": 0.02}
RETRY: dict[str, Any] = {"RETRY_ENABLED": True, "RETRY_TIMES": 2}


def visit(
    routes: Mapping[str, Route], paths: list[str], purpose: str = "article", **settings: Any
) -> tuple[Any, Any, Server]:
    with Server({"/robots.txt": Answer(b""), **routes}) as server:
        urls = [path if path.startswith("http") else SITE + path for path in paths]
        got, stats = fetch(urls, GUEST | mirrored(server) | QUICK | settings, meta={"purpose": purpose})
    return got, stats, server


def in_seconds(seconds: float) -> str:
    return format_datetime(datetime.now(UTC) + timedelta(seconds=seconds), usegmt=True)


@pytest.mark.parametrize(("status", "kind"), [(429, "seconds"), (503, "date")])
def test_retry_after_slows_the_whole_host(status: int, kind: str) -> None:
    def refuse(_: Hit) -> Answer:
        return Answer(status=status, headers={"Retry-After": "1" if kind == "seconds" else in_seconds(2)})

    routes: dict[str, Route] = {"/a": refuse, **{f"/{n}": Answer(b"x") for n in range(4)}}
    got, stats, server = visit(routes, ["/a", "/0", "/1", "/2", "/3"])
    assert server.paths() == ["/robots.txt", "/a", "/0", "/1", "/2", "/3"]
    gaps = server.gaps()
    assert gaps[1] >= 0.95  # a date has whole seconds
    assert max(gaps[2:]) < 0.5
    assert stats["spacenews/backoff/count"] == 1
    assert got[SITE + "/3"].status == 200


def test_other_hosts_are_not_slowed() -> None:
    routes = {"/a": Answer(status=429, headers={"Retry-After": "2"}), "/b": Answer(b"b")}
    _, _, server = visit(routes, ["/a", "/b", PICTURES + "/b"], purpose="image")
    times = {hit.host + hit.path: hit.time for hit in server.hits}
    assert times["img.example.com/b"] < times["www.example.com/b"] - 1


def test_the_wait_has_a_cap() -> None:
    _, _, server = visit(
        {"/a": Answer(status=429, headers={"Retry-After": "86400"})}, ["/a", "/b"], SPACENEWS_RETRY_AFTER_MAX=1
    )
    assert 1 <= server.gaps()[1] < 3


def test_without_retry_after_each_wait_is_twice_the_last() -> None:
    routes = {"/a": Answer(status=503)}
    settings: dict[str, Any] = {"SPACENEWS_BACKOFF_START": 0.3, "SPACENEWS_BACKOFF_MAX": 1}
    _, _, server = visit(routes, ["/a"] * 4, **settings)
    first, second, third = server.gaps()[1:]
    assert 0.3 <= first < 0.6 <= second < 1 <= third < 1.4


def test_a_host_that_refuses_for_days_is_backed_off_as_long_as_ever() -> None:
    with Server({"/a": Answer(status=503)}) as server:
        _, stats = fetch(
            [SITE + "/a"],
            GUEST | mirrored(server) | QUICK | {"ROBOTSTXT_OBEY": False},
            started=lambda crawler: pace_of(crawler).refusals.update({"www.example.com": 2000}),
        )
    assert stats["spacenews/backoff/longest"] == QUICK["SPACENEWS_BACKOFF_MAX"]


def test_a_retry_waits_as_long_as_it_was_told() -> None:
    routes = {"/a": [Answer(status=503, headers={"Retry-After": "1"}), Answer(b"here")]}
    got, _, server = visit(routes, ["/a"], **RETRY)
    assert got[SITE + "/a"].body == b"here"
    assert server.gaps()[1] >= 1


@pytest.mark.parametrize("status", [403, 429, 503])
def test_ten_refusals_in_a_row_end_the_run(status: int) -> None:
    routes = {f"/{n}": Answer(status=status) for n in range(30)}
    got, stats, server = visit(routes, [f"/{n}" for n in range(30)])
    assert stats["finish_reason"] == "blocked"
    assert len(server.paths()) == 11
    assert sum(isinstance(answer, StoppedError | BlockedError) for answer in got.values()) >= len(got) - 10


def test_an_answer_between_lets_the_run_go_on() -> None:
    routes = {f"/{n}": Answer(status=200 if n % 10 == 9 else 403) for n in range(30)}
    _, stats, server = visit(routes, [f"/{n}" for n in range(30)], CONCURRENT_REQUESTS=1)
    assert stats["finish_reason"] == "finished"
    assert len(server.paths()) == 31


def test_refused_pictures_end_the_asking_for_pictures_alone() -> None:
    routes = {f"/{n}": Answer(status=403) for n in range(30)}
    got, stats, server = visit(routes, [f"{PICTURES}/{n}" for n in range(30)], "image", CONCURRENT_REQUESTS=1)
    assert stats["finish_reason"] == "finished"
    assert len(server.paths("img.example.com")) == 11
    assert isinstance(got[f"{PICTURES}/29"], BlockedError)


def test_a_replay_does_not_wait(tmp_path: Path) -> None:
    writer = WarcFile(tmp_path / "a.warc.gz")
    writer.add(SITE + "/a", b"", ("Retry-After", "60"), status="429 Too Many Requests")
    writer.add(SITE + "/b", b"b")
    got, stats = fetch([SITE + "/a", SITE + "/b"], GUEST | {"SPACENEWS_WARC_REPLAY": str(writer.save())})
    assert got[SITE + "/b"].body == b"b"
    assert stats["elapsed_time_seconds"] < 5


NOW = datetime(2026, 1, 1, tzinfo=UTC)


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        (b"120", 120),
        (b" 0 ", 0),
        (b"Thu, 01 Jan 2026 00:01:00 GMT", 60),
        (b"Thursday, 01-Jan-26 00:01:00 GMT", 60),
        (b"Wed, 31 Dec 2025 00:00:00 GMT", 0),
        (b"Thu, 01 Jan 2026 00:01:00", 60),
        (b"-5", None),
        (b"soon", None),
        (b"", None),
        (None, None),
        ("١٢".encode(), None),
        (b"9" * 400, 999999999),
    ],
)
def test_retry_after_is_read_in_both_forms(value: bytes | None, seconds: float | None) -> None:
    assert retry_after(value, NOW) == seconds
