"""The fixed words: how a run went, what a request is for, and why something was dropped, failed or refused.

They are in run.json, in stats keys and in records.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Literal

Result = Literal["ok", "degraded", "failed", "interrupted"]  # of a run


class RequestPurpose(StrEnum):
    """What a request is for, as `request.meta["purpose"]`: the guard decides by it what may be requested."""

    ARTICLE = "article"
    FEED = "feed"
    LISTING = "listing"
    SITEMAP = "sitemap"
    ROBOTS = "robots"
    IMAGE = "image"


class Drop(StrEnum):
    """Why a page that was read gives no record."""

    NO_BODY = "no_body"
    NO_TITLE = "no_title"
    OUT_OF_SCOPE = "out_of_scope"
    TOO_OLD = "too_old"
    LIMIT = "limit"
    WALL = "wall"
    NOINDEX = "noindex"
    OLDER = "older"  # of an archive: a version that was fetched later is known
    DUPLICATE = "duplicate"  # of an archive: the same article is known at another address


class Wall(StrEnum):
    """What a page is that answers with 200 and is no article."""

    CONSENT = "consent"
    CAPTCHA = "captcha"
    JAVASCRIPT = "javascript"
    LOGIN = "login"
    PAYWALL = "paywall"
    SOFT_404 = "soft_404"


class ImageReason(StrEnum):
    """Why a picture failed or was skipped."""

    NOT_FOUND = "not_found"  # 404 and 410: final, unless the article is younger than three days
    REFUSED = "refused"  # other 4xx
    SERVER_ERROR = "server_error"  # 5xx
    UNREACHABLE = "unreachable"
    TIMEOUT = "timeout"
    TOO_LARGE = "too_large"  # bytes
    TOO_MANY_PIXELS = "too_many_pixels"
    TOO_SMALL = "too_small"  # a tracking pixel
    NOT_A_PICTURE = "not_a_picture"
    UNSUPPORTED = "unsupported"  # a kind that is not kept: SVG may hold scripts, few programs read the others
    TRUNCATED = "truncated"
    GUARD = "guard"  # refused by our own rules: scheme, host, port, private address
    ROBOTS = "robots"
    BAD_ADDRESS = "bad_address"
    DISABLED = "disabled"  # pictures are switched off
    NOT_IN_ARCHIVE = "not_in_archive"  # the page was read from an archive
    STORE = "store"  # could not be written
    INTERRUPTED = "interrupted"


class Refusal(StrEnum):
    """Why the guard refuses a request."""

    SCHEME = "scheme"
    HOST = "host"
    PORT = "port"
    USER_INFO = "user_info"
    PRIVATE_ADDRESS = "private_address"
    ADDRESS_LENGTH = "address_length"


class Failure(StrEnum):
    """Why an address could not be read; the word in run.json's `failed` list."""

    GONE = "gone"  # 404, 410
    HTTP_4XX = "http_4xx"
    HTTP_5XX = "http_5xx"
    BLOCKED = "blocked"  # 401, 403, 429, 503 after the retries
    DNS = "dns"
    REFUSED = "refused"
    TIMEOUT = "timeout"
    TLS = "tls"  # no valid certificate, no secure version
    PROXY = "proxy"  # the operator's proxy fails
    UNREACHABLE = "unreachable"
    TOO_LARGE = "too_large"
    TRUNCATED = "truncated"  # the body ended before its end
    REDIRECTS = "redirects"  # a loop, or too many
    TEMPORARY_REDIRECT = "temporary_redirect"  # 302, 303 or 307 off the section
    HTTP_3XX = "http_3xx"  # without a Location, or 304 that was not asked for
    ROBOTS = "robots"
    GUARD = "guard"
    UNREADABLE = "unreadable"  # it took its reader too long or too much memory, or ended it
    PARSE = "parse"  # a bug of spacenews: reading the page raised
    WALL = "wall"
    NO_BODY = "no_body"
    NO_TITLE = "no_title"


HOST_FAILURES = frozenset(
    {
        Failure.HTTP_3XX,
        Failure.HTTP_5XX,
        Failure.BLOCKED,
        Failure.DNS,
        Failure.REFUSED,
        Failure.TIMEOUT,
        Failure.TLS,
        Failure.PROXY,
        Failure.UNREACHABLE,
        Failure.TRUNCATED,
        Failure.TEMPORARY_REDIRECT,
        Failure.ROBOTS,
        Failure.WALL,
    }
)
"""What is the failure of the host and not of the address: it never ends an address."""
