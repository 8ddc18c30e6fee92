"""The site's markup: story -> pages, with the habits of the real ones (blanks, entities, lazy pictures, adverts)."""

from __future__ import annotations

import html
import json
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import format_datetime

ORIGIN = "https://www.digitaltrends.com"
OLD_PICTURES = "https://icdn.digitaltrends.com/image/digitaltrends"
BLANK_GIF = "data:image/gif;base64,R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7"
ADVERT = (
    '<div class="dtads-location dtads-content dtads-desktop" data-location="content">'
    '<div class="lngtd-desktop-content"></div><script>lngtd()</script></div>'
)
VIDEOS = """<div class="b-connatix b-connatix--video" id="dt-cnx-container-6946c3e8984ae">
	<div class="b-connatix__label ">Recommended Videos</div>
	<div class="b-connatix__container">
	<script>var cnx = {"t": "<p>not a paragraph</p>"};</script></div>
	</div>"""


@dataclass(frozen=True)
class Author:
    """A writer of the sample section."""

    name: str
    login: str
    title: str
    bio: str

    @property
    def url(self) -> str:
        """The author's page."""
        return f"{ORIGIN}/users/{self.login}/"


@dataclass(frozen=True)
class Photo:
    """A picture: which scene it shows, where the site keeps it, and what the site says about it."""

    scene: str
    path: str
    alt: str
    caption: str = ""
    credit: str = ""
    credit_url: str = ""
    original_answers: bool = True
    form_answers: bool = True

    @property
    def original(self) -> str:
        """Address of the largest original."""
        return f"{OLD_PICTURES}/{self.path}" if "/" not in self.path else f"{ORIGIN}/tachyon/{self.path}"

    def form(self, width: int, height: int) -> str:
        """Address of a resized form, as pages show it."""
        if "/" in self.path:
            return f"{self.original}?resize={width}%2C{height}"
        stem, dot, extension = self.original.rpartition(".")
        return f"{stem}-{width}x{height}{dot}{extension}"


@dataclass(frozen=True)
class Story:
    """An article of the sample section; blank lines part the blocks of its body."""

    slug: str
    post_id: int
    published: str
    title: str
    authors: tuple[Author, ...]
    keywords: tuple[str, ...]
    topics: tuple[str, ...]
    body: str
    lead: Photo | None = None
    deck: str = ""
    description: str = ""
    modified: str = ""
    kind: str = "News"
    video: str = ""  # address of a video that stands where the lead picture would
    old_address: str = ""  # path that redirects here
    stray_control: bool = False  # JSON-LD with a raw tab inside a string
    suggestions: tuple[str, ...] = ()  # slugs on the cards after the article

    @property
    def url(self) -> str:
        """Canonical address."""
        return f"{ORIGIN}/space/{self.slug}/"

    @property
    def blocks(self) -> list[str]:
        """The blocks of the body as markup."""
        blocks = [block.strip() for block in self.body.strip().split("\n\n") if block.strip()]
        return [block if block.startswith("<") else f"<p>{' '.join(block.split())}</p>" for block in blocks]

    @property
    def short_url(self) -> str:
        """Address by number."""
        return f"{ORIGIN}/?p={self.post_id}"


def text(value: str) -> str:
    """Escape *value* for an attribute or a text."""
    return html.escape(value)


def entities(markup: str) -> str:
    """Write typographic characters as the site's editor does."""
    for character, entity in (("’", "&rsquo;"), ("“", "&ldquo;"), ("”", "&rdquo;"), ("—", "&mdash;")):
        markup = markup.replace(character, entity)
    return markup


# Blocks of a body


def heading(title: str, level: int = 2) -> str:
    """Return a heading."""
    return f'<h{level} class="wp-block-heading">{title}</h{level}>'


def bullets(*items: str, ordered: bool = False) -> str:
    """Return a list."""
    tag = "ol" if ordered else "ul"
    return f'<{tag} class="wp-block-list">' + "".join(f"<li>{item}</li>" for item in items) + f"</{tag}>"


def quote(*paragraphs: str) -> str:
    """Return a block quote."""
    return '<blockquote class="wp-block-quote">' + "".join(f"<p>{p}</p>" for p in paragraphs) + "</blockquote>"


def code(*lines: str) -> str:
    """Return preformatted lines."""
    return '<pre class="wp-block-code"><code>' + "\n".join(lines) + "</code></pre>"


