"""Why a request failed: exceptions and statuses -> one of the fixed words."""

from __future__ import annotations

from scrapy import Request
from scrapy.exceptions import (
    CannotResolveHostError,
    DownloadCancelledError,
    DownloadConnectionRefusedError,
    DownloadTimeoutError,
    IgnoreRequest,
    ResponseDataLossError,
)
from scrapy.spidermiddlewares.httperror import HttpError
from twisted.python.failure import Failure as TwistedFailure

from spacenews.errors import (
    BlockedError,
    ForbiddenError,
    RefusedError,
    SettledRequest,
    StoppedError,
    TemporaryRedirectError,
    TruncatedError,
    UnexpectedNotModifiedError,
)
from spacenews.reasons import Failure

REASON_BY_EXCEPTION = (
    (RefusedError, Failure.GUARD),
    (TruncatedError, Failure.TRUNCATED),
    (ResponseDataLossError, Failure.TRUNCATED),
    (TemporaryRedirectError, Failure.TEMPORARY_REDIRECT),
    (UnexpectedNotModifiedError, Failure.HTTP_3XX),
    (BlockedError, Failure.BLOCKED),
    (ForbiddenError, Failure.ROBOTS),
    (DownloadCancelledError, Failure.TOO_LARGE),  # by DOWNLOAD_MAXSIZE
    (CannotResolveHostError, Failure.DNS),
    (DownloadConnectionRefusedError, Failure.REFUSED),
    (DownloadTimeoutError, Failure.TIMEOUT),
)


def classify(failure: TwistedFailure) -> Failure | None:
    """Return why a request failed, or None when nothing did: it was settled, or the run ended before it was made."""
    error = failure.value
    if isinstance(error, SettledRequest | StoppedError):
        return None
    if isinstance(error, HttpError):
        return of_status(error.response.status)
    if word := next((word for kind, word in REASON_BY_EXCEPTION if isinstance(error, kind)), None):
        return word
    if isinstance(error, IgnoreRequest):  # RedirectLoopError, or Scrapy's own after too many redirects
        return Failure.REDIRECTS
    return Failure.UNREACHABLE


def of_status(status: int) -> Failure:
    """Return what an HTTP error status means for an address (RFC 9110)."""
    if status in (404, 410):
        return Failure.GONE
    if status in (401, 403, 429, 503):
        return Failure.BLOCKED
    if status >= 500:
        return Failure.HTTP_5XX
    return Failure.HTTP_4XX if status >= 400 else Failure.HTTP_3XX


def attempts(request: Request) -> int:
    """Return how often *request* was made."""
    return int(request.meta.get("retry_times", 0)) + 1
