"""What a run makes of feeds, listings and sitemaps: an article that one of them names is read, and silence is told."""

from __future__ import annotations

import gzip
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from demo_site.markup import ORIGIN
from support import run_crawl
from support.fake_site import FAST, FakeSite
from support.processes import published, report
from support.server import Answer

from spacenews import settings as module
from spacenews.spiders.digitaltrends_space import DigitaltrendsSpaceSpider

PROJECT = {name: getattr(module, name) for name in dir(module) if name.isupper()}
ELSEWHERE = "https://www.digitaltrends.com/phones/a-phone/"
ROBOTS = b"User-agent: *\nAllow: /\n"
EMPTY_FEED = b"<rss version='2.0'><channel><title>x</title><link>https://www.digitaltrends.com/</link></channel></rss>"


@pytest.fixture
def site() -> Iterator[FakeSite]:
    with FakeSite(4) as fake_site:
        yield fake_site


class InDenver(DigitaltrendsSpaceSpider):
    """The same site with another clock."""

    date_zone = "America/Denver"


def run(site: FakeSite, output: Path, spider: Any = DigitaltrendsSpaceSpider, **arguments: Any) -> dict[str, Any]:
    """Crawl without following links and return run.json."""
    changed = {**FAST, **site.settings, "SPACENEWS_OUTPUT": str(output), "LOG_ENABLED": False}
    run_crawl.crawl(type("Spider", (spider,), {}), PROJECT | changed, follow_related="false", **arguments)
    return report(output)


def rss(*items: str, namespaces: str = "") -> bytes:
    inside = "".join(f"<item><title>t</title>{item}</item>" for item in items)
    return f"<?xml version='1.0'?><rss version='2.0' {namespaces}><channel>{inside}</channel></rss>".encode()


def urlset(*urls: str) -> bytes:
    return f"<urlset>{''.join(f'<url><loc>{url}</loc></url>' for url in urls)}</urlset>".encode()


# Feeds


@pytest.mark.parametrize(
    "item",
    [
        "<link>{0}</link>",
        "<link>{1}</link>",
        "<link>\n  {0}?utm_source=rss&utm_medium=feed\n</link>",
        "<guid>{0}</guid>",
        "<link/><guid isPermaLink='true'>{0}</guid>",
        "<link>https://counter.example/~r/1/</link><guid>{0}</guid>",
        "<link>https://counter.example/~r/1/</link><f:origLink xmlns:f='urn:f'>{0}</f:origLink>",
        "<description>Pictures & <b>text<br> <p>more</description><link>{0}</link>",
    ],
)
def test_the_articles_of_a_feed_are_read(site: FakeSite, tmp_path: Path, item: str) -> None:
    urls = [story.url for story in site.stories[:2]]
    body = rss(*(item.format(url, url.removeprefix(ORIGIN)) for url in urls))
    site.server.routes["/space/feed/"] = Answer(body, headers={"Content-Type": "application/rss+xml"})
    told = run(site, tmp_path, discover="feed")
    assert {record["url"] for record in published(tmp_path)} == set(urls)
    assert (told["result"], told["reasons"]) == ("ok", [])


@pytest.mark.parametrize(
    "body", [EMPTY_FEED, rss(f"<link>{ELSEWHERE}</link>"), rss("<guid isPermaLink='false'>7</guid>")]
)
def test_a_feed_that_leads_nowhere_is_told(site: FakeSite, tmp_path: Path, body: bytes) -> None:
    site.server.routes["/space/feed/"] = Answer(body)
    told = run(site, tmp_path)
    assert (told["result"], told["exit_code"]) == ("degraded", 0)
    assert told["reasons"] == [f"the feed names no article of the section (e.g. {ORIGIN}/space/feed/)"]
    assert len(published(tmp_path)) == 4, "the listing's"


def test_a_feed_that_no_longer_leads_anywhere_is_told_in_every_run(site: FakeSite, tmp_path: Path) -> None:
    assert run(site, tmp_path)["result"] == "ok"
    site.server.routes["/space/feed/"] = Answer(EMPTY_FEED)
    for _ in range(2):
        told = run(site, tmp_path)
        assert told["result"] == "degraded"
        assert "the feed names no article of the section" in told["reasons"][0]