def table(*rows: Sequence[str]) -> str:
    """Return a table whose first row is its head."""
    head = "".join(f"<th>{cell}</th>" for cell in rows[0])
    body = "".join("<tr>" + "".join(f"<td>{cell}</td>" for cell in row) + "</tr>" for row in rows[1:])
    return (
        '<figure class="wp-block-table"><table class="has-fixed-layout">'
        f"<thead><tr>{head}</tr></thead><tbody>{body}</tbody></table></figure>"
    )


def link(slug: str, words: str) -> str:
    """Return a link to another story, with the attributes that the site's scripts leave."""
    return f'<a href="{ORIGIN}/space/{slug}/" data-popup-added="true" style="cursor: pointer" rel>{words}</a>'


def tweet(who: str, handle: str, words: str, day: str, number: int) -> str:
    """Return an embedded post."""
    return (
        f'<blockquote class="twitter-tweet" data-width="550"><p lang="en" dir="ltr">{words} '
        f'<a href="https://t.co/demo{number % 1000}">pic.twitter.com/demo{number % 1000}</a></p>'
        f"&mdash; {who} (@{handle}) "
        f'<a href="https://twitter.com/{handle}/status/{number}">{day}</a></blockquote>'
    )


def youtube(video: str, title: str) -> str:
    """Return an embedded video."""
    return (
        '<figure class="wp-block-embed is-type-video wp-block-embed-youtube"><div class="wp-block-embed__wrapper">'
        f'<iframe title="{text(title)}" src="https://www.youtube.com/embed/{video}?feature=oembed"></iframe></div></figure>'
    )


def recommendations(*stories: tuple[str, str]) -> str:
    """Return the box of older pages that suggests *stories* (slug and title) inside the article."""
    items = "".join(f'<li><a href="{ORIGIN}/space/{slug}/">{text(title)}</a></li>' for slug, title in stories)
    return (
        '<div class="b-related-links h-editors-recs">'
        '<h4 class="h-editors-recs-title">Editors&#8217; Recommendations</h4>'
        f'<ul class="h-editors-recs">{items}</ul></div>'
    )


def figure(photo: Photo) -> str:
    """Return a picture of the body; it loads when the reader comes near."""
    return f'<figure class="wp-block-image size-full">{_lazy(photo)}{_figcaption(photo)}</figure>'


def gallery(*photos: Photo) -> str:
    """Return a gallery."""
    items = "".join(f'<div class="gallery-item">{_lazy(photo)}{_figcaption(photo)}</div>' for photo in photos)
    return f'<div class="gallery gallery-columns-2"><div class="gallery-inner">{items}</div></div>'


def _lazy(photo: Photo) -> str:
    return (
        f'<img src="{BLANK_GIF}" data-dt-lazy-src="{photo.form(1200, 720)}" '
        f'class="dt-lazy-load dt-lazy-pending" alt="{text(photo.alt)}" decoding="async">'
    )


def _figcaption(photo: Photo) -> str:
    if not photo.caption and not photo.credit:
        return ""
    caption = f'<span class="text">{text(photo.caption)}</span>' if photo.caption else ""
    credit = text(photo.credit)
    if photo.credit_url:
        credit = f'<a href="{text(photo.credit_url)}" rel="nofollow noskim">{credit}</a>'
    if credit:
        credit = f'<span class="credit">\n\t\t\t\t{credit}\t\t\t</span>'
    return f'<figcaption class="wp-caption-text">\n\t\t\t{caption}{credit}\n\t</figcaption>'


# Pages


def article_page(story: Story, cards: Sequence[Story] = (), rail: Sequence[Story] = ()) -> str:
    """Return the page of *story*; *cards* follow the article, *rail* stands beside it."""
    return f"""{_article_head(story)}
<body class="wp-singular post-template-default single single-post postid-{story.post_id} wp-theme-dt-stardust \
dt-single-has-blocks dt-body dt-single"  data-post-id={story.post_id} data-post-type=post data-primary-category=9 >
	<a href="#h-maincontent" tabindex="1" class="b-skip-link">Skip to main content</a>
<header class="b-nav  h-nav-container"><nav class="b-nav__inner" role="navigation">\
<a class="b-nav__link" href="{ORIGIN}/computing/">Computing</a>\
<a class="b-nav__link" href="{ORIGIN}/space/">Space</a></nav></header>
<div id="h-maincontent" class="b-page "  data-post-id="{story.post_id}" data-post-url="{story.url}">\
<div class="b-page__inner"><div class="b-single b-page__single b-single--lead">
{_headline(story)}
<div class="b-single__inner ">
{_lead(story)}
<article
	class="b-content b-single__content  h-article-content "
	id="dt-post-content"
	itemid="post-content"
	itemprop="articleBody"
>
	{_body(story.blocks)}
	<div id="in_content_article"></div>
	<div id="in_content_article"></div>
</article>
<div class="b-single__personalities">{"".join(_personality(author) for author in story.authors)}</div>
{_topics(story.topics)}
<div class="b-teasers b-single__teasers">
{"".join(_teaser(card) for card in cards)}
</div>
{_rail(rail)}
</div></div></div></div>
<script type="text/template" id="dt-account-modal"><div><h2>Sign in or create a free account to continue</h2>\
<p>Template text, never shown.</p></div></script>
<footer class="b-foot"><a href="{ORIGIN}/space/">Space</a><a href="{ORIGIN}/sitemap/">Sitemap</a>\
<p>The small print</p></footer>
</body></html>
<!-- generated in 1.916 seconds / 279610 bytes batcached for 100 seconds -->
"""


