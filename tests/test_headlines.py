"""headlines.py: the headline is what the page is about, not what its site is called."""

from __future__ import annotations

import json

import pytest
from scrapy.http import HtmlResponse

from spacenews.extraction.loaders import read_article
from spacenews.extraction.text import MAX_TITLE
from spacenews.site import Site

TITLE = "Probe sees the far dune"


class Example(Site):
    news_site = "Example News"
    allowed_domains = ("www.example.com",)
    article_pattern = r"^/space/[^/?]+/$"


def title(body: str, head: str = "<title>x</title>") -> str:
    page = f"<html><head>{head}</head><body>{body}</body></html>"
    return read_article(
        HtmlResponse("https://www.example.com/space/a-dune/", body=page, encoding="utf-8"), Example()
    ).title


STORY = f"<main><article><h1>{TITLE}</h1><p>Text.</p></article></main>"


@pytest.mark.parametrize(
    "logo",
    [
        "<header><h1 class='site-title'>Example News</h1></header>",
        "<header><h1>EXAMPLE NEWS</h1></header>",
        "<h1>The Example News</h1>",
        "<h1>ExampleNews.com</h1>",
        "<h1>example</h1>",
        "<h1><a href='/'>Space, daily</a></h1>",
        "<h1><a href='https://www.example.com'>Space, daily</a></h1>",
        "<div><h1><a href='/index.html' rel='home'>Space, daily</a></h1></div>",
        "<h1 id='logo'>Space, daily</h1>",
        "<div class='navbar-brand'><h1>Space, daily</h1></div>",
        "<nav><h1>Sections</h1></nav>",
        "<div role='banner'><div class='masthead__logo'><h1><span>Space, daily</span></h1></div></div>",
        "<h1><a href='/'><img src='/logo.svg' alt='Example News'></a></h1>",
        "<h1 hidden>Space, daily</h1>",
        "<h1 class='sr-only'>Space, daily</h1>",
        "<div style='display:none'><h1>Space, daily</h1></div>",
        "<dialog><h1>Sign in</h1></dialog>",
        "<div role='dialog'><h1>We value your privacy</h1></div>",
        "<aside><h1>Most read</h1></aside>",
        "<footer><h1>About us</h1></footer>",
    ],
)
def test_a_logo_is_no_headline(logo: str) -> None:
    assert title(logo + STORY) == TITLE
    assert title(STORY + logo) == TITLE


def test_a_logo_is_known_by_what_the_page_calls_its_site() -> None:
    told = {"@type": "NewsArticle", "publisher": {"@type": "Organization", "name": "Daily Dune"}}
    script = f"<script type='application/ld+json'>{json.dumps(told)}</script>"
    site = f"<script type='application/ld+json'>{json.dumps({'@type': 'WebSite', 'name': 'Daily Dune'})}</script>"
    said = [f'<meta name="{name}" content="Daily Dune">' for name in ("og:site_name", "application-name")]
    for head in (script, site, *said):
        assert title("<h1>Daily Dune</h1>" + STORY, head) == TITLE


@pytest.mark.parametrize(
    "header",
    [
        f"<header><h1>{TITLE}</h1></header>",
        f"<header class='site-header'><div class='hero'><h1>{TITLE}</h1></div></header>",
        f"<h1><a href='/space/a-dune/'>{TITLE}</a></h1>",
        f"<h1><a href='https://www.example.com/space/a-dune'>{TITLE}</a></h1>",
        f"<div class='logos-and-title'><h1>{TITLE}</h1></div>",
    ],
)
def test_a_headline_may_stand_in_a_header_or_be_a_link(header: str) -> None:
    assert title(f"{header}<article><p>Text.</p></article>") == TITLE


def test_the_headline_is_the_one_that_the_page_says_elsewhere() -> None:
    section = "<h1>Space</h1><h1>Probe sees  the far dune</h1>"
    told = json.dumps({"@type": "NewsArticle", "headline": "Probe sees the far dune!"})
    assert title(section) == "Space"
    assert title(section, f'<meta property="og:title" content="{TITLE} - Example News">') == TITLE
    assert title(section, f"<title>{TITLE} | Example News</title>") == TITLE
    assert title(section, f"<script type='application/ld+json'>{told}</script>") == TITLE
    assert title(section, '<meta property="og:title" content="You will not believe this dune">') == "Space"


def test_a_logo_is_the_last_resort() -> None:
    logo = "<header><h1>Example News</h1></header><p>Text.</p>"
    assert title(logo, f'<meta property="og:title" content="{TITLE}">') == TITLE
    assert title(logo, f"<title>{TITLE} - Example News</title>") == TITLE
    assert title(logo, "") == "Example News"


def test_words_for_screen_readers_are_no_part_of_a_headline() -> None:
    assert title(f"<h1>{TITLE}<span class='sr-only'>, new window</span><i aria-hidden='true'>›</i></h1>") == TITLE
    assert title("<h1>Probe sees<br>the <em>far</em> dune</h1>") == TITLE


@pytest.mark.parametrize(
    "odd", ["\u202b{}\u202c", "\u200e{}", "{}\u2069", "\ufeff{}\u200b", "\u2067\u00ad{}\u2069", "{}\u2028"]
)
def test_invisible_marks_are_no_part_of_a_title_wherever_it_comes_from(odd: str) -> None:
    odd = odd.format(TITLE)
    assert title(f"<h1>{odd}</h1>") == TITLE
    assert title("", f'<meta property="og:title" content="{odd}">') == TITLE
    assert title("", f"<title>{odd} - Example News</title>") == TITLE


def test_a_title_has_an_end() -> None:
    long = "dune " * 500_000
    for body, head in ((f"<h1>{long}</h1>", ""), ("", f'<meta property="og:title" content="{long}">')):
        assert 0 < len(title(body, head)) <= MAX_TITLE
