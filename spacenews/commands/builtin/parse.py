"""Scrapy's `parse`."""

from scrapy.commands.parse import Command as ScrapyParse

from spacenews.commands.common import ChecksSettings


class Command(ChecksSettings, ScrapyParse):
    """Checks the settings first."""
