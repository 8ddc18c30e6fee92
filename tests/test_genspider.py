"""`scrapy genspider` writes a site file that is as the others are and crawls, or says in a sentence why it cannot."""

from __future__ import annotations

import gzip
import json
import shutil
import subprocess
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest
import test_sites
from support.fake_site import FAST
from support.processes import PROJECT, command, environment, scrapy
from support.server import Answer, Route, Server

from spacenews.commands.genspider import load

TITLES = [
    f"{what} {verb} {where}"
    for what in ("Probe", "Lander", "Orbiter")
    for verb in ("sees the far", "maps the old")
    for where in ("dune field", "crater rim")
]
SLUGS = [title.lower().replace(" ", "-") for title in TITLES]
TEXT = "<p>The craft has crossed the plain for the first time, and what it saw there surprised its team.</p>" * 5
NEWS = "Example News"
XML = {"Content-Type": "application/xml"}


def page(body: str, head: str = "", title: str = "") -> Answer:
    return Answer(f"<!doctype html><html><head><title>{title}</title>{head}</head><body>{body}</body></html>".encode())


def links(paths: list[str]) -> str:
    items = zip(paths, TITLES, strict=False)
    return (
        "<main><ul>"
        + "".join(f"<li><h3><a href='{path}'>{title}</a></h3></li>" for path, title in items)
        + "</ul></main>"
    )


def feed(host: str, paths: list[str]) -> Answer:
    items = "".join(f"<item><title>a</title><link>https://{host}{path}</link></item>" for path in paths)
    return Answer(
        f"<?xml version='1.0'?><rss version='2.0'><channel><title>{NEWS}</title>{items}</channel></rss>".encode(),
        headers={"Content-Type": "application/rss+xml"},
    )


def story(number: int, meta: str = "") -> Answer:
    head = f"<meta property='og:type' content='article'><meta property='og:site_name' content='{NEWS}'>{meta}"
    date = f"<time datetime='2026-03-{number + 1:02}T09:00:00Z'>March {number + 1}, 2026</time>"
    body = f"<article><h1>{TITLES[number]}</h1>{date}<div class='entry-content'>{TEXT}</div></article>"
    return page(body, head, TITLES[number])


def wordpress() -> dict[str, Route]:
    paths = [f"/2026/03/{number + 1:02}/{slug}/" for number, slug in enumerate(SLUGS)]
    named = "<link rel='alternate' type='application/rss+xml' href='/space/feed/'>"
    following = "<link rel='next' href='/space/page/2/'>"
    return {
        "/space/": page(links(paths[:8]) + "<a href='/tag/far-side-of-mars/'>Mars</a>", named + following),
        "/space/page/2/": page(links(paths[8:])),
        "/space/feed/": feed("www.example.com", [f"{path}?utm_source=rss" for path in paths[:4]]),
        **{path: story(number) for number, path in enumerate(paths)},
    }


def next_js() -> dict[str, Route]:
    paths = [f"/space/{slug}" for slug in SLUGS]

    def told(number: int) -> Answer:
        said = {
            "@context": "https://schema.org",
            "@type": "NewsArticle",
            "headline": TITLES[number],
            "datePublished": f"2026-03-{number + 1:02}T09:00:00Z",
            "articleBody": TEXT.replace("<p>", "").replace("</p>", "\n\n"),
            "publisher": {"@type": "Organization", "name": NEWS},
        }
        return page("<div id='__next'></div>", f"<script type='application/ld+json'>{json.dumps(said)}</script>")

    return {"/space": page(links(paths)), **{path: told(number) for number, path in enumerate(paths)}}


def tables() -> dict[str, Route]:
    paths = [f"/news/story.php?id={number + 100}" for number in range(len(TITLES))]

    def told(number: int) -> Answer:
        date = f"March {number + 1}, 2026"
        body = f"<table><tr><td><h1>{TITLES[number]}</h1><p>{date}</p>{TEXT}</td></tr></table>"
        return page(body, title=f"{TITLES[number]} - {NEWS}")

    return {
        "/news/": page("<table><tr><td>" + links(paths) + "</td></tr></table>"),
        **{path: told(number) for number, path in enumerate(paths)},
    }


def feed_only() -> dict[str, Route]:
    paths = [f"/{slug}/" for slug in SLUGS]
    return {
        "/feed.xml": feed("www.example.com", paths),
        **{path: story(number) for number, path in enumerate(paths)},
    }


def paged() -> dict[str, Route]:
    paths = [f"/articles/{slug}-{number + 1000}.html" for number, slug in enumerate(SLUGS)]
    return {
        "/articles/": page(links(paths[:7]) + "<a href='/articles/?page=2'>2</a>"),
        "/articles/?page=2": page(links(paths[7:]) + "<a href='/articles/?page=1'>1</a>"),
        **{path: story(number) for number, path in enumerate(paths)},
    }


