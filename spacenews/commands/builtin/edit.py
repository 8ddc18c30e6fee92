"""Scrapy's `edit`."""

from scrapy.commands.edit import Command as ScrapyEdit

from spacenews.commands.common import ChecksSettings


class Command(ChecksSettings, ScrapyEdit):
    """Checks the settings first."""
