"""The pictures of an article: asked for, looked at, and kept as they were served, under the name of their content."""

from __future__ import annotations

import asyncio
import logging
from collections import Counter, defaultdict
from collections.abc import Mapping
from dataclasses import asdict
from io import BytesIO
from typing import Any, cast
from urllib.parse import urlsplit

from scrapy import Request, Spider
from scrapy.crawler import Crawler
from scrapy.exceptions import (
    DownloadCancelledError,
    DownloadTimeoutError,
    ResponseDataLossError,
)
from scrapy.http import Response
from scrapy.http.request import NO_CALLBACK
from scrapy.pipelines.files import FilesPipeline, StatInfo
from scrapy.pipelines.media import FileInfo, FileInfoOrError, MediaPipeline
from scrapy.utils.asyncio import run_in_thread
from scrapy.utils.datatypes import LocalCache
from scrapy.utils.defer import deferred_from_coro, ensure_awaitable
from twisted.internet.defer import Deferred

from spacenews import urls
from spacenews.config import Config, config_of
from spacenews.errors import (
    BlockedError,
    DatabaseError,
    ForbiddenError,
    OutputError,
    RefusedError,
    StoppedError,
    TruncatedError,
    UnreachableError,
)
from spacenews.extraction.image_files import ImageError, ImageLimits, is_transient, probe
from spacenews.extraction.loaders import header
from spacenews.items import Article, ArticleImage
from spacenews.reasons import ImageReason, RequestPurpose
from spacenews.runs.run import run_of
from spacenews.site import Site
from spacenews.storage.image_store import ImageStore, open_image_store

logger = logging.getLogger(__name__)

REFUSED_GUESSES = 3  # originals in a row that a host refused, then only the forms that pages show are requested of it
REMEMBERED = 2000  # pictures whose answer is shared within a run without asking the database
SKIPPED = {
    ImageReason.DISABLED,
    ImageReason.NOT_IN_ARCHIVE,
    ImageReason.ROBOTS,
    ImageReason.TOO_SMALL,
    ImageReason.UNSUPPORTED,
}
FINAL = {ImageReason.STORE, ImageReason.INTERRUPTED}  # another address of the picture would fare no better
VALIDATORS = {"etag": ("ETag", "If-None-Match"), "last_modified": ("Last-Modified", "If-Modified-Since")}
NONE: Mapping[str, str | None] = {}
REASON_BY_EXCEPTION = (
    (StoppedError, ImageReason.INTERRUPTED),
    (RefusedError, ImageReason.GUARD),
    (BlockedError, ImageReason.REFUSED),
    (ForbiddenError, ImageReason.ROBOTS),
    (UnreachableError, ImageReason.UNREACHABLE),
    (DownloadTimeoutError, ImageReason.TIMEOUT),
    (ResponseDataLossError, ImageReason.TRUNCATED),
    (TruncatedError, ImageReason.TRUNCATED),
    (DownloadCancelledError, ImageReason.TOO_LARGE),  # by Scrapy's download_maxsize
)


class FilesStore:
    """Our stores as Scrapy's pipeline uses them: in a thread."""

    def __init__(self, images: ImageStore) -> None:
        self._images = images

    def persist_file(self, path: str, buf: BytesIO, *_: Any, **__: Any) -> Deferred[None]:
        """Keep the file; raises OSError or OutputError."""
        return deferred_from_coro(run_in_thread(self._images.add, path, buf.getvalue()))

    def stat_file(self, path: str, *_: Any, **__: Any) -> Deferred[StatInfo]:
        """Tell whether the file is there; its name is its checksum already."""
        return deferred_from_coro(self._stat(path))

    async def _stat(self, path: str) -> StatInfo:
        return {"last_modified": 0} if await run_in_thread(self._images.has, path) else {}


