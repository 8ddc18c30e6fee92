"""Is it an article, of this section, new enough, and may we keep it? What is not is dropped with a reason."""

from __future__ import annotations

from typing import Self

from scrapy.crawler import Crawler
from scrapy.exceptions import DropItem

from spacenews import urls
from spacenews.config import config_of
from spacenews.extraction.robots_tags import is_barred
from spacenews.items import Article
from spacenews.reasons import Drop
from spacenews.runs.run import run_of
from spacenews.spider import NewsSpider


class ValidatePipeline:
    """Drops walls, pages without body or title, other sections, what is too old, and what asks not to be kept."""

    def __init__(self, crawler: Crawler) -> None:
        self.crawler = crawler
        self.config = config_of(crawler)

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """Read the settings."""
        return cls(crawler)

    async def process_item(self, article: Article) -> Article:
        """Return the article, or drop it."""
        run = run_of(self.crawler)
        reason = self._objection(article)
        if reason not in (Drop.WALL, Drop.OUT_OF_SCOPE):
            run.count_fields(article)
        if reason:
            await run.dropped(article, reason)
            why = f"it says {self._barred(article)}" if reason == Drop.NOINDEX else reason
            raise DropItem(f"{urls.url_for_log(article.source.url)} gives no record: {why}", log_level="INFO")
        return article

    def _barred(self, article: Article) -> str | None:
        """Return the robots directive by which a page asks not to be stored, None if it does not."""
        source = article.source
        return is_barred(source.meta_robots, source.x_robots_tag, self.config.robots_tags, self.config.robot)

    def _objection(self, article: Article) -> Drop | None:
        spider = self.crawler.spider
        assert isinstance(spider, NewsSpider)
        since = spider.arguments.since
        if article.wall:
            return Drop.WALL
        if not spider.arguments.seeds and not urls.is_article(article.url, spider):
            return Drop.OUT_OF_SCOPE
        if not article.title:
            return Drop.NO_TITLE
        if not article.body:
            return Drop.NO_BODY
        if since and article.published_at and article.published_at < since:
            return Drop.TOO_OLD
        if directive := self._barred(article):
            run_of(self.crawler).stats.barred.setdefault(directive, []).append(article.source.url)
            return Drop.NOINDEX
        return None
