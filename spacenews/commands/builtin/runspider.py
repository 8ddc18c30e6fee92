"""Scrapy's `runspider`."""

from scrapy.commands.runspider import Command as ScrapyRunspider

from spacenews.commands.common import ChecksSettings


class Command(ChecksSettings, ScrapyRunspider):
    """Checks the settings first."""
