"""What is made of an article's page in a process of its own: all that depends on nothing but the page."""

from __future__ import annotations

import hashlib

from scrapy.http import TextResponse

from spacenews.errors import TooLargeError
from spacenews.extraction.loaders import read_article
from spacenews.extraction.markup_limits import too_complex
from spacenews.extraction.near_duplicates import signature
from spacenews.items import Article
from spacenews.schema import dumps
from spacenews.site import Site
from spacenews.urls import unsigned, url_for_log


def read_page(response: TextResponse, site: Site) -> Article:
    """Return the article of a page with its content hash and signature; raises TooLargeError for a markup bomb."""
    if too_complex(response.body):
        raise TooLargeError(f"{url_for_log(response.url)} is too complex to be parsed")
    article = read_article(response, site)
    article.content_hash = content_hash(article)
    article.signature = signature(article.text)
    return article


def content_hash(article: Article) -> str:
    """Return the SHA-256 over what a reader would call a change.

    Title, summary, names of the authors, text, and each picture's original address, caption and credit; no signature of
    such an address, which is another each time, no bio or position of an author, which change for all articles at once.
    """
    parts = [
        article.title,
        article.summary,
        [author.name for author in article.authors],
        article.text,
        [[unsigned((image.candidates or [image.url])[0]), image.caption, image.credit] for image in article.images],
    ]
    return hashlib.sha256(dumps(parts).encode()).hexdigest()
