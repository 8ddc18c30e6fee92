"""Scrapy's `check`."""

from scrapy.commands.check import Command as ScrapyCheck

from spacenews.commands.common import ForDeveloping


class Command(ForDeveloping, ScrapyCheck):
    """Checks the settings first, and begins no run."""
