"""What a site file may say: the attributes a site is described by, with their defaults; no behaviour of the crawl."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cached_property

WORDPRESS_SIZES = (r"(/wp-content/uploads/.+)-\d+x\d+(?=\.\w+$)", r"\1")


# A selector, or alternatives: the first that finds anything counts, or each of them where it is said so. A selector is
# a group of CSS selectors, in which `::attr()` and `::text` are allowed, or XPath that begins with `./`.
Css = str | tuple[str, ...]


class Site:
    """A news site as data: where its articles are found, how their addresses look, how their pages are built.

    ``{section}`` in an address or a pattern stands for the section that is crawled.
    """

    # Where articles are found
    news_site: str = ""  # name of the site, as in the records
    allowed_domains: Sequence[str] = ()  # exact hosts; the first one is the host of canonical addresses
    section: str = ""  # which section is crawled unless the `section` argument says otherwise
    feeds: Sequence[str] = ()  # addresses of RSS or Atom feeds
    listings: Sequence[str] = ()  # first pages of the section
    listing_next: Css = "link[rel=next]::attr(href)"  # where a listing says what its next page is
    listing_page: str | None = None  # address of a further page, with {page}; used where listing_next finds nothing
    listing_scope: Css = ""  # what of a listing counts; else its main part without header, nav, footer
    sitemaps: Sequence[str] = ()  # sitemaps; those of robots.txt where there are none

    # How addresses look (urls.py); patterns are searched in path and query of a canonical address
    article_pattern: str = ""  # an article of the section
    alias_pattern: str | None = None  # an address that may redirect to an article of the section
    trailing_slash: bool | None = None  # True: paths end with a slash, False: without, None: as found
    query_keep: Sequence[str] = ()  # query parameters that tell articles apart; all others are dropped

    # How picture addresses look (urls.py); a rule is a pattern and a replacement, applied with re.sub to "host/path".
    # Known without a rule: resizing queries, cdn.mos.cms.futurecdn.net (HASH-970-80.jpg), wordpress.com.
    image_hosts: Sequence[str] = ()  # exact hosts that may serve pictures, beside allowed_domains
    image_originals: Sequence[tuple[str, str]] = ()  # resized name -> name of the original, which is asked for first
    image_aliases: Sequence[tuple[str, str]] = ()  # another name of the same picture -> one name, only to compare
    image_query_keep: Sequence[str] = ()  # query parameters that tell pictures apart though they are called like a size

    # How pages are built (extraction/page.py). What these selectors do not find is taken from JSON-LD, then from Open
    # Graph and meta: name what differs from that. Of gallery, embed, quote, caption, credit and exclude, each counts.
    page_scope: Css = ""  # the part of a page that tells of its article; the whole page by default
    headline: Css = "h1"
    deck: Css = ""  # the line under the headline
    published: Css = ""  # a date, or an element with a `datetime`
    updated: Css = ""
    date_zone: str | None = None  # IANA zone of dates that name none, in pages and feeds; else they are taken for UTC
    date_formats: Sequence[str] = ()  # for strptime, without %Z, of dates that dates.py does not read: 04/03/2025
    byline: Css = ""  # one element for each author, or one with all names
    author_box: Css = ""  # one element for each author
    author_name: Css = "a"  # within an author box, like the next two
    author_title: Css = ""
    author_bio: Css = ""
    breadcrumb: Css = ""
    topics: Css = ""
    tags: Css = ""
    meta_tags: Sequence[str] = ("article:tag", "parsely-tags", "news_keywords", "keywords")  # () where they say nothing
    exclude_tags: str = ""  # pattern of tags that are of no use to a reader
    post_id: Css = ""
    body: Css = ""  # the element that holds the text; by default what most publishing systems call it, then `article`
    lead: Css = ""  # the lead picture or video with its caption, in the body or before it
    gallery: Css = (".gallery, .wp-block-gallery", ".gallery-item")
    embed: Css = ""  # embeds that are no iframe, video or social post
    quote: Css = ".pullquote, .simplePullQuote"  # pull quotes that are no blockquote
    caption: Css = "figcaption, .wp-caption-text, .caption-text, .gallery-caption"
    credit: Css = ".credit, .photo-credit, .image-credit, .media-credit, .wp-media-credit, [itemprop~=copyrightHolder]"
    credit_in_brackets: bool = False  # captions end with the credit in round brackets
    exclude: Css = ""  # within the body: adverts, boxes, forms; beside what body.py and loaders.py know of every site
    exclude_lines: Sequence[str] = ()  # patterns of whole blocks of text that are none
    card: Css = ""  # each teaser card after the article
    card_link: Css = ("h2 a, h3 a, h4 a", "a")  # within a card, like the next three
    card_title: Css = ("h2, h3, h4", "a")
    card_deck: Css = ""
    card_text: Css = "p"
    recommendation: Css = ""  # links of recommendation lists, in the body or after it

    @property
    def host(self) -> str:
        """Host of the site's canonical addresses."""
        return self.allowed_domains[0]

    @property
    def all_image_hosts(self) -> frozenset[str]:
        """Every host that may serve the site's pictures."""
        return frozenset((*self.allowed_domains, *self.image_hosts))

    def in_section(self, text: str) -> str:
        """Put the crawled section into an address or pattern of the site file."""
        return text.replace("{section}", self.section)

    @cached_property
    def article_regex(self) -> re.Pattern[str]:
        """`article_pattern` for the crawled section."""
        return re.compile(self.in_section(self.article_pattern))

    @cached_property
    def alias_regex(self) -> re.Pattern[str] | None:
        """`alias_pattern` for the crawled section, if there is one."""
        return re.compile(self.in_section(self.alias_pattern)) if self.alias_pattern else None
