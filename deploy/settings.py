"""The settings of the containers: those of the project, and what is different there.

It is mounted beside the project as `deployment.py`, which SCRAPY_SETTINGS_MODULE names, so that workers, the crawls
that they begin and commands by hand all have it. No password: libpq takes it from PGPASSWORD.
"""

from spacenews.settings import *  # noqa: F403

SPACENEWS_STORE_URL = "postgresql+psycopg://spacenews@database/spacenews"
SPACENEWS_CRAWL_EVERY = "17 * * * *"  # the workers queue all sites themselves
