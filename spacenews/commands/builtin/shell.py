"""Scrapy's `shell`."""

from scrapy.commands.shell import Command as ScrapyShell

from spacenews.commands.common import ForDeveloping


class Command(ForDeveloping, ScrapyShell):
    """Checks the settings first, and begins no run."""
