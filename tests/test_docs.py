"""What README and docs promise: commands, arguments, settings, the example record."""

from __future__ import annotations

import inspect
import json
import re
from typing import Any

from support.processes import PROJECT, Scrapy

from spacenews import settings
from spacenews.arguments import describe
from spacenews.config import wanted
from spacenews.errors import ExitCode

README = (PROJECT / "README.md").read_text(encoding="utf-8")
SETTINGS = (PROJECT / "docs/settings.md").read_text(encoding="utf-8")


def test_every_argument_is_in_the_readme_as_help_tells_it() -> None:
    rows = re.findall(r"^\| `-a (\w+)=` \| (.*?) \| (.*) \|$", README, re.MULTILINE)
    assert [(name, default.strip("`"), meaning) for name, default, meaning in rows] == describe()


def test_every_command_of_the_readme_is_there(scrapy: Scrapy) -> None:
    known = scrapy().stdout
    named = set(re.findall(r"scrapy ([a-z]+(?:-[a-z]+)*)\b", README))
    assert named >= {"crawl", "crawlall", "export", "report", "runs", "retry", "list"}
    assert [name for name in named if not re.search(rf"^  {name}\b", known, re.MULTILINE)] == []


def test_the_exit_codes_are_in_the_readme() -> None:
    paragraph = README[README.index("Exit codes:") : README.index("[docs/operations.md]")]
    assert [int(number) for number in re.findall(r"\b(\d) ", paragraph)] == [code.value for code in ExitCode]


def test_links_lead_to_files() -> None:
    for page in (PROJECT / "README.md", *PROJECT.glob("docs/*.md"), *PROJECT.glob("[A-Z]*.md")):
        for target in re.findall(r"\]\(([^)#]+)[^)]*\)", page.read_text(encoding="utf-8")):
            assert re.match(r"https?:", target) or (page.parent / target).exists(), f"{page.name}: {target}"


def ours() -> dict[str, Any]:
    names = {name for name, _ in inspect.getmembers(settings) if name.isupper()}
    shown_elsewhere = {"BOT_NAME", "SPIDER_MODULES", "COMMANDS_MODULE"}
    return {name: getattr(settings, name) for name in names - shown_elsewhere}


COMPONENTS = {"ADDONS", "EXTENSIONS", "ITEM_PIPELINES", "DOWNLOADER_MIDDLEWARES", "SPIDER_MIDDLEWARES"}
COMPONENTS |= {"DOWNLOAD_HANDLERS", "SCHEDULER_MEMORY_QUEUE", "FEED_EXPORT_ENCODING", "FEED_EXPORTERS"}
COMPONENTS |= {"LOG_FORMATTER"}


def sections() -> dict[str, list[str]]:
    """Return what docs/settings.md has to say, made of settings.py and config.py: the rows of each section."""
    found: dict[str, list[str]] = {}
    for line in inspect.getsource(settings).splitlines():
        if heading := re.fullmatch(r"# (\w.*)", line):
            rows = found.setdefault(heading[1], [])
        elif (setting := re.match(r"([A-Z]\w+)\b.*  # (.+)", line)) and setting[1] in ours().keys() - COMPONENTS:
            name, reason = setting.groups()
            default = ours()[name]
            shown = "none" if default is None else f"`{json.dumps(default)}`"
            rows.append(f"| `{name}` | {shown} | {wanted(name)} | {reason} |")
    return {heading: rows for heading, rows in found.items() if rows}


def test_every_setting_has_a_row_in_the_docs_with_what_the_code_says() -> None:
    assert sum(map(len, sections().values())) == len(ours().keys() - COMPONENTS), "a reason after each default"
    for heading, rows in sections().items():
        found = re.search(rf"^## {heading}\n\n\|.+\n\|.+\n((?:\|.+\n)+)", SETTINGS, re.MULTILINE)
        assert found, heading
        assert found[1].splitlines() == rows


def test_every_component_is_named_in_the_docs() -> None:
    assert [name for name in COMPONENTS if f"`{name}`" not in SETTINGS] == []
