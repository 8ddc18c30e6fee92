"""What a site file may say: the attributes a site is described by, with their defaults; no behaviour of the crawl."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cached_property

WORDPRESS_SIZES = (r"(/wp-content/uploads/.+)-\d+x\d+(?=\.\w+$)", r"\1")


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
    listing_next: str = "link[rel=next]::attr(href)"  # where a listing says what its next page is
    listing_page: str | None = None  # address of a further page, with {page}; used where listing_next finds nothing
    listing_scope: str | None = (
        None  # CSS of the part of a listing whose links count; the whole page without header, nav, footer by default
    )
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
    image_query_keep: Sequence[
        str
    ] = ()  # query parameters that tell pictures apart; others are dropped from file names

    @property
    def host(self) -> str:
        """Host of the site's canonical addresses."""
        return self.allowed_domains[0]

    @property
    def picture_hosts(self) -> frozenset[str]:
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
