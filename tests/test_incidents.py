"""When a site is unwell, and what is worth an alert."""

from __future__ import annotations

from itertools import pairwise

import pytest

from spacenews.runs.incidents import News, PastRun, incident, news, unwell_since

RESULTS = {"o": "ok", "d": "degraded", "f": "failed", "i": "interrupted"}


def runs(letters: str) -> list[PastRun]:
    """Return runs by the first letters of their results, the oldest first as one writes them."""
    return [PastRun(RESULTS[letter], f"run {number}") for number, letter in enumerate(letters)][::-1]


def told(letters: str) -> list[News | None]:
    return [news(runs(letters[:end])) for end in range(1, len(letters) + 1)]


@pytest.mark.parametrize(
    ("letters", "alerts"),
    [
        ("ooo", "..."),
        ("offfo", ".u..w"),
        ("ff", "u."),
        ("odo", "..."),  # one article that could not be read is worth no alert
        ("oddddo", "..u..w"),
        ("odfddo", "..u..w"),
        ("odffo", "..u.w"),
        ("ofdo", ".u.w"),
        ("ofio", ".u.w"),
        ("ofiiifo", ".u....w"),
        ("odido", "...uw"),
        ("iioi", "...."),
        ("offoofo", ".u.w.uw"),
    ],
)
def test_an_incident_is_told_once_and_once_when_it_is_over(letters: str, alerts: str) -> None:
    assert told(letters) == [{"u": "unwell", "w": "well", ".": None}[one] for one in alerts]


def test_there_are_never_two_alerts_of_a_kind_in_a_row() -> None:
    for number in range(4**7):
        letters = "".join("odfi"[number // 4**place % 4] for place in range(7))
        alerts = [one for one in told(letters) if one]
        assert all(one != other for one, other in pairwise(alerts)), letters
        assert alerts[:1] != ["well"]


def test_a_site_is_unwell_since_its_first_run_that_was_not_ok() -> None:
    assert unwell_since(runs("offdi")) == "run 1"
    assert unwell_since(runs("ofoid")) == "run 4"
    assert unwell_since(runs("oo")) is None
    assert unwell_since(runs("")) is None
    assert incident(runs("ofi")) == [PastRun("failed", "run 1")]
