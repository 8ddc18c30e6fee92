"""The crawl database as the rest of the project uses it: its addresses, articles, images and runs.

Its methods are synchronous; `Run.db` calls them in a thread.
"""

from __future__ import annotations

import sqlalchemy as sa

from spacenews.storage.addresses import Addresses
from spacenews.storage.archive_files import ArchiveFiles
from spacenews.storage.articles import Articles
from spacenews.storage.database import Database
from spacenews.storage.hosts import Hosts
from spacenews.storage.images import Images
from spacenews.storage.runs import Runs
from spacenews.storage.schedule import Schedule


class Store:
    """The crawl database at an SQLAlchemy address; raises UsageError or OutputError if it cannot be used."""

    def __init__(self, url: str | sa.URL, schedule: Schedule) -> None:
        self.database = Database(url)
        self.name = self.database.name
        self.addresses = Addresses(self.database, schedule)
        self.images = Images(self.database)
        self.articles = Articles(self.database, self.addresses, self.images)
        self.runs = Runs(self.database)
        self.hosts = Hosts(self.database)
        self.archive_files = ArchiveFiles(self.database)

    def close(self) -> None:
        """Close all connections."""
        self.database.close()
