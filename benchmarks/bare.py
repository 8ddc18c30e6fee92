"""The yardstick: the least that a Scrapy spider can do on the same pages."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import scrapy
from scrapy.http import Response

ORIGIN = "https://www.digitaltrends.com"


class BareSpider(scrapy.Spider):
    """Follows the links that digitaltrends_space follows and yields title and paragraphs."""

    name = "bare"

    def __init__(self, base: str, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.base = base
        self.start_urls = [f"{base}/space/"]

    def parse(self, response: Response) -> Iterator[scrapy.Request]:
        """Read a listing page."""
        for url in response.css(".b-river-post__title a::attr(href)").getall():
            yield scrapy.Request(self.here(url), self.parse_article)
        for url in response.css("link[rel=next]::attr(href)").getall():
            yield scrapy.Request(self.here(url), self.parse)

    def parse_article(self, response: Response) -> Iterator[scrapy.Request | dict[str, Any]]:
        """Read an article."""
        yield {
            "title": response.css("h1.b-headline__title::text").get("").strip(),
            "text": response.css("#dt-post-content p::text").getall(),
        }
        for url in response.css("a.b-teaser__hot::attr(href)").getall():
            yield scrapy.Request(self.here(url), self.parse_article)

    def here(self, url: str) -> str:
        """Return where the local server has *url*."""
        return url.partition("?")[0].replace(ORIGIN, self.base)
