"""A site that attacks whoever crawls it, in every place that a page, a feed or an answer has."""

from __future__ import annotations

import gzip
import json
import logging
import os
import re
import struct
import subprocess
import sys
import zlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from demo_site.markup import ORIGIN
from scrapy.utils.project import get_project_settings
from support.fake_site import FAST, SPIDER, FakeSite
from support.processes import PROJECT, command, published, report
from support.run_crawl import crawl
from support.server import Answer, Server

from spacenews.runs.run import run_of
from spacenews.spiders.digitaltrends_space import DigitaltrendsSpaceSpider

pytestmark = pytest.mark.faults

CANARY = "canary-5f0c1e7a"
TOKEN = "s3cr3t-t0k3n"  # noqa: S105
ARTICLE = "/space/generated-story-0001/"


@dataclass
class Crawl:
    """What a crawl left behind."""

    code: int
    log: str
    output: Path

    def everything(self) -> bytes:
        """Return every byte that was written, the database included."""
        files = (path.read_bytes() for path in self.output.rglob("*") if path.is_file())
        return b"\n".join([self.log.encode(), *files])


@pytest.fixture
def inside(tmp_path: Path) -> Iterator[Server]:
    """A server that only this machine should reach, and a file that only it should read."""
    (tmp_path / "canary.html").write_text(f"<html><body><h1>{CANARY}</h1><p>{CANARY}</p></body></html>")
    with Server({}) as server:
        page = Answer(CANARY.encode() * 20)
        server.answer = lambda hit: server.hits.append(hit) or page  # type: ignore[method-assign, func-returns-value]
        yield server


def visit(fake_site: FakeSite, folder: Path, **arguments: Any) -> Crawl:
    """Crawl the site inside the test process, with every setting as delivered."""
    handler = logging.FileHandler(folder / "log")
    handler.setFormatter(logging.Formatter("%(asctime)s %(message)s"))
    logging.getLogger().addHandler(handler)
    logging.getLogger().setLevel(logging.DEBUG)
    settings = get_project_settings()
    settings.setdict(at_test_pace(fake_site, folder), "cmdline")
    try:
        with fake_site:
            crawler = crawl(DigitaltrendsSpaceSpider, settings, **arguments)
    finally:
        logging.getLogger().removeHandler(handler)
        handler.close()
    code = run_of(crawler).exit_code
    assert code is not None
    return Crawl(code, (folder / "log").read_text(), folder / "output")


def visit_apart(fake_site: FakeSite, folder: Path) -> tuple[Crawl, float, int]:
    """Crawl the site in a process of its own; return the processor seconds and the bytes that it took as well."""
    with (folder / "log").open("wb") as log, fake_site:
        crawl_command = command("crawl", SPIDER, settings=at_test_pace(fake_site, folder))[
            3:
        ]  # without python -m scrapy
        parts = [sys.executable, "-c", TELLING, str(folder / "status"), *crawl_command]
        process = subprocess.Popen(parts, cwd=PROJECT, stdout=log, stderr=log)
        _, status, used = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    done = Crawl(process.returncode, (folder / "log").read_text(), folder / "output")
    (peak,) = re.findall(r"VmHWM:\s*(\d+) kB", (folder / "status").read_text())
    return done, used.ru_utime + used.ru_stime, int(peak) * 1024


# The peak of the process itself: what wait4 tells is never less than what the tests' own process took before.
TELLING = """
import atexit, pathlib, runpy, sys
told = pathlib.Path(sys.argv.pop(1))
atexit.register(lambda: told.write_text(pathlib.Path("/proc/self/status").read_text()))
runpy.run_module("scrapy", run_name="__main__", alter_sys=True)
"""


def at_test_pace(fake_site: FakeSite, folder: Path) -> dict[str, Any]:
    mirrors = {"SPACENEWS_MIRRORS": {ORIGIN: fake_site.server.origin}, "SPACENEWS_OUTPUT": str(folder / "output")}
    return FAST | mirrors | {"LOG_LEVEL": "DEBUG", "DOWNLOAD_TIMEOUT": 3}


