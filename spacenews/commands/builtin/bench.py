"""Scrapy's `bench`."""

from scrapy.commands.bench import Command as ScrapyBench

from spacenews.commands.common import ForDeveloping


class Command(ForDeveloping, ScrapyBench):
    """Checks the settings first, and begins no run."""
