"""The pictures that an archive holds of its pages: looked at and kept like those of a crawl."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from functools import partial
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any

from scrapy.http import Headers

from spacenews.config import Config
from spacenews.downloading.warc_stream import ArchivedResponse, responses
from spacenews.errors import OutputError, TooLargeError, TruncatedError, UnreadableError
from spacenews.extraction.image_files import ImageDescription, ImageError, ImageLimits, is_transient, probe
from spacenews.items import Article
from spacenews.pipelines.images import VALIDATORS, answer, failure, fill, limits, name_lead
from spacenews.reading.pages import decoded
from spacenews.reasons import ImageReason
from spacenews.runs.readers import ReaderPool
from spacenews.storage.image_store import open_image_store
from spacenews.storage.images import KnownImage
from spacenews.storage.store import Store

if TYPE_CHECKING:
    from scrapy.pipelines.media import FileInfo

SHOWN = 500  # responses; a crawl fetches pictures soon after their pages: where the first are none, none is looked for
OK = 200


class ArchivedPictures:
    """The pictures of one archive after the other, and what is known of others."""

    def __init__(self, config: Config, store: Store, readers: ReaderPool) -> None:
        self._images, self._database, self._readers = store.images, store.database, readers
        self._files = open_image_store(config) if config.pictures else None
        self._limits = limits(config)
        self._otherwise = ImageReason.NOT_IN_ARCHIVE if config.pictures else ImageReason.DISABLED
        self._archive = Path()
        self._offsets: dict[str, int] = {}

    def look_into(self, archive: Path) -> None:
        """Find the pictures of the archive that is read next; raises OSError."""
        self._archive, self._offsets = archive, offsets(archive) if self._files else {}

    def complete(self, articles: Sequence[Article]) -> None:
        """Say of each picture of some articles what became of it; raises OutputError where it cannot be kept."""
        images = [image for article in articles for image in article.images]
        candidates = [address for image in images for address in image.candidates]
        known = self._database.retrying(partial(self._images.known, candidates))
        for image in images:
            otherwise = failure(image.url, self._otherwise if image.candidates else ImageReason.BAD_ADDRESS)
            fill(image, self._known(image.candidates, known) or self._found(image.candidates) or otherwise)
        for article in articles:
            name_lead(article)

    def _known(self, addresses: Sequence[str], known: Mapping[str, KnownImage]) -> FileInfo | None:
        """Return the file that an earlier run kept for one of the addresses."""
        for picture in (known[address] for address in addresses if address in known):
            if picture.status == "ok" and picture.path and (self._files is None or self._files.has(picture.path)):
                return answer(**asdict(picture))
        return None

    def _found(self, addresses: Sequence[str]) -> FileInfo | None:
        """Return what the archive holds at one of the addresses; what may be whole elsewhere is not in it."""
        reasons = []
        for address in addresses:
            if (offset := self._offsets.get(address)) is not None:
                try:
                    return self._keep(self._response(offset))
                except ImageError as error:
                    reasons.append(error.reason)
        lasting = [reason for reason in reasons if not is_transient(reason)]
        return failure(addresses[0], lasting[0]) if lasting else None

    def _response(self, offset: int) -> ArchivedResponse:
        with self._archive.open("rb") as stream:
            stream.seek(offset)
            found = next(responses(stream, lambda *_: True))
        assert isinstance(found, ArchivedResponse)
        return found

    def _keep(self, response: ArchivedResponse) -> FileInfo:
        """Look at a picture in a reader, and keep its file; raises ImageError, OutputError."""
        assert self._files
        reading = self._readers.submit(read_picture, dict(response.headers), response.body, self._limits)
        try:
            described, data = reading.result()
        except UnreadableError as error:
            raise ImageError(ImageReason.NOT_A_PICTURE) from error
        try:
            if not self._files.has(described.path):
                self._files.add(described.path, data)
        except (OSError, OutputError) as error:
            raise OutputError(f"the picture {described.path} cannot be written to IMAGES_STORE: {error}") from error
        sent = {name: _text(response.headers.get(header)) for name, (header, _) in VALIDATORS.items()}
        return answer(response.url, "ok", **asdict(described), **sent)


def offsets(archive: Path) -> dict[str, int]:
    """Return where the pictures of an archive are, by their addresses; of several at one address, the last."""
    with archive.open("rb") as stream:
        beginning = islice(responses(stream, lambda *_: True), SHOWN)
        if not any(isinstance(found, ArchivedResponse) and _is_picture(found) for found in beginning):
            return {}
        stream.seek(0)
        wanted = responses(stream, lambda _, media_type: media_type.startswith("image/"))
        pictures = (found for found in wanted if isinstance(found, ArchivedResponse) and _is_picture(found))
        return {found.url: found.offset for found in pictures}


def read_picture(
    headers: Mapping[bytes, Sequence[bytes]], body: bytes, limits: ImageLimits
) -> tuple[ImageDescription, bytes]:
    """Return what an archived picture is, and its file; raises ImageError."""
    try:
        data = decoded(body, Headers(headers), limits.max_bytes)
    except TruncatedError:  # some recorders have removed the codings and kept the header
        data = body
    except TooLargeError as error:
        raise ImageError(ImageReason.TOO_LARGE) from error
    return probe(data, limits), data


def _is_picture(found: ArchivedResponse) -> bool:
    return found.status == OK and (found.headers.get("Content-Type") or b"").lower().lstrip().startswith(b"image/")


def _text(value: Any) -> str | None:
    return value.decode("latin-1") if value else None
