"""A news site that lives for a month on loopback, and the ledger of what it served when.

Its stories are published, listed too early, edited, moved, deleted and missing for hours; pictures come late and are
replaced; some of its validators lie; it has bad hours, and for a day its pages are built differently. All of it is
drawn from a seed before it begins, so that what a crawl has made of it can be compared with what was there.
"""

from __future__ import annotations

import hashlib
import random
from bisect import bisect_right
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any, Literal

import pages
from demo_site.markup import ORIGIN, Author, Photo, Story, article_page, feed, listing_page

from support.fake_site import picture_of
from support.server import Answer, Hit, Server

BEGIN = datetime(2026, 3, 1, tzinfo=UTC)
STORIES_A_DAY = 8.2
IN_FEED, ON_A_PAGE = 10, 30
LASTING = 72  # hours for which an edit stands that no reader may miss
DAY = 24

Validators = Literal["true", "date", "none", "frozen"]
Seen = tuple[object, ...]


@dataclass
class LivingStory:
    """A story and all that will become of it; times are hours since the site's beginning."""

    number: int
    published: float
    revisions: list[tuple[float, Story]]  # since when the page says so, the oldest first
    answers_from: float  # the listing names it from `published` on, its page is there from then on
    validators: Validators
    picture_from: float
    replaced: list[tuple[float, str]]  # since when the picture's address has which file
    missing: list[tuple[float, float]] = field(default_factory=list)  # from, to: 404
    gone: float = float("inf")
    gone_status: int = 404
    moved: float = float("inf")  # from then on it has another address
    leaves_redirect: bool = True

    @property
    def first_path(self) -> str:
        """Path of the page before it moved."""
        return f"/space/{self.revisions[0][1].slug}/"

    @property
    def new_path(self) -> str:
        """Path of the page after it moved."""
        return f"/space/{self.revisions[0][1].slug}-moved/"

    def at(self, hour: float) -> Story:
        """Return what the page says."""
        story = self.revisions[max(bisect_right([since for since, _ in self.revisions], hour) - 1, 0)][1]
        return replace(story, slug=f"{story.slug}-moved") if hour >= self.moved else story

    def answers(self, hour: float) -> bool:
        """Tell whether its page, at the address that it has then, is there."""
        absent = any(start <= hour < end for start, end in self.missing)
        return self.answers_from <= hour < self.gone and not absent

    def file_at(self, hour: float) -> str | None:
        """Return the name of the file that the picture's address has."""
        if hour < self.picture_from:
            return None
        return [name for since, name in self.replaced if since <= hour or since == self.replaced[0][0]][-1]

    def edits(self) -> list[tuple[float, float, Story]]:
        """Return the edits: from, to, and what the page said meanwhile."""
        ends = [since for since, _ in self.revisions[1:]] + [min(self.gone, float("inf"))]
        return [(since, end, story) for (since, story), end in zip(self.revisions, ends, strict=True)][1:]


@dataclass(frozen=True)
class BadTime:
    """Hours in which the site answers as it should not."""

    kind: str
    start: float
    end: float


def seen(record: dict[str, Any]) -> Seen:
    """Return what a record says of what changes: title, deck, end of the text, authors, caption, credit."""
    picture = record["images"][0]
    authors = tuple(author["name"] for author in record["authors"])
    end = record["text"].rpartition("\n\n")[2]
    return record["title"], record["summary"], end, authors, picture["caption"], picture["credit"]


def as_seen(story: Story) -> Seen:
    """Return the same of a page."""
    lead = story.lead or Photo("", "", "")
    end = story.body.rpartition("\n\n")[2]
    return story.title, story.deck, end, tuple(one.name for one in story.authors), lead.caption, lead.credit


# What will happen


def draw_stories(draw: random.Random, days: float) -> list[LivingStory]:
    """Draw the stories of so many days; some were there before the site's first hour."""
    count = round(STORIES_A_DAY * days)
    hours = sorted(draw.uniform(-2 * DAY, days * DAY) for _ in range(count))
    return [_draw_story(draw, number, hour, days) for number, hour in enumerate(hours)]