def test_where_no_source_leads_anywhere_the_site_changed(site: FakeSite, tmp_path: Path) -> None:
    site.server.routes["/space/feed/"] = Answer(EMPTY_FEED)
    told = run(site, tmp_path, discover="feed")
    assert (told["result"], told["exit_code"]) == ("failed", 3)
    site.server.routes["/space/"] = Answer(b"<html><body><main>Nothing here</main></body></html>")
    told = run(site, tmp_path)
    assert told["exit_code"] == 3
    assert [reason.partition(" (")[0] for reason in told["reasons"]] == [
        "the listing has no article link",
        "the feed names no article of the section",
    ]


def test_where_the_other_sources_fail_it_is_the_host(site: FakeSite, tmp_path: Path) -> None:
    site.server.routes["/space/feed/"] = Answer(EMPTY_FEED)
    site.server.routes["/space/"] = Answer(status=500)
    assert run(site, tmp_path)["exit_code"] == 5


def test_a_feed_that_breaks_off_is_read_and_told(site: FakeSite, tmp_path: Path) -> None:
    first, second = site.stories[:2]
    body = rss(f"<link>{first.url}</link>", f"<link>{second.url}</link>")
    site.server.routes["/space/feed/"] = Answer(body[: body.index(second.url.encode()) + 40])
    told = run(site, tmp_path, discover="feed")
    assert [record["url"] for record in published(tmp_path)] == [first.url]
    assert told["result"] == "degraded"
    assert told["reasons"] == [f"the feed ends before its end (e.g. {ORIGIN}/space/feed/)"]


def test_the_dates_of_a_feed_are_in_the_zone_of_the_site(site: FakeSite, tmp_path: Path) -> None:
    """Without a zone, 11 PM in Denver is the next day in UTC; `since` is by the date of the feed."""
    items = (f"<link>{story.url}</link><pubDate>Dec 3, 2023 11:00 PM</pubDate>" for story in site.stories[:2])
    site.server.routes["/space/feed/"] = Answer(rss(*items))
    for spider, asked in ((DigitaltrendsSpaceSpider, 0), (InDenver, 2)):
        site.forget()
        run(site, tmp_path / spider.__name__, spider, discover="feed", since="2023-12-04")
        assert len(site.asked()) == asked


def test_a_site_without_the_sources_that_are_asked_for_is_told(site: FakeSite, tmp_path: Path) -> None:
    class Feedless(DigitaltrendsSpaceSpider):
        feeds = ()  # type: ignore[assignment]

    told = run(site, tmp_path, Feedless, discover="feed")
    assert told["result"] == "degraded"
    assert "the site file names no feed" in told["reasons"]


def test_a_huge_feed_is_read_like_any_other(site: FakeSite, tmp_path: Path) -> None:
    body = rss(f"<link>{site.stories[0].url}</link><description>{'x' * 600_000}</description>")
    site.server.routes["/space/feed/"] = Answer(body)
    run(site, tmp_path, discover="feed")
    assert len(published(tmp_path)) == 1


# Sitemaps


@pytest.mark.parametrize(
    "robots",
    [
        b"Sitemap: {}/maps/a.xml\n" + ROBOTS,
        b"\xef\xbb\xbfSitemap: {}/maps/a.xml\n" + ROBOTS,
        ROBOTS + b"sitemap:{}/maps/a.xml # the main one",
        ROBOTS + b"  SITEMAP : {}/maps/a.xml\t#x\r\n",
        b"User-agent: *\rAllow: /\rSitemap: {}/maps/a.xml\r",
        ROBOTS + b"Sitemap: /maps/a.xml\n",
        ROBOTS + b"Sitemap: maps/a.xml\x00\n",
        "Sitemap: {}/maps/a.xml\n".encode("utf-16"),
    ],
)
def test_robots_txt_names_sitemaps(site: FakeSite, tmp_path: Path, robots: bytes) -> None:
    plain = ORIGIN if b"\0" not in robots[:9] else "\0".join(ORIGIN)
    site.server.routes["/robots.txt"] = Answer(robots.replace(b"{}", ORIGIN.encode()))
    if plain != ORIGIN:
        site.server.routes["/robots.txt"] = Answer(robots.decode("utf-16").format(ORIGIN).encode("utf-16"))
    site.server.routes["/maps/a.xml"] = Answer(urlset(*sorted(site.urls)))
    told = run(site, tmp_path, discover="sitemap")
    assert {record["url"] for record in published(tmp_path)} == site.urls
    assert told["result"] == "ok"
    assert "/sitemap.xml" not in site.server.paths(), "only where robots.txt names none"


