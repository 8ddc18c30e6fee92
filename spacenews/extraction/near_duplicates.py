"""Near duplicates: the signature of a text, the bands by which similar signatures are found, and their similarity.

The signature is a MinHash over pairs of neighbouring words, by one permutation hashing with optimal densification
(Li, Owen and Zhang 2012; Shrivastava 2017): one hash a pair, not one for each value. XXH3's results are frozen, so
signatures in a database stay comparable.
"""

from __future__ import annotations

import re
import struct
from itertools import pairwise

from xxhash import xxh3_64_intdigest

VALUES = 128  # in a signature, 16 bits each
ROWS = 3  # values in a band: texts of similarity s share a given band with probability s ** 3
BANDS = 32  # texts that differ in a fifth of their words share at least one with probability 0.98
ALIKE = 0.36  # similarity of near duplicates: a fifth of the words may differ
MIN_PAIRS = 24  # shorter texts are not compared

LOWER_BITS = int.from_bytes(b"\x7f\xff" * VALUES, "big")  # of each value of a signature
HIGHEST_BITS = int.from_bytes(b"\x80\0" * VALUES, "big")

_WORD = re.compile(r"\w{4,}")  # short words are in every text


def signature(text: str) -> bytes:
    """Return the signature of *text*, 256 bytes; empty if the text is too short to be compared."""
    words = _WORD.findall(text.casefold())
    pairs = {f"{one} {two}".encode() for one, two in pairwise(words)}
    if len(pairs) < MIN_PAIRS:
        return b""
    smallest: list[int | None] = [None] * VALUES
    for pair in pairs:
        rank, place = divmod(xxh3_64_intdigest(pair), VALUES)
        if (best := smallest[place]) is None or rank < best:
            smallest[place] = rank
    return struct.pack(f">{VALUES}H", *(_filled(smallest, place) & 0xFFFF for place in range(VALUES)))


def _filled(smallest: list[int | None], place: int) -> int:
    """Return the value at *place*; an empty place borrows that of another, the same one in every text."""
    attempt, found = 0, smallest[place]
    while found is None:
        attempt += 1
        found = smallest[xxh3_64_intdigest(b"%d/%d" % (place, attempt)) % VALUES]
    return found


def bands(signature: bytes) -> list[str]:
    """Return the keys by which *signature* is indexed; near duplicates share at least one, others seldom any."""
    if not signature:
        return []
    size = 2 * ROWS
    return [f"{band:02x}{signature[band * size : (band + 1) * size].hex()}" for band in range(BANDS)]


def similarity(one: bytes, other: bytes) -> float:
    """Return the similarity of two texts by their signatures: an estimate of the share of common word pairs, 0 to 1."""
    if not one or not other:
        return 0.0
    unequal = int.from_bytes(one, "big") ^ int.from_bytes(other, "big")  # bit by bit
    unequal |= (unequal & LOWER_BITS) + LOWER_BITS  # a bit of a value that is 1 carries into its highest one
    return 1 - (unequal & HIGHEST_BITS).bit_count() / VALUES