def _draw_story(draw: random.Random, number: int, published: float, days: float) -> LivingStory:
    first = _first(number, published)
    lead = first.lead
    assert lead is not None
    kinds: Sequence[Validators] = ("true", "date", "none", "frozen")
    story = LivingStory(
        number=number,
        published=published,
        revisions=[(published, first)],
        answers_from=published + (draw.uniform(0.5, 5) if draw.random() < 0.1 else 0),
        validators=draw.choices(kinds, (60, 15, 18, 7))[0],
        picture_from=published + (draw.uniform(1, 60) if draw.random() < 0.06 else 0),
        replaced=[(published, lead.path)],
    )
    end = days * DAY
    for age in sorted(_ages(draw)):
        if published + age < end:
            story.revisions.append((published + age, _edited(draw, story.revisions[-1][1], len(story.revisions))))
    fate = draw.random()
    if fate < 0.03:
        story.moved, story.leaves_redirect = published + draw.uniform(3, 200), draw.random() < 0.7
    elif fate < 0.06:
        story.gone, story.gone_status = published + draw.uniform(5, 300), draw.choice((404, 410))
    elif fate < 0.10:
        start = published + draw.uniform(1, 200)
        story.missing.append((start, start + draw.uniform(0.5, 6)))
    elif fate < 0.13:
        story.replaced.append((published + draw.uniform(2, 60), f"{lead.path}.replaced"))
    return story


def _first(number: int, published: float) -> Story:
    made = pages.story(number)
    when = (BEGIN + timedelta(hours=published)).isoformat(timespec="seconds")
    lead = Photo("", f"2026/03/picture-{number}.png", f"Picture {number}", f"Caption {number}.", "Example Agency")
    body = f"{made.body}\n\nThis is the last line of story {number}."
    return replace(made, published=when, lead=lead, deck=f"The deck of story {number}", description="", body=body)


def _ages(draw: random.Random) -> list[float]:
    """Draw at which ages a story is edited: most never, some minutes, days or weeks after its publication."""
    times = draw.choices((0, 1, 2, 3), (70, 18, 8, 4))[0]
    spans = ((0.2, 6), (6, 30), (30, 72), (72, 168), (168, 600))
    return [draw.uniform(*draw.choices(spans, (40, 25, 15, 12, 8))[0]) for _ in range(times)]


def _edited(draw: random.Random, story: Story, number: int) -> Story:
    assert story.lead is not None
    body, _, _ = story.body.rpartition("\n\n")
    last = f"{story.post_id}, revision {number}"
    changes: dict[str, Callable[[], dict[str, Any]]] = {
        "title": lambda: {"title": f"{story.title.partition(' (')[0]} ({number})"},
        "deck": lambda: {"deck": f"The deck of {last}"},
        "body": lambda: {"body": f"{body}\n\nThis is the last line of {last}."},
        "caption": lambda: {"lead": replace(story.lead or Photo("", "", ""), caption=f"Caption of {last}.")},
        "credit": lambda: {"lead": replace(story.lead or Photo("", "", ""), credit=f"Agency {number}")},
        "author": lambda: {
            "authors": (Author(f"Ada Example{'abcdefg'[number]}", f"ada{number}", "Writer", "Writes."),)
        },
    }
    wanted = draw.choices(list(changes), (20, 10, 50, 8, 4, 8))[0]
    return replace(story, modified=story.published, **changes[wanted]())


def draw_bad_times(draw: random.Random, days: float) -> list[BadTime]:
    """Draw the bad hours: each kind once in a month, and an outage of two days; never two at a time."""
    kinds = draw.sample(KINDS, max(round(len(KINDS) * days / 30), 1))
    length = days * DAY / (len(kinds) + 1)
    times = []
    for number, kind in enumerate(kinds):
        hours = min(48 if kind == "unreachable" else draw.uniform(1, 7), length / 2)
        start = (number + draw.uniform(0.3, 0.9)) * length
        times.append(BadTime(kind, start, start + hours))
    return times


