"""Is it an article, of this section, new enough, and may we keep it? What is not is dropped with a reason."""

from __future__ import annotations

from typing import Self

from scrapy.crawler import Crawler
from scrapy.exceptions import DropItem

from spacenews import urls
from spacenews.config import Config, config_of
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
        run, spider = run_of(self.crawler), self.crawler.spider
        assert isinstance(spider, NewsSpider)
        reason = objection(article, spider, self.config)
        if reason not in (Drop.WALL, Drop.OUT_OF_SCOPE):
            run.count_fields(article)
        if reason == Drop.NOINDEX:
            run.stats.barred.setdefault(str(barred_by(article, self.config)), []).append(article.source.url)
        if reason:
            await run.dropped(article, reason)
            raise DropItem(no_record(article, reason, self.config), log_level="INFO")
        return article


def objection(article: Article, spider: NewsSpider, config: Config) -> Drop | None:
    """Return why a page gives no record, None if it does."""
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
    return Drop.NOINDEX if barred_by(article, config) else None


def barred_by(article: Article, config: Config) -> str | None:
    """Return the robots directive by which a page asks not to be stored, None if it does not."""
    source = article.source
    return is_barred(source.meta_robots, source.x_robots_tag, config.robots_tags, config.robot)


def no_record(article: Article, reason: Drop, config: Config) -> str:
    """Return the sentence that says why a page gives no record."""
    why = f"it says {barred_by(article, config)}" if reason == Drop.NOINDEX else reason
    wall = f" ({article.wall})" if article.wall else ""
    return f"{urls.url_for_log(article.source.url)} gives no record: {why}{wall}"
