"""What holds for every command of the project."""

from __future__ import annotations

import json
import re
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest
from support.processes import PROJECT, Scrapy

COMMANDS = [
    "crawl",
    "crawlall",
    "demo",
    "enqueue",
    "export",
    "genspider",
    "read-archive",
    "report",
    "retry",
    "runs",
    "savefixture",
    "worker",
]
LIGHT = {
    "config",
    "settings",
    "items",
    "schema",
    "errors",
    "reasons",
    "urls",
    "site",
    "clock",
}  # what a command may have at hand before it runs


@pytest.mark.parametrize("name", COMMANDS)
def test_a_command_has_help_with_an_example(scrapy: Scrapy, name: str) -> None:
    shown = scrapy(name, "--help")
    assert shown.returncode == 0
    assert re.search(rf"xamples?:\s*scrapy\s+{name}", shown.stdout), shown.stdout[:500]


def test_no_command_is_forgotten() -> None:
    files = {path.stem for path in (PROJECT / "spacenews/commands").glob("[!_]*.py")}
    assert files - {"common"} == set(COMMANDS)


def test_commands_cost_nothing_until_they_run() -> None:
    """Scrapy imports all of them for each command: `scrapy version` would pay for a crawl."""
    script = """
        import importlib, json, pkgutil, sys
        import scrapy.cmdline, scrapy.commands
        for module in pkgutil.iter_modules(scrapy.commands.__path__, "scrapy.commands."):
            importlib.import_module(module.name)
        before = set(sys.modules)
        import spacenews.commands
        for module in pkgutil.walk_packages(spacenews.commands.__path__, "spacenews.commands."):
            importlib.import_module(module.name)
        print(json.dumps(sorted(set(sys.modules) - before)))
    """
    command = [sys.executable, "-c", textwrap.dedent(script)]
    done = subprocess.run(command, cwd=PROJECT, capture_output=True, text=True, check=True, timeout=60)
    imported = json.loads(done.stdout)
    ours = {name.split(".")[1] for name in imported if name.startswith("spacenews.")}
    assert ours - LIGHT == {"commands"}
    others = {name.partition(".")[0] for name in imported} - sys.stdlib_module_names
    assert others == {"spacenews"}


@pytest.mark.parametrize("words", [("runs",), ("crawlall",)])
def test_an_unknown_spider_is_told_with_the_one_that_was_probably_meant(
    scrapy: Scrapy, words: tuple[str, ...], tmp_path: Path
) -> None:
    done = scrapy(*words, "spacecom", "-s", f"SPACENEWS_OUTPUT={tmp_path}")
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == "scrapy: no spider is named spacecom: did you mean space_com?\n"
    done = scrapy(*words, "nobody", "-s", f"SPACENEWS_OUTPUT={tmp_path}")
    assert done.stderr == "scrapy: no spider is named nobody; `scrapy list` shows them\n"
