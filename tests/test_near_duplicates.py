"""What counts as nearly the same text, that an index of bands is enough to find it, and what the index holds."""

from __future__ import annotations

import random
import re
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

import pytest
from demo_site.stories import STORIES
from support.factories import RUN, SPIDER, article, open_store, publish

from spacenews.extraction.near_duplicates import ALIKE, BANDS, bands, signature, similarity
from spacenews.items import Article
from spacenews.storage.articles import StagedArticle
from spacenews.storage.store import Store

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


LATER = "20261123T050000Z"


def test_an_article_that_was_read_with_its_signature_is_indexed_by_it(tmp_path: Path) -> None:
    read = article(1)
    read.signature = signature(read.text)
    copy = article(2, text=read.text)
    assert copy.signature is None
    store = open_store(tmp_path)
    for each in (read, copy):
        store.articles.stage([StagedArticle(each, SPIDER, RUN)])
    store.close()
    assert copy.near_duplicate_of == read.id


ORIGINAL, EDITED = article(1), article(1, text=article(77).text, content_hash="edited")


class TestWhatTheIndexHolds:
    """An article is found by what was last published of it, whatever was saved in between."""

    @pytest.fixture
    def store(self, tmp_path: Path) -> Iterator[Store]:
        store = open_store(tmp_path)
        publish(store, [article(1)])
        yield store
        store.close()

    def stage(self, store: Store, made: Article, run_id: str = LATER) -> Article:
        store.articles.stage([StagedArticle(made, SPIDER, run_id)])
        return made

    def original_of(self, store: Store, text: str) -> str | None:
        """Return what a new article with that text is a copy of."""
        return self.stage(store, article(500, text=text)).near_duplicate_of

    def test_an_article_that_was_edited_and_reverted_before_it_was_published(self, store: Store) -> None:
        self.stage(store, article(1, text=EDITED.text, content_hash="edited"))
        self.stage(store, article(1))
        assert self.original_of(store, ORIGINAL.text) == ORIGINAL.id
        assert self.original_of(store, EDITED.text) is None

    def test_an_article_that_was_edited_and_reverted_and_published_both_times(self, store: Store) -> None:
        publish(store, [article(1, text=EDITED.text, content_hash="edited")], LATER)
        assert self.original_of(store, EDITED.text) == ORIGINAL.id
        publish(store, [article(1)], "20261124T050000Z")
        assert self.original_of(store, ORIGINAL.text) == ORIGINAL.id
        assert self.original_of(store, EDITED.text) is None

    def test_an_article_that_was_edited_twice_before_it_was_published(self, store: Store) -> None:
        self.stage(store, article(1, text=EDITED.text, content_hash="edited"))
        self.stage(store, article(1, text=article(78).text, content_hash="edited again"))
        assert self.original_of(store, article(78).text) == ORIGINAL.id

    def test_an_article_that_a_failed_run_misread(self, store: Store) -> None:
        self.stage(store, article(1, text=EDITED.text, content_hash="edited"))
        assert store.articles.quarantine(SPIDER, LATER, "2026-11-23T05:00:00Z") == 1
        assert self.original_of(store, ORIGINAL.text) == ORIGINAL.id
        assert self.original_of(store, EDITED.text) is None

    def test_what_only_a_failed_run_has_seen_is_the_original_of_nothing(self, store: Store) -> None:
        self.stage(store, article(2))
        store.articles.quarantine(SPIDER, LATER, "2026-11-23T05:00:00Z")
        assert self.original_of(store, article(2).text) is None
        publish(store, [article(2)], "20261124T050000Z")
        assert self.original_of(store, article(2).text) == article(2).id

    def test_an_article_whose_text_became_too_short_and_long_again(self, store: Store) -> None:
        publish(store, [article(1, text="Gone.", content_hash="short")], LATER)
        assert self.original_of(store, ORIGINAL.text) is None
        publish(store, [article(1)], RUN)
        assert self.original_of(store, ORIGINAL.text) == ORIGINAL.id
