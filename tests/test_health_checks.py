"""How a run is judged, number by number."""

from __future__ import annotations

from dataclasses import asdict, replace
from typing import Any

import pytest

from spacenews.errors import ExitCode
from spacenews.reasons import Drop, Failure
from spacenews.runs import health_checks
from spacenews.runs.health_checks import (
    Coverage,
    Finding,
    RunStats,
    SourceFailure,
    Thresholds,
    decisive_first,
    exit_code,
    result,
)
from spacenews.storage.articles import Change

LIMITS = Thresholds()


def stats(pages: int, filled: int, field: str = "text", **more: Any) -> RunStats:
    full = {"title": pages, "text": pages, "published_at": pages} | {field: filled}
    return RunStats(pages=pages, articles=pages, filled=full, answers=pages, **more)


def codes(findings: object) -> list[ExitCode]:
    return [finding.exit_code for finding in findings]  # type: ignore[attr-defined]


@pytest.mark.parametrize(("pages", "filled", "fails"), [(2, 0, False), (3, 0, True), (4, 2, False), (5, 2, True)])
def test_a_guaranteed_field_fails_the_run_above_one_half_and_from_three_pages(
    pages: int, filled: int, *, fails: bool
) -> None:
    found = list(health_checks.empty_fields(stats(pages, filled), LIMITS))
    assert codes(found) == [ExitCode.SITE_CHANGED] * fails
    assert all("text" in str(finding) for finding in found)


def test_walls_fail_the_run_above_one_half_only() -> None:
    for walls, code in ((1, ExitCode.OK), (2, ExitCode.OK), (3, ExitCode.UNREACHABLE)):
        some = RunStats(pages=4, dropped={Drop.WALL: ["https://e.com/"] * walls})
        assert codes(health_checks.walls(some, LIMITS)) == [code]


@pytest.mark.parametrize(
    ("before", "pages", "filled", "alarms"),
    [
        (0.95, 1000, 949, 0),  # 94.9 after 95
        (0.95, 1000, 760, 0),  # within the tolerance
        (0.95, 1000, 400, 1),  # 40 after 95
        (0.95, 20, 8, 1),
        (1.0, 4, 0, 1),
        (0.5, 4, 1, 0),  # one of four by chance
        (0.1, 1000, 0, 0),
    ],
)
def test_coverage_alarms_when_a_field_falls_far_below_the_last_good_runs(
    before: float, pages: int, filled: int, alarms: int
) -> None:
    some = stats(pages, filled, "summary", empty={"summary": ["https://e.com/a/"]})
    history = [Coverage(40, {"summary": before}), Coverage(10, {"summary": before})]
    found = list(health_checks.falling_coverage(some, LIMITS, history))
    assert codes(found) == [ExitCode.OK] * alarms
    assert all("summary" in str(finding) and "https://e.com/a/" in str(finding) for finding in found)


def test_no_history_means_no_coverage_alarm() -> None:
    assert list(health_checks.falling_coverage(stats(100, 0, "summary"), LIMITS, [])) == []


@pytest.mark.parametrize(
    ("pages", "raised", "code"), [(20, 2, ExitCode.OK), (20, 3, ExitCode.BUG), (2, 2, ExitCode.OK)]
)
def test_unhandled_errors_fail_the_run_above_a_tenth(pages: int, raised: int, code: ExitCode) -> None:
    assert codes(health_checks.exceptions(RunStats(pages=pages, exceptions=raised), LIMITS)) == [code]


def test_a_site_that_never_answers_is_unreachable_and_one_that_does_is_not() -> None:
    failed: dict[str, tuple[str, int]] = {"https://e.com/a/": (Failure.REFUSED, 3)}
    assert codes(health_checks.unreachable(RunStats(failed=failed))) == [ExitCode.UNREACHABLE]
    assert codes(health_checks.unreachable(RunStats(failed=failed, answers=1))) == []
    assert codes(health_checks.lost_pages(RunStats(failed=failed, answers=1), set())) == [ExitCode.OK]


