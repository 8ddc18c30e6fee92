"""What the commands share."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable
from functools import wraps
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from scrapy.commands import ScrapyCommand
from scrapy.settings import BaseSettings

from spacenews.errors import OutputError, SpacenewsError

if TYPE_CHECKING:
    from spacenews.storage.store import Store

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
            print(f"scrapy: {error}", file=sys.stderr)
            self.exitcode = error.exit_code

    return command


def existing_store(settings: BaseSettings) -> Store:
    """Open the crawl database for reading what is there; raises OutputError instead of making a new one."""
    import sqlalchemy as sa

    from spacenews.runs.run import open_store

    url = settings["SPACENEWS_STORE_URL"] or f"sqlite:///{settings['SPACENEWS_OUTPUT']}/spacenews.sqlite3"
    file = sa.make_url(url).database if url.startswith("sqlite") else None
    if file and not Path(file).is_file():
        raise OutputError(f"there is no crawl database {file}: crawl first, or name another SPACENEWS_OUTPUT")
    return open_store(settings)
