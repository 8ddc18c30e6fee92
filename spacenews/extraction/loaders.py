"""Raw values of a page -> the fields of an article: a pair of processors a field, the only place that cleans values."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import Any
from urllib.parse import urlsplit

from itemloaders import ItemLoader
from itemloaders.processors import Identity, MapCompose, TakeFirst
from scrapy.http import Response, TextResponse

from spacenews import urls
from spacenews.extraction import walls
from spacenews.extraction.blocks import RawBlock
from spacenews.extraction.boilerplate import compiled, remove_boilerplate
from spacenews.extraction.captions import split_caption
from spacenews.extraction.dates import first_time
from spacenews.extraction.encodings import with_known_encoding
from spacenews.extraction.images import RawImage
from spacenews.extraction.page import AuthorMention, Page, RelatedStory
from spacenews.extraction.selectors import root_of
from spacenews.extraction.text import MAX_SUMMARY, MAX_TITLE, clean, parse_language, plain
from spacenews.extraction.trimming import trimmed
from spacenews.items import Article, ArticleImage, Author, Block, Link, Related, Source
from spacenews.site import Site
from spacenews.urls import absolute_url, join_url

Context = Mapping[str, Any]


def read_article(response: TextResponse, site: Site) -> Article:
    """Return everything that a page says about its article, with `wall` set if the page is not an article.

    Images are listed, not fetched; version, hash and times of the crawl are left to the pipelines. Never raises on a
    malformed page.
    """
    response = with_known_encoding(response)
    page = Page(root_of(response), response, site)
    shown = {raw: made for raw in page.pictures() if (made := picture(raw, site, page.base)) is not None}
    content = remove_boilerplate(page.blocks(), site)
    authors = page.authors()
    if not any(block.type == "paragraph" for block in content.blocks):
        content.blocks += remove_boilerplate(page.blocks_from_metadata(), site).blocks
    elif page.is_body_guessed and page.is_another_text(content.blocks):
        content.blocks = remove_boilerplate(page.blocks_from_metadata(), site).blocks
    elif page.is_body_guessed:
        content.blocks = trimmed(content.blocks, next(iter(page.title()), ""), (author.name for author in authors))
    loader = ArticleLoader(
        site=site,
        base=page.base,
        url=page.url,
        pictures={raw: number for number, raw in enumerate(shown)},
        site_suffix=_site_suffix(site.news_site, *page.metadata.meta["og:site_name"][:1]),
    )
    for name, raw in (
        ("title", page.title()),
        ("summary", page.summary()),
        ("published_at", page.published()),
        ("updated_at", page.updated()),
        ("authors", authors),
        ("sections", page.sections()),
        ("topics", page.topics()),
        ("tags", page.tags()),
        ("language", page.language()),
        ("body", content.blocks),
        ("links", [link for block in content.blocks for link in block.links]),
        ("images", list(shown.values())),
        ("related", [*page.teaser_cards(), *page.recommended(), *content.recommended]),
    ):
        loader.add_value(name, raw)
    article = Article(
        id=urls.article_id(page.url),
        url=page.url,
        news_site=site.news_site,
        source=_source(response, page),
        **loader.load_item(),
    )
    _finish(article)
    article.wall = walls.recognise(page.root, page.metadata, article)
    response.selector.response = None  # breaks a cycle: the tree goes with the page, not when garbage is collected
    return article


def _finish(article: Article) -> None:
    """Fill in the fields that depend on other fields."""
    title = article.title.casefold()
    article.sections = [section for section in article.sections if section.casefold() != title]
    sections = {section.casefold() for section in article.sections}
    article.tags = [tag for tag in article.tags if tag.casefold() not in sections]
    article.text = render(article.body)
    article.word_count = len(article.text.split())
    if article.images and article.images[0].role == "lead":
        article.image_url = article.images[0].url


def header(response: Response, name: str) -> str | None:
    """Return a header of a response as text, its lines joined by commas (RFC 9110, 5.3)."""
    return clean(b", ".join(response.headers.getlist(name)).decode("latin-1")) or None


def _source(response: TextResponse, page: Page) -> Source:
    return Source(
        url=response.url,
        status=response.status,
        post_id=next(filter(None, map(clean, page.post_id())), None),
        etag=header(response, "ETag"),
        last_modified=header(response, "Last-Modified"),
        meta_robots=clean(", ".join(page.metadata.meta["robots"])) or None,
        x_robots_tag=header(response, "X-Robots-Tag"),
    )


@lru_cache(maxsize=256)
def _site_suffix(*site_names: str) -> re.Pattern[str]:
    known = "|".join(re.escape(clean(name)) for name in site_names if name)
    return re.compile(rf"\s+[-–—|•:]\s+(?:{known})(?:\.com)?$" if known else r"(?!)", re.IGNORECASE)


def picture(raw: RawImage, site: Site, base: str) -> ArticleImage | None:
    """Return the image of the record for a raw one, None if none of its URLs can be requested."""
    found = (urls.image_candidates(join_url(source, base), site) for source in raw.sources)
    candidates = next(filter(None, found), [])
    if not candidates:
        return None
    caption, credit = split_caption(raw.caption, raw.credit, in_brackets=site.credit_in_brackets)
    return ArticleImage(
        url=candidates[0],
        role=raw.role,
        alt=clean(raw.alt[:MAX_SUMMARY]) or None,
        caption=caption,
        credit=credit,
        credit_url=(absolute_url(raw.credit_url, base) or None) if credit else None,
        candidates=candidates,
    )


def render(blocks: Iterable[Block]) -> str:
    """Return the plain text of a body: paragraphs, headings, list items and quotes."""
    texts = []
    for block in blocks:
        if block.type == "list":
            texts.append("\n".join(f"- {item}" for item in block.items or ()))
        elif block.type in ("paragraph", "heading", "quote"):
            texts.append(block.text or "")
    return "\n\n".join(texts)


_WORD = re.compile(r"\w")
_HOME = {"home", "homepage", "home page", "start"}


def _name(text: str) -> str:
    return plain(text[:MAX_TITLE])


def _paragraph(text: str) -> str:
    return plain(text[:MAX_SUMMARY])


def _headline(text: str, loader_context: Context) -> str:
    """Return a headline without the name of the site after it."""
    text = _name(text)
    stripped = loader_context["site_suffix"].sub("", text)
    return stripped or text


def _time(texts: list[str], loader_context: Context) -> str | None:
    site = loader_context["site"]
    return first_time(texts, site.date_zone, site.date_formats)


def _distinct(values: Iterable[str]) -> list[str]:
    """Drop values that differ from an earlier one by case only."""
    found: dict[str, str] = {}
    for value in values:
        found.setdefault(value.casefold(), value)
    return list(found.values())


def _sections(values: list[str]) -> list[str]:
    return [value for value in _distinct(values) if value.casefold() not in _HOME]


def _authors(values: list[AuthorMention], loader_context: Context) -> list[Author]:
    """Build the authors from the first source that names any; other sources only add details of the same people."""
    base = loader_context["base"]
    found: dict[str, Author] = {}
    for raw in values:
        name = _name(raw.name)
        author = found.setdefault(name.casefold(), Author(name=name))
        author.url = author.url or absolute_url(raw.url, base) or None
        author.title = author.title or _name(raw.title) or None
        bio = _paragraph(raw.bio)
        author.bio = author.bio or (bio if bio and not bio.endswith(("…", "...")) else None)
    return list(found.values())


def _tags(values: list[str], loader_context: Context) -> list[str]:
    exclude = compiled(loader_context["site"].exclude_tags)
    return _distinct(value for value in values if _WORD.search(value) and not exclude.fullmatch(value))


def _blocks(values: list[RawBlock], loader_context: Context) -> list[Block]:
    made = (_block(raw, loader_context["pictures"], loader_context["base"]) for raw in values)
    return [block for block in made if block is not None]


def _block(raw: RawBlock, pictures: Mapping[RawImage, int], base: str) -> Block | None:
    if raw.type == "embed":
        url = absolute_url(raw.url, base)
        return Block("embed", provider=_host(url), url=url) if url else None
    if raw.picture is not None:
        return Block("image", image=pictures[raw.picture]) if raw.picture in pictures else None
    if raw.type == "list":
        return Block("list", items=raw.items)
    if raw.type == "table":
        return Block("table", rows=raw.rows)
    return Block(raw.type, text=raw.text, level=raw.level)


def _host(url: str) -> str:
    return (urlsplit(url).hostname or "").removeprefix("www.")


def _links(values: list[tuple[str, str]], loader_context: Context) -> list[Link]:
    made = [Link(absolute_url(href, loader_context["base"]), clean(text)) for href, text in values if href[:1] != "#"]
    return list({(link.url, link.text): link for link in made if link.url and link.text}.values())


def _related(values: list[RelatedStory], loader_context: Context) -> list[Related]:
    """Build the related stories: the first of each URL, and none for the page itself."""
    site, base = loader_context["site"], loader_context["base"]
    found: dict[str, Related] = {}
    for raw in values:
        url = absolute_url(raw.url, base)
        url = urls.canonical(url, site) or url
        if url and url != loader_context["url"] and url not in found:
            found[url] = Related(
                url=url,
                title=clean(raw.title[:MAX_SUMMARY]) or None,
                summary=clean(raw.summary[:MAX_SUMMARY]) or None,
                teaser="\n\n".join(filter(None, map(clean, raw.teaser))) or None,
                image_url=(absolute_url(raw.picture.sources[0], base) or None) if raw.picture else None,
                image_alt=(clean(raw.picture.alt[:MAX_SUMMARY]) or None) if raw.picture else None,
                placement=raw.placement,
            )
    return list(found.values())


class ArticleLoader(ItemLoader):
    """Collects the fields of an article in a dict.

    The context has `site`, `base` (the URL that links are relative to), `url` (of the article), `pictures` (the index
    of each raw image) and `site_suffix` (a pattern of what sites put after a headline).

    Each field has both processors and the item is a dict: to look up what is not declared costs an item loader more
    time than all the cleaning.
    """

    default_item_class = dict

    title_in = MapCompose(_headline)
    title_out = TakeFirst()
    summary_in = MapCompose(_paragraph)
    summary_out = TakeFirst()
    published_at_in = updated_at_in = Identity()
    published_at_out = updated_at_out = _time
    authors_in = Identity()
    authors_out = _authors
    sections_in = topics_in = tags_in = MapCompose(_name)
    sections_out = _sections
    topics_out = _distinct
    tags_out = _tags
    language_in = MapCompose(parse_language)
    language_out = TakeFirst()
    body_in = links_in = images_in = related_in = Identity()
    body_out = _blocks
    links_out = _links
    images_out = Identity()
    related_out = _related
