"""A generated news site in a crawl database: articles, pictures and runs, the same every time."""

from __future__ import annotations

import hashlib
import random
from collections.abc import Iterable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import NAMESPACE_URL, uuid5

import sqlalchemy as sa
from PIL import Image

from spacenews.clock import after, iso, parse_iso
from spacenews.items import Article, ArticleImage, Author, Block, Link, Related, Source
from spacenews.runs.report import ArticleCounts, Counts, FailedUrl, ImageCounts, RobotsRules, RunReport
from spacenews.schema import dumps, to_record
from spacenews.storage.articles import StagedArticle
from spacenews.storage.schedule import Schedule
from spacenews.storage.store import Store
from spacenews.storage.tables import articles

SPIDER = "example_space"
RUN = "20261122T050000Z"
TEXT = (
    "orbit lander crater signal engine telescope comet mission crew panel launch probe antenna image dust rover moon "
    "sample window booster capsule light spectrum transit ring storm flight data station module"
)
WORDS = TEXT.split()
TOPICS = ["Moon", "Mars", "Telescopes", "Launches", "Crew", "Comets", "Satellites"]
PEOPLE = [("Ada Quill", "Space Writer"), ("Bo Ferro", "Editor"), ("Çiğdem Öz", None), ("Dee Marlow", "Reporter")]


def open_store(folder: Path) -> Store:
    return Store(f"sqlite:///{folder}/spacenews.sqlite3", Schedule())


def url(number: int, site: str = "www.example.com") -> str:
    return f"https://{site}/space/story-{number}/"


def article(number: int, **changes: Any) -> Article:
    """Return story *number*; every third has no picture, every one suggests some earlier stories."""
    draw = random.Random(number)  # noqa: S311
    title = f"{' '.join(draw.sample(WORDS, 5)).capitalize()} {number}"
    paragraphs = [" ".join(draw.choices(WORDS, k=40)).capitalize() + "." for _ in range(draw.randint(4, 9))]
    body = [Block(type="paragraph", text=text) for text in paragraphs]
    images = []
    if number % 3:
        images = [picture(number, "lead"), picture(number + 1, "inline")]
        body.insert(2, Block(type="image", image=1))
    published = after("2024-01-01T06:00:00Z", timedelta(hours=3) * number)
    earlier = {draw.randint(max(0, number - 60), number) for _ in range(3)} - {number}
    made = Article(
        id=str(uuid5(NAMESPACE_URL, url(number))),
        url=url(number),
        news_site="Example News",
        title=title,
        summary=f"What the {draw.choice(WORDS)} tells about the {draw.choice(WORDS)}.",
        published_at=published,
        updated_at=published,
        authors=[
            Author(name, "https://www.example.com/authors/", job)
            for name, job in draw.sample(PEOPLE, draw.randint(1, 2))
        ],
        sections=["Space", "News"],
        topics=draw.sample(TOPICS, 2),
        tags=draw.sample(WORDS, 3),
        language="en-US",
        text="\n\n".join(paragraphs),
        body=body,
        word_count=40 * len(paragraphs),
        links=[Link("https://www.nasa.gov/", "NASA")],
        image_url=images[0].url if images else None,
        images=images,
        related=[Related(url(other), f"Story {other}") for other in sorted(earlier)],
        content_hash=hashlib.sha256(title.encode()).hexdigest(),
        first_seen_at=published,
        crawled_at=published,
        source=Source(url=url(number), status=200, post_id=str(number)),
    )
    for name, value in changes.items():
        setattr(made, name, value)
    return made


def picture(number: int, role: Any = "inline", **changes: Any) -> ArticleImage:
    sha256 = hashlib.sha256(f"picture {number % 50}".encode()).hexdigest()
    made = ArticleImage(
        url=f"https://www.example.com/images/{number}.jpg",
        role=role,
        alt="A spacecraft above a grey plain",
        caption=f"The craft on day {number}.",
        credit="Example / Ada Quill",
        status="ok",
        path=f"{sha256[:2]}/{sha256}.jpg",
        sha256=sha256,
        media_type="image/jpeg",
        width=960,
        height=640,
        bytes=20_000,
    )
    for name, value in changes.items():
        setattr(made, name, value)
    return made


def publish(store: Store, made: Iterable[Article], run_id: str = RUN, spider: str = SPIDER) -> None:
    """Save the articles as a run does, and mark them published."""
    versions = []
    for story in made:
        store.articles.stage([StagedArticle(article=story, spider=spider, run_id=run_id)])
        versions.append((story.id, story.version))
    store.articles.mark_published(run_id, versions)


def fill(store: Store, number: int) -> None:
    """Publish *number* articles with one insert, far faster than a run could."""
    publish(store, [article(0)])
    same = ("id", "url", "title", "published_at", "first_seen_at", "crawled_at", "content_hash")
    with store.database.engine.begin() as connection:
        row = connection.execute(sa.select(articles)).one()._asdict()
        rows = [
            row | {name: getattr(made, name) for name in same} | {"record": dumps(to_record(made))}
            for made in map(article, range(1, number))
        ]
        connection.execute(sa.insert(articles), rows)


def draw_pictures(folder: Path) -> None:
    """Write the fifty pictures that the articles share."""
    for number in range(50):
        path = folder / str(picture(number).path)
        path.parent.mkdir(parents=True, exist_ok=True)
        colour = tuple(random.Random(number).choices(range(40, 200), k=3))  # noqa: S311
        Image.new("RGB", (960, 640), colour).save(path, quality=80)


def run_report(number: int, **changes: Any) -> RunReport:
    """Return the report of run *number*, a day after the one before."""
    draw = random.Random(number)  # noqa: S311
    day = parse_iso("2026-10-01T05:00:00Z") + timedelta(days=number)
    end = day + timedelta(minutes=draw.randint(5, 20))
    responses = {"2xx": 60 + draw.randrange(20), "3xx": 9, "4xx": draw.randrange(4), "5xx": draw.randrange(2)}
    made = RunReport(
        run_id=day.strftime("%Y%m%dT%H%M%SZ"),
        spider=SPIDER,
        result="ok",
        exit_code=0,
        started_at=iso(day),
        finished_at=iso(end),
        finish_reason="finished",
        counts=Counts(
            requests=90,
            responses=responses,
            pages=30,
            articles=ArticleCounts(draw.randrange(3, 18), draw.randrange(5), draw.randrange(20, 30), 100),
            dropped={"no_body": 1},
            images=ImageCounts(20 + draw.randrange(20), draw.randrange(3), draw.randrange(2)),
        ),
        coverage={"title": 1.0, "summary": 0.98, "authors": 1.0, "text": 1.0, "images": 0.93, "related": 0.9},
        failed=[FailedUrl(url(7), "timeout", 3)] if number % 4 == 0 else [],
        robots={"www.example.com": RobotsRules(200, "obeyed")},
    )
    return replace(made, **changes)


def finish_runs(store: Store, reports: Iterable[RunReport]) -> None:
    for report in reports:
        store.runs.start(report.spider, report.run_id, "output", "localhost", 1)
        store.runs.finish(report.spider, report.run_id, to_record(report))
