from __future__ import annotations

import gzip
import os
import signal
import subprocess
import sys
import textwrap
import time
from pathlib import Path
from typing import Any

import pytest
from scrapy import Request
from scrapy.http import Response
from scrapy.settings import Settings
from scrapy.utils.project import get_project_settings
from support.archives import WarcFile
from support.fake_site import FAST, FakeSite
from support.processes import published, run_folders
from support.run_crawl import SITE, crawl, fetch, mirrored
from support.server import Answer, Server
from warcio.statusandheaders import StatusAndHeaders

from spacenews.downloading.warc_archive import Archive, open_archive
from spacenews.downloading.warc_record import Recorder, check_archives
from spacenews.errors import OutputError, UsageError
from spacenews.spiders.digitaltrends_space import DigitaltrendsSpaceSpider

DATE = "Sat, 20 Dec 2025 12:00:00 GMT"


def answer(archive: Archive, url: str, **options: Any) -> Response:
    """Return what an archive answers, which must be something."""
    response = archive.response(Request(url, **options))
    assert response is not None
    return response


def body(path: Path, url: str) -> bytes:
    return answer(open_archive(path), url).body


def test_what_is_recorded_is_replayed_the_same(tmp_path: Path) -> None:
    page = gzip.compress(b"<p>a page</p>")
    routes = {
        "/": Answer(page, headers={"Content-Encoding": "gzip", "X-Mine": "kept"}),
        "/gone/": Answer(b"gone", 404),
        "/old/": Answer(status=301, headers={"Location": f"{SITE}/"}),
        "/a.png?fit=2%2C3": Answer(b"\x89PNG\r\n\x1a\n\x00\xff" * 500, headers={"Content-Type": "image/png"}),
    }
    urls = [SITE + path for path in routes]
    with Server(routes) as server:
        recorded, _ = fetch(urls, mirrored(server) | {"SPACENEWS_WARC_RECORD": str(tmp_path / "all.warc.gz")})
    replayed, _ = fetch(urls, {"SPACENEWS_WARC_REPLAY": str(tmp_path / "all.warc.gz")})
    assert replayed.keys() == set(urls)
    for url, response in recorded.items():
        again = replayed[url]
        assert (again.url, again.status, again.body) == (response.url, response.status, response.body)
        assert type(again) is type(response)
        for headers in (again.headers, response.headers):
            headers.pop("Date", None)  # the first address is answered twice, as what the old one redirects to
        assert again.headers == response.headers
    assert replayed[SITE + "/"].text == "<p>a page</p>"


def test_a_recorded_run_is_replayed_to_the_same_records_and_pictures(tmp_path: Path) -> None:
    def run(name: str, **settings: Any) -> tuple[list[dict[str, Any]], set[str]]:
        whole = get_project_settings()
        whole.setdict(FAST | settings | {"SPACENEWS_OUTPUT": str(tmp_path / name)}, "cmdline")
        crawl(DigitaltrendsSpaceSpider, whole)
        records = published(tmp_path / name)
        for record in records:
            del record["first_seen_at"], record["crawled_at"]
        pictures = {path.name for path in (tmp_path / name / "images").rglob("*.*")}
        return sorted(records, key=lambda record: str(record["url"])), pictures

    with FakeSite(5) as fake_site:
        recorded = run("live", **fake_site.settings, SPACENEWS_WARC_RECORD=f"{tmp_path}/warc/")
        asked = len(fake_site.server.hits)
        replayed = run("again", SPACENEWS_WARC_REPLAY=f"{tmp_path}/warc")
        assert len(fake_site.server.hits) == asked
    assert len(recorded[0]) == len(recorded[1]) == 5
    assert replayed == recorded
    [file] = (tmp_path / "warc").iterdir()
    [folder] = run_folders(tmp_path / "live")
    assert file.name == f"digitaltrends_space-{folder.name}.warc.gz"


