"""Records what is fetched in WARC files (ISO 28500) and replays it, as the storage of Scrapy's HTTP cache."""

from __future__ import annotations

import errno
import logging
import os
import re
import zlib
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from email.utils import parsedate_to_datetime
from http import HTTPStatus
from io import BytesIO
from pathlib import Path
from typing import BinaryIO, NamedTuple
from urllib.parse import urlsplit
from uuid import uuid4

from scrapy import Request, Spider
from scrapy.exceptions import DownloadFailedError
from scrapy.http import Headers, Response
from scrapy.responsetypes import responsetypes
from scrapy.settings import BaseSettings
from scrapy.utils.defer import deferred_from_coro
from scrapy.utils.python import global_object_name
from w3lib.url import canonicalize_url
from warcio.archiveiterator import ArchiveIterator
from warcio.bufferedreaders import ChunkedDataReader
from warcio.statusandheaders import StatusAndHeaders, StatusAndHeadersParser, StatusAndHeadersParserException
from warcio.warcwriter import WARCWriter

from spacenews import __version__
from spacenews.errors import OutputError, UsageError

logger = logging.getLogger(__name__)

RECORD = "SPACENEWS_WARC_RECORD"
REPLAY = "SPACENEWS_WARC_REPLAY"
SUFFIXES = (".warc", ".warc.gz")
CHUNK = 65536  # bytes read at once; a record's headers are shorter
SECRET_HEADERS = {"authorization", "proxy-authorization", "cookie"}

WARC_PARSER = StatusAndHeadersParser(["WARC/1.0", "WARC/1.1"])
HTTP_STATUS = re.compile(rb"HTTP/[\d.]+ (\d{3})\b")


class NotArchivedError(DownloadFailedError):
    """A replayed archive has no answer for an address: it counts as unreachable."""


class ArchiveAddon:
    """Turns on recording or replaying when its setting names a file or a folder."""

    def update_settings(self, settings: BaseSettings) -> None:
        """Derive Scrapy's settings from ours; what a command line or a spider sets explicitly is kept."""
        replay, record = settings.get(REPLAY), settings.get(RECORD)
        if replay and record:
            raise UsageError(f"{REPLAY} and {RECORD} exclude each other: a replay fetches nothing to record")
        if replay:
            _set(settings, cache_settings(Replay) | REPLAY_SETTINGS)
            # The last line of defence: whatever passes the cache finds no way out.
            nowhere = global_object_name(NoNetwork)
            settings.set("DOWNLOAD_HANDLERS", {"http": nowhere, "https": nowhere} | NO_HANDLERS, priority="cmdline")
        elif record:
            _set(settings, cache_settings(Recorder))


REPLAY_SETTINGS = {  # nobody waits for a file, and asking it again gives the same answer
    "DOWNLOAD_DELAY": 0,
    "AUTOTHROTTLE_ENABLED": False,
    "RETRY_ENABLED": False,
    "CONCURRENT_REQUESTS_PER_DOMAIN": 16,
}
NO_HANDLERS = dict.fromkeys(("file", "ftp", "s3", "data"))


def check_archives(settings: BaseSettings) -> None:
    """Raise UsageError or OutputError when the archive to replay is not whole, or that to record cannot be written."""
    if settings.get(REPLAY):
        open_archive(settings[REPLAY])
    elif settings.get(RECORD):
        Recorder(settings).close()


def cache_settings(storage: type[Replay | Recorder]) -> dict[str, object]:
    """Return the settings with which Scrapy's HTTP cache leaves every decision to the storage."""
    return {
        "HTTPCACHE_ENABLED": True,
        "HTTPCACHE_STORAGE": global_object_name(storage),
        "HTTPCACHE_POLICY": "scrapy.extensions.httpcache.DummyPolicy",
        "HTTPCACHE_IGNORE_HTTP_CODES": [],
        "HTTPCACHE_IGNORE_SCHEMES": [],
        "HTTPCACHE_IGNORE_MISSING": False,
    }


def _set(settings: BaseSettings, values: dict[str, object]) -> None:
    for name, value in values.items():
        settings.set(name, value, priority="project")


class NoNetwork:
    """The download handler of a replay: every address that the archive does not hold is unreachable."""

    lazy = True

    async def download_request(self, request: Request) -> Response:
        """Raise NotArchivedError, which is not retried."""
        request.meta["dont_retry"] = True
        raise NotArchivedError(f"{request.url} is not in the archive of {REPLAY}")

    async def close(self) -> None:
        """Have nothing to close."""


# Replaying


class Entry(NamedTuple):
    """Where a recorded response is; `body` says where its body is when a revisit record left it out."""

    path: Path
    offset: int
    status: int
    body: Entry | None = None