def test_an_article_that_is_gone_is_no_fault() -> None:
    assert (
        list(health_checks.lost_pages(RunStats(failed={"https://e.com/a/": (Failure.GONE, 1)}, answers=1), set())) == []
    )


@pytest.mark.parametrize(("failed", "alarms"), [(0, 0), (2, 0), (3, 1)])
def test_failed_pictures_degrade_a_run_above_a_fifth(failed: int, alarms: int) -> None:
    pictures = {"failed": failed, "ok": 10 - failed}
    assert codes(health_checks.pictures(RunStats(pictures=pictures), LIMITS)) == [ExitCode.OK] * alarms


def test_a_finding_names_at_most_three_addresses() -> None:
    assert str(Finding("four pages", ["a", "b", "c", "d"])) == "four pages (e.g. a, b, c)"


def test_the_first_exit_code_of_the_contract_wins() -> None:
    order = [4, 7, 6, 5, 3, 1, 0]
    for position, code in enumerate(order):
        findings = [Finding("x", exit_code=ExitCode(other)) for other in reversed(order[position:])]
        assert exit_code(findings) == code


@pytest.mark.parametrize(
    ("findings", "word"),
    [
        ([], "ok"),
        ([Finding("a field fell")], "degraded"),
        ([Finding("the limit was reached", degrades=False)], "ok"),
        ([Finding("the limit was reached", degrades=False), Finding("a field fell")], "degraded"),
        ([Finding("a page says: ended by CLOSESPIDER_TIMEOUT")], "degraded"),
        ([Finding("x", exit_code=ExitCode.INTERRUPTED)], "interrupted"),
        ([Finding("x", exit_code=ExitCode.BUG)], "failed"),
        ([Finding("x", exit_code=ExitCode.BUG, degrades=False)], "failed"),
    ],
)
def test_the_word_for_the_result(findings: list[Finding], word: str) -> None:
    assert result(findings) == word


@pytest.mark.parametrize(
    ("reason", "word", "code"),
    [
        ("finished", "ok", ExitCode.OK),
        ("closespider_timeout", "ok", ExitCode.OK),
        ("shutdown", "interrupted", ExitCode.INTERRUPTED),
        ("memusage_exceeded", "failed", ExitCode.BUG),
        ("blocked", "failed", ExitCode.UNREACHABLE),
    ],
)
def test_what_the_end_of_the_spider_means_for_a_run_that_is_fine_otherwise(
    reason: str, word: str, code: ExitCode
) -> None:
    found = health_checks.check(stats(20, 20, finish_reason=reason), LIMITS, [])
    assert (result(found), exit_code(found)) == (word, code)


def test_all_rules_are_asked_and_what_decides_the_exit_code_comes_first() -> None:
    history = [Coverage(40, {"summary": 1.0})]
    some = stats(
        20,
        0,
        dropped={
            Drop.NO_BODY: ["https://e.com/b/"],
            Drop.WALL: ["https://e.com/w/"],
            Drop.OUT_OF_SCOPE: ["https://e.com/m/"] * 30,
        },
        failed={"https://e.com/a/": (Failure.TIMEOUT, 3)},
        sources_failed={"https://e.com/feed/": SourceFailure("feed", Failure.TIMEOUT, "timeout")},
        exceptions=1,
        requests=20,
        retries=10,
        pictures={"ok": 1, "failed": 3},
        finish_reason="closespider_timeout",
    )
    some.filled["summary"] = 0
    found = health_checks.check(some, LIMITS, history)
    assert [finding.sentence for finding in found] == [
        "the feed could not be read: timeout",
        "no feed, listing or sitemap could be read",
        "1 of 20 pages is a wall",
        "30 pages moved off the section",
        "the site changed: text is empty on 20 of 20 article pages",
        "1 unhandled error on 20 pages; the log has them",
        "ended by CLOSESPIDER_TIMEOUT; what was waiting stays for the next run",
        "summary is filled on 0% of the pages; the last good runs had 100%",
        "1 address could not be read",
        "1 page gave no record: no_body",
        "3 of 4 pictures failed",
        "10 of 20 requests were retries",
    ]
    site_changed = Finding("the listing has no article link", exit_code=ExitCode.SITE_CHANGED)
    assert decisive_first([*found[2:], site_changed])[:3] == [found[4], site_changed, found[2]]