@pytest.mark.parametrize("robots", [Answer(ROBOTS), Answer(b"no robots here", 404), Answer(b"gone", 410)])
def test_without_a_sitemap_line_the_usual_place_is_tried(site: FakeSite, tmp_path: Path, robots: Answer) -> None:
    site.server.routes["/robots.txt"] = robots
    site.server.routes["/sitemap.xml"] = Answer(gzip.compress(gzip.compress(urlset(*site.urls))))
    told = run(site, tmp_path, discover="sitemap")
    assert {record["url"] for record in published(tmp_path)} == site.urls
    assert told["result"] == "ok"


def test_a_site_without_a_sitemap_is_told_and_other_sources_count(site: FakeSite, tmp_path: Path) -> None:
    no_sitemap = "the sitemap could not be read: robots.txt names none, and there is no /sitemap.xml"
    told = run(site, tmp_path, discover="listing,sitemap")
    assert (told["result"], told["exit_code"], told["failed"]) == ("degraded", 0, [])
    assert told["reasons"] == [f"{no_sitemap} (e.g. {ORIGIN}/sitemap.xml)"]
    assert len(published(tmp_path)) == 4
    told = run(site, tmp_path, discover="sitemap")
    assert (told["result"], told["exit_code"]) == ("failed", 3)
    assert no_sitemap in " ".join(told["reasons"])


def test_one_sitemap_of_many_may_name_no_article_and_all_of_them_may_not(site: FakeSite, tmp_path: Path) -> None:
    index = b"<sitemapindex><sitemap><loc>/a.xml</loc></sitemap><sitemap><loc>/b.xml</loc></sitemap></sitemapindex>"
    site.server.routes |= {
        "/sitemap.xml": Answer(index),
        "/a.xml": Answer(urlset(ELSEWHERE)),
        "/b.xml": Answer(urlset(*site.urls)),
    }
    assert run(site, tmp_path, discover="sitemap")["result"] == "ok"
    site.server.routes["/b.xml"] = Answer(urlset())
    told = run(site, tmp_path, discover="sitemap,listing")
    assert (told["result"], told["exit_code"]) == ("degraded", 0)
    assert told["reasons"][0].startswith("no sitemap names an article of the section")
    assert run(site, tmp_path, discover="sitemap")["exit_code"] == 3


def test_a_sitemap_that_is_older_than_asked_for_is_no_empty_one(site: FakeSite, tmp_path: Path) -> None:
    index = b"<sitemapindex><sitemap><loc>/a.xml</loc><lastmod>2019-01-01</lastmod></sitemap></sitemapindex>"
    site.server.routes["/sitemap.xml"] = Answer(index)
    told = run(site, tmp_path, discover="sitemap", since="2020-01-01")
    assert (told["result"], told["reasons"]) == ("ok", ["nothing new"])


def test_a_feed_or_a_text_may_be_a_sitemap(site: FakeSite, tmp_path: Path) -> None:
    first, second, third, fourth = sorted(site.urls)
    site.server.routes |= {
        "/robots.txt": Answer(b"Sitemap: /1.txt\nSitemap: /2.xml\nSitemap: /3.xml"),
        "/1.txt": Answer(f"{first}\r\n{second}\r\n".encode()),
        "/2.xml": Answer(rss(f"<link>{third}</link>")),
        "/3.xml": Answer(
            f"<feed xmlns='http://www.w3.org/2005/Atom'><entry><link href='{fourth}'/></entry></feed>".encode()
        ),
    }
    assert run(site, tmp_path, discover="sitemap")["result"] == "ok"
    assert {record["url"] for record in published(tmp_path)} == site.urls
