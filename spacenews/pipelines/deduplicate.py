"""New, updated or unchanged? What the database has already, word for word, goes no further."""

from __future__ import annotations

from typing import Self

from scrapy.crawler import Crawler
from scrapy.exceptions import DropItem

from spacenews.clock import now
from spacenews.items import Article
from spacenews.reasons import Drop
from spacenews.runs.run import run_of
from spacenews.spider import NewsSpider
from spacenews.storage.articles import StagedArticle


class DeduplicatePipeline:
    """Drops an article when that very version is saved."""

    def __init__(self, crawler: Crawler) -> None:
        self.crawler = crawler

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """Build from a crawler."""
        return cls(crawler)

    async def process_item(self, article: Article) -> Article:
        """Return the article, or drop it as unchanged or as beyond the limit."""
        run, spider = run_of(self.crawler), self.crawler.spider
        assert isinstance(spider, NewsSpider)
        article.crawled_at = article.first_seen_at = now()
        is_known = not article.is_first_read and await run.db(
            run.store.articles.is_known, article.id, article.content_hash
        )
        beyond_limit = run.limit_reached(spider.arguments.limit)  # now: others were counted meanwhile
        if is_known and (beyond_limit or not (article.check_images and article.images)):
            await run.db(run.store.articles.save_reread, StagedArticle(article, spider.name, run.run_id))
            run.count("articles/unchanged")
            run.stats.reread += 1
            raise DropItem(f"{article.url} is unchanged", log_level="DEBUG")
        if beyond_limit:
            run.count(f"dropped/{Drop.LIMIT}")
            raise DropItem(f"{article.url} is beyond the limit and waits for the next run", log_level="DEBUG")
        run.stored += 1
        return article
