"""`scrapy read-archive`: the articles of WARC files, each once, as a run like any other."""

from __future__ import annotations

import errno
import gzip
import hashlib
import json
import os
import signal
import sqlite3
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import closing
from dataclasses import replace
from io import BytesIO
from pathlib import Path
from typing import Any, BinaryIO

import pytest
from demo_site.markup import ORIGIN
from PIL import Image
from support import news_archives as made
from support.fake_site import FakeSite
from support.news_archives import article, member, record, response
from support.processes import PROJECT, RUN_JSON, Scrapy, command, crawl, published, scrapy, started, wait_until

from spacenews.config import DEFAULTS
from spacenews.downloading.warc_stream import ArchivedResponse, BrokenRecord, Wanted, responses
from spacenews.reading.archives import ArchiveRun, Options, Progress, Tally

SITE = "https://www.digitaltrends.com/space"
OTHER = "https://news.example.org"


def picture_file(width: int, height: int) -> bytes:
    """Return a PNG."""
    file = BytesIO()
    Image.new("RGB", (width, height), "navy").save(file, "PNG")
    return file.getvalue()


PNG = picture_file(64, 48)
SETTINGS: Mapping[str, Any] = {"SPACENEWS_PROGRESS": False}


def read_archive(output: Path, *words: str, **settings: Any) -> tuple[int, dict[str, Any], list[dict[str, Any]]]:
    """Run the command to its end; return exit code, run.json and records of its run."""
    done = scrapy(command("read-archive", *words, settings={**SETTINGS, "SPACENEWS_OUTPUT": str(output), **settings}))
    assert "Traceback" not in done.stderr, done.stderr
    folder = newest(output)
    told = json.loads((folder / "run.json").read_text("utf-8"))
    RUN_JSON.validate(told)
    return done.returncode, told, records(folder)


def newest(output: Path) -> Path:
    return max((output / "archive").glob("2*Z*"))


def records(folder: Path) -> list[dict[str, Any]]:
    path = folder / "articles.jsonl"
    return [json.loads(line) for line in path.read_text("utf-8").splitlines()] if path.exists() else []


def write(path: Path, *parts: bytes) -> str:
    """Write a WARC file of records, each a gzip member."""
    path.write_bytes(b"".join(map(member, parts)))
    return str(path)


def slugs(found: list[dict[str, Any]]) -> list[str]:
    return sorted(one["url"].rstrip("/").rpartition("/")[2] for one in found)


def test_the_articles_of_known_sites_are_read_and_all_else_is_passed_over(tmp_path: Path) -> None:
    file = write(
        tmp_path / "news.warc.gz",
        record("warcinfo", "", b"software: x\r\n"),
        response(f"{SITE}/one/", article(1)),
        record("request", f"{SITE}/request/", b"GET / HTTP/1.1\r\n\r\n"),
        record("revisit", f"{SITE}/revisit/", made.http(article(9))),
        response(f"{SITE}/two/?utm_source=feed", article(2)),
        response(f"{OTHER}/three/", article(3)),
        response(f"{SITE}/moved/", b"moved", 301, Location=f"{SITE}/one/"),
        response(f"{SITE}/picture/", b"\x89PNG", Content_Type="image/png"),
        response("https://www.digitaltrends.com/phones/four/", article(4)),
    )
    code, told, found = read_archive(tmp_path / "output", file)
    assert (code, told["result"], told["reasons"]) == (0, "ok", [])
    assert slugs(found) == ["one", "two"]
    assert {(one["news_site"], one["crawled_at"], one["version"]) for one in found} == {
        ("Digital Trends", made.DATE, 1)
    }
    assert told["counts"]["dropped"] == {"out_of_scope": 1}
    assert (told["counts"]["articles"]["new"], told["counts"]["pages"], told["output"]["lines"]) == (2, 2, 2)