def test_where_nothing_answers_the_cause_is_the_first_and_only_reason() -> None:
    cause = "www.example.com cannot be reached: its name could not be resolved"
    urls = [f"https://www.example.com/{n}/" for n in range(4)]
    some = stats(
        0,
        0,
        failed=dict.fromkeys(urls, (Failure.DNS, 3)),
        sources_failed={urls[0]: SourceFailure("feed", Failure.DNS, "dns")},
        causes={cause: 3, "cdn.example.net cannot be reached: it refuses the connection": 1},
        requests=12,
        retries=8,
    )
    assert list(map(str, health_checks.check(some, LIMITS, []))) == [cause]


@pytest.mark.parametrize(("barred", "found"), [(6, ["6 of 6 pages ask not to be stored: noai, noarchive"]), (5, [])])
def test_a_site_whose_pages_all_ask_not_to_be_stored_is_told(barred: int, found: list[str]) -> None:
    urls = [f"https://www.example.com/{n}/" for n in range(barred)]
    some = stats(6, 6, barred={"noarchive": urls[1:], "noai": urls[:1]})
    assert [finding.sentence for finding in health_checks.check(some, LIMITS, [])] == found


@pytest.mark.parametrize(
    ("number", "noun", "shown"), [(1, "page", "1 page"), (0, "page", "0 pages"), (2, "address", "2 addresses")]
)
def test_numbers_and_nouns_agree(number: int, noun: str, shown: str) -> None:
    assert health_checks.counted(number, noun) == shown


FEED, MAP = "https://e.com/feed/", "https://e.com/sitemap.xml"


def read(*sources: tuple[str, str, int], failed: str = "", **more: Any) -> list[Finding]:
    some = stats(0, 0, finish_reason="finished", **more)
    for url, purpose, articles in sources:
        some.count_source(url, purpose, ["x"] * articles)
    if failed:
        some.sources_failed["https://e.com/"] = SourceFailure("listing", failed, failed)
    return [finding for finding in health_checks.check(some, LIMITS, []) if "could not" not in finding.sentence]


def test_a_source_that_leads_nowhere_degrades_the_run_unless_it_is_the_last_one() -> None:
    assert codes(read((FEED, "feed", 0), ("https://e.com/", "listing", 3))) == [ExitCode.OK]
    assert codes(read((FEED, "feed", 0))) == [ExitCode.SITE_CHANGED]
    assert codes(read((FEED, "feed", 0), failed=Failure.HTTP_5XX)) == [ExitCode.UNREACHABLE]
    assert codes(read((FEED, "feed", 0), failed=Failure.GONE)) == [ExitCode.SITE_CHANGED]
    assert codes(read((FEED, "feed", 1))) == []


def test_sources_that_lead_nowhere_are_told_with_their_addresses() -> None:
    some = RunStats(sources_empty={MAP: "sitemap", FEED: "feed", f"{SITE}/": "listing", f"{FEED}2": "feed"})
    some.finish_reason = "finished"
    assert list(health_checks.empty_sources(some)) == [
        Finding("the listing has no article link", [f"{SITE}/"], ExitCode.SITE_CHANGED),
        Finding("the feed names no article of the section", [FEED, f"{FEED}2"], ExitCode.SITE_CHANGED),
        Finding("no sitemap names an article of the section", [MAP], ExitCode.SITE_CHANGED),
    ]


