from __future__ import annotations

import gzip
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from protego import Protego
from support.archives import WarcFile
from support.run_crawl import GUEST, PICTURES, SITE, fetch, mirrored
from support.server import Answer, Route, Server

from spacenews.downloading.robots_rules import READ, own_rules
from spacenews.errors import ForbiddenError, UnreachableError
from spacenews.extraction.robots_tags import is_barred
from spacenews.reasons import Failure

PAGES = {"/a": Answer(b"a"), "/b": Answer(b"b"), "/c": Answer(b"c")}


def visit(
    robots: Route, urls: list[str] | None = None, **settings: Any
) -> tuple[dict[str, Any], dict[str, Any], Server]:
    with Server(PAGES | {"/robots.txt": robots}) as server:
        all_settings = GUEST | mirrored(server) | {"SPACENEWS_BACKOFF_START": 0.1} | settings
        got, stats = fetch(urls or [SITE + path for path in PAGES], all_settings, meta={"purpose": "image"})
    return {url.removeprefix(SITE): answer for url, answer in got.items()}, stats, server


def test_rules_are_obeyed_and_asked_for_once() -> None:
    got, stats, server = visit(Answer(b"User-agent: spacenews\nDisallow: /b\n\nUser-agent: *\nDisallow: /"))
    assert server.paths() == ["/robots.txt", "/a", "/c"]
    assert isinstance(got["/b"], ForbiddenError)
    assert stats["spacenews/forbidden_by_robots"] == 1
    assert stats["spacenews/robots/www.example.com"] == {"status": 200, "decision": "obeyed"}


FORBIDDEN = b"\nDisallow: /\n"


@pytest.mark.parametrize(
    ("robots", "asked"),
    [
        (b"User-agent: news" + FORBIDDEN, ["/a"]),
        (b"User-agent: org" + FORBIDDEN, ["/a"]),
        (b"User-agent: SpaceNews/2.0" + FORBIDDEN, []),
        (b"User-agent: news\nCrawl-delay: 30\n\nUser-agent: spacenews\nCrawl-delay: 0\n", ["/a"]),
    ],
)
def test_a_group_is_ours_by_the_product_token_alone(robots: bytes, asked: list[str]) -> None:
    _, stats, server = visit(Answer(robots), [SITE + "/a"])
    assert server.paths() == ["/robots.txt", *asked]
    assert stats["spacenews/robots/www.example.com"].get("crawl_delay") in (None, 0)


def test_robots_txt_knows_us_by_the_name_that_the_settings_say() -> None:
    for settings in ({"USER_AGENT": "OtherBot/1.0"}, {"ROBOTSTXT_USER_AGENT": "otherbot"}):
        _, _, server = visit(Answer(b"User-agent: OtherBot" + FORBIDDEN), [SITE + "/a"], **settings)
        assert server.paths() == ["/robots.txt"]


@pytest.mark.parametrize(
    ("robots", "rules"),
    [
        ("User-agent: space\nDisallow: /", ""),
        ("User-agent: example\nDisallow: /", ""),
        ("User-agent: http\nDisallow: /", ""),
        ("User-agent: spacenews-images\nDisallow: /", ""),
        ("User-agent: my-spacenews\nDisallow: /", ""),
        ("User-agent: spacenewsletter\nDisallow: /", ""),
        ("User-agent: *spacenews\nDisallow: /", ""),
        ("User-agent:\nDisallow: /", ""),
        ("Disallow: /", ""),
        ("User-agent: *\nDisallow: /", "Disallow: /"),
        ("User-agent: * # everybody\nDisallow: / # all", "Disallow: /"),
        ("User-agent: spacenews*\nDisallow: /", "Disallow: /"),
        ("USER-AGENT:spacenews/1.0 (+https://example.org)\nDISALLOW:/", "DISALLOW:/"),
        ("User-agent: Mozilla/5.0 (compatible; spacenews/1.0)\nDisallow: /", "Disallow: /"),
        ("\ufeffUser agent spacenews\r\nDisallow /a\rDissallow: /b", "Disallow /a\nDissallow: /b"),
        ("User-agent: *\nDisallow: /\n\nUser-agent: spacenews\nDisallow:", "Disallow:"),
        ("User-agent: spacenews\nDisallow: /\n\nUser-agent: news\nDisallow:", "Disallow: /"),
        ("User-agent: *\nDisallow: /\n\nUser-agent: spacenews", ""),
        # One group of several names, and several groups of one name (RFC 9309, 2.2.1)
        ("User-agent: a\n\nUser-agent: spacenews\nUser-agent: b\nDisallow: /", "Disallow: /"),
        (
            "User-agent: spacenews\nDisallow: /a\nUser-agent: b\nDisallow: /b\nUser-Agent: SPACENEWS\nDisallow: /c",
            "Disallow: /a\nDisallow: /c",
        ),
        (
            "User-agent: *\nDisallow: /a\nUser-agent: b\nDisallow: /\nUser-agent: *\nAllow: /c",
            "Disallow: /a\nAllow: /c",
        ),
        # What is no rule ends no group (2.2.4)
        (
            "User-agent: spacenews\nSitemap: https://a.example/s.xml\nFoo: bar\nUser-agent: b\nDisallow: /",
            "Disallow: /",
        ),
        # but a delay, which belongs to those before it
        ("User-agent: *\nCrawl-delay: 10\nUser-agent: b\nDisallow: /", "Crawl-delay: 10"),
    ],
)
def test_the_rules_that_are_for_us(robots: str, rules: str) -> None:
    given = robots.encode()
    assert own_rules(given, "spacenews").decode().split("\n", 1) == ["User-agent: *", *([rules] if rules else [])]


