"""Crawls on many machines: jobs that wait in the crawl database, and workers that run them."""
