"""Spiders with a bug, for SPIDER_MODULES."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

from scrapy.http import Response

from spacenews.spiders.digitaltrends_space import DigitaltrendsSpaceSpider


class BrokenListing(DigitaltrendsSpaceSpider):
    name = "broken_listing"

    async def parse_listing(self, response: Response, *_: Any, **__: Any) -> AsyncIterator[Any]:
        raise ZeroDivisionError(response.url)
        yield


class BrokenArticle(DigitaltrendsSpaceSpider):
    name = "broken_article"

    async def parse_article(self, response: Response) -> AsyncIterator[Any]:
        self.run.count_page()
        raise ZeroDivisionError(response.url)
        yield


class BrokenValue(DigitaltrendsSpaceSpider):
    """Reads what no JSON can say: each article another value."""

    name = "broken_value"
    values = (float("nan"), float("inf"), object(), "\ud800")

    async def parse_article(self, response: Response) -> AsyncIterator[Any]:
        number = int(response.url.rstrip("/")[-4:])
        async for found in super().parse_article(response):
            if hasattr(found, "tags") and number < len(self.values):
                found.tags = [self.values[number]]
            yield found