def site(markup: str = "", lead: str = "", routes: Mapping[str, Answer] | None = None) -> FakeSite:
    """Return a site of four stories; one has more markup in its body, or another lead picture."""
    fake_site = FakeSite(4)
    page = fake_site.server.routes[ARTICLE].body.decode()  # type: ignore[union-attr]
    page = page.replace('itemprop="articleBody"\n>', f'itemprop="articleBody"\n>{markup}')
    if lead:
        page = re.sub('<figure class="b-lead-media.*?</figure>', lambda _: lead, page, count=1, flags=re.DOTALL)
    fake_site.server.routes[ARTICLE] = Answer(page.encode())
    fake_site.server.routes |= routes or {}
    return fake_site


def list_too(fake_site: FakeSite, links: Iterable[str], head: str = "") -> None:
    """Put more links on the listing."""
    listing = fake_site.server.routes["/space/"].body.decode()  # type: ignore[union-attr]
    river = '<div class="b-river__inner">'
    cards = "".join(f'<div class="b-river-post"><h3><a href="{link}">more</a></h3></div>' for link in links)
    fake_site.server.routes["/space/"] = Answer(
        listing.replace("</head>", head + "</head>").replace(river, river + cards).encode()
    )


def addresses(tmp_path: Path, inside: Server) -> list[str]:
    port = inside.port
    return [
        f"file://{tmp_path}/canary.html",
        f"file://www.digitaltrends.com{tmp_path}/canary.html",
        f"ftp://www.digitaltrends.com{tmp_path}/canary.html",
        f"data:text/html,{CANARY[:3]}",
        *[
            f"http://{host}:{port}/space/inside/"
            for host in ("127.0.0.1", "localhost", "2130706433", "0x7f.1", "0177.0.0.1", "[::1]", "[::ffff:127.0.0.1]")
        ],
        f"http://www.digitaltrends.com@127.0.0.1:{port}/space/inside/",
        f"http://user:{TOKEN}@www.digitaltrends.com/space/userinfo/",
        f"//127.0.0.1:{port}/space/inside/",
        f"http://www.digitaltrends.com:{port}/space/inside/",
        f"https://www.digitaltrends.com/space/{'a' * 3000}/",
        "https://www.digitaltrends.com.evil.example/space/inside/",
        f"https://www.digitaltrends.com/space/x/?token={TOKEN}",
        "https://www.digitaltrends.com/space/line%0a2026-01-01 [forged] INFO: all is well/",
        "https://www.digitaltrends.com/space/\x1b[2Jescape\u2028forged/",
        "javascript:alert(1)",
        "http://[broken/space/inside/",
        "http://www.digitaltrends.com:99999/space/inside/",
    ]


def check_untouched(visited: Crawl, inside: Server) -> None:
    """Nothing inside was asked for, nothing of it came out, no secret and no control character is in the log."""
    assert inside.paths() == []
    assert CANARY.encode() not in visited.everything()
    assert TOKEN not in visited.log
    assert not re.search("[\x00-\x08\x0b-\x1f\x7f\u2028\u2029]", visited.log)
    assert not re.search(r"^2026-01-01 \[forged\]", visited.log, re.MULTILINE)


def test_links_lead_nowhere_but_to_the_site(tmp_path: Path, inside: Server) -> None:
    hostile = addresses(tmp_path, inside)
    links = "".join(f'<a href="{address}">more</a>' for address in hostile)
    fake_site = site(f"<p>Read {links}</p>")
    list_too(fake_site, hostile, f'<link rel="next" href="http://127.0.0.1:{inside.port}/space/">')
    visited = visit(fake_site, tmp_path)
    check_untouched(visited, inside)
    assert visited.code == 0, visited.log[-3000:]
    assert {record["url"] for record in published(visited.output)} == fake_site.urls


def test_redirects_lead_nowhere_but_to_the_site(tmp_path: Path, inside: Server) -> None:
    targets = addresses(tmp_path, inside)
    fake_site = site()
    routes = fake_site.server.routes
    for number, target in enumerate(targets):
        location = target.encode("ascii", "ignore").decode().replace("\x1b", "").replace("\n", "")
        routes[f"/space/go-{number}/"] = Answer(status=302, headers={"Location": location})
    list_too(fake_site, [f"/space/go-{number}/" for number in range(len(targets))])
    visited = visit(fake_site, tmp_path)
    check_untouched(visited, inside)
    assert len([path for path in fake_site.server.paths() if path.startswith("/space/go-")]) == len(targets)
    assert {record["url"] for record in published(visited.output)} == fake_site.urls


