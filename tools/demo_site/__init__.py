"""Builds the demo: invented stories in the site's markup, drawn pictures, one WARC file to crawl offline."""
