"""Scrapy's `fetch`."""

from scrapy.commands.fetch import Command as ScrapyFetch

from spacenews.commands.common import ForDeveloping


class Command(ForDeveloping, ScrapyFetch):
    """Checks the settings first, and begins no run."""
