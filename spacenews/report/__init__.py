"""The report: static pages over the crawl database that open from a disk and from any web server.

A page is written only when what it shows has changed, so a report of many articles is brought up to date in seconds.
"""

from __future__ import annotations

import json
import os
from collections import Counter
from importlib import resources
from pathlib import Path
from typing import Any
from urllib.parse import quote

from spacenews.errors import OutputError
from spacenews.report.articles import Library, Story
from spacenews.report.graph import build_graph
from spacenews.report.names import Names, write_names
from spacenews.report.pages import Pages, render, table_of
from spacenews.report.pictures import shown_pictures, write_wall
from spacenews.report.runs import read_histories, write_runs
from spacenews.report.search import write_index
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
    for name in ("articles", "names", "runs", "search", "thumbnails"):
        make_folder(folder / name)
    try:
        _build(store, folder, images or output / "images", max_pixels)
    except OSError as error:
        raise OutputError(f"the report in {folder} cannot be written: {error.strerror or error}") from error
    return folder / "index.html"


def _build(store: Store, folder: Path, images: Path, max_pixels: int) -> None:
    pages = Pages(folder)
    library = Library(store, images, folder)
    stories = library.read()
    by_age = sorted(stories, key=lambda story: (story.first_seen_at, story.id))
    write_index(pages, [story.passages for story in by_age])
    numbers = {story.id: number for number, story in enumerate(by_age)}
    names, shown = Names(stories), shown_pictures(stories, folder, images, max_pixels)
    library.write(pages, stories, shown)
    write_names(pages, names, library.authors, shown)
    write_wall(pages, stories, shown, quote(os.path.relpath(images, folder)))
    cards = [_card(story, numbers[story.id], names, shown.get(story.picture or "", "")) for story in stories]
    histories = read_histories(store)
    pages.write_text("articles.js", f"spacenewsArticles({table_of(cards, CARDS)});\n")
    choices = {
        "site": sorted(Counter(story.news_site for story in stories).items()),
        "section": [(name.text, len(name.stories)) for name in names.of("section")],
        "topic": [(name.text, len(name.stories)) for name in names.of("topic")],
    }
    pages.write_text(
        "index.html",
        render("index.html", cards=cards, shown=CARDS, choices=choices, chips=names.frequent(), histories=histories),
    )
    pages.write_text("runs.html", render("runs.html", histories=histories))
    write_runs(pages, histories)
    links = json.dumps([(it.id, it.title, it.published_at, it.news_site, it.topics, it.leads_to) for it in stories])
    pages.write("graph.html", links, lambda: render("graph.html", graph=build_graph(stories)))
    for name in ("report.css", "report.js", "search.js", "wall.js", "icon.svg"):
        pages.write_text(name, (resources.files("spacenews.report") / "static" / name).read_text("utf-8"))
    pages.finish()


def _card(story: Story, number: int, names: Names, picture: str) -> dict[str, Any]:
    return {
        "number": number,  # in the index of the full text
        "page": story.page,
        "title": story.title,
        "deck": story.deck,
        "date": story.published_at or "",
        "site": [story.news_site],
        "authors": names.spelled("author", story.authors),
        "sections": names.spelled("section", story.sections),
        "topics": names.spelled("topic", story.topics),
        "picture": picture,
        "changed": int(story.version > 1),
    }