def test_pictures_come_from_nowhere_but_the_site(tmp_path: Path, inside: Server, names: dict[str, list[str]]) -> None:
    hostile = [
        *addresses(tmp_path, inside),
        "https://icdn.digitaltrends.com/a.png",
        "https://img.digitaltrends.com/a.png",
    ]
    hostile += ["/go-inside.png", "/go-file.png", "/../../../../../etc/cron.d/x.png", "/page.png", "/vector.png"]
    figures = "".join(f'<figure><img src="{address}"></figure><p>Text between.</p>' for address in hostile)
    redirects = {
        "/go-inside.png": f"http://127.0.0.1:{inside.port}/a.png",
        "/go-file.png": f"file://{tmp_path}/canary.html",
    }
    fake_site = site(
        figures, f'<figure class="b-lead-media b-single__lead-media"><img src="file://{tmp_path}/canary.html"></figure>'
    )
    for path, target in redirects.items():
        fake_site.server.routes[path] = Answer(status=302, headers={"Location": target})
    fake_site.server.routes["/page.png"] = Answer(b"<html>no picture", headers={"Content-Type": "image/png"})
    vector = b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'
    fake_site.server.routes["/vector.png"] = Answer(vector, headers={"Content-Type": "image/svg+xml"})
    names |= {"icdn.digitaltrends.com": ["10.0.0.7"], "img.digitaltrends.com": ["127.0.0.1"]}
    visited = visit(fake_site, tmp_path)
    check_untouched(visited, inside)
    [record] = [record for record in published(visited.output) if record["url"] == ORIGIN + ARTICLE]
    good = [image["url"] for image in record["images"] if image["status"] == "ok"]
    assert good == [f"{ORIGIN}/tachyon/2026/01/picture-1.png"]  # that of og:image
    told = {image["url"]: image["reason"] for image in record["images"]}
    assert told["https://icdn.digitaltrends.com/a.png"] == told["https://img.digitaltrends.com/a.png"] == "guard"
    assert report(visited.output)["counts"]["refused"]["private_address"] == 2
    images = [path for path in (visited.output / "images").rglob("*") if path.is_file()]
    assert len(images) == 4
    assert all(re.fullmatch(r"[0-9a-f]{64}\.png", path.name) for path in images)


def feed_of(body: bytes) -> dict[str, Answer]:
    return {"/space/feed/": Answer(body, headers={"Content-Type": "application/rss+xml"})}


def entities(levels: int) -> bytes:
    lines = [f'<!ENTITY e{n} "{f"&e{n - 1};" * 10}">' for n in range(1, levels)]
    return f"""<?xml version="1.0"?><!DOCTYPE rss [<!ENTITY e0 "boom">{"".join(lines)}]>
        <rss><channel><item><link>&e{levels - 1};</link></item></channel></rss>""".encode()


def test_feeds_read_no_files_and_unfold_no_bombs(tmp_path: Path, inside: Server) -> None:
    external = f"""<?xml version="1.0"?><!DOCTYPE rss [<!ENTITY x SYSTEM "file://{tmp_path}/canary.html">
        <!ENTITY % y SYSTEM "http://127.0.0.1:{inside.port}/dtd"> %y;]>
        <rss><channel><item><link>https://www.digitaltrends.com/space/&x;/</link></item></channel></rss>"""
    for number, body in enumerate((external.encode(), entities(12), b"<rss>" * 100_000, b"<a/>" * 3_000_000)):
        folder = tmp_path / str(number)
        folder.mkdir()
        visited = visit(site(routes=feed_of(body)), folder)
        check_untouched(visited, inside)
        assert len(published(visited.output)) == 4


