"""visibility.py and the walk: what a reader cannot see is no text where other text remains; what a click shows is."""

from __future__ import annotations

import pytest
from lxml import html
from scrapy.http import HtmlResponse

from spacenews.extraction.loaders import read_article
from spacenews.extraction.visibility import is_hidden
from spacenews.items import Article
from spacenews.site import Site


class Example(Site):
    news_site = "Example News"
    allowed_domains = ("www.example.com",)
    article_pattern = r"^/space/[^/?]+/$"
    body = ".story"


def read(body: str) -> Article:
    page = f"<html><body><main><h1>A dune moves</h1><div class='story'>{body}</div></main></body></html>"
    return read_article(HtmlResponse("https://www.example.com/space/a-dune/", body=page, encoding="utf-8"), Example())


ONE, TWO = "<p>The dune moved by a metre in a year, says the team.</p>", "<p>Wind from the north drives it.</p>"
SEEN = "The dune moved by a metre in a year, says the team.\n\nWind from the north drives it."

HIDING = [
    "hidden",
    "hidden=''",
    "hidden='hidden'",
    "style='display:none'",
    "style='DISPLAY : None ;'",
    "style='color: red; display:none !important'",
    "style='/* x */display:none'",
    "style='visibility:hidden'",
    "style='visibility: collapse'",
    "style='position:absolute;left:-9999px'",
    "style='text-indent:-9999em; color:red'",
    "style='position:absolute; clip: rect(0 0 0 0)'",
    "style='clip:rect(1px,1px,1px,1px)'",
    "style='font-size:0'",
    "style='font-size: 0px;'",
    "style='content-visibility: hidden'",
    "aria-hidden='true'",
    "aria-hidden='TRUE'",
    "role='dialog'",
    "role='alertdialog' aria-modal='true'",
    "role='status'",
    "role='alert'",
    "role='tooltip'",
    "aria-modal='true'",
    "class='d-none'",
    "class='hidden'",
    "class='x sr-only y'",
    "class='visually-hidden'",
    "class='visuallyhidden'",
    "class='screen-reader-text'",
    "class='u-hidden'",
    "class='is-hidden'",
    "class='element-invisible'",
    "class='show-for-sr'",
    "class='a11y-hidden'",
    "class='d-none d-print-block'",
    "class='print-only'",
    "style='display:none ! important'",
    "style='position: absolute; width:1px; height:1px; overflow:hidden'",
    "style='clip-path: inset(50%)'",
    "class='VisuallyHidden__hidden-sc-11a9yfm-0'",
    "class='styles_srOnly__x1'",
    "class='wp-screen-reader-only-text'",
    "class='govuk-visually-hidden'",
]


@pytest.mark.parametrize("attribute", HIDING)
def test_a_box_that_nobody_sees_is_no_text(attribute: str) -> None:
    box = f"<div {attribute}><p>You must be logged in to comment on this.</p><ul><li>a</li><li>b</li></ul></div>"
    article = read(f"{ONE}{box}{TWO}")
    assert article.text == SEEN
    assert len(article.body) == 2


@pytest.mark.parametrize("attribute", [hiding for hiding in HIDING if "aria-hidden" not in hiding])
def test_nor_is_a_piece_of_a_line(attribute: str) -> None:
    piece = f"<span {attribute}>ERROR: <b>not known</b></span>"
    assert read(ONE.replace("<p>", f"<p>{piece}") + TWO.replace("drives", f"{piece}drives")).text == SEEN


@pytest.mark.parametrize("tag", ["template", "dialog", "dialog open"])
def test_templates_and_dialogs_are_no_text(tag: str) -> None:
    assert read(f"{ONE}<{tag}><p>Join our list.</p></{tag.partition(' ')[0]}>{TWO}").text == SEEN


@pytest.mark.parametrize("attribute", HIDING)
def test_where_nothing_else_is_there_what_is_hidden_is_the_text(attribute: str) -> None:
    article = read(f"<h2>Dunes</h2><div {attribute}>{ONE}{TWO}</div>")
    assert article.text == f"Dunes\n\n{SEEN}"


@pytest.mark.parametrize(
    "attribute",
    [
        "style='display:block'",
        "style='display:none-such; visibility:visible'",
        "style='overflow:hidden'",
        "style='background:url(display:none.png)'",
        "style='left:-4px'",
        "style='font-size:0.9em'",
        "hidden='until-found'",
        "aria-hidden='false'",
        "role='region'",
        "role='presentation'",
        "class='hidden-print'",
        "class='hidden-xs'",
        "class='d-none d-md-block'",
        "class='hidden lg:block'",
        "class='d-md-none'",
        "class='overflow-hidden'",
        "class='not-hidden'",
        "class='not-sr-only'",
        "class='field field--label-visually_hidden'",
        "style='position:absolute; width:100%'",
        "style='height:1px'",
    ],
)
def test_what_some_readers_see_is_text(attribute: str) -> None:
    assert read(f"<div {attribute}>{ONE}</div>{TWO}").text == SEEN


def test_so_it_is_in_tables_and_headings() -> None:
    head = "<tr><th>Dune<span class='sr-only'>, sorted</span></th><th hidden>Id</th></tr>"
    rows = "<tr><td>1</td><td hidden>7</td></tr><tr style='display:none'><td>2</td><td>8</td></tr>"
    table = f"<table>{head}{rows}</table>"
    article = read(ONE + f"<h2>Dunes<span hidden> (7)</span></h2>{table}{TWO}")
    assert [block.rows for block in article.body if block.rows] == [[["Dune"], ["1"]]]
    assert [block.text for block in article.body if block.type == "heading"] == ["Dunes"]


