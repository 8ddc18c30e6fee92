"""The names that articles share, authors, sections and topics: one spelling of each, and a page with its articles."""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from spacenews.report.articles import Story
from spacenews.report.pages import Pages, folded, name_page, render

KINDS = {"topic": "Topics", "section": "Sections", "author": "Authors"}
SHOWN = 200  # articles of a page; the gallery has them all
BESIDE = 12  # topics that often stand beside one


@dataclass(frozen=True)
class Name:
    """An author, a section or a topic, and its articles, the newest first."""

    kind: str
    text: str  # as most articles spell it
    stories: list[Story]

    @property
    def page(self) -> str:
        """Return the address of its page in the report, the same whatever the spelling."""
        return name_page(self.kind, self.text)


class Names:
    """All names of some articles."""

    def __init__(self, stories: Sequence[Story]) -> None:
        spellings: defaultdict[tuple[str, str], Counter[str]] = defaultdict(Counter)
        found: defaultdict[tuple[str, str], dict[str, Story]] = defaultdict(dict)
        for story in stories:
            for kind in KINDS:
                for text in _texts(story, kind):
                    spellings[kind, folded(text)][text] += 1
                    found[kind, folded(text)][story.id] = story
        self._names = {
            key: Name(key[0], spelled.most_common(1)[0][0], list(found[key].values()))
            for key, spelled in spellings.items()
        }

    def spelled(self, kind: str, texts: Sequence[str]) -> list[str]:
        """Return names in the spelling of most articles, each once."""
        return list(dict.fromkeys(self._names[kind, folded(text)].text for text in texts))

    def of(self, kind: str) -> list[Name]:
        """Return all names of a kind in the order of the alphabet."""
        return sorted((name for name in self._names.values() if name.kind == kind), key=lambda it: folded(it.text))

    def frequent(self) -> list[Name]:
        """Return the topics of most articles, unless there is but one."""
        topics = sorted(self.of("topic"), key=lambda name: -len(name.stories))
        return topics[:BESIDE] if len(topics) > 1 else []

    def beside(self, name: Name) -> list[Name]:
        """Return the topics that stand most often beside a name."""
        counts = Counter(folded(topic) for story in name.stories for topic in set(story.topics))
        if name.kind == "topic":
            del counts[folded(name.text)]
        return [self._names["topic", topic] for topic, _ in counts.most_common(BESIDE)]


def write_names(pages: Pages, names: Names, authors: Mapping[str, dict[str, Any]], shown: Mapping[str, str]) -> None:
    """Write a page for each name, and one that lists them all."""
    for kind in KINDS:
        for name in names.of(kind):
            author = authors.get(folded(name.text)) if kind == "author" else None
            cards = [(it.page, it.title, it.deck, it.published_at, shown.get(it.picture or "")) for it in name.stories]
            beside = names.beside(name)
            fingerprint = json.dumps([name.text, author, cards, [it.text for it in beside]])
            pages.write(name.page, fingerprint, partial(_name_page, name, author, beside, shown))
    listed = {label: names.of(kind) for kind, label in KINDS.items()}
    counts = json.dumps([[label, [(it.text, len(it.stories)) for it in found]] for label, found in listed.items()])
    pages.write("names.html", counts, lambda: render("names.html", listed=listed))


def _name_page(name: Name, author: dict[str, Any] | None, beside: list[Name], shown: Mapping[str, str]) -> str:
    return render("name.html", name=name, author=author, beside=beside, stories=name.stories[:SHOWN], pictures=shown)


def _texts(story: Story, kind: str) -> list[str]:
    return {"topic": story.topics, "section": story.sections, "author": story.authors}[kind]