class Archive:
    """Recorded responses by address; of several for one address the last one counts."""

    def __init__(self, entries: dict[str, Entry]) -> None:
        self._entries = entries

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

    Raise UsageError when it is missing, cut off, damaged or no WARC file.
    """
    place = Path(path).expanduser()
    files = sorted(file for file in place.iterdir() if file.name.endswith(SUFFIXES)) if place.is_dir() else [place]
    if not files:
        raise UsageError(f"{REPLAY}: the folder {place} holds no .warc or .warc.gz file")
    index = _Index()
    for file in files:
        try:
            with file.open("rb") as stream:
                for offset, head, length in _records(stream):
                    index.add(file, offset, head, length)
        except (OSError, _DamagedError, zlib.error) as error:
            raise UsageError(
                f"{REPLAY}: {file} cannot be replayed: {getattr(error, 'strerror', None) or error}"
            ) from error
    return Archive(index.by_address)


def _key(address: str) -> str:
    """Return an address as Scrapy compares them; one that it cannot read is asked for by nobody."""
    try:
        return str(canonicalize_url(address))
    except ValueError:
        return ""


class _DamagedError(Exception):
    """A file is not what a WARC file has to be; the message says where."""


class _Index:
    """Collects where the responses of an archive are."""

    def __init__(self) -> None:
        self.by_address: dict[str, Entry] = {}
        self._by_name: dict[str, Entry] = {}  # record id, payload digest

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
            entry = Entry(path, offset, int(found[1]) if found else original.status, original)
        elif found and kind == "response":
            entry = Entry(path, offset, int(found[1]))
            self._by_name.update((name, entry) for name in names if name)
        else:
            return
        # A 304 says nothing of its own: it must not hide the page that it confirms.
        if entry.status != HTTPStatus.NOT_MODIFIED or key not in self.by_address:
            self.by_address[key] = entry

    def _original(self, headers: StatusAndHeaders) -> Entry | None:
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
                raise _DamagedError(f"it is cut off in the record at byte {offset}")
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
        headers, start = _record_headers(head, offset)
        length = min(start + _content_length(headers, offset) + len(b"\r\n\r\n"), size - offset)
        yield offset, head, length
        offset += length


def _record_headers(head: bytes, offset: int) -> tuple[StatusAndHeaders, int]:
    """Return a record's headers and where its block starts."""
    stream = BytesIO(head)
    try:
        headers = WARC_PARSER.parse(stream)
    except (EOFError, StatusAndHeadersParserException) as error:
        where = f"there is no WARC record at byte {offset}" if offset else "it is not a WARC file"
        raise _DamagedError(where) from error
    return headers, stream.tell()


def _content_length(headers: StatusAndHeaders, offset: int) -> int:
    value = headers.get_header("Content-Length") or ""
    if not (value.isascii() and value.isdecimal()):
        raise _DamagedError(f"the record at byte {offset} has no Content-Length")
    return int(value)


def _check_length(headers: StatusAndHeaders, length: int, offset: int) -> None:
    excess = length - _content_length(headers, offset)
    if excess < 0:
        raise _DamagedError(f"it is cut off in the record at byte {offset}")
    if excess > len(b"\r\n\r\n"):
        raise _DamagedError("it is not compressed record by record (`warcio recompress` mends it)")


def _read(entry: Entry) -> tuple[Headers, bytes]:
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
    since, modified = asked.get("If-Modified-Since"), stored.get("Last-Modified")
    if not since or not modified:
        return False
    with suppress(ValueError, TypeError, OverflowError):
        return parsedate_to_datetime(modified.decode()) <= parsedate_to_datetime(since.decode())
    return False


class Replay:
    """The cache storage that answers from an archive and keeps nothing."""

    def __init__(self, settings: BaseSettings) -> None:
        # Here and not in open_spider, whose errors Scrapy only logs.
        self._archive = open_archive(settings[REPLAY])

    def open_spider(self, spider: Spider) -> None:
        """Say what is replayed."""
        logger.info("Replaying %d addresses from %s, nothing is fetched", len(self._archive), spider.settings[REPLAY])

    def close_spider(self, spider: Spider) -> None:
        """Have nothing to close."""

    def retrieve_response(self, spider: Spider, request: Request) -> Response | None:  # noqa: ARG002
        """Return the archive's answer; without one NoNetwork ends the request."""
        return self._archive.response(request)

    def store_response(self, spider: Spider, request: Request, response: Response) -> None:
        """Keep nothing."""


# Recording


