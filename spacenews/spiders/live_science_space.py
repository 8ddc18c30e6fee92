"""Live Science."""

from spacenews.spider import NewsSpider


class LiveScienceSpaceSpider(NewsSpider):
    """Articles of livescience.com; markup of 2019 and of the publisher's later templates."""

    name = "live_science_space"
    allowed_domains = ("www.livescience.com", "livescience.com")

    # Where articles are found
    news_site = "Live Science"
    section = "space"
    feeds = ("https://www.livescience.com/feeds/all", "https://www.livescience.com/feeds.xml")
    listings = ("https://www.livescience.com/{section}",)
    listing_page = "https://www.livescience.com/{section}/{page}"
    sitemaps = ("https://www.livescience.com/sitemap.xml",)

    # What URLs look like
    article_pattern = r"^/(?:{section}/(?:[\w-]+/)*)?(?!about-|author-)\w+(?:-\w+){2,}(?:\.html)?$"
    trailing_slash = False

    # What image URLs look like
    image_hosts = ("cdn.mos.cms.futurecdn.net", "vanilla.futurecdn.net")

    # How pages are built
    page_scope = ("article.news-article", "#content, #main, main", "body")
    deck = ".strapline"
    byline = (".by-author a", ".author-byline__author-name a, a[rel=author]")
    breadcrumb = ".breadcrumb a"
    exclude_tags = r"(?:channel|type|van)[_-]\w+|serversidehawk|syndicate|videoarticle|category: .*"
    body = "#article-body"
    lead = (".hero-image-wrapper, .content-wrapper > .box", "#article-body > .future__jwplayer:first-child")
    gallery = ".inlinegallery, .imageGallery-wrapper"
    exclude = (
        ".slidecount, .hawk-widget, .future__jwplayer, .fancy-box, .product, .newsletter-inbodyContent-slice",
        ".jwplayer__wrapper, .slice-container-newsletterForm, .slice-author-bio, .person-wrapper",
        "#slice-container-relatedArticles",
        "./figure[.//a[contains(@href, 'myfavouritemagazines') or contains(@href, 'magazinesdirect')]]",
    )
    card = ".related-articles-block .listingResult, .related-articles-block article"
