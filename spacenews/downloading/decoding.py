"""Content codings of HTTP (RFC 9110, 8.4.1): decoded to their end, or refused as cut off.

Scrapy's own decoder returns what it could decode of a body that was cut off, which a crawl would take for the article.
"""

from __future__ import annotations

import re
import sys
import zlib
from collections.abc import Callable
from typing import Any

import brotli

from spacenews.errors import TooLargeError, TruncatedError

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

ACCEPTED = b"gzip, deflate, br, zstd"
GZIP = b"\x1f\x8b\x08"
CHUNK = 65536  # bytes decoded at once, so that a bomb is noticed before it has unfolded
MAX_WRAPPINGS = 3  # gzip within gzip

_ROOT = re.compile(rb"<(html|rss|(?:\w+:)?feed|(?:\w+:)?urlset|(?:\w+:)?sitemapindex|rdf:RDF)\b", re.IGNORECASE)


def decode(body: bytes, codings: list[str], max_size: int) -> bytes:
    """Return a body without its codings, which are named in the order in which they were applied.

    gzip that no header names is removed too. Raises TruncatedError for a body that ends too early or is damaged,
    or whose coding is not known, and TooLargeError for one of more than *max_size* bytes (0: no limit).
    """
    for coding in reversed(codings):
        if coding not in _DECODERS:
            raise TruncatedError(f"it has the content coding {coding!r}, which was not asked for")
        body = _decoded(_DECODERS[coding], body, max_size)
    for _ in range(MAX_WRAPPINGS):
        if not body.startswith(GZIP):
            break
        body = _decoded(_gunzip, body, max_size)
    return body


def ends_early(body: bytes) -> bool:
    """Tell whether markup misses the end tag of its root element, as a page does whose connection was closed."""
    root = _ROOT.search(body, 0, CHUNK)
    return root is not None and b"</" + root[1].lower() not in body.lower()


def _decoded(decoder: Callable[[bytes, int], bytes], body: bytes, max_size: int) -> bytes:
    try:
        return decoder(body, max_size) if body else body
    except (zlib.error, brotli.error, zstd.ZstdError, EOFError) as error:
        raise TruncatedError(f"it cannot be decoded: {error}") from error


def _gunzip(body: bytes, max_size: int) -> bytes:
    """Decode gzip (RFC 1952), which may have several members; what follows the last one is padding."""
    parts: list[bytes] = []
    while body.startswith(GZIP) or not parts:
        member = zlib.decompressobj(wbits=zlib.MAX_WBITS | 16)
        parts += _inflated(member, body, max_size, sum(map(len, parts)))
        body = member.unused_data
    return b"".join(parts)


def _inflate(body: bytes, max_size: int) -> bytes:
    """Decode deflate: zlib (RFC 1950), or the bare stream (RFC 1951) that some servers send instead."""
    try:
        return b"".join(_inflated(zlib.decompressobj(), body, max_size))
    except zlib.error:
        return b"".join(_inflated(zlib.decompressobj(wbits=-zlib.MAX_WBITS), body, max_size))


def _inflated(stream: Any, body: bytes, max_size: int, size: int = 0) -> list[bytes]:
    parts = []
    while not stream.eof:
        part = stream.decompress(body, CHUNK)
        body = stream.unconsumed_tail
        size += len(part)
        _check_size(size, max_size)
        if not part and not body and not stream.eof:
            raise TruncatedError("the compressed data end too early")
        parts.append(part)
    return parts


def _unbrotli(body: bytes, max_size: int) -> bytes:
    """Decode Brotli (RFC 7932)."""
    stream, parts, size = brotli.Decompressor(), [], 0
    part = stream.process(body, output_buffer_limit=CHUNK)
    while True:
        size += len(part)
        _check_size(size, max_size)
        parts.append(part)
        if stream.is_finished():
            return b"".join(parts)
        part = stream.process(b"", output_buffer_limit=CHUNK)
        if not part and not stream.is_finished():
            raise TruncatedError("the compressed data end too early")


def _unzstd(body: bytes, max_size: int) -> bytes:
    """Decode Zstandard (RFC 8878), which may have several frames."""
    parts, size = [], 0
    while body:
        stream = zstd.ZstdDecompressor()
        while not stream.eof:
            part = stream.decompress(body, CHUNK)
            body = b""
            size += len(part)
            _check_size(size, max_size)
            if not part and stream.needs_input:
                raise TruncatedError("the compressed data end too early")
            parts.append(part)
        body = stream.unused_data
    return b"".join(parts)


def _check_size(size: int, max_size: int) -> None:
    if max_size and size > max_size:
        raise TooLargeError(f"it has more than {max_size} bytes when it is decoded")


_DECODERS = {
    "gzip": _gunzip,
    "x-gzip": _gunzip,
    "deflate": _inflate,
    "br": _unbrotli,
    "zstd": _unzstd,
}
