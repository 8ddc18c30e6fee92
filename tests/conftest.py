"""What holds for every test: nothing leaves this machine."""

from __future__ import annotations

import ipaddress
import sys
from collections.abc import Iterator
from typing import Any

import pytest

import crawling


def _only_loopback(event: str, arguments: tuple[Any, ...]) -> None:
    """Refuse connections and name look-ups beyond loopback, whatever library makes them."""
    if event == "socket.connect":
        address = arguments[1]
        host = address[0] if isinstance(address, tuple) else "localhost"
    elif event in ("socket.getaddrinfo", "socket.gethostbyname"):
        host = arguments[0]
    else:
        return
    host = host.decode() if isinstance(host, bytes) else host
    try:
        inside = host in (None, "", "localhost") or ipaddress.ip_address(host).is_loopback
    except ValueError:
        inside = False
    if not inside:
        raise PermissionError(f"a test reaches for {host}: {event}")


sys.addaudithook(_only_loopback)


@pytest.fixture(scope="session", autouse=True)
def _reactor() -> Iterator[None]:
    yield
    crawling.stop()
