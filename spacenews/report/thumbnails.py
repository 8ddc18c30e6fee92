"""Small copies of the lead pictures for the gallery, made once for each picture."""

from __future__ import annotations

import logging
import os
import time
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from PIL import Image, ImageOps

from spacenews.extraction.image_files import FORMATS
from spacenews.storage.files import replacing

logger = logging.getLogger(__name__)

SIZE = (640, 640)  # pixels at most: sharp on a dense screen in a column of the gallery
SECONDS = 20  # then the rest waits for the next build, and the gallery shows the pictures themselves
BROKEN = (OSError, ValueError, SyntaxError, Image.DecompressionBombError)


def make_thumbnails(pictures: Iterable[tuple[Path, Path]], max_pixels: int) -> set[Path]:
    """Make what is missing of *pictures*, pairs of picture and thumbnail, and return the pictures that are broken.

    What the crawl would not accept, other formats and more than *max_pixels*, is not decoded and counts as broken.
    """
    missing = {picture: thumbnail for picture, thumbnail in pictures if picture.is_file() and not thumbnail.exists()}
    end = time.monotonic() + SECONDS

    def make(picture: Path) -> bool:
        return time.monotonic() > end or _make(picture, missing[picture], max_pixels)

    with ThreadPoolExecutor(os.cpu_count()) as pool:  # Pillow decodes outside Python's lock
        whole = list(pool.map(make, missing))
    return {picture for picture, made in zip(missing, whole, strict=True) if not made}


def _make(picture: Path, thumbnail: Path, max_pixels: int) -> bool:
    try:
        with Image.open(picture, formats=FORMATS) as image, replacing(thumbnail) as file:
            if image.width * image.height > max_pixels:
                raise ValueError(f"{image.width} x {image.height} pixels")
            image.draft("RGB", SIZE)  # a JPEG is decoded at the size it is wanted in
            upright = ImageOps.exif_transpose(image)
            upright.thumbnail(SIZE)
            upright.convert("RGB").save(file, "JPEG", quality=82)
    except BROKEN as error:
        logger.warning("the picture %s is broken (%s); the gallery shows its article without it", picture, error)
        return False
    return True