def _article_head(story: Story) -> str:
    picture = f'\n\t<meta property="og:image" content="{story.lead.form(1200, 630)}" />' if story.lead else ""
    described = f'<meta property="og:description" content="{text(story.description)}" />' if story.description else ""
    keyvals = {
        "tags": [keyword.lower().replace(" ", "-") for keyword in story.keywords],
        "cat": ["space"],
        "page_type": "single",
        "post_type": "post",
        "article_type": story.kind.lower(),
        "aid": str(story.post_id),
    }
    return f"""<!DOCTYPE html>
<html lang="en-us"xmlns:og="http://ogp.me/ns#" xmlns:fb="http://www.facebook.com/2008/fbml">
<head  prefix="og: http://ogp.me/ns#">
	<meta charset="UTF-8">
	<title>{text(story.title)} - Digital Trends</title>
	<meta name='robots' content='index, follow, max-snippet:-1, max-image-preview:large' />
	<meta name="keywords" content="{text(",".join(("Space", *story.keywords)))}" />
	<link rel="canonical" href="{story.url}" />
	<meta property="og:type" content="article" />
	<meta property="og:title" content="{text(story.title)}" />
	{described}
	<meta property="og:url" content="{story.url}" />
	<meta property="og:site_name" content="Digital Trends" />{picture}
	<meta name="author" content="{text(story.authors[0].name)}" />
	<script type="application/ld+json" class="yoast-schema-graph">{_graph(story)}</script>
	<meta property="article:published_time" content="{story.published}" />
	<meta property="article:modified_time" content="{story.modified or story.published}" />
	<link rel="alternate" type="application/rss+xml" title="Digital Trends &raquo; Feed" href="{ORIGIN}/feed/" />
	<script>var dtadsKeyvals = {json.dumps(keyvals)};</script>
	<link rel='shortlink' href='{story.short_url}' />
</head>"""


def _graph(story: Story) -> str:
    published = datetime.fromisoformat(story.published).astimezone(UTC).isoformat()
    persons = [
        {
            "@type": "Person",
            "@id": f"{ORIGIN}/#/schema/person/{author.login}",
            "name": author.name,
            "description": author.bio,
            "url": author.url,
        }
        for author in story.authors
    ]
    page: dict[str, object] = {
        "@type": "WebPage",
        "@id": story.url,
        "url": story.url,
        "name": f"{story.title} - Digital Trends",
        "datePublished": published,
        "author": {"@id": persons[0]["@id"]},
        "inLanguage": "en-US",
    }
    site = {"@type": "WebSite", "@id": f"{ORIGIN}/#website", "url": f"{ORIGIN}/", "name": "Digital Trends"}
    picture = []
    if story.lead:
        address = f"{story.lead.original}?fit=2000%2C1200"
        picture = [{"@type": "ImageObject", "@id": f"{story.url}#primaryimage", "url": address, "contentUrl": address}]
    graph = json.dumps({"@context": "https://schema.org", "@graph": [page, *picture, site, *persons]})
    return graph.replace(" - Digital Trends", " -\tDigital Trends") if story.stray_control else graph