def test_sources_are_counted_as_they_are_read() -> None:
    some = RunStats()
    for articles in (["x"], ["y", "z"], []):
        some.count_source(FEED, "feed", articles)
    assert (some.sources_read, some.sources_naming, some.sources_empty) == (3, {"feed": 2}, {FEED: "feed"})


def test_an_empty_listing_fails_the_run_whatever_else_leads_somewhere() -> None:
    assert codes(read((FEED, "feed", 3), ("https://e.com/", "listing", 0))) == [ExitCode.SITE_CHANGED]


def test_sitemaps_are_judged_together_and_only_when_all_were_read() -> None:
    assert read((MAP, "sitemap", 0), (MAP + "2", "sitemap", 3)) == []
    assert [str(one) for one in read((MAP, "sitemap", 0), (FEED, "feed", 3))] == [
        f"no sitemap names an article of the section (e.g. {MAP})"
    ]
    assert read((MAP, "sitemap", 0), sitemaps_skipped=1) == []
    stopped = RunStats(sources_empty={MAP: "sitemap"}, finish_reason="shutdown")
    assert codes(health_checks.empty_sources(stopped)) == []


SITE = "https://www.example.com"
TEMPORARY, TIMEOUT, GONE = (Failure.TEMPORARY_REDIRECT, 1), (Failure.TIMEOUT, 3), (Failure.GONE, 1)


def pages(number: int, folder: str = "space") -> list[str]:
    return [f"{SITE}/{folder}/{n}/" for n in range(number)]


def failing(number: int, how: tuple[str, int] = TIMEOUT) -> dict[str, tuple[str, int]]:
    return dict.fromkeys(pages(number), how)


def test_a_run_begins_with_nothing_counted_and_nothing_found() -> None:
    counted = asdict(RunStats())
    assert counted.pop("finish_reason") == "unknown"
    assert not any(counted.values())
    assert RunStats().coverage == {}
    assert health_checks.check(RunStats(), LIMITS, []) == []


def test_coverage_is_a_share_with_four_digits() -> None:
    assert RunStats(articles=3, filled={"title": 3, "deck": 1}).coverage == {"title": 1.0, "deck": 0.3333}
    assert RunStats(filled={"title": 0}).coverage == {}


def test_a_finding_without_addresses_is_its_sentence() -> None:
    assert str(Finding("nothing came")) == "nothing came"


def test_a_site_that_refuses_ten_times_in_a_row_is_unreachable_whatever_it_answered_before() -> None:
    some = RunStats(answers=3, failed=failing(10), finish_reason="blocked")
    sentence = "the site refuses us: ten refusals in a row"
    assert list(health_checks.unreachable(some)) == [Finding(sentence, pages(10), ExitCode.UNREACHABLE)]


def test_a_site_that_does_not_answer_for_no_known_cause_is_unreachable() -> None:
    found = list(health_checks.unreachable(RunStats(failed=failing(1))))
    assert found == [Finding("the site could not be reached", exit_code=ExitCode.UNREACHABLE)]


def test_a_run_of_which_every_address_is_gone_reached_the_site() -> None:
    assert list(health_checks.unreachable(RunStats(failed=failing(3, GONE)))) == []


def test_a_site_that_cannot_be_reached_and_a_stop_are_both_told_and_nothing_else() -> None:
    some = RunStats(pages=5, failed=failing(5), requests=5, retries=5, finish_reason="shutdown")
    found = health_checks.check(some, LIMITS, [])
    assert codes(found) == [ExitCode.UNREACHABLE, ExitCode.INTERRUPTED]


GONE_FEED = SourceFailure("feed", Failure.GONE, "HTTP 410")


