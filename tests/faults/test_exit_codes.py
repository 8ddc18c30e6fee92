"""The exit code of `scrapy crawl` says how the run went: one test a row of the table in docs/operations.md."""

from __future__ import annotations

import re
import socket
import sqlite3
import subprocess
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from demo_site.markup import ORIGIN
from support.fake_site import FAST, SPIDER, FakeSite
from support.processes import (
    command,
    environment,
    read_report,
)
from support.server import Answer

pytestmark = pytest.mark.faults

HERE = Path(__file__).parent


@dataclass
class Case:
    """A site, a folder and a command; each row of the table spoils one of them."""

    fake_site: FakeSite
    folder: Path
    spider: str = SPIDER
    settings: dict[str, Any] = field(default_factory=dict)
    arguments: dict[str, str] = field(default_factory=dict)

    @property
    def output(self) -> Path:
        return self.folder / "output"

    def run(self) -> subprocess.CompletedProcess[str]:
        settings = {**FAST, **self.fake_site.settings, "SPACENEWS_OUTPUT": str(self.output), **self.settings}
        parts = command("crawl", self.spider, settings=settings, arguments=self.arguments)
        where = {**environment(), "PYTHONPATH": str(HERE)}
        return subprocess.run(parts, env=where, capture_output=True, text=True, timeout=60, check=False)


@pytest.fixture
def case(tmp_path: Path) -> Any:
    with FakeSite(6) as fake_site:
        yield Case(fake_site, tmp_path)


def fine(_: Case) -> None:
    """Change nothing."""


def nothing_new(case: Case) -> None:
    assert case.run().returncode == 0


def one_page_fails(case: Case) -> None:
    case.fake_site.server.routes[case.fake_site.stories[2].url.removeprefix(ORIGIN)] = Answer(status=500)


def every_article_raises(case: Case) -> None:
    case.settings["SPIDER_MODULES"] = "broken"
    case.spider = "broken_article"


def the_listing_raises(case: Case) -> None:
    case.settings["SPIDER_MODULES"] = "broken"
    case.spider = "broken_listing"
    case.arguments["discover"] = "listing"


def unknown_argument(case: Case) -> None:
    case.arguments["colour"] = "red"


def malformed_argument(case: Case) -> None:
    case.arguments["since"] = "yesterday"


def malformed_setting(case: Case) -> None:
    case.settings["SPACENEWS_MIRRORS"] = '{"https://www.example.com/path": "http://127.0.0.1"}'


def malformed_number_of_scrapy(case: Case) -> None:
    case.settings["DOWNLOAD_DELAY"] = "soon"


def unknown_setting(case: Case) -> None:
    case.settings["SPACENEWS_OUTPT"] = "elsewhere"


def unknown_spider(case: Case) -> None:
    case.spider = "nobody"


def empty_listing(case: Case) -> None:
    case.fake_site.stories.clear()
    case.fake_site.update()
    case.arguments["discover"] = "listing"


def redesign(case: Case) -> None:
    case.fake_site.around = redesigned
    case.fake_site.update()


def redesigned(page: str) -> str:
    return re.sub(r"<article\n.*?>", '<div class="prose">', page, flags=re.DOTALL).replace("</article>", "</div>")


def everything_moved(case: Case) -> None:
    for path in ("/space/", "/space/feed/"):
        case.fake_site.server.routes[path] = Answer(status=404)


def output_is_a_file(case: Case) -> None:
    case.output.write_text("a file")


def output_without_permission(case: Case) -> None:
    case.settings["SPACENEWS_OUTPUT"] = "/proc/spacenews"  # nobody may, not even root


def images_without_permission(case: Case) -> None:
    case.settings["IMAGES_STORE"] = "/proc/spacenews"


def store_unreachable(case: Case) -> None:
    case.settings["SPACENEWS_STORE_URL"] = f"postgresql+psycopg://nobody:secret@127.0.0.1:{closed_port()}/news"


def newer_schema(case: Case) -> None:
    nothing_new(case)
    with sqlite3.connect(case.output / "spacenews.sqlite3") as database:
        database.execute("UPDATE spacenews SET value = '999'")
    database.close()


def unreadable_schema(case: Case) -> None:
    nothing_new(case)
    with closing(sqlite3.connect(case.output / "spacenews.sqlite3")) as database, database:
        database.execute("UPDATE spacenews SET value = 'abc'")


def foreign_database(case: Case) -> None:
    path = case.folder / "shop.sqlite3"
    with closing(sqlite3.connect(path)) as database, database:
        database.execute("CREATE TABLE articles (number INTEGER, price INTEGER)")
    case.settings["SPACENEWS_STORE_URL"] = f"sqlite:///{path}"


