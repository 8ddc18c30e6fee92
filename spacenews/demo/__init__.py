"""A sample Space section: invented stories in the site's markup, drawn pictures, one WARC file to crawl offline."""

from pathlib import Path

ARCHIVE = Path(__file__).with_name("digitaltrends.warc.gz")