def picture_bomb(side: int) -> bytes:
    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    rows = zlib.compressobj(1)
    data = b"".join(rows.compress(b"\0" * (side * 3 + 1)) for _ in range(side)) + rows.flush()
    header = struct.pack(">IIBBBBB", side, side, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", data) + chunk(b"IEND", b"")


@pytest.mark.faults
def test_bombs_cost_their_page_and_no_memory(tmp_path: Path) -> None:
    packed = gzip.compress(bytes(32 << 20)) * 32  # one gigabyte
    encoded = {"Content-Encoding": "gzip"}
    deep = json.dumps({"@type": "NewsArticle", "articleBody": "x" * 10}).replace("{", '{"a":' * 50_000 + "{", 1)
    bombs = {
        "/space/packed/": Answer(packed, headers=encoded),
        "/space/twice/": Answer(gzip.compress(packed), headers={"Content-Encoding": "gzip, gzip"}),
        "/space/large/": Answer(b"<html>" + b"x" * (11 << 20)),
        "/space/liar/": Answer(b"<html>", length=1 << 40),
        "/space/paragraphs/": Answer(b"<html><body>" + b"<p>" * 3_300_000),
        "/space/nested/": Answer(b"<html><body>" + b"<div>" * 90_000),
        "/space/attributes/": Answer(b"<html><body><p " + b" ".join(b"%x" % n for n in range(100_000)) + b">"),
        "/space/json/": Answer(f'<html><script type="application/ld+json">{deep}</script><h1>x</h1>'.encode()),
        **{f"/space/hop-{n}/": Answer(status=301, headers={"Location": f"/space/hop-{n + 1}/"}) for n in range(9)},
        "/space/loop/": Answer(status=301, headers={"Location": "/space/loop/"}),
        "/space/drip/": Answer(b"x" * 1000, drip=0.5),
        "/space/silent/": Answer(wait=60),
        "/space/cut/": Answer(b"<html>" + b"x" * 5000, cut=100),
    }
    fake_site = site('<figure><img src="/bomb.png"></figure>')
    image = Answer(picture_bomb(13_000), headers={"Content-Type": "image/png"})
    fake_site.server.routes |= bombs | {"/bomb.png": image}
    list_too(fake_site, [path for path in bombs if "hop" not in path or "hop-0" in path])
    visited, seconds, peak = visit_apart(fake_site, tmp_path)
    told = report(visited.output)
    assert peak < 300 << 20
    assert seconds < 25
    assert {record["url"] for record in published(visited.output)} >= fake_site.urls
    failed = {row["url"].removeprefix(ORIGIN): row["reason"] for row in told["failed"]}
    too_large = {path for path, reason in failed.items() if reason == "too_large"}
    assert too_large >= {"/space/large/", "/space/liar/", "/space/paragraphs/", "/space/attributes/"}
    assert too_large >= {"/space/packed/", "/space/twice/"}
    assert failed["/space/silent/"] == failed["/space/drip/"] == "timeout"
    assert failed["/space/hop-5/"] == "redirects"
    [record] = [record for record in published(visited.output) if record["url"] == ORIGIN + ARTICLE]
    assert [image["reason"] for image in record["images"] if image["url"].endswith("bomb.png")] == ["too_many_pixels"]


def test_sitemaps_do_not_lead_inside_or_into_the_deep(tmp_path: Path, inside: Server) -> None:
    def index(*locations: str) -> Answer:
        rows = "".join(f"<sitemap><loc>{location}</loc></sitemap>" for location in locations)
        return Answer(
            f'<sitemapindex xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">{rows}</sitemapindex>'.encode()
        )

    packed = gzip.compress(b"<urlset>" + b" " * (60 << 20) + b"</urlset>")
    hostile = [address for address in addresses(tmp_path, inside) if "\x1b" not in address]
    robots = "User-agent: *\nAllow: /\n" + "".join(f"Sitemap: {address}\n" for address in [*hostile, f"{ORIGIN}/1.xml"])
    fake_site = site()
    fake_site.server.routes |= {"/robots.txt": Answer(robots.encode())}
    fake_site.server.routes |= {
        f"/{n}.xml": index(f"{ORIGIN}/{n + 1}.xml", f"{ORIGIN}/bomb.xml.gz", f"{ORIGIN}/tags.xml.gz")
        for n in range(1, 9)
    }
    tags = gzip.compress(b"<urlset>" + b"<a/>" * 3_000_000 + b"</urlset>")
    fake_site.server.routes |= {"/tags.xml.gz": Answer(tags, headers={"Content-Type": "application/gzip"})}
    fake_site.server.routes |= {"/bomb.xml.gz": Answer(packed, headers={"Content-Type": "application/gzip"})}
    visited = visit(fake_site, tmp_path, discover="sitemap,listing")
    check_untouched(visited, inside)
    asked = fake_site.server.paths()
    assert "/1.xml" in asked
    assert "/5.xml" not in asked
    unread = {reason["url"].removeprefix(ORIGIN) for reason in report(visited.output)["failed"]}
    assert {"/bomb.xml.gz", "/tags.xml.gz"} <= unread
