"""What the commands share: the check of the settings, ends with one sentence and an exit code, looking at pages."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Callable, Iterable
from contextlib import redirect_stdout
from functools import wraps
from pathlib import Path
from typing import TYPE_CHECKING, Any, TextIO, TypeVar, cast

from scrapy import Spider
from scrapy.commands import ScrapyCommand
from scrapy.settings import BaseSettings

from spacenews import config, urls
from spacenews.config import Config
from spacenews.errors import ExitCode, OutputError, SpacenewsError, UsageError, did_you_mean
from spacenews.reasons import RequestPurpose

if TYPE_CHECKING:
    from spacenews.spider import NewsSpider
    from spacenews.storage.store import Store

    Base = ScrapyCommand
else:
    Base = object  # Scrapy takes every ScrapyCommand in here for a command

C = TypeVar("C", bound=ScrapyCommand)


def exits_with_code(
    run: Callable[[C, list[str], argparse.Namespace], None],
) -> Callable[[C, list[str], argparse.Namespace], None]:
    """Make a command's `run` end with one sentence and the right exit code instead of a traceback.

    A reader of the pipe that has seen enough is no failure.
    """

    @wraps(run)
    def command(self: C, args: list[str], opts: argparse.Namespace) -> None:
        try:
            with redirect_stdout(cast("TextIO", _Stdout(sys.stdout))):
                run(self, args, opts)
                sys.stdout.flush()
        except SpacenewsError as error:
            tell(error)
            self.exitcode = error.exit_code
        except _StdoutError as error:
            os.dup2(os.open(os.devnull, os.O_WRONLY), 1)  # what is left in the buffer
            if not isinstance(error.__cause__, BrokenPipeError):
                tell(OutputError(f"standard output cannot be written: {error}"))
                self.exitcode = ExitCode.OUTPUT

    return command


class _StdoutError(Exception):
    """Standard output cannot be written."""


class _Stdout:
    """Standard output, whose errors are told from those of other files."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream

    def __getattr__(self, name: str) -> Any:
        return getattr(self._stream, name)

    def write(self, text: str) -> int:
        """Write *text*; raises _StdoutError."""
        try:
            return self._stream.write(text)
        except OSError as error:
            raise _StdoutError(error.strerror) from error

    def flush(self) -> None:
        """Write what waits; raises _StdoutError."""
        try:
            self._stream.flush()
        except OSError as error:
            raise _StdoutError(error.strerror) from error


def open_standard_streams() -> None:
    """Open what a shell has closed (`2>&-`): else the next file would be the one that errors are written to."""
    for number, name in enumerate(("stdin", "stdout", "stderr")):
        try:
            os.fstat(number)
        except OSError:
            os.open(os.devnull, os.O_RDWR)  # takes the lowest number that is free
        if getattr(sys, name) is None:
            setattr(sys, name, os.fdopen(number, "r" if number == 0 else "w", closefd=False))


def tell(error: SpacenewsError) -> None:
    """Print why a command ends."""
    print(f"scrapy: {error}", file=sys.stderr)


class ChecksSettings(Base):
    """What a command inherits before Scrapy's class: settings that are malformed end it before it begins."""

    config: Config  # the settings, without those of a spider

    def process_options(self, args: list[str], opts: argparse.Namespace) -> None:
        open_standard_streams()
        super().process_options(args, opts)
        assert self.settings is not None
        try:
            self.config = config.read(self.settings)
            if self.requires_crawler_process:
                check_log_file(self.settings.get("LOG_FILE"))
        except SpacenewsError as error:
            tell(error)
            sys.exit(error.exit_code)

    @exits_with_code
    def run(self, args: list[str], opts: argparse.Namespace) -> None:
        super().run(args, opts)  # type: ignore[safe-super]


# What makes a crawl a run, by the setting that names it
RUN_COMPONENTS = {
    "EXTENSIONS": (
        "spacenews.runs.run.Run",
        "spacenews.extensions.finish_run.FinishRun",
        "spacenews.extensions.progress.Progress",
        "spacenews.extensions.stop.Stop",
    ),
    "DOWNLOADER_MIDDLEWARES": ("spacenews.middlewares.revisit.RevisitMiddleware",),
}


class ForDeveloping(ChecksSettings):
    """What commands for developing inherit: no lock, no run, nothing in output or crawl database; polite as a crawl."""

    def process_options(self, args: list[str], opts: argparse.Namespace) -> None:
        assert self.settings is not None  # what the command line itself asks for comes after
        for setting, components in RUN_COMPONENTS.items():
            without = self.settings.getdict(setting) | dict.fromkeys(components)
            self.settings.set(setting, without, priority="cmdline")
        self.settings.setdict(config.NOTHING_KEPT, priority="cmdline")
        super().process_options(args, opts)


class ShowsReading(ForDeveloping):
    """What commands inherit that show what a page gives: that is told, how it was fetched is noise."""

    def process_options(self, args: list[str], opts: argparse.Namespace) -> None:
        super().process_options(args, opts)
        if self.settings is not None and not opts.loglevel:
            self.settings.set("LOG_LEVEL", "WARNING", priority="cmdline")


def purpose_of(url: str, spider: NewsSpider) -> RequestPurpose:
    """Return what a page of a site is requested for; one that is neither article nor named source is a listing."""
    if spider.arguments.seeds or urls.is_article(urls.canonical(url, spider) or "", spider):
        return RequestPurpose.ARTICLE
    if url in map(spider.in_section, spider.feeds):
        return RequestPurpose.FEED
    if url in map(spider.in_section, spider.sitemaps):
        return RequestPurpose.SITEMAP
    return RequestPurpose.LISTING


def repeated(option: str, values: Iterable[str]) -> list[str]:
    """Return the words of a command line that give an option once for each value."""
    return [word for value in values for word in (option, value)]


def check_log_file(path: str | None) -> None:
    """Raise OutputError for a LOG_FILE that Scrapy cannot write."""
    if not path:
        return
    try:
        with Path(path).open("ab"):
            pass
    except OSError as error:
        raise OutputError(f"LOG_FILE: {path} cannot be written: {error.strerror}") from error


def existing_store(given: Config) -> Store:
    """Open the crawl database for reading what is there; raises OutputError instead of making a new one."""
    import sqlalchemy as sa

    from spacenews.runs.run import open_store, store_address

    url = sa.make_url(store_address(given))
    if url.get_backend_name() == "sqlite" and not Path(url.database or "").is_file():
        raise OutputError(f"there is no crawl database {url.database}: crawl first, or name another SPACENEWS_OUTPUT")
    return open_store(given)


def spider_class(settings: BaseSettings, name: str) -> type[Spider]:
    """Return the class of a spider; raises UsageError, with the name that was probably meant, if there is none."""
    from scrapy.spiderloader import get_spider_loader

    loader = get_spider_loader(settings)
    try:
        return loader.load(name)
    except KeyError as error:
        meant = did_you_mean(name, loader.list()) or "; `scrapy list` shows them"
        raise UsageError(f"no spider is named {name}{meant}") from error