def test_a_record_is_one_gzip_member_with_its_request_and_digests(tmp_path: Path) -> None:
    with Server({"/": Answer(b"x")}) as server:
        settings = mirrored(server) | {"SPACENEWS_WARC_RECORD": f"{tmp_path}/new/"}
        fetch([SITE + "/"], settings, headers={"Authorization": "Basic c2VjcmV0", "X-Mine": "1"})
    [file] = (tmp_path / "new").iterdir()
    assert file.name.startswith("fetcher-")
    checked = subprocess.run(
        [sys.executable, "-m", "warcio.cli", "check", "-v", file], capture_output=True, text=True, check=False
    )
    assert checked.returncode == 0
    assert checked.stdout.count("digest pass") == 3
    text = gzip.decompress(file.read_bytes()).decode()
    assert [line for line in text.splitlines() if line.startswith("WARC-Type")] == [
        "WARC-Type: warcinfo",
        "WARC-Type: response",
        "WARC-Type: request",
    ]
    assert "GET / HTTP/1.1" in text
    assert "X-Mine: 1" in text
    assert "c2VjcmV0" not in text


def test_recording_twice_adds_to_the_file_and_the_later_answer_counts(tmp_path: Path) -> None:
    path = tmp_path / "one.warc.gz"
    for text in (b"first", b"second"):
        with Server({"/": Answer(text)}) as server:
            fetch([SITE + "/"], mirrored(server) | {"SPACENEWS_WARC_RECORD": str(path)})
    assert body(path, SITE + "/") == b"second"


def test_a_replay_never_reaches_the_network(tmp_path: Path) -> None:
    writer = WarcFile(tmp_path / "some.warc.gz")
    writer.add(SITE + "/", b"known")
    with Server({"/": Answer(b"from the network")}) as server:
        address = server.origin + "/"
        got, _ = fetch([SITE + "/", address], {"SPACENEWS_WARC_REPLAY": str(writer.save())}, meta={"dont_cache": True})
        assert server.hits == []
    assert [str(type(error).__name__) for error in got.values()] == ["NotArchivedError"] * 2


def test_an_address_that_is_not_archived_is_asked_once(tmp_path: Path) -> None:
    writer = WarcFile(tmp_path / "some.warc.gz")
    writer.add(SITE + "/", b"known")
    got, stats = fetch([SITE + "/other"], {"SPACENEWS_WARC_REPLAY": str(writer.save()), "RETRY_ENABLED": True})
    assert "is not in the archive" in str(got[f"{SITE}/other"])
    assert stats["downloader/request_count"] == 1


@pytest.mark.parametrize(
    ("header", "value", "status"),
    [
        ("If-None-Match", '"v1"', 304),
        ("If-None-Match", 'W/"v1"', 304),
        ("If-None-Match", '"v0", "v1"', 304),
        ("If-None-Match", '"v2"', 200),
        ("If-Modified-Since", DATE, 304),
        ("If-Modified-Since", "Sun, 21 Dec 2025 12:00:00 GMT", 304),
        ("If-Modified-Since", "Fri, 19 Dec 2025 12:00:00 GMT", 200),
        ("If-Modified-Since", "yesterday", 200),
    ],
)
def test_conditional_requests_are_answered_as_a_server_would(
    tmp_path: Path, header: str, value: str, status: int
) -> None:
    writer = WarcFile(tmp_path / "some.warc.gz")
    writer.add(SITE + "/", b"page", ("ETag", '"v1"'), ("Last-Modified", DATE))
    response = answer(open_archive(writer.save()), SITE + "/", headers={header: value})
    assert (response.status, response.body) == (status, b"page" if status == 200 else b"")


@pytest.mark.parametrize("name", ["a.warc", "a.warc.gz"])
def test_archives_of_other_recorders_are_read(tmp_path: Path, name: str) -> None:
    writer = WarcFile(tmp_path / name)
    packed = gzip.compress(b"packed")
    chunked = b"".join(b"%x\r\n%s\r\n" % (len(part), part) for part in (packed[:9], packed[9:])) + b"0\r\n\r\n"
    encodings = ("Transfer-Encoding", "chunked"), ("Content-Encoding", "gzip")
    writer.add(SITE + "/chunked", chunked, *encodings)
    writer.add(SITE + "/unpacked", b"already unpacked", ("Content-Encoding", "gzip"))
    writer.add(f"<{SITE}/wget>", b"wget", status="200")
    writer.add(SITE + "/h2", b"two", status="200", protocol="HTTP/2")
    first = writer.add(SITE + "/first", b"the same body", ("X-From", "first"))
    writer.write_record(
        writer.create_revisit_record(
            SITE + "/again",
            first.rec_headers["WARC-Payload-Digest"],
            SITE + "/first",
            first.rec_headers["WARC-Date"],
            StatusAndHeaders("200 OK", [("X-From", "again")], protocol="HTTP/1.1"),
        )
    )
    writer.add(SITE + "/first", b"", status="304 Not Modified")
    archive = open_archive(writer.save())
    bodies = {path: answer(archive, SITE + path).body for path in ("/wget", "/h2", "/first", "/again")}
    assert bodies == {"/wget": b"wget", "/h2": b"two", "/first": b"the same body", "/again": b"the same body"}
    assert answer(archive, SITE + "/again").headers["X-From"] == b"again"
    assert answer(archive, SITE + "/chunked").body == packed
    assert "Content-Encoding" not in answer(archive, SITE + "/unpacked").headers


