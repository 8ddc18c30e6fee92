"""Scrapy's `view`."""

from scrapy.commands.view import Command as ScrapyView

from spacenews.commands.common import ForDeveloping


class Command(ForDeveloping, ScrapyView):
    """Checks the settings first, and begins no run."""
