"""The beginning of a run: what dead runs left is finished, its folder is made, and it is in the crawl database."""

from __future__ import annotations

import logging
import os
import socket
from datetime import datetime, timedelta

from spacenews.clock import iso
from spacenews.runs.folders import Home, RunFolder
from spacenews.runs.lock import RunLock
from spacenews.runs.recovery import recover
from spacenews.storage.store import Store

logger = logging.getLogger(__name__)

ARCHIVE = "archive"  # in the place of the name of a spider, for runs that read archives
AHEAD = timedelta(hours=2)  # that a clock may be before what it did has to be corrected


def begin(store: Store, spider: str, home: Home, started: datetime, held: RunLock) -> RunFolder:
    """Begin a run in a new folder, whose name is its id; the caller holds the lock *held*."""
    dead = recover(store, spider, home, held)
    _correct_times(store, spider, started)
    folder = _new_folder(store, spider, home, held)
    if adopted := store.articles.take_over(spider, folder.run_id, dead):
        logger.info("%d articles that earlier runs saved and did not publish go out with this run", adopted)
    return folder


def _correct_times(store: Store, spider: str, started: datetime) -> None:
    """See to it that what a run did by a clock that was ahead is not left alone until that time has come."""
    if store.runs.correct_times(spider, iso(started + AHEAD)):
        due = store.addresses.correct_times(spider)
        logger.warning("the clock of an earlier run was ahead: the %d pages that it read are due now", due)


def _new_folder(store: Store, spider: str, home: Home, held: RunLock) -> RunFolder:
    """Make the folder of a run, and save that the run has begun; nothing is left of one that could not."""
    for folder in home.new_folders():
        begun = False
        try:
            where = str(folder if folder.objects else folder.path.resolve()), socket.gethostname(), os.getpid()
            begun = store.runs.start(spider, folder.run_id, *where, lock_name=held.name)
        finally:
            if not begun:
                folder.path.rmdir()
        if begun:
            return folder
    raise AssertionError("Home.new_folders raises when it has no name left")