def two_hosts() -> dict[str, Route]:
    paths = [f"/space/{slug}/" for slug in SLUGS]
    return {
        "www.example.com/space/": page(links([f"https://stories.example.com{path}" for path in paths])),
        **{f"stories.example.com{path}": story(number) for number, path in enumerate(paths)},
    }


def hashed() -> dict[str, Route]:
    paths = [f"/news/articles/c{number * 7919 + 100003:x}y{number}lxo" for number in range(len(TITLES))]
    topics = "".join(f"<a href='/news/topics/c{number}404mvq'>topic</a>" for number in range(9))
    return {"/news": page(links(paths) + topics), **{path: story(number) for number, path in enumerate(paths)}}


def sitemap_only() -> dict[str, Route]:
    paths = [f"/space/{slug}/" for slug in SLUGS]
    others = [f"/sport/{slug}-again/" for slug in SLUGS] * 2
    index = "".join(
        f"<sitemap><loc>https://www.example.com/{name}</loc><lastmod>{day}</lastmod></sitemap>"
        for name, day in (
            ("tags-1.xml", "2026-03-31"),
            ("posts-2026-02.xml", "2026-02-28"),
            ("posts-2026-03.xml.gz", "2026-03-31"),
        )
    )
    urls = "".join(f"<url><loc>https://www.example.com{path}</loc></url>" for path in paths + others)
    packed = gzip.compress(f"<urlset>{urls}</urlset>".encode())
    return {
        "/robots.txt": Answer(b"User-agent: *\nDisallow:\nSitemap: https://www.example.com/map.xml\n"),
        "/space/": page("<div id='app'></div>"),
        "/map.xml": Answer(f"<sitemapindex>{index}</sitemapindex>".encode(), headers=XML),
        "/posts-2026-03.xml.gz": Answer(packed, headers={"Content-Type": "application/gzip"}),
        "/posts-2026-02.xml": Answer(b"<urlset></urlset>", headers=XML),
        "/tags-1.xml": Answer(b"<urlset></urlset>", headers=XML),
        **{path: story(number) for number, path in enumerate(paths)},
    }


SITES: Mapping[str, tuple[Callable[[], dict[str, Route]], str, dict[str, Any]]] = {
    "wordpress": (
        wordpress,
        "/space/",
        {
            "feeds": ("https://www.example.com/space/feed/",),
            "listings": ("https://www.example.com/space/",),
            "article_pattern": r"^/\d{4}/\d{1,2}/\d{1,2}/[^/?-]+(?:-[^/?-]*){2,}/$",
            "trailing_slash": True,
        },
    ),
    "next_js": (
        next_js,
        "/space",
        {"article_pattern": r"^/{section}/[^/?-]+(?:-[^/?-]*){2,}/?$", "trailing_slash": False},
    ),
    "tables": (tables, "/news/", {"article_pattern": r"^/{section}/story\.php\?(?:.*&)?id=\d+", "query_keep": ("id",)}),
    "feed_only": (feed_only, "/feed.xml", {"feeds": ("https://www.example.com/feed.xml",), "listings": ()}),
    "paged": (paged, "/articles/", {"listing_page": "https://www.example.com/{section}/?page={page}"}),
    "hashed": (hashed, "/news", {"article_pattern": r"^/{section}/articles/[^/?]+/?$"}),
    "sitemap_only": (sitemap_only, "/space/", {"listings": (), "sitemaps": ("https://www.example.com/map.xml",)}),
    "two_hosts": (two_hosts, "/space/", {"allowed_domains": ("stories.example.com", "www.example.com")}),
}
HOSTS = ("www.example.com", "stories.example.com")


def settings(server: Server) -> dict[str, Any]:
    return {**FAST, "SPACENEWS_MIRRORS": {f"https://{host}": server.origin for host in HOSTS}}


def in_folder(folder: Path, parts: list[str]) -> subprocess.CompletedProcess[str]:
    env = {**environment(), "SCRAPY_SETTINGS_MODULE": "spacenews.settings", "PYTHONPATH": f"{PROJECT}:{folder}"}
    return scrapy(parts, cwd=folder, env=env)


