"""The article goes into the database, in one transaction with its pictures and its address."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Self

from scrapy.crawler import Crawler
from scrapy.exceptions import DropItem

from spacenews.clock import now
from spacenews.extraction.image_files import is_transient
from spacenews.items import Article
from spacenews.reasons import ImageReason
from spacenews.runs.gathering import Gathering
from spacenews.runs.run import run_of
from spacenews.storage.articles import Outcome, StagedArticle


class ExportPipeline:
    """Saves an article and hands its record on, so that Scrapy's own feed exports write the same."""

    def __init__(self, crawler: Crawler) -> None:
        self.crawler = crawler
        self._stage = Gathering(self._stage_together)

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """Build from a crawler."""
        return cls(crawler)

    async def process_item(self, article: Article) -> dict[str, Any]:
        """Save the article; drop it when it turns out to be unchanged."""
        run = run_of(self.crawler)
        if any(image.reason == ImageReason.INTERRUPTED for image in article.images):
            run.stored -= 1
            raise DropItem(f"{article.url} waits for the next run: its pictures were interrupted", log_level="DEBUG")
        young = run.store.articles.schedule.is_young(article.published_at, now())
        failed = [image.reason for image in article.images if image.status == "failed" and image.reason]
        may_come = any(is_transient(reason) or (young and reason == ImageReason.NOT_FOUND) for reason in failed)
        staged = StagedArticle(article, run.spider_name, run.run_id, failed_images=may_come, is_young=young)
        outcome = await self._stage(staged)
        run.count(f"articles/{outcome}")
        if outcome == "unchanged":
            run.stats.reread += 1
            run.stored -= 1
            raise DropItem(f"{article.url} is unchanged", log_level="DEBUG")
        assert staged.record is not None
        return staged.record

    async def _stage_together(self, articles: Sequence[StagedArticle]) -> list[Outcome]:
        run = run_of(self.crawler)
        return await run.db(run.store.articles.stage, articles)
