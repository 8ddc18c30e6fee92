"""What `make bench-quality` calls right: by the definitions that docs/quality.md gives."""

from __future__ import annotations

from typing import Any

import pytest
from scores import Overlap, Picture, Reading, f1, marks, overlap, picture_names, precision, recall

TEXT = "The craft has crossed the plain. Its team is glad."


def article(**marked: Any) -> dict[str, Any]:
    return {"kind": "article", "text": TEXT, **marked}


def picture(name: str, **said: Any) -> dict[str, Any]:
    return {"versions": [{"url": f"https://i.example/{name}-300x200.jpg"}], **said}


def test_runs_of_four_words_are_counted_as_often_as_they_stand_there() -> None:
    assert overlap("one two three four five", "two three four five six") == Overlap(1, 2, 2)
    assert overlap("a b c d. A b c d", "a b c d") == Overlap(1, 5, 1)
    assert overlap("far side", "far side") == Overlap(1, 1, 1)
    assert overlap("", "far side") == Overlap(0, 0, 1)


def test_f1_is_made_of_the_means_over_pages_and_nothing_found_costs_recall_alone() -> None:
    pages = [Overlap(2, 4, 2), Overlap(0, 0, 3)]
    assert (precision(pages), recall(pages)) == (0.5, 0.5)
    assert f1(pages) == 0.5
    assert f1([Overlap(0, 4, 4)]) == 0


def test_a_text_is_exact_when_its_words_are_all_alike() -> None:
    assert marks(Reading("The craft has crossed the plain\n\nIts team is glad"), article()) == {
        "exact": [True],
        "empty": [False],
        "lead": [],
        "captions": [],
        "credits": [],
    }
    assert marks(Reading(f"{TEXT} Follow us"), article())["exact"] == [False]
    assert marks(Reading(), article())["empty"] == [True]


@pytest.mark.parametrize("kind", ["forum", "product"])
def test_a_page_that_is_no_article_is_refused_by_reading_nothing(kind: str) -> None:
    assert marks(Reading(), {"kind": kind}) == {"refused": [True]}
    assert marks(Reading("Log in"), {"kind": kind}) == {"refused": [False]}


def test_titles_and_authors_are_the_same_words_in_any_spelling_and_all_of_them() -> None:
    truth = article(title="A “far” Side", authors=["Ann Lee", "Bo Ek"])
    assert marks(Reading(title="A 'Far' side", authors=["bo ek", "Ann Lee"]), truth)["title"] == [True]
    assert marks(Reading(title="A far side | Example", authors=["Ann Lee"]), truth)["title"] == [False]
    assert marks(Reading(authors=["bo ek", "Ann Lee"]), truth)["authors"] == [True]
    assert marks(Reading(authors=["Ann Lee"]), truth)["authors"] == [False]


@pytest.mark.parametrize(
    ("published", "is_right"),
    [
        ("2026-03-04T23:00:00Z", True),
        ("2026-03-04", True),
        ("2026-03-03T22:00:00+00:00", True),
        ("2026-03-06T12:00:00Z", False),
        ("yesterday", False),
        ("", False),
    ],
)
def test_a_day_is_right_when_less_than_a_day_lies_between(published: str, *, is_right: bool) -> None:
    assert marks(Reading(published=published), article(published="2026-03-04T12:00:00"))["day"] == [is_right]


def test_a_picture_is_known_by_its_file_in_whatever_size_and_place() -> None:
    small, large = "https://i.example/a/dune-field-300x200.jpg?w=3", "https://cdn.example/b/dune-field.webp"
    assert picture_names(small) & picture_names(large) == {"dune-field"}
    assert not picture_names("https://i.example/a/1.jpg") & picture_names("https://i.example/b/1.jpg")
    assert picture_names("https://i.example/0123456789abcdef/x.jpg") & picture_names(
        "https://i.example/get?of=0123456789abcdef"
    )
    assert picture_names("") == set()


def test_captions_and_credits_are_looked_at_where_the_picture_was_found() -> None:
    truth = article(
        images=[
            picture("crater-rim", is_cover=True, caption="A rim. Ann Lee/Example", authors=["Ann Lee"]),
            picture("dune-field", caption="A dune", authors=["Bo Ek"]),
            picture("never-found", caption="A probe", authors=["Bo Ek"]),
        ]
    )
    found = [
        Picture("https://i.example/crater-rim.jpg", "A rim.", "Ann Lee/Example"),
        Picture("https://i.example/dune-field.jpg", "", ""),
    ]
    made = marks(Reading(lead=found[0].url, pictures=found), truth)
    assert made["lead"] == [True]
    assert made["captions"] == [True, False]
    assert made["credits"] == [True, False]
    assert marks(Reading(), truth)["lead"] == [False]
