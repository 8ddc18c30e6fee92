"""Scrapy's `genspider`."""

from scrapy.commands.genspider import Command as ScrapyGenspider

from spacenews.commands.common import ChecksSettings


class Command(ChecksSettings, ScrapyGenspider):
    """Checks the settings first."""