@given(st.binary() | st.text(alphabet="User-agent: *spacenews\nDislow/#\r").map(str.encode))
def test_any_bytes_give_rules_that_can_be_parsed(body: bytes) -> None:
    Protego.parse(own_rules(body, "spacenews").decode()).can_fetch(SITE + "/a", "spacenews")


def test_each_host_has_its_own_rules() -> None:
    robots = {"img.example.com/robots.txt": Answer(b"User-agent: *\nDisallow: /"), "/robots.txt": Answer(b"")}
    with Server(PAGES | robots) as server:
        fetch([SITE + "/a", PICTURES + "/a"], GUEST | mirrored(server), meta={"purpose": "image"})
    assert server.paths("img.example.com") == ["/robots.txt"]
    assert server.paths("www.example.com") == ["/robots.txt", "/a"]


@pytest.mark.parametrize("status", [400, 401, 403, 404, 410])
def test_4xx_allows(status: int) -> None:
    _, stats, server = visit(Answer(b"User-agent: *\nDisallow: /", status))
    assert server.paths()[1:] == ["/a", "/b", "/c"]
    assert stats["spacenews/robots/www.example.com"]["status"] == status


@pytest.mark.parametrize("status", [500, 502, 503])
def test_5xx_forbids_everything(status: int) -> None:
    got, stats, server = visit(Answer(b"", status))
    assert set(server.paths()) == {"/robots.txt"}
    assert stats["spacenews/forbidden_by_robots"] == 3
    assert "disallowed" in stats["spacenews/robots/www.example.com"]["decision"]
    assert {type(error) for error in got.values()} == {UnreachableError}


CUT = gzip.compress(b"User-agent: *\nDisallow: /private/\n" * 50)[:-20]


@pytest.mark.parametrize(
    ("robots", "reason"),
    [
        (Answer(wait=30), Failure.TIMEOUT),
        (Answer(b"User-agent", cut=3), Failure.UNREACHABLE),
        (Answer(CUT, headers={"Content-Encoding": "gzip"}), Failure.TRUNCATED),
    ],
    ids=["silence", "length cut", "gzip cut"],
)
def test_what_cannot_be_read_forbids_everything(robots: Answer, reason: Failure) -> None:
    got, stats, server = visit(robots, DOWNLOAD_TIMEOUT=0.5)
    assert set(server.paths()) == {"/robots.txt"}
    assert {type(error) for error in got.values()} == {UnreachableError}
    assert {error.reason for error in got.values()} == {reason}
    assert "disallowed: " in stats["spacenews/robots/www.example.com"]["decision"]


def test_429_is_asked_again_after_the_wait() -> None:
    again = [Answer(status=429, headers={"Retry-After": "1"}), Answer(b"User-agent: *\nDisallow: /b")]
    _, _, server = visit(again)
    assert server.paths() == ["/robots.txt", "/robots.txt", "/a", "/c"]
    assert server.gaps()[0] >= 1


def test_429_for_ever_forbids_everything() -> None:
    _, _, server = visit(Answer(status=429))
    assert server.paths() == ["/robots.txt"] * 3


