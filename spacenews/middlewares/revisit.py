"""Must we ask? Conditional requests (RFC 9110, section 13) for articles, and no request where the answer is known."""

from __future__ import annotations

from typing import Self

from scrapy import Request
from scrapy.crawler import Crawler
from scrapy.exceptions import IgnoreRequest
from scrapy.http import Response

from spacenews import urls
from spacenews.errors import SettledRequest
from spacenews.reasons import Drop, RequestPurpose
from spacenews.runs.run import run_of
from spacenews.spider import NewsSpider
from spacenews.storage.addresses import Address

REDIRECTS = (301, 302, 303, 307, 308)


class RevisitMiddleware:
    """Makes requests for known articles conditional, settles 304 and redirects that lead to what needs no check."""

    def __init__(self, crawler: Crawler) -> None:
        self.crawler = crawler

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """Build from a crawler."""
        return cls(crawler)

    async def process_request(self, request: Request) -> None:
        """Let nothing through beyond the limit; send ETag and Last-Modified of what we have."""
        if request.meta.get("purpose") != RequestPurpose.ARTICLE:
            return
        run, spider = run_of(self.crawler), self._spider()
        if run.limit_reached(spider.arguments.limit):
            run.count(f"dropped/{Drop.LIMIT}")
            raise SettledRequest(f"{request.url} is beyond the limit and waits for the next run")
        for name in ("If-None-Match", "If-Modified-Since"):  # a redirected request still has those of its first address
            request.headers.pop(name, None)
        address: Address = request.meta["address"]
        if address.url == request.url and address.etag:
            request.headers["If-None-Match"] = address.etag
        if address.url == request.url and address.last_modified:
            request.headers["If-Modified-Since"] = address.last_modified

    async def process_response(self, request: Request, response: Response) -> Response:
        """Settle what answers 304, and note where a redirect leads before it is followed."""
        if request.meta.get("purpose") != RequestPurpose.ARTICLE:
            return response
        url = urls.canonical(request.url, self._spider()) or request.url
        if response.status == 304:
            await self._unchanged(url, response)
        if response.status in REDIRECTS and "Location" in response.headers:
            await self._redirected(url, request, response)
        return response

    async def _unchanged(self, url: str, response: Response) -> None:
        run = run_of(self.crawler)
        etag, modified = (_header(response, name) for name in ("ETag", "Last-Modified"))
        await run.db(run.store.addresses.save_unchanged, run.spider_name, url, 304, etag, modified)
        run.count("articles/unchanged")
        raise SettledRequest(f"{url} is unchanged")

    async def _redirected(self, url: str, request: Request, response: Response) -> None:
        run, spider = run_of(self.crawler), self._spider()
        target = urls.canonical(response.urljoin(_header(response, "Location") or ""), spider)
        if target == url:  # to https, to the slash
            if response.urljoin(_header(response, "Location") or "") == request.url:
                raise IgnoreRequest(f"{url} redirects to itself")  # Scrapy's filter would drop it without a word
            return
        in_scope = target is not None and (spider.in_scope(target) or bool(request.meta.get("seed")))
        depth = request.meta["address"].depth
        due = await run.db(
            run.store.addresses.save_redirect,
            run.spider_name,
            url,
            target if in_scope else None,
            response.status,
            depth,
        )
        if not in_scope:
            run.count(f"dropped/{Drop.OUT_OF_SCOPE}")
            raise SettledRequest(f"{url} leads off the section")
        if due is None and not request.meta.get("seed"):
            raise SettledRequest(f"{url} leads to {target}, which needs no check now")

    def _spider(self) -> NewsSpider:
        assert isinstance(self.crawler.spider, NewsSpider)
        return self.crawler.spider


def _header(response: Response, name: str) -> str | None:
    value = response.headers.get(name)
    return value.decode("latin-1") if value else None