def test_what_is_hidden_from_screen_readers_alone_is_seen() -> None:
    assert read(ONE.replace("The", "<span aria-hidden='true'><span class='cap'>T</span>he</span>") + TWO).text == SEEN
    assert read(ONE.replace("The", "<i class='icon' aria-hidden='true'>expand_more</i>The") + TWO).text == SEEN
    assert read(ONE.replace("The", "<span aria-hidden='true'>+</span>The") + TWO).text == SEEN
    slides = "<div class='slick-slide' aria-hidden='true'><img src='/a.jpg'><p>A slide.</p></div>"
    assert len(read(ONE + slides + TWO).images) == 1


# What a click shows

ANSWER = "<p>To see what lies below the dry crust.</p>"
OPENED = "Why drill at all?\n\nTo see what lies below the dry crust."
ACCORDIONS = """
<h3><button aria-expanded='false' aria-controls='a1'>Why drill at all?</button></h3><div id='a1' hidden>{}</div>
<h3><button aria-expanded='false'><span>Why drill at all?</span><span aria-hidden='true'>+</span></button></h3>\
<div inert aria-hidden='true'>{}</div>
<div class='accordion-item'><h2 class='accordion-header'><button class='accordion-button collapsed'>\
Why drill at all?</button></h2><div class='accordion-collapse' style='display:none'>{}</div></div>
<div class='faq'><h4>Why drill at all?</h4><div class='faq-answer' style='display: none;'>{}</div></div>
<h3 role='button' aria-expanded='false' aria-controls='p'>Why drill at all?</h3>\
<div><div id='p' role='region' hidden>{}</div></div>
<h3><a href='#more' data-toggle='collapse' aria-expanded='false'>Why drill at all?</a></h3>\
<div id='more' class='hidden'>{}</div>
<div class='wp-block-accordion-item'><h3><button><span class='wp-block-accordion__title'>Why drill at all?</span>\
<span class='wp-block-accordion-heading__icon' aria-hidden='true'>+</span></button></h3>\
<div class='wp-block-accordion-panel' inert aria-hidden='true'>{}</div></div>
<h3><button>Why drill at all?</button></h3><div hidden='until-found'>{}</div>
""".strip().splitlines()


@pytest.mark.parametrize("accordion", ACCORDIONS)
def test_questions_and_answers_of_an_accordion_are_headings_and_text(accordion: str) -> None:
    article = read(ONE + accordion.format(ANSWER) + accordion.replace("a1", "a2").format(ANSWER) + TWO)
    assert [block.type for block in article.body] == ["paragraph", *["heading", "paragraph"] * 2, "paragraph"]
    assert OPENED in article.text


def test_a_question_in_a_button_without_a_heading_is_one() -> None:
    button = "<button class='accordion'>Why drill at all?</button>"
    article = read(f"{ONE}{button}<div class='panel' style='display:none'>{ANSWER}</div>{TWO}")
    assert [(block.type, block.level) for block in article.body][1:3] == [("heading", 3), ("paragraph", None)]
    assert OPENED in article.text


def test_a_summary_and_its_details_are_text() -> None:
    assert OPENED in read(f"{ONE}<details><summary>Why drill at all?</summary>{ANSWER}</details>{TWO}").text


@pytest.mark.parametrize(
    "box",
    [
        "<button>Share</button>",
        "<button aria-expanded='false' aria-controls='s'>Share</button><div id='s' hidden><p>Copy the link.</p></div>",
        "<form><p>Your address</p><button>Sign up</button></form>",
        "<button class='share-toggle' aria-expanded='false'>More</button><ul hidden><li>Mail</li><li>Print</li></ul>",
        "<div><button>Play</button></div>",
    ],
)
def test_other_buttons_and_what_they_show_are_no_text(box: str) -> None:
    assert read(f"{ONE}{box}{TWO}").text == SEEN


def test_a_button_that_the_parser_has_put_around_the_story_is_none() -> None:
    story = "".join(f"<p>{'A sentence of the story that goes on for a while, ' * 3}{n}</p>" for n in range(4))
    for tag in ("button", "form", "nav"):
        assert len(read(f"<{tag}>{story}</{tag}>").body) == 4


# Two forms of one text


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("desktop", "mobile"),
        ("mobile-only", "desktop-only"),
        ("d-none d-md-block", "d-md-none"),
        ("hidden md:block", "md:hidden"),
        ("hidden-xs", "visible-xs"),
        ("show-for-large", "hide-for-large"),
        ("text textDesktop", "text textMobile"),
        ("", "only-phone"),
        ("tablet-up", ""),
        ("pc", "sp"),
        ("hide-for-small-only", "show-for-small-only"),
    ],
)
def test_of_a_text_for_desktops_and_one_for_telephones_the_first_counts(first: str, second: str) -> None:
    pair = f"<div class='{first}'>{ONE}{TWO}</div><aside-x></aside-x><div class='{second}'>{ONE}{TWO}</div><p>End.</p>"
    assert read(pair).text == f"{SEEN}\n\nEnd."
    inline = f"<p class='{first}'>The same line.</p><p class='{second}'>The same line.</p><p>End.</p>"
    assert read(inline).text == "The same line.\n\nEnd."


def test_what_the_author_says_twice_is_said_twice() -> None:
    assert read("<p>Go.</p><p>Go.</p>").text == "Go.\n\nGo."


@pytest.mark.parametrize("attribute", HIDING)
def test_whether_an_element_is_hidden_is_told_by_itself(attribute: str) -> None:
    element = html.fragment_fromstring(f"<div {attribute}>x</div>")
    assert is_hidden(element)
