"""Reads the responses of a WARC file (ISO 28500) one after the other, whatever their number; what is broken is skipped.

By zlib and not by a library for WARC: those end silently at a damaged member of a gzip file, or raise for good.
"""

from __future__ import annotations

import re
import zlib
from collections.abc import Callable, Iterator
from io import BytesIO
from pathlib import Path
from typing import BinaryIO, NamedTuple

from scrapy.http import Headers
from warcio.bufferedreaders import ChunkedDataReader

CHUNK = 1 << 18  # bytes read at once
MAX_HEAD = 1 << 18  # bytes of a record's headers, and of the HTTP headers after them
MAX_RECORD = 64 << 20  # bytes of a record that is kept in memory; no page is that large
GZIP = b"\x1f\x8b\x08"
BEGINNING = re.compile(rb"WARC/1\.[01]\r?\n")
END = re.compile(rb"\r?\n\r?\n")
STATUS = re.compile(rb"HTTP/[\d.]+ (\d{3})\b")
MEDIA_TYPE = re.compile(rb"\ncontent-type:[ \t]*([^;\r\n]*)", re.IGNORECASE)
AFTER = b"\r\n\r\n"  # a record


class ArchivedResponse(NamedTuple):
    """A response as it was recorded: without chunks, still in its content coding."""

    offset: int
    url: str
    fetched_at: str  # as WARC-Date says it
    status: int
    headers: Headers
    body: bytes


class BrokenRecord(NamedTuple):
    """Where a record is that cannot be read, and why."""

    offset: int
    why: str


Wanted = Callable[[str, str], bool]  # tells by address and media type of a response whether it is to be read
Headline = dict[bytes, bytes]  # names in lower case


def is_archive(path: Path) -> bool:
    """Tell whether a file begins as a WARC file does; raises OSError."""
    with path.open("rb") as stream:
        head = stream.read(CHUNK)
    if head.startswith(GZIP):
        try:
            head = zlib.decompressobj(wbits=zlib.MAX_WBITS | 16).decompress(head, 16)
        except zlib.error:
            return False
    return BEGINNING.match(head) is not None


def responses(stream: BinaryIO, wanted: Wanted) -> Iterator[ArchivedResponse | BrokenRecord]:
    """Yield the responses of an open WARC file whose address is wanted, and each record that is broken.

    `stream.tell()` says meanwhile how far the file is read.
    """
    data = _Buffer(stream)
    records = _gzipped if data.startswith(GZIP) else _plain
    for record in records(data, wanted):
        yield record if isinstance(record, BrokenRecord) else _response(*record)


class _Buffer:
    """The unread part of a file, of which a piece is in memory."""

    def __init__(self, stream: BinaryIO) -> None:
        self._stream = stream
        self.data = b""
        self.offset = 0  # of the data in the file

    def fill(self, size: int) -> bool:
        """Have *size* bytes in memory; tell whether there are so many."""
        while len(self.data) < size and (more := self._stream.read(max(CHUNK, size - len(self.data)))):
            self.data += more
        return len(self.data) >= size

    def startswith(self, beginning: bytes) -> bool:
        """Tell how the unread part begins."""
        self.fill(len(beginning))
        return self.data.startswith(beginning)

    def skip(self, size: int) -> None:
        """Go *size* bytes on, which may be more than are in memory."""
        while size > len(self.data):
            size -= len(self.data)
            self.offset += len(self.data)
            self.data = self._stream.read(CHUNK)
            if not self.data:
                return
        self.data = self.data[size:]
        self.offset += size

    def find(self, beginning: re.Pattern[bytes], longest: int) -> bool:
        """Go on to the next place where *beginning*, of at most *longest* bytes, matches; tell whether there is one."""
        while self.fill(1):
            self.fill(longest)
            if found := beginning.search(self.data):
                self.skip(found.start())
                return True
            self.skip(max(len(self.data) - longest + 1, 1))
        return False


