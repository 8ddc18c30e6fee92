"""Phys.org, section Astronomy & Space."""

from spacenews.spider import NewsSpider


class PhysOrgSpaceSpider(NewsSpider):
    """Articles of phys.org/space-news/."""

    name = "phys_org_space"
    allowed_domains = ("phys.org", "www.phys.org")

    # Where articles are found
    news_site = "Phys.org"
    section = "space-news"
    feeds = ("https://phys.org/rss-feed/{section}/",)
    listings = ("https://phys.org/{section}/",)
    listing_page = "https://phys.org/{section}/page{page}.html"

    # What URLs look like
    article_pattern = r"^/news/\d{4}-\d\d-[\w-]+\.html$"

    # What image URLs look like
    image_hosts = ("scx1.b-cdn.net", "scx2.b-cdn.net")
    image_originals = ((r"^scx1\.b-cdn\.net/csz/news/[^/]+/", "scx2.b-cdn.net/gfx/news/"),)
    image_aliases = ((r"^(scx2\.b-cdn\.net/gfx/news)/hires/", r"\1/"),)

    # How pages are built
    page_scope = ("section.article", "main", "body")
    byline = (".article-byline__link", ".article-byline")
    breadcrumb = "ol.breadcrumb:first-of-type a"
    tags = "a[rel=tag]"
    meta_tags = ()
    body = (".article-main", "article.news-article", "article")
    lead = (
        ".article-main > .article-gallery:first-child, .article-main > .article-img:first-child",
        "figure.article-img",
    )
    gallery = ".js-article-gallery"
    exclude = ".article-banner, .ads, .article-main__explore, .article-main__note, .d-print-block, .icon_open"
    recommendation = ".article-main__explore"
