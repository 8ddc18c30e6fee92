"""What ends a run before or while it crawls, each with the exit code of the contract."""

from __future__ import annotations

from enum import IntEnum


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
    """The output folder, the picture store or the crawl database cannot be used."""

    exit_code = ExitCode.OUTPUT


class LockedError(SpacenewsError):
    """Another run of this spider on this output is active."""

    exit_code = ExitCode.LOCKED
