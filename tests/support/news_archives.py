"""Makes WARC files as Common Crawl's CC-NEWS has them: many hosts, each record a gzip member."""

from __future__ import annotations

import gzip
from collections.abc import Mapping

DATE = "2024-05-01T10:00:00Z"
HTML = {"Content-Type": "text/html; charset=utf-8"}


def record(kind: str, url: str, block: bytes, *, date: str = DATE, length: int | None = None) -> bytes:
    """Return a WARC record, not compressed."""
    head = (
        f"WARC/1.0\r\nWARC-Type: {kind}\r\nWARC-Date: {date}\r\nWARC-Target-URI: {url}\r\n"
        f"Content-Length: {len(block) if length is None else length}\r\n\r\n"
    )
    return head.encode() + block + b"\r\n\r\n"


def http(body: bytes, status: int = 200, headers: Mapping[str, str] = HTML) -> bytes:
    """Return an HTTP response as it was recorded."""
    lines = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
    return f"HTTP/1.1 {status} Said\r\n{lines}\r\n".encode() + body


def response(url: str, body: bytes, status: int = 200, *, date: str = DATE, **headers: str) -> bytes:
    """Return the record of a response; a header's name has _ for -."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return record("response", url, http(body, status, HTML | named), date=date)


def member(plain: bytes) -> bytes:
    """Return a record as a gzip member of its own."""
    return gzip.compress(plain, mtime=0)


def article(number: int, *, word: str = "rocket", head: str = "") -> bytes:
    """Return the page of an article."""
    sentence = f"The {word} number {number} left its pad at dawn, and the engineers cheered as it climbed away. "
    paragraphs = "".join(f"<p>Part {part}: {sentence * 3}</p>" for part in range(5))
    return (
        f'<!DOCTYPE html><html lang="en"><head><meta charset="utf-8"><title>Story {number} of the {word}</title>'
        f'<meta property="og:type" content="article">'
        f'<meta property="article:published_time" content="2024-04-30T08:00:00Z">{head}</head>'
        f"<body><article><h1>Story {number} of the {word}</h1>{paragraphs}</article></body></html>"
    ).encode()