def test_a_folder_is_one_archive_and_its_last_answer_counts(tmp_path: Path) -> None:
    for number, text in enumerate((b"old", b"new")):
        writer = WarcFile(tmp_path / f"{number}.warc.gz")
        writer.add(SITE + "/", text)
        writer.add(f"{SITE}/{number}", text)
        writer.save()
    archive = open_archive(tmp_path)
    assert [answer(archive, SITE + path).body for path in ("/", "/0", "/1")] == [b"new", b"old", b"new"]


def archive_bytes(*, packed: bool) -> bytes:
    writer = WarcFile(Path("a.warc.gz" if packed else "a.warc"))
    for number in range(3):
        writer.add(f"{SITE}/{number}", os.urandom(500))
    return writer.stream.getvalue()


PACKED, PLAIN = archive_bytes(packed=True), archive_bytes(packed=False)


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (None, "No such file"),
        (b"", "it is empty"),
        (b"<html>", "it is not a WARC file"),
        (gzip.compress(b"<html>", mtime=0), "it is not a WARC file"),
        (gzip.compress(PLAIN), "not compressed record by record"),
        (PLAIN[:5], "it is cut off in its first record"),
        (PLAIN + b"x" * 600, "there is no WARC record at byte"),
        (PACKED[: len(PACKED) // 2] + b"\0" * 60 + PACKED[len(PACKED) // 2 :], "Error"),
        (PACKED[:5], "it is cut off in its first record"),
        (PACKED[:400], "it is cut off in its first record"),
        (gzip.compress(b"<html>" * 999, mtime=0)[:-9], "it is not a WARC file"),
    ],
)
def test_a_broken_archive_is_refused_in_one_sentence(tmp_path: Path, data: bytes | None, reason: str) -> None:
    path = tmp_path / "broken.warc.gz"
    if data is not None:
        path.write_bytes(data)
    with pytest.raises(UsageError, match=f"SPACENEWS_WARC_REPLAY: {path} .*{reason}") as caught:
        check_archives(Settings({"SPACENEWS_WARC_REPLAY": str(path)}))
    assert "\n" not in str(caught.value)


def test_a_broken_archive_ends_the_crawl_before_it_starts(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="No such file"):
        fetch([SITE + "/"], {"SPACENEWS_WARC_REPLAY": str(tmp_path / "none.warc.gz")})


def test_replaying_and_recording_at_once_is_refused(tmp_path: Path) -> None:
    both = {"SPACENEWS_WARC_REPLAY": "a.warc.gz", "SPACENEWS_WARC_RECORD": str(tmp_path)}
    with pytest.raises(UsageError, match="exclude each other"):
        fetch([SITE + "/"], both)


@pytest.mark.parametrize("whole", [PACKED, PLAIN], ids=["gzip", "plain"])
def test_of_a_cut_archive_the_whole_records_are_replayed(
    tmp_path: Path, whole: bytes, caplog: pytest.LogCaptureFixture
) -> None:
    path = tmp_path / "cut.warc.gz"
    record = len(whole) // 3
    for size in (len(whole) - 1, len(whole) - 400, len(whole) - record + 40):
        path.write_bytes(whole[:size])
        got, _ = fetch([f"{SITE}/{n}" for n in range(3)], {"SPACENEWS_WARC_REPLAY": str(path)})
        assert [isinstance(answer, Response) for answer in got.values()] == [True, True, False]
        assert path.read_bytes() == whole[:size]
        [told] = [line for line in caplog.messages if "cut off" in line]
        assert told.startswith(f"{path} is cut off in a record: what follows its byte ")
        caplog.clear()


