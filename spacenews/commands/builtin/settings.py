"""Scrapy's `settings`."""

from scrapy.commands.settings import Command as ScrapySettings

from spacenews.commands.common import ChecksSettings


class Command(ChecksSettings, ScrapySettings):
    """Checks the settings first."""
