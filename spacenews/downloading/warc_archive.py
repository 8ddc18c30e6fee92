"""Reads WARC files (ISO 28500): an index of the responses, and a check that every record is whole."""

from __future__ import annotations

import re
import zlib
from collections.abc import Iterator
from datetime import datetime
from http import HTTPStatus
from io import BytesIO
from pathlib import Path
from typing import BinaryIO, NamedTuple

from scrapy import Request
from scrapy.http import Headers, Response
from scrapy.responsetypes import responsetypes
from w3lib.url import canonicalize_url
from warcio.archiveiterator import ArchiveIterator
from warcio.bufferedreaders import ChunkedDataReader
from warcio.statusandheaders import StatusAndHeaders, StatusAndHeadersParser, StatusAndHeadersParserException

from spacenews.errors import UsageError
from spacenews.extraction.dates import parse_datetime

SUFFIXES = (".warc", ".warc.gz")
CHUNK = 65536  # bytes read at once; a record's headers are shorter

WARC_PARSER = StatusAndHeadersParser(["WARC/1.0", "WARC/1.1"])
HEADERS_END = re.compile(rb"\r?\n\r?\n")
HTTP_STATUS = re.compile(rb"HTTP/[\d.]+ (\d{3})\b")


# Replaying


class ArchiveEntry(NamedTuple):
    """Where a recorded response is; `body` says where its body is when a revisit record left it out."""

    path: Path
    offset: int
    status: int
    body: ArchiveEntry | None = None


class Archive:
    """Recorded responses by address; of several for one address the last one counts.

    `cut` says which files end in the middle of a record, as a kill leaves them, and after how many whole bytes.
    """

    def __init__(self, entries: dict[str, ArchiveEntry], cut: dict[Path, int]) -> None:
        self._entries = entries
        self.cut = cut

    def __len__(self) -> int:
        return len(self._entries)

    def __iter__(self) -> Iterator[str]:
        return iter(self._entries)

    def response(self, request: Request) -> Response | None:
        """Return the recorded response, 304 when the request's validators match it, None when there is none."""
        entry = self._entries.get(_key(request.url)) if request.method == "GET" else None
        if entry is None:
            return None
        status, (headers, body) = entry.status, _read(entry)
        if status == HTTPStatus.OK and _not_modified(request.headers, headers):
            status, body = int(HTTPStatus.NOT_MODIFIED), b""
        kind = responsetypes.from_args(headers=headers, url=request.url, body=body)
        return kind(request.url, status=status, headers=headers, body=body)


def open_archive(path: str | Path) -> Archive:
    """Index a WARC file, or every `.warc` and `.warc.gz` of a folder in the order of their names, and check it whole.

    What a file that was cut holds before the cut counts. Raise UsageError when it is missing, damaged or no WARC file,
    or holds no whole record.
    """
    place = Path(path).expanduser()
    files = sorted(file for file in place.iterdir() if file.name.endswith(SUFFIXES)) if place.is_dir() else [place]
    if not files:
        raise UsageError(f"SPACENEWS_WARC_REPLAY: the folder {place} holds no .warc or .warc.gz file")
    index = _Index()
    try:
        cut = {file: end for file in files if (end := _read_into(index, file)) is not None}
    except WarcError as error:
        raise UsageError(f"SPACENEWS_WARC_REPLAY: {error}") from error
    if not any(cut.get(file, True) for file in files):
        raise UsageError(f"SPACENEWS_WARC_REPLAY: {place} cannot be replayed: it is cut off in its first record")
    return Archive(index.by_address, cut)


def find_cut(file: Path) -> int | None:
    """Return where the record begins that a kill has cut at the end of a WARC file; raise WarcError when it is none."""
    return _read_into(_Index(), file)


class WarcError(Exception):
    """A file cannot be read, is damaged or no WARC file; the message says which and why."""


def _read_into(index: _Index, file: Path) -> int | None:
    """Index a file; return where the last record begins when it is cut, else None."""
    try:
        with file.open("rb") as stream:
            for offset, head, length in _records(stream):
                index.add(file, offset, head, length)
    except _CutError as error:
        return error.offset
    except (OSError, _DamagedError, zlib.error) as error:
        raise WarcError(f"{file} cannot be replayed: {getattr(error, 'strerror', None) or error}") from error
    return None


def _key(address: str) -> str:
    """Return an address as Scrapy compares them; one that it cannot read is asked for by nobody."""
    try:
        return str(canonicalize_url(address))
    except ValueError:
        return ""


class _DamagedError(Exception):
    """A file is not what a WARC file has to be; the message says where."""


class _CutError(Exception):
    """A file ends in the middle of its last record."""

    def __init__(self, offset: int) -> None:
        super().__init__(offset)
        self.offset = offset


