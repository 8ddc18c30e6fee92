"""Scrapy's own commands, with the check of the settings that ours have; Scrapy takes what is here before its own."""
