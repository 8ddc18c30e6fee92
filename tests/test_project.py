"""What holds for every spider, and for the house as a whole."""

from __future__ import annotations

import ast
import importlib
import inspect
import re
from pathlib import Path

import pytest
from scrapy.settings import Settings
from scrapy.spiderloader import SpiderLoader
from scrapy.utils.project import get_project_settings

from spacenews.site import Site
from spacenews.spider import NewsSpider

PROJECT = Path(__file__).parent.parent
SPIDERS = PROJECT / "spacenews" / "spiders"


def project_settings() -> Settings:
    return get_project_settings()


LOADER = SpiderLoader.from_settings(project_settings())


@pytest.fixture(params=LOADER.list())
def spider(request: pytest.FixtureRequest) -> type[NewsSpider]:
    cls = LOADER.load(request.param)
    assert issubclass(cls, NewsSpider)
    return cls


def test_file_spider_class_and_fixtures_have_one_name(spider: type[NewsSpider]) -> None:
    assert Path(inspect.getfile(spider)).stem == spider.name
    assert spider.__name__ == spider.name.title().replace("_", "") + "Spider"
    assert (PROJECT / "tests" / "sites" / spider.name).is_dir()


def test_a_spider_is_data_in_the_order_of_the_house(spider: type[NewsSpider]) -> None:
    tree = ast.parse(Path(inspect.getfile(spider)).read_text(encoding="utf-8"))
    (body,) = (node.body for node in tree.body if isinstance(node, ast.ClassDef))
    assert isinstance(body[0], ast.Expr), "the docstring comes first"
    assert all(isinstance(node, ast.Assign) for node in body[1:]), "selectors and patterns only, no methods"
    names = [
        target.id
        for node in body[1:]
        if isinstance(node, ast.Assign)
        for target in node.targets
        if isinstance(target, ast.Name)
    ]
    assert names[:2] == ["name", "allowed_domains"]
    order = list(inspect.get_annotations(Site))
    ours = [order.index(name) for name in names[2:] if name in order]
    assert len(ours) == len(names) - 2 - names.count("custom_settings"), "every attribute is one of Site's"
    assert ours == sorted(ours), "in the order of site.py"


def test_a_spider_says_where_it_begins(spider: type[NewsSpider]) -> None:
    assert spider.news_site
    assert spider.article_pattern
    assert spider.feeds or spider.listings or spider.sitemaps
    assert all(host == host.lower() for host in spider.allowed_domains)
    for address in (*spider.feeds, *spider.listings, *spider.sitemaps):
        assert address.startswith("https://")


def test_a_spider_is_no_worse_a_guest_than_the_project(spider: type[NewsSpider]) -> None:
    ours, its = project_settings(), project_settings().copy()
    spider.update_settings(its)
    assert its.getbool("ROBOTSTXT_OBEY")
    assert its.getfloat("DOWNLOAD_DELAY") >= ours.getfloat("DOWNLOAD_DELAY") >= 1
    assert its.getint("CONCURRENT_REQUESTS_PER_DOMAIN") <= ours.getint("CONCURRENT_REQUESTS_PER_DOMAIN") == 1
    assert its.getbool("DOWNLOAD_VERIFY_CERTIFICATES")


def test_no_spider_is_forgotten() -> None:
    files = {path.stem for path in SPIDERS.glob("[!_]*.py")}
    assert files == set(LOADER.list())


@pytest.mark.parametrize("path", sorted((PROJECT / "spacenews").rglob("*.py")), ids=lambda path: path.stem)
def test_no_module_hides_an_error_or_a_gap(path: Path) -> None:
    source = path.read_text(encoding="utf-8")
    assert not re.search(r"except[^\n]*:\s*\n\s*pass\b", source)
    assert not re.search(r"\b(TODO|FIXME|XXX|HACK)\b", source)


def test_every_module_says_what_it_is_for() -> None:
    for path in (PROJECT / "spacenews").rglob("*.py"):
        name = ".".join(path.relative_to(PROJECT).with_suffix("").parts).removesuffix(".__init__")
        if not name.endswith("__main__"):
            assert importlib.import_module(name).__doc__, name
