"""`scrapy savefixture` saves a page with its reading, and with --lorem no sentence of the original is left."""

from __future__ import annotations

import json
import os
import re
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scrapy.http import TextResponse
from support.archives import WarcFile
from support.processes import PROJECT, command, environment, scrapy

from spacenews.commands.savefixture import from_archive, reading
from spacenews.extraction.placeholder_text import WORDS, placeholder_page, placeholder_text, placeholder_url
from spacenews.spiders.digitaltrends_space import DigitaltrendsSpaceSpider

ARCHIVE = PROJECT / "spacenews/commands/demo.warc.gz"
LISTING = "https://www.digitaltrends.com/space/"


def save(folder: Path, *words: str) -> tuple[int, str, dict[str, Any]]:
    env = {**environment(), "SCRAPY_SETTINGS_MODULE": "spacenews.settings", "PYTHONPATH": str(PROJECT)}
    done = scrapy(command("savefixture", *words), cwd=folder, env=env)
    saved = {p.name: json.loads(p.read_text(encoding="utf-8")) for p in folder.glob("tests/sites/*/*.json")}
    return done.returncode, done.stderr, saved


def test_an_article_of_an_archive_is_saved_with_its_reading(tmp_path: Path) -> None:
    listing = from_archive(str(ARCHIVE), LISTING)
    assert isinstance(listing, TextResponse)
    story = reading(listing, DigitaltrendsSpaceSpider())["articles"][0]
    code, _, saved = save(tmp_path, "digitaltrends_space", story, "--warc", str(ARCHIVE), "--lorem")
    assert code == 0
    ((name, said),) = saved.items()
    assert said["article"]["text"]
    assert (tmp_path / "tests/sites/digitaltrends_space" / name).with_suffix(".html").is_file()
    assert os.listdir(tmp_path) == ["tests"], "nothing else is written"  # noqa: PTH208


@pytest.mark.faults
def test_what_cannot_be_saved_is_told_in_one_sentence(tmp_path: Path) -> None:
    code, told, saved = save(tmp_path, "digitaltrends_space", LISTING + "missing/", "--warc", str(ARCHIVE))
    assert (code, saved) == (2, {})
    assert "is no page that could be read" in told
    assert "Traceback" not in told


@pytest.mark.faults
def test_a_page_that_asks_not_to_be_stored_is_saved_with_a_warning(tmp_path: Path) -> None:
    url = "https://www.digitaltrends.com/space/noarchive/"
    page = b"<html><head><meta name=robots content='noarchive'></head><body><h1>Moon</h1><article><p>"
    archive = WarcFile(tmp_path / "site.warc.gz")
    archive.add(url, page + b"The craft has landed on the rim. " * 40, ("Content-Type", "text/html"))
    archive.save()

    code, told, saved = save(tmp_path, "digitaltrends_space", url, "--warc", "site.warc.gz")

    assert (code, list(saved)) == (0, ["space-noarchive.json"])
    assert f"a crawl would not store this page: {url} gives no record: it says noarchive" in told


@given(st.text())
def test_no_word_is_left(text: str) -> None:
    shape = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)*")
    assert shape.sub("", placeholder_text(text)) == shape.sub("", text), "all but the words stays"


def test_equal_words_stay_equal_and_labels_stay() -> None:
    assert (
        placeholder_text("By Ada Bell (Image credit: Bell)")
        == f"By {placeholder_text('Ada')} {placeholder_text('Bell')} (Image credit: {placeholder_text('Bell')})"
    )
    assert placeholder_text("probe").lower() == placeholder_text("PROBE").lower()
    assert placeholder_text("probe") in WORDS
    assert placeholder_url("https://a.example/space/red-probe.html?p=1") == (
        f"https://a.example/space/{placeholder_text('red')}-{placeholder_text('probe')}.html?p=1"
    )


def test_a_page_keeps_its_structure_and_none_of_its_words() -> None:
    page = b"""<html><head><title>Secret words</title><meta name="description" content="Secret words">
      <script>var secret = 1;</script><script type="application/ld+json">{"headline": "Secret words"};</script></head>
      <body><!-- secret --><p class="intro" title="Secret words" data-title="Secret words" onclick="secret()">Secret
      <b>words</b></p><img src="/secret-words.jpg" alt="Secret words"></body></html>"""
    other = placeholder_page(page, "utf-8", "Example")
    assert "secret" not in other.lower()
    assert '<p class="intro" title="' in other
    assert f'"headline": "{placeholder_text("Secret words")}"' in other


@pytest.mark.faults
@pytest.mark.parametrize(
    ("point", "left"),
    [
        (r"open /\.\S+\.html\.\w+\.part", {".json…"}),
        (r"os.rename \.html", {".html…", ".json…"}),
        (r"os.rename \.json", {".html", ".json…"}),
    ],
)
def test_a_kill_leaves_no_fixture_that_could_be_taken_for_whole(tmp_path: Path, point: str, left: set[str]) -> None:
    words = ("digitaltrends_space", LISTING, "--warc", str(ARCHIVE))
    kill = {"KILL_BEFORE": point, "PYTHONPATH": f"{PROJECT / 'tests/faults'}:{PROJECT}"}
    env = {**environment(), "SCRAPY_SETTINGS_MODULE": "spacenews.settings", **kill}
    killed = scrapy(command("savefixture", *words), cwd=tmp_path, env=env)
    assert killed.returncode == -9, killed.stderr
    folder = tmp_path / "tests/sites/digitaltrends_space"
    assert {re.sub(r"^\.?\w+(\.\w+)(\.\w+\.part)?$", kind, path.name) for path in folder.iterdir()} == left
    code, _, saved = save(tmp_path, *words)
    assert (code, sorted(path.name for path in folder.iterdir())) == (0, ["space.html", "space.json"])
    assert saved["space.json"]["articles"]


def kind(name: re.Match[str]) -> str:
    return name[1] + ("…" if name[2] else "")
