from __future__ import annotations

import gzip
import logging
from typing import Any

import pytest
import scrapy
from support.run_crawl import GUEST, PICTURES, SITE, Fetcher, crawl, fetch, mirrored
from support.server import Answer, Server

from spacenews.errors import RefusedError

FEEDS = "http://feeds.example.net"
ROBOTS = {"/robots.txt": Answer(b"")}


def ask(
    url: str, purpose: str | None, routes: dict[str, Any], **settings: Any
) -> tuple[Any, dict[str, Any], list[str]]:
    """Ask for one address for one purpose; return what came, the stats and what the server was asked for."""
    with Server(ROBOTS | routes) as server:
        meta = {"purpose": purpose} if purpose else {}
        got, stats = fetch([url], GUEST | mirrored(server) | settings, meta=meta)
    asked = [hit.host + hit.path for hit in server.hits if hit.path != "/robots.txt"]
    return next(iter(got.values())), stats, asked


@pytest.mark.parametrize(
    ("url", "reason"),
    [
        ("file:///etc/hostname", "scheme"),
        ("file://www.example.com/etc/hostname", "scheme"),
        ("ftp://www.example.com/", "scheme"),
        ("data:text/html,x", "scheme"),
        ("http://other.example.com/", "host"),
        ("http://www.example.com.evil.net/", "host"),
        ("http://127.0.0.1/", "host"),
        ("http://[::1]/", "host"),
        ("http://www.example.com:8080/", "port"),
        ("http://www.example.com:22/", "port"),
        ("http://user:secret@www.example.com/", "user_info"),
        ("http://www.example.com@evil.net/", "user_info"),
        ("http://www.example.com/" + "a" * 2100, "address_length"),
    ],
)
@pytest.mark.parametrize("purpose", [None, "article", "image", "feed", "sitemap", "listing"])
def test_what_breaks_a_rule_is_refused_counted_and_never_asked(url: str, reason: str, purpose: str | None) -> None:
    error, stats, asked = ask(url, purpose, {})
    assert isinstance(error, RefusedError)
    assert stats[f"spacenews/refused/{reason}"] == 1
    assert "secret" not in str(error)
    assert asked == []


INSIDE = ["file:///etc/hostname", "ftp://www.example.com/x", "http://127.0.0.1:1/"]
AWAY = [(target, purpose) for target in INSIDE for purpose in ("article", "image", "feed", "robots")]


@pytest.mark.parametrize(
    ("target", "purpose"),
    # A robots.txt may be on any public host.
    [*AWAY, *(("//evil.net/", purpose) for purpose in ("article", "image", "feed"))],
)
def test_a_redirect_away_is_refused(target: str, purpose: str) -> None:
    routes = {"/go": Answer(status=302, headers={"Location": target})}
    error, stats, asked = ask(SITE + "/go", purpose, routes)
    refused = {key: count for key, count in stats.items() if key.startswith("spacenews/refused/")}
    assert isinstance(error, RefusedError)
    assert sum(refused.values()) == 1
    assert asked == ["www.example.com/go"]


@pytest.mark.parametrize(
    ("url", "allowed"),
    [
        (SITE + "/x", {"article", "image", "feed", "listing", "sitemap", "robots"}),
        (PICTURES + "/x", {"image", "robots"}),
        (FEEDS + "/x", {"feed", "listing", "sitemap", "robots"}),
    ],
)
@pytest.mark.parametrize("purpose", ["article", "image", "feed", "listing", "sitemap", "robots"])
def test_hosts_by_purpose(url: str, allowed: set[str], purpose: str) -> None:
    _, stats, asked = ask(url, purpose, {"/x": Answer(b"x")})
    assert bool(asked) is (purpose in allowed)
    assert stats.get("spacenews/refused/host", 0) == (purpose not in allowed)


def test_a_port_that_the_operator_names_is_allowed() -> None:
    with Server(ROBOTS | {"/x": Answer(b"x")}) as server:
        settings = {"SPACENEWS_MIRRORS": {"http://www.example.com:8080": server.origin}}
        got, _ = fetch(["http://www.example.com:8080/x"], GUEST | mirrored(server) | settings)
    assert got["http://www.example.com:8080/x"].body == b"x"


def test_six_redirects_are_one_too_many() -> None:
    routes = {f"/{number}": Answer(status=301, headers={"Location": f"/{number + 1}"}) for number in range(8)}
    error, _, asked = ask(SITE + "/0", "article", routes)
    assert "redirect" in str(error)
    assert len(asked) == 6


@pytest.mark.parametrize("packed", [False, True])
@pytest.mark.parametrize("purpose", ["article", "feed", "sitemap", "image"])
def test_what_is_too_large_for_its_purpose_is_given_up(purpose: str, *, packed: bool) -> None:
    body = b"\0" * 3000
    headers = {"Content-Encoding": "gzip"} if packed else {}
    limits = {"DOWNLOAD_MAXSIZE": 5000, "SPACENEWS_FEED_MAX_BYTES": 5000, "SPACENEWS_PICTURE_MAX_BYTES": 5000}
    key = {"article": "DOWNLOAD_MAXSIZE", "image": "SPACENEWS_PICTURE_MAX_BYTES"}.get(
        purpose, "SPACENEWS_FEED_MAX_BYTES"
    )
    routes = {"/x": Answer(gzip.compress(body) if packed else body, headers=headers)}
    fits, _, _ = ask(SITE + "/x", purpose, routes, **limits)
    too_large, _, _ = ask(SITE + "/x", purpose, routes, **limits | {key: 2000})
    assert fits.body == body
    assert isinstance(too_large, Exception)


@pytest.mark.parametrize(
    ("agent", "asks"), [("spacenews/1.0", True), ("me (+https://example.org)", False), ("me@x.org", False)]
)
def test_a_user_agent_without_contact_is_mentioned_once(
    caplog: pytest.LogCaptureFixture, agent: str, *, asks: bool
) -> None:
    with Server(ROBOTS) as server, caplog.at_level(logging.INFO):
        crawl(Fetcher, GUEST | mirrored(server) | {"USER_AGENT": agent}, urls=SITE + "/")
    assert caplog.text.count("USER_AGENT names no contact") == asks


def test_scrapy_shell_may_look_at_any_public_address() -> None:
    class Shell(scrapy.Spider):
        name = "shell"
        start_urls = ["http://other.example.com/x", "file:///etc/hostname"]  # noqa: RUF012 - Scrapy's way

    with Server(ROBOTS | {"/x": Answer(b"x")}) as server:
        settings = GUEST | mirrored(server) | {"SPACENEWS_MIRRORS": {"http://other.example.com": server.origin}}
        stats = crawl(Shell, settings).stats.get_stats()
    assert server.paths() == ["/robots.txt", "/x"]
    assert stats["spacenews/refused/scheme"] == 1
