"""Bytes of a page or a feed -> values and records; pure: no network, no files, no Scrapy components."""
