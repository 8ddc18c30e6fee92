from __future__ import annotations

import asyncio
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scrapy.crawler import Crawler
from support.run_crawl import HANDLERS, SITE, fetch, mirrored, outcome
from support.server import Answer, Server

from spacenews.downloading.public_addresses import is_public
from spacenews.downloading.shutdown import cancel_all
from spacenews.errors import RefusedError, StoppedError, TooLargeError
from spacenews.reasons import Refusal


def test_a_mirror_is_fetched_and_only_the_origin_is_seen() -> None:
    with Server({"/a/?p=1": Answer(b"page")}) as server:
        got, _ = fetch([SITE + "/a/?p=1"], mirrored(server))
    response = got[SITE + "/a/?p=1"]
    assert (response.url, response.body, response.request.url) == (SITE + "/a/?p=1", b"page", SITE + "/a/?p=1")
    assert response.meta["download_latency"] > 0
    assert [(hit.host, hit.path) for hit in server.hits] == [("www.example.com", "/a/?p=1")]


@pytest.mark.parametrize("target", ["/new/", f"{SITE}/new/", "//www.example.com/new/", "{mirror}/new/"])
def test_redirects_of_a_mirror_stay_on_the_origin(target: str) -> None:
    with Server({"/new/": Answer(b"new")}) as server:
        server.routes["/old/"] = Answer(status=301, headers={"Location": target.format(mirror=server.origin)})
        got, _ = fetch([SITE + "/old/"], mirrored(server))
    assert (got[SITE + "/old/"].url, got[SITE + "/old/"].body) == (SITE + "/new/", b"new")
    assert server.paths() == ["/old/", "/new/"]


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1",
        "10.1.2.3",
        "172.16.0.1",
        "192.168.1.1",
        "169.254.169.254",
        "100.64.0.1",
        "0.0.0.0",  # noqa: S104
        "255.255.255.255",
        "224.0.0.1",
        "240.0.0.1",
        "192.0.2.1",
        "198.18.0.1",
        "::1",
        "::",
        "fe80::1",
        "fc00::1",
        "ff02::1",
        "::ffff:127.0.0.1",
        "::ffff:10.0.0.1",
        "::127.0.0.1",
        "64:ff9b::7f00:1",
        "64:ff9b::10.0.0.1",
        "64:ff9b:1::1.1.1.1",
        "2002:7f00:1::",
        "2002:0a00:1::",
        "::ffff:0:10.0.0.1",
        "2001:db8::1",
        "3fff::1",
        "3fff:fff:ffff::1",
        "fec0::1",
        "feff::1",
        "2001:0:7f00:1:0:0:f5ff:fffe",
    ],
)
def test_what_is_not_public(address: str) -> None:
    assert not is_public(address)


@pytest.mark.parametrize(
    "address", ["1.1.1.1", "93.184.215.14", "2606:4700::1111", "64:ff9b::1.1.1.1", "::ffff:8.8.8.8"]
)
def test_what_is_public(address: str) -> None:
    assert is_public(address)


@given(st.ip_addresses(v=4))
def test_an_address_carried_in_ipv6_is_judged_like_itself(address: Any) -> None:
    assert is_public(f"::ffff:{address}") == is_public(f"64:ff9b::{address}") == is_public(str(address))


@pytest.mark.parametrize(
    "address", ["127.0.0.1", "10.0.0.7", "169.254.169.254", "::1", "::ffff:127.0.0.1", "64:ff9b::7f00:1"]
)
def test_a_name_that_leads_inside_is_refused(names: dict[str, list[str]], address: str) -> None:
    names["inside.example.com"] = [address]
    got, stats = fetch(["http://inside.example.com/"], {"DOWNLOAD_HANDLERS": HANDLERS})
    error = got["http://inside.example.com/"]
    assert stats["spacenews/refused/private_address"] == 1
    assert isinstance(error, RefusedError)
    assert error.reason is Refusal.PRIVATE_ADDRESS


@pytest.mark.parametrize(
    "host",
    ["127.0.0.1", "2130706433", "0x7f000001", "0x7f.1", "0177.0.0.1", "127.1", "[::1]", "[::ffff:127.0.0.1]", "0"],
)
def test_every_way_to_write_this_machine_is_refused(host: str) -> None:
    got, _ = fetch([f"http://{host}/"], {"DOWNLOAD_HANDLERS": HANDLERS})
    [error] = got.values()
    assert isinstance(error, RefusedError), error


def test_a_name_is_checked_for_each_connection_anew(names: dict[str, list[str]]) -> None:
    """DNS rebinding: the first answer is public, the second one is not."""
    names["rebinding.example.com"] = ["203.0.113.1", "127.0.0.1"]
    urls = ["http://rebinding.example.com/1", "http://rebinding.example.com/2"]
    with Server({"/2": Answer(b"inside")}) as server:
        got, _ = fetch(urls, {"DOWNLOAD_HANDLERS": HANDLERS, "CONCURRENT_REQUESTS": 1, "DOWNLOAD_TIMEOUT": 2})
    assert all(isinstance(error, Exception) for error in got.values())
    assert isinstance(got[urls[1]], RefusedError)
    assert server.hits == []


