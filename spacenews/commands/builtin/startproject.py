"""Scrapy's `startproject`."""

from scrapy.commands.startproject import Command as ScrapyStartproject

from spacenews.commands.common import ChecksSettings


class Command(ChecksSettings, ScrapyStartproject):
    """Checks the settings first."""
