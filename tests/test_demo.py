"""The bundled sample section, crawled as a new user does it."""

from __future__ import annotations

import gzip
import hashlib
import io
import json
import os
import re
import shlex
import subprocess
import sys
from pathlib import Path
from typing import Any
from uuid import NAMESPACE_URL, uuid5

import pytest
from demo_site.build import build, pages
from demo_site.drawings import draw
from demo_site.markup import ORIGIN, Photo, Story
from demo_site.stories import AURORA, LOST_PLATE, PHOTOS, STAR_TRAILS, STORIES, VILLAGE_STARS
from PIL import Image, ImageChops, ImageStat
from support.processes import PROJECT, Scrapy, command, environment, read_report
from support.processes import scrapy as run_scrapy
from warcio.archiveiterator import ArchiveIterator

from spacenews.commands.demo import ARCHIVE, next_steps

JUNK = (
    "Recommended Videos",
    "Please enable Javascript",
    "Editors’ Recommendations",
    "Read more",
    "More Space News",
    "Upgrade your inbox",
    "Sign in or create",
    "may earn a commission",
    "pic.twitter.com",
    "A video title",
    "Published ",
    "lngtd",
    "<",
)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("it's an output")


@pytest.fixture(scope="module")
def demo(folder: Path) -> subprocess.CompletedProcess[str]:
    return run_scrapy(command("demo", settings={"SPACENEWS_OUTPUT": str(folder)}))


@pytest.fixture(scope="module")
def run(demo: subprocess.CompletedProcess[str], folder: Path) -> Path:
    assert demo.returncode == 0, demo.stderr
    return next((folder / "demo/digitaltrends_space").glob("*/run.json")).parent


@pytest.fixture(scope="module")
def records(run: Path) -> dict[str, dict[str, Any]]:
    lines = (run / "articles.jsonl").read_text(encoding="utf-8").splitlines()
    return {record["url"]: record for record in map(json.loads, lines)}


def photos_of(story: Story) -> list[Photo]:
    return [photo for photo in PHOTOS if photo == story.lead or photo.form(1200, 720) in story.body]


def test_the_archive_is_what_its_script_builds(tmp_path: Path) -> None:
    build(tmp_path / "pages.warc.gz", pages())
    built = gzip.decompress((tmp_path / "pages.warc.gz").read_bytes())
    assert gzip.decompress(ARCHIVE.read_bytes()).startswith(built)


def test_the_pictures_are_what_the_script_draws() -> None:
    wanted = {photo.original: photo.scene for photo in PHOTOS if photo.scene in ("star_cluster", "orbit_chart")}
    compared = 0
    with ARCHIVE.open("rb") as file:
        for record in ArchiveIterator(file):
            url = record.rec_headers.get_header("WARC-Target-URI")
            if url in wanted and record.http_headers.get_statuscode() == "200":
                stored = Image.open(io.BytesIO(record.content_stream().read())).convert("RGB")
                difference = ImageStat.Stat(ImageChops.difference(stored, draw(wanted[url]))).mean
                assert max(difference) < 6  # what the file format loses
                compared += 1
    assert compared == 2


def test_every_story_is_one_record_with_the_id_of_its_address(records: dict[str, dict[str, Any]]) -> None:
    assert set(records) == {story.url for story in STORIES}
    for url, record in records.items():
        assert record["id"] == str(uuid5(NAMESPACE_URL, url))
        assert record["version"] == 1


@pytest.mark.parametrize("story", STORIES, ids=lambda story: story.slug)
def test_a_record_says_what_the_story_says(records: dict[str, dict[str, Any]], story: Story) -> None:
    record = records[story.url]
    assert record["title"] == story.title
    assert record["summary"] == (story.deck or story.description or None)
    assert [(a["name"], a["url"], a["title"], a["bio"]) for a in record["authors"]] == [
        (author.name, author.url, author.title, author.bio) for author in story.authors
    ]
    assert record["topics"] == list(story.topics)
    assert record["source"]["post_id"] == str(story.post_id)
    for block in story.blocks:
        if block.startswith("<p>") and "enable Javascript" not in block:
            assert re.sub(r"<[^>]+>", "", block) in record["text"]
    assert not [words for words in JUNK if words in record["text"]]
    suggested = [related["url"] for related in record["related"] if related["placement"] == "teaser"]
    assert suggested == [f"{ORIGIN}/space/{slug}/" for slug in story.suggestions]


def test_recommendations_inside_an_old_article_become_related(records: dict[str, dict[str, Any]]) -> None:
    volcano = next(record for url, record in records.items() if "volcano" in url)
    assert [related["placement"] for related in volcano["related"]] == ["recommendation"] * 2


@pytest.mark.parametrize("story", STORIES, ids=lambda story: story.slug)
def test_every_picture_is_accounted_for(records: dict[str, dict[str, Any]], folder: Path, story: Story) -> None:
    images = records[story.url]["images"]
    wanted = photos_of(story)
    assert len(images) == len(wanted)
    for image, photo in zip(images, wanted, strict=True):
        assert image["url"] == (
            photo.original if photo.original_answers or photo is LOST_PLATE else photo.form(1200, 720)
        )
        if story.video:  # the picture is that of Open Graph, which has no caption
            continue
        assert (image["alt"], image["caption"], image["credit"], image["credit_url"]) == (
            photo.alt,
            photo.caption or None,
            photo.credit or None,
            photo.credit_url or None,
        )
        if photo is LOST_PLATE:
            assert (image["status"], image["reason"], image["path"]) == ("failed", "not_found", None)
            continue
        assert (image["status"], image["reason"]) == ("ok", None)
        stored = (folder / "demo/images" / image["path"]).read_bytes()
        assert hashlib.sha256(stored).hexdigest() == image["sha256"]
        assert len(stored) == image["bytes"]
        assert (image["width"], image["height"]) == ((1200, 720) if photo is AURORA else (1600, 960))


