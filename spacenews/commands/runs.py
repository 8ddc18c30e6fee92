"""`scrapy runs`: how the recent runs went."""

from __future__ import annotations

import argparse
import json
import sys

from scrapy.commands import ScrapyCommand

from spacenews.commands.common import existing_store, exits_with_code

COLUMNS = ("spider", "run", "result", "code", "new", "updated", "unchanged", "pictures", "failed", "reasons")
WIDE = 200  # characters a line in a file or pipe


class Command(ScrapyCommand):
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
            "Examples: scrapy runs; scrapy runs digitaltrends_space --number 50; scrapy runs --json | jq .result"
        )

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        super().add_options(parser)
        parser.add_argument("-n", "--number", type=int, default=20, help="runs to list (default: 20)")
        parser.add_argument("--json", action="store_true", help="print each run's run.json as one line")

    @exits_with_code
    def run(self, args: list[str], opts: argparse.Namespace) -> None:
        from rich.console import Console
        from rich.table import Table
        from rich.text import Text

        assert self.settings
        store = existing_store(self.settings)
        rows = store.runs.recent(args[0] if args else None, opts.number)
        if opts.json:
            for row in rows:
                print(json.dumps(json.loads(row.report)) if row.report else json.dumps({"run_id": row.run_id}))
            return
        table = Table(box=None)
        for name in COLUMNS:
            table.add_column(name, no_wrap=name != "reasons")
        for row in rows:
            table.add_row(*map(Text, _cells(row.spider, row.run_id, json.loads(row.report or "{}"))))
        Console(width=None if sys.stdout.isatty() else WIDE).print(table if rows else "no run yet")


def _cells(spider: str, run_id: str, report: dict[str, object]) -> list[str]:
    if not report:
        return [spider, run_id, "running or killed", *[""] * (len(COLUMNS) - 3)]
    counts = report["counts"]
    assert isinstance(counts, dict)
    articles, images = counts["articles"], counts["images"]
    assert isinstance(report["failed"], list)
    assert isinstance(report["reasons"], list)
    cells = [spider, run_id, report["result"], report["exit_code"], articles["new"], articles["updated"]]
    cells += [articles["unchanged"], images["ok"], len(report["failed"]), "; ".join(report["reasons"])]
    return [str(cell) for cell in cells]
