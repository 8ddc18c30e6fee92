"""What holds for every test: nothing leaves this machine."""

from __future__ import annotations

import ipaddress
import socket
import sys
from collections.abc import Iterator
from typing import Any

import pytest
from support import run_crawl
from support.fake_dns import resolve


def _only_loopback(event: str, arguments: tuple[Any, ...]) -> None:
    """Refuse connections and name look-ups beyond loopback, whatever library makes them."""
    if event == "socket.connect":
        address = arguments[1]
        host = address[0] if isinstance(address, tuple) else "localhost"
    elif event in ("socket.getaddrinfo", "socket.gethostbyname"):
        host = arguments[0]
    else:
        return
    host = host.decode() if isinstance(host, bytes) else host or "localhost"
    number = not set(host) - set("0123456789abcdefx.:")  # needs no look-up
    if not (host == "localhost" or (number if event != "socket.connect" else ipaddress.ip_address(host).is_loopback)):
        message = f"a test reaches for {host}: {event}"
        raise PermissionError(message) if event == "socket.connect" else socket.gaierror(socket.EAI_NONAME, message)


sys.addaudithook(_only_loopback)


@pytest.fixture(scope="session", autouse=True)
def _reactor() -> Iterator[None]:
    yield
    run_crawl.stop()


@pytest.fixture
def names() -> Iterator[dict[str, list[str]]]:
    """Host names and the addresses that they have in this test, one after the other."""
    yield from resolve()