_Record = tuple[int, Headline, bytes]  # offset, headers, block
MEMBER = re.compile(re.escape(GZIP))


def _gzipped(data: _Buffer, wanted: Wanted) -> Iterator[_Record | BrokenRecord]:
    """Yield the records of a file in which each one is a gzip member of its own."""
    while data.fill(1):
        offset = data.offset
        if not data.startswith(GZIP):
            data.find(MEMBER, len(GZIP))
            yield BrokenRecord(offset, f"{data.offset - offset} bytes are no gzip member")
            continue
        member = _Member(wanted)
        try:
            size = member.read(data)
        except zlib.error as error:
            yield BrokenRecord(offset, f"the gzip member is damaged: {error}")
            _go_to_next_member(data)
        else:
            if size is None:
                yield BrokenRecord(offset, "the file ends in it")
                return
            yield from member.record(offset)


def _go_to_next_member(data: _Buffer) -> None:
    """Go on to the next member that begins with a record; compressed data may look like the beginning of one."""
    data.skip(1)
    while data.find(MEMBER, len(GZIP)):
        data.fill(CHUNK)
        try:
            plain = zlib.decompressobj(wbits=zlib.MAX_WBITS | 16).decompress(data.data, 16)
        except zlib.error:
            plain = b""
        if BEGINNING.match(plain):
            return
        data.skip(1)


class _Member:
    """One gzip member: its headers, and its block if that is wanted."""

    def __init__(self, wanted: Wanted) -> None:
        self._wanted = wanted
        self._plain = bytearray()
        self._length = 0
        self._start: int | None = None  # of the block
        self._is_wanted: bool | None = None  # until enough of it is read to tell
        self.headers: Headline | None = None

    def read(self, data: _Buffer) -> int | None:
        """Read a member to its end and go on behind it; return its length, None if the file ends before.

        Raises zlib.error, and leaves *data* at the beginning where that is still in memory.
        """
        inflate = zlib.decompressobj(wbits=zlib.MAX_WBITS | 16)
        position, size = 0, 0
        while not inflate.eof:
            if position == len(data.data) and not data.fill(position + 1):
                return None
            part = data.data[position : position + CHUNK]
            self._take(inflate.decompress(part))
            position += len(part) - len(inflate.unused_data)
            size += len(part)
        data.skip(position)
        return size

    def _take(self, plain: bytes) -> None:
        self._length += len(plain)
        if self._is_wanted is not False:
            self._plain += plain
        if self._start is None and (end := END.search(self._plain)):
            self._start = end.end()
            self.headers = _headers(bytes(self._plain[: end.start()]))
            if self.headers.get(b"warc-type") != b"response":
                self._is_wanted = False
        if self._start is not None and self._is_wanted is None:
            end = END.search(self._plain, self._start, self._start + MAX_HEAD)
            if end or len(self._plain) >= self._start + MAX_HEAD:
                self._decide()
        if len(self._plain) > MAX_RECORD:
            self._is_wanted = False

    def _decide(self) -> None:
        """Tell by the headers of record and response whether the record is wanted."""
        assert self.headers is not None
        assert self._start is not None
        head = bytes(self._plain[self._start : self._start + MAX_HEAD])
        self._is_wanted = _is_wanted(self.headers, head, self._wanted)

    def _why_longer(self, end: int) -> str:
        if BEGINNING.match(self._plain, end):
            return "more records follow in the same gzip member: gunzip the file, and read that"
        return "it is longer than its Content-Length"

    def record(self, offset: int) -> Iterator[_Record | BrokenRecord]:
        """Yield the record of a member that was read, if it is wanted."""
        if self.headers is None or self._start is None or not BEGINNING.match(self._plain):
            if self._length:
                yield BrokenRecord(offset, "the gzip member is no WARC record")
            return
        length = _length(self.headers)
        if length is None or self._start + length > self._length:
            yield BrokenRecord(offset, "it is shorter than its Content-Length")
        elif self._length - self._start - length > len(AFTER):
            yield BrokenRecord(offset, self._why_longer(self._start + length + len(AFTER)))
        else:
            if self._is_wanted is None:  # it ends within its HTTP headers
                self._decide()
            if self._is_wanted:
                yield offset, self.headers, bytes(self._plain[self._start : self._start + length])