def _headline(story: Story) -> str:
    own = f"{ORIGIN}/space/{story.kind.lower()}/"
    crumbs = [("Home", f"{ORIGIN}/"), ("Space", f"{ORIGIN}/space/"), (story.kind, own)]
    items = "".join(f'<li><a href="{address}"><span>{name}</span></a></li>' for name, address in crumbs)
    elements = [
        {"@type": "ListItem", "position": position, "name": name, "item": address}
        for position, (name, address) in enumerate(crumbs, 1)
    ]
    trail = json.dumps({"@context": "https://schema.org", "@type": "BreadcrumbList", "itemListElement": elements})
    authors = ", ".join(
        f'<a\n\t\t\tclass="author url fn "\n\t\t\thref="{author.url}"\n\t\t\trel="author"\n\t\t>{text(author.name)}</a>'
        for author in story.authors
    )
    deck = f'<h2 class="b-headline__sub-title">{text(story.deck)}</h2>' if story.deck else ""
    when = datetime.fromisoformat(story.published)
    return f"""<header class="b-headline b-headline--lead b-single__headline" id="dt-post-title">
	<div class="b-headline__top"><div class="b-headline__crumbs "><ol>{items}</ol>\
<script type="application/ld+json">{trail};</script></div>
	<div class="b-disclosure b-headline__disclosure"><p>Digital Trends may earn a commission when you \
buy through links on our site. <a href="/editorial-guidelines/" target="_blank">Why trust us?</a></p></div></div>
	<h1 class="b-headline__title " itemprop="headline">
		{text(story.title)}	</h1>
	{deck}
	<div class="b-headline__meta "><cite class="b-byline b-headline__byline "><span class="b-byline__authors">
			By
			{authors}</span>
	<time
		class="b-byline__time date dtreviewed"
		datetime="{story.published}"
	>
		Published {when:%B} {when.day}, {when.year} {when:%I:%M %p}	</time></cite></div>
</header>"""


def _lead(story: Story) -> str:
    if story.video:
        return (
            '<figure class="b-lead-media b-lead-media--video b-single__lead-media">'
            '<div class="dtvideos-container" data-provider="youtube"><div class="dtvideos-title">A video title</div>'
            f'<div class="h-embedded-video" data-url="{story.video}"></div></div></figure>'
        )
    if not story.lead:
        return ""
    photo, shown = story.lead, story.lead.form(1200, 720)
    small = f"{photo.original}?w=414px 414w, " if "/" in photo.path else ""
    return f"""<figure class="b-lead-media b-lead-media--image b-single__lead-media">
	<img width="1200" height="720" src="{shown}" class="dt-lazy-no wp-image-{story.post_id + 7}" \
alt="{text(photo.alt)}" srcset="{small}{shown}" sizes="(max-width: 650px) 414px" \
decoding="async" fetchpriority="high" />
	{_figcaption(photo)}
</figure>"""


def _body(blocks: Sequence[str]) -> str:
    parts: list[str] = []
    for position, block in enumerate(blocks):
        parts.append(entities(block))
        if position == 1:
            parts.append(VIDEOS)
        elif position % 3 == 0 and position:
            parts.append(ADVERT)
    return "\n".join(parts)


def _personality(author: Author) -> str:
    cut = " ".join(author.bio.split()[:14])
    return f"""<section class="b-personality  b-personalities__personality"><div class="b-personality__image">\
<img src="{BLANK_GIF}" data-dt-lazy-src="{ORIGIN}/wp-content/uploads/2026/01/{author.login}.jpg" \
class="dt-avatar dt-lazy-load" alt="{text(author.name)}"></div>
	<div class="b-personality__meta"><div class="b-personality__name"><a class="b-personality__hot" href="{author.url}">
				{text(author.name)}			</a></div><div class="b-personality__title">
			{text(author.title)}		</div></div>
	<div class="b-personality__content">
				{text(cut)}&hellip;			</div></section>"""


def _topics(topics: Iterable[str]) -> str:
    items = "".join(
        '<li class="b-secondary-breadcrumbs__item">'
        f'<a href="{ORIGIN}/topic/{topic.lower().replace(" ", "-")}/">\n\t\t\t{text(topic)}\t\t</a></li>'
        for topic in topics
    )
    return f"""<div class="b-secondary-breadcrumbs b-single__secondary-breadcrumbs">\
<div class="b-secondary-breadcrumbs__title">
		Topics	</div><ul class="b-secondary-breadcrumbs__list">{items}</ul></div>"""


def _teaser(story: Story) -> str:
    deck = f'<div class="b-headline__sub-title">{text(story.deck)}</div>' if story.deck else ""
    image = ""
    if story.lead:
        image = f"""
	<div class="b-teaser__image"><img src="{BLANK_GIF}" data-dt-lazy-src="{story.lead.form(650, 390)}" \
class="attachment-width=650&amp;height=390&amp;crop=1 dt-lazy-load dt-lazy-pending" alt="{text(story.lead.alt)}" \
decoding="async" style="aspect-ratio: 1.66;"></div>"""
    shown = [_teaser_block(block) for block in story.blocks[:3]]
    return f"""<div class="b-teaser b-teasers__teaser">
	<div class="b-headline b-headline--flush b-teaser__headline"><div class="b-headline__top">\
<div class="b-headline__crumbs"><ul><li><a href="{ORIGIN}/space/"><span>Space</span></a></li></ul></div></div>
		<div class="b-headline__title">
			{text(story.title)}		</div>
		{deck}
	</div>{image}
	<div class="b-teaser__content dt-clamp dt-clamp-6 dt-clamp-large-4">
		{"".join(shown)}</div>
	<a class="b-pill-button b-teaser__pill-button b-teaser__hot" href="{story.url}?itm_source=related">
		Read more	</a>
</div>
"""


