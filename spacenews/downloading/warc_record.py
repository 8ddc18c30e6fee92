"""Writes every response with its request to a WARC file (ISO 28500), as the storage of Scrapy's HTTP cache."""

from __future__ import annotations

import errno
import fcntl
import os
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from http import HTTPStatus
from io import BytesIO
from pathlib import Path
from typing import BinaryIO
from urllib.parse import urlsplit
from uuid import uuid4

from scrapy import Request, Spider
from scrapy.http import Headers, Response
from scrapy.settings import BaseSettings
from scrapy.utils.defer import deferred_from_coro
from warcio.statusandheaders import StatusAndHeaders
from warcio.warcwriter import WARCWriter

from spacenews import __version__, config
from spacenews.downloading.warc_archive import WarcError, find_cut, open_archive
from spacenews.downloading.warc_replay import logger
from spacenews.errors import OutputError

SECRET_HEADERS = {"authorization", "proxy-authorization", "cookie"}


def check_archives(settings: BaseSettings) -> None:
    """Raise UsageError or OutputError when the archive to replay is not whole, or that to record cannot be written."""
    given = config.read(settings)
    if given.warc_replay:
        open_archive(given.warc_replay)
    elif given.warc_record:
        Recorder(settings).close()


# Recording


class Recorder:
    """The cache storage that answers nothing and writes every response, with its request, to a WARC file."""

    def __init__(self, settings: BaseSettings) -> None:
        place = config.read(settings).warc_record
        assert place
        self._place = Path(place)
        self._into_folder = self._place.is_dir() or place.endswith("/")
        self._path = self._place
        self._file: BinaryIO | None = None
        self._error = ""
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="warc")
        try:
            (self._place if self._into_folder else self._place.parent).mkdir(parents=True, exist_ok=True)
            if not self._into_folder:
                self._open()
        except OSError as error:
            raise OutputError(f"SPACENEWS_WARC_RECORD: {self._place} cannot be written: {error.strerror}") from error

    def _open(self) -> None:
        """Open the file to append to; when nobody else records into it, cut off what a kill left of a record."""
        self._file = self._path.open("ab", buffering=0)
        try:
            fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:  # its last record may be one that is being written
            fcntl.flock(self._file, fcntl.LOCK_SH)
            return
        self._cut_back(self._file)
        fcntl.flock(self._file, fcntl.LOCK_SH)

    def _cut_back(self, file: BinaryIO) -> None:
        size = file.seek(0, os.SEEK_END)
        if not (size and self._path.is_file()):
            return
        try:
            end = find_cut(self._path)
        except WarcError as error:
            file.close()
            raise OutputError(f"SPACENEWS_WARC_RECORD: nothing can be added to it: {error}") from error
        if end is not None:
            file.truncate(end)
            message = "%s was cut off in a record, as by a kill: the %d bytes of it are removed, %d bytes are whole"
            logger.warning(message, self._path, size - end, end)

    def open_spider(self, spider: Spider) -> None:
        """Begin the run's part of the file with a warcinfo record."""
        if self._into_folder:
            run = getattr(spider, "run", None)  # not by its class, whose module needs this one
            self._path = self._place / f"{spider.name}-{run.run_id if run else uuid4()}.warc.gz"
            try:
                self._open()
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
        """Append whole records by one system call, so that a kill leaves at most the last one cut."""
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
        self._error = f"SPACENEWS_WARC_RECORD: {self._path} cannot be written: {reason}"
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
