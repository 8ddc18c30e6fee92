"""SpaceNews."""

from spacenews.site import WORDPRESS_SIZES
from spacenews.spider import NewsSpider


class SpacenewsComSpider(NewsSpider):
    """Articles of spacenews.com, a WordPress site; markup of 2019 and of the block theme since."""

    name = "spacenews_com"
    allowed_domains = ("spacenews.com", "www.spacenews.com")

    # Where articles are found
    news_site = "SpaceNews"
    section = "news"
    feeds = ("https://spacenews.com/feed/",)
    listings = ("https://spacenews.com/section/{section}/", "https://spacenews.com/segment/{section}/")
    sitemaps = ("https://spacenews.com/sitemap_index.xml",)

    # What URLs look like
    article_pattern = r"^/(?!section|segment|tag|author|about|feed|event|category|page)[\w%]+(?:-[\w%]+){2,}/$"
    alias_pattern = r"^/\?p=\d+$"
    trailing_slash = True
    query_keep = ("p",)

    # What image URLs look like
    image_hosts = ("i0.wp.com", "i1.wp.com", "i2.wp.com")
    image_originals = ((r"^i\d\.wp\.com/spacenews\.com/", "spacenews.com/"), WORDPRESS_SIZES)

    # How pages are built
    page_scope = ("main", "body")
    deck = (".synopsis", ".newspack-post-subtitle")
    byline = ".authors a[rel=author], .byline .author a, .entry-meta a.author"
    author_box = ".author-bio"
    author_bio = ".author-bio-text p, p"
    body = (".tablet-wrapper", ".entry-content", "section.article-content", "article")
    lead = ("figure.featured", "figure.post-thumbnail, .featured-image")
    exclude = ".synopsis, .content-ad, .share-this-mobile, .tax-container, [class*=ctx-], .hide-for-print, .ad"
