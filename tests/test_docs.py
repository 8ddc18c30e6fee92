"""What README and docs promise: commands, arguments, settings, the example record."""

from __future__ import annotations

import inspect
import json
import re
from dataclasses import fields
from typing import Any

from support.processes import PROJECT, Scrapy

from spacenews import settings
from spacenews.arguments import Arguments
from spacenews.errors import ExitCode

README = (PROJECT / "README.md").read_text(encoding="utf-8")
SETTINGS = (PROJECT / "docs/settings.md").read_text(encoding="utf-8")


def test_every_argument_is_in_the_readme_with_its_default() -> None:
    written = {
        "section": "`space`",
        "seeds": "none",
        "discover": "`feed,listing`",
        "since": "none",
        "follow_related": "`true`",
    }
    for argument in fields(Arguments):
        default = written.get(argument.name, str(argument.default))
        assert f"| `-a {argument.name}=` | {default} |" in README


def test_every_command_of_the_readme_is_there(scrapy: Scrapy) -> None:
    known = scrapy().stdout
    named = set(re.findall(r"scrapy ([a-z]+)\b", README))
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


def test_every_setting_has_a_line_with_its_default_in_the_docs() -> None:
    for name, default in ours().items():
        if name in ("ADDONS", "EXTENSIONS", "ITEM_PIPELINES", "DOWNLOADER_MIDDLEWARES", "SPIDER_MIDDLEWARES") or (
            name in ("LOG_LEVEL", "FEED_EXPORT_ENCODING")
        ):
            assert f"`{name}`" in SETTINGS
            continue
        shown = (
            "none" if default is None else "see there" if name == "DOWNLOAD_HANDLERS" else f"`{json.dumps(default)}`"
        )
        assert re.search(rf"^\| `{name}` \| {re.escape(shown)} \| \S", SETTINGS, re.MULTILINE), name


def test_every_setting_that_the_code_reads_has_a_default() -> None:
    source = "\n".join(path.read_text(encoding="utf-8") for path in (PROJECT / "spacenews").rglob("*.py"))
    read = set(re.findall(r"\bSPACENEWS_[A-Z_]+", source))
    assert read == {name for name in ours() if name.startswith("SPACENEWS_")}
