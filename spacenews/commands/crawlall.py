"""`scrapy crawlall`: every site in one command, each spider in a process and a run of its own."""

from __future__ import annotations

import argparse
import asyncio
import signal
from collections.abc import Sequence

from scrapy.commands import ScrapyCommand
from scrapy.exceptions import UsageError as ScrapyUsageError
from scrapy.spiderloader import get_spider_loader

from spacenews.commands.common import ChecksSettings, exits_with_code, repeated, spider_class
from spacenews.errors import ExitCode

# The worst first: what somebody has to mend before what passes by itself.
WORST = (
    ExitCode.USAGE,
    ExitCode.OUTPUT,
    ExitCode.BUG,
    ExitCode.SITE_CHANGED,
    ExitCode.UNREACHABLE,
    ExitCode.INTERRUPTED,
    ExitCode.LOCKED,
)


class Command(ChecksSettings, ScrapyCommand):
    """Runs `scrapy crawl` for each spider, a few at a time; a signal is passed on to all."""

    requires_project = True
    requires_crawler_process = False
    default_settings = {"LOG_ENABLED": False}  # noqa: RUF012 - the base class declares it

    def syntax(self) -> str:
        return "[options] [spider ...]"

    def short_desc(self) -> str:
        return "Run all spiders, or those named, a few at a time"

    def long_desc(self) -> str:
        return (
            "Run all spiders, or those named; each has a process, a run folder and a result of its own. "
            "The exit code is the worst of theirs, see scrapy crawl. "
            "Examples: scrapy crawlall; scrapy crawlall --jobs 4 -a limit=50; scrapy crawlall space_com phys_org_space"
        )

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        super().add_options(parser)
        parser.add_argument("-j", "--jobs", type=int, default=3, help="spiders at a time (default: 3)")
        listed = "spider argument for each of them (may be repeated); scrapy crawl --help lists all"
        parser.add_argument("-a", dest="arguments", action="append", default=[], metavar="NAME=VALUE", help=listed)

    @exits_with_code
    def run(self, args: list[str], opts: argparse.Namespace) -> None:
        assert self.settings
        for name in args:
            spider_class(self.settings, name)
        spiders = args or sorted(get_spider_loader(self.settings).list())
        if opts.jobs < 1:
            raise ScrapyUsageError("--jobs wants a number from 1 on")
        options = repeated("-a", opts.arguments) + repeated("-s", opts.set)
        options += ["--loglevel", opts.loglevel] if opts.loglevel else []
        codes = asyncio.run(crawl_all(spiders, options, opts.jobs))
        show(codes)
        self.exitcode = worst(list(codes.values()))


async def crawl_all(spiders: Sequence[str], options: Sequence[str], jobs: int) -> dict[str, int]:
    """Run the spiders, *jobs* at a time, and return their exit codes."""
    from spacenews.cluster.child_processes import ChildProcesses

    places = asyncio.Semaphore(jobs)
    processes = ChildProcesses()

    async def crawl(name: str) -> int:
        async with places:
            return await processes.run(name, ("crawl", name, *options, "-s", "SPACENEWS_PROGRESS=False"))

    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, processes.stop)
    return dict(zip(spiders, await asyncio.gather(*map(crawl, spiders)), strict=True))


def worst(codes: Sequence[int]) -> int:
    """Return the exit code of all runs together."""
    return next((code for code in WORST if code in codes), max(codes, default=ExitCode.OK))


def show(codes: dict[str, int]) -> None:
    """Print a line for each spider."""
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    table = Table("spider", "exit code", "", box=None)
    for name, code in codes.items():
        meaning = ExitCode(code).name.lower().replace("_", " ") if code in set(ExitCode) else "unknown"
        table.add_row(Text(name), str(code), meaning)
    Console().print(table)
