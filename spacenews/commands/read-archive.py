"""`scrapy read-archive`: reads the articles of WARC files, on all cores."""

from __future__ import annotations

import argparse
import logging
import os
import signal
import sys

from scrapy.commands import ScrapyCommand
from scrapy.exceptions import UsageError as ScrapyUsageError

from spacenews.commands.common import ChecksSettings, exits_with_code

TERMINAL_SECONDS, LOG_SECONDS = 0.5, 60  # between two lines of progress


class Command(ChecksSettings, ScrapyCommand):
    """Reads archives as a run of its own; a file that was read to its end is not read again."""

    requires_project = True
    requires_crawler_process = False

    def syntax(self) -> str:
        return "[options] <file or folder ...>"

    def short_desc(self) -> str:
        return "Read the articles of WARC files, on all cores"

    def long_desc(self) -> str:
        return (
            "Read the articles of WARC files (Common Crawl's CC-NEWS, recordings) and publish what is new in "
            "OUTPUT/archive/RUN_ID/articles.jsonl. Killed or stopped, it goes on with the file where it was. "
            "Exit codes as of scrapy crawl. "
            "Examples: scrapy read-archive CC-NEWS-20240501020202-00001.warc.gz; "
            "scrapy read-archive --any-site --jobs 4 archives/"
        )

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        super().add_options(parser)
        parser.add_argument("--any-site", action="store_true", help="read hosts without a site file too")
        cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
        parser.add_argument("-j", "--jobs", type=int, default=cores, help="processes that read pages (default: cores)")

    @exits_with_code
    def run(self, args: list[str], opts: argparse.Namespace) -> None:
        from scrapy.utils.log import configure_logging

        from spacenews.reading.archives import ArchiveRun, Options, Progress, archives

        if not args:
            raise ScrapyUsageError("name WARC files, or folders of them")
        if opts.jobs < 1:
            raise ScrapyUsageError("--jobs wants a number from 1 on")
        assert self.settings
        files = archives(args)
        configure_logging(self.settings)
        options = Options(opts.any_site, opts.jobs, self.settings.getint("DOWNLOAD_MAXSIZE"))
        run = ArchiveRun(self.config, options)
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, lambda *_: run.stopped.set())
        to_terminal = sys.stderr.isatty() and self.config.progress
        progress = Progress(files, show if to_terminal else log, TERMINAL_SECONDS if to_terminal else LOG_SECONDS)
        report = run.read(files, progress)
        told = report.counts.articles
        print(
            f"{report.result}: {told.new} new, {told.updated} updated, {told.unchanged} unchanged; "
            f"{'; '.join(report.reasons) or 'no findings'} -> {run.folder}"
        )
        self.exitcode = report.exit_code


def show(line: str) -> None:
    """Write a line of progress over the one before."""
    print(f"\r\x1b[K{line}", end="", file=sys.stderr, flush=True)


def log(line: str) -> None:
    """Log a line of progress."""
    logging.getLogger("spacenews").info("%s", line)