@pytest.mark.parametrize(
    ("reasons", "code"),
    [
        ([Failure.GONE, Failure.HTTP_4XX, Failure.PARSE], ExitCode.SITE_CHANGED),
        ([Failure.GONE, Failure.TIMEOUT], ExitCode.UNREACHABLE),
    ],
)
def test_without_any_source_the_site_has_changed_or_is_unreachable(reasons: list[Failure], code: ExitCode) -> None:
    failed = {url: replace(GONE_FEED, reason=reason) for url, reason in zip(pages(9), reasons, strict=False)}
    each = [Finding("the feed could not be read: HTTP 410", [url]) for url in failed]
    none = Finding("no feed, listing or sitemap could be read", list(failed), code)
    assert list(health_checks.sources(RunStats(sources_failed=failed))) == [*each, none]
    assert list(health_checks.sources(RunStats(sources_failed=failed, sources_read=1))) == each
    assert list(health_checks.sources(RunStats(sources_failed=failed, finish_reason="shutdown"))) == each


def test_a_run_that_asks_for_no_source_is_not_at_fault_for_reading_none() -> None:
    assert list(health_checks.sources(RunStats())) == []


@pytest.mark.parametrize(
    ("total", "number", "sentence", "code"),
    [
        (2, 2, "2 of 2 pages are walls", ExitCode.OK),
        (3, 1, "1 of 3 pages is a wall", ExitCode.OK),
        (3, 2, "2 of 3 pages are walls", ExitCode.UNREACHABLE),
        (4, 2, "2 of 4 pages are walls", ExitCode.OK),
    ],
)
def test_walls_on_most_pages_keep_us_out(total: int, number: int, sentence: str, code: ExitCode) -> None:
    some = RunStats(pages=total, dropped={Drop.WALL: pages(number)})
    assert list(health_checks.walls(some, LIMITS)) == [Finding(sentence, pages(number), code)]


@pytest.mark.parametrize(
    ("read", "not_modified", "away", "found"), [(1, 1, 3, True), (1, 2, 3, False), (0, 0, 2, False), (0, 0, 3, True)]
)
def test_most_articles_redirect_for_the_time_being(read: int, not_modified: int, away: int, found: bool) -> None:
    failed = failing(away, TEMPORARY) | {f"{SITE}/other/": TIMEOUT}
    some = RunStats(pages=read, not_modified=not_modified, failed=failed, redirected={f"{SITE}/back-soon": pages(away)})
    sentence = f"{away} of {read + not_modified + away} pages redirect for the time being, to {SITE}/back-soon"
    assert list(health_checks.redirects(some, LIMITS)) == [Finding(sentence, pages(away), ExitCode.UNREACHABLE)] * found


def test_articles_that_redirect_are_counted_together_whatever_page_they_are_sent_to() -> None:
    redirected = {f"{SITE}/back-soon": pages(4)[:2], f"{SITE}/back-later": pages(4)[2:]}
    some = RunStats(pages=2, failed=failing(4, TEMPORARY), redirected=redirected)
    sentence = f"4 of 6 pages redirect for the time being, to {SITE}/back-soon"
    assert list(health_checks.redirects(some, LIMITS)) == [Finding(sentence, pages(4), ExitCode.UNREACHABLE)]


def test_one_redirect_says_nothing() -> None:
    some = RunStats(failed=failing(1, TEMPORARY), redirected={f"{SITE}/back-soon": pages(1)})
    assert list(health_checks.redirects(some, LIMITS)) == []


def test_articles_that_lead_to_a_page_that_was_read_are_counted_among_the_pages_that_were_read() -> None:
    some = RunStats(pages=5, redirected={f"{SITE}/one": pages(1, "one"), f"{SITE}/most": pages(3)})
    sentence = f"3 of {{}} pages redirect for the time being, to {SITE}/most"
    (finding,) = health_checks.redirects(some, LIMITS)
    assert finding == Finding(sentence.format(5), pages(3), ExitCode.UNREACHABLE)
    some.pages = 0
    (finding,) = health_checks.redirects(some, LIMITS)
    assert finding == Finding(sentence.format(3), pages(3), ExitCode.UNREACHABLE)


