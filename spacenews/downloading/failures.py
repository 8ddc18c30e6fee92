"""Why a request failed: exceptions and statuses -> one of the fixed words, and a sentence that needs no log."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import urlsplit

from OpenSSL import SSL
from scrapy import Request
from scrapy.exceptions import (
    CannotResolveHostError,
    DownloadCancelledError,
    DownloadConnectionRefusedError,
    DownloadTimeoutError,
    IgnoreRequest,
    ResponseDataLossError,
    UnsupportedURLSchemeError,
)
from scrapy.http import Response
from scrapy.spidermiddlewares.httperror import HttpError
from service_identity import CertificateError, VerificationError
from twisted.python.failure import Failure as TwistedFailure
from twisted.web.client import ResponseFailed

from spacenews.downloading.scrapy_internals import TunnelError
from spacenews.errors import (
    BlockedError,
    DatabaseError,
    ForbiddenError,
    NotArchivedError,
    RefusedError,
    SettledRequest,
    StoppedError,
    TemporaryRedirectError,
    TruncatedError,
    UnexpectedNotModifiedError,
    UnreachableError,
)
from spacenews.reasons import Failure
from spacenews.urls import url_for_log

REASON_BY_EXCEPTION = (
    (RefusedError, Failure.GUARD),
    (TruncatedError, Failure.TRUNCATED),
    (ResponseDataLossError, Failure.TRUNCATED),
    (TemporaryRedirectError, Failure.TEMPORARY_REDIRECT),
    (UnexpectedNotModifiedError, Failure.HTTP_3XX),
    (BlockedError, Failure.BLOCKED),
    (ForbiddenError, Failure.ROBOTS),
    (DownloadCancelledError, Failure.TOO_LARGE),  # by DOWNLOAD_MAXSIZE
)
WORDS = {
    Failure.DNS: "its name could not be resolved",
    Failure.REFUSED: "it refuses the connection",
    Failure.TIMEOUT: "it does not answer in time (DOWNLOAD_TIMEOUT)",
}
CERTIFICATE = "its certificate is not valid: self-signed, expired or from an unknown authority"
OTHER_HOST = "its certificate is that of another host"
NO_TLS = "no secure TLS version in common"
PROXY_STATUS = re.compile(r"'status': (\d+)")


@dataclass(frozen=True)
class Cause:
    """Why a request failed: a fixed word, and a sentence for whoever has no log."""

    reason: Failure
    sentence: str


def classify(failure: TwistedFailure) -> Cause | None:
    """Return why a request failed, or None if it did not: it was settled, or the run ended before it was made."""
    error, request = failure.value, failure.request  # type: ignore[attr-defined]
    assert error is not None
    if isinstance(error, SettledRequest | StoppedError | DatabaseError):
        return None
    if isinstance(error, UnreachableError):
        return Cause(error.reason, str(error))
    if isinstance(error, HttpError):
        status = error.response.status
        return Cause(of_status(status), f"{urlsplit(request.url).hostname} answers {status}")
    if word := next((word for kind, word in REASON_BY_EXCEPTION if isinstance(error, kind)), None):
        return Cause(word, str(error))
    if isinstance(error, IgnoreRequest):  # RedirectLoopError, or Scrapy's own after too many redirects
        return Cause(Failure.REDIRECTS, str(error))
    return cause_of(error, request)


def of_status(status: int) -> Failure:
    """Return what an HTTP error status means for a URL (RFC 9110)."""
    if status in (404, 410):
        return Failure.GONE
    if status in (401, 403, 429, 503):
        return Failure.BLOCKED
    if status == 407:
        return Failure.PROXY
    if status >= 500:
        return Failure.HTTP_5XX
    return Failure.HTTP_4XX if status >= 400 else Failure.HTTP_3XX


def attempts(made: Request | Response) -> int:
    """Return how often a request, or that of a response, was made."""
    return int(made.meta.get("retry_times", 0)) + 1


def cause_of(error: BaseException, request: Request) -> Cause:
    """Return why the host of *request*, or the proxy before it, could not be reached."""
    host = urlsplit(request.url).hostname or ""
    if isinstance(error, NotArchivedError):
        return Cause(Failure.UNREACHABLE, f"{url_for_log(request.url)} is not in the replayed archive")
    if (proxy := request.meta.get("proxy")) and (words := _of_proxy(error, str(proxy))):
        return Cause(Failure.PROXY, f"the proxy {url_for_log(str(proxy))} {words}")
    reason, words = _of_host(error)
    return Cause(reason, f"{host} cannot be reached: {words}")


def _of_proxy(error: BaseException, proxy: str) -> str | None:
    """Return what is wrong with a proxy, None if the error is that of the host behind it."""
    if isinstance(error, TunnelError):
        found = PROXY_STATUS.search(str(error))
        status = found[1] if found else "nothing usable"
        return f"answers {status}" + (": it wants a user name and a password" if status == "407" else "")
    if isinstance(error, DownloadConnectionRefusedError):
        return "refuses the connection"
    if isinstance(error, NotImplementedError | UnsupportedURLSchemeError | AssertionError | ValueError):
        return f"cannot be used: {error}"
    name = urlsplit(proxy if "//" in proxy else f"//{proxy}").hostname or proxy
    if isinstance(error, CannotResolveHostError) and name in str(error):
        return "cannot be reached: its name could not be resolved"
    return None


def _of_host(error: BaseException) -> tuple[Failure, str]:
    if isinstance(error, CannotResolveHostError):
        return Failure.DNS, WORDS[Failure.DNS]
    if isinstance(error, DownloadConnectionRefusedError):
        return Failure.REFUSED, WORDS[Failure.REFUSED]
    if isinstance(error, DownloadTimeoutError):
        return Failure.TIMEOUT, WORDS[Failure.TIMEOUT]
    for inner in _causes(error):
        if isinstance(inner, CertificateError | VerificationError):
            return Failure.TLS, OTHER_HOST
        if isinstance(inner, SSL.Error):
            return Failure.TLS, _of_tls(str(inner))
    return Failure.UNREACHABLE, "the connection was lost"


def _of_tls(message: str) -> str:
    if "certificate" in message:
        return CERTIFICATE
    if "version" in message or "protocol" in message:
        return NO_TLS
    return f"TLS fails: {message}"


def _causes(error: BaseException) -> Iterator[BaseException]:
    """Yield an error and all that it was made from."""
    waiting: list[BaseException | None] = [error]
    seen: set[int] = set()
    while waiting:
        inner = waiting.pop()
        if inner is None or id(inner) in seen:
            continue
        seen.add(id(inner))
        yield inner
        waiting += [inner.__cause__, inner.__context__]
        if isinstance(inner, ResponseFailed):
            waiting += [reason.value for reason in inner.reasons]
