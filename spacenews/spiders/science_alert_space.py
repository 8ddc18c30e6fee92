"""ScienceAlert, section Space."""

from spacenews.site import WORDPRESS_SIZES
from spacenews.spider import NewsSpider


class ScienceAlertSpaceSpider(NewsSpider):
    """Articles of sciencealert.com; markup of 2019 and of the WordPress site since 2022."""

    name = "science_alert_space"
    allowed_domains = ("www.sciencealert.com", "sciencealert.com")

    # Where articles are found
    news_site = "ScienceAlert"
    section = "space"
    feeds = ("https://www.sciencealert.com/feed", "https://feeds.feedburner.com/sciencealert-latestnews")
    listings = ("https://www.sciencealert.com/{section}",)
    listing_page = "https://www.sciencealert.com/{section}/page/{page}"

    # What URLs look like
    article_pattern = r"^/(?!images/|cdn-cgi/)[\w%]+(?:-[\w%]+){2,}$"
    trailing_slash = False

    # What image URLs look like
    image_originals = (WORDPRESS_SIZES,)

    # How pages are built
    page_scope = ("#rt-mainbody", "main", "body")
    published = "input.published_date::attr(value)"
    updated = "input.modified_date::attr(value)"
    meta_tags = ("article:tag",)
    body = (".article-fulltext", ".post-content, .entry-content", "article")
    lead = (
        ".main-article-image-container, .article-image-photographer-container-margin",
        "figure.wp-block-post-featured-image, .featured-image",
    )
    caption = ".article-image-photographer"
    credit_in_brackets = True
    exclude = "[class*=priad], #trendmd-suggestions"
