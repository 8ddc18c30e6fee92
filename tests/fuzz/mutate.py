"""Breaks well-formed inputs the way damage and malice do."""

from __future__ import annotations

import random

TOKENS = [b"<", b">", b"</", b'"', b"'", b"&#0;", b"&#x110000;", b"\0", b"\xff", b"\xed\xa0\x80", b"\r\n\r\n", b"%00"]
TOKENS += [b"..", b"//", b":", b"[", b"{", b"\xe2\x80\xa8", b"javascript:", b"data:"]
TOKENS += [b"-1", b"0", b"99999999999999999999", b"1e999", b"NaN"]


def mutated(seeds: list[bytes], draw: random.Random) -> bytes:
    """Return one of the seeds after a few changes; a change is drawn by kind and by place."""
    data = bytearray(draw.choice(seeds))
    for _ in range(draw.choice((1, 1, 2, 3, 8))):
        start = draw.randrange(len(data) + 1)
        end = min(len(data), start + draw.choice((1, 4, 40, 400, 4000)))
        kind = draw.randrange(6)
        if kind == 0:
            data[start:end] = b""
        elif kind == 1:
            data[start:start] = data[start:end] * draw.choice((1, 2, 50))
        elif kind == 2 and data:
            data[min(start, len(data) - 1)] ^= 1 << draw.randrange(8)
        elif kind == 3:
            data[start:start] = draw.choice(TOKENS) * draw.choice((1, 1, 3, 300))
        elif kind == 4:
            other = draw.choice(seeds)
            place = draw.randrange(len(other) + 1)
            data[start:end] = other[place : place + end - start]
        else:
            data[start:end] = draw.randbytes(end - start)
    return bytes(data)
