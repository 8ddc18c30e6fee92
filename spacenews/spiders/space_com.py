"""Space.com."""

from spacenews.spider import NewsSpider


class SpaceComSpider(NewsSpider):
    """Articles of space.com; markup of 2019 and of the publisher's later templates."""

    name = "space_com"
    allowed_domains = ("www.space.com", "space.com")

    # Where articles are found
    news_site = "Space.com"
    section = "news"
    feeds = ("https://www.space.com/feeds/all", "https://www.space.com/feeds.xml")
    listings = ("https://www.space.com/{section}",)
    listing_page = "https://www.space.com/{section}/{page}"
    sitemaps = ("https://www.space.com/sitemap.xml",)

    # What URLs look like
    article_pattern = (
        r"^/(?!(?:authors?|topics?|tags?|search|archive|about|newsletters?)[/-])"
        r"(?:[\w-]+/)*\w+(?:-\w+){2,}(?:\.html)?$"
    )
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
