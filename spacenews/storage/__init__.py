"""The crawl database, one module a subject, and the files beside it; knows nothing of Scrapy."""
