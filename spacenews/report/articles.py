"""The articles of the report: what the gallery shows of each, and what its own page shows."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any
from urllib.parse import quote

import sqlalchemy as sa

from spacenews.report.changes import Change, changes
from spacenews.report.pages import Pages, folded, name_page, render
from spacenews.report.search import passages
from spacenews.storage.snapshot import Selection, records, versions
from spacenews.storage.store import Store
from spacenews.storage.tables import articles

PHOTO = ("url", "alt", "caption", "credit", "status", "reason", "path")
DECK = 180  # characters of the summary in the gallery


@dataclass(frozen=True)
class Story:
    """What other pages show of an article."""

    id: str
    title: str
    deck: str
    published_at: str | None
    authors: list[str]
    news_site: str
    sections: list[str]
    topics: list[str]
    version: int
    leads_to: list[str]  # ids of the stories that its page suggests and the report has
    picture: str | None  # path of the lead picture below the folder of pictures
    alt: str
    photos: list[dict[str, Any]]  # what the wall shows of each picture
    first_seen_at: str
    passages: list[str]  # what the search looks through

    @property
    def page(self) -> str:
        """Return the address of its page in the report."""
        return f"articles/{self.id}.html"


@dataclass(frozen=True)
class Version:
    """One version of an article and what changed since the one before."""

    number: int
    crawled_at: str
    changes: list[Change]


class Library:
    """The latest versions of all articles, each with its page."""

    def __init__(self, store: Store, images: Path, folder: Path) -> None:
        self.store = store
        self.images = images
        self.authors: dict[str, dict[str, Any]] = {}  # by name in small letters
        self.images_address = quote(os.path.relpath(images, folder / "articles"))  # as seen from an article's page
        published = articles.c.published_in.is_not(None)
        with store.database.engine.connect() as connection:
            known = connection.execute(sa.select(articles.c.url, articles.c.id).where(published).distinct())
            self.ids: dict[str, str] = {row.url: row.id for row in known}

    def read(self) -> list[Story]:
        """Return all stories, the newest first, and keep what the newest of each author says of that author."""
        stories = []
        for text in records(self.store, Selection()):
            record = json.loads(text)
            stories.append(self._story(record))
            for author in record["authors"]:
                known = self.authors.setdefault(folded(author["name"]), dict(author))
                known.update({key: value for key, value in author.items() if not known[key]})
        return stories

    def write(self, pages: Pages, stories: Sequence[Story], shown: Mapping[str, str]) -> None:
        """Bring the page of each article up to date; *shown* has the addresses of small pictures by their paths."""
        by_id = {story.id: story for story in stories}
        for place, text in enumerate(records(self.store, Selection())):
            record, story = json.loads(text), stories[place]
            around = [stories[place - 1] if place else None, stories[place + 1] if place + 1 < len(stories) else None]
            small = {other: shown.get(by_id[other].picture or "", "") for other in story.leads_to if other in by_id}
            local = self._local_pictures(record)
            neighbours = [(it.page, it.title) if it else None for it in around]
            seen = json.dumps([text, story.leads_to, small, local, neighbours, self.images_address])
            pages.write(story.page, seen, partial(self._page, record, local, small, around))

    def _story(self, record: dict[str, Any]) -> Story:
        arrived = [picture for picture in record["images"] if picture["status"] == "ok" and picture["path"]]
        lead = next((picture for picture in arrived if picture["role"] == "lead"), arrived[0] if arrived else None)
        leads_to = [self.ids[related["url"]] for related in record["related"] if related["url"] in self.ids]
        return Story(
            id=record["id"],
            title=record["title"],
            deck=_cut(record["summary"] or ""),
            published_at=record["published_at"],
            authors=[author["name"] for author in record["authors"]],
            news_site=record["news_site"],
            sections=record["sections"],
            topics=record["topics"],
            version=record["version"],
            leads_to=[other for other in dict.fromkeys(leads_to) if other != record["id"]],
            picture=lead["path"] if lead else None,
            alt=(lead["alt"] or "") if lead else "",
            photos=[{key: picture[key] for key in PHOTO} for picture in record["images"]],
            first_seen_at=record["first_seen_at"],
            passages=passages(record),
        )

    def _local_pictures(self, record: dict[str, Any]) -> list[str]:
        """Return the paths of the article's pictures that are on this machine, not in a store elsewhere."""
        paths = {picture["path"] for picture in record["images"] if picture["path"]}
        return sorted(path for path in paths if (self.images / path).is_file())

    def _page(
        self, record: dict[str, Any], local: list[str], small: dict[str, str], around: Sequence[Story | None]
    ) -> str:
        in_body = {block["image"] for block in record["body"] if block["type"] == "image"}
        others = [picture for number, picture in enumerate(record["images"]) if number not in in_body]
        lead = others.pop(0) if others and others[0]["role"] == "lead" else None
        return render(
            "article.html",
            record=record,
            lead=lead,
            others=others,
            local=local,
            images=self.images_address,
            ids=self.ids,
            small=small,
            in_graph=bool(small),
            newer=around[0],
            older=around[1],
            name_page=name_page,
            versions=self._versions(record) if record["version"] > 1 else [],
            raw=json.dumps(record, ensure_ascii=False, indent=2),
        )

    def _versions(self, latest: dict[str, Any]) -> list[Version]:
        found = versions(self.store, latest["id"])
        pairs = zip([None, *found], found, strict=False)
        told = [Version(new["version"], new["crawled_at"], changes(old, new) if old else []) for old, new in pairs]
        return told[::-1]


def _cut(text: str) -> str:
    return text if len(text) <= DECK else text[:DECK].rsplit(" ", 1)[0] + " …"
