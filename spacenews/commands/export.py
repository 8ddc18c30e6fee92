"""`scrapy export`: a snapshot of the crawl database for other tools."""

from __future__ import annotations

import argparse
import json
import sys
from contextlib import closing, suppress
from pathlib import Path

from scrapy.commands import ScrapyCommand

from spacenews.commands.common import ChecksSettings, existing_store, exits_with_code
from spacenews.errors import UsageError

EXAMPLES = """\
examples:
  scrapy export                                    output/articles.jsonl
  scrapy export articles.parquet articles.csv      a file's ending names its format
  scrapy export --format csv --since 2026-11-01    output/articles.csv
  scrapy export --site "Digital Trends" - | jq -r .title
  scrapy export --all-versions history.jsonl.zst
  scrapy export news.sqlite -s SPACENEWS_OUTPUT=output/demo
  scrapy export --schema                           JSON Schema of a record

formats:
"""


class Command(ChecksSettings, ScrapyCommand):
    """Write a snapshot: the published articles in their latest version, the newest first, whole or not at all."""

    requires_project = True
    requires_crawler_process = False
    default_settings = {"LOG_ENABLED": False}  # noqa: RUF012 (ClassVar in the base class)

    def syntax(self) -> str:
        return "[options] [FILE ...]"

    def short_desc(self) -> str:
        return "Write the articles of the crawl database to a file"

    def long_desc(self) -> str:
        return str(self.__class__.__doc__)

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        from spacenews.export import FORMATS

        super().add_options(parser)
        parser.formatter_class = argparse.RawDescriptionHelpFormatter
        parser.epilog = EXAMPLES + "\n".join(f"  {name:<10} {kind.doc}" for name, kind in FORMATS.items())
        parser.add_argument(
            "-f", "--format", choices=FORMATS, metavar="FORMAT", help="default: by FILE's ending, else jsonl"
        )
        parser.add_argument(
            "--all-versions", action="store_true", help="every version of an article, not the latest only"
        )
        parser.add_argument("--since", metavar="DATE", help="only what was published on or after this date (UTC)")
        parser.add_argument("--site", metavar="NAME", help="only this site (its name, or the spider's)")
        parser.add_argument("--limit", metavar="N", type=int, help="at most N articles")
        parser.add_argument("--schema", action="store_true", help="print the JSON Schema of a record and end")
        parser.add_argument("--card", action="store_true", help="print a dataset card for Hugging Face and end")

    @exits_with_code
    def run(self, args: list[str], opts: argparse.Namespace) -> None:
        from spacenews.items import json_schema

        if opts.schema:
            print(json.dumps(json_schema(), indent=2, ensure_ascii=False))
            return
        with suppress(BrokenPipeError):  # the reader of the pipe has seen enough
            self._export(args, opts)

    def _export(self, args: list[str], opts: argparse.Namespace) -> None:
        from spacenews.export import check, export
        from spacenews.export.card import dataset_card
        from spacenews.export.targets import is_stream
        from spacenews.storage.snapshot import Selection, parse_since

        targets = _targets(self.config.output, args, opts)
        since = parse_since(opts.since) if opts.since else None
        if opts.limit is not None and opts.limit < 1:
            raise UsageError(f"--limit {opts.limit}: must be 1 or more")
        selection = Selection(opts.all_versions, since, opts.site, opts.limit)
        with closing(existing_store(self.config)) as store:
            if opts.card:
                print(dataset_card(store, selection))
                return
            for path, name in targets:
                check(store, path, name, selection)
            told = sys.stderr if any(is_stream(path) for path, _ in targets) else sys.stdout
            for path, name in targets:
                number = export(store, path, name, selection)
                if not is_stream(path):
                    print(f"{number} articles: {path}", file=told)


def _targets(output: Path, args: list[str], opts: argparse.Namespace) -> list[tuple[Path, str]]:
    """Return path and format of each file to write."""
    from spacenews.export import FORMATS, format_of

    if unknown := [arg for arg in args if arg.startswith("-") and arg != "-"]:
        raise UsageError(f"there is no option {unknown[0]}; scrapy export --help lists them")
    if opts.format and len(args) > 1:
        raise UsageError(f"--format {opts.format} is for one FILE, not {len(args)}: their endings name the formats")
    if not args:
        name = opts.format or "jsonl"
        return [(output / f"articles{FORMATS[name].suffix}", name)]
    paths = [Path(arg) for arg in args]
    return [(path, opts.format or format_of(path)) for path in paths]
