"""`scrapy demo`: a crawl of the bundled sample section, to see what comes out without asking any site."""

from __future__ import annotations

import argparse
import json
import os
import shlex
import shutil
import subprocess
import sys
from contextlib import closing
from pathlib import Path
from typing import Any

from scrapy.commands import ScrapyCommand

from spacenews.commands.common import ChecksSettings, exits_with_code
from spacenews.config import DEFAULTS
from spacenews.errors import OutputError, UsageError

ARCHIVE = Path(__file__).with_name("demo.warc.gz")
SPIDER = "digitaltrends_space"
DATABASE = "spacenews.sqlite3"
SHOWN = 5


class Command(ChecksSettings, ScrapyCommand):
    """Crawl the sample section into the folder demo of the output folder, which is emptied first."""

    requires_project = True
    requires_crawler_process = False
    default_settings = {"LOG_ENABLED": False}  # noqa: RUF012 (ClassVar in the base class)

    def short_desc(self) -> str:
        return "Crawl the bundled sample section and show what came out; nothing leaves the machine"

    def long_desc(self) -> str:
        return f"{self.__class__.__doc__} Examples: scrapy demo; scrapy demo -s SPACENEWS_OUTPUT=/tmp/news"

    @exits_with_code
    def run(self, args: list[str], opts: argparse.Namespace) -> None:  # noqa: ARG002 (the base class's signature)
        from spacenews.report import build
        from spacenews.storage.database import sqlite_url
        from spacenews.storage.schedule import Schedule
        from spacenews.storage.store import Store

        output = self.config.output / "demo"
        empty(output)
        self.exitcode = crawl(output)
        if not self.exitcode:
            with closing(Store(sqlite_url(output / DATABASE), Schedule())) as store:
                page = build(store, output)
            is_given = self.config.output != DEFAULTS.output
            print(summary(output, page), next_steps(program(), output, is_given=is_given), sep="\n")


def empty(output: Path) -> None:
    """Remove *output*; raises UsageError where it may hold anything but an earlier demo."""
    if output.is_symlink() or (output.exists() and not output.is_dir()):
        raise UsageError(f"{output} is not a folder; move it away and try again")
    if not output.exists():
        return
    if any(output.iterdir()) and not (output / DATABASE).is_file():
        raise UsageError(f"{output} holds something that is not an earlier demo; move it away and try again")
    try:
        shutil.rmtree(output)
    except OSError as error:
        raise OutputError(f"{output} cannot be emptied: {error.strerror}") from error


def crawl(output: Path) -> int:
    """Run the spider on the bundled archive in a process of its own and return its exit code."""
    settings = [
        f"SPACENEWS_WARC_REPLAY={ARCHIVE}",
        f"SPACENEWS_OUTPUT={output}",
        "SPACENEWS_WARC_RECORD=",
        "SPACENEWS_STORE_URL=",
        "IMAGES_STORE=",
        "LOG_LEVEL=WARNING",
    ]
    options = [word for setting in settings for word in ("-s", setting)]
    return subprocess.run([sys.executable, "-m", "scrapy", "crawl", SPIDER, *options], check=False).returncode  # noqa: S603


def program() -> str:
    """Return how the user can call this program again from where they are."""
    called = Path(sys.argv[0])
    if called.name != "scrapy" or shutil.which("scrapy") == str(called.absolute()):
        return "scrapy"
    return os.path.relpath(called)


def summary(output: Path, page: Path) -> str:
    """Say where the results of the newest run are and what the first articles look like."""
    folder = max((output / SPIDER).glob("*/run.json")).parent
    lines = (folder / "articles.jsonl").read_text(encoding="utf-8").splitlines()
    articles = sorted(map(json.loads, lines), key=lambda article: article["published_at"] or "", reverse=True)
    pictures = sum(image["status"] == "ok" for article in articles for image in article["images"])
    parts = [
        f"\n{len(articles)} articles and {pictures} pictures of an invented Space section:\n",
        *map(short_form, articles[:SHOWN]),
        f"  ... and {len(articles) - SHOWN} more\n",
        f"articles       {folder / 'articles.jsonl'}",
        f"pictures       {output / 'images'}",
        f"what happened  {folder / 'run.json'}",
        f"to look at     {page.resolve().as_uri()}\n",
    ]
    return "\n".join(parts)


def next_steps(scrapy: str, output: Path, *, is_given: bool) -> str:
    """Say how to go on, in commands that can be pasted; *is_given* if the output folder is not the default."""
    of_demo = ["-s", f"SPACENEWS_OUTPUT={output}"]
    of_crawl = ["-s", f"SPACENEWS_OUTPUT={output.parent}"] if is_given else []
    steps = {
        f"the live site, into {output.parent}": ["crawl", SPIDER, "-a", "limit=20", *of_crawl],
        "the articles of the demo as a table": ["export", str(output / "articles.csv"), *of_demo],
        "pages to look at, as of the demo": ["report", *of_demo],
        "the other sites": ["list"],
    }
    lines = [f"  {what}:\n    {shlex.join([scrapy, *words])}" for what, words in steps.items()]
    return "\n".join(["How to go on", *lines])


def short_form(article: dict[str, Any]) -> str:
    """Return an article in two lines: date and title, authors and pictures."""
    date = (article["published_at"] or "no date").partition("T")[0]
    authors = ", ".join(author["name"] for author in article["authors"]) or "no author"
    stored = sum(image["status"] == "ok" for image in article["images"])
    return f"  {date}  {article['title']}\n{'':14}{authors}; pictures: {stored} of {len(article['images'])}"
