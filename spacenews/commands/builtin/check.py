"""Scrapy's `check`."""

from scrapy.commands.check import Command as ScrapyCheck

from spacenews.commands.common import ChecksSettings


class Command(ChecksSettings, ScrapyCheck):
    """Checks the settings first."""
