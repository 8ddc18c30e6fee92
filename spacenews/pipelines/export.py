"""The article goes into the database, in one transaction with its pictures and its address."""

from __future__ import annotations

from typing import Any, Self

from scrapy.crawler import Crawler
from scrapy.exceptions import DropItem

from spacenews.items import Article, to_record
from spacenews.pictures import is_passing
from spacenews.reasons import PictureReason
from spacenews.run import run_of
from spacenews.store import Staged


class ExportPipeline:
    """Saves an article and hands its record on, so that Scrapy's own feed exports write the same."""

    def __init__(self, crawler: Crawler) -> None:
        self.crawler = crawler

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """Build from a crawler."""
        return cls(crawler)

    async def process_item(self, article: Article) -> dict[str, Any]:
        """Save the article; drop it when it turns out to be unchanged."""
        run = run_of(self.crawler)
        if any(image.reason == PictureReason.INTERRUPTED for image in article.images):
            run.stored -= 1
            raise DropItem(f"{article.url} waits for the next run: its pictures were interrupted", log_level="DEBUG")
        failed = [image.reason for image in article.images if image.status == "failed" and image.reason]
        staged = Staged(article, run.spider_name, run.run_id, failed_pictures=any(map(is_passing, failed)))
        outcome = await run.db(run.store.stage, staged)
        run.count(f"articles/{outcome}")
        if outcome == "unchanged":
            run.stored -= 1
            raise DropItem(f"{article.url} is unchanged", log_level="DEBUG")
        record: dict[str, Any] = to_record(article)
        return record