def _teaser_block(block: str) -> str:
    if block.startswith('<figure class="wp-block-image'):
        return re.sub(r"<img[^>]*>", "", block)
    return f"<p>{re.sub('<[^>]+>', '', block)}</p>" if block.startswith("<p>") else ""


def _rail(stories: Iterable[Story]) -> str:
    items = "".join(
        '<div class="b-right-rail-item b-right-rail__item"><h3 class="b-right-rail-item__title dt-clamp dt-clamp-3">'
        f'<a href="{story.url}">{text(story.title)}</a></h3></div>'
        for story in stories
    )
    return (
        '<aside class="b-sidebar b-single__sidebar h-sidebar"><section class="b-right-rail">'
        f'<h2 class="b-right-rail__title">More Space News</h2><div class="b-right-rail__inner">{items}</div>'
        "</section>\n"
        '<div class="b-newsletter-sign-up"><div class="b-newsletter-sign-up__blurb">'
        "<strong>Upgrade your inbox: sign-up for our newsletters</strong></div></div></aside>"
    )


def listing_page(cards: Iterable[tuple[str, str]], number: int, following: str | None) -> str:
    """Return a page of the section's list; *cards* are addresses and titles, *following* the next page's address."""
    items = "".join(
        f'<div class="b-river-post"><div class="b-river-post__image"><a href="{address}"><img src="{BLANK_GIF}" '
        f'data-dt-lazy-src="{ORIGIN}/tachyon/2026/01/card.jpg?resize=300%2C180" alt="card"></a></div>'
        f'<h3 class="b-river-post__title"><a href="{address}">{text(title)}</a></h3>'
        '<p class="b-river-post__excerpt">An excerpt that is not the article.</p></div>\n'
        for address, title in cards
    )
    own = f"{ORIGIN}/space/" if number == 1 else f"{ORIGIN}/space/page/{number}/"
    head, paging = "", ""
    if following:
        head = f'<link rel="next" href="{following}" />'
        paging = (
            '<div class="b-page__paging"><div class="b-paging__word b-paging__word--next">'
            f'<a href="{following}">Next</a></div></div>'
        )
    return f"""<!DOCTYPE html><html lang="en-us"><head><meta charset="UTF-8"><title>Space - Digital Trends</title>\
<link rel="canonical" href="{own}" />{head}</head>
<body class="archive category category-space dt-body"><header class="b-nav">\
<a class="b-nav__link" href="{ORIGIN}/computing/">Computing</a><a href="{ORIGIN}/space/">Space</a></header>
<div id="h-maincontent" class="b-page"><h1 class="b-page__title">Space</h1><div class="b-river">\
<div class="b-river__inner">
{items}</div></div>{paging}</div>
<footer class="b-foot"><a href="{ORIGIN}/space/">Space</a></footer></body></html>"""


def feed(stories: Iterable[Story]) -> str:
    """Return the section's RSS feed."""
    items = "".join(
        f"<item><title>{text(story.title)}</title><link>{story.url}?utm_source=rss&amp;utm_medium=feed</link>"
        f"<pubDate>{format_datetime(datetime.fromisoformat(story.published))}</pubDate>"
        f'<guid isPermaLink="false">{story.short_url}</guid>'
        f"<description><![CDATA[<p>{text(story.description or story.title)}</p>]]></description></item>\n"
        for story in stories
    )
    return (
        '<?xml version="1.0" encoding="UTF-8"?><rss version="2.0" xmlns:dc="http://purl.org/dc/elements/1.1/"><channel>'
        f"<title>Space | Digital Trends</title><link>{ORIGIN}/space/</link>\n{items}</channel></rss>"
    )


def sitemap(entries: Iterable[tuple[str, str]], index: bool = False) -> str:
    """Return a sitemap, or an index of sitemaps, of addresses and times."""
    outer, inner = ("sitemapindex", "sitemap") if index else ("urlset", "url")
    items = "".join(f"<{inner}><loc>{loc}</loc><lastmod>{time}</lastmod></{inner}>" for loc, time in entries)
    return (
        f'<?xml version="1.0" encoding="UTF-8"?><{outer} xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">'
        f"{items}</{outer}>"
    )
