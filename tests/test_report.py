"""`scrapy report`: pages that open from the disk, say what the records say, and stay up to date."""

from __future__ import annotations

import json
import os
import shutil
import threading
import time
from collections.abc import Callable, Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from PIL import Image
from support.factories import (
    SPIDER,
    article,
    draw_pictures,
    fill,
    finish_runs,
    open_store,
    picture,
    publish,
    run_report,
    url,
)
from support.processes import PROJECT, Scrapy
from support.timing import SLOWER, processor_seconds

from spacenews.commands.report import local_folder
from spacenews.items import Author, Block, Related
from spacenews.report import build
from spacenews.report.articles import Story
from spacenews.report.changes import changes, compare
from spacenews.report.charts import COLUMN_HEIGHT, columns, heat_map, strip
from spacenews.report.graph import HEIGHT, WIDTH, build_graph, layout
from spacenews.report.pages import name_page
from spacenews.report.search import group_of, index, words_of
from spacenews.storage.store import Store

CHROMIUM = shutil.which("chromium")
NUMBER = 90
HOSTILE = '<img src=x onerror=alert(1)> "quoted" & </script><script>alert(2)</script> {{ 7*7 }}'
STORY = article(NUMBER - 1)
STORY_WITH_RELATED = next(story for story in map(article, range(NUMBER - 2, 0, -1)) if story.related)
COCOA = "Nothing here. A telling story of cocoa that floats. It is warm.\n\nA last signal.\n\nThey landed, 再次登月了。"


