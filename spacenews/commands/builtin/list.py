"""Scrapy's `list`."""

from scrapy.commands.list import Command as ScrapyList

from spacenews.commands.common import ChecksSettings


class Command(ChecksSettings, ScrapyList):
    """Checks the settings first."""