class ImagesPipeline(FilesPipeline):
    """Gives every picture of an article its file, or the reason why it has none; the article always goes on."""

    class SpiderInfo(MediaPipeline.SpiderInfo):
        """Answers to share, a bounded number of them: a run may see more pictures than fit in memory."""

        def __init__(self, spider: Spider) -> None:
            super().__init__(spider)
            self.downloaded = LocalCache(REMEMBERED)

    def __init__(self, _store_uri: None, *, crawler: Crawler) -> None:
        config = self._config = config_of(crawler)
        try:
            super().__init__(store_address(config.images), crawler=crawler)
        except OSError as error:
            raise OutputError(f"IMAGES_STORE {config.images} cannot be used: {error.strerror or error}") from error
        self.enabled = config.pictures
        self.limits = limits(config)
        self._addresses: LocalCache[str, list[str]] = LocalCache(REMEMBERED)  # picture key -> candidates
        self._guessing: defaultdict[str, asyncio.Lock] = defaultdict(asyncio.Lock)  # by host
        self._refused_guesses: Counter[str] = Counter()  # by host, in a row
        self._gives_guesses: set[str] = set()  # hosts

    def _get_store(self, uri: str) -> Any:
        """Return what keeps the files: our own store, else the one that Scrapy has for such an address."""
        images = open_image_store(self._config)
        return FilesStore(images) if images else super()._get_store(uri)

    def get_media_requests(self, item: Article, info: MediaPipeline.SpiderInfo) -> list[Request]:
        """Return one request a picture that can be asked for; it carries all the addresses to try."""
        site = cast("Site", info.spider)
        requests = []
        for picture in self._askable(item):
            key = urls.image_key(picture.candidates[0], site)
            candidates = self._addresses.setdefault(key, picture.candidates)
            requests.append(Request(candidates[0], callback=NO_CALLBACK, cb_kwargs={"candidates": candidates}))
        return requests

    def media_to_download(
        self, request: Request, info: MediaPipeline.SpiderInfo, *, item: Any = None
    ) -> Deferred[FileInfo | None]:
        """Answer for a picture, whatever happens: Scrapy's part is to share the answer among all who ask."""
        return deferred_from_coro(self._obtain(request.cb_kwargs["candidates"], item, info))

    def item_completed(
        self,
        results: list[FileInfoOrError],
        item: Article,
        info: MediaPipeline.SpiderInfo,  # noqa: ARG002 - part of Scrapy's signature
    ) -> Article:
        """Write what became of the pictures into the article."""
        asked = self._askable(item)
        for picture in item.images:
            if not self.enabled:
                fill(picture, failure(picture.url, ImageReason.DISABLED))
            elif not picture.candidates:
                fill(picture, failure(picture.url, ImageReason.BAD_ADDRESS))
        for picture, (_, result) in zip(asked, results, strict=True):
            # No result at all: the run was cancelled while Scrapy waited for one.
            fill(picture, result if isinstance(result, dict) else failure(picture.url, ImageReason.INTERRUPTED))
        for picture in item.images:
            self._count(picture, item)
        name_lead(item)
        return item

    def _askable(self, item: Article) -> list[ArticleImage]:
        """Return what is to be asked for; an article that comes from the database may have pictures that are gone."""
        return [
            picture
            for picture in item.images
            if self.enabled
            and picture.candidates
            and not (picture.status == "failed" and not is_transient(picture.reason or ""))
        ]

    def _count(self, picture: ArticleImage, item: Article) -> None:
        run = run_of(self.crawler)
        run.count(f"pictures/{picture.status}")
        if picture.reason:
            run.count(f"pictures/reason/{picture.reason}")
        if picture.status == "failed":
            address = urls.url_for_log(picture.url)
            logger.warning("Picture %s: %s; %s is kept without it", address, picture.reason, item.url)

    async def _obtain(self, candidates: list[str], item: Article, info: MediaPipeline.SpiderInfo) -> FileInfo | None:
        """Take the picture from the database, or ask for one address after the other until one gives it."""
        try:
            if known := await self._known(candidates, info):
                return await self._recheck(known, item, info) if item.check_images else known
        except DatabaseError:  # which the run has told, and ends by
            return failure(candidates[0], ImageReason.INTERRUPTED)
        reasons = []
        for address in candidates:
            try:
                ask = self._fetch if address == candidates[-1] else self._guess
                found = await ask(address, item, info)
            except ImageError as error:
                reasons.append(error.reason)
                if error.reason in FINAL:
                    break
            else:
                return found
        # A reason that may pass keeps the picture due, also when the other address is gone for good.
        return failure(candidates[0], next(filter(is_transient, reasons), reasons[-1]))

    async def _known(self, candidates: list[str], info: MediaPipeline.SpiderInfo) -> FileInfo | None:
        run = run_of(self.crawler)
        known = await run.db(run.store.images.known, candidates)
        for address in candidates:
            picture = known.get(address)
            if picture and picture.status == "ok" and picture.path and await self._exists(picture.path, info):
                return answer(**asdict(picture))
        return None

    async def _guess(self, address: str, item: Article, info: MediaPipeline.SpiderInfo) -> FileInfo:
        """Request an original that no page names; of a host that refuses them no further ones.

        They are requested one after the other until the host gives one, so that one that gives none is asked seldom.
        """
        host = urlsplit(address).hostname or ""
        async with self._guessing[host]:
            if self._refused_guesses[host] >= REFUSED_GUESSES:
                raise ImageError(ImageReason.REFUSED)
            if host not in self._gives_guesses:
                return await self._try_guess(host, address, item, info)
        return await self._try_guess(host, address, item, info)

    async def _try_guess(self, host: str, address: str, item: Article, info: MediaPipeline.SpiderInfo) -> FileInfo:
        try:
            found = await self._fetch(address, item, info, is_guess=True)
        except ImageError as error:
            self._refused_guesses[host] += error.reason == ImageReason.REFUSED
            raise
        self._refused_guesses[host] = 0
        self._gives_guesses.add(host)
        return found

    async def _recheck(self, known: FileInfo, item: Article, info: MediaPipeline.SpiderInfo) -> FileInfo:
        """Take the picture anew if its address has other bytes by now; what cannot be told leaves it as it is."""
        described = cast("dict[str, str | None]", known)
        validators = {asked: described[name] for name, (_, asked) in VALIDATORS.items() if described[name]}
        if not validators:
            return known
        try:
            return await self._fetch(str(described["url"]), item, info, validators=validators)
        except ImageError:  # 304 too
            return known

    async def _fetch(
        self,
        address: str,
        item: Article,
        info: MediaPipeline.SpiderInfo,
        *,
        is_guess: bool = False,
        validators: Mapping[str, str | None] = NONE,
    ) -> FileInfo:
        """Download a picture, look at it and keep it; raises ImageError."""
        meta = {
            "purpose": RequestPurpose.IMAGE,
            "download_maxsize": self.limits.max_bytes,
            "allow_offsite": True,
            "is_guess": is_guess,
        }
        request = Request(address, headers={"Referer": item.url, **validators}, meta=meta, callback=NO_CALLBACK)
        try:
            response = await self.crawler.engine.download_async(request)
        except Exception as error:  # whatever happens on the way costs the picture, never the article
            raise ImageError(why_failed(error)) from error
        check_status(response)
        found = await run_in_thread(probe, response.body, self.limits)
        await self._keep(found.path, response.body, info)
        sent = {name: header(response, sent) for name, (sent, _) in VALIDATORS.items()}
        return answer(address, "ok", **asdict(found), **sent)

    async def _keep(self, path: str, body: bytes, info: MediaPipeline.SpiderInfo) -> None:
        if await self._exists(path, info):
            return
        try:
            await ensure_awaitable(self.store.persist_file(path, BytesIO(body), info))
        except Exception as error:
            run_of(self.crawler).fail(OutputError(f"the picture {path} cannot be written to IMAGES_STORE: {error}"))
            raise ImageError(ImageReason.STORE) from error

    async def _exists(self, path: str, info: MediaPipeline.SpiderInfo) -> bool:
        try:
            return bool(await ensure_awaitable(self.store.stat_file(path, info)))
        except Exception:  # noqa: BLE001 - each store has an exception of its own for a missing file
            return False


