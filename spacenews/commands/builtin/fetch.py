"""Scrapy's `fetch`."""

from scrapy.commands.fetch import Command as ScrapyFetch

from spacenews.commands.common import ChecksSettings


class Command(ChecksSettings, ScrapyFetch):
    """Checks the settings first."""