def test_any_site_reads_other_hosts_whatever_their_encoding(tmp_path: Path) -> None:
    named = article(3, word="Fusée").decode().replace("utf-8", "iso-8859-1").encode("latin-1")
    file = write(
        tmp_path / "news.warc.gz",
        response(f"{OTHER}/gzip/", gzip.compress(article(1)), Content_Encoding="gzip"),
        response(f"{OTHER}/removed/", article(2), Content_Encoding="gzip"),
        response(f"{OTHER}/latin/", named, Content_Type="text/html; charset=nonsense"),
        response(f"{OTHER}/cut/", gzip.compress(article(4))[:-20], Content_Encoding="gzip"),
        response(f"{OTHER}/bomb/", article(5) + b"<p>" * 100_000),
        response(f"{OTHER}/chunked/", b"5\r\n<html\r\n0\r\n\r\n", Transfer_Encoding="chunked"),
    )
    code, told, found = read_archive(tmp_path / "output", "--any-site", file)
    assert slugs(found) == ["gzip", "latin", "removed"]
    assert "Story 3 of the Fusée" in {one["title"] for one in found}
    assert (code, told["result"]) == (0, "degraded")
    assert [(it["url"], it["reason"]) for it in told["failed"]] == [
        (f"{OTHER}/cut/", "truncated"),
        (f"{OTHER}/bomb/", "too_large"),
    ]