def test_a_picture_under_two_addresses_is_one_file(records: dict[str, dict[str, Any]], folder: Path) -> None:
    images = {image["url"]: image for record in records.values() for image in record["images"]}
    assert images[STAR_TRAILS.original]["path"] == images[VILLAGE_STARS.original]["path"]
    files = [path for path in (folder / "demo/images").rglob("*") if path.is_file()]
    assert len(files) == len({image["sha256"] for image in images.values() if image["sha256"]})


def test_the_report_tells_what_was_no_article(run: Path) -> None:
    report = read_report(run)
    assert report["counts"]["articles"]["new"] == len(STORIES)
    assert report["counts"]["dropped"] == {"no_body": 1, "wall": 1}
    assert {(failed["url"], failed["reason"], failed["attempts"]) for failed in report["failed"]} == {
        (f"{ORIGIN}/space/retired-story/", "gone", 1),
        (f"{ORIGIN}/space/a-story-without-words/", "no_body", 1),
        (f"{ORIGIN}/space/before-you-continue/", "wall", 1),
    }
    assert report["counts"]["images"] == {"ok": len(PHOTOS) - 1, "failed": 1, "skipped": 0}


def test_the_readme_shows_one_of_the_records(records: dict[str, dict[str, Any]]) -> None:
    readme = (PROJECT / "README.md").read_text(encoding="utf-8")
    match = re.search(r"<!-- record -->\n```json\n(.*?)```", readme, re.DOTALL)
    assert match
    shown = json.loads(match[1])
    (record,) = (record for record in records.values() if record["id"] == shown["id"])
    assert shown == {key: record[key] for key in shown}
    assert list(shown) == [key for key in record if key in shown]


def test_the_output_is_laid_out_as_the_readme_shows(run: Path, folder: Path) -> None:
    assert (folder / "demo/spacenews.sqlite3").is_file()
    images = folder / "demo/images"
    stored = [str(path.relative_to(images)) for path in images.glob("*/*")]
    assert stored
    assert all(re.fullmatch(r"[0-9a-f]{2}/[0-9a-f]{64}\.\w+", path) for path in stored)
    assert {path.name for path in run.iterdir()} == {"articles.jsonl", "run.json"}


def test_the_command_says_where_the_results_are(demo: subprocess.CompletedProcess[str], run: Path) -> None:
    assert f"{len(STORIES)} articles" in demo.stdout
    assert str(run / "articles.jsonl") in demo.stdout
    assert STORIES[0].title in demo.stdout


@pytest.mark.faults
def test_a_second_run_finds_nothing_new(run: Path, folder: Path) -> None:
    settings = {"SPACENEWS_WARC_REPLAY": str(ARCHIVE), "SPACENEWS_OUTPUT": str(folder / "demo")}
    again = run_scrapy(command("crawl", "digitaltrends_space", settings=settings))
    assert again.returncode == 0, again.stderr
    second = max(run.parent.glob("*/run.json")).parent
    assert second != run
    assert (second / "articles.jsonl").read_bytes() == b""
    counts = read_report(second)["counts"]["articles"]
    assert counts["new"] == counts["updated"] == 0


def test_the_demo_empties_no_folder_of_another_kind(scrapy: Scrapy, tmp_path: Path) -> None:
    holiday = tmp_path / "demo/holiday.txt"
    holiday.parent.mkdir()
    holiday.write_text("keep me", encoding="utf-8")
    refused = scrapy("demo", "-s", f"SPACENEWS_OUTPUT={tmp_path}")
    assert refused.returncode == 2
    assert "not an earlier demo" in refused.stderr
    assert holiday.read_text(encoding="utf-8") == "keep me"


@pytest.mark.faults
def test_each_next_step_can_be_pasted(demo: subprocess.CompletedProcess[str], folder: Path) -> None:
    steps = [line.strip() for line in demo.stdout.partition("How to go on")[2].splitlines() if line.startswith("    ")]
    assert [step.split()[1] for step in steps] == ["crawl", "export", "report", "list"]
    steps[0] += f" -s SPACENEWS_WARC_REPLAY={shlex.quote(str(ARCHIVE))}"
    path = f"{Path(sys.executable).parent}:{os.environ['PATH']}"
    for step in steps:
        done = run_scrapy(["sh", "-c", step], env=environment() | {"PATH": path})
        assert done.returncode == 0, (step, done.stderr)
    assert list((folder / "digitaltrends_space").glob("*/articles.jsonl"))
    assert (folder / "demo/articles.csv").is_file()


def test_the_output_folder_is_named_only_where_it_must_be() -> None:
    told = next_steps("scrapy", Path("output/demo"), is_given=False)
    assert "    scrapy crawl digitaltrends_space -a limit=20\n" in told
    assert "    scrapy report -s SPACENEWS_OUTPUT=output/demo\n" in told
