"""An SQLite file that explains itself: articles, authors, topics, images, related stories, and full-text search."""

from __future__ import annotations

import json
import sqlite3
from collections import Counter, defaultdict
from collections.abc import Iterable
from contextlib import closing
from typing import Any, BinaryIO

from spacenews.urls import article_id

TABLES = """
CREATE TABLE articles (
    id TEXT PRIMARY KEY, title TEXT NOT NULL, summary TEXT, published_at TEXT, updated_at TEXT, authors TEXT,
    news_site TEXT NOT NULL, section TEXT, topics TEXT, tags TEXT, language TEXT, text TEXT NOT NULL,
    word_count INTEGER, url TEXT NOT NULL, image_url TEXT, image_path TEXT, version INTEGER, first_seen_at TEXT,
    crawled_at TEXT, near_duplicate_of TEXT, gone_at TEXT, moved_to TEXT
);
CREATE TABLE authors (
    id INTEGER PRIMARY KEY, name TEXT NOT NULL, news_site TEXT NOT NULL, title TEXT, bio TEXT, url TEXT,
    UNIQUE (news_site, name)
);
CREATE TABLE article_authors (
    article_id TEXT NOT NULL REFERENCES articles(id), position INTEGER NOT NULL,
    author_id INTEGER NOT NULL REFERENCES authors(id), PRIMARY KEY (article_id, position)
);
CREATE TABLE topics (id INTEGER PRIMARY KEY, name TEXT NOT NULL, folded TEXT NOT NULL UNIQUE);
CREATE TABLE article_topics (
    article_id TEXT NOT NULL REFERENCES articles(id), topic_id INTEGER NOT NULL REFERENCES topics(id),
    PRIMARY KEY (article_id, topic_id)
);
CREATE TABLE images (
    article_id TEXT NOT NULL REFERENCES articles(id), position INTEGER NOT NULL, role TEXT, caption TEXT, credit TEXT,
    alt TEXT, status TEXT, reason TEXT, path TEXT, media_type TEXT, width INTEGER, height INTEGER, bytes INTEGER,
    sha256 TEXT, url TEXT NOT NULL, PRIMARY KEY (article_id, position)
);
CREATE TABLE related (
    article_id TEXT NOT NULL REFERENCES articles(id), position INTEGER NOT NULL,
    related_id TEXT REFERENCES articles(id), title TEXT, placement TEXT, url TEXT NOT NULL,
    PRIMARY KEY (article_id, position)
);
CREATE INDEX articles_published_at ON articles (published_at);
CREATE INDEX article_authors_author ON article_authors (author_id);
CREATE INDEX article_topics_topic ON article_topics (topic_id);
CREATE INDEX images_credit ON images (credit);
CREATE INDEX related_related ON related (related_id);
CREATE VIRTUAL TABLE articles_fts USING fts5(title, text, content='articles', tokenize='porter unicode61');
CREATE TRIGGER articles_added AFTER INSERT ON articles BEGIN
    INSERT INTO articles_fts (rowid, title, text) VALUES (new.rowid, new.title, new.text);
END;
CREATE TRIGGER articles_removed AFTER DELETE ON articles BEGIN
    INSERT INTO articles_fts (articles_fts, rowid, title, text) VALUES ('delete', old.rowid, old.title, old.text);
END;
CREATE TRIGGER articles_changed AFTER UPDATE ON articles BEGIN
    INSERT INTO articles_fts (articles_fts, rowid, title, text) VALUES ('delete', old.rowid, old.title, old.text);
    INSERT INTO articles_fts (rowid, title, text) VALUES (new.rowid, new.title, new.text);
END;
"""
ARTICLE = [
    "id", "title", "summary", "published_at", "updated_at", "authors", "news_site", "section", "topics", "tags",
    "language", "text", "word_count", "url", "image_url", "image_path", "version", "first_seen_at", "crawled_at",
    "near_duplicate_of", "gone_at", "moved_to",
]  # fmt: skip
IMAGE = [
    "article_id", "position", "role", "caption", "credit", "alt", "status", "reason", "path", "media_type", "width",
    "height", "bytes", "sha256", "url",
]  # fmt: skip
RELATED = ["article_id", "position", "related_id", "title", "placement", "url"]
ADD_AUTHOR = """
    INSERT INTO authors (name, news_site, title, bio, url) VALUES (?, ?, ?, ?, ?)
    ON CONFLICT DO UPDATE SET title = coalesce(title, excluded.title), bio = coalesce(bio, excluded.bio),
    url = coalesce(url, excluded.url) RETURNING id
"""  # the newest article comes first, and says what an author is now
ADD_TOPIC = "INSERT INTO topics (name, folded) VALUES (?, ?) ON CONFLICT DO UPDATE SET folded = folded RETURNING id"


def write_sqlite(rows: Iterable[str], file: BinaryIO) -> None:
    """Write a whole SQLite database into an empty file; lists are JSON arrays, which Datasette counts as facets."""
    with closing(sqlite3.connect(file.name)) as database:
        database.executescript("PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF;" + TABLES)
        spellings: defaultdict[str, Counter[str]] = defaultdict(Counter)
        for row in rows:
            record = json.loads(row)
            _add(database, record)
            for topic in record["topics"]:
                spellings[topic.casefold()][topic] += 1
        common = ((spelled.most_common(1)[0][0], folded) for folded, spelled in spellings.items())
        database.executemany("UPDATE topics SET name = ? WHERE folded = ?", common)
        database.execute("UPDATE related SET related_id = NULL WHERE related_id NOT IN (SELECT id FROM articles)")
        database.execute("INSERT INTO articles_fts (articles_fts) VALUES ('optimize')")
        database.commit()
        database.execute("PRAGMA optimize")


def _add(database: sqlite3.Connection, record: dict[str, Any]) -> None:
    key = {"article_id": record["id"]}
    _insert(database, "articles", ARTICLE, _article(record))
    for position, image in enumerate(record["images"]):
        _insert(database, "images", IMAGE, image | key | {"position": position})
    for position, related in enumerate(record["related"]):
        edge = {"position": position, "related_id": article_id(related["url"])}
        _insert(database, "related", RELATED, related | key | edge)
    for position, author in enumerate(record["authors"]):
        said = (author["name"], record["news_site"], author["title"], author["bio"], author["url"])
        author_id = database.execute(ADD_AUTHOR, said).fetchone()[0]
        database.execute("INSERT INTO article_authors VALUES (?, ?, ?)", (record["id"], position, author_id))
    for name in {topic.casefold(): topic for topic in record["topics"]}.values():
        topic_id = database.execute(ADD_TOPIC, (name, name.casefold())).fetchone()[0]
        database.execute("INSERT INTO article_topics VALUES (?, ?)", (record["id"], topic_id))


def _article(record: dict[str, Any]) -> dict[str, Any]:
    return record | {
        "authors": _array([author["name"] for author in record["authors"]]),
        "section": record["sections"][0] if record["sections"] else None,
        "topics": _array(record["topics"]),
        "tags": _array(record["tags"]),
        "image_path": record["images"][0]["path"] if record["images"] else None,
    }


def _array(values: list[str]) -> str:
    return json.dumps(values, ensure_ascii=False)


def _insert(database: sqlite3.Connection, table: str, names: list[str], values: dict[str, Any]) -> None:
    marks = ", ".join("?" * len(names))
    statement = f"INSERT INTO {table} ({', '.join(names)}) VALUES ({marks})"  # noqa: S608 (constants of this file)
    database.execute(statement, [values[name] for name in names])