def test_broken_records_are_told_with_their_place_and_cost_nothing_else(tmp_path: Path) -> None:
    first, second, third = (member(response(f"{SITE}/{number}/", article(number))) for number in (1, 2, 3))
    path = tmp_path / "news.warc.gz"
    path.write_bytes(first + second[: len(second) // 2] + b"garbage" + third)
    code, told, found = read_archive(tmp_path / "output", str(path))
    assert slugs(found) == ["1", "3"]
    assert (code, told["result"]) == (0, "degraded")
    assert told["reasons"] == [f"1 broken record skipped (e.g. {path} at byte {len(first)})"]


@pytest.mark.faults
def test_pages_that_ask_not_to_be_stored_are_not(tmp_path: Path) -> None:
    file = write(
        tmp_path / "news.warc.gz",
        response(f"{SITE}/meta/", article(1, head='<meta name="robots" content="noarchive">')),
        response(f"{SITE}/header/", article(2), X_Robots_Tag="noindex"),
    )
    code, told, found = read_archive(tmp_path / "output", file)
    assert (code, told["result"], found) == (0, "degraded", [])
    assert told["counts"]["dropped"] == {"noindex": 2}
    assert told["reasons"] == ["all of 2 pages ask not to be stored", "nothing new"]


@pytest.mark.faults
def test_an_article_is_published_once_and_an_older_one_replaces_nothing(tmp_path: Path) -> None:
    early, late = "2024-05-01T09:00:00Z", "2024-05-01T11:00:00Z"
    file = write(
        tmp_path / "a.warc.gz",
        response(f"{SITE}/one/", article(1), date=late),
        response(f"{SITE}/one/#again", article(1)),
        response(f"{SITE}/one/", article(2), date=early),
        response(f"{SITE}/copy/", article(1)),
    )
    output = tmp_path / "output"
    _, told, found = read_archive(output, file)
    assert [(one["title"], one["crawled_at"]) for one in found] == [("Story 1 of the rocket", late)]
    assert told["counts"]["dropped"] == {"duplicate": 1, "older": 1}
    assert told["counts"]["articles"]["unchanged"] == 1
    newer = write(tmp_path / "b.warc.gz", response(f"{SITE}/one/", article(3), date="2024-05-02T09:00:00Z"))
    _, told, found = read_archive(output, newer)
    assert [(one["title"], one["version"]) for one in found] == [("Story 3 of the rocket", 2)]


@pytest.mark.faults
def test_a_file_that_is_done_is_not_read_again_unless_more_is_asked_of_it(tmp_path: Path) -> None:
    file = write(tmp_path / "a.warc.gz", response(f"{SITE}/1/", article(1)), response(f"{OTHER}/2/", article(2)))
    output = tmp_path / "output"
    assert slugs(read_archive(output, file)[2]) == ["1"]
    _, told, found = read_archive(output, file)
    assert (told["reasons"], told["counts"]["pages"], found) == (["nothing new"], 0, [])
    assert slugs(read_archive(output, "--any-site", str(tmp_path))[2]) == ["2"]


@pytest.mark.faults
def test_pictures_that_are_not_stored_are_not_in_the_archive(tmp_path: Path) -> None:
    head = f'<meta property="og:image" content="{OTHER}/lead.jpg">'
    file = write(tmp_path / "a.warc.gz", response(f"{OTHER}/1/", article(1, head=head)))
    (one,) = read_archive(tmp_path / "output", "--any-site", file)[2]
    assert [(image["status"], image["reason"]) for image in one["images"]] == [("skipped", "not_in_archive")]


def test_an_archive_of_a_crawl_gives_the_pictures_that_the_crawl_had(tmp_path: Path) -> None:
    archive = PROJECT / "spacenews" / "commands" / "demo.warc.gz"
    assert crawl(tmp_path / "crawled", {"SPACENEWS_WARC_REPLAY": str(archive)}).returncode == 0
    crawled = {one["url"]: one["images"] for one in published(tmp_path / "crawled")}
    code, told, found = read_archive(tmp_path / "read", str(archive))
    read = {one["url"]: one["images"] for one in found}
    assert code == 0
    assert read.keys() == crawled.keys()
    for url, images in read.items():
        for image, same in zip(images, crawled[url], strict=True):
            if same["reason"] == "not_found":  # which the archive says, and a crawl may find otherwise
                same |= {"status": "skipped", "reason": "not_in_archive"}
            assert image == same
    files = [sorted(path.name for path in (tmp_path / name / "images").rglob("*.*")) for name in ("read", "crawled")]
    assert files[0] == files[1]
    assert told["counts"]["images"] == {"ok": 23, "failed": 0, "skipped": 1}


def picture(url: str, body: bytes, **headers: str) -> bytes:
    return response(url, body, **{"Content_Type": "image/png"} | headers)  # type: ignore[arg-type]


def lead(number: int) -> bytes:
    return article(number, head=f'<meta property="og:image" content="{OTHER}/lead-{number}.png">')


@pytest.mark.faults
def test_a_picture_that_an_archive_holds_is_looked_at_like_one_that_is_fetched(tmp_path: Path) -> None:
    whole, other, small = picture_file(64, 48), picture_file(48, 64), picture_file(2, 2)
    file = write(
        tmp_path / "a.warc.gz",
        *(response(f"{OTHER}/{number}/", lead(number)) for number in range(8)),
        picture(f"{OTHER}/lead-0.png", other, ETag='"old"'),
        picture(f"{OTHER}/lead-0.png", whole, ETag='"new"'),
        picture(f"{OTHER}/lead-1.png", gzip.compress(whole), Content_Encoding="gzip"),
        picture(f"{OTHER}/lead-2.png", whole, Content_Encoding="gzip"),  # a recorder has removed the coding
        picture(f"{OTHER}/lead-3.png", small),
        picture(f"{OTHER}/lead-4.png", whole[:-20]),
        response(f"{OTHER}/lead-5.png", b"gone", 404, Content_Type="image/png"),
        response(f"{OTHER}/lead-6.png", b"<html>log in</html>"),
        picture(f"{OTHER}/lead-7.png", b"<html>log in</html>"),
        picture(f"{OTHER}/of-no-page.png", picture_file(50, 50)),
    )
    code, told, found = read_archive(tmp_path / "output", "--any-site", file, SPACENEWS_PICTURE_MIN_SIDE=10)
    images = {one["url"].rstrip("/")[-1]: one["images"][0] for one in found}
    assert (code, told["result"]) == (0, "ok")
    assert {key: (image["status"], image["reason"]) for key, image in sorted(images.items())} == {
        **dict.fromkeys("012", ("ok", None)),
        "3": ("skipped", "too_small"),
        **dict.fromkeys("4567", ("skipped", "not_in_archive")),
    }
    kept = {path.name.partition(".")[0]: path.read_bytes() for path in (tmp_path / "output/images").rglob("*.png")}
    assert kept == {images["0"]["sha256"]: whole}


@pytest.mark.faults
def test_an_article_gets_a_version_with_its_pictures_from_an_archive_that_has_them(tmp_path: Path) -> None:
    output = tmp_path / "output"
    first = write(tmp_path / "a.warc.gz", response(f"{OTHER}/1/", lead(1)))
    later = (response(f"{OTHER}/1/", lead(1), date="2024-05-02T10:00:00Z"), picture(f"{OTHER}/lead-1.png", PNG))
    second = write(tmp_path / "b.warc.gz", *later)
    again = write(tmp_path / "c.warc.gz", *later)
    read = [read_archive(output, "--any-site", file)[2] for file in (first, second, again)]
    versions = [[(one["version"], one["images"][0]["status"]) for one in found] for found in read]
    assert versions == [[(1, "skipped")], [(2, "ok")], []]


@pytest.mark.faults
def test_pictures_that_cannot_be_kept_end_the_run_and_the_next_one_reads_the_archive_again(tmp_path: Path) -> None:
    output, pictures = tmp_path / "output", tmp_path / "pictures"
    file = write(tmp_path / "a.warc.gz", response(f"{OTHER}/1/", lead(1)), picture(f"{OTHER}/lead-1.png", PNG))
    pictures.mkdir()
    (pictures / hashlib.sha256(PNG).hexdigest()[:2]).write_bytes(b"a file where a folder is wanted")
    code, told, _ = read_archive(output, "--any-site", file, IMAGES_STORE=str(pictures))
    assert code == 4
    assert "cannot be written to IMAGES_STORE" in told["reasons"][0]
    (one,) = read_archive(output, "--any-site", file)[2]
    assert one["images"][0]["status"] == "ok"


@pytest.mark.faults
def test_pictures_are_not_kept_where_none_are_wanted(tmp_path: Path) -> None:
    file = write(tmp_path / "a.warc.gz", response(f"{OTHER}/1/", lead(1)), picture(f"{OTHER}/lead-1.png", PNG))
    (one,) = read_archive(tmp_path / "output", "--any-site", file, SPACENEWS_PICTURES=False)[2]
    assert (one["images"][0]["status"], one["images"][0]["reason"]) == ("skipped", "disabled")
    assert not (tmp_path / "output" / "images").exists()


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ((), "name WARC files"),
        (("missing.warc.gz",), "missing.warc.gz cannot be read: No such file or directory"),
        (("README.md",), "README.md is no WARC file"),
        (("docs",), "the folder docs holds no .warc or .warc.gz file"),
        (("--jobs", "0", "README.md"), "--jobs wants a number from 1 on"),
    ],
)
def test_what_cannot_be_read_is_told_before_anything_begins(
    scrapy: Scrapy, words: tuple[str, ...], said: str, tmp_path: Path
) -> None:
    done = scrapy("read-archive", *words, "-s", f"SPACENEWS_OUTPUT={tmp_path}/output")
    assert done.returncode == 2
    assert said in done.stdout + done.stderr
    assert not (tmp_path / "output").exists()


