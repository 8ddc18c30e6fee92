"""WARC files are read one record after the other; what is broken is told with its offset and costs nothing else."""

from __future__ import annotations

import gzip
from io import BytesIO
from pathlib import Path

import pytest
from support.news_archives import http, member, record, response

from spacenews.downloading.warc_stream import ArchivedResponse, BrokenRecord, is_archive, responses

ONE, TWO, THREE = (response(f"https://one.example.com/{number}", b"<p>%d</p>" % number * 500) for number in (1, 2, 3))


def read(data: bytes, host: str = "") -> tuple[list[str], list[int]]:
    """Return the last part of the addresses that are read, and the offsets of what is broken."""
    urls, broken = [], []
    for found in responses(BytesIO(data), lambda url, _: host in url):
        if isinstance(found, BrokenRecord):
            broken.append(found.offset)
        else:
            urls.append(found.url.rpartition("/")[2])
    return urls, broken


def one(data: bytes) -> ArchivedResponse:
    (found,) = responses(BytesIO(data), lambda *_: True)
    assert isinstance(found, ArchivedResponse)
    return found


@pytest.mark.parametrize("packed", [member, bytes], ids=["gzip", "plain"])
def test_responses_of_wanted_addresses_are_read_and_all_else_is_passed_over(packed: type[bytes]) -> None:
    records = [
        record("warcinfo", "", b"software: x\r\n"),
        record("request", "https://one.example.com/0", b"GET /0 HTTP/1.1\r\n\r\n"),
        ONE,
        record("revisit", "https://one.example.com/0", http(b"")),
        response("https://other.example.net/4", b"other"),
        record("metadata", "https://one.example.com/0", b"x: y\r\n"),
        TWO,
    ]
    assert read(b"".join(map(packed, records)), "one.example.com") == (["1", "2"], [])


@pytest.mark.parametrize("packed", [member, bytes], ids=["gzip", "plain"])
@pytest.mark.parametrize("chunk", [1, 7, 1 << 18])
def test_what_is_wanted_can_be_told_by_the_media_type(
    packed: type[bytes], chunk: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("spacenews.downloading.warc_stream.CHUNK", chunk)
    types = {"1": "text/html; charset=utf-8", "2": "IMAGE/PNG", "3": " image/jpeg ;x=y"}
    data = b"".join(
        packed(response(f"https://one.example.com/{number}", b"\r\nContent-Type: image/gif", Content_Type=value))
        for number, value in types.items()
    )
    data += packed(record("response", "https://one.example.com/4", b"HTTP/1.1 200 OK\r\nX: y\r\n\r\nimage/gif"))
    seen = {}
    for found in responses(BytesIO(data), lambda url, kind: seen.update({url[-1]: kind}) or kind.startswith("image/")):
        assert isinstance(found, ArchivedResponse)
        assert found.url[-1] in "23"
    assert seen == {"1": "text/html", "2": "image/png", "3": "image/jpeg", "4": ""}


@pytest.mark.parametrize("packed", [member, bytes], ids=["gzip", "plain"])
def test_a_file_that_ends_in_a_record_loses_only_that(packed: type[bytes]) -> None:
    first, second = packed(ONE), packed(TWO)
    for missing in (1, len(second) // 2, len(second) - 1):
        urls, broken = read(first + second[: len(second) - missing])
        assert urls == ["1"]
        assert broken == [len(first)]


@pytest.mark.parametrize("packed", [member, bytes], ids=["gzip", "plain"])
def test_garbage_between_records_costs_nothing_else(packed: type[bytes]) -> None:
    parts = [packed(ONE), b"\0garbage\x1f\x8b" * 1000, packed(TWO)]
    assert read(b"".join(parts)) == (["1", "2"], [len(parts[0])])


def test_a_member_that_is_cut_in_the_middle_costs_only_itself() -> None:
    first, second, third = map(member, (ONE, TWO, THREE))
    assert read(first + second[: len(second) // 2] + third) == (["1", "3"], [len(first)])


def test_a_member_with_a_changed_byte_costs_only_itself() -> None:
    first, second, third = map(member, (ONE, TWO, THREE))
    for place in range(3, len(second), 7):
        damaged = bytearray(second)
        damaged[place] ^= 0x55
        urls, broken = read(first + bytes(damaged) + third)
        assert (urls[0], urls[-1], set(broken) <= {len(first)}) == ("1", "3", True)


@pytest.mark.parametrize("packed", [member, bytes], ids=["gzip", "plain"])
@pytest.mark.parametrize("wrong", [-40, 40, 10**9])
def test_a_wrong_length_costs_only_its_record(packed: type[bytes], wrong: int) -> None:
    block = http(b"<p>wrong</p>" * 20)
    between = record("response", "https://one.example.com/wrong", block, length=len(block) + wrong)
    urls, broken = read(packed(ONE) + packed(between) + packed(TWO) + packed(THREE))
    assert broken == [len(packed(ONE))]
    assert urls[0] == "1"
    if packed is member or wrong < 0:
        assert urls == ["1", "2", "3"]


def test_a_file_that_was_compressed_as_a_whole_is_told_how_to_be_read() -> None:
    info = record("warcinfo", "", b"software: x\r\n")
    for records in ([info, ONE, TWO], [ONE, TWO, THREE]):
        [found] = responses(BytesIO(gzip.compress(b"".join(records))), lambda *_: True)
        assert isinstance(found, BrokenRecord)
        assert "gunzip the file" in found.why


def test_what_is_no_http_response_is_broken() -> None:
    assert read(member(record("response", "dns:example.com", b"example.com 1.2.3.4")) + member(ONE)) == (["1"], [0])


@pytest.mark.parametrize("packed", [member, bytes], ids=["gzip", "plain"])
def test_a_response_that_its_recorder_cut_off_is_broken(packed: type[bytes]) -> None:
    cut = TWO.replace(b"WARC-Date", b"WARC-Truncated: length\r\nWARC-Date", 1)
    assert read(packed(ONE) + packed(cut) + packed(THREE)) == (["1", "3"], [len(packed(ONE))])


def test_chunks_are_removed_where_they_are() -> None:
    chunked = http(b"3\r\nabc\r\n0\r\n\r\n", headers={"Transfer-Encoding": "chunked"})
    removed = http(b"abc", headers={"Transfer-Encoding": "chunked"})
    for block in (chunked, removed):
        assert one(member(record("response", "https://one.example.com/", block))).body == b"abc"


def test_a_response_has_what_was_recorded() -> None:
    found = one(member(response("<https://one.example.com/ä>", b"gone", 404, date="2024-05-01T10:00:00.5Z", X_Y="z")))
    assert (found.url, found.status, found.fetched_at) == ("https://one.example.com/ä", 404, "2024-05-01T10:00:00.5Z")
    assert (found.headers.get("X-Y"), found.body) == (b"z", b"gone")


def test_a_file_is_told_from_what_is_no_archive(tmp_path: Path) -> None:
    path = tmp_path / "file"
    cases = ((ONE, True), (member(ONE), True), (b"", False), (b"<html>", False), (gzip.compress(b"<html>"), False))
    for data, known in (*cases, (b"\x1f\x8b\x08 no gzip", False)):
        path.write_bytes(data)
        assert is_archive(path) is known
