"""WARC files that other recorders might have written."""

from __future__ import annotations

from io import BytesIO
from pathlib import Path
from typing import Any

from warcio.statusandheaders import StatusAndHeaders
from warcio.warcwriter import WARCWriter


class WarcFile(WARCWriter):  # type: ignore[misc]
    """A WARC file, packed where its name says so, that is written when it is saved."""

    def __init__(self, path: Path) -> None:
        self.stream = BytesIO()
        self.path = path
        super().__init__(self.stream, gzip=path.name.endswith(".gz"))

    def add(self, url: str, body: bytes, *headers: tuple[str, str], status: str = "200 OK", **options: Any) -> Any:
        protocol = options.pop("protocol", "HTTP/1.1")
        http = StatusAndHeaders(status, list(headers), protocol=protocol)
        record = self.create_warc_record(url, "response", BytesIO(body), len(body), http_headers=http, **options)
        self.write_record(record)
        return record

    def save(self) -> Path:
        self.path.write_bytes(self.stream.getvalue())
        return self.path
