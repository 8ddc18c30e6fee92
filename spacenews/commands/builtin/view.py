"""Scrapy's `view`."""

from scrapy.commands.view import Command as ScrapyView

from spacenews.commands.common import ChecksSettings


class Command(ChecksSettings, ScrapyView):
    """Checks the settings first."""
