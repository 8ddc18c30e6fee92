"""What holds for the codebase as a whole."""

from __future__ import annotations

import importlib
import re
from pathlib import Path

import pytest
from scrapy.spiderloader import SpiderLoader
from scrapy.utils.project import get_project_settings
from support.processes import PROJECT


def test_no_spider_is_forgotten() -> None:
    files = {path.stem for path in (PROJECT / "spacenews/spiders").glob("[!_]*.py")}
    assert files == set(SpiderLoader.from_settings(get_project_settings()).list())
    assert files == {path.name for path in (PROJECT / "tests/sites").iterdir()}


@pytest.mark.parametrize("path", sorted((PROJECT / "spacenews").rglob("*.py")), ids=lambda path: path.stem)
def test_no_module_hides_an_error_or_a_gap(path: Path) -> None:
    source = path.read_text(encoding="utf-8")
    assert not re.search(r"except[^\n]*:\s*\n\s*pass\b", source)
    assert not re.search(r"\b(TODO|FIXME|XXX|HACK)\b", source)


def test_every_module_says_what_it_is_for() -> None:
    for path in (PROJECT / "spacenews").rglob("*.py"):
        name = ".".join(path.relative_to(PROJECT).with_suffix("").parts).removesuffix(".__init__")
        if not name.endswith("__main__"):
            assert importlib.import_module(name).__doc__, name
