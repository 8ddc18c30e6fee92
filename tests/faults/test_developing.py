"""The commands for developing: they look at pages as a crawl does, beside a crawl, and leave nothing."""

from __future__ import annotations

import ast
import json
import subprocess
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from support.fake_site import FAST, SPIDER, FakeSite
from support.processes import command, crawl, environment, records, run_folders, scrapy

from spacenews.items import json_schema
from spacenews.runs.lock import FolderLock

pytestmark = pytest.mark.faults

SECTION = "https://www.digitaltrends.com/space/"


@dataclass
class Desk:
    """A site on loopback and an output folder in which a crawl is at work."""

    site: FakeSite
    output: Path
    article: str  # address of one

    def run(self, *words: str, **settings: Any) -> subprocess.CompletedProcess[str]:
        """Run a command, which must leave no trace."""
        before = sorted(self.output.rglob("*"))
        given = {**FAST, **self.site.settings, "SPACENEWS_OUTPUT": str(self.output), **settings}
        done = scrapy(command(*words, settings=given), env=environment() | {"BROWSER": "true"})
        assert sorted(self.output.rglob("*")) == before
        return done


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    with FakeSite(4) as site, closing(FolderLock(tmp_path / "output" / SPIDER)):
        yield Desk(site, tmp_path / "output", min(site.urls))


def items(done: subprocess.CompletedProcess[str]) -> list[dict[str, Any]]:
    """Return the records that `scrapy parse` shows."""
    shown = done.stdout.partition("# Scraped Items")[2].partition("\n")[2].partition("# Requests")[0]
    found: list[dict[str, Any]] = ast.literal_eval(shown.strip())
    return found


def test_fetch_prints_a_page(desk: Desk) -> None:
    done = desk.run("fetch", desk.article)
    assert done.returncode == 0, done.stderr
    assert "<h1" in done.stdout
    assert desk.site.asked("/robots.txt"), "it is as polite as a crawl"


def test_view_opens_a_page(desk: Desk) -> None:
    done = desk.run("view", desk.article)
    assert (done.returncode, "Traceback" in done.stderr) == (0, False), done.stderr


def test_shell_has_a_page_at_hand(desk: Desk) -> None:
    done = desk.run("shell", desk.article, "-c", "(response.status, spider.name)")
    assert (done.returncode, done.stdout.strip()) == (0, f"(200, '{SPIDER}')"), done.stderr


def test_check_runs(desk: Desk) -> None:
    done = desk.run("check", SPIDER)
    assert (done.returncode, "OK" in done.stderr) == (0, True), done.stderr


def test_parse_shows_the_record_that_a_crawl_would_make(desk: Desk, tmp_path: Path) -> None:
    done = desk.run("parse", desk.article, "--spider", SPIDER)
    assert done.returncode == 0, done.stderr
    (shown,) = items(done)
    assert set(shown) == set(json_schema()["properties"])
    assert len(desk.site.asked()) == 1, "nothing is followed"
    assert crawl(tmp_path / "crawled", desk.site.settings).returncode == 0
    (made,) = (it for it in records(run_folders(tmp_path / "crawled")[-1]) if it["url"] == desk.article)
    differs = {name for name in made if json.loads(json.dumps(shown[name])) != made[name]}
    assert differs <= {"images", "image_url", "crawled_at", "first_seen_at", "near_duplicate_of"}
    assert shown["content_hash"] == made["content_hash"]


def test_parse_follows_when_it_is_asked_to(desk: Desk) -> None:
    done = desk.run("parse", SECTION, "--depth", "2")
    assert {it["url"] for it in items(done)} == desk.site.urls


def test_parse_reads_a_feed(desk: Desk) -> None:
    done = desk.run("parse", f"{SECTION}feed/", "--spider", SPIDER)
    assert done.stdout.count("<GET") == 2, done.stdout + done.stderr


@pytest.mark.parametrize(
    ("page", "why"),
    [
        ('<meta name="robots" content="noarchive">', "gives no record: it says noarchive"),
        ("", "gives no record: no_title"),
    ],
)
def test_parse_says_why_a_page_gives_no_record(desk: Desk, page: str, why: str) -> None:
    if page:
        desk.site.around = lambda html: html.replace("</head>", f"{page}</head>", 1)
    else:
        desk.site.around = lambda _: "<html><head></head><body><article><p>Words.</p></article></body></html>"
    desk.site.update()
    done = desk.run("parse", desk.article, "--spider", SPIDER)
    assert items(done) == []
    assert why in done.stderr


@pytest.mark.parametrize(
    ("words", "code", "sentence"),
    [
        ((SECTION + "gone/", "--spider", SPIDER), 5, "could not be read: "),
        ((SECTION, "--spider", "nobody"), 2, "no spider is named nobody"),
        (("https://nowhere.example/",), 2, "0 spiders are for https://nowhere.example/"),
        ((SECTION, "--spider", SPIDER, "-a", "limit=few"), 2, "limit"),
        ((SECTION, "--spider", SPIDER, "-c", "parse_article"), 2, "--callback"),
    ],
)
def test_parse_ends_with_a_sentence_where_there_is_no_page(
    desk: Desk, words: tuple[str, ...], code: int, sentence: str
) -> None:
    done = desk.run("parse", *words)
    assert (done.returncode, "Traceback" in done.stderr) == (code, False), done.stderr
    assert sentence in done.stderr


def test_what_a_page_gives_can_be_kept_where_it_is_asked_for(desk: Desk, tmp_path: Path) -> None:
    file = tmp_path / "parsed.jsonl"
    assert desk.run("parse", desk.article, "--spider", SPIDER, "-o", str(file)).returncode == 0
    assert json.loads(file.read_text())["url"] == desk.article
