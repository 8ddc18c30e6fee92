"""Keeps secrets and control characters that a page brings out of every line of the log, also of Scrapy's own lines."""

from __future__ import annotations

import logging
import re

from scrapy import signals
from scrapy.crawler import Crawler

from spacenews.urls import url_for_log

_ADDRESS = re.compile(r"\b[a-z][a-z0-9+.-]{1,20}://[^\s<>\"']+", re.IGNORECASE)
_CONTROL = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]")


class CleanLog(logging.Filter):
    """Masks user info and secret query values of addresses, and escapes what would forge lines or drive a terminal."""

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> CleanLog:
        """Build the filter of a crawl."""
        clean = cls()
        # Not earlier: Scrapy puts up its handler anew when a crawl begins.
        crawler.signals.connect(clean.spider_opened, signal=signals.spider_opened)
        return clean

    def spider_opened(self) -> None:
        """Stand before every handler of the log."""
        for handler in logging.getLogger().handlers:
            handler.addFilter(self)

    def filter(self, record: logging.LogRecord) -> bool:
        """Write the record's text anew."""
        record.msg, record.args = clean(record.getMessage()), ()
        if record.exc_info:
            record.exc_text = clean(logging.Formatter().formatException(record.exc_info))
        return True


def clean(text: str) -> str:
    """Return a log text without secrets; its line breaks are Python's and stay."""
    text = _ADDRESS.sub(lambda found: url_for_log(found[0]), text)
    return _CONTROL.sub(lambda found: ascii(found[0])[1:-1], text)
