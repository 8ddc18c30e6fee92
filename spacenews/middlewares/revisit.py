"""Must we ask? Conditional requests (RFC 9110, section 13) for articles, and no request where the answer is known."""

from __future__ import annotations

from typing import Self
from urllib.parse import urlsplit

from scrapy import Request
from scrapy.crawler import Crawler
from scrapy.http import Response
from w3lib.url import safe_url_string

from spacenews import urls
from spacenews.errors import RedirectLoopError, SettledRequest, TemporaryRedirectError, UnexpectedNotModifiedError
from spacenews.extraction.loaders import header
from spacenews.reasons import Drop, RequestPurpose
from spacenews.runs.run import run_of
from spacenews.spider import NewsSpider
from spacenews.storage.addresses import TEMPORARY, Address
from spacenews.storage.articles import Ending

PERMANENT = (301, 308)
VALIDATORS = ("If-None-Match", "If-Modified-Since")


class RevisitMiddleware:
    """Makes requests for known articles conditional, settles 304 and redirects that lead to what needs no check."""

    def __init__(self, crawler: Crawler) -> None:
        self.crawler = crawler

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """Build from a crawler."""
        return cls(crawler)

    async def process_request(self, request: Request) -> None:
        """Let nothing through beyond the limit; send ETag and Last-Modified of what was read, unless it has changed."""
        if request.meta.get("purpose") != RequestPurpose.ARTICLE:
            return
        run, spider = run_of(self.crawler), self._spider()
        if run.limit_reached(spider.arguments.limit):
            run.count(f"dropped/{Drop.LIMIT}")
            raise SettledRequest(f"{request.url} is beyond the limit and waits for the next run")
        for name in VALIDATORS:  # a redirected request still has those of its first URL
            request.headers.pop(name, None)
        address: Address = request.meta["address"]
        if address.url != request.url or address.url in run.changed:
            return
        if address.etag:
            request.headers["If-None-Match"] = address.etag
        if address.last_modified:
            request.headers["If-Modified-Since"] = address.last_modified

    async def process_response(self, request: Request, response: Response) -> Response | Request:
        """Settle what answers 304, and note where a redirect leads before it is followed."""
        target = redirect_target(response)
        chain = [*request.meta.get("redirect_urls", ()), request.url]
        if target in chain:
            raise RedirectLoopError(chain)
        if request.meta.get("purpose") != RequestPurpose.ARTICLE:
            return response
        url = urls.canonical(request.url, self._spider()) or request.url
        if response.status == 304 and url in run_of(self.crawler).changed and _is_conditional(request):
            return request.replace(dont_filter=True)  # a source told it after this request was made
        if response.status == 304:
            await self._unchanged(url, request, response)
        if target is not None:
            await self._redirected(url, target, request, response)
        return response

    async def _unchanged(self, url: str, request: Request, response: Response) -> None:
        if not _is_conditional(request):
            raise UnexpectedNotModifiedError(f"{url} answers 304 to a request without validators")
        run = run_of(self.crawler)
        run.not_modified.add(url)
        etag, modified = (header(response, name) for name in ("ETag", "Last-Modified"))
        await run.db(run.store.addresses.save_unchanged, run.spider_name, url, 304, etag, modified)
        run.count("articles/unchanged")
        run.stats.not_modified += 1
        raise SettledRequest(f"{url} is unchanged")

    async def _redirected(self, url: str, location: str, request: Request, response: Response) -> None:
        run, spider = run_of(self.crawler), self._spider()
        target = urls.canonical(location, spider)
        if target == url:  # to https, to the slash
            return
        is_temporary, seed = response.status in TEMPORARY, bool(request.meta.get("seed"))
        in_scope = target is not None and (
            spider.in_scope(target) or (seed and (not is_temporary or _slug(target) == _slug(url)))
        )
        if is_temporary:
            run.stats.redirected.setdefault(location.partition("?")[0], []).append(url)
            if not in_scope:
                raise TemporaryRedirectError(f"{url} redirects to {urls.url_for_log(location)} for the time being")
        due = await run.db(
            run.store.addresses.save_redirect,
            run.spider_name,
            url,
            target if in_scope else None,
            response.status,
            request.meta["address"].depth,
            recheck=is_temporary and not urls.is_alias(url, spider),
        )
        if not in_scope:
            run.count(f"dropped/{Drop.OUT_OF_SCOPE}")
            run.stats.dropped.setdefault(Drop.OUT_OF_SCOPE, []).append(url)
            raise SettledRequest(f"{url} has moved off the section")
        if not is_temporary:
            ending = Ending(moved_to=urls.article_id(str(target)))
            await run.db(run.store.articles.end, run.run_id, url, ending)
        if due is None and not seed:
            raise SettledRequest(f"{url} leads to {target}, which needs no check now")

    def _spider(self) -> NewsSpider:
        assert isinstance(self.crawler.spider, NewsSpider)
        return self.crawler.spider


def redirect_target(response: Response) -> str | None:
    """Return the URL that a redirect leads to, None for any other response or if it is not a usable URL."""
    location = (response.headers.get("Location") or b"").decode("latin-1")
    if response.status not in (*PERMANENT, *TEMPORARY) or not location:
        return None
    try:
        return safe_url_string(response.urljoin(location)).partition("#")[0]
    except ValueError:
        return None


def _is_conditional(request: Request) -> bool:
    return any(name in request.headers for name in VALIDATORS)


def _slug(url: str) -> str:
    return urlsplit(url).path.rstrip("/").rpartition("/")[2]
