"""`scrapy runs`: how the recent runs went."""

from __future__ import annotations

import argparse
import json
import sys
from contextlib import closing
from itertools import starmap
from typing import TYPE_CHECKING

from scrapy.commands import ScrapyCommand

from spacenews.commands.common import ChecksSettings, existing_store, exits_with_code, spider_class
from spacenews.errors import UsageError

if TYPE_CHECKING:
    from spacenews.runs.report import RunReport

COLUMNS = ("spider", "run", "result", "code", "new", "updated", "unchanged", "pictures", "failed", "reasons")
WIDE = 200  # characters a line in a file or pipe


class Command(ChecksSettings, ScrapyCommand):
    """Lists runs with result and counts from the database."""

    requires_project = True
    requires_crawler_process = False
    default_settings = {"LOG_ENABLED": False}  # noqa: RUF012 - the base class declares it

    def syntax(self) -> str:
        return "[options] [spider]"

    def short_desc(self) -> str:
        return "List recent runs with result and counts"

    def long_desc(self) -> str:
        return (
            "List recent runs, the newest first, with result and counts from the crawl database. "
            "Examples: scrapy runs; scrapy runs digitaltrends_space --number 50; scrapy runs --json | jq .result; "
            "scrapy runs --schema"
        )

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        super().add_options(parser)
        parser.add_argument("-n", "--number", type=int, default=20, help="runs to list (default: 20)")
        parser.add_argument("--json", action="store_true", help="print each run's run.json as one line")
        parser.add_argument("--schema", action="store_true", help="print the JSON Schema of run.json and end")

    @exits_with_code
    def run(self, args: list[str], opts: argparse.Namespace) -> None:
        from rich.console import Console
        from rich.table import Table
        from rich.text import Text

        from spacenews.cluster.queue import describe
        from spacenews.runs.beginning import ARCHIVE
        from spacenews.runs.incidents import PastRun, unwell_since
        from spacenews.runs.report import json_schema, report_of
        from spacenews.schema import to_record

        if opts.schema:
            print(json.dumps(json_schema(), indent=2, ensure_ascii=False))
            return
        if len(args) > 1:
            raise UsageError("scrapy runs takes one spider, or none for all of them")
        assert self.settings
        for name in set(args) - {ARCHIVE}:
            spider_class(self.settings, name)
        with closing(existing_store(self.config)) as store:
            rows = store.runs.recent(args[0] if args else None, opts.number)
            unwell = {
                spider: since
                for spider in args or store.runs.spiders()
                if (since := unwell_since(list(starmap(PastRun, store.runs.past(spider)))))
            }
            queue = describe(store, self.config.lease_seconds)
        reports = [report_of(row) for row in rows]
        if opts.json:
            for report in reports:
                print(json.dumps(to_record(report) if report.is_over else {"run_id": report.run_id}))
            return
        table = Table(box=None)
        for name in COLUMNS:
            table.add_column(name, no_wrap=name != "reasons")
        for report in reports:
            table.add_row(*map(Text, _cells(report)))
        console = Console(width=None if sys.stdout.isatty() else WIDE)
        console.print(table if reports else "no run yet")
        for spider, since in unwell.items():
            console.print(f"{spider} has been unwell since {since}", highlight=False)
        for sentence in queue:
            console.print(sentence, highlight=False)


def _cells(report: RunReport) -> list[str]:
    if not report.is_over:
        return [report.spider, report.run_id, "running or killed", *[""] * (len(COLUMNS) - 3)]
    articles, images = report.counts.articles, report.counts.images
    cells = [report.spider, report.run_id, report.result, report.exit_code, articles.new, articles.updated]
    cells += [articles.unchanged, images.ok, len(report.failed), "; ".join(report.reasons)]
    return [str(cell) for cell in cells]
