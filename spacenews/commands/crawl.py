"""`scrapy crawl`, with an exit code that tells how the run went."""

from __future__ import annotations

import argparse
import asyncio
import gc
import logging
import os
import signal
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from typing import TYPE_CHECKING, Any, cast

from scrapy import signals
from scrapy.commands.crawl import Command as ScrapyCrawl
from scrapy.crawler import Crawler
from scrapy.exceptions import UsageError as ScrapyUsageError

from spacenews.commands.common import ChecksSettings, exits_with_code, spider_class
from spacenews.config import check_components
from spacenews.errors import ExitCode, SpacenewsError, UsageError

if TYPE_CHECKING:
    from spacenews.arguments import ArgumentHelp

logger = logging.getLogger(__name__)
STOP = (signal.SIGINT, signal.SIGTERM)
MOMENT = 0.1  # seconds after its signal that Scrapy's engine runs


class Command(ChecksSettings, ScrapyCrawl):
    """Runs one spider; see docs/operations.md for the exit codes."""

    def short_desc(self) -> str:
        return "Run a spider; the exit code tells how it went"

    def long_desc(self) -> str:
        return (
            "Run a spider and publish what is new in OUTPUT/SPIDER/RUN_ID/articles.jsonl. "
            "Every spider takes the spider arguments below; scrapy crawl SPIDER --help shows its defaults. "
            "Examples: scrapy crawl digitaltrends_space -a limit=20; "
            "scrapy crawl digitaltrends_space -a since=2026-11-01 -a discover=feed,sitemap. "
            "Exit codes: 0 fine, 1 bug, 2 usage, 3 site changed, 4 output, 5 unreachable, 6 interrupted, 7 locked."
        )

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        super().add_options(parser)
        parser.add_argument("-h", "--help", action="store_true", help="show this help message and exit")
        self._parser = parser

    def process_options(self, args: list[str], opts: argparse.Namespace) -> None:
        self.held = HeldSignals()  # as early as a command can: what is loaded next takes longest
        if opts.help:
            self._print_help(next((arg for arg in args if not arg.startswith("-")), ""))
            raise SystemExit(ExitCode.OK)
        super().process_options(args, opts)

    def _print_help(self, spider: str) -> None:
        """Print the options, then the spider arguments as if they were options too.

        A colon before "default" would make Scrapy's formatter take a line that ends there for a heading.
        """
        group = self._parser.add_argument_group("spider arguments")
        for name, default, meaning in self.spider_arguments(spider):
            group.add_argument(f"-a {name}=", action="store_true", help=f"{meaning} (default {default})")
        self._parser.print_help()

    def spider_arguments(self, spider: str) -> list[ArgumentHelp]:
        """Describe the arguments of a spider, or those of any spider if there is none of that name."""
        from spacenews.arguments import describe

        assert self.settings
        if spider:
            with suppress(UsageError):
                return describe(getattr(spider_class(self.settings, spider), "section", ""))
        return describe()

    @exits_with_code
    def run(self, args: list[str], opts: argparse.Namespace) -> None:
        from spacenews.downloading.scrapy_internals import create_crawler

        if len(args) != 1:
            raise ScrapyUsageError("name one spider; `scrapy list` shows them")
        assert self.crawler_process
        assert self.settings
        spider_class(self.settings, args[0])
        crawler = create_crawler(self, args[0])
        check_components(crawler.settings)
        crawl = cast("asyncio.Task[None]", self.crawler_process.crawl(crawler, **opts.spargs))
        self.held.release_when_started(crawler)
        collect_seldom()
        self.crawler_process.start()
        answer_signals(signal.SIG_IGN)  # the run has its exit code
        self.exitcode = exit_code(crawler, crawl)


def collect_seldom() -> None:
    """Look for garbage less often: a page makes objects by the ten thousand, and almost all go without a collector.

    Measured with `make bench`: a tenth of the processor time of a crawl, and no more memory.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(100_000, 50, 100)


class HeldSignals:
    """Holds SIGINT and SIGTERM back until the engine runs: Scrapy would stop without an end of the run it begins."""

    def __init__(self) -> None:
        self.noted: list[int] = []
        self.answers: dict[int, Any] = {}  # Scrapy's, which it sets when the reactor starts
        answer_signals(self.note)

    def note(self, number: int, _: object) -> None:
        """Remember a signal."""
        self.noted.append(number)

    def release_when_started(self, crawler: Crawler) -> None:
        """Have Scrapy answer what was held back, and all that comes later, when its engine runs."""
        from twisted.internet import reactor as installed

        reactor: Any = installed
        crawler.signals.connect(self.release, signals.engine_started)
        after = partial(reactor.addSystemEventTrigger, "after", "startup", self.hold)
        reactor.addSystemEventTrigger("before", "startup", after)  # Scrapy's own is added in between

    def hold(self) -> None:
        """Take the place of Scrapy's answers."""
        self.answers = {number: signal.signal(number, self.note) for number in STOP}

    def release(self) -> None:
        """Put Scrapy's answers back."""
        for number, answer in self.answers.items():
            signal.signal(number, answer)
        for number in self.noted[:1]:  # a second one would end the process at once
            asyncio.get_running_loop().call_later(MOMENT, os.kill, os.getpid(), number)


def answer_signals(answer: Callable[..., object] | signal.Handlers) -> None:
    """Answer SIGINT and SIGTERM while Scrapy does not: before the crawl, and when it is over."""
    for number in STOP:
        signal.signal(number, answer)


def exit_code(crawler: Crawler, crawl: asyncio.Task[None]) -> ExitCode:
    """Return how a crawl went, and log and report why it could not run."""
    from spacenews.runs.run import Run, run_of

    if not crawl.done() or crawl.cancelled():  # Ctrl-C twice
        return ExitCode.INTERRUPTED
    error = crawl.exception()
    if error is None:
        code = run_of(crawler).exit_code
        return ExitCode.BUG if code is None else code
    exits_with_code = isinstance(error, SpacenewsError)
    logger.error("%s could not run: %s", crawler.spidercls.name, error, exc_info=None if exits_with_code else error)
    code = error.exit_code if isinstance(error, SpacenewsError) else ExitCode.BUG
    with suppress(RuntimeError):  # there is none yet
        if run := crawler.get_extension(Run):
            run.abort(error, code)
    return code
