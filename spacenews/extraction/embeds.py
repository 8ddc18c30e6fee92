"""Where an embedded video, frame or social media post comes from."""

from __future__ import annotations

import re

from lxml import etree

from spacenews.extraction.visibility import classes_of

_POST_CLASS = re.compile(
    r"\b(?:twitter-(?:tweet|video)|instagram-media|tiktok-embed|bluesky-embed|reddit-embed(?:-bq)?|reddit-card"
    r"|mastodon-embed|fb-(?:post|video)|text-post-media|imgur-embed-pub|flickr-embed)\b"
)
_POST_LINK = re.compile(r"^https?://(?:\w+\.)?(?:twitter|x)\.com/\w+/status(?:es)?/\d+", re.IGNORECASE)
_EMBED_ATTRIBUTES = (
    "data-instgrm-permalink", "data-text-post-permalink", "data-url", "data-embed-url", "data-lazy-src", "data-src",
    "data-href", "cite", "src", "href",
)  # fmt: skip
_ADVERT_FRAME = re.compile(r"doubleclick|googlesyndication|googletagmanager|amazon-adsystem|/ads?[/.]", re.IGNORECASE)


def embed_url(element: etree._Element) -> str:
    """Return the URL of an embed: of an attribute on it or below it, else of its last link."""
    for inner in element.iter("div", "iframe", "blockquote", "video", "audio", "source", "embed", "object", "figure"):
        for name in _EMBED_ATTRIBUTES:
            address = inner.get(name, "").strip()
            if address.startswith(("http://", "https://", "//")) and not _ADVERT_FRAME.search(address):
                return address
    links = [str(link.get("href")) for link in element.iter("a") if link.get("href", "").startswith("http")]
    posts = [link for link in links if _POST_LINK.match(link)]
    return (posts or links or [""])[-1]


def has_post_class(quote: etree._Element) -> bool:
    """Tell whether a blockquote is a social media post, by its class."""
    return _POST_CLASS.search(classes_of(quote)) is not None


def ends_with_post_link(quote: etree._Element) -> bool:
    """Tell whether a blockquote is a social media post, by the link on its date."""
    links = [link.get("href", "") for link in quote.iter("a")]
    return bool(links and _POST_LINK.match(links[-1]))
