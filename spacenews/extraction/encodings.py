"""The encodings that a page may claim: those of Python that are none of the web's are taken for UTF-8."""

from __future__ import annotations

import codecs
from functools import lru_cache

from scrapy.http import TextResponse

# Text encodings of Python alone ("Python Specific Encodings" in its documentation): they decode names of hosts and
# string literals, or nothing at all.
_OF_PYTHON = frozenset(
    {"idna", "mbcs", "oem", "palmos", "punycode", "raw-unicode-escape", "undefined", "unicode-escape", "utf-7"}
)


def with_known_encoding(response: TextResponse) -> TextResponse:
    """Return a response that can be decoded: itself, or in UTF-8 where its encoding is none of the web's."""
    return response if _is_of_the_web(response.encoding) else response.replace(encoding="utf-8")


@lru_cache(maxsize=256)
def _is_of_the_web(encoding: str) -> bool:
    try:
        b" ".decode(encoding, "replace")  # fails for what turns bytes into bytes, as zlib does, or text into text
        name = codecs.lookup(encoding).name.replace("_", "-")
    except (LookupError, ValueError):
        return False
    return name not in _OF_PYTHON