def test_articles_that_moved_off_the_section_degrade_the_run() -> None:
    some = RunStats(pages=1, not_modified=1, dropped={Drop.OUT_OF_SCOPE: pages(3)})
    assert list(health_checks.redirects(some, LIMITS)) == [Finding("3 pages moved off the section", pages(3))]
    some.pages = 2
    assert list(health_checks.redirects(some, LIMITS)) == []


def test_a_page_to_which_all_redirect_is_the_cause_of_what_moved() -> None:
    moved: dict[str, list[str]] = {Drop.OUT_OF_SCOPE: pages(9, "moved")}
    some = RunStats(failed=failing(4, TEMPORARY), redirected={SITE: pages(4)}, dropped=moved)
    assert codes(health_checks.redirects(some, LIMITS)) == [ExitCode.UNREACHABLE]


@pytest.mark.parametrize(
    ("gone", "read", "not_modified", "found"), [(2, 0, 0, False), (3, 0, 0, True), (5, 3, 2, False), (6, 3, 2, True)]
)
def test_most_articles_are_gone_all_at_once(gone: int, read: int, not_modified: int, *, found: bool) -> None:
    some = RunStats(pages=read, not_modified=not_modified, gone_anew=pages(gone))
    finding = Finding(f"{gone} of {gone + read + not_modified} pages are gone", pages(gone))
    assert list(health_checks.gone(some, LIMITS)) == [finding] * found


def rereading(
    changed: int, same: int = 0, not_modified: int = 0, again: int = 0, before: int | None = None, **more: Any
) -> RunStats:
    """Return what a run counted that read articles again.

    The deck of *changed* is another; of these, *again* were held back for it before, and so were *before* in all.
    """
    changes = [
        Change(f"{number:02}", frozenset({"deck"}), "deck" if number < again else None) for number in range(changed)
    ]
    held_before = {"deck": again if before is None else before}
    return RunStats(changes=changes, reread=same, not_modified=not_modified, held_before=held_before, **more)


@pytest.mark.parametrize(
    ("stats", "held"),
    [
        (rereading(9), 0),  # too few to say anything
        (rereading(10), 10),
        (rereading(10, accepts_changes=True), 0),
        (rereading(10, again=4, accepts_changes=True), 0),
        (rereading(5, 3, 2), 0),  # as many as not are news
        (rereading(6, 3, 2), 6),
        (rereading(6, 3, 3), 0),
        (rereading(6, 0, 4), 6),
        # Once some are held back, each run goes by those, be they few among all that it reads:
        (rereading(1, again=1), 1),
        (rereading(2, 50, 50, again=1), 2),  # and holds back what comes to differ in the same field
        (rereading(4, 50, 50, again=4), 4),
        (rereading(3, 50, 50, again=3, before=5), 3),
        (rereading(2, 50, 50, again=2, before=4), 0),  # half of it is as before: it is over
        (rereading(2, 50, 50, again=2, before=4, held_unread={"deck": 1}), 2),
        (rereading(2, 50, 50, before=4, held_unread={"deck": 4}), 0),
    ],
)
def test_fields_that_change_on_more_articles_than_news_do_are_held_back(stats: RunStats, held: int) -> None:
    ids = [change.article for change in stats.changes] if held else []
    assert len(ids) == held
    assert health_checks.changed_alike(stats, LIMITS) == ({"deck": ids} if held else {})


def test_few_changes_of_a_field_that_is_hardly_filled_any_more_are_held_back() -> None:
    always, seldom = Coverage(100, {"deck": 1}), Coverage(100, {"deck": 0.1})
    few = rereading(5, articles=5, filled={"deck": 0})
    assert list(health_checks.changed_alike(few, LIMITS, [always])) == ["deck"]
    assert health_checks.changed_alike(few, LIMITS, [seldom]) == {}
    assert health_checks.changed_alike(rereading(5, 5, articles=5, filled={"deck": 0}), LIMITS, [always]) == {}


