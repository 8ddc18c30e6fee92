"""Each site: its file keeps the rules, and its saved pages are read as they were when somebody looked at them.

`make test-site SITE=NAME` runs this module for one site.
"""

from __future__ import annotations

import ast
import importlib
import inspect
import json
from difflib import unified_diff
from pathlib import Path
from typing import Any

import pytest
from scrapy.http import HtmlResponse
from scrapy.utils.project import get_project_settings
from support.processes import PROJECT

from spacenews.commands.savefixture import reading
from spacenews.site import Site
from spacenews.spider import NewsSpider

FILES = PROJECT / "spacenews/spiders"
PAGES = PROJECT / "tests/sites"


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Run the tests for every site, or for the one that --site names."""
    names = sorted(path.stem for path in FILES.glob("[!_]*.py"))
    if chosen := metafunc.config.getoption("--site"):
        if chosen not in names:
            raise pytest.UsageError(f"there is no spacenews/spiders/{chosen}.py, only {', '.join(names)}")
        names = [chosen]
    if "page" in metafunc.fixturenames:
        pages = [path for name in names for path in sorted((PAGES / name).glob("*.html"))]
        metafunc.parametrize("page", pages, ids=[f"{path.parent.name}/{path.stem}" for path in pages])
    else:
        metafunc.parametrize("name", names)


def spider_of(name: str) -> NewsSpider:
    """Return the spider of a site file, which must have the file's name."""
    module = importlib.import_module(f"spacenews.spiders.{name}")
    wanted = name.title().replace("_", "") + "Spider"
    found = [found for found, cls in vars(module).items() if getattr(cls, "__module__", "") == module.__name__]
    assert found == [wanted], f"{name}.py has one class, {wanted}"
    spider = getattr(module, wanted)()
    assert isinstance(spider, NewsSpider)
    assert spider.name == name, "file and spider have one name"
    return spider


def saved(name: str) -> dict[str, Any]:
    """Return the readings that are saved for a site, by the names of their files."""
    return {path.stem: json.loads(path.read_text(encoding="utf-8")) for path in (PAGES / name).glob("*.json")}


def test_a_site_says_where_it_begins(name: str) -> None:
    spider = spider_of(name)
    assert type(spider).__doc__, "the class says in one line what it crawls"
    assert spider.news_site, "news_site is the name in the records"
    assert spider.article_pattern, "article_pattern tells articles from other pages"
    assert spider.allowed_domains, "allowed_domains: the first one is the host of canonical addresses"
    assert all(host == host.lower() for host in spider.allowed_domains)
    start = (*spider.feeds, *spider.listings, *spider.sitemaps)
    assert start, "there is a feed, a listing or a sitemap to begin with"
    assert [address for address in start if not address.startswith("https://")] == []


def test_a_site_file_is_data_in_the_order_of_site_py(name: str) -> None:
    tree = ast.parse((FILES / f"{name}.py").read_text(encoding="utf-8"))
    (body,) = (node.body for node in tree.body if isinstance(node, ast.ClassDef))
    assert isinstance(body[0], ast.Expr), "the docstring comes first"
    assert all(isinstance(node, ast.Assign) for node in body[1:]), "selectors and patterns only, no methods"
    said = [name for name in vars(type(spider_of(name))) if not name.startswith("__")]
    known = ["name", *dict.fromkeys(("allowed_domains", *inspect.get_annotations(Site)))]
    assert sorted(set(said) - set(known)) == [], "nothing that site.py does not know"
    assert said == [name for name in known if name in said], "in the order of site.py"


def test_a_site_file_repeats_no_default(name: str) -> None:
    said, defaults = vars(type(spider_of(name))), vars(Site)
    assert [a for a in said if not a.startswith("__") and a in defaults and said[a] == defaults[a]] == []


def test_a_site_is_crawled_no_less_politely_than_the_others(name: str) -> None:
    project, its = get_project_settings(), get_project_settings()
    cls = type(spider_of(name))
    cls.update_settings(its)
    assert its.getbool("ROBOTSTXT_OBEY")
    assert its.getbool("AUTOTHROTTLE_ENABLED")
    assert its.getbool("DOWNLOAD_VERIFY_CERTIFICATES")
    assert its.getfloat("DOWNLOAD_DELAY") >= project.getfloat("DOWNLOAD_DELAY") >= 1
    assert its.getint("CONCURRENT_REQUESTS_PER_DOMAIN") <= project.getint("CONCURRENT_REQUESTS_PER_DOMAIN") == 1


def test_a_site_has_an_article_and_its_listing_saved(name: str) -> None:
    pages = saved(name).values()
    how = f"tests/sites/{name} has none: scrapy savefixture {name} URL"
    assert any("article" in page for page in pages), f"an article; {how}"
    assert any("next" in page for page in pages) or not spider_of(name).listings, f"a listing; {how}"


def test_every_saved_file_is_a_page_or_its_reading(name: str) -> None:
    pages = {path.stem for path in (PAGES / name).glob("*.html")}
    files = {str(path.relative_to(PAGES / name)) for path in (PAGES / name).rglob("*")}
    assert files == {page + ending for page in pages for ending in (".html", ".json")}


def test_saved_articles_show_what_matters(name: str) -> None:
    """So that an empty reading is not saved by mistake."""
    for file, page in saved(name).items():
        if article := page.get("article"):
            assert article.get("title"), f"{file} has no headline"
            assert article.get("published_at"), f"{file} has no date"
            assert any(block["type"] == "paragraph" for block in article["body"]), f"{file} has no paragraph"
            assert article["text"] == article["text"].strip(), file


def test_a_saved_page_is_read_as_saved(page: Path) -> None:
    assert page.with_suffix(".json").exists(), f"{page.name} has no reading: run scrapy savefixture again"
    saved = json.loads(page.with_suffix(".json").read_text(encoding="utf-8"))
    read = reading(HtmlResponse(saved["url"], body=page.read_bytes(), encoding="utf-8"), spider_of(page.parent.name))
    if read != saved:
        changes = unified_diff(lines(saved), lines(read), "saved", "read now", n=2, lineterm="")
        advice = f"if it should be so, write it into {page.with_suffix('.json').relative_to(PROJECT)}"
        pytest.fail("\n".join([f"{page.relative_to(PROJECT)} is not read as saved", *changes, advice]), pytrace=False)


def lines(reading: dict[str, Any]) -> list[str]:
    """Return a reading as lines to compare, each paragraph of the text one of its own."""
    article = reading.get("article", {})
    paragraphs = {"text": article["text"].split("\n\n")} if "text" in article else {}
    return json.dumps(reading | {"article": article | paragraphs}, ensure_ascii=False, indent=1).splitlines()
