"""What counts as nearly the same text, and that an index of bands is enough to find it."""

from __future__ import annotations

import random
import re
from collections import defaultdict

import pytest
from demo_site.stories import STORIES

from spacenews.extraction.near_duplicates import ALIKE, BANDS, bands, signature, similarity

DRAW = random.Random(20261122)  # noqa: S311
SYLLABLES = [one + two for one in "bdfgklmnprstv" for two in "aeiou"]
WORDS = ["".join(DRAW.choices(SYLLABLES, k=DRAW.choice((1, 1, 2, 2, 3, 4)))) for _ in range(6000)]
COMMON_FIRST = [1 / (rank + 3) for rank in range(len(WORDS))]  # as words in a language are
COUNT = 200


def write(length: int) -> list[str]:
    return DRAW.choices(WORDS, COMMON_FIRST, k=length)


def edit(words: list[str], share: float) -> list[str]:
    """Replace, remove or add words until *share* of them are touched."""
    edited: list[str] = []
    for word in words:
        kind = DRAW.random() / share
        if kind < 0.5:
            edited.append(DRAW.choice(WORDS))
        elif kind < 0.75:
            continue
        elif kind < 1:
            edited += [word, DRAW.choice(WORDS)]
        else:
            edited.append(word)
    return edited


class Index:
    """The bands of many articles, as the store keeps them."""

    def __init__(self, texts: list[str]) -> None:
        self.signatures = [signature(text) for text in texts]
        self.filed = defaultdict(set)
        for number, known in enumerate(self.signatures):
            for band in bands(known):
                self.filed[band].add(number)

    def find(self, text: str) -> set[int]:
        """Return what is nearly the same as *text*, looking only at what shares a band with it."""
        new = signature(text)
        candidates = set().union(*(self.filed[band] for band in bands(new) if band in self.filed))
        return {number for number in candidates if similarity(new, self.signatures[number]) >= ALIKE}


@pytest.fixture(scope="module")
def articles() -> list[list[str]]:
    return [write(length) for length in (150, 300, 600, 900) for _ in range(COUNT // 4)]


@pytest.fixture(scope="module")
def index(articles: list[list[str]]) -> Index:
    return Index([" ".join(words) for words in articles])


@pytest.mark.parametrize(("share", "recall"), [(0.01, 1.0), (0.05, 1.0), (0.20, 0.9)])
def test_lightly_edited_copies_are_found(articles: list[list[str]], index: Index, share: float, recall: float) -> None:
    found = [index.find(" ".join(edit(words, share))) for words in articles]
    right = sum(number in numbers for number, numbers in enumerate(found))
    wrong = sum(len(numbers - {number}) for number, numbers in enumerate(found))
    assert right >= recall * COUNT
    assert wrong == 0


def test_a_rewritten_story_is_not_a_copy(articles: list[list[str]], index: Index) -> None:
    assert not any(index.find(" ".join(edit(words, 0.60))) for words in articles)


def test_unrelated_articles_with_the_same_boilerplate_are_not_copies() -> None:
    boilerplate = write(60)
    texts = [" ".join(write(200) + boilerplate) for _ in range(COUNT)]
    together = Index(texts)
    assert all(together.find(text) == {number} for number, text in enumerate(texts))


def test_stories_of_one_section_are_not_copies_of_each_other() -> None:
    texts = [re.sub(r"<[^>]+>", " ", story.body) for story in STORIES]
    together = Index(texts)
    assert all(together.find(text) == {number} for number, text in enumerate(texts))


def test_case_punctuation_and_white_space_make_no_difference(articles: list[list[str]]) -> None:
    words = articles[0]
    assert similarity(signature(" ".join(words)), signature(",\n".join(words).upper())) == 1


def test_a_signature_and_its_keys_never_change(articles: list[list[str]]) -> None:
    """They are in databases: another value is another schema of the database."""
    text = " ".join(f"word{number}" for number in range(100))
    assert signature(text).hex()[:32] == "d3ce9c5bb3d8e04d3280080c63de4889"
    assert bands(signature(text))[:2] == ["00d3ce9c5bb3d8", "01e04d3280080c"]
    assert all(len(bands(signature(" ".join(words)))) == BANDS for words in articles[:3])


def test_a_text_too_short_to_compare_is_like_nothing() -> None:
    short = signature("A short note, nothing more than this one sentence.")
    assert short == b""
    assert bands(short) == []
    assert similarity(short, short) == 0
