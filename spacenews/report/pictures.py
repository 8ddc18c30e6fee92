"""The pictures of all articles: how each is shown, and the wall that has them all, with those that did not arrive."""

from __future__ import annotations

import json
import os
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any
from urllib.parse import quote

from spacenews.report.articles import Story
from spacenews.report.pages import Pages, render, table_of
from spacenews.report.thumbnails import make_thumbnails

TILES = 60  # on a page of the wall
CREDITS = 300  # that are offered to choose from, the most frequent ones


def shown_pictures(stories: Sequence[Story], folder: Path, images: Path, max_pixels: int) -> dict[str, str]:
    """Return the address of each picture that is here and whole, by its path: a thumbnail, else the picture itself."""
    paths = {photo["path"] for story in stories for photo in story.photos if photo["path"]}
    thumbnails = {path: folder / "thumbnails" / f"{Path(path).stem}.jpg" for path in sorted(paths)}
    broken = make_thumbnails(((images / path, thumbnail) for path, thumbnail in thumbnails.items()), max_pixels)
    shown = {}
    for path, thumbnail in thumbnails.items():
        picture = images / path
        if picture not in broken and picture.is_file():
            shown[path] = quote(os.path.relpath(thumbnail if thumbnail.exists() else picture, folder))
    return shown


def write_wall(pages: Pages, stories: Sequence[Story], shown: dict[str, str], images_address: str) -> None:
    """Write the page with all pictures, and the list that it searches."""
    tiles = [_tile(story, photo, shown, images_address) for story in stories for photo in story.photos]
    pages.write_text("pictures.js", f"spacenewsPictures({table_of(tiles, TILES)});\n")
    choices = {
        "site": sorted(Counter(story.news_site for story in stories for _ in story.photos).items()),
        "state": Counter(tile["state"] for tile in tiles).most_common(),
    }
    named = Counter(tile["credit"] for tile in tiles if tile["credit"]).most_common(CREDITS)
    what = json.dumps([tiles[:TILES], len(tiles), choices, named])
    pages.write(
        "pictures.html",
        what,
        lambda: render("pictures.html", tiles=tiles[:TILES], number=len(tiles), choices=choices, credits=named),
    )


def _tile(story: Story, photo: dict[str, Any], shown: dict[str, str], images_address: str) -> dict[str, Any]:
    address = shown.get(photo["path"] or "", "")
    elsewhere = photo["status"] == "ok" and not address
    return {
        "page": story.page,
        "title": story.title,
        "site": [story.news_site],
        "date": story.published_at or "",
        "caption": photo["caption"] or photo["alt"] or "",
        "credit": photo["credit"] or "",
        "state": "in another store" if elsewhere else "" if address else f"{photo['status']}: {photo['reason']}",
        "picture": address,
        "original": f"{images_address}/{quote(photo['path'])}" if address else "",
        "url": photo["url"],
    }