def _plain(data: _Buffer, wanted: Wanted) -> Iterator[_Record | BrokenRecord]:
    """Yield the records of a file that is not compressed."""
    while data.fill(1):
        offset = data.offset
        data.fill(MAX_HEAD)
        end = END.search(data.data, 0, MAX_HEAD)
        headers = _headers(data.data[: end.start()]) if end and BEGINNING.match(data.data) else {}
        length = _length(headers)
        if end is None or length is None:
            data.skip(1)
            data.find(BEGINNING, 16)
            yield BrokenRecord(offset, f"{data.offset - offset} bytes are no WARC record")
            continue
        keep = length <= MAX_RECORD and _is_wanted(headers, data.data[end.end() : MAX_HEAD], wanted)
        data.skip(end.end())
        if keep:
            is_whole, block = data.fill(length), data.data[:length]
        data.skip(length)
        if keep and not is_whole:
            yield BrokenRecord(offset, "the file ends in it")
        elif not data.startswith(AFTER):
            yield from _misplaced(data, offset)
        else:
            data.skip(len(AFTER))
            if keep:
                yield offset, headers, block


def _misplaced(data: _Buffer, offset: int) -> Iterator[BrokenRecord]:
    """Go on to the next record after one that does not end where it says."""
    data.find(BEGINNING, 16)
    yield BrokenRecord(offset, "it does not end where its Content-Length says")


def _headers(head: bytes) -> Headline:
    pairs = (line.partition(b":") for line in head.splitlines()[1:])
    return {name.strip().lower(): value.strip() for name, _, value in pairs}


def _length(headers: Headline) -> int | None:
    value = headers.get(b"content-length", b"")
    return int(value) if value.isdigit() and len(value) < 16 else None


def _is_wanted(headers: Headline, beginning: bytes, wanted: Wanted) -> bool:
    """Tell whether a record is wanted, by its headers and the beginning of its block."""
    return headers.get(b"warc-type") == b"response" and wanted(_url(headers), _media_type(beginning))


def _media_type(beginning: bytes) -> str:
    """Return the media type of a response, empty if the beginning of its record does not say it."""
    end = END.search(beginning)
    found = MEDIA_TYPE.search(beginning, 0, end.start() if end else len(beginning))
    return found[1].strip().lower().decode("latin-1") if found else ""


def _url(headers: Headline) -> str:
    return headers.get(b"warc-target-uri", b"").strip(b"<>").decode("utf-8", "replace")


def _response(offset: int, headers: Headline, block: bytes) -> ArchivedResponse | BrokenRecord:
    """Return the response that a record's block is."""
    status, end = STATUS.match(block), END.search(block, 0, MAX_HEAD)
    if status is None or end is None:
        return BrokenRecord(offset, "it holds no HTTP response")
    if why := headers.get(b"warc-truncated"):
        return BrokenRecord(offset, f"who recorded it cut it off (WARC-Truncated: {why[:40].decode('latin-1')})")
    lines = [line.partition(b":") for line in block[: end.start()].splitlines()[1:]]
    http = Headers()
    for name, _, value in lines:
        http.appendlist(name.strip(), value.strip())
    body = block[end.end() :]
    if b"chunked" in (http.pop("Transfer-Encoding", None) or [b""])[-1].lower():
        body = _without_chunks(body)
    moment = headers.get(b"warc-date", b"").decode("latin-1")
    return ArchivedResponse(offset, _url(headers), moment, int(status[1]), http, body)


def _without_chunks(body: bytes) -> bytes:
    """Return a body without its chunks; some recorders have removed them and kept the header."""
    reader = ChunkedDataReader(BytesIO(body))
    return b"".join(iter(reader.read, b""))
