"""Recognises image files by their bytes: type, size in pixels, and whether the file is complete.

No image is decoded, so a decompression bomb costs no more than its own bytes, and no decoder is exposed to untrusted
data: Pillow reads the header, and the end is found by the structure of each format.
"""

from __future__ import annotations

import hashlib
import re
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from io import BytesIO
from typing import NamedTuple

from PIL import Image
from PIL.AvifImagePlugin import AvifImageFile
from PIL.GifImagePlugin import GifImageFile
from PIL.ImageFile import ImageFile
from PIL.JpegImagePlugin import JpegImageFile
from PIL.PngImagePlugin import PngImageFile
from PIL.WebPImagePlugin import WebPImageFile

from spacenews.reasons import ImageReason

_HEAD = 16_384  # bytes that are looked at to recognise markup
_PROLOG = re.compile(  # XML declaration, comment, document type
    r"\A\s*(?:<\?.*?\?>|<!--.*?-->|<!doctype\s+svg\b[^\[>]*+(?:\[.*?\]\s*+>|>))", re.DOTALL | re.IGNORECASE
)
_SVG = re.compile(r"\A\s*<(?:\w{1,20}:)?svg[\s/>]", re.IGNORECASE)
_OTHER_KINDS = re.compile(  # BMP, TIFF, ICO, JPEG XL, HEIF
    rb"BM|II\*\x00|MM\x00\*|\x00\x00\x01\x00|\xff\x0a|....JXL |....ftyp(?:hei|mif|msf)", re.DOTALL
)
_TRANSIENT = {
    ImageReason.REFUSED,
    ImageReason.SERVER_ERROR,
    ImageReason.UNREACHABLE,
    ImageReason.TIMEOUT,
    ImageReason.TRUNCATED,
    ImageReason.NOT_A_PICTURE,  # an error page or a wall, sent with 200
    ImageReason.STORE,
    ImageReason.INTERRUPTED,
}


class ImageError(Exception):
    """An image is not kept, for *reason*."""

    def __init__(self, reason: ImageReason) -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass(frozen=True)
class ImageLimits:
    """The largest and the smallest image that is kept."""

    max_bytes: int
    max_pixels: int
    min_side: int  # pixels


@dataclass(frozen=True)
class ImageDescription:
    """A complete image within the limits; the names are those of the record."""

    path: str  # below IMAGES_STORE, made from nothing but the bytes
    sha256: str
    media_type: str
    width: int
    height: int
    bytes: int


def is_transient(reason: ImageReason | str) -> bool:
    """Tell whether the image may arrive when it is requested again later."""
    return reason in _TRANSIENT


def probe(data: bytes, limits: ImageLimits) -> ImageDescription:
    """Describe the image in *data*; width and height are as stored, before any EXIF rotation.

    Raises ImageError. Takes milliseconds up to a second: call it in a thread.
    """
    if len(data) > limits.max_bytes:
        raise ImageError(ImageReason.TOO_LARGE)
    kind = next((kind for kind in _KINDS if kind.magic.match(data)), None)
    if kind is None:
        raise ImageError(_why_unknown(data))
    width, height = _size(kind, data)
    if width * height > limits.max_pixels:
        raise ImageError(ImageReason.TOO_MANY_PIXELS)
    if min(width, height) < limits.min_side:
        raise ImageError(ImageReason.TOO_SMALL)
    if not _is_whole(kind, data):
        raise ImageError(ImageReason.TRUNCATED)
    digest = hashlib.sha256(data).hexdigest()
    path = f"{digest[:2]}/{digest}.{kind.extension}"
    return ImageDescription(path, digest, kind.media_type, width, height, len(data))


def _why_unknown(data: bytes) -> ImageReason:
    is_known = _OTHER_KINDS.match(data) or _is_svg(data[:_HEAD])
    return ImageReason.UNSUPPORTED if is_known else ImageReason.NOT_A_PICTURE


def _is_svg(head: bytes) -> bool:
    """Tell whether the root element is an SVG drawing: an error page can contain one, too."""
    text = head.decode("utf-8", "replace").lstrip("\ufeff")
    while prolog := _PROLOG.match(text):
        text = text[prolog.end() :]
    return _SVG.match(text) is not None


