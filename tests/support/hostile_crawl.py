"""A scrapy command whose reader processes do what hostile pages say: `python -m support.hostile_crawl crawl ...`."""

from __future__ import annotations

import sys
from unittest.mock import patch

from support import hostile

if __name__ == "__main__":
    from scrapy.cmdline import execute

    with patch("spacenews.spider.read_page", hostile.read_page):
        execute(["scrapy", *sys.argv[1:]])
