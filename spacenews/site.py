"""What a site file can say: the attributes that describe a site, with their defaults; no behaviour of the crawl."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cached_property

# A rule of `image_originals` for sites on WordPress: photo-300x200.jpg is a smaller copy of photo.jpg.
WORDPRESS_SIZES = (r"(/wp-content/uploads/.+)-\d+x\d+(?=\.\w+$)", r"\1")

ANY_PAGE = "^/"  # the `article_pattern` of a site of which nothing is known

Css = str | tuple[str, ...]  # a selector, or alternatives


class Site:
    """A news site as data: where its articles are found, what their URLs look like, how its pages are built.

    A site file says what a page does not say itself, and nothing else. To write one:

    1. Say where articles are found (``feeds``, ``listings``) and which URLs are articles (``article_pattern``).
    2. Save an article with ``scrapy savefixture`` and look at the ``.json`` beside it. Whatever JSON-LD, Open Graph and
       meta tags say is there already.
    3. For each field that is missing or wrong, set the attribute of that name to a selector. Most sites need ``body``,
       ``exclude`` (what in the body is not text of the article) and ``lead``.
    4. Save it again, then an older article and one with many images: their markup is often another.

    A selector is CSS, in which ``::text`` and ``::attr(name)`` are allowed, or XPath that begins with ``./``. In a
    tuple of selectors, the first that finds anything counts, so that old and new markup can stand side by side.
    ``{section}`` in a URL or a pattern stands for the section that is crawled.

    A whole site file::

        from spacenews.site import WORDPRESS_SIZES
        from spacenews.spider import NewsSpider


        class ExampleSpaceSpider(NewsSpider):
            \"\"\"Articles of example.com; markup of 2026, and of 2019 in older articles.\"\"\"

            name = "example_space"
            allowed_domains = ("www.example.com", "example.com")

            # Where articles are found
            news_site = "Example News"
            section = "space"
            listings = ("https://www.example.com/{section}/",)
            listing_page = "https://www.example.com/{section}/page/{page}/"

            # What URLs look like
            article_pattern = r"^/{section}/[^/?]+/$"
            trailing_slash = True

            # What image URLs look like
            image_hosts = ("images.example.net",)
            image_originals = (WORDPRESS_SIZES,)

            # How pages are built
            headline = (".story h1", "h1.entry-title")
            published = ".story time"
            date_zone = "America/New_York"
            byline = (".story .author", ".entry-author a")
            body = (".story-text", ".entry-content")
            lead = ".story > figure"
            exclude = (".advert, .newsletter", "./p[starts-with(., 'Follow us')]")
            card = ".more-stories li"
    """

    # Where articles are found
    news_site: str = ""  # name of the site, as it is to stand in the records
    allowed_domains: Sequence[str] = ()  # exact hosts; canonical URLs are on the first one
    section: str = ""  # the section that is crawled unless the spider argument `section` names another
    feeds: Sequence[str] = ()  # URLs of RSS or Atom feeds
    listings: Sequence[str] = ()  # URLs of the pages that list the section's articles, the newest first
    listing_next: Css = "link[rel=next]::attr(href)"  # on a listing, the link to its next page
    listing_page: str | None = None  # URL of page {page} of the listing, for listings without such a link
    listing_scope: Css = ""  # the part of a listing with its articles; by default `main` without header, nav and footer
    sitemaps: Sequence[str] = ()  # URLs of sitemaps, read by every crawl if there is no feed and no listing; by default
    # those of robots.txt, else /sitemap.xml, which only `discover=sitemap` reads

    # What URLs look like. Patterns are searched in the path and query of a canonical URL.
    article_pattern: str = ""  # matches an article of the section
    alias_pattern: str | None = None  # matches a URL that may redirect to an article of the section
    trailing_slash: bool | None = None  # whether canonical paths end in a slash; None: as the link has it
    query_keep: Sequence[str] = ()  # query parameters that tell articles apart; all others are dropped

    # What image URLs look like. A rule is a pattern and its replacement, for re.sub on "host/path". Resizing queries,
    # cdn.mos.cms.futurecdn.net (HASH-970-80.jpg) and wordpress.com need no rule.
    image_hosts: Sequence[str] = ()  # exact hosts that may serve images, besides allowed_domains
    image_originals: Sequence[tuple[str, str]] = ()  # rules from the URL of a smaller copy to that of the original
    image_aliases: Sequence[tuple[str, str]] = ()  # rules that give one name to all URLs of the same image
    image_query_keep: Sequence[str] = ()  # query parameters that tell images apart though they are called like a size

    # How pages are built. What is left empty, or finds nothing, is taken from JSON-LD, Open Graph and meta tags.
    page_scope: Css = ""  # the part of the page that the other selectors look at; by default all of it
    headline: Css = "h1"  # the title
    deck: Css = ""  # the line or two below the headline: the summary
    published: Css = ""  # when it was published: text, or an element with a `datetime`
    updated: Css = ""  # when it was last changed, likewise
    date_zone: str | None = None  # IANA zone of dates that name none, in pages and feeds; else they are taken for UTC
    date_formats: Sequence[str] = ()  # strptime formats, without %Z, of dates that are ambiguous: 04/03/2025
    byline: Css = ""  # the authors: one element for each, or one with all names
    author_box: Css = ""  # a box about an author: one for each
    author_name: Css = "a"  # in an author box: the name, with a link to the author's page
    author_title: Css = ""  # in an author box: the position, as "Senior Writer"
    author_bio: Css = ""  # in an author box: the biography
    breadcrumb: Css = ""  # the sections that the article is in, the outermost first: one element for each
    topics: Css = ""  # the topics that the page lists: one element for each
    tags: Css = ""  # the tags that the page lists: one element for each
    meta_tags: Sequence[str] = ("article:tag", "parsely-tags", "news_keywords", "keywords")  # meta tags with its tags
    exclude_tags: str = ""  # pattern of tags that are not for readers: a tag that matches as a whole is dropped
    post_id: Css = ""  # the site's own number of the article
    body: Css = ""  # the element with the text; by default one with a name that publishing systems use, then `article`
    lead: Css = ""  # the lead picture or video with its caption, before or in the body
    gallery: Css = (".gallery, .wp-block-gallery", ".gallery-item")  # in the body: galleries (each selector counts)
    embed: Css = ""  # in the body: embeds other than iframes, videos and social posts (each selector counts)
    quote: Css = ".pullquote, .simplePullQuote"  # in the body: quotes other than blockquotes (each selector counts)
    caption: Css = "figcaption, .wp-caption-text, .caption-text, .gallery-caption"  # in the body (each selector counts)
    credit: Css = (  # in the body (each selector counts)
        ".credit, .photo-credit, .image-credit, .media-credit, .wp-media-credit, [itemprop~=copyrightHolder]"
    )
    credit_in_brackets: bool = False  # whether captions end with the credit in round brackets
    exclude: Css = ""  # in the body: what is not text of the article, as adverts and forms (each selector counts)
    exclude_lines: Sequence[str] = ()  # patterns of text to drop: a short block of the body that matches as a whole
    card: Css = ""  # after the article: each card that suggests another story
    card_link: Css = ("h2 a, h3 a, h4 a", "a")  # in a card: the link
    card_title: Css = ("h2, h3, h4", "a")  # in a card: the headline
    card_deck: Css = ""  # in a card: the deck
    card_text: Css = "p"  # in a card: the paragraphs of its teaser
    recommendation: Css = ""  # lists of links to other stories, in the body or after it

    @property
    def host(self) -> str:
        """The host of canonical URLs."""
        return self.allowed_domains[0]

    def in_section(self, text: str) -> str:
        """Put the section that is crawled into a URL or a pattern of the site file."""
        return text.replace("{section}", self.section)

    @cached_property
    def article_regex(self) -> re.Pattern[str]:
        """`article_pattern` for the crawled section."""
        return re.compile(self.in_section(self.article_pattern))

    @cached_property
    def alias_regex(self) -> re.Pattern[str] | None:
        """`alias_pattern` for the crawled section, if there is one."""
        return re.compile(self.in_section(self.alias_pattern)) if self.alias_pattern else None


def as_data(site: Site) -> Site:
    """Return what a spider's site file says without the spider: something that another process can be told."""
    data = Site()
    for name in Site.__annotations__:
        setattr(data, name, getattr(site, name))
    return data
