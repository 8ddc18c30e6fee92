"""The report: static pages over the crawl database that open from a disk and from any web server.

A page is written only when what it shows has changed, so a report of many articles is brought up to date in seconds.
"""

from __future__ import annotations

import json
import os
from collections import Counter
from collections.abc import Iterator
from importlib import resources
from pathlib import Path
from typing import Any
from urllib.parse import quote

from spacenews.errors import OutputError
from spacenews.report.articles import Library, Story
from spacenews.report.graph import build_graph
from spacenews.report.pages import Pages, render
from spacenews.report.runs import read_histories, write_runs
from spacenews.report.search import write_index
from spacenews.report.thumbnails import make_thumbnails
from spacenews.settings import SPACENEWS_PICTURE_MAX_PIXELS
from spacenews.storage.files import make_folder
from spacenews.storage.store import Store

CARDS = 36  # on a page of the gallery


def build(
    store: Store, output: Path, images: Path | None = None, max_pixels: int = SPACENEWS_PICTURE_MAX_PIXELS
) -> Path:
    """Bring the report below *output* up to date and return the path of its first page.

    *images* is the folder of the pictures, by default the one below *output*; those of more than *max_pixels* are left
    out. Raises OutputError.
    """
    folder = output / "report"
    for name in ("articles", "runs", "search", "thumbnails"):
        make_folder(folder / name)
    try:
        _build(store, folder, images or output / "images", max_pixels)
    except OSError as error:
        raise OutputError(f"the report in {folder} cannot be written: {error.strerror or error}") from error
    return folder / "index.html"


def _build(store: Store, folder: Path, images: Path, max_pixels: int) -> None:
    pages = Pages(folder)
    stories = list(Library(store, images, folder).write(pages))
    by_age = sorted(stories, key=lambda story: (story.first_seen_at, story.id))
    write_index(pages, [story.passages for story in by_age])
    numbers = {story.id: number for number, story in enumerate(by_age)}
    shown = _pictures(stories, folder, images, max_pixels)
    cards = [_card(story, numbers[story.id], picture) for story, picture in zip(stories, shown, strict=True)]
    histories = read_histories(store)
    pages.write_text("articles.js", f"spacenewsArticles({json.dumps(gallery_index(cards), ensure_ascii=False)});\n")
    pages.write_text(
        "index.html", render("index.html", cards=cards, shown=CARDS, choices=_choices(stories), histories=histories)
    )
    pages.write_text("runs.html", render("runs.html", histories=histories))
    write_runs(pages, histories)
    links = json.dumps([(story.id, story.title, story.leads_to) for story in stories])
    pages.write("graph.html", links, lambda: render("graph.html", graph=build_graph(stories)))
    for name in ("report.css", "report.js", "search.js", "icon.svg"):
        pages.write_text(name, (resources.files("spacenews.report") / "static" / name).read_text("utf-8"))
    pages.finish()


def gallery_index(cards: list[dict[str, Any]]) -> dict[str, Any]:
    """Return what the gallery searches: a row an article, names replaced by their place in a list of names."""
    names: dict[str, int] = {}

    def compact(value: Any) -> Any:
        return [names.setdefault(name, len(names)) for name in value] if isinstance(value, list) else value

    rows = [[compact(value) for value in card.values()] for card in cards]
    return {"shown": CARDS, "fields": list(cards[0]) if cards else [], "names": list(names), "rows": rows}


def _pictures(stories: list[Story], folder: Path, images: Path, max_pixels: int) -> Iterator[str]:
    """Yield what the gallery shows of each story: a thumbnail, else the picture itself, or nothing if it is broken."""
    thumbnails = {
        images / story.picture: folder / "thumbnails" / f"{Path(story.picture).stem}.jpg"
        for story in stories
        if story.picture
    }
    broken = make_thumbnails(thumbnails.items(), max_pixels)
    for story in stories:
        picture = images / story.picture if story.picture else None
        if picture is None or picture in broken or not picture.is_file():
            yield ""
            continue
        shown = thumbnails[picture] if thumbnails[picture].exists() else picture
        yield quote(os.path.relpath(shown, folder))


def _card(story: Story, number: int, picture: str) -> dict[str, Any]:
    return {
        "number": number,  # in the index of the full text
        "page": story.page,
        "title": story.title,
        "deck": story.deck,
        "date": story.published_at or "",
        "site": [story.news_site],
        "authors": story.authors,
        "sections": story.sections,
        "topics": story.topics,
        "picture": picture,
        "changed": int(story.version > 1),
    }


def _choices(stories: list[Story]) -> dict[str, list[tuple[str, int]]]:
    """Return what the filters offer, each with the number of its articles."""
    return {
        "site": sorted(Counter(story.news_site for story in stories).items()),
        "section": sorted(Counter(name for story in stories for name in set(story.sections)).items()),
        "topic": sorted(Counter(name for story in stories for name in set(story.topics)).items()),
    }