def test_what_was_read_of_a_file_before_its_disk_failed_is_published(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def failing(stream: BinaryIO, wanted: Wanted) -> Iterator[ArchivedResponse | BrokenRecord]:
        yield from responses(stream, wanted)
        raise OSError(errno.EIO, "Input/output error")

    monkeypatch.setattr("spacenews.reading.archives.responses", failing)
    pages = [response(f"{SITE}/{number}/", article(number)) for number in range(20)]
    file = Path(write(tmp_path / "1.warc.gz", *pages))
    options = Options(any_site=False, jobs=1, max_size=10**6)
    run = ArchiveRun(replace(DEFAULTS, output_at=str(tmp_path / "output")), options)
    report = run.read([file], Progress([file], print, 60))
    assert report.reasons == [f"{file} cannot be read: Input/output error"]
    assert report.counts.articles.new


def test_a_file_of_a_folder_that_cannot_be_read_costs_only_itself(tmp_path: Path) -> None:
    folder = tmp_path / "archives"
    (folder / "empty.warc").mkdir(parents=True)
    write(folder / "1.warc.gz", response(f"{SITE}/1/", article(1)))
    (folder / "2.warc.gz").write_bytes(b"")
    (folder / "3.warc.gz").symlink_to(tmp_path / "nowhere")
    write(folder / "4.warc.gz", response(f"{SITE}/4/", article(4)))
    code, told, found = read_archive(tmp_path / "output", str(folder))
    assert (code, told["result"]) == (4, "failed")
    assert told["reasons"] == [f"{folder}/2.warc.gz is no WARC file; 1 more file cannot be read"]
    assert slugs(found) == ["1", "4"]
    (folder / "3.warc.gz").unlink()
    write(folder / "2.warc.gz", response(f"{SITE}/2/", article(2)))
    code, _, found = read_archive(tmp_path / "output", str(folder))
    assert (code, slugs(found)) == (0, ["2"])


def test_progress_names_rate_share_and_time_that_is_left(tmp_path: Path) -> None:
    files = [tmp_path / "a", tmp_path / "b"]
    for file in files:
        file.write_bytes(b"x" * 1000)
    said: list[str] = []
    progress = Progress(files, said.append, seconds=0)
    progress.file_is_over(1000)
    tally = Tally(pages=150, outcomes=Counter(new=120, updated=2, unchanged=20), broken=3, files_done=1)
    assert progress.line(tally, 500, 60) == (
        "1 of 2 files, 150 pages, 120 new, 2 updated, 20 unchanged, 3 broken records, 2.5 pages/s, 75%, "
        "about 0:00:20 left"
    )
    progress.show(tally, 500)
    assert len(said) == 1
    hourly = Progress(files, said.append, seconds=3600)
    hourly.show(tally, 500)
    assert len(said) == 1, "a line an hour, and none at once"
    assert "unknown time left" in hourly.line(Tally(), 0, 0)


def many(tmp_path: Path, files: int, pages: int) -> list[str]:
    """Write archives of that many pages each."""
    return [
        write(
            tmp_path / f"{number:02}.warc.gz",
            *(response(f"{SITE}/{number}-{page}/", article(number * pages + page)) for page in range(pages)),
        )
        for number in range(files)
    ]


@pytest.mark.faults
@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM])
def test_a_run_that_is_ended_goes_on_where_it_was(number: signal.Signals, tmp_path: Path) -> None:
    files, pages = 20, 10
    names = many(tmp_path, files, pages)
    output = tmp_path / "output"
    words = command("read-archive", *names, settings={**SETTINGS, "SPACENEWS_OUTPUT": str(output)})
    ended = 0
    for after in (1, 6, 11):
        with started(words, tmp_path / "log") as process:
            wait_until(lambda after=after: done_files(output) >= after, process)  # type: ignore[misc]
            os.kill(process.pid, number)
            code = process.wait()
            ended += 1
            assert code == (-number if number == signal.SIGKILL else 6)
    before = done_files(output)
    code, told, _ = read_archive(output, *names)
    assert code == 0
    unread = (files - before) * pages
    assert told["counts"]["pages"] == unread
    assert told["counts"]["articles"]["unchanged"] <= 2 * pages
    found = [one for folder in (output / "archive").glob("2*Z*") for one in records(folder)]
    assert len(found) == len({one["id"] for one in found}) == files * pages
    assert {one["version"] for one in found} == {1}