def closed_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port: int = listener.getsockname()[1]
        return port


def host_refuses(case: Case) -> None:
    case.settings["SPACENEWS_MIRRORS"] = {ORIGIN: f"http://127.0.0.1:{closed_port()}"}


def robots_fails(case: Case) -> None:
    case.fake_site.server.routes["/robots.txt"] = Answer(status=503)


def robots_forbids(case: Case) -> None:
    case.fake_site.server.routes["/robots.txt"] = Answer(b"User-agent: *\nDisallow: /\n")


def everything_fails(case: Case) -> None:
    robots = case.fake_site.server.routes["/robots.txt"]
    case.fake_site.server.routes = {path: Answer(status=500) for path in case.fake_site.server.routes}
    case.fake_site.server.routes["/robots.txt"] = robots


def everything_is_refused(case: Case) -> None:
    for path in case.fake_site.server.routes:
        if path.startswith("/space/gen"):
            case.fake_site.server.routes[path] = Answer(status=403)
    case.settings["SPACENEWS_REFUSALS_MAX"] = 2


def everything_is_a_wall(case: Case) -> None:
    wall = b"<html><body><h1>Before you continue</h1><p>We value your privacy.</p><button>Accept</button></body></html>"
    for path in case.fake_site.server.routes:
        if path.startswith("/space/gen"):
            case.fake_site.server.routes[path] = Answer(wall)


ROWS: list[tuple[Callable[[Case], None], int, str, str]] = [
    (fine, 0, "ok", ""),
    (nothing_new, 0, "ok", "nothing new"),
    (one_page_fails, 0, "degraded", "1 address could not be read"),
    (every_article_raises, 1, "failed", "unhandled errors on 6 pages"),
    (the_listing_raises, 1, "failed", "the listing could not be read"),
    (unknown_argument, 2, "", "unknown argument 'colour'"),
    (malformed_argument, 2, "", "since"),
    (malformed_setting, 2, "", "SPACENEWS_MIRRORS"),
    (malformed_number_of_scrapy, 2, "", "setting DOWNLOAD_DELAY='soon'"),
    (unknown_setting, 2, "", "did you mean SPACENEWS_OUTPUT?"),
    (unknown_spider, 2, "", "no spider is named nobody"),
    (empty_listing, 3, "failed", "the listing has no article link"),
    (redesign, 3, "failed", "text is empty on 6 of 6 article pages"),
    (everything_moved, 3, "failed", "no feed, listing or sitemap could be read"),
    (output_is_a_file, 4, "", "SPACENEWS_OUTPUT"),
    (output_without_permission, 4, "", "SPACENEWS_OUTPUT"),
    (images_without_permission, 4, "failed", "IMAGES_STORE"),
    (store_unreachable, 4, "", "crawl database postgresql+psycopg://nobody:***@127.0.0.1"),
    (newer_schema, 4, "ok", "schema 999"),
    (unreadable_schema, 4, "", "has 'abc' where the number of its schema should be"),
    (foreign_database, 4, "", "shop.sqlite3 belongs to another program, it has articles and no table spacenews"),
    (host_refuses, 5, "failed", "www.digitaltrends.com cannot be reached: it refuses the connection"),
    (robots_fails, 5, "failed", "robots.txt of www.digitaltrends.com answers 503, so that nothing may be requested"),
    (robots_forbids, 5, "failed", "robots.txt of www.digitaltrends.com forbids what was to be requested"),
    (everything_fails, 5, "failed", "www.digitaltrends.com answers 500"),
    (everything_is_refused, 5, "failed", "the site refuses us"),
    (everything_is_a_wall, 5, "failed", "pages are walls"),
]


@pytest.mark.parametrize(("spoil", "code", "result", "words"), ROWS, ids=lambda it: getattr(it, "__name__", ""))
def test_exit_code(case: Case, spoil: Callable[[Case], None], code: int, result: str, words: str) -> None:
    spoil(case)
    done = case.run()
    assert done.returncode == code, done.stderr
    assert words in done.stderr
    assert "Traceback" not in done.stderr or code in (1, 5, 3, 0)
    if result:
        told = report_of(case)
        assert told["result"] == result
        assert told["exit_code"] == (0 if spoil is newer_schema else code)
        assert not words or spoil is newer_schema or words in " ".join(told["reasons"])


def report_of(case: Case) -> dict[str, Any]:
    return read_report(max((case.output / case.spider).glob("*/run.json")).parent)