@pytest.fixture(scope="module")
def output(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return an output folder with a report of what a page may have to show."""
    folder = tmp_path_factory.mktemp("output")
    draw_pictures(folder / "images")
    store = open_store(folder)
    publish(store, [article(number) for number in range(NUMBER - 1) if number != 33])
    publish(store, [article(33, text=COCOA), rich_article()])
    before = article(70, title="The moon is near", text="The moon is very near today.\n\nIt shines.", content_hash="1")
    after = article(70, title="The moon is far", text="The moon is very far today.\n\nIt shines.", content_hash="2")
    publish(store, [before], run_id="20261123T050000Z")
    publish(store, [after], run_id="20261124T050000Z")
    reports = [run_report(number) for number in range(30)]
    reports[20].result, reports[20].reasons = "degraded", ["authors fell to 20 %"]
    reports[20].coverage["authors"] = 0.2
    finish_runs(store, reports)
    store.addresses.save_failure(SPIDER, url(9999), "timeout")
    build(store, folder)
    store.close()
    return folder


def rich_article() -> Any:
    """Return the newest story: every kind of block, a picture that failed, hostile words wherever words are."""
    made = article(
        NUMBER - 1, title=HOSTILE, summary=HOSTILE, authors=[Author(HOSTILE, "javascript:alert(3)", bio=HOSTILE)]
    )
    made.images = [
        picture(1, "lead", caption=HOSTILE, credit=HOSTILE, credit_url="javascript:alert(4)"),
        picture(2, alt=HOSTILE),
        picture(3, status="failed", reason="not_found", path=None, caption="A picture that is gone"),
    ]
    made.body = [
        Block("paragraph", text=HOSTILE),
        Block("heading", text="What happened", level=2),
        Block("image", image=1),
        Block("list", items=["One thing", "Another thing"]),
        Block("quote", text="It flew."),
        Block("code", text="a = 1"),
        Block("table", rows=[["Mass", "12 kg"], ["Height", "3 m"]]),
        Block("image", image=2),
        Block("embed", provider="youtube.com", url="https://www.youtube.com/watch?v=1"),
    ]
    made.related = [Related(url(5), "Story five"), Related("https://www.example.com/space/unknown/", "Not collected")]
    made.url, made.topics = "https://www.example.com/space/rich/", [HOSTILE]
    return made


class TestCharts:
    """Where marks stand."""

    def test_a_run_of_many_articles_does_not_flatten_the_others(self) -> None:
        days = [f"day {number}" for number in range(20)]
        new = [float(5 + number % 4) for number in range(19)] + [250.0]
        chart = columns("Articles", days, [("new", "new", new)])
        assert [tick.label for tick in chart.cut] == ["250"]
        assert max(mark.height for mark in chart.marks) == COLUMN_HEIGHT
        assert min(mark.height for mark in chart.marks) > COLUMN_HEIGHT / 4

    def test_a_run_that_read_nothing_leaves_its_place_empty(self) -> None:
        shares = heat_map("Coverage", ["1", "2", "3"], {"title": [1.0, None, 0.97]})
        first, last = shares.marks
        assert (first.kind, last.kind) == ("heat heat-7", "heat heat-5")
        assert last.x - first.x == pytest.approx(
            2 * (strip("", "123", ["ok"] * 3, {"ok": ""}, "abc").marks[1].x - first.x)
        )

    def test_shades_tell_what_is_near_all_apart(self) -> None:
        kinds = {mark.kind for share in (0.9, 0.95, 0.98, 1.0) for mark in heat_map("", "1", {"a": [share]}).marks}
        assert len(kinds) == 4


class TestBuild:
    """What is written when."""

    @pytest.fixture
    def store(self, tmp_path: Path) -> Iterator[Store]:
        store = open_store(tmp_path)
        publish(store, [article(number) for number in range(5)])
        yield store
        store.close()

    def test_nothing_is_written_when_nothing_changed(self, store: Store, tmp_path: Path) -> None:
        build(store, tmp_path)
        before = files(tmp_path / "report")
        build(store, tmp_path)

        assert {name for name, time in files(tmp_path / "report").items() if time != before[name]} == {"manifest.json"}

    def test_one_changed_article_changes_its_page_and_the_lists(self, store: Store, tmp_path: Path) -> None:
        build(store, tmp_path)
        before = files(tmp_path / "report")
        publish(store, [article(4, title="Changed", content_hash="2")], run_id="20261123T050000Z")
        build(store, tmp_path)

        changed = {name for name, time in files(tmp_path / "report").items() if time != before[name]}
        page = f"articles/{article(4).id}.html"
        index = {name for name in changed if name.startswith("search/")}
        older = f"articles/{article(3).id}.html"  # which leads to the newer one
        named = {name_page("topic", name) for name in article(4).topics}
        named |= {name_page("section", name) for name in article(4).sections}
        named |= {name_page("author", author.name) for author in article(4).authors}
        lists = {"index.html", "articles.js", "pictures.html", "pictures.js", "graph.html", "manifest.json"}
        assert changed - index == {page, older, *named, *lists}
        assert "search/text-0.js" in index

    def test_a_story_becomes_a_link_when_it_is_collected(self, store: Store, tmp_path: Path) -> None:
        publish(store, [article(10, related=[Related(url(11), "The next one")])])
        build(store, tmp_path)
        page = tmp_path / f"report/articles/{article(10).id}.html"
        assert f'href="{url(11)}"' in page.read_text()
        publish(store, [article(11)])
        build(store, tmp_path)

        assert f'href="{article(11).id}.html"' in page.read_text()

    def test_a_page_that_was_removed_by_hand_comes_back(self, store: Store, tmp_path: Path) -> None:
        build(store, tmp_path)
        page = tmp_path / f"report/articles/{article(1).id}.html"
        page.unlink()
        build(store, tmp_path)

        assert page.exists()

    def test_a_broken_picture_costs_the_picture_only(self, store: Store, tmp_path: Path) -> None:
        draw_pictures(tmp_path / "images")
        broken = tmp_path / "images" / str(picture(4).path)
        broken.write_bytes(b"no picture")
        build(store, tmp_path)

        assert article(4).title in (tmp_path / "report/index.html").read_text()
        assert {path.suffix for path in (tmp_path / "report/thumbnails").iterdir()} == {".jpg"}
        assert broken.stem not in (tmp_path / "report/articles.js").read_text()

    def test_what_the_crawl_would_not_accept_is_not_decoded(self, store: Store, tmp_path: Path) -> None:
        draw_pictures(tmp_path / "images")
        too_large, other = (tmp_path / "images" / str(picture(number).path) for number in (3, 4))
        Image.new("1", (8_000, 6_000)).save(too_large, "PNG")
        Image.new("RGB", (64, 64)).save(other, "TIFF")
        build(store, tmp_path)

        shown = (tmp_path / "report/articles.js").read_text()
        thumbnails = {path.stem for path in (tmp_path / "report/thumbnails").iterdir()}
        assert thumbnails
        for left_out in (too_large, other):
            assert left_out.stem not in thumbnails
            assert left_out.stem not in shown

    def test_pictures_without_thumbnail_are_shown_themselves(
        self, store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("spacenews.report.thumbnails.SECONDS", -1)
        draw_pictures(tmp_path / "images")
        build(store, tmp_path)
        assert f'src="../images/{picture(4).path}"' in (tmp_path / "report/index.html").read_text()

        monkeypatch.undo()
        build(store, tmp_path)
        assert f'src="thumbnails/{picture(4).sha256}.jpg"' in (tmp_path / "report/index.html").read_text()

    def test_pictures_of_a_store_elsewhere_are_named_and_not_asked_for(self, store: Store, tmp_path: Path) -> None:
        build(store, tmp_path)
        page = (tmp_path / f"report/articles/{article(4).id}.html").read_text()

        assert f"This picture is in another store: {picture(4).path}" in page
        assert "<img" not in page

    def test_a_site_of_which_nothing_is_known_is_not_said_to_be_well(self, tmp_path: Path) -> None:
        store = open_store(tmp_path)
        finish_runs(store, [run_report(0, result="interrupted", exit_code=6)])
        page = build(store, tmp_path)
        store.close()
        for name in ("index.html", "runs.html"):
            assert "o run came to its end yet" in page.with_name(name).read_text()
            assert "ll is well" not in page.with_name(name).read_text()

    def test_a_report_without_articles_says_how_to_get_some(self, tmp_path: Path) -> None:
        store = open_store(tmp_path)
        page = build(store, tmp_path)
        store.close()

        assert "scrapy crawl digitaltrends_space" in page.read_text()
        assert "No run yet" in page.with_name("runs.html").read_text()
        assert "No article here suggests another" in page.with_name("graph.html").read_text()

    def test_the_graph_is_always_laid_out_alike(self) -> None:
        pairs = [(number, number // 2) for number in range(1, 60)]
        points = layout(60, pairs)

        assert points == layout(60, pairs)
        assert len({(round(x, 1), round(y, 1)) for x, y in points}) == 60

    def test_changes_show_which_words_of_a_line_changed(self) -> None:
        old, new = (
            {"title": "A near moon", "text": "One.\n\nTwo two."},
            {"title": "A far moon", "text": "One.\n\nTwo two."},
        )
        same: dict[str, Any] = {"summary": None, "authors": [], "sections": [], "topics": [], "tags": [], "images": []}
        (change,) = changes(old | same, new | same)

        assert change.field == "title"
        assert change.lines == [[("same", "A"), ("removed", "near"), ("added", "far"), ("same", "moon")]]

    def test_a_rewritten_paragraph_is_recognised_beside_a_new_one(self) -> None:
        before = ["The probe sent its first picture.", "It rains."]
        after = ["A new beginning.", "The probe sent its second picture."]

        assert list(compare(before, after)) == [
            [("added", "A new beginning.")],
            [("same", "The probe sent its"), ("removed", "first"), ("added", "second"), ("same", "picture.")],
            [("removed", "It rains.")],
        ]


class TestCommand:
    def test_it_prints_the_address_of_the_report(self, scrapy: Scrapy, output: Path) -> None:
        done = scrapy("report", "-s", f"SPACENEWS_OUTPUT={output}")
        assert (done.returncode, done.stdout) == (0, f"file://{output}/report/index.html\n")

    @pytest.mark.parametrize(
        ("setting", "folder"),
        [
            ("elsewhere/images", Path("elsewhere/images")),
            ("file:///srv/my%20images", Path("/srv/my images")),
            ("s3://bucket/images", None),
        ],
    )
    def test_pictures_are_looked_for_where_the_setting_says(self, setting: str, folder: Path | None) -> None:
        assert local_folder(setting) == folder

    def test_no_database_is_an_error_and_stays_none(self, scrapy: Scrapy, tmp_path: Path) -> None:
        done = scrapy("report", "-s", f"SPACENEWS_OUTPUT={tmp_path}/none")
        assert done.returncode == 4
        assert "there is no crawl database" in done.stderr
        assert not (tmp_path / "none").exists()


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    if CHROMIUM is None:
        pytest.skip("no Chromium on this machine: apt-get install chromium")
    playwright = pytest.importorskip("playwright.sync_api", reason="the browser tests need Playwright")
    with playwright.sync_playwright() as driver:
        sandbox = [] if os.geteuid() else ["--no-sandbox"]  # root has none
        browser = driver.chromium.launch(executable_path=CHROMIUM, args=sandbox)
        yield browser
        browser.close()


Open = Callable[..., Any]


@pytest.fixture
def visit(browser: Any, output: Path) -> Iterator[Open]:
    """Open a page of the report; nothing may be logged, raised, or asked for outside the output folder."""
    said: list[str] = []
    asked: list[str] = []
    contexts: list[Any] = []

    def refuse(dialog: Any) -> None:
        said.append(f"dialog {dialog.message}")
        dialog.dismiss()

    def open_page(name: str = "index.html", base: str = f"file://{output}/report/", **options: Any) -> Any:
        context = browser.new_context(**{"viewport": {"width": 1280, "height": 900}} | options)
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(10_000)
        page.on("console", lambda message: said.append(message.text))
        page.on("pageerror", lambda error: said.append(str(error)))
        page.on("dialog", refuse)
        page.on("request", lambda request: asked.append(request.url))
        page.goto(base + name)
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert said == []
    assert [address for address in asked if not address.startswith((f"file://{output}/", "http://127.0.0.1:"))] == []


class TestIndex:
    """The index of the full text, which the browser reads in the same way."""

    def test_words_have_neither_case_nor_accents(self) -> None:
        assert words_of("The ISS’s Çiğdem ÖZ—e\u0301tude_2, İstanbul") == (
            ["the", "iss", "s", "cigdem", "oz", "etude", "2", "istanbul"]
        )

    def test_signs_of_scripts_without_blanks_are_words(self) -> None:
        assert words_of("NASAの登月") == ["nasa", "の", "登", "月"]

    def test_every_place_of_a_word_is_kept_and_no_phrase_leaves_its_passage(self) -> None:
        groups = index([["moon"], ["The moon, the", "moon"]])
        assert groups[group_of("moon")]["moon"] == [0, 1, 0, 1, 2, 1, 4]
        assert groups[group_of("the")]["the"] == [1, 2, 0, 2]

    def test_words_that_begin_alike_are_in_one_script(self) -> None:
        assert group_of("co") == group_of("cocoa")


class TestGallery:
    def test_it_shows_the_newest_articles_with_their_pictures(self, visit: Open) -> None:
        page = visit()

        assert page.locator("h1").inner_text() == f"{NUMBER} articles"
        assert page.locator("#gallery h2").count() == 36
        assert page.locator("#gallery h2").nth(1).inner_text() == article(NUMBER - 2).title
        expect(page.locator("#gallery img").first).to_have_js_property("naturalWidth", 640)

    def test_it_finds_by_words_of_title_and_author_whatever_the_accents(self, visit: Open) -> None:
        page = visit()
        page.fill("#q", f'"{article(12).title.upper()}"')
        expect(page.locator("#gallery h2")).to_have_count(1)
        assert page.locator("#gallery h2").inner_text() == article(12).title

        page.fill("#q", "cigdem oz")
        page.get_by_role("status").get_by_text("of 90 articles").wait_for()
        assert all("Çiğdem Öz" in text for text in page.locator("#gallery .authors").all_inner_texts())

        page.fill("#q", "zzz nothing")
        page.get_by_text("Nothing matches.").wait_for()
        page.get_by_role("button", name="Clear all").click()
        expect(page.locator("#gallery h2")).to_have_count(36)

    @pytest.mark.parametrize("query", ["telling cocoa", '"cocoa that floats"', "cocoa-that flo", "FLÓAT telling"])
    def test_it_finds_words_beginnings_and_phrases_of_the_text(self, visit: Open, query: str) -> None:
        page = visit()
        page.fill("#q", query)
        page.get_by_text(f"1 of {NUMBER} articles").wait_for()

        assert page.locator("#gallery h2").inner_text() == article(33).title
        assert page.locator("#gallery .deck").is_hidden()
        assert page.locator("#gallery .passage").inner_text().startswith("A telling story of cocoa that floats")
        assert page.locator("#gallery .passage mark").first.inner_text() in (
            "telling",
            "cocoa that floats",
            "cocoa that",
        )

    @pytest.mark.parametrize("query", ['"floats cocoa"', '"cocoa that float"', "ocoa", '"signal. They"'])
    def test_a_phrase_is_one_and_a_word_begins_where_it_begins(self, visit: Open, query: str) -> None:
        page = visit()
        page.fill("#q", query)
        expect(page.locator("#found")).to_have_text(f"0 of {NUMBER} articles")

    def test_it_finds_signs_that_are_words(self, visit: Open) -> None:
        page = visit()
        page.fill("#q", "登月")
        page.get_by_text(f"1 of {NUMBER} articles").wait_for()
        expect(page.locator("#gallery .passage mark")).to_have_text("登月")

    def test_hostile_words_stay_words_when_they_are_marked(self, visit: Open) -> None:
        page = visit()
        page.fill("#q", "onerror")
        page.get_by_text(f"1 of {NUMBER} articles").wait_for()
        assert page.locator("#gallery h2").inner_text() == HOSTILE
        assert page.locator("#gallery h2 mark").inner_text() == "onerror"

    def test_an_index_that_is_not_there_is_no_silence(self, output: Path, tmp_path: Path, browser: Any) -> None:
        shutil.copytree(output / "report", tmp_path / "report", ignore=shutil.ignore_patterns("words-*"))
        page = browser.new_page()
        page.goto((tmp_path / "report/index.html").as_uri())
        page.fill("#q", "cocoa")
        page.get_by_text("the texts could not be searched").wait_for()
        page.close()

    def test_filters_work_together_and_the_address_keeps_them(self, visit: Open) -> None:
        page = visit()
        page.select_option("#topic", "Mars")
        page.fill("#from", "2024-01-03")
        page.fill("#to", "2024-01-09")
        page.get_by_label("With picture").check()
        expected = [
            made.title
            for made in map(article, reversed(range(NUMBER)))
            if "Mars" in made.topics and made.images and "2024-01-03" <= str(made.published_at)[:10] <= "2024-01-09"
        ]
        page.get_by_text(f"{len(expected)} of {NUMBER} articles").wait_for()
        assert page.locator("#gallery h2").all_inner_texts() == expected

        page.reload()
        page.get_by_text(f"{len(expected)} of {NUMBER} articles").wait_for()
        assert page.input_value("#topic") == "Mars"

    def test_a_chip_filters_and_the_order_can_be_chosen(self, visit: Open) -> None:
        page = visit()
        chip = page.get_by_role("list", name="Frequent topics").get_by_role("link").first
        topic = chip.inner_text()
        chip.click()
        expect(page.locator("#found")).to_contain_text(f"of {NUMBER} articles")
        assert page.locator("#topic").input_value() == topic
        page.select_option("#sort", "oldest")
        expect(page.locator("#gallery h2").first).not_to_have_text(article(NUMBER - 2).title)
        dates = page.locator("#gallery time").evaluate_all("times => times.map(it => it.dateTime).filter(Boolean)")
        assert len(dates) > 5
        assert dates == sorted(dates)
        oldest = page.locator("#gallery h2").first.inner_text()
        page.select_option("#sort", "title")
        expect(page.locator("#gallery h2").first).not_to_have_text(oldest)
        titles = page.locator("#gallery h2").all_inner_texts()
        assert titles == sorted(titles, key=str.casefold)

    def test_it_finds_what_changed(self, visit: Open) -> None:
        page = visit()
        page.get_by_label("Changed since first seen").check()
        page.get_by_text(f"1 of {NUMBER} articles").wait_for()

        assert page.locator("#gallery h2").all_inner_texts() == ["The moon is far"]
        assert page.locator("#gallery .badge").is_visible()

    def test_pages_turn_by_keyboard_and_the_way_back_works(self, visit: Open) -> None:
        page = visit()
        page.get_by_role("button", name="Older").focus()
        page.keyboard.press("Enter")
        page.get_by_text("Page 2 of 3").wait_for()
        assert page.locator("#gallery h2").first.inner_text() == article(NUMBER - 37).title
        page.locator("#gallery h2 a").first.click()
        page.go_back()
        page.get_by_text("Page 2 of 3").wait_for()
        page.go_back()
        page.get_by_text("Page 1 of 3").wait_for()

    def test_it_shows_the_newest_without_javascript(self, visit: Open) -> None:
        page = visit(java_script_enabled=False)

        assert page.locator("#gallery h2").count() == 36
        assert not page.locator("#filters").is_visible()

    @pytest.mark.faults
    def test_it_opens_from_a_web_server(self, visit: Open, output: Path) -> None:
        handler = partial(QuietHandler, directory=str(output))
        with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
            threading.Thread(target=server.serve_forever, daemon=True).start()
            page = visit(base=f"http://127.0.0.1:{server.server_port}/report/")
            page.fill("#q", "cocoa")
            expect(page.locator("#gallery h2")).to_have_count(1)
            expect(page.locator("#gallery .passage mark")).to_have_text("cocoa")
            page.locator("#gallery h2 a").click()
            expect(page.locator("h1")).to_have_text(article(33).title)
            page.wait_for_load_state("networkidle")
            for other in ("runs.html", "graph.html"):
                page.goto(f"http://127.0.0.1:{server.server_port}/report/{other}", wait_until="networkidle")
            server.shutdown()


class TestArticle:
    @pytest.fixture
    def page(self, visit: Open) -> Any:
        return visit(f"articles/{STORY.id}.html")

    def test_the_body_has_its_blocks_and_pictures_in_place(self, page: Any) -> None:
        tags = page.locator(".body > *").evaluate_all("all => all.map(one => one.tagName.toLowerCase())")
        assert tags == ["p", "h2", "figure", "ul", "blockquote", "pre", "div", "figure", "p"]
        assert page.locator(".body figure figcaption").first.inner_text() == "The craft on day 2. Example / Ada Quill"
        assert page.locator(".body .missing").inner_text().startswith("Picture failed: not found")
        page.locator(".body img").scroll_into_view_if_needed()
        expect(page.locator(".body img")).to_have_js_property("naturalWidth", 960)
        expect(page.locator("figure.lead img")).to_have_js_property("naturalWidth", 960)

    def test_hostile_words_stay_words(self, page: Any) -> None:
        assert page.locator("h1").inner_text() == HOSTILE
        assert HOSTILE in page.locator("figure.lead figcaption").inner_text()
        assert page.locator("img[src=x], main script").count() == 0
        assert page.locator("a[href^='javascript']").count() == 0

    def test_it_leads_to_the_site_and_to_related_stories(self, page: Any) -> None:
        link = page.get_by_role("link", name="Read it at Example News")
        assert link.get_attribute("href") == "https://www.example.com/space/rich/"
        assert link.get_attribute("rel") == "noopener noreferrer"
        assert page.get_by_role("link", name="Not collected").get_attribute("href").endswith("/unknown/")
        page.get_by_role("link", name="Story five").click()
        assert page.locator("h1").inner_text() == article(5).title

    def test_it_holds_the_raw_record(self, page: Any) -> None:
        page.get_by_text("Raw record").click()
        assert json.loads(page.locator(".raw").inner_text())["title"] == HOSTILE

    def test_versions_show_what_changed(self, visit: Open) -> None:
        page = visit(f"articles/{article(70).id}.html")
        removed, added = (
            page.locator(".versions del").all_inner_texts(),
            page.locator(".versions ins").all_inner_texts(),
        )

        assert ("near" in removed, "far" in added) == (True, True)
        assert page.locator(".versions h3").count() == 3


class TestNames:
    """Pages of authors, sections and topics."""

    def test_an_article_leads_to_its_topic_and_its_author_and_they_to_their_articles(self, visit: Open) -> None:
        story = article(NUMBER - 2)
        page = visit(f"articles/{story.id}.html")
        page.locator(".tags a", has_text=story.topics[0]).first.click()
        assert page.locator("h1").inner_text() == story.topics[0]
        assert page.locator(".gallery h2").first.inner_text() == story.title
        page.get_by_role("link", name="Find and filter them").click()
        expect(page.locator("#found")).to_contain_text(f"of {NUMBER} articles")
        page.goto(page.url.partition("index.html")[0] + f"articles/{story.id}.html")
        page.locator(".byline a").first.click()
        assert page.locator("h1").inner_text() == story.authors[0].name

    def test_a_name_has_one_page_and_the_spelling_of_most(self, tmp_path: Path) -> None:
        store = open_store(tmp_path)
        spelled = ["stargazing", "Stargazing", "Stargazing", "STARGAZING "]
        publish(store, [article(number, topics=[topic]) for number, topic in enumerate(spelled)])
        build(store, tmp_path)
        store.close()
        page = (tmp_path / "report" / name_page("topic", "stargazing")).read_text()
        assert "<h1>Stargazing</h1>" in page
        assert page.count('<li class="card') == 4
        listed = (tmp_path / "report/names.html").read_text()
        assert listed.casefold().count(">stargazing") == 1
        assert '"Stargazing"' in (tmp_path / "report/articles.js").read_text()
        assert '"stargazing"' not in (tmp_path / "report/articles.js").read_text()

    def test_the_page_of_an_author_says_who_it_is(self, tmp_path: Path) -> None:
        store = open_store(tmp_path)
        older = Author("Ada Quill", "https://example.com/ada", "Trainee", "Writes.")
        publish(store, [article(1, authors=[older]), article(2, authors=[Author("Ada Quill", title="Chief")])])
        build(store, tmp_path)
        store.close()
        page = (tmp_path / "report" / name_page("author", "Ada Quill")).read_text()
        assert "Chief" in page
        assert "Trainee" not in page
        assert "Writes." in page
        assert 'href="https://example.com/ada"' in page

    def test_articles_lead_to_the_newer_and_the_older_one(self, visit: Open) -> None:
        page = visit(f"articles/{article(40).id}.html")
        page.locator("nav.neighbours a[rel=next]").click()
        assert page.locator("h1").inner_text() == article(39).title
        page.locator("nav.neighbours a[rel=prev]").click()
        assert page.locator("h1").inner_text() == article(40).title

    def test_related_stories_show_their_pictures(self, visit: Open) -> None:
        page = visit(f"articles/{STORY_WITH_RELATED.id}.html")
        page.locator(".related img").first.scroll_into_view_if_needed()
        expect(page.locator(".related img").first).to_have_js_property("naturalWidth", 640)


class TestWall:
    """All pictures."""

    def test_it_filters_by_credit_site_and_why_a_picture_failed(self, visit: Open) -> None:
        page = visit("pictures.html")
        whole = page.locator("h1").inner_text()
        page.fill("#credit", "ada quill")
        expect(page.locator("#found")).to_contain_text("pictures")
        assert set(page.locator("#wall .credit").all_text_contents()) == {"Example / Ada Quill"}
        page.fill("#credit", "")
        page.select_option("#state", "failed: not_found")
        expect(page.locator("#wall .tile")).to_have_count(1)
        assert page.locator("#wall .missing").inner_text() == "failed: not found"
        assert page.locator("#wall .caption").inner_text() == "A picture that is gone"
        page.locator("#wall .article").click()
        assert page.locator("h1").inner_text() == HOSTILE
        page.go_back()
        expect(page.locator("#wall .tile")).to_have_count(1)
        page.click("#clear")
        expect(page.locator("#found")).to_have_text("")
        assert page.locator("h1").inner_text() == whole

    def test_a_picture_leads_to_its_article_and_its_original(self, visit: Open) -> None:
        page = visit("pictures.html")
        tile = page.locator("#wall .tile", has_text=article(NUMBER - 2).title).first
        original = tile.get_by_role("link", name="Original").get_attribute("href")
        assert original.startswith("../images/")
        tile.locator("a.shown").click()
        assert page.locator("h1").inner_text() == article(NUMBER - 2).title

    def test_its_pages_turn(self, visit: Open) -> None:
        page = visit("pictures.html")
        first = page.locator("#wall .article").first.inner_text()
        page.click("#after")
        expect(page.locator("#place")).to_contain_text("Page 2 of")
        assert page.locator("#wall .article").first.inner_text() != first
        page.go_back()
        expect(page.locator("#place")).to_contain_text("Page 1 of")


class TestRunsAndGraph:
    def test_runs_tell_result_reasons_and_what_failed(self, visit: Open) -> None:
        page = visit("runs.html")

        assert page.locator("tbody tr", has_text="21 Oct 2026").first.inner_text().count("authors fell to 20 %") == 1
        assert page.get_by_role("img", name="Articles. 30 runs").count() == 1
        assert page.get_by_role("group", name="Results. 30 runs: 29 ok, 1 degraded").locator("a").count() == 30
        assert page.locator("rect.fell title").all_text_contents() == ["authors, 21 Oct: 20.0%, fell"]
        page.get_by_text("Failed addresses").first.click()
        assert page.locator("details table", has_text="timeout").first.is_visible()
        assert page.get_by_role("link", name=url(9999)).count() == 1

    def test_a_run_has_a_page_with_its_coverage_beside_the_last_good_one(self, visit: Open) -> None:
        page = visit("runs.html")
        page.get_by_role("link", name="21 Oct 2026").first.click()

        assert page.locator("h1").inner_text() == "Run 20261021T050000Z"
        assert page.get_by_text("authors fell to 20 %").count() == 1
        assert "20.0%\t100.0%" in page.locator("tr", has_text="authors").inner_text()
        assert page.get_by_text("the last run before it that was ok, 20261020T050000Z").count() == 1
        assert page.get_by_text("timeout").count() == 1
        link = page.get_by_role("link", name="run.json").get_attribute("href")
        assert link == f"../../{SPIDER}/20261021T050000Z/run.json"

    def test_every_chart_has_a_run_at_the_same_place_and_the_newest_in_view(self, visit: Open) -> None:
        page = visit("runs.html", viewport={"width": 390, "height": 844})
        last = "all => all.map(one => Math.max(...[...one.querySelectorAll('rect')].map(it => it.x.baseVal.value)))"
        places = page.eval_on_selector_all(".chart svg", last)
        assert len(places) == 6
        assert max(places) - min(places) < 1
        newest = page.get_by_role("link", name="30 Oct: ok")
        box = newest.bounding_box()
        assert 0 < box["x"] < 390
        newest.click()
        assert page.locator("h1").inner_text() == "Run 20261030T050000Z"

    def test_the_first_page_says_in_a_line_whether_a_site_is_well(self, visit: Open) -> None:
        assert f"{SPIDER}: all is well; last run 30 Oct 2026" in visit().locator(".lately").inner_text()

    def test_a_story_is_found_by_any_part_of_its_title_and_shows_its_neighbours(self, visit: Open) -> None:
        page = visit("graph.html")
        assert page.locator("#chosen").inner_text() != ""
        page.get_by_label("Find a story").fill(article(80).title[3:].upper())
        page.locator("#stories-found button").first.click()
        expect(page.locator("#chosen")).to_have_text(article(80).title)
        suggested = [article(int(other.url.rstrip("/").rpartition("-")[2])).title for other in article(80).related]
        wanted = ["The moon is far" if title == article(70).title else title for title in suggested]
        assert sorted(page.locator("#out button").all_inner_texts()) == sorted(wanted)

        page.locator("#out button").first.click()
        expect(page.locator("#chosen")).not_to_have_text(article(80).title)
        assert article(80).title in page.locator("#into button").all_inner_texts()
        page.go_back()
        expect(page.locator("#chosen")).to_have_text(article(80).title)
        page.locator("#chosen").click()
        assert page.locator("h1").inner_text() == article(80).title
        page.get_by_role("link", name="What leads here").click()
        expect(page.locator("#chosen")).to_have_text(article(80).title)

    def test_a_dot_of_the_picture_is_chosen_by_a_click(self, visit: Open) -> None:
        page = visit("graph.html")
        dot = page.locator(".nodes a:not(.lit)").first
        title = dot.get_attribute("aria-label")
        dot.locator("circle").dispatch_event("click")
        expect(page.locator("#chosen")).to_have_text(title)

    def test_the_table_of_the_graph_has_pages(self, visit: Open) -> None:
        page = visit("graph.html")
        expect(page.locator("#graph-table tbody tr:visible")).to_have_count(25)
        first = page.locator("#graph-table tbody tr:visible").first.inner_text()
        page.get_by_role("button", name="After").click()
        expect(page.locator("#place")).to_contain_text("Page 2 of")
        assert page.locator("#graph-table tbody tr:visible").first.inner_text() != first

    @pytest.mark.faults
    def test_five_hundred_stories_are_readable_on_a_phone(self, browser: Any, tmp_path: Path) -> None:
        store = open_store(tmp_path)
        publish(store, [article(number) for number in range(520)])
        address = build(store, tmp_path).with_name("graph.html").as_uri()
        store.close()
        page = browser.new_page(viewport={"width": 390, "height": 844}, is_mobile=True, has_touch=True)
        page.goto(address)
        assert page.locator(".nodes a").count() == 500
        assert page.evaluate("document.documentElement.scrollWidth") == 390
        box = page.locator("#chosen").bounding_box()
        assert box["y"] + box["height"] < 844 * 2
        assert float(page.eval_on_selector("#chosen", "it => parseFloat(getComputedStyle(it).fontSize)")) >= 16
        labels = page.locator(".labels text").all()
        assert len(labels) > 10
        page.close()

    def test_dots_have_the_colour_of_their_site_or_of_their_topic(self) -> None:
        stories = [story_of(number, topics=["Moon" if number % 2 else "moon", "Mars"]) for number in range(4)]
        graph = build_graph(stories)
        assert graph.legend[0] in ("Mars", "Moon", "moon")
        two_sites = [story_of(number, news_site=f"Site {number % 2}") for number in range(4)]
        assert build_graph(two_sites).legend == ["Site 0", "Site 1"]
        assert {node.colour for node in build_graph(two_sites).nodes} == {0, 1}

    def test_the_picture_of_the_graph_comes_closer(self, visit: Open) -> None:
        page = visit("graph.html")
        assert page.locator("#graph").get_attribute("viewBox") == f"0 0 {WIDTH} {HEIGHT}"
        page.get_by_role("button", name="Closer").click()
        assert float(page.locator("#graph").get_attribute("viewBox").split()[2]) < WIDTH
        page.get_by_role("button", name="Whole picture").click()
        assert page.locator("#graph").get_attribute("viewBox") == f"0 0 {WIDTH} {HEIGHT}"


PAGES = [
    "index.html",
    "runs.html",
    "graph.html",
    "pictures.html",
    "names.html",
    name_page("author", HOSTILE),
    name_page("topic", article(1).topics[0]),
    f"runs/{SPIDER}-20261021T050000Z.html",
    f"articles/{STORY.id}.html",
    f"articles/{article(70).id}.html",
]


class TestForEveryone:
    @pytest.mark.parametrize(("scheme", "dark"), [("light", False), ("dark", True)])
    def test_it_follows_the_system_until_the_reader_chooses(self, visit: Open, scheme: str, dark: bool) -> None:
        page = visit(color_scheme=scheme)
        assert is_dark(page) == dark
        page.get_by_role("button", name="Change between light and dark").click()
        assert is_dark(page) != dark
        page.goto(page.url.replace("index.html", "runs.html"))
        assert is_dark(page) != dark

    @pytest.mark.parametrize("name", PAGES)
    def test_a_phone_needs_no_sideways_scrolling(self, visit: Open, name: str) -> None:
        page = visit(name, viewport={"width": 360, "height": 740}, has_touch=True, is_mobile=True)
        assert page.evaluate("document.documentElement.scrollWidth") == 360

    @pytest.mark.faults
    @pytest.mark.parametrize("name", PAGES)
    def test_axe_finds_nothing_serious_in_the_light_and_in_the_dark(self, visit: Open, name: str) -> None:
        axe = pytest.importorskip("axe_playwright_python.sync_playwright", reason="needs axe-playwright-python")
        # axe is put into the page as a script, which the page's own policy rightly refuses
        page = visit(name, color_scheme="light", bypass_csp=True)
        for scheme in ("light", "dark"):
            page.emulate_media(color_scheme=scheme)
            assert is_dark(page) == (scheme == "dark")
            found = (
                axe.Axe().run(page, options={"preload": False, "resultTypes": ["violations"]}).response["violations"]
            )
            serious = [one for one in found if one["impact"] in ("serious", "critical")]
            assert [(scheme, one["id"], one["nodes"][0]["html"]) for one in serious] == []

    def test_the_first_key_leads_past_the_navigation(self, visit: Open) -> None:
        page = visit()
        page.keyboard.press("Tab")
        assert page.evaluate("document.activeElement.textContent") == "Skip to the content"
        page.keyboard.press("Enter")
        assert page.evaluate("document.activeElement.id") == "main"


@pytest.fixture(scope="module")
def many(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    store = open_store(tmp_path_factory.mktemp("many"))
    fill(store, 10_000)
    yield store
    store.close()


@pytest.mark.faults
class TestTenThousandArticles:
    """Bounds are twice what an idle machine needs and more: other tests run beside these."""

    def test_they_are_built_in_a_minute_and_brought_up_to_date_in_seconds(self, many: Store) -> None:
        folder = Path(str(many.database.engine.url.database)).parent
        assert processor_seconds(lambda: build(many, folder)) < 60 * SLOWER
        publish(many, [article(9999, title="Changed", content_hash="2")], run_id="20261123T050000Z")
        assert processor_seconds(lambda: build(many, folder)) < 10 * SLOWER

    def test_the_gallery_opens_and_finds_in_seconds(self, browser: Any, many: Store) -> None:
        folder = Path(str(many.database.engine.url.database)).parent
        page = browser.new_page()
        seconds = []
        address = build(many, folder).as_uri()
        for _ in range(3):
            started = time.monotonic()
            page.goto(address)
            expect(page.locator("#turn")).to_be_visible()
            page.fill("#q", f'"{article(4321).title}"')
            expect(page.get_by_text("1 of 10,000 articles")).to_be_visible()
            seconds.append(time.monotonic() - started)
        page.close()
        assert min(seconds) < 3

    def test_the_full_text_is_searched_in_a_moment(self, browser: Any, many: Store) -> None:
        folder = Path(str(many.database.engine.url.database)).parent
        page = browser.new_page()
        page.goto(build(many, folder).as_uri())
        expect(page.locator("#turn")).to_be_visible()
        seconds = []
        for query in ("comet", '"storm flight"', "orb spe", "tele"):
            started = time.monotonic()
            page.fill("#q", query)
            expect(page.locator("#gallery .passage mark, #none:visible").first).to_be_visible()
            seconds.append(time.monotonic() - started)
            page.fill("#q", "")
            expect(page.locator("#found")).to_have_text("")
        page.close()
        assert sorted(seconds)[1] < 1


def story_of(number: int, **changes: Any) -> Story:
    """Return what the graph knows of a story that suggests the one before."""
    said = {
        "id": str(number), "title": f"Story {number}", "deck": "", "published_at": None, "authors": [],
        "news_site": "Example", "sections": [], "topics": [], "version": 1, "leads_to": [str(max(number - 1, 0))],
        "photos": [], "picture": None, "alt": "", "first_seen_at": "", "passages": [],
    }  # fmt: skip
    return Story(**said | changes)


def expect(locator: Any) -> Any:
    """Return Playwright's assertions about *locator*, which wait until they hold."""
    from playwright.sync_api import expect  # noqa: PLC0415 - absent where the browser tests are skipped

    return expect(locator)


class QuietHandler(SimpleHTTPRequestHandler):
    """A server that sends the headers of docs/consuming.md and has the report and its pictures only."""

    def do_GET(self) -> None:
        if self.path.startswith(("/report/", "/images/")):
            super().do_GET()
        else:
            self.send_error(404)

    def end_headers(self) -> None:
        docs = (PROJECT / "docs/consuming.md").read_text(encoding="utf-8")
        section = docs.partition("## Serve the report\n")[2].partition("\n## ")[0]
        headers = [line.strip() for line in section.splitlines() if line.startswith("    ")]
        assert len(headers) == 3
        for line in headers:
            self.send_header(*line.split(": ", 1))
        super().end_headers()

    def log_message(self, *_arguments: Any) -> None:
        pass


def files(folder: Path) -> dict[str, int]:
    return {str(path.relative_to(folder)): path.stat().st_mtime_ns for path in folder.rglob("*") if path.is_file()}


def is_dark(page: Any) -> bool:
    background = page.evaluate("getComputedStyle(document.body).backgroundColor")
    return max(int(part) for part in background.removeprefix("rgb(").removesuffix(")").split(",")) < 64