def test_each_field_is_judged_on_its_own() -> None:
    both, text = frozenset({"title", "deck"}), frozenset({"text"})
    changes = [Change(f"{number:02}", both if number < 6 else text) for number in range(11)]
    assert health_checks.changed_alike(RunStats(changes=changes), LIMITS) == {
        name: [f"{number:02}" for number in range(6)] for name in ("deck", "title")
    }


def test_what_is_held_back_is_told_with_the_way_out() -> None:
    sentence = (
        "the site's pages changed, and not the news: deck differs on 6 of 11 articles read again, which are held back; "
        "-a accept_changes=true publishes them"
    )
    assert list(health_checks.alike(rereading(6, 3, 2), LIMITS)) == [Finding(sentence)]


def test_pages_that_ask_not_to_be_stored_are_told_with_what_they_say() -> None:
    some = RunStats(articles=2, barred={"noindex": pages(1), "noai": pages(1, "other")})
    sentence = "2 of 2 pages ask not to be stored: noai, noindex"
    assert list(health_checks.barred(some)) == [Finding(sentence, [*pages(1), *pages(1, "other")])]
    assert list(health_checks.barred(RunStats())) == []


def test_an_empty_field_is_told_with_its_pages() -> None:
    some = stats(4, 1, "title", empty={"title": pages(3)})
    sentence = "the site changed: title is empty on 3 of 4 article pages"
    assert list(health_checks.empty_fields(some, LIMITS)) == [Finding(sentence, pages(3), ExitCode.SITE_CHANGED)]
    never = Finding("the site changed: deck is empty on 4 of 4 article pages", [], ExitCode.SITE_CHANGED)
    assert list(health_checks.empty_fields(RunStats(articles=4), Thresholds(guaranteed=["deck"]))) == [never]


@pytest.mark.parametrize(
    ("before", "articles", "filled", "alarms"),
    [
        (4, 3, 0, True),
        (4, 3, 1, False),
        (1000, 6, 4, False),  # two pages are chance
        (1000, 6, 3, True),
        (1000, 40, 32, False),
        (1000, 1000, 800, False),  # a fifth, which is the tolerance
        (1000, 1000, 799, True),
    ],
)
def test_few_pages_must_fall_further_than_many(before: int, articles: int, filled: int, alarms: bool) -> None:
    some = stats(articles, filled, "deck")
    assert len(list(health_checks.falling_coverage(some, LIMITS, [Coverage(before, {"deck": 1.0})]))) == alarms


@pytest.mark.parametrize(
    ("before", "articles", "filled", "alarms"),
    [(0.7, 4, 0, False), (0.7, 9, 2, True), (0.5, 10, 0, True), (0.5, 9, 0, False)],
)
def test_a_field_that_few_earlier_pages_had_must_fall_by_more_than_chance(
    before: float, articles: int, filled: int, *, alarms: bool
) -> None:
    some = stats(articles, filled, "deck")
    assert len(list(health_checks.falling_coverage(some, LIMITS, [Coverage(10, {"deck": before})]))) == alarms


def test_two_pages_and_a_half_are_chance() -> None:
    assert not list(health_checks.falling_coverage(stats(4, 1, "deck"), LIMITS, [Coverage(8, {"deck": 0.875})]))


def test_a_field_that_fell_is_told_with_both_shares_and_its_pages() -> None:
    some = stats(20, 5, "deck", empty={"deck": pages(3)})
    history = [Coverage(20, {"deck": 1.0}), Coverage(20, {"deck": 0.8})]
    sentence = "deck is filled on 25% of the pages; the last good runs had 90%"
    assert list(health_checks.falling_coverage(some, LIMITS, history)) == [Finding(sentence, pages(3))]


def test_a_field_that_earlier_runs_did_not_have_cannot_fall() -> None:
    assert list(health_checks.falling_coverage(stats(100, 50, "deck"), LIMITS, [Coverage(100, {"title": 1.0})])) == []