def store_address(store: str) -> str:
    """Return where pictures are kept: a folder of an object store ends with a slash, or names would be glued to it."""
    return store if store.endswith("/") or not store.startswith(("s3://", "gs://")) else f"{store}/"


def check_status(response: Response) -> None:
    """Raise ImageError for a response that is no answer (RFC 9110, 15)."""
    status = response.status
    if status in (404, 410):
        raise ImageError(ImageReason.NOT_FOUND)
    if status >= 500:
        raise ImageError(ImageReason.SERVER_ERROR)
    if status >= 400:
        raise ImageError(ImageReason.REFUSED)
    if status != 200:
        raise ImageError(ImageReason.NOT_A_PICTURE)


def why_failed(error: Exception) -> ImageReason:
    """Return the word for a picture that was not answered."""
    return next((reason for kind, reason in REASON_BY_EXCEPTION if isinstance(error, kind)), ImageReason.UNREACHABLE)


def answer(url: str, status: str, reason: str | None = None, **described: Any) -> FileInfo:
    """Return what became of a picture, as Scrapy's pipeline shares it, with the names of items.ArticleImage."""
    blank = dict.fromkeys(("path", "sha256", "media_type", "width", "height", "bytes", *VALIDATORS))
    return cast("FileInfo", blank | {"url": url, "status": status, "reason": reason} | described)


def failure(url: str, reason: ImageReason) -> FileInfo:
    """Return the answer for a picture that has no file."""
    return answer(url, "skipped" if reason in SKIPPED else "failed", str(reason))


def limits(config: Config) -> ImageLimits:
    """Return the limits that the settings set to pictures."""
    return ImageLimits(config.picture_max_bytes, config.picture_max_pixels, config.picture_min_side)


def name_lead(article: Article) -> None:
    """Give an article the address of its lead picture: that from which its file came."""
    if article.images and article.images[0].role == "lead":
        article.image_url = article.images[0].url


def fill(picture: ArticleImage, info: FileInfo) -> None:
    """Write an answer into the picture of an article."""
    for name, value in info.items():
        setattr(picture, name, value)
