"""stories.py: of several stories on a page the one counts that the page is about, however long the others are."""

from __future__ import annotations

import pytest
from scrapy.http import HtmlResponse
from support.timing import grows_by_the_square

from spacenews.extraction.loaders import read_article
from spacenews.items import Article
from spacenews.site import Site

URL = "https://www.example.com/space/a-dune/"
NEXT = "https://www.example.com/space/a-crater/"
TITLE = "Probe sees the far dune"


class Example(Site):
    news_site = "Example News"
    allowed_domains = ("www.example.com", "example.com")
    article_pattern = r"^/space/[^/?]+/$"
    trailing_slash = True
    lead = "figure.lead"
    byline = ".byline"
    deck = ".deck"
    published = "time"


class WithBody(Example):
    body = ".story-text"


HEAD = f'<meta property="og:type" content="article"><meta property="og:title" content="{TITLE}">'


def read(body: str, head: str = HEAD, site: Site | None = None, url: str = URL) -> Article:
    page = f"<html><head>{head}</head><body><main>{body}</main></body></html>"
    return read_article(HtmlResponse(url, body=page, encoding="utf-8"), site or Example())


OWN = "<p>The dune moved by a metre in a year, says the team.</p><p>Wind from the north drives it.</p>"
OWN_TEXT = "The dune moved by a metre in a year, says the team.\n\nWind from the north drives it."
OTHER = "".join(f"<p>Sentence {n} of another story, which is longer by far than this one.</p>" for n in range(20))
CARD = "<article class='card'><h3><a href='/space/a-ridge/'>A ridge</a></h3><p>How the ridge came to be.</p></article>"


def articles(*stories: str) -> str:
    """Put each story, behind what stands before its bar as attributes, into an article of its own."""
    return "".join("<article {}>{}</article>".format(*story.split("|", 1)) for story in stories)


META = "<{} itemprop='mainEntityOfPage' {}='{}'>"
PAGES = {
    "the headline before all": f"<h1>{TITLE}</h1>" + articles(f"|{OWN}", f"|<h2>A crater</h2>{OTHER}"),
    "the headline within": articles(f"|<h1>{TITLE}</h1>{OWN}", f"|<h1>A crater</h1>{OTHER}"),
    "the headline within the second": articles(f"|<h1>A crater</h1>{OTHER}", f"|<h1>{TITLE}</h1>{OWN}"),
    "the headline is a smaller heading": articles(f"|<h2>A crater</h2>{OTHER}", f"|<h2>{TITLE}</h2>{OWN}"),
    "addresses": articles(f"data-url='{NEXT}'|{OTHER}", f"data-url='{URL}'|{OWN}"),
    "an address of the other": articles(f"data-permalink='/space/a-crater/'|{OTHER}", f"|{OWN}"),
    "item ids": articles(f"itemscope itemid='{NEXT}'|{OTHER}", f"itemscope itemid='{URL}#article'|{OWN}"),
    "an address for telephones": articles(f"about='{NEXT}'|{OTHER}", f"about='{URL}amp/'|{OWN}"),
    "addresses around": f"<div data-href='{NEXT}'>{articles(f'|{OTHER}')}</div><div>{articles(f'|{OWN}')}</div>",
    "a link to itself": articles(
        f"|{META.format('link', 'href', NEXT)}{OTHER}", f"|{META.format('link', 'href', URL)}{OWN}"
    ),
    "a meta element": articles(
        f"|{META.format('meta', 'itemid', NEXT)}{OTHER}", f"|{META.format('meta', 'content', URL)}{OWN}"
    ),
    "bookmarks": articles(
        f"|<a rel='bookmark' href='{NEXT}'>A crater</a>{OTHER}", f"|<a rel='bookmark' href='{URL}'></a>{OWN}"
    ),
    "cards before": CARD * 3 + articles(f"|<h1>{TITLE}</h1>{OWN}", f"|{OTHER}"),
    "cards between": f"<h1>{TITLE}</h1>{CARD * 3}" + articles(f"|{OWN}", f"|<h2>A crater</h2>{OTHER}"),
    "no sign but the order": articles(f"|{OWN}", f"|{OTHER}"),
    "cards and no sign": CARD * 3 + articles(f"|{OWN}", f"|{OTHER}"),
    "comments": articles(f"|<h1>{TITLE}</h1>{OWN}", f"class='comment'|{OTHER}"),
    "an article around all": articles(
        "|" + articles(f"data-url='{URL}'|<h1>{TITLE}</h1>{OWN}", f"data-url='{NEXT}'|{OTHER}")
    ),
    "the next story within": articles(
        f"|<h1>{TITLE}</h1>{OWN}" + articles(f"data-url='{NEXT}'|<h2>A crater</h2>{OTHER}")
    ),
    "a card within": articles(f"|<h1>{TITLE}</h1>{OWN}{CARD}"),
}


