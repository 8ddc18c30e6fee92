"""Commands of the `scrapy` tool in this project.

Scrapy imports every module here for each command, even `scrapy version`: what is heavy is imported where it is used.
"""
