"""What a record is: one dataclass an object, one doc line a field; its JSON Schema is made from them.

Every field has a default, because an item loader builds the object first and fills it afterwards. Records are stored:
a change of the fields needs an upgrade in storage/record_upgrades.py.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

from spacenews.schema import doc, internal, schema_of

SCHEMA_VERSION = 1

BlockType = Literal["paragraph", "heading", "list", "quote", "code", "table", "image", "embed"]
ImageRole = Literal["lead", "inline", "gallery"]
Status = Literal["ok", "failed", "skipped"]
Placement = Literal["teaser", "recommendation"]

COVERAGE_FIELDS = (  # of an article: how often each is filled tells how well a site is read
    "title",
    "summary",
    "published_at",
    "updated_at",
    "authors",
    "sections",
    "topics",
    "tags",
    "language",
    "text",
    "links",
    "image_url",
    "images",
    "related",
)


@dataclass
class Author:
    """A person or desk named in the byline."""

    name: str = doc("name as the byline gives it", "")
    url: str | None = doc("the author's page")
    title: str | None = doc('position, e.g. "Space Writer"')
    bio: str | None = doc("the whole biography where the page has it")


@dataclass
class Block:
    """A block of the body, in page order; keys that a type does not use are null."""

    type: BlockType = doc("what the block is", "paragraph")
    text: str | None = doc("text of a paragraph, heading, quote or code")
    level: int | None = doc("level of a heading, 1 to 6")
    items: list[str] | None = doc("items of a list")
    rows: list[list[str]] | None = doc("rows of a table, each a list of cells")
    image: int | None = doc("index into `images`")
    provider: str | None = doc('host of an embed without "www.", e.g. "youtube.com"')
    url: str | None = doc("address of an embed")


@dataclass
class Link:
    """A link in the body."""

    url: str = doc("absolute address", "")
    text: str = doc("what the link says", "")


@dataclass
class ArticleImage:
    """A picture that the page shows as part of the article, whatever became of it."""

    url: str = doc("address it was fetched from: the largest original that answered", "")
    role: ImageRole = doc("where the page shows it", "inline")
    alt: str | None = doc("alternative text")
    caption: str | None = doc("caption without the credit")
    credit: str | None = doc("who made or owns it")
    credit_url: str | None = doc("where the credit links to")
    status: Status = doc("what became of it", "skipped")
    reason: str | None = doc("why it failed or was skipped, a word of a fixed list")
    path: str | None = doc("file below IMAGES_STORE")
    sha256: str | None = doc("SHA-256 of the bytes as served, hexadecimal")
    media_type: str | None = doc("media type found in the bytes")
    width: int | None = doc("pixels")
    height: int | None = doc("pixels")
    bytes: int | None = doc("size of the file in bytes")
    etag: str | None = internal()  # of the file
    last_modified: str | None = internal()  # of the file
    candidates: list[str] = internal(list)  # addresses to try, the largest original first, the page's own form last


@dataclass
class Related:
    """A story that the page itself suggests."""

    url: str = doc("canonical address", "")
    title: str | None = doc("headline on the card")
    summary: str | None = doc("deck on the card")
    teaser: str | None = doc("the card's paragraphs without captions")
    image_url: str | None = doc("picture on the card")
    image_alt: str | None = doc("its alternative text")
    placement: Placement = doc("card after the article, or list of recommendations", "teaser")


@dataclass
class Source:
    """The page as fetched."""

    url: str = doc("address that answered, after redirects", "")
    status: int | None = doc("HTTP status")
    post_id: str | None = doc("the site's own number for the article")
    etag: str | None = doc("ETag header")
    last_modified: str | None = doc("Last-Modified header")
    meta_robots: str | None = doc("content of meta robots")
    x_robots_tag: str | None = doc("X-Robots-Tag header")


@dataclass
class Article:
    """An article of a news site, schema version 1."""

    schema_version: int = doc("version of this schema", SCHEMA_VERSION)
    id: str = doc("UUIDv5 of `url` in the URL namespace", "")
    url: str = doc("canonical address", "")
    news_site: str = doc("name of the site", "")
    title: str = doc("headline, without the site's name", "")
    summary: str | None = doc("the deck under the headline, else the page's description")
    published_at: str | None = doc("time of publication, ISO 8601 in UTC")
    updated_at: str | None = doc("time of the last change that the site states, ISO 8601 in UTC")
    authors: list[Author] = doc("people and desks of the byline", list)
    sections: list[str] = doc('breadcrumb without "Home"', list)
    topics: list[str] = doc("the page's list of topics", list)
    tags: list[str] = doc("the page's keywords without the section", list)
    language: str | None = doc("BCP 47 tag, as the page says")
    text: str = doc("the body as plain text, blocks separated by an empty line", "")
    body: list[Block] = doc("the body as blocks", list)
    word_count: int = doc("words in `text`", 0)
    links: list[Link] = doc("links in the body", list)
    image_url: str | None = doc("address of the lead picture")
    images: list[ArticleImage] = doc("lead picture first, then as in the body", list)
    related: list[Related] = doc("the page's own suggestions", list)
    version: int = doc("1, then one more each time the article is published again", 1)
    content_hash: str = doc("SHA-256 over what a reader would call a change", "")
    first_seen_at: str = doc("when this dataset first saved the article, ISO 8601 in UTC", "")
    crawled_at: str = doc("when this version was fetched, ISO 8601 in UTC", "")
    near_duplicate_of: str | None = doc("id of an older article that says nearly the same")
    gone_at: str | None = doc("when the page was found to be gone for good, ISO 8601 in UTC")
    moved_to: str | None = doc("id of the record that took the place of this one: the story has moved")
    source: Source = doc("the page as fetched", Source)
    requested_url: str = internal("")  # the address of the store that led here
    is_first_read: bool = internal(default=False)  # nobody has read the address before
    check_images: bool = internal(default=False)  # ask whether known images have other bytes by now
    attempts: int = internal(1)  # requests that were made for the page in this run
    signature: bytes | None = internal()  # of the text, by which near duplicates are found
    wall: str | None = internal()  # why the page is no article, a word of reasons.Wall


def json_schema() -> dict[str, Any]:
    """Return the JSON Schema of a record."""
    schema = schema_of(Article, "spacenews article")
    schema["properties"]["schema_version"]["const"] = SCHEMA_VERSION
    return schema
