"""What ends a run, each with the exit code of the contract, and why a request is not made or its answer not used."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from difflib import get_close_matches
from enum import IntEnum

from scrapy.exceptions import DownloadCancelledError, DownloadFailedError, IgnoreRequest

from spacenews.reasons import Drop, Failure, Refusal


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


class DatabaseError(OutputError):
    """The crawl database cannot be used."""


class TransientDatabaseError(DatabaseError):
    """The crawl database cannot be used now, but soon: a lost connection, a server that restarts, a deadlock."""


class LockedError(SpacenewsError):
    """Another run of this spider on this output is active."""

    exit_code = ExitCode.LOCKED


class LostLockError(DatabaseError, LockedError):
    """Another run took this spider over, so that this one may write nothing any more."""

    exit_code = ExitCode.LOCKED


def did_you_mean(name: str, known: Iterable[str]) -> str:
    """Return what to say after a name that is not known: the one that was probably meant, else nothing."""
    near = get_close_matches(name.lower(), list(known), n=1)
    return f": did you mean {near[0]}?" if near else ""


class RefusedError(IgnoreRequest):
    """A request breaks a rule of the guard; `reason` names it."""

    def __init__(self, reason: Refusal, message: str) -> None:
        super().__init__(message)
        self.reason = reason


class UnreachableError(IgnoreRequest):
    """A host cannot be reached, for *reason*; the message says it in a sentence."""

    def __init__(self, reason: Failure, message: str) -> None:
        super().__init__(message)
        self.reason = reason


class ForbiddenError(IgnoreRequest):
    """The host's robots.txt forbids a URL, or could not be read."""


class BlockedError(IgnoreRequest):
    """A host has refused so often that no further requests are sent to it."""


class StoppedError(IgnoreRequest):
    """A request was given up because the run ends; its URL stays due."""


class TruncatedError(IgnoreRequest):
    """A body ended before its end, or is damaged."""


class UnreadableError(Exception):
    """Reading a page took too long or too much memory, or ended the process that read it; the message says which."""


class TooLargeError(DownloadCancelledError):
    """A response is larger, or more complex, than one of its purpose may be."""


class TemporaryRedirectError(IgnoreRequest):
    """A page redirects off the section for the time being, as to a maintenance or consent page: it is retried later."""


class RedirectLoopError(IgnoreRequest):
    """A page redirects to itself, or to one that redirects to it; `urls` are all of them."""

    def __init__(self, urls: Sequence[str]) -> None:
        super().__init__(f"{urls[0]} redirects in a loop")
        self.urls = urls


class UnexpectedNotModifiedError(IgnoreRequest):
    """A page answers 304 although the request had no validator: nothing was read."""


class SettledRequest(IgnoreRequest):
    """The request need not be made, or is answered: nothing failed."""


class NotArchivedError(DownloadFailedError):
    """A replayed archive has no answer for a URL: it counts as unreachable."""


class NotAnArticleError(ValueError):
    """A page that was to be read is no article; `reason` is the word of :class:`Drop` that says why."""

    def __init__(self, url: str, reason: Drop) -> None:
        super().__init__(f"{url} is no article: {reason}")
        self.reason = reason