class LivingSite(Server):
    """Serves the site as it is at :attr:`hour`, and at no other time."""

    def __init__(self, seed: int, days: float) -> None:
        super().__init__({})
        draw = random.Random(seed)  # noqa: S311 - a site, no secrets
        self.days = days
        self.hour = 0.0
        self.stories = draw_stories(draw, days)
        self.bad_times = draw_bad_times(draw, days)
        self.redesigned = (days * DAY * 0.4, days * DAY * 0.4 + DAY)  # other class names for a day
        self._by_path = {path: it for it in self.stories for path in (it.first_path, it.new_path)}
        self._by_picture = {f"/{_picture_path(it)}": it for it in self.stories}
        self._requests = 0

    # What a ledger tells

    def bad_time(self, hour: float) -> BadTime | None:
        """Return the bad time that an hour is in."""
        return next((one for one in self.bad_times if one.start <= hour < one.end), None)

    def is_redesigned(self, hour: float) -> bool:
        """Tell whether pages have other class names then."""
        return self.redesigned[0] <= hour < self.redesigned[1]

    def listed(self, hour: float) -> list[LivingStory]:
        """Return the stories that the listing names, the newest first."""
        return [it for it in reversed(self.stories) if it.published <= hour < it.gone]

    # What it serves

    def answer(self, hit: Hit) -> Answer:
        """Record the request and answer as the site does at this hour."""
        super().answer(hit)
        self._requests += 1
        bad = self.bad_time(self.hour)
        if bad and (spoiled := self._spoiled(bad.kind, hit.path)):
            return spoiled
        return self._answer(hit)

    def _answer(self, hit: Hit) -> Answer:
        path = hit.path.partition("?")[0]
        if path == "/robots.txt":
            return Answer(b"User-agent: *\nAllow: /\n")
        if path == "/space/feed/":
            entries = [it.at(self.hour) for it in self.listed(self.hour)[:IN_FEED]]
            return Answer(feed(entries).encode(), headers={"Content-Type": "application/rss+xml"})
        if path == "/space/" or path.startswith("/space/page/"):
            return self._listing(1 if path == "/space/" else int(path.split("/")[3]))
        if story := self._by_path.get(path):
            return self._page(story, path, hit)
        if story := self._by_picture.get(path):
            name = story.file_at(self.hour)
            return picture_of(name) if name else Answer(b"not yet", 404)
        return Answer(b"not here", 404)

    def _listing(self, number: int) -> Answer:
        stories = self.listed(self.hour)
        shown = stories[ON_A_PAGE * (number - 1) : ON_A_PAGE * number]
        if not shown and number > 1:
            return Answer(b"no such page", 404)
        following = f"{ORIGIN}/space/page/{number + 1}/" if len(stories) > ON_A_PAGE * number else None
        cards = [(it.at(self.hour).url, it.at(self.hour).title) for it in shown]
        return Answer(listing_page(cards, number, following).encode())

    def _page(self, story: LivingStory, path: str, hit: Hit) -> Answer:
        if path == story.first_path and self.hour >= story.moved:
            if story.leaves_redirect:
                return Answer(status=301, headers={"Location": f"{ORIGIN}{story.new_path}"})
            return Answer(b"not here", 404)
        if not story.answers(self.hour) or (path == story.new_path and self.hour < story.moved):
            return Answer(b"not here", story.gone_status if self.hour >= story.gone else 404)
        body = article_page(story.at(self.hour))
        if self.is_redesigned(self.hour):
            body = body.replace("b-headline__sub-title", "c-hero__dek")
        return self._validated(story, Answer(body.encode(), headers={"Content-Type": "text/html; charset=UTF-8"}), hit)

    def _validated(self, story: LivingStory, page: Answer, hit: Hit) -> Answer:
        if story.validators == "none":
            return page
        if story.validators == "date":
            changed = max(since for since, _ in story.revisions if since <= self.hour or since == story.published)
            changed = max([changed, *(edge for edge in self.redesigned if edge <= self.hour)])
            date = (BEGIN + timedelta(hours=changed)).strftime("%a, %d %b %Y %H:%M:%S GMT")
            headers = {**page.headers, "Last-Modified": date}
            return (
                Answer(status=304) if hit.headers.get("If-Modified-Since") == date else replace(page, headers=headers)
            )
        etag = hashlib.md5(page.body).hexdigest() if story.validators == "true" else f"frozen-{story.number}"  # noqa: S324
        return replace(page, etag=f'"{etag}"')

    def _spoiled(self, kind: str, path: str) -> Answer | None:
        """Return what a bad time makes of the answer for a path, None for what it spares."""
        is_article, is_robots = path in self._by_path, path == "/robots.txt"
        is_picture = path.partition("?")[0] in self._by_picture
        is_hit = {
            "forbidden": not is_robots,
            "half": is_article and self._requests % 2,
            "maintenance": not is_robots,
            "robots": is_robots,
            "no cards": path.startswith("/space/") and not is_article,
            "pictures fail": is_picture,
            "errors": True,
            "busy": True,
        }.get(kind, is_article)
        return BAD_ANSWERS.get(kind) if is_hit else None


WALL = b"<html><body><h1>Before you continue</h1><p>We value your privacy.</p><button>Accept</button></body></html>"

HTML = {"Content-Type": "text/html"}
BAD_ANSWERS = {
    "errors": Answer(status=500),
    "busy": Answer(status=503),
    "forbidden": Answer(status=403),
    "walls": Answer(WALL),
    "maintenance": Answer(status=302, headers={"Location": f"{ORIGIN}/maintenance/"}),
    "truncated": Answer(b"<html><head><title>A page", headers=HTML, length=100_000, cut=25),
    "robots": Answer(status=500),
    "no cards": Answer(b"<html><body><h1>Space</h1></body></html>"),
    "half": Answer(status=502),
    "pages missing": Answer(b"not here", 404),
    "pictures fail": Answer(status=500),
}
KINDS = (*BAD_ANSWERS, "unreachable")


def _picture_path(story: LivingStory) -> str:
    lead = story.revisions[0][1].lead
    assert lead is not None
    return lead.original.removeprefix(f"{ORIGIN}/")