@pytest.mark.parametrize("suffix", [".warc", ".warc.gz"])
def test_recording_goes_on_after_a_kill_that_cut_the_file(
    tmp_path: Path, suffix: str, caplog: pytest.LogCaptureFixture
) -> None:
    path = tmp_path / f"killed{suffix}"
    settings = {"SPACENEWS_WARC_RECORD": str(path)}

    def record(name: str) -> None:
        with Server({f"/{name}": Answer(os.urandom(500))}) as server:
            fetch([f"{SITE}/{name}"], mirrored(server) | settings)

    record("before")
    whole = path.read_bytes()
    record("killed")
    rest = path.read_bytes()[len(whole) :]
    for left in (1, len(rest) // 4, len(rest) // 3):
        path.write_bytes(whole + rest[:left])
        caplog.clear()
        record("after")
        assert path.read_bytes().startswith(whole)
        archive = open_archive(path)
        assert not archive.cut
        assert list(archive) == [f"{SITE}/before", f"{SITE}/after"]
        [told] = [line for line in caplog.messages if "cut off" in line]
        assert told.startswith(f"{path} was cut off in a record")


def test_a_record_that_is_being_written_is_not_cut(tmp_path: Path) -> None:
    path = tmp_path / "busy.warc.gz"
    first = Recorder(Settings({"SPACENEWS_WARC_RECORD": str(path)}))
    path.write_bytes(PACKED[:-5])
    check_archives(Settings({"SPACENEWS_WARC_RECORD": str(path)}))
    assert path.read_bytes() == PACKED[:-5]
    first.close()
    check_archives(Settings({"SPACENEWS_WARC_RECORD": str(path)}))
    assert path.stat().st_size == open_archive(path).cut.get(path, path.stat().st_size) < len(PACKED) - 5


def test_nothing_is_added_to_a_broken_file(tmp_path: Path) -> None:
    path = tmp_path / "broken.warc.gz"
    for data in (b"<html>", PLAIN + b"x" * 600, PACKED[:300] + b"\0" * 60 + PACKED[300:]):
        path.write_bytes(data)
        with pytest.raises(OutputError, match="nothing can be added"):
            check_archives(Settings({"SPACENEWS_WARC_RECORD": str(path)}))
        assert path.read_bytes() == data


@pytest.mark.faults
def test_a_full_disk_ends_the_run_and_leaves_whole_records(tmp_path: Path) -> None:
    program = f"""
        import resource, sys
        sys.path[:] = {sys.path!r}
        from test_warc import *
        from support import run_crawl
        resource.setrlimit(resource.RLIMIT_FSIZE, (40_000, 40_000))
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        with Server({{f"/{{n}}": Answer(os.urandom(9000)) for n in range(40)}}) as server:
            record = {{"SPACENEWS_WARC_RECORD": {str(tmp_path / "full.warc.gz")!r}, "CONCURRENT_REQUESTS": 1}}
            _, stats = fetch([f"{{SITE}}/{{n}}" for n in range(40)], mirrored(server) | record)
        print(stats["finish_reason"], stats["spacenews/warc_error"])
        run_crawl.stop()
    """
    done = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(program)], capture_output=True, text=True, timeout=60, check=False
    )
    assert "OutputError SPACENEWS_WARC_RECORD" in done.stdout, done.stderr
    assert 2 <= len(open_archive(tmp_path / "full.warc.gz")) < 6


@pytest.mark.faults
def test_a_recording_survives_kills(tmp_path: Path) -> None:
    """Large answers are what a kill cuts: the kernel writes them page by page."""
    program = f"""
        import sys
        sys.path[:] = {sys.path!r}
        from test_warc import *
        large = Answer(os.urandom(9_000_000))
        with Server({{f"/{{n}}": large for n in range(2000)}}) as server:
            record = {{"SPACENEWS_WARC_RECORD": {str(tmp_path / "killed.warc")!r}}}
            fetch([f"{{SITE}}/{{n}}" for n in range(2000)], mirrored(server) | record)
    """
    path = tmp_path / "killed.warc"
    for number in range(1, 6):
        process = subprocess.Popen([sys.executable, "-c", textwrap.dedent(program)])
        while not path.exists() or path.stat().st_size < number * 50_000_000:
            assert process.poll() is None
            time.sleep(0.003)
        process.send_signal(signal.SIGKILL)
        process.wait()
        assert len(open_archive(path)) >= 4