@pytest.mark.parametrize("page", PAGES.values(), ids=PAGES)
def test_the_story_is_that_of_the_page(page: str) -> None:
    assert read(page).text.removeprefix(f"{TITLE}\n\n") == OWN_TEXT  # a smaller heading may be one of the text


SITE_PAGES = """
<h1>{title}</h1><T>{own}</T><h1>A crater</h1><T>{other}</T>
<h1>{title}</h1><T>{own}</T><h2>A crater</h2><T>{other}</T>
<div data-url='{next}'><T>{other}</T></div><div><T>{own}</T></div>
<section><h1>A crater</h1><T>{other}</T></section><section><h1>{title}</h1><T>{own}</T></section>
<article><h1>{title}</h1><T>{own}</T></article><article><h1>A crater</h1><T>{other}</T></article>
<h1>{title}</h1><T>{own}<div class='next' data-url='{next}'><h1>A crater</h1>{other}</div></T>
<aside><T>{other}</T></aside><h1>{title}</h1><T>{own}</T>
<div hidden><T>{other}</T></div><h1>{title}</h1><T>{own}</T>
""".strip().splitlines()
PARTS = """
<h1>{title}</h1><T><p>A short deck.</p></T><figure></figure><T>{own}</T>
<article><h1>{title}</h1><T>{own}</T><h3>More</h3><T><p>End.</p></T></article>
<T></T><h1>{title}</h1><T>{own}</T>
""".strip().splitlines()


def read_by_selector(page: str) -> str:
    page = page.replace("<T>", "<div class='story-text'>").replace("</T>", "</div>")
    return read(page.format(title=TITLE, own=OWN, other=OTHER, next=NEXT), site=WithBody()).text


@pytest.mark.parametrize("page", SITE_PAGES)
def test_so_it_is_with_a_selector_of_the_site(page: str) -> None:
    assert read_by_selector(page) == OWN_TEXT


@pytest.mark.parametrize("page", PARTS)
def test_of_several_parts_of_one_story_the_fullest_counts(page: str) -> None:
    assert read_by_selector(page) == OWN_TEXT


def test_what_belongs_to_another_story_goes_with_it() -> None:
    def story(url: str, name: str, text: str) -> str:
        return f"""<div class='story'><article data-url='{url}'>
            <h1>{name}</h1><p class='deck'>Deck of {name}.</p><p class='byline'>By {name[:5]} Quill</p>
            <time datetime='2026-01-0{len(name) % 9 + 1}T00:00:00Z'></time>
            <figure class='lead'><img src='/{name[:3]}.jpg'></figure>
            <div class='story-text'>{text}</div></article></div>"""

    own, other = story(URL, TITLE, OWN), story(NEXT, "Crater", OTHER)
    alone = read(own, site=WithBody())
    assert (alone.summary, [a.name for a in alone.authors]) == (f"Deck of {TITLE}.", ["Probe Quill"])
    for page in (own + other, other + own, other + own + other):
        article = read(page, site=WithBody())
        assert (article.title, article.summary, article.published_at) == (TITLE, alone.summary, alone.published_at)
        assert [author.name for author in article.authors] == ["Probe Quill"]
        assert [picture.url for picture in article.images] == [picture.url for picture in alone.images]
        assert article.text == OWN_TEXT


def test_an_attribute_that_names_the_next_story_is_not_the_address_of_this_one() -> None:
    page = f"<article data-next-url='{NEXT}' data-api='/api/space/x/'>{OWN}</article><article>{OTHER}</article>"
    assert read(page).text == OWN_TEXT


def test_a_round_up_keeps_its_items() -> None:
    items = "".join(f"<h2><a href='/space/item-{n}/'>Item {n}</a></h2><p>What it is about.</p>" for n in range(4))
    assert len(read(f"<article><h1>{TITLE}</h1>{items}</article>").body) == 8


def test_the_headline_is_no_part_of_the_text() -> None:
    article = read(f"<article><header><h1>{TITLE}</h1></header>{OWN}<h2>Wind</h2></article>")
    assert (article.title, article.text) == (TITLE, f"{OWN_TEXT}\n\nWind")
    assert read(f"<article><h1>{TITLE}<div>{OWN}</div></h1></article>").text.endswith(OWN_TEXT), "never closed"


@pytest.mark.faults
@pytest.mark.parametrize("many", ["<article>", "<article data-url='/space/x/'>", "<section><article><p>A.</p>"])
def test_many_articles_are_no_danger(many: str) -> None:
    assert not grows_by_the_square(lambda size: read(f"<h1>{TITLE}</h1><article>{OWN}</article>" + many * size), 500)
