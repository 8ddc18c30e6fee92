"""Scrapy's `version`."""

from scrapy.commands.version import Command as ScrapyVersion

from spacenews.commands.common import ChecksSettings


class Command(ChecksSettings, ScrapyVersion):
    """Checks the settings first."""
