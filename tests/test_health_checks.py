"""How a run is judged, number by number."""

from __future__ import annotations

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
        pictures={"ok": 1, "failed": 1},
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
        "1 of 2 pictures failed",
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
