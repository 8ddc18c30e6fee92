"""The site files in docstrings and CONTRIBUTING are whole: each is loaded, and reads a page as it says."""

from __future__ import annotations

import inspect
import re
from textwrap import dedent
from typing import Any

import pytest
from scrapy.http import HtmlResponse
from support.processes import PROJECT

from spacenews.commands.savefixture import reading
from spacenews.site import Site
from spacenews.spider import NewsSpider

CONTRIBUTING = (PROJECT / "CONTRIBUTING.md").read_text(encoding="utf-8")


def in_docstring(cls: type) -> str:
    """Return the example of a docstring: what is indented after its last double colon."""
    found = re.findall(r"::\n\n((?:    .*\n|\n)+)", f"{inspect.getdoc(cls)}\n")
    return dedent(found[-1])


def in_contributing() -> str:
    match = re.search(r"```python\n(.*?)```", CONTRIBUTING, re.DOTALL)
    assert match
    return dedent(match[1])


def spider_of(site_file: str) -> NewsSpider:
    """Return the spider of a site file, which is checked when it is made."""
    namespace: dict[str, Any] = {"__name__": "example_space"}
    exec(compile(site_file, "example_space.py", "exec"), namespace)  # noqa: S102 - our own text
    (spider,) = (cls() for name, cls in namespace.items() if name.endswith("SpaceSpider"))
    assert isinstance(spider, NewsSpider)
    return spider


EXAMPLES = {"Site": in_docstring(Site), "NewsSpider": in_docstring(NewsSpider), "CONTRIBUTING": in_contributing()}


@pytest.mark.parametrize("example", EXAMPLES)
def test_an_example_is_a_site_file_as_the_others_are(example: str) -> None:
    spider = spider_of(EXAMPLES[example])
    assert (spider.name, spider.host, spider.news_site) == ("example_space", "www.example.com", "Example News")
    assert type(spider).__doc__
    assert spider.listings
    said = [name for name in vars(type(spider)) if not name.startswith("__")]
    known = ["name", *dict.fromkeys(("allowed_domains", *inspect.get_annotations(Site)))]
    assert said == [name for name in known if name in said], (
        "in the order of site.py, and nothing that it does not know"
    )


def article(body: str, head: str = "") -> str:
    return f"<html><head><meta property='og:type' content='article'>{head}</head><body>{body}</body></html>"


NEW = article("""
    <div class="story"><h1>Title</h1><p><a class="author" href="/ann/">Ann Author</a> <time datetime="2026-03-01T09:00">
    </time></p><figure><img src="https://images.example.net/wp-content/uploads/a-300x200.jpg"></figure>
    <div class="story-text"><p>The text.</p><div class="advert">Buy</div><p>Follow us anywhere.</p></div></div>
    <ul class="more-stories"><li><h3><a href="/space/other/">Other</a></h3></li></ul>
""")
OLD = article('<h1 class="entry-title">Title</h1><div class="entry-content"><p>The text.</p></div>')
SHORT = article(
    '<h1>Title</h1><div class="article-body"><p>The text.</p></div>',
    '<meta property="article:published_time" content="2026-03-01T14:00:00Z">',
)


@pytest.mark.parametrize(
    ("example", "page", "fields"),
    [
        (
            "Site",
            NEW,
            {
                "text": "The text.",
                "published_at": "2026-03-01T14:00:00Z",
                "image_url": "https://images.example.net/wp-content/uploads/a.jpg",
            },
        ),
        ("Site", OLD, {"text": "The text."}),
        ("NewsSpider", SHORT, {"text": "The text.", "published_at": "2026-03-01T14:00:00Z"}),
        ("CONTRIBUTING", SHORT, {"text": "The text.", "published_at": "2026-03-01T14:00:00Z"}),
    ],
)
def test_an_example_reads_a_page_of_its_site(example: str, page: str, fields: dict[str, str]) -> None:
    response = HtmlResponse("https://www.example.com/space/a-story/", body=page.encode(), encoding="utf-8")
    found = reading(response, spider_of(EXAMPLES[example]))["article"]
    assert {"title": "Title", **fields} == {name: found[name] for name in ("title", *fields)}
    if page is NEW:
        assert [author["name"] for author in found["authors"]] == ["Ann Author"]
        assert [story["url"] for story in found["related"]] == ["https://www.example.com/space/other/"]


def test_every_attribute_of_a_site_is_explained() -> None:
    source = inspect.getsource(Site)
    for name in inspect.get_annotations(Site):
        assert re.search(rf"^    {name}: .*  # \w", source, re.MULTILINE), f"{name} has no line that explains it"
