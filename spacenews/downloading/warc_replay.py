"""Answers requests from WARC files, as the storage of Scrapy's HTTP cache; nothing leaves the machine."""

from __future__ import annotations

import logging

from scrapy import Request, Spider
from scrapy.http import Response
from scrapy.settings import BaseSettings

from spacenews import config
from spacenews.downloading.warc_archive import open_archive
from spacenews.errors import NotArchivedError

logger = logging.getLogger(__name__)


class NoNetwork:
    """The download handler of a replay: every address that the archive does not hold is unreachable."""

    lazy = True

    async def download_request(self, request: Request) -> Response:
        """Raise NotArchivedError, which is not retried."""
        request.meta["dont_retry"] = True
        raise NotArchivedError(f"{request.url} is not in the archive of SPACENEWS_WARC_REPLAY")

    async def close(self) -> None:
        """Have nothing to close."""


class Replay:
    """The cache storage that answers from an archive and keeps nothing."""

    def __init__(self, settings: BaseSettings) -> None:
        self._place = config.read(settings).warc_replay
        assert self._place
        # Here and not in open_spider, whose errors Scrapy only logs.
        self._archive = open_archive(self._place)

    def open_spider(self, spider: Spider) -> None:  # noqa: ARG002
        """Say what is replayed, and what of it is not whole."""
        for file, end in self._archive.cut.items():
            logger.warning("%s is cut off in a record: what follows its byte %d is left out", file, end)
        logger.info("Replaying %d addresses from %s, nothing is fetched", len(self._archive), self._place)

    def close_spider(self, spider: Spider) -> None:
        """Have nothing to close."""

    def retrieve_response(self, spider: Spider, request: Request) -> Response | None:  # noqa: ARG002
        """Return the archive's answer; without one NoNetwork ends the request."""
        return self._archive.response(request)

    def store_response(self, spider: Spider, request: Request, response: Response) -> None:
        """Keep nothing."""
