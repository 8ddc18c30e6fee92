"""Add-ons: settings of Scrapy that follow from those of the project."""

from __future__ import annotations

from scrapy.settings import BaseSettings
from scrapy.utils.python import global_object_name

from spacenews import config
from spacenews.downloading.warc_record import Recorder
from spacenews.downloading.warc_replay import NoNetwork, Replay


class WarcAddon:
    """Turns on recording or replaying when its setting names a file or a folder."""

    def update_settings(self, settings: BaseSettings) -> None:
        """Derive Scrapy's settings from ours; what a command line or a spider sets explicitly is kept."""
        given = config.read(settings)
        if given.warc_replay:
            _set(settings, cache_settings(Replay) | REPLAY_SETTINGS)
            # The last line of defence: whatever passes the cache finds no way out.
            nowhere = global_object_name(NoNetwork)
            settings.set("DOWNLOAD_HANDLERS", {"http": nowhere, "https": nowhere} | NO_HANDLERS, priority="cmdline")
        elif given.warc_record:
            _set(settings, cache_settings(Recorder))


REPLAY_SETTINGS = {  # nobody waits for a file, and asking it again gives the same answer
    "DOWNLOAD_DELAY": 0,
    "AUTOTHROTTLE_ENABLED": False,
    "RETRY_ENABLED": False,
    "CONCURRENT_REQUESTS_PER_DOMAIN": 16,
}
NO_HANDLERS = dict.fromkeys(("file", "ftp", "s3", "data"))


def cache_settings(storage: type[Replay | Recorder]) -> dict[str, object]:
    """Return the settings with which Scrapy's HTTP cache leaves every decision to the storage."""
    return {
        "HTTPCACHE_ENABLED": True,
        "HTTPCACHE_STORAGE": global_object_name(storage),
        "HTTPCACHE_POLICY": "scrapy.extensions.httpcache.DummyPolicy",
        "HTTPCACHE_IGNORE_HTTP_CODES": [],
        "HTTPCACHE_IGNORE_SCHEMES": [],
        "HTTPCACHE_IGNORE_MISSING": False,
    }


def _set(settings: BaseSettings, values: dict[str, object]) -> None:
    for name, value in values.items():
        settings.set(name, value, priority="project")
