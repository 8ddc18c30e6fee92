"""`scrapy enqueue`: puts crawls, and archives to be read, into the queue of the workers."""

from __future__ import annotations

import argparse
import asyncio
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, cast

from scrapy.commands import ScrapyCommand
from scrapy.exceptions import UsageError as ScrapyUsageError
from scrapy.spiderloader import get_spider_loader
from scrapy.utils.conf import arglist_to_dict

from spacenews.commands.common import ChecksSettings, exits_with_code, repeated, spider_class
from spacenews.errors import UsageError

if TYPE_CHECKING:
    from procrastinate import App

    from spacenews.cluster.queue import Job
    from spacenews.site import Site


class Command(ChecksSettings, ScrapyCommand):
    """Queues jobs in PostgreSQL; `scrapy worker` runs them."""

    requires_project = True
    requires_crawler_process = False
    default_settings = {"LOG_ENABLED": False}  # noqa: RUF012 - the base class declares it

    def syntax(self) -> str:
        return "[options] <spider ...>"

    def short_desc(self) -> str:
        return "Queue crawls for the workers, one waiting job a spider"

    def long_desc(self) -> str:
        return (
            "Queue crawls, or archives to be read, for `scrapy worker` on any machine; the queue is in the PostgreSQL "
            "database of SPACENEWS_STORE_URL. What waits already is not queued twice. Settings given by -s go with "
            "the job. "
            "Examples: scrapy enqueue space_com phys_org_space; scrapy enqueue --all -a limit=50; "
            "scrapy enqueue --archive /archives/CC-NEWS-20240501020202-00001.warc.gz --any-site"
        )

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        super().add_options(parser)
        parser.add_argument("--all", action="store_true", help="every site")
        parser.add_argument("--archive", action="store_true", help="the names are those of WARC files or folders")
        parser.add_argument("--any-site", action="store_true", help="with --archive: read hosts without a site file")
        listed = "spider argument for each of them (may be repeated); scrapy crawl --help lists all"
        parser.add_argument("-a", dest="arguments", action="append", default=[], metavar="NAME=VALUE", help=listed)

    @exits_with_code
    def run(self, args: list[str], opts: argparse.Namespace) -> None:
        from spacenews.cluster.queue import check_postgres, make_app, make_tables
        from spacenews.runs.run import open_store

        if bool(args) == opts.all or (opts.archive and (opts.all or opts.arguments)):
            raise ScrapyUsageError("name spiders, or --all, or with --archive WARC files")
        url = check_postgres(self.config.store_url, "enqueue")
        jobs = self.archives(args, opts) if opts.archive else self.crawls(args, opts)
        with closing(open_store(self.config)) as store:
            make_tables(store)
        for name, queued in asyncio.run(queue(make_app(url), jobs)).items():
            print(f"{name} {'is queued' if queued else 'waits in the queue already'}")

    def crawls(self, args: list[str], opts: argparse.Namespace) -> list[Job]:
        """Return the jobs that crawl the spiders; raises UsageError for one, or an argument, that is not known."""
        from spacenews.arguments import parse
        from spacenews.cluster.queue import crawl_job
        from spacenews.spider import NewsSpider

        assert self.settings
        names = args or sorted(get_spider_loader(self.settings).list())
        try:
            arguments = arglist_to_dict(opts.arguments)
        except ValueError as error:
            raise UsageError("-a wants NAME=VALUE") from error
        for name in names:
            spider = spider_class(self.settings, name)
            if issubclass(spider, NewsSpider):
                parse(arguments, cast("Site", spider))
        options = repeated("-a", opts.arguments) + settings_of(opts)
        return [crawl_job(name, options) for name in dict.fromkeys(names)]

    def archives(self, args: list[str], opts: argparse.Namespace) -> list[Job]:
        """Return the jobs that read archives, one a file; raises UsageError where one is none."""
        from spacenews.cluster.queue import archive_job
        from spacenews.reading.archives import archives

        options = ["--any-site"] * opts.any_site + settings_of(opts)
        return [archive_job(str(Path(path).resolve()), options) for path in archives(args)]


def settings_of(opts: argparse.Namespace) -> list[str]:
    """Return the settings of the command line, but that of the database: a worker knows its own."""
    return repeated("-s", (text for text in opts.set if not text.startswith("SPACENEWS_STORE_URL=")))


async def queue(app: App, jobs: list[Job]) -> dict[str, bool]:
    """Queue jobs, and tell of each whether it did not wait already."""
    from spacenews.cluster.queue import defer

    async with app.open_async():
        return {job.name: await defer(app, job) for job in jobs}
