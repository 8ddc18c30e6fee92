"""One line in the log for what happens to an item: Scrapy's own lines hold the whole article."""

from __future__ import annotations

from typing import Any

from scrapy.logformatter import LogFormatter, LogFormatterResult

from spacenews.items import Article
from spacenews.urls import url_for_log


class OneLineLogFormatter(LogFormatter):
    """Names an item by its URL, or says only why it was dropped."""

    def dropped(self, item: Any, exception: BaseException, *args: Any) -> LogFormatterResult:
        """Say why an item was dropped."""
        return {**super().dropped(item, exception, *args), "msg": "%(exception)s"}

    def item_error(self, item: Any, *args: Any) -> LogFormatterResult:
        """Say which item a pipeline could not cope with; the traceback follows."""
        url = url_for_log(item.source.url) if isinstance(item, Article) else type(item).__name__
        return {**super().item_error(item, *args), "msg": f"a bug: {url.replace('%', '%%')} could not be processed"}
