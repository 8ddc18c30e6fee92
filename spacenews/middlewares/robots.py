"""Obeys robots.txt as RFC 9309 says, Crawl-delay too."""

from __future__ import annotations

import asyncio
import logging
from dataclasses import dataclass
from typing import Any, Self
from urllib.parse import urlsplit

from scrapy import Request, signals
from scrapy.crawler import Crawler
from scrapy.exceptions import IgnoreRequest, NotConfigured
from scrapy.http import Response
from scrapy.http.request import NO_CALLBACK
from scrapy.robotstxt import RobotParser
from scrapy.utils.misc import build_from_crawler, load_object

from spacenews.config import config_of
from spacenews.downloading.failures import Cause, cause_of
from spacenews.downloading.pace import pace_of
from spacenews.downloading.robots_rules import own_rules
from spacenews.downloading.scrapy_internals import set_slot_delay
from spacenews.errors import (
    ForbiddenError,
    NotArchivedError,
    RefusedError,
    StoppedError,
    TruncatedError,
    UnreachableError,
)
from spacenews.reasons import Failure, RequestPurpose
from spacenews.urls import origin

logger = logging.getLogger(__name__)

MARGIN = 0.1  # seconds: the site counts from arrival to arrival, and connections take their time


@dataclass(frozen=True)
class Rules:
    """What a host's robots.txt says to us; without `parser` one answer holds for every address."""

    allowed: bool
    why: str
    status: int | None = None
    parser: RobotParser | None = None
    crawl_delay: float | None = None  # seconds, as asked for
    refused: RefusedError | None = None
    unreachable: Cause | None = None  # why it could not be had, so that nothing is allowed


class RobotsMiddleware:
    """Asks each host for its robots.txt first and keeps to it; takes the place of Scrapy's RobotsTxtMiddleware.

    2xx is obeyed, 4xx allows, 5xx and silence forbid everything, 429 is asked again. In a replay an archive without
    robots.txt allows. What was decided is in the stats, as `spacenews/robots/<host>`.
    """

    def __init__(self, crawler: Crawler) -> None:
        if not crawler.settings.getbool("ROBOTSTXT_OBEY"):
            raise NotConfigured
        self._crawler = crawler
        self._config = config_of(crawler)
        self._parser: type[RobotParser] = load_object(crawler.settings["ROBOTSTXT_PARSER"])
        self._own_delay: float = crawler.settings.getfloat("DOWNLOAD_DELAY")
        self._rules: dict[str, asyncio.Future[Rules]] = {}  # by origin
        self._delays: dict[str, float] = {}  # host -> seconds between requests

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """Build the middleware of a crawl."""
        robots = cls(crawler)
        crawler.signals.connect(robots.slow_down, signal=signals.request_reached_downloader)
        return robots

    async def process_request(self, request: Request) -> None:
        """Raise ForbiddenError when robots.txt does not allow the request."""
        if request.meta.get("purpose") == RequestPurpose.ROBOTS or request.meta.get("dont_obey_robotstxt"):
            return
        key = origin(urlsplit(request.url))
        if key not in self._rules:
            self._rules[key] = asyncio.ensure_future(self._ask(key))
        rules = await asyncio.shield(self._rules[key])
        if rules.refused:
            self._crawler.stats.inc_value(f"spacenews/refused/{rules.refused.reason}")
            raise RefusedError(rules.refused.reason, str(rules.refused))
        if rules.unreachable:
            self._crawler.stats.inc_value("spacenews/forbidden_by_robots")
            raise UnreachableError(rules.unreachable.reason, rules.unreachable.sentence)
        allowed = rules.parser.allowed(request.url, self._config.robot) if rules.parser else rules.allowed
        if not allowed:
            self._crawler.stats.inc_value("spacenews/forbidden_by_robots")
            raise ForbiddenError(f"robots.txt of {urlsplit(key).hostname} forbids what was to be requested")
        if (urlsplit(key).hostname or "") in self._delays:
            request.meta["autothrottle_dont_adjust_delay"] = True

    def slow_down(self, request: Request) -> None:
        """Give the downloader's slot of a host the delay that its robots.txt asks for."""
        key = request.meta["download_slot"]
        if delay := self._delays.get(key):
            set_slot_delay(self._crawler, key, delay)

    async def _ask(self, key: str) -> Rules:
        rules = await self._fetch(f"{key}/robots.txt")
        host = urlsplit(key).hostname or ""
        delay = None
        if rules.crawl_delay and not self._config.warc_replay:
            delay = max(self._own_delay, min(rules.crawl_delay, self._config.crawl_delay_max))
            if delay > self._own_delay:
                self._delays[host] = pace_of(self._crawler).gaps[host] = delay + MARGIN
        decided: dict[str, Any] = {"status": rules.status, "decision": rules.why}
        if rules.crawl_delay is not None:
            decided |= {"crawl_delay": rules.crawl_delay, "delay": delay}
        self._crawler.stats.set_value(f"spacenews/robots/{host}", decided)
        level = logging.INFO if rules.allowed or rules.parser else logging.WARNING
        logger.log(level, "robots.txt of %s: %s", host, ", ".join(f"{name} {it}" for name, it in decided.items()))
        return rules

    async def _fetch(self, url: str) -> Rules:
        response = None
        for _ in range(self._config.robots_attempts):
            request = Request(
                url,
                callback=NO_CALLBACK,
                meta={"purpose": RequestPurpose.ROBOTS, "handle_httpstatus_list": [304]},
                dont_filter=True,
            )
            try:
                response = await self._crawler.engine.download_async(request)
            except NotArchivedError:
                return Rules(allowed=True, why="allowed: not in the archive")
            except RefusedError as error:
                return Rules(allowed=False, why=f"refused: {error.reason}", refused=error)
            except StoppedError:
                return Rules(allowed=False, why="disallowed: the run ended first")
            except TruncatedError as error:
                cause = Cause(Failure.TRUNCATED, str(error))
                return Rules(allowed=False, why=f"disallowed: {error}", unreachable=cause)
            except IgnoreRequest as error:
                # RFC 9309, 2.3.1.2: after five redirects it may be taken as unavailable.
                return Rules(allowed=True, why=f"allowed: {error}")
            except Exception as error:  # noqa: BLE001  (whatever kept us from reading it)
                cause = cause_of(error, request)
                return Rules(allowed=False, why=f"disallowed: {cause.sentence}", unreachable=cause)
            # The back-off waits before the next attempt.
            if response.status != 429:
                break
        return self._read(response) if response else Rules(allowed=False, why="disallowed: not asked")

    def _read(self, response: Response) -> Rules:
        status = response.status
        if status == 429 or status >= 500:
            why = f"robots.txt of {urlsplit(response.url).hostname} answers {status}, so that nothing may be requested"
            cause = Cause(Failure.ROBOTS, why)
            return Rules(allowed=False, why="disallowed: it cannot be read now", status=status, unreachable=cause)
        if not 200 <= status < 300:
            return Rules(allowed=True, why="allowed: there is none", status=status)
        body = own_rules(response.body, self._config.robot)
        parser: RobotParser = build_from_crawler(self._parser, self._crawler, body)
        delay = parser.crawl_delay(self._config.robot)
        return Rules(allowed=True, why="obeyed", status=status, parser=parser, crawl_delay=delay)
