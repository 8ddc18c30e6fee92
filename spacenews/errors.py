"""What ends a run, each with the exit code of the contract, and why a request is not made or its answer not used."""

from __future__ import annotations

from enum import IntEnum

from scrapy.exceptions import DownloadFailedError, IgnoreRequest

from spacenews.reasons import Refusal


class ExitCode(IntEnum):
    """Exit codes of `scrapy crawl`."""

    OK = 0
    BUG = 1
    USAGE = 2
    SITE_CHANGED = 3
    OUTPUT = 4
    UNREACHABLE = 5
    INTERRUPTED = 6
    LOCKED = 7


class SpacenewsError(Exception):
    """An end of the run that one clear sentence explains; the command prints the sentence, never a traceback."""

    exit_code = ExitCode.BUG


class UsageError(SpacenewsError):
    """An argument or a setting is unknown or malformed."""

    exit_code = ExitCode.USAGE


class OutputError(SpacenewsError):
    """The output folder, the image store or the crawl database cannot be used."""

    exit_code = ExitCode.OUTPUT


class LockedError(SpacenewsError):
    """Another run of this spider on this output is active."""

    exit_code = ExitCode.LOCKED


class RefusedError(IgnoreRequest):
    """A request breaks a rule of the guard; `reason` names it."""

    def __init__(self, reason: Refusal, message: str) -> None:
        super().__init__(message)
        self.reason = reason


class ForbiddenError(IgnoreRequest):
    """The host's robots.txt forbids a URL, or could not be read."""


class BlockedError(IgnoreRequest):
    """A host has refused so often that no further requests are sent to it."""


class StoppedError(IgnoreRequest):
    """A request was given up because the run ends; its URL stays due."""


class SettledRequest(IgnoreRequest):
    """The request need not be made, or is answered: nothing failed."""


class NotArchivedError(DownloadFailedError):
    """A replayed archive has no answer for a URL: it counts as unreachable."""
