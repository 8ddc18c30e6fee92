"""`scrapy retry`: asks again for just the addresses that failed."""

from __future__ import annotations

import argparse
from contextlib import closing
from typing import TYPE_CHECKING

from scrapy.exceptions import UsageError as ScrapyUsageError

from spacenews.commands.common import existing_store, exits_with_code, spider_class
from spacenews.commands.crawl import Command as Crawl
from spacenews.errors import UsageError

if TYPE_CHECKING:
    from spacenews.arguments import ArgumentHelp

DEFAULTS = {"follow_related": "false"}  # other than those of a crawl


class Command(Crawl):
    """Runs a spider with its failed addresses as seeds."""

    def syntax(self) -> str:
        return "[options] <spider>"

    def short_desc(self) -> str:
        return "Ask again for just the addresses of a spider that failed"

    def long_desc(self) -> str:
        return (
            "Run a spider on the URLs that could not be read, given up or not, and on nothing else. "
            "It takes the spider arguments of scrapy crawl, but for seeds. "
            "Examples: scrapy retry digitaltrends_space; scrapy retry digitaltrends_space -a limit=20"
        )

    def spider_arguments(self, spider: str) -> list[ArgumentHelp]:
        shown = {argument.name: argument for argument in super().spider_arguments(spider) if argument.name != "seeds"}
        return [argument._replace(default=DEFAULTS.get(name, argument.default)) for name, argument in shown.items()]

    @exits_with_code
    def run(self, args: list[str], opts: argparse.Namespace) -> None:
        if len(args) != 1:
            raise ScrapyUsageError("name one spider; `scrapy list` shows them")
        if "seeds" in opts.spargs:
            raise UsageError("argument seeds: scrapy retry takes them from the crawl database")
        assert self.settings
        spider_class(self.settings, args[0])
        with closing(existing_store(self.config)) as store:
            failed = store.addresses.failed(args[0])
        if not failed:
            print(f"{args[0]} has no failed address")
            return
        opts.spargs = {**DEFAULTS, **opts.spargs, "seeds": failed}
        super().run(args, opts)
