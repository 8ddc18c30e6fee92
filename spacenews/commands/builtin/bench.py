"""Scrapy's `bench`."""

from scrapy.commands.bench import Command as ScrapyBench

from spacenews.commands.common import ChecksSettings


class Command(ChecksSettings, ScrapyBench):
    """Checks the settings first."""