class Recorder:
    """The cache storage that answers nothing and writes every response, with its request, to a WARC file."""

    def __init__(self, settings: BaseSettings) -> None:
        self._place = Path(settings[RECORD]).expanduser()
        self._into_folder = self._place.is_dir() or settings[RECORD].endswith("/")
        self._path = self._place
        self._file: BinaryIO | None = None
        self._error = ""
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="warc")
        try:
            (self._place if self._into_folder else self._place.parent).mkdir(parents=True, exist_ok=True)
            if not self._into_folder:
                self._append_to_whole_file()
        except OSError as error:
            raise OutputError(f"{RECORD}: {self._place} cannot be written: {error.strerror}") from error

    def _append_to_whole_file(self) -> None:
        if self._place.exists() and self._place.stat().st_size:
            try:
                open_archive(self._place)
            except UsageError as error:
                raise OutputError(f"{RECORD}: nothing can be added to it: {error}") from error
        self._file = self._place.open("ab", buffering=0)

    def open_spider(self, spider: Spider) -> None:
        """Begin the run's part of the file with a warcinfo record."""
        if self._into_folder:
            run = getattr(spider, "run", None)  # not by its class, whose module needs this one
            self._path = self._place / f"{spider.name}-{run.run_id if run else uuid4()}.warc.gz"
            try:
                self._file = self._path.open("ab", buffering=0)
            except OSError as error:
                self._fail(error.strerror)
        data = BytesIO()
        writer = self._writer(data)
        info = {"software": f"spacenews/{__version__}", "format": "WARC File Format 1.1", "spider": spider.name}
        writer.write_record(writer.create_warcinfo_record(self._path.name, info))
        self._write(data.getvalue())

    def close_spider(self, spider: Spider) -> None:
        """Write what waits, close the file and note what went wrong."""
        self.close()
        if self._error:
            spider.crawler.stats.set_value("spacenews/warc_error", self._error)

    def close(self) -> None:
        """Write what waits and close the file."""
        self._thread.shutdown(wait=True)
        if self._file:
            self._file.close()

    def retrieve_response(self, spider: Spider, request: Request) -> None:
        """Answer nothing, so that everything is fetched."""

    def store_response(self, spider: Spider, request: Request, response: Response) -> None:
        """Write the pair in the recorder's thread; a file that cannot be written ends the run."""
        if self._error:
            spider.crawler.stats.set_value("spacenews/warc_error", self._error)
            deferred_from_coro(spider.crawler.engine.close_spider_async(reason=OutputError.__name__))
            return
        # The headers are read now: the middlewares to come change them.
        self._thread.submit(self._write_pair, request.url, _question(request), _answer(response), response.body)

    def _write_pair(self, url: str, question: StatusAndHeaders, answer: StatusAndHeaders, body: bytes) -> None:
        data = BytesIO()
        writer = self._writer(data)
        answered = writer.create_warc_record(url, "response", BytesIO(body), len(body), http_headers=answer)
        asked = writer.create_warc_record(url, "request", http_headers=question)
        writer.write_request_response_pair(asked, answered)
        self._write(data.getvalue())

    def _writer(self, data: BytesIO) -> WARCWriter:
        return WARCWriter(data, gzip=not self._path.name.endswith(".warc"))

    def _write(self, data: bytes) -> None:
        """Append whole records by one system call, so that a kill leaves no half of one."""
        if self._error or not self._file:
            return
        end = self._file.seek(0, 2)
        try:
            written = self._file.write(data)
        except OSError as error:
            reason = error.strerror
        else:
            if written == len(data):
                return
            reason = os.strerror(errno.ENOSPC)
        with suppress(OSError):  # a device has no end to go back to
            self._file.truncate(end)
        self._fail(reason)

    def _fail(self, reason: str | None) -> None:
        self._error = f"{RECORD}: {self._path} cannot be written: {reason}"
        logger.error("%s; what was recorded so far is whole, the run ends", self._error)


def _question(request: Request) -> StatusAndHeaders:
    target = urlsplit(request.url)._replace(scheme="", netloc="", fragment="").geturl() or "/"
    return StatusAndHeaders(f"{request.method} {target} HTTP/1.1", _lines(request.headers), is_http_request=True)


def _answer(response: Response) -> StatusAndHeaders:
    """Return status line and headers as the body that Scrapy hands over needs them: in one piece, encoding kept."""
    known = response.status in HTTPStatus.__members__.values()
    phrase = HTTPStatus(response.status).phrase if known else "Unknown"
    kept = [line for line in _lines(response.headers) if line[0].lower() not in ("transfer-encoding", "content-length")]
    length = ("Content-Length", str(len(response.body)))
    return StatusAndHeaders(f"{response.status} {phrase}", [*kept, length], protocol=response.protocol or "HTTP/1.1")


def _lines(headers: Headers) -> list[tuple[str, str]]:
    """Return headers as warcio wants them, without those that are secrets."""
    lines = [(_text(name), _text(value)) for name, values in headers.items() for value in values]
    return [line for line in lines if line[0].lower() not in SECRET_HEADERS]


def _text(value: bytes) -> str:
    """Decode as warcio reads: it escapes what is not ASCII as UTF-8, which in a Location means the same address."""
    try:
        return value.decode()
    except UnicodeDecodeError:
        return value.decode("latin-1")
