"""Recognise pages that answer with 200 and are no article: consent, captcha, JavaScript, login, paywall, soft 404.

A page is a wall by what it says where an article's text should be, never by being short.
"""

from __future__ import annotations

from lxml import etree

from spacenews.items import Article
from spacenews.reasons import Wall
from spacenews.structured import Structured


def recognise(root: etree._Element, told: Structured, article: Article) -> Wall | None:
    """Return what kind of wall a page is, None when it is none."""
    return None
