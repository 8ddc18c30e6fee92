"""What holds for every test: nothing leaves this machine."""

from __future__ import annotations

import ipaddress
import socket
import subprocess
import sys
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import settings
from scrapy import cmdline
from support import run_crawl
from support.fake_dns import resolve
from support.postgres import address, old_address, server  # noqa: F401 - fixtures
from support.processes import PROJECT, Scrapy


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


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add what `make test-site` chooses by."""
    parser.addoption("--site", metavar="NAME", help="of tests/test_sites.py, run what is about this spider")


LONGEST = (
    "test_runs",
    "test_report",
    "test_archives",
    "test_readers",
    "test_robots",
    "test_discovery",
    "test_backoff",
    "test_demo",
)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Put the files that take longest first, so that no worker begins one of them when the others are done."""
    place = {name: number for number, name in enumerate(LONGEST)}
    items.sort(key=lambda item: place.get(item.path.stem, len(LONGEST)))


sys.addaudithook(_only_loopback)

settings.register_profile("spacenews", deadline=None)  # how long an example takes is up to what else the machine does
settings.load_profile("spacenews")


@pytest.fixture(scope="session", autouse=True)
def _reactor() -> Iterator[None]:
    yield
    run_crawl.stop()


@pytest.fixture
def scrapy(monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> Scrapy:
    """Run a scrapy command that crawls nothing inside the test process, a second sooner than in one of its own."""
    monkeypatch.chdir(PROJECT)
    monkeypatch.setenv("SCRAPY_SETTINGS_MODULE", "spacenews.settings")

    def run(*words: str) -> subprocess.CompletedProcess[str]:
        capfd.readouterr()  # what was printed before is not the command's
        with pytest.raises(SystemExit) as ended:
            cmdline.execute(["scrapy", *words])
        return subprocess.CompletedProcess(words, int(ended.value.code or 0), *capfd.readouterr())

    return run


@pytest.fixture
def names() -> Iterator[dict[str, list[str]]]:
    """Host names and the addresses to which they resolve in this test, one lookup after the other."""
    yield from resolve()
