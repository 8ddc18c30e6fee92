"""Scrapy's `shell`."""

from scrapy.commands.shell import Command as ScrapyShell

from spacenews.commands.common import ChecksSettings


class Command(ChecksSettings, ScrapyShell):
    """Checks the settings first."""