def done_files(output: Path) -> int:
    """Return how many archives were read to their end."""
    path = output / "spacenews.sqlite3"
    if not path.exists():
        return 0
    with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as database:
        try:
            return int(database.execute("SELECT COUNT(*) FROM archive_files").fetchone()[0])
        except sqlite3.OperationalError:
            return 0


@pytest.mark.faults
def test_a_crawl_fetches_the_pictures_that_an_archive_did_not_have(tmp_path: Path) -> None:
    output = tmp_path / "output"
    with FakeSite(3) as site:
        pages = {told.url: site.server.routes[told.url.removeprefix(ORIGIN)] for told in site.stories}
        file = write(tmp_path / "a.warc.gz", *(response(url, page.body) for url, page in pages.items()))  # type: ignore[union-attr]
        found = read_archive(output, file)[2]
        assert {(one["version"], one["images"][0]["reason"]) for one in found} == {(1, "not_in_archive")}
        assert crawl(output, site.settings).returncode == 0
        found = published(output)
        assert {one["url"] for one in found} == site.urls
        assert {(one["version"], one["images"][0]["status"]) for one in found} == {(2, "ok")}
        assert crawl(output, site.settings).returncode == 0
        assert len(published(output)) == 3
    listed = scrapy(command("runs", "archive", settings={"SPACENEWS_OUTPUT": str(output)}))
    assert (listed.returncode, "3 new" in listed.stdout or " 3 " in listed.stdout) == (0, True)
