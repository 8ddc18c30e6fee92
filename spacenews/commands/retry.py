"""`scrapy retry`: asks again for just the addresses that failed."""

from __future__ import annotations

import argparse

from scrapy.exceptions import UsageError as ScrapyUsageError

from spacenews.commands.common import existing_store, exits_with_code
from spacenews.commands.crawl import Command as Crawl


class Command(Crawl):
    """Runs a spider with its failed addresses as seeds."""

    def syntax(self) -> str:
        return "[options] <spider>"

    def short_desc(self) -> str:
        return "Ask again for just the addresses of a spider that failed"

    def long_desc(self) -> str:
        return (
            "Run a spider on the addresses that could not be read, given up or not, and on nothing else. "
            "Example: scrapy retry digitaltrends_space"
        )

    @exits_with_code
    def run(self, args: list[str], opts: argparse.Namespace) -> None:
        if len(args) != 1:
            raise ScrapyUsageError("name one spider; `scrapy list` shows them")
        failed = existing_store(self.config).addresses.failed(args[0])
        if not failed:
            print(f"{args[0]} has no failed address")
            return
        opts.spargs = {"follow_related": "false", **opts.spargs, "seeds": ",".join(failed)}
        super().run(args, opts)