def test_unhandled_errors_are_told_with_the_pages_that_raised() -> None:
    raised = f"{SITE}/raised/"
    some = RunStats(pages=3, exceptions=2, failed=failing(1) | {raised: (Failure.PARSE, 1)})
    sentence = "2 unhandled errors on 3 pages; the log has them"
    assert list(health_checks.exceptions(some, LIMITS)) == [Finding(sentence, [raised], ExitCode.BUG)]
    assert list(health_checks.exceptions(RunStats(pages=3), LIMITS)) == []


LATER = "what was waiting stays for the next run"


@pytest.mark.parametrize(
    ("reason", "found"),
    [
        ("finished", []),
        ("shutdown", [Finding("interrupted; all that was finished is saved", exit_code=ExitCode.INTERRUPTED)]),
        ("closespider_itemcount", [Finding(f"ended by CLOSESPIDER_ITEMCOUNT; {LATER}", degrades=False)]),
        ("memusage_exceeded", [Finding(f"ended by MEMUSAGE_LIMIT_MB; {LATER}", exit_code=ExitCode.BUG)]),
    ],
)
def test_why_the_spider_closed_is_told_where_it_matters(reason: str, found: list[Finding]) -> None:
    assert list(health_checks.ending(reason)) == found


def test_pages_that_were_lost_are_told_once() -> None:
    reasons = [Failure.TIMEOUT, Failure.PARSE, Failure.ROBOTS, Failure.GONE, Failure.DNS, Failure.HTTP_5XX]
    failed: dict[str, tuple[str, int]] = {url: (why, 1) for url, why in zip(pages(6), reasons, strict=True)}
    dropped: dict[str, list[str]] = {Drop.NO_BODY: pages(3, "empty"), Drop.NO_TITLE: pages(1, "nameless")}
    told = {pages(6)[5], pages(1, "empty")[0]}
    assert list(health_checks.lost_pages(RunStats(failed=failed, dropped=dropped), told)) == [
        Finding("2 addresses could not be read", [pages(6)[0], pages(6)[4]]),
        Finding("2 pages gave no record: no_body", pages(3, "empty")[1:]),
        Finding("1 page gave no record: no_title", pages(1, "nameless")),
    ]


def test_failed_pictures_are_counted_against_all() -> None:
    some = RunStats(pictures={"ok": 6, "failed": 3, "skipped": 1})
    assert list(health_checks.pictures(some, LIMITS)) == [Finding("3 of 10 pictures failed")]
    assert list(health_checks.pictures(RunStats(), LIMITS)) == []
    assert list(health_checks.pictures(RunStats(pictures={"ok": 1, "failed": 2}), LIMITS)) == [], "two are chance"


def test_failed_pictures_that_are_usual_for_a_site_degrade_nothing() -> None:
    some = RunStats(pictures={"ok": 60, "failed": 40})
    usual = [Coverage(10, {}, 100, 45), Coverage(10, {}, 100, 35)]
    assert list(health_checks.pictures(some, LIMITS, usual)) == []
    assert list(health_checks.pictures(RunStats(pictures={"ok": 43, "failed": 57}), LIMITS, usual)) != []


def test_pictures_degrade_a_run_above_a_share_and_not_at_it() -> None:
    assert list(health_checks.pictures(RunStats(pictures={"ok": 12, "failed": 3}), LIMITS)) == []
    none_may_fail, some = Thresholds(max_picture_failure_share=0), RunStats(pictures={"ok": 97, "failed": 3})
    assert list(health_checks.pictures(some, none_may_fail, [Coverage(10, {}, 100)])) != [], "none failed before"


@pytest.mark.parametrize(("requests", "retries", "found"), [(2, 2, False), (3, 3, True), (10, 3, True), (15, 3, False)])
def test_retries_degrade_a_run_above_a_fifth_of_its_requests(requests: int, retries: int, found: bool) -> None:
    some = RunStats(requests=requests, retries=retries)
    finding = Finding(f"{retries} of {requests} requests were retries")
    assert list(health_checks.retries(some, LIMITS)) == [finding] * found