def test_other_ports_than_the_webs_are_refused_and_a_named_mirror_is_not() -> None:
    with Server({"/": Answer(b"inside")}) as server:
        got, _ = fetch([server.origin + "/", SITE + "/"], mirrored(server))
    assert got[server.origin + "/"].reason is Refusal.PORT
    assert got[SITE + "/"].body == b"inside"


def test_a_redirect_inside_is_refused() -> None:
    with Server({"/": Answer(status=302, headers={"Location": "http://127.0.0.1/secret"})}) as server:
        got, _ = fetch([SITE + "/"], mirrored(server))
    assert got[SITE + "/"].reason is Refusal.PRIVATE_ADDRESS
    assert server.paths() == ["/"]


def test_the_operators_proxy_may_be_inside() -> None:
    with Server({"http://www.example.com/": Answer(b"by proxy")}) as server:
        got, _ = fetch([SITE + "/"], {"DOWNLOAD_HANDLERS": HANDLERS}, meta={"proxy": server.origin})
    assert got[SITE + "/"].body == b"by proxy"


@pytest.mark.parametrize(
    "url", ["file:///etc/hostname", "file://www.example.com/etc/hostname", "ftp://127.0.0.1/", "data:,x"]
)
def test_there_is_no_handler_for_other_schemes(url: str) -> None:
    got, _ = fetch([url], {"DOWNLOAD_HANDLERS": HANDLERS})
    assert "Unsupported URL scheme" in str(got[url])


@pytest.mark.parametrize("delay", [0, 3])
def test_cancelling_ends_transfers_and_waits_at_once(delay: float) -> None:
    ended: dict[str, float] = {}

    def stop_soon(crawler: Crawler) -> None:
        async def stop() -> None:
            while len(crawler.engine.downloader.active) + len(outcome(crawler)) < 250 or not server.hits:  # noqa: ASYNC110
                await asyncio.sleep(0.02)
            ended["at"] = time.monotonic()
            ended["waiting"] = cancel_all(crawler)
            await crawler.engine.close_spider_async(reason="shutdown")

        asyncio.get_running_loop().create_task(stop())

    with Server({"/0": Answer(wait=60)}) as server:
        settings = mirrored(server) | {"DOWNLOAD_DELAY": delay, "CONCURRENT_REQUESTS": 300, "LOG_ENABLED": False}
        settings |= {"CONCURRENT_REQUESTS_PER_DOMAIN": 1}
        got, stats = fetch([f"{SITE}/{number}" for number in range(250)], settings, started=stop_soon)
        assert time.monotonic() - ended["at"] < 10
    assert stats["finish_reason"] == "shutdown"
    assert len(got) == 250
    assert len(server.hits) < 10
    assert ended["waiting"] > 200
    assert sum(isinstance(answer, StoppedError) for answer in got.values()) > 240


HEAD = b"HTTP/1.1 200 OK\r\n"


@contextmanager
def endless(begin: bytes, line: bytes) -> Iterator[str]:
    """Serve headers without end on loopback, as fast as they are taken."""
    with socket.create_server(("127.0.0.1", 0)) as listening:

        def serve() -> None:
            with suppress(OSError):
                connection, _ = listening.accept()
                with connection:
                    connection.recv(65536)
                    connection.sendall(begin)
                    while True:
                        connection.sendall(line * 1000)

        thread = threading.Thread(target=serve)
        thread.start()
        yield f"http://127.0.0.1:{listening.getsockname()[1]}"
        listening.shutdown(socket.SHUT_RDWR)
    thread.join()


@pytest.mark.parametrize(
    ("begin", "line"),
    [(HEAD, b"X-A: b\r\n"), (HEAD + b"X-A: b\r\n", b" b\r\n"), (b"", b"HTTP/1.1 100 Continue\r\nX-A: b\r\n\r\n")],
    ids=["headers", "lines of a header", "interim responses"],
)
def test_headers_without_end_are_given_up(begin: bytes, line: bytes) -> None:
    with endless(begin, line) as origin:
        got, stats = fetch([SITE + "/"], {"SPACENEWS_MIRRORS": {SITE: origin}, "DOWNLOAD_HANDLERS": HANDLERS})
    assert isinstance(got[SITE + "/"], TooLargeError)
    assert stats["downloader/request_count"] == 1


def test_a_connection_is_used_again_however_many_headers_it_has_had() -> None:
    headers = {f"X-{number}": "b" * 1000 for number in range(90)}
    with Server({"/": Answer(b"page", headers=headers)}) as server:
        addresses = [f"{SITE}/?{number}" for number in range(4)]
        server.routes |= {f"/?{number}": Answer(b"page", headers=headers) for number in range(4)}
        got, _ = fetch(addresses, mirrored(server))
    assert [got[url].body for url in addresses] == [b"page"] * 4