def _size(kind: _Kind, data: bytes) -> tuple[int, int]:
    try:
        with kind.header(BytesIO(data)) as image:
            return image.size
    except (Image.DecompressionBombError, Image.DecompressionBombWarning):
        raise ImageError(ImageReason.TOO_MANY_PIXELS) from None
    except Exception:  # noqa: BLE001 - whatever an untrusted header makes Pillow raise
        whole = _is_whole(kind, data)
        raise ImageError(ImageReason.NOT_A_PICTURE if whole else ImageReason.TRUNCATED) from None


def _is_whole(kind: _Kind, data: bytes) -> bool:
    try:
        return kind.is_whole(data)
    except IndexError:  # the next length or marker lies behind the end
        return False


def _whole_jpeg(data: bytes) -> bool:
    """ITU-T T.81, annex B: segments up to the first scan, whose end marker cannot be part of its data."""
    at = 2
    while data[at] == 0xFF:
        marker = data[at + 1]
        if marker == 0xDA:
            return data.find(b"\xff\xd9", at) > 0
        if marker == 0xFF:
            at += 1
        elif marker == 0x01 or 0xD0 <= marker <= 0xD8:
            at += 2
        else:
            at += 2 + int.from_bytes(data[at + 2 : at + 4])
    return False


def _whole_png(data: bytes) -> bool:
    """PNG specification, 5.3: chunks, each with its checksum, up to IEND."""
    view = memoryview(data)
    at = 8
    while at + 12 <= len(data):
        end = at + 12 + int.from_bytes(view[at : at + 4])
        if zlib.crc32(view[at + 4 : end - 4]) != int.from_bytes(view[end - 4 : end]):
            return False
        if data.startswith(b"IEND", at + 4):
            return True
        at = end
    return False


def _whole_gif(data: bytes) -> bool:
    """GIF89a, appendix A and B: blocks up to the trailer."""
    at = 13 + _gif_colours(data[10])
    while data[at] != 0x3B:
        if data[at] == 0x21:
            at += 2
        elif data[at] == 0x2C:
            at += 11 + _gif_colours(data[at + 9])
        else:
            return False
        while data[at]:
            at += data[at] + 1
        at += 1
    return True


def _gif_colours(flags: int) -> int:
    return 3 << ((flags & 7) + 1) if flags & 0x80 else 0


def _whole_webp(data: bytes) -> bool:
    """WebP container, RFC 9649: the size in the header; some writers leave out the last padding byte."""
    return len(data) + 1 >= 8 + int.from_bytes(data[4:8], "little")


def _whole_avif(data: bytes) -> bool:
    """ISO/IEC 14496-12: boxes that end where the file ends."""
    at = 0
    while at + 8 <= len(data):
        size = int.from_bytes(data[at : at + 4])
        if size == 0:  # up to the end of the file
            return True
        if size == 1:
            size = int.from_bytes(data[at + 8 : at + 16])
        if size < 8:
            return False
        at += size
    return at <= len(data)


class _Kind(NamedTuple):
    magic: re.Pattern[bytes]
    media_type: str
    extension: str
    header: type[ImageFile]
    is_whole: Callable[[bytes], bool]


_KINDS = (
    _Kind(re.compile(rb"\xff\xd8\xff"), "image/jpeg", "jpg", JpegImageFile, _whole_jpeg),
    _Kind(re.compile(rb"\x89PNG\r\n\x1a\n"), "image/png", "png", PngImageFile, _whole_png),
    _Kind(re.compile(rb"GIF8[79]a"), "image/gif", "gif", GifImageFile, _whole_gif),
    _Kind(re.compile(rb"RIFF....WEBP", re.DOTALL), "image/webp", "webp", WebPImageFile, _whole_webp),
    _Kind(re.compile(rb"....ftyp(?:.{4}){0,8}?avi[fs]", re.DOTALL), "image/avif", "avif", AvifImageFile, _whole_avif),
)
FORMATS = tuple(str(kind.header.format) for kind in _KINDS)  # the names that Pillow has for them
