"""docs/consuming.md: each example runs as it stands there, and shows what it says."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path

import pytest
from support.factories import RUN, SPIDER, article, draw_pictures, open_store, publish

from spacenews.export import export
from spacenews.storage.snapshot import Selection

pytestmark = pytest.mark.faults

ROOT = Path(__file__).parent.parent.parent
TOOLS = {"pandas", "polars", "duckdb", "datasets", "pyarrow", "zyte_common_items", "jsonschema", "networkx"}
SLOW = "Hugging Face datasets"  # its import alone takes seconds
NEWEST = article(29)
SHOWN = {  # a part of what the examples under a heading print
    "jq": f"2024-01-04T21:00:00Z\t{NEWEST.title}\n",
    "pandas": "Ada Quill",
    "Polars": "Example / Ada Quill",
    "DuckDB": "│",
    "Hugging Face datasets": NEWEST.title,
    "SQLite with full-text search": "[comet]",
    "Questions": "2024-01\tAda Quill\t",
    "JSON-LD": f"{NEWEST.title}\n{NEWEST.published_at}\nExample / Ada Quill\n",
    "zyte-common-items": f"{NEWEST.title} {NEWEST.published_at}",
    "Check records": "every record is as the schema says",
}


@dataclass(frozen=True)
class Example:
    heading: str
    language: str
    code: str


def examples() -> list[Example]:
    found = []
    for section in re.split(r"^## ", (ROOT / "docs/consuming.md").read_text(encoding="utf-8"), flags=re.MULTILINE)[1:]:
        blocks = re.findall(r"^```(\w+)\n(.*?)^```", section, re.MULTILINE | re.DOTALL)
        found += [Example(section.partition("\n")[0], language, code) for language, code in blocks]
    return found


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder like the project's after a crawl, with the files of the first section."""
    folder = tmp_path_factory.mktemp("desk")
    shutil.copy(ROOT / "scrapy.cfg", folder)
    (folder / "docs").symlink_to(ROOT / "docs")
    (folder / "output").mkdir()
    draw_pictures(folder / "output/images")
    store = open_store(folder / "output")
    publish(store, [article(number) for number in range(30)])
    publish(store, [article(3, title="Another title", content_hash="2")], run_id="20261123T050000Z")
    export(store, folder / "run.jsonl", "jsonl", Selection())
    (folder / "output" / SPIDER / RUN).mkdir(parents=True)
    (folder / "run.jsonl").rename(folder / "output" / SPIDER / RUN / "articles.jsonl")
    store.close()
    for example in examples():
        if example.heading == "Files":
            run(example, folder)
    return folder


def run(example: Example, folder: Path) -> str:
    shell = ["bash", "-euo", "pipefail", "-c"]
    command = [sys.executable, "-c"] if example.language == "python" else shell
    paths = {"PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}", "PYTHONPATH": str(ROOT)}
    offline = {"HF_HUB_OFFLINE": "1", "HF_HOME": str(folder / "cache"), "PYTHONWARNINGS": "default"}
    environment = os.environ | paths | offline
    done = subprocess.run(
        [*command, example.code], cwd=folder, env=environment, capture_output=True, text=True, check=False, timeout=120
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def need(example: Example) -> None:
    for name in set(re.findall(r"^(?:import|from) (\w+)", example.code, re.MULTILINE)) & TOOLS:
        pytest.importorskip(name)
    for program in {"jq", "datasette"} & set(re.findall(r"\w+", example.code)):
        if not shutil.which(program, path=f"{Path(sys.executable).parent}:{os.environ['PATH']}"):
            pytest.skip(f"needs {program}")


SECTIONS = {heading: list(group) for heading, group in groupby(examples(), lambda example: example.heading)}


HEADINGS = [
    pytest.param(heading, marks=pytest.mark.faults if heading == SLOW else ())
    for heading in SECTIONS
    if heading not in ("Files", "Datasette")
]


@pytest.mark.parametrize("heading", HEADINGS)
def test_the_examples_of_a_section_run_and_show_what_they_say(desk: Path, heading: str) -> None:
    for example in SECTIONS[heading]:
        need(example)
    shown = "".join(run(example, desk) for example in SECTIONS[heading])

    assert SHOWN.get(heading, "") in shown


@pytest.fixture(scope="module")
def empty_desk(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder like the project's after a crawl that published nothing."""
    folder = tmp_path_factory.mktemp("empty desk")
    shutil.copy(ROOT / "scrapy.cfg", folder)
    run_folder = folder / "output" / SPIDER / RUN
    run_folder.mkdir(parents=True)
    (run_folder / "articles.jsonl").touch()
    open_store(folder / "output").close()
    for example in examples():
        if example.heading == "Files":
            run(example, folder)
    return folder


@pytest.mark.parametrize("heading", ["pandas", "Polars", "DuckDB", "SQLite with full-text search", "Questions"])
def test_the_examples_survive_files_without_articles(empty_desk: Path, heading: str) -> None:
    for example in SECTIONS[heading]:
        need(example)
        run(example, empty_desk)


def test_the_files_are_there(desk: Path) -> None:
    names = {path.name for path in (desk / "output").glob("articles.*")}
    assert names >= {"articles.jsonl", "articles.parquet", "articles.csv", "articles.sqlite"}


@pytest.mark.parametrize(
    ("page", "shown"),
    [
        ("/articles/articles?_search=comet&_facet=topics", ["where search matches", "Telescopes", "facet-info"]),
        ("/articles/images", [f'<img src="/images/{NEWEST.images[0].path}"', f"{NEWEST.title}</a>"]),
    ],
)
def test_datasette_has_search_facets_labels_and_pictures(desk: Path, page: str, shown: list[str]) -> None:
    (example,) = SECTIONS["Datasette"]
    need(example)
    html = run(Example("Datasette", "sh", f"{example.code.strip()} --get '{page}'"), desk)

    assert [part for part in shown if part not in html] == []


def test_every_section_has_an_example() -> None:
    assert SECTIONS.keys() >= SHOWN.keys() | {"Files", "Datasette", "Atom"}