@pytest.mark.parametrize(("redirects", "obeyed"), [(5, True), (6, False)])
def test_at_most_five_redirects_are_followed(redirects: int, *, obeyed: bool) -> None:
    routes = {f"/{n}": Answer(status=301, headers={"Location": f"/{n + 1}"}) for n in range(1, redirects)}
    routes[f"/{redirects}"] = Answer(b"User-agent: *\nDisallow: /b")
    with Server(PAGES | routes | {"/robots.txt": Answer(status=301, headers={"Location": "/1"})}) as server:
        fetch([SITE + "/b"], GUEST | mirrored(server))
    assert ("/b" in server.paths()) is not obeyed


def test_only_the_first_500_kib_count() -> None:
    padding = b"# padding\n" * (500 * 1024 // 10 + 1)
    _, _, server = visit(Answer(b"User-agent: *\nDisallow: /a\n" + padding + b"Disallow: /b\n"))
    assert server.paths() == ["/robots.txt", "/b", "/c"]


def test_a_line_that_the_limit_cuts_does_not_count() -> None:
    rules = b"User-agent: *\n"
    padding = b"#" * (READ - len(rules) - len(b"\nDisallow: /")) + b"\n"
    assert own_rules(rules + padding + b"Disallow: /b\n", "spacenews") == rules.strip()
    assert own_rules(rules + padding[1:] + b"Disallow: /\n", "spacenews") == rules + b"Disallow: /"


def test_crawl_delay_is_kept() -> None:
    throttled: dict[str, Any] = {"AUTOTHROTTLE_ENABLED": True, "AUTOTHROTTLE_START_DELAY": 0.1}
    _, stats, server = visit(Answer(b"User-agent: *\nCrawl-delay: 0.8"), **throttled)
    assert min(server.gaps()) >= 0.8
    assert len(server.hits) == 4
    assert stats["spacenews/robots/www.example.com"]["crawl_delay"] == 0.8


def test_crawl_delay_has_a_cap_and_never_makes_us_faster() -> None:
    settings = {"SPACENEWS_CRAWL_DELAY_MAX": 1, "DOWNLOAD_DELAY": 0.1, "DOWNLOAD_DELAY_JITTER": 0}
    _, stats, server = visit(Answer(b"User-agent: *\nCrawl-delay: 3600"), [SITE + "/a"], **settings)
    assert 0.9 <= server.gaps()[0] < 3, "as the server sees it: the first connection takes its time"
    assert stats["spacenews/robots/www.example.com"]["delay"] == 1
    _, _, server = visit(Answer(b"User-agent: *\nCrawl-delay: 0.01"), [SITE + "/a", SITE + "/b"], DOWNLOAD_DELAY=0.5)
    assert min(server.gaps()) >= 0.2


@pytest.mark.parametrize("archived", [True, False])
def test_in_a_replay_a_missing_robots_txt_allows(tmp_path: Path, *, archived: bool) -> None:
    writer = WarcFile(tmp_path / "a.warc.gz")
    writer.add(SITE + "/a", b"a")
    if archived:
        writer.add(SITE + "/robots.txt", b"User-agent: *\nDisallow: /a\nCrawl-delay: 20")
    got, _ = fetch([SITE + "/a"], GUEST | {"SPACENEWS_WARC_REPLAY": str(writer.save())})
    assert isinstance(got[SITE + "/a"], ForbiddenError) is archived


def test_robots_txt_can_be_switched_off_as_in_scrapy() -> None:
    _, _, server = visit(Answer(b"User-agent: *\nDisallow: /"), ROBOTSTXT_OBEY=False)
    assert server.paths() == ["/a", "/b", "/c"]


@pytest.mark.parametrize(
    ("meta", "header", "barred"),
    [
        (None, None, None),
        ("index, follow, max-image-preview:large", None, None),
        ("noindex", None, "noindex"),
        ("NoIndex,NOFOLLOW", None, "noindex"),
        ("none", None, "noindex"),
        ("noarchive", "noai", "noarchive"),
        (None, "noai, noimageai", "noai"),
        (None, "otherbot: noindex, nofollow", None),
        (None, "noarchive, otherbot: noindex", "noarchive"),
        (None, "spacenews: noindex", "noindex"),
        (None, "news: noindex", None),
        (None, "otherbot: nofollow, spacenews: noarchive", "noarchive"),
        (None, "unavailable_after: 25 Jun 2010 15:00:00 PST, noindex", "noindex"),
        (None, "max-snippet: -1, noindex", "noindex"),
        ("nosnippet", "nofollow", None),
    ],
)
def test_what_pages_say_to_robots(meta: str | None, header: str | None, barred: str | None) -> None:
    assert is_barred(meta, header, ["noindex", "noarchive", "noai"], "spacenews") == barred
    assert is_barred(meta, header, [], "spacenews") is None
