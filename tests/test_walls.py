"""walls.py: what is no article is told from what is one, and a short article is one."""

from __future__ import annotations

import pytest
from scrapy.http import HtmlResponse

from spacenews.extraction.loaders import read_article
from spacenews.items import Article
from spacenews.spiders.digitaltrends_space import DigitaltrendsSpaceSpider

URL = "https://www.digitaltrends.com/space/a-story/"
DATE = '<meta property="article:published_time" content="2024-04-16T18:40:00Z">'
MODAL = (
    '<script type="text/template" id="dt-account-modal"><h2>Sign in or create a free account to continue</h2></script>'
)


def read(body: str, head: str = "", title: str = "A story") -> Article:
    page = f"<html><head><title>{title}</title>{head}</head><body>{body}</body></html>"
    return read_article(HtmlResponse(URL, body=page.encode(), encoding="utf-8"), DigitaltrendsSpaceSpider())


def article(text: str, after: str = "", head: str = DATE) -> Article:
    return read(f"<h1>A story</h1><article itemprop='articleBody'>{text}</article>{after}", head)


@pytest.mark.parametrize(
    ("wall", "title", "body"),
    [
        (
            "consent",
            "Before you continue",
            "<div><p>We value your privacy. We and our partners store cookies.</p></div>",
        ),
        ("consent", "News", "<p>This site uses cookies.</p><button>Accept</button>"),
        ("captcha", "Just a moment...", "<p>Enable JavaScript and cookies to continue</p>"),
        ("captcha", "News", "<main><p>Please verify you are a human</p></main>"),
        ("captcha", "Access to this page has been denied", "<div id='px-captcha'></div>"),
        (
            "javascript",
            "News",
            "<div id='root'></div><noscript>You need to enable JavaScript to run this app.</noscript>",
        ),
        ("javascript", "News", "<p>Please enable JS and disable any ad blocker</p>"),
        ("login", "News", "<main><h1>Sign in to continue</h1><form></form></main>"),
        ("paywall", "News", "<main><p>This story is for subscribers. Subscribe now to read on.</p></main>"),
        ("soft_404", "Page not found - News", "<h1>Oops</h1><p>Try the search.</p>"),
        ("soft_404", "News", "<article><h1>404</h1><p>We couldn’t find the page you asked for.</p></article>"),
    ],
)
def test_a_wall_is_told_by_what_it_says(wall: str, title: str, body: str) -> None:
    assert read(body, title=title).wall == wall


def test_an_article_whose_body_has_moved_is_no_wall_whatever_a_line_of_it_says() -> None:
    text = "<p>The probe took a picture of the far side of the moon and sent it home.</p>" * 4
    moved = read(
        f"<main><div class='new-name'>{text}<p>Please enable Javascript to view this content</p></div></main>", DATE
    )
    assert (moved.wall, moved.text) == (None, "")


@pytest.mark.parametrize(
    "text",
    [
        "<p>Nothing happened.</p>",
        "<p>We value your privacy, says the new telescope’s web page, and it uses cookies.</p>",
        "<p>The lander’s site asks to verify you are human; a captcha, on Mars.</p>",
        "<p>Page not found, said the rover. Please enable JavaScript, said the orbiter.</p>",
        "<p>Subscribers only saw the launch live; sign in to view the replay.</p>",
    ],
)
def test_a_short_article_is_no_wall(text: str) -> None:
    assert article(text, after=MODAL).wall is None


def test_a_banner_beside_an_article_is_no_wall() -> None:
    banner = (
        "<div class='banner'>We value your privacy. Accept all cookies.</div><div>Already a subscriber? Log in</div>"
    )
    assert article("<p>Nothing happened.</p>", after=banner).wall is None


def test_a_sign_in_template_is_not_what_a_page_shows() -> None:
    for hidden in (
        MODAL,
        "<template><p>Sign in to continue</p></template>",
        "<div hidden>Sign in to continue</div>",
        "<div style='display: none'>Sign in to continue</div>",
        "<dialog>Sign in to continue</dialog>",
    ):
        assert read(f"<h1>No text</h1><article></article>{hidden}").wall is None, hidden


def test_a_teaser_before_a_paywall_is_a_wall() -> None:
    told = (
        '<script type="application/ld+json">'
        '{"@type": "NewsArticle", "isAccessibleForFree": %s, "wordCount": %d}</script>'
    )
    text = "<p>The probe woke up. It said</p>"
    assert article(text, head=DATE + told % ("false", 900)).wall == "paywall"
    assert article(text, head=DATE + told % ('"False"', 900)).wall == "paywall"
    assert article(text, head=DATE + told % ("false", 6)).wall is None, "all of it is there"
    assert article(text, head=DATE + told % ("true", 900)).wall is None
    assert article(text, after="<div>Subscribe to continue reading</div>").wall == "paywall"
    assert article(text, after="<div>Log in to continue reading</div>").wall == "login"


def test_a_long_article_is_no_wall_whatever_stands_beside_it() -> None:
    text = "<p>" + "The probe woke up and said so. " * 40 + "</p>"
    assert article(text, after="<div>Subscribe to continue reading</div>").wall is None


def test_an_empty_page_is_no_wall() -> None:
    assert read("").wall is None
