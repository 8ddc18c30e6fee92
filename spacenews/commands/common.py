"""What the commands share: the check of the settings, and ends with one sentence and an exit code."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable
from functools import wraps
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from scrapy import Spider
from scrapy.commands import ScrapyCommand
from scrapy.settings import BaseSettings

from spacenews import config
from spacenews.config import Config
from spacenews.errors import OutputError, SpacenewsError, UsageError, did_you_mean

if TYPE_CHECKING:
    from spacenews.storage.store import Store

    Base = ScrapyCommand
else:
    Base = object  # Scrapy takes every ScrapyCommand in here for a command

C = TypeVar("C", bound=ScrapyCommand)


def exits_with_code(
    run: Callable[[C, list[str], argparse.Namespace], None],
) -> Callable[[C, list[str], argparse.Namespace], None]:
    """Make a command's `run` end with one sentence and the right exit code instead of a traceback."""

    @wraps(run)
    def command(self: C, args: list[str], opts: argparse.Namespace) -> None:
        try:
            run(self, args, opts)
        except SpacenewsError as error:
            tell(error)
            self.exitcode = error.exit_code

    return command


def tell(error: SpacenewsError) -> None:
    """Print why a command ends."""
    print(f"scrapy: {error}", file=sys.stderr)


class ChecksSettings(Base):
    """What a command inherits before Scrapy's class: settings that are malformed end it before it begins."""

    config: Config  # the settings, without those of a spider

    def process_options(self, args: list[str], opts: argparse.Namespace) -> None:
        super().process_options(args, opts)
        assert self.settings is not None
        try:
            self.config = config.read(self.settings)
        except SpacenewsError as error:
            tell(error)
            sys.exit(error.exit_code)

    @exits_with_code
    def run(self, args: list[str], opts: argparse.Namespace) -> None:
        super().run(args, opts)  # type: ignore[safe-super]


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
