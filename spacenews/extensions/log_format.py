"""One line in the log for what happens to an item: Scrapy's own lines hold the whole article."""

from __future__ import annotations

import logging
from typing import Any

from scrapy.logformatter import LogFormatter, LogFormatterResult
from twisted.python.failure import Failure

from spacenews.errors import DatabaseError
from spacenews.items import Article
from spacenews.urls import url_for_log


class OneLineLogFormatter(LogFormatter):
    """Names an item by its URL, or says only why it was dropped; tells a failed database, which ends the run, once."""

    def dropped(self, item: Any, exception: BaseException, *args: Any) -> LogFormatterResult:
        """Say why an item was dropped."""
        return {**super().dropped(item, exception, *args), "msg": "%(exception)s"}

    def item_error(self, item: Any, exception: BaseException, *args: Any) -> LogFormatterResult:
        """Say which item a pipeline could not cope with; the traceback follows."""
        url = url_for_log(item.source.url) if isinstance(item, Article) else type(item).__name__
        line = super().item_error(item, exception, *args)
        line["msg"] = f"a bug: {url.replace('%', '%%')} could not be processed"
        return told(line, exception)

    def spider_error(self, failure: Failure, *args: Any) -> LogFormatterResult:
        """Say which page a spider could not cope with; the traceback follows."""
        return told(super().spider_error(failure, *args), failure.value)

    def download_error(self, failure: Failure, *args: Any, **kwargs: Any) -> LogFormatterResult:
        """Say what could not be downloaded, and why."""
        return told(super().download_error(failure, *args, **kwargs), failure.value)


def told(line: LogFormatterResult, error: BaseException | None) -> LogFormatterResult:
    """Return a line of the log, for whoever debugs if the database failed: no page and no item is to blame for that."""
    if not isinstance(error, DatabaseError):
        return line
    return {**line, "level": logging.DEBUG, "msg": line["msg"].replace("a bug: ", "")}
