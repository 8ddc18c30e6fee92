"""Digital Trends, section Space."""

from spacenews.spider import NewsSpider


class DigitaltrendsSpaceSpider(NewsSpider):
    """Articles of digitaltrends.com; markup of December 2025, old posts keep parts of that of 2014 to 2024."""

    name = "digitaltrends_space"
    allowed_domains = ("www.digitaltrends.com", "digitaltrends.com")

    # Where articles are found
    news_site = "Digital Trends"
    section = "space"
    feeds = ("https://www.digitaltrends.com/{section}/feed/",)
    listings = ("https://www.digitaltrends.com/{section}/",)
    listing_page = "https://www.digitaltrends.com/{section}/page/{page}/"

    # What URLs look like
    article_pattern = r"^/{section}/(?!page/|feed/)[^/?]+/$"
    alias_pattern = r"^/(?:news|cool-tech|web)/[^/?]+/$|^/\?p=\d+$"
    trailing_slash = True
    query_keep = ("p",)

    # What image URLs look like
    image_hosts = (
        "icdn.digitaltrends.com", "img.digitaltrends.com", *(f"icdn{n}.digitaltrends.com" for n in range(1, 10)),
    )  # fmt: skip
    image_originals = ((r"^(i(?:cdn\d?|mg)\.digitaltrends\.com/.+)-\d+x\d+(?:-c)?(?=\.\w+$)", r"\1"),)
    image_aliases = ((r"^(www\.digitaltrends\.com)/(?:tachyon|uploads|wp-content/uploads)/", r"\1/"),)

    # How pages are built
    page_scope = ("#h-maincontent", "body")
    headline = ("#dt-post-title h1", "h1.b-headline__title, h1[itemprop=headline]", "h1")
    deck = ("#dt-post-title h2.b-headline__sub-title", "h2.b-headline__sub-title")
    published = ("#dt-post-title time", "time.b-byline__time, .dtreviewed time")
    byline = ("#dt-post-title .b-byline__authors a", "cite a[rel=author], a.author.url[rel=author]")
    author_box = ".b-personality"
    author_name = ".b-personality__hot"
    author_title = ".b-personality__title"
    author_bio = ".b-personality__content"
    topics = ".b-secondary-breadcrumbs__item a"
    body = ("#dt-post-content", "article[itemprop=articleBody]", "article.b-content", "article")
    lead = (
        "figure.b-single__lead-media",
        "figure.b-lead-media, figure.b-lead-image, .b-hero-media, .m-header-media",
        ".b-single__inner > figure",
    )
    gallery = ".gallery, .wp-block-gallery, .m-carousel"
    embed = ".dtvideos-container, .dtv-oembed-wrapper"
    exclude = (
        ".dtads-location, .b-connatix, .dt-primis, .b-related-links, .h-editors-recs, .h-editors-recs-title, "
        ".b-editors-recs, .b-editors-recs-title, #dt-toc, .b-toc, .b-media-jump, .b-service-recirc, "
        ".b-newsletter-signup, .b-newsletter-sign-up, .b-product-index__button, .b-labels, #publisher-md, "
        "#in_content_article, [class*=dtcc-], [data-shortcode-name=respec-newsletter-signup]"
    )
    card = ".b-single__teasers .b-teaser"
    card_link = ("a.b-teaser__hot", "a.b-pill-button", "a")
    card_title = ".b-headline__title"
    card_deck = ".b-headline__sub-title"
    card_text = ".b-teaser__content p"
    recommendation = ("ul.h-editors-recs, .b-related-links ul, .b-editors-recs ul",)