@pytest.mark.faults
@pytest.mark.parametrize("kind", SITES)
def test_a_site_file_is_written_that_passes_its_tests_and_crawls(
    kind: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    make, path, said = SITES[kind]
    with Server(make()) as server:
        name = f"example_{kind}"
        address = f"https://www.example.com{path}"
        done = in_folder(tmp_path, command("genspider", name, address, settings=settings(server)))
        assert (done.returncode, done.stderr) == (0, ""), done.stdout
        assert len(server.hits) <= 14
        made = tmp_path / "spacenews/spiders" / f"{name}.py"

        (tmp_path / "made").mkdir()
        shutil.copy(made, tmp_path / "made" / f"{name}.py")
        crawling = {**settings(server), "SPIDER_MODULES": "made", "SPACENEWS_OUTPUT": str(tmp_path / "output")}
        crawled = in_folder(tmp_path, command("crawl", name, settings=crawling))
        assert crawled.returncode == 0, crawled.stderr
        (written,) = tmp_path.glob("output/*/*/articles.jsonl")
        records = [json.loads(line) for line in written.read_text(encoding="utf-8").splitlines()]
    assert sorted(record["title"] for record in records) == sorted(TITLES)
    assert {record["news_site"] for record in records} == {NEWS if kind != "tables" else "example.com"}

    monkeypatch.setattr(test_sites, "FILES", made.parent)
    monkeypatch.setattr(test_sites, "PAGES", tmp_path / "tests/sites")
    monkeypatch.syspath_prepend(str(tmp_path))
    monkeypatch.setattr(test_sites, "spider_of", lambda name: load(tmp_path / "made" / f"{name}.py"))
    for check in SITE_CHECKS:
        check(name)
    for saved in (tmp_path / "tests/sites" / name).glob("*.html"):
        test_sites.test_a_saved_page_is_read_as_saved(saved)
    spider = load(made)
    assert {attribute: getattr(spider, attribute) for attribute in said} == said


SITE_CHECKS = (
    test_sites.test_a_site_says_where_it_begins,
    test_sites.test_a_site_file_is_data_in_the_order_of_site_py,
    test_sites.test_a_site_file_repeats_no_default,
    test_sites.test_a_site_is_crawled_no_less_politely_than_the_others,
    test_sites.test_a_site_has_an_article_and_its_listing_saved,
    test_sites.test_every_saved_file_is_a_page_or_its_reading,
    test_sites.test_saved_articles_show_what_matters,
)


FORBIDDEN = {"/robots.txt": Answer(b"User-agent: *\nDisallow: /\n")}
SHOP = {
    "/": page(links([f"/item/{slug}/" for slug in SLUGS])),
    **{
        f"/item/{slug}/": page("<h1>A tent</h1><p>Buy it for 20.</p>", "<meta property='og:type' content='product'>")
        for slug in SLUGS
    },
}


@pytest.mark.faults
@pytest.mark.parametrize(
    ("routes", "code", "why"),
    [
        (FORBIDDEN, 5, "robots.txt"),
        (SHOP, 3, "none of 5 addresses gives an article"),
        ({"/": page("<p>Nothing here.</p>")}, 3, "no articles were found: of 0 links, 0 feed entries and 0 "),
        ({"/": Answer(status=404)}, 5, "https://www.example.com/ answers 404"),
    ],
    ids=["forbidden", "a shop", "no links", "not there"],
)
def test_why_there_is_no_site_file_is_one_sentence(
    routes: dict[str, Route], code: int, why: str, tmp_path: Path
) -> None:
    with Server(routes) as server:
        words = ("genspider", "example", "https://www.example.com/")
        done = in_folder(tmp_path, command(*words, settings=settings(server)))
    assert done.returncode == code, done.stdout + done.stderr
    (line,) = done.stderr.splitlines()
    assert line.startswith("scrapy: ")
    assert why in line
    assert not list(tmp_path.iterdir())


@pytest.mark.faults
def test_a_dry_run_shows_the_site_file_and_nothing_is_overwritten(tmp_path: Path) -> None:
    there = tmp_path / "spacenews/spiders/example.py"
    there.parent.mkdir(parents=True)
    there.write_text("mine")
    with Server(wordpress()) as server:
        words = ("genspider", "example", "https://www.example.com/space/")
        shown = in_folder(tmp_path, command(*words, "--dry-run", settings=settings(server)))
        refused = in_folder(tmp_path, command(*words, settings=settings(server)))
    assert shown.returncode == 0, shown.stderr
    assert 'name = "example"' in shown.stdout
    assert (refused.returncode, "--force" in refused.stderr) == (2, True)
    assert there.read_text() == "mine"
    assert not (tmp_path / "tests").exists()


@pytest.mark.parametrize("words", [("Example", "https://a.example/"), ("example", "ftp://a.example/"), ("example",)])
def test_what_cannot_be_meant_is_refused(words: tuple[str, ...], tmp_path: Path) -> None:
    assert in_folder(tmp_path, command("genspider", *words)).returncode == 2
