"""Time as the records write it: ISO 8601 in UTC, whole seconds, with Z; such strings sort as the times they name."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta


def utcnow() -> datetime:
    """Return the present time in UTC."""
    return datetime.now(UTC)


def iso(moment: datetime) -> str:
    """Write an aware *moment* as the records do."""
    return moment.astimezone(UTC).replace(tzinfo=None).isoformat(timespec="seconds") + "Z"


def parse_iso(text: str) -> datetime:
    """Read what :func:`iso` wrote."""
    return datetime.fromisoformat(text)


def now() -> str:
    """Return the present time as the records write it."""
    return iso(utcnow())


def after(text: str, delay: timedelta) -> str:
    """Return the time that is *delay* after *text*."""
    return iso(parse_iso(text) + delay)
