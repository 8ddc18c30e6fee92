"""The Space Review."""

from spacenews.spider import NewsSpider


class TheSpaceReviewSpider(NewsSpider):
    """Essays of thespacereview.com; hand-written HTML with tables for its layout and no structured data at all."""

    name = "the_space_review"
    allowed_domains = ("www.thespacereview.com", "thespacereview.com")

    # Where articles are found
    news_site = "The Space Review"
    section = "article"
    feeds = ("https://www.thespacereview.com/articles.xml",)
    listings = ("https://www.thespacereview.com/",)

    # What URLs look like
    article_pattern = r"^/{section}/\d+/\d+$"
    trailing_slash = False

    # How pages are built
    page_scope = ("./descendant-or-self::td[h1[@class='headline']]", "body")
    published = ".datetime"
    date_zone = "America/New_York"
    byline = "h3.byline::text"
    body = "./descendant-or-self::td[h1[@class='headline']]"
    lead = ".//table[following-sibling::*[1][self::h1]]"
    caption = ".info2"
    exclude = ("h1.headline, .byline, .info, .addthis_button, .rdbWrapper", ".//h2[a[@href='/index.html']]")