class _Index:
    """Collects where the responses of an archive are."""

    def __init__(self) -> None:
        self.by_address: dict[str, ArchiveEntry] = {}
        self._by_name: dict[str, ArchiveEntry] = {}  # record id, payload digest

    def add(self, path: Path, offset: int, head: bytes, length: int) -> None:
        """Note the record that begins with `head` and, gzip removed, is `length` bytes long."""
        headers, start = _record_headers(head, offset)
        _check_length(headers, length - start, offset)
        kind, address = headers.get_header("WARC-Type"), (headers.get_header("WARC-Target-URI") or "").strip("<>")
        key = _key(address)
        if kind not in ("response", "revisit") or not key.startswith(("http://", "https://")):
            return
        names = headers.get_header("WARC-Record-ID"), headers.get_header("WARC-Payload-Digest")
        found = HTTP_STATUS.match(head, start)
        original = self._original(headers) if kind == "revisit" else None
        if original:
            entry = ArchiveEntry(path, offset, int(found[1]) if found else original.status, original)
        elif found and kind == "response":
            entry = ArchiveEntry(path, offset, int(found[1]))
            self._by_name.update((name, entry) for name in names if name)
        else:
            return
        # A 304 says nothing of its own: it must not hide the page that it confirms.
        if entry.status != HTTPStatus.NOT_MODIFIED or key not in self.by_address:
            self.by_address[key] = entry

    def _original(self, headers: StatusAndHeaders) -> ArchiveEntry | None:
        """Return the response whose body a revisit record repeats (ISO 28500, 6.7)."""
        for name in ("WARC-Refers-To", "WARC-Payload-Digest"):
            entry = self._by_name.get(headers.get_header(name) or "")
            if entry:
                return entry
        address = (headers.get_header("WARC-Refers-To-Target-URI") or "").strip("<>")
        return self.by_address.get(_key(address))


def _records(stream: BinaryIO) -> Iterator[tuple[int, bytes, int]]:
    """Yield offset, first bytes and length of every record."""
    gzipped = stream.read(2) == b"\x1f\x8b"
    stream.seek(0)
    return _gzipped_records(stream) if gzipped else _plain_records(stream)


def _gzipped_records(stream: BinaryIO) -> Iterator[tuple[int, bytes, int]]:
    # Not by warcio: it takes the end of a cut file for the end of the archive.
    data = stream.read(CHUNK)
    while data:
        offset = stream.tell() - len(data)
        member, head, length = zlib.decompressobj(wbits=zlib.MAX_WBITS | 16), b"", 0
        while not member.eof:
            if not data:
                raise _CutError(offset) if _begins_record(head) else _not_a_record(offset)
            plain = member.decompress(data)
            head += plain[: CHUNK - len(head)]
            length += len(plain)
            data = stream.read(CHUNK) if not member.eof else member.unused_data or stream.read(CHUNK)
        yield offset, head, length


def _plain_records(stream: BinaryIO) -> Iterator[tuple[int, bytes, int]]:
    size, offset = stream.seek(0, 2), 0
    if not size:
        raise _DamagedError("it is empty")
    while offset < size:
        stream.seek(offset)
        head = stream.read(CHUNK)
        if len(head) < CHUNK and _begins_record(head) and not HEADERS_END.search(head):
            raise _CutError(offset)
        headers, start = _record_headers(head, offset)
        length = start + _content_length(headers, offset) + len(b"\r\n\r\n")
        if length > size - offset:
            raise _CutError(offset)
        yield offset, head, length
        offset += length


def _begins_record(head: bytes) -> bool:
    return head.startswith(b"WARC/"[: len(head)])


def _not_a_record(offset: int) -> _DamagedError:
    return _DamagedError(f"there is no WARC record at byte {offset}" if offset else "it is not a WARC file")


def _record_headers(head: bytes, offset: int) -> tuple[StatusAndHeaders, int]:
    """Return a record's headers and where its block starts."""
    stream = BytesIO(head)
    try:
        headers = WARC_PARSER.parse(stream)
    except (EOFError, StatusAndHeadersParserException) as error:
        raise _not_a_record(offset) from error
    return headers, stream.tell()


def _content_length(headers: StatusAndHeaders, offset: int) -> int:
    value = headers.get_header("Content-Length") or ""
    if not (value.isascii() and value.isdecimal()):
        raise _DamagedError(f"the record at byte {offset} has no Content-Length")
    return int(value)


def _check_length(headers: StatusAndHeaders, length: int, offset: int) -> None:
    excess = length - _content_length(headers, offset)
    if excess < 0:
        raise _DamagedError(f"the record at byte {offset} is shorter than it says")
    if excess > len(b"\r\n\r\n"):
        raise _DamagedError("it is not compressed record by record (`warcio recompress` mends it)")


def _read(entry: ArchiveEntry) -> tuple[Headers, bytes]:
    """Return the recorded headers and the body, still in its content encoding."""
    with entry.path.open("rb") as file:
        file.seek(entry.offset)
        record = next(iter(ArchiveIterator(file)))
        headers = Headers(record.http_headers.headers if record.http_headers else [])
        stream = record.raw_stream
        if b"chunked" in (headers.get("Transfer-Encoding") or b"").lower():
            stream = ChunkedDataReader(stream)
        body = stream.read()
    if entry.body:
        original, body = _read(entry.body)
        headers = headers or original
    headers.pop("Transfer-Encoding", None)
    if b"gzip" in (headers.get("Content-Encoding") or b"") and not body.startswith(b"\x1f\x8b"):
        headers.pop("Content-Encoding")  # some recorders store the decoded body under the server's headers
    return headers, body


def _not_modified(asked: Headers, stored: Headers) -> bool:
    """Say whether a conditional request is answered by 304 (RFC 9110, 13.1.2 and 13.1.3)."""
    if wanted := asked.get("If-None-Match"):
        tags = {tag.strip().removeprefix(b"W/") for tag in wanted.split(b",")}
        return b"*" in tags or (stored.get("ETag") or b"").removeprefix(b"W/") in tags
    since, modified = _time(asked, "If-Modified-Since"), _time(stored, "Last-Modified")
    return since is not None and modified is not None and modified <= since


def _time(headers: Headers, name: str) -> datetime | None:
    return parse_datetime((headers.get(name) or b"").decode("latin-1"), "UTC")
