"""The settings of the project, read once, checked and frozen; nothing else reads a ``SPACENEWS_`` name.

What a setting is by default, and why, stands in settings.py; what it may be stands here; docs/settings.md is tested
against both. Scrapy's own numbers are checked too: Scrapy reads them one by one, in the middle of a crawl.
"""

from __future__ import annotations

import json
import logging
import os
import re
import sys
from collections.abc import Callable, Collection, Mapping, MutableMapping
from dataclasses import Field, dataclass, field, fields
from difflib import get_close_matches
from functools import cache, partial
from importlib.util import find_spec
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, get_args
from urllib.parse import quote, urlsplit
from weakref import WeakKeyDictionary

from scrapy.settings import default_settings

from spacenews import settings as defaults
from spacenews.errors import UsageError
from spacenews.items import COVERAGE_FIELDS
from spacenews.reasons import Result
from spacenews.urls import PORTS, origin, url_for_log

if TYPE_CHECKING:
    from scrapy.crawler import Crawler
    from scrapy.settings import BaseSettings

PREFIX = "SPACENEWS_"
RESULTS = get_args(Result)
CHANGE = "change"  # of SPACENEWS_ALERT_ON: a site becomes unwell, or well again
LONGEST = 1_000_000  # hours; what is due after the year 9999 has no date
OUTPUT_SETTING = "SPACENEWS_OUTPUT"  # for errors of those who only know the folder
TINY, HUGE = sys.float_info.min, sys.float_info.max  # what is more than 0, and not infinite
OBJECT_STORES = ("s3", "gs", "az")  # as schemes of SPACENEWS_OUTPUT
IMAGE_STORES = {"file": "", "s3": "botocore", "gs": "google.cloud.storage", "ftp": ""}  # scheme -> module it needs


def product_token(user_agent: str) -> str:
    """Return the name, in lower case, by which a robots.txt addresses a robot; empty if it has none.

    RFC 9309, 2.2.1: letters, `_` and `-`, part of the identification string. It stands first there, or after
    `compatible;` where a robot names a browser first.
    """
    found = re.search(r"\bcompatible;\s*([A-Za-z_-]+)", user_agent) or re.match(r"\s*([A-Za-z_-]+)", user_agent)
    return found[1].lower() if found else ""


# From text of the command line, or a value of settings.py, to a value of the type that is wanted

MALFORMED = (TypeError, ValueError, LookupError, OverflowError, RecursionError)  # what these functions raise


class _DetailError(ValueError):
    """A malformed value of which more can be said than what is wanted instead."""


def _number(value: Any, least: float = 0, most: float = HUGE) -> float:
    number = float(value)
    if isinstance(value, bool) or not least <= number <= most:  # false for NaN
        raise ValueError
    return number


def _whole(value: Any, least: int) -> int:
    number = int(value)
    if isinstance(value, bool) or number != float(value) or number < least:
        raise ValueError
    return number


def _boolean(value: Any) -> bool:
    return {"true": True, "1": True, "yes": True, "false": False, "0": False, "no": False}[str(value).strip().lower()]


def _text(value: Any) -> str:
    text = os.fspath(value)
    if not isinstance(text, str) or not text.strip() or not text.isprintable():
        raise ValueError
    return text


def _path(value: Any) -> str:
    text = os.path.expanduser(_text(value))  # noqa: PTH111 - a Path loses the slash that makes it a folder
    if "://" in text or text.startswith("~"):
        raise ValueError
    return text


def _folder(value: Any) -> Path:
    return Path(_path(value))


def _json(value: Any, kind: type | tuple[type, ...]) -> Any:
    value = json.loads(value) if isinstance(value, str) else value
    if not isinstance(value, kind):
        raise TypeError
    return value


def _items(value: Any) -> list[Any]:
    if isinstance(value, str) and not value.strip().startswith("["):
        return [part.strip() for part in value.split(",")]
    return list(_json(value, (list, tuple)))


def _words(value: Any, known: Collection[str], least: int = 0) -> tuple[str, ...]:
    words = tuple(dict.fromkeys(map(_text, _items(value))))
    if unknown := [word for word in words if word not in known]:
        raise _DetailError(f"{unknown[0]} is none of them")
    if len(words) < least:
        raise ValueError
    return words


def _tags(value: Any) -> tuple[str, ...]:
    words = tuple(_text(item).lower() for item in _items(value))
    if not all(re.fullmatch(r"[a-z][a-z0-9_-]*", word) for word in words):
        raise ValueError
    return words


def _pairs(value: Any) -> tuple[tuple[float, float], ...]:
    pairs = [_json(pair, (list, tuple)) for pair in _json(value, (list, tuple))]
    read = sorted((_number(age, most=LONGEST), _number(interval, most=LONGEST)) for age, interval in pairs)
    if len(dict(read)) < len(read):
        raise _DetailError("an age is there twice")
    return tuple(read)


def _mirrors(value: Any) -> Mapping[str, str]:
    return MappingProxyType({_origin(first): _origin(second) for first, second in _json(value, Mapping).items()})


def _origin(value: Any) -> str:
    text = _text(value)
    parts = urlsplit(text)
    if parts.scheme not in PORTS or not parts.hostname or "@" in parts.netloc or " " in text:
        raise _DetailError(f"{url_for_log(text)} is none")
    if "".join(parts[2:]) not in ("", "/"):
        raise _DetailError(f"{url_for_log(text)} names more than an origin")
    return origin(parts)


def _store_url(value: Any) -> str:
    import sqlalchemy as sa  # noqa: PLC0415 - takes a third of a second, and few name a database

    text = _text(value)
    try:
        url = sa.make_url(text)
        dialect = url.get_dialect()
        if dialect.is_async or dialect.name not in ("sqlite", "postgresql"):
            raise ValueError
        dialect.import_dbapi()
        _, options = dialect().create_connect_args(url)
    except ImportError as error:
        raise _DetailError(f"its driver is not installed: {error}") from error
    except sa.exc.ArgumentError as error:
        raise ValueError from error
    if dialect.name == "sqlite" and url.database in (None, "", ":memory:"):
        raise _DetailError("a database in memory keeps nothing")
    if dialect.name == "postgresql":
        _check_options(dialect.driver, options)
    return text


def _check_options(driver: str, options: MutableMapping[str, Any]) -> None:
    if driver != "psycopg":
        raise _DetailError("the driver for PostgreSQL is psycopg: postgresql+psycopg://…")
    from psycopg import ProgrammingError  # noqa: PLC0415 - an extra
    from psycopg.conninfo import make_conninfo  # noqa: PLC0415

    if twice := [name for name, value in options.items() if isinstance(value, tuple)]:
        raise _DetailError(f"{twice[0]} is there twice")
    if not re.fullmatch("(?i)none|[0-9]{1,9}", options.pop("prepare_threshold", "none")):
        raise _DetailError("prepare_threshold is a number, or none")
    try:
        make_conninfo(**options)
    except ProgrammingError as error:
        raise _DetailError(" ".join(str(error).split())) from error


def _output(value: Any) -> str:
    text = _text(value)
    scheme, separator, rest = text.partition("://")
    if not separator:
        return _path(text)
    if scheme not in OBJECT_STORES or not rest.strip("/") or urlsplit(text).query:
        raise ValueError
    if not _is_installed("obstore"):
        raise _DetailError(f"{scheme} needs the extra `cloud`: pip install 'spacenews[cloud]'")
    return text.rstrip("/")


def _images_store(value: Any) -> str:
    text = _text(value)
    scheme = "" if Path(text).is_absolute() else urlsplit(text).scheme
    if not scheme:
        return _path(text)
    rest = text.removeprefix(f"{scheme}://")
    if rest == text or scheme not in IMAGE_STORES or not rest or rest.startswith("/") != (scheme == "file"):
        raise ValueError
    if not _is_installed(IMAGE_STORES[scheme]):
        raise _DetailError(f"{scheme} needs {IMAGE_STORES[scheme]}, which is not installed")
    return text


def _is_installed(module: str) -> bool:
    try:
        return not module or module in sys.modules or find_spec(module) is not None
    except ModuleNotFoundError:
        return False


def _cron(value: Any) -> str:
    text = _text(value)
    try:
        from croniter import croniter  # noqa: PLC0415 - an extra
    except ImportError as error:
        raise _DetailError("it needs the extra `cluster`: pip install 'spacenews[cluster]'") from error
    if len(text.split()) != 5 or not croniter.is_valid(text):
        raise ValueError
    return text


def _actions(value: Any) -> tuple[Any, ...]:
    return tuple(_action(item) for item in _items(value))


def _action(path: Any) -> Any:
    from scrapy.utils.misc import load_object  # noqa: PLC0415

    try:
        from spidermon import Action  # noqa: PLC0415 - an extra
    except ImportError as error:
        raise _DetailError("they need Spidermon, the extra `alerts`: pip install spidermon") from error
    try:
        action = load_object(path)
    except Exception as error:  # whatever the code of others raises when it is imported
        raise _DetailError(f"{path} cannot be loaded: {error}") from error
    if not (isinstance(action, type) and issubclass(action, Action)):
        raise _DetailError(f"{path} is none")
    return action


def _user_agent(value: Any) -> str:
    if not product_token(_text(value)):
        raise ValueError
    return _text(value)


def _log_level(value: Any) -> int:
    known = logging.getLevelNamesMapping()
    return int(value) if value in known.values() else known[value]


# What each setting may be


def _setting(wanted: str, read: Callable[[Any], Any], name: str = "", *, secret: bool = False) -> Any:
    """Declare a setting: what is wanted, in words, and what reads it; *secret* if its value may hold a password.

    The setting is called ``SPACENEWS_`` and the field's name in capitals, unless *name* is another.
    """
    return field(metadata={"wanted": wanted, "read": read, "name": name, "secret": secret})


def _count(least: int = 1) -> Any:
    return _setting(f"a whole number from {least} on", partial(_whole, least=least))


def _share() -> Any:
    return _setting("a share from 0 to 1", partial(_number, most=1))


def _duration() -> Any:
    return _setting("seconds from 0 on", _number)


@dataclass(frozen=True)
class Config:
    """The settings of the project, checked; their meaning is in settings.py and docs/settings.md."""

    # Who we are
    user_agent: str = _setting("a name, e.g. spacenews/1.0 (+https://example.org)", _user_agent, "USER_AGENT")
    robotstxt_user_agent: str | None = _setting("the name of a robot", _user_agent, "ROBOTSTXT_USER_AGENT")

    # What is written
    output_at: str = _setting(
        "a folder of this machine, or an address of s3://, gs:// or az://", _output, "SPACENEWS_OUTPUT"
    )
    store_url: str | None = _setting(
        "an SQLAlchemy address of SQLite or PostgreSQL, e.g. postgresql+psycopg://user@host:5432/name",
        _store_url,
        secret=True,
    )
    crawl_every: str | None = _setting("a cron line of five fields, e.g. 7 * * * *", _cron)
    worker_jobs: int = _count()
    lease_seconds: float = _setting("seconds from 1 on", partial(_number, least=1))
    images_store: str | None = _setting(
        "a folder, or an address of file://, s3://, gs:// or ftp://", _images_store, "IMAGES_STORE"
    )
    warc_record: str | None = _setting("a file, or a folder with / at its end", _path)
    warc_replay: Path | None = _setting("a file or a folder", _folder)
    mirrors: Mapping[str, str] = _setting(
        'a JSON object of origins, e.g. {"https://www.example.com": "http://127.0.0.1:8000"}', _mirrors
    )

    # Pictures
    pictures: bool = _setting("true or false", _boolean)
    picture_max_bytes: int = _count()
    picture_max_pixels: int = _count()
    picture_min_side: int = _count(0)

    # How pages are read
    readers: int = _count(0)
    read_seconds: float = _setting("seconds, more than 0", partial(_number, least=TINY))
    read_memory_mb: int = _count(256)

    # When an address is asked for again
    recheck_hours: tuple[tuple[float, float], ...] = _setting("a JSON list of [age, interval] in hours", _pairs)
    max_failures: int = _count()
    retry_hours: float = _setting("hours from 0 on", partial(_number, most=LONGEST))
    gone_hours: float = _setting("hours from 0 on", partial(_number, most=LONGEST))

    # How a run is judged
    judge_from_pages: int = _count()
    max_empty_share: float = _share()
    max_wall_share: float = _share()
    max_exception_share: float = _share()
    max_picture_failure_share: float = _share()
    max_retry_share: float = _share()
    max_changed_share: float = _share()
    coverage_tolerance: float = _share()
    guaranteed_fields: tuple[str, ...] = _setting(
        f"a list of any of {', '.join(COVERAGE_FIELDS)}", partial(_words, known=COVERAGE_FIELDS)
    )

    # How a run is seen and stopped
    progress: bool = _setting("true or false", _boolean)
    stop_seconds: float = _setting("seconds, more than 0", partial(_number, least=TINY))
    alerts: tuple[Any, ...] = _setting("a list of import paths of Spidermon actions", _actions)
    alert_on: tuple[str, ...] = _setting(
        f"a list of some of {', '.join((CHANGE, *RESULTS))}", partial(_words, known=(CHANGE, *RESULTS), least=1)
    )
    log_level: int = _setting("DEBUG, INFO, WARNING, ERROR or CRITICAL", _log_level, "LOG_LEVEL")

    # Politeness
    crawl_delay_max: float = _duration()
    robots_attempts: int = _count()
    robots_tags: tuple[str, ...] = _setting("a list of words", _tags)
    backoff_start: float = _duration()
    backoff_max: float = _duration()
    retry_after_max: float = _duration()
    refusals_max: int = _count(0)

    # Security
    feed_max_bytes: int = _count()

    @property
    def output_address(self) -> str | None:
        """The address of the object store that the output goes to, None if it goes to a folder."""
        return self.output_at if "://" in self.output_at else None

    @property
    def output(self) -> Path:
        """The folder of this machine for the output, or for what is not in the object store yet."""
        if not self.output_address:
            return Path(self.output_at)
        cache = os.environ.get("XDG_CACHE_HOME") or os.path.expanduser("~/.cache")  # noqa: PTH111
        return Path(cache, "spacenews", quote(self.output_address, safe=""))

    @property
    def images(self) -> str:
        """Where the pictures are, as Scrapy's file stores name it; absolute unless IMAGES_STORE says otherwise."""
        return self.images_store or f"{self.output_address or self.output.absolute()}/images"

    @property
    def robot(self) -> str:
        """The product token by which robots.txt and robots tags address us."""
        return product_token(self.robotstxt_user_agent or self.user_agent)


def read(settings: BaseSettings) -> Config:
    """Read and check all settings; raises UsageError with one sentence that names the bad one and what is wanted."""
    _check_names(settings)
    _check_scrapy_numbers(settings)
    _check_how_scrapy_runs(settings)
    config = Config(**{it.name: _read(it, settings.get(_name(it))) for it in fields(Config)})
    if config.warc_replay and config.warc_record:
        raise UsageError(
            "SPACENEWS_WARC_REPLAY and SPACENEWS_WARC_RECORD exclude each other: a replay fetches nothing to record"
        )
    if config.output_address and not (config.store_url or "").startswith("postgresql"):
        raise UsageError(
            f"SPACENEWS_OUTPUT={config.output_address}: an object store needs a crawl database in PostgreSQL, by "
            "SPACENEWS_STORE_URL=postgresql+psycopg://user@host/name"
        )
    return config


_CONFIGS: WeakKeyDictionary[Crawler, Config] = WeakKeyDictionary()


def config_of(crawler: Crawler) -> Config:
    """Return the settings of a crawl, those of its spider included."""
    if crawler not in _CONFIGS:
        _CONFIGS[crawler] = read(crawler.settings)
    return _CONFIGS[crawler]


def _name(it: Field[Any]) -> str:
    return it.metadata["name"] or PREFIX + it.name.upper()


EMPTY: dict[type, Any] = {type(None): None, list: [], dict: {}}  # what text that is empty means, by the default


def _read(it: Field[Any], value: Any) -> Any:
    default = getattr(defaults, _name(it), None)
    value = default if value is None else value
    if isinstance(value, str) and not value.strip():
        value = EMPTY.get(type(default), value)
    if value is None:
        return None
    try:
        return it.metadata["read"](value)
    except MALFORMED as error:
        detail = f" ({error})" if isinstance(error, _DetailError) else ""
        raise _malformed(_name(it), value, it.metadata["wanted"] + detail, secret=it.metadata["secret"]) from error


def _malformed(name: str, value: Any, wanted: str, *, secret: bool = False) -> UsageError:
    shown = url_for_log(repr(value))
    shown = "" if secret else f"={shown if len(shown) < 100 else f'{shown[:97]}...'}"
    return UsageError(" ".join(f"setting {name}{shown}: want {wanted}".split()))


def wanted(name: str) -> str:
    """Return what a setting of the project, or a number of Scrapy's, may be; empty for what nobody checks."""
    ours = {_name(it): str(it.metadata["wanted"]) for it in fields(Config)}
    return ours.get(name) or _scrapy_numbers().get(name, ("",))[0]


# Names


def _check_names(settings: BaseSettings) -> None:
    """Raise UsageError for a name that begins like those of the project, or is nearly one of them."""
    for name in sorted(set(settings) - set(dir(defaults)) - set(dir(default_settings))):
        near = _nearest(name)
        if near or name.upper().startswith(PREFIX[:-1]):
            hint = f"did you mean {near}?" if near else "docs/settings.md lists them"
            raise UsageError(f"there is no setting {name}: {hint}")


def _nearest(name: str) -> str:
    """Return the setting of the project that is probably meant by *name*, empty if it is none."""
    ours = [it for it in dir(defaults) if it.startswith(PREFIX)]
    text = name.strip().upper()
    if not text.startswith(PREFIX[:-1]):
        return next(iter(get_close_matches(text, ours, n=1, cutoff=0.9)), "")
    rests = [it.removeprefix(PREFIX) for it in ours]
    return "".join(PREFIX + it for it in get_close_matches(text[len(PREFIX) :], rests, n=1))


# How Scrapy runs

ASYNCIO = {
    "TWISTED_REACTOR": default_settings.TWISTED_REACTOR,
    "TWISTED_REACTOR_ENABLED": True,
    "FORCE_CRAWLER_PROCESS": False,
}


OPTIONAL = {"spacenews.extensions.progress.Progress"}  # a run is whole without it
NOTHING_KEPT: dict[str, Any] = {"ITEM_PIPELINES": {}, "FEEDS": {}, "SPACENEWS_WARC_RECORD": None}  # for developing


def _check_how_scrapy_runs(settings: BaseSettings) -> None:
    """Raise UsageError for settings of Scrapy's with which no crawl of ours works."""
    for name, needed in ASYNCIO.items():
        found = settings.getbool(name) if isinstance(needed, bool) else settings.get(name)
        if found != needed:
            raise _malformed(name, settings[name], f"{needed}: the crawl database and the pictures need asyncio")
    if settings.get("JOBDIR"):
        raise UsageError(
            "setting JOBDIR: want none: the crawl database remembers what was asked for and what waits, and a job kept "
            "beside it would make every later run ask for nothing"
        )


def check_components(settings: BaseSettings) -> None:
    """Raise UsageError where settings leave out a component without which a run reads, saves or tells nothing.

    A subclass may take the place of a component.
    """
    from scrapy.utils.misc import load_object  # noqa: PLC0415

    for name in ("EXTENSIONS", "DOWNLOADER_MIDDLEWARES", "ITEM_PIPELINES"):
        try:
            given = settings.getdict(name)
            there = [load_object(it) for it, place in given.items() if place is not None]
        except (*MALFORMED, ImportError, AttributeError) as error:
            raise _malformed(name, settings[name], f"a JSON object of components and their places ({error})") from error
        for path, place in getattr(defaults, name).items():
            needed = place is not None and path not in OPTIONAL
            if needed and not any(isinstance(it, type) and issubclass(it, load_object(path)) for it in there):
                raise UsageError(f"setting {name}: {path} is missing; add yours to those of spacenews/settings.py")


# Scrapy's numbers

SCRAPY_FLOATS = {"DNS_TIMEOUT", "DOWNLOAD_DELAY", "DOWNLOAD_TIMEOUT"}  # whose defaults are whole numbers
SCRAPY_NEGATIVE = {"DEPTH_PRIORITY", "FEED_EXPORT_INDENT", "REDIRECT_PRIORITY_ADJUST", "RETRY_PRIORITY_ADJUST"}
SCRAPY_POSITIVE = {  # with 0 a crawl hangs, loses its items or resolves no name
    "CONCURRENT_ITEMS",
    "CONCURRENT_REQUESTS",
    "CONCURRENT_REQUESTS_PER_DOMAIN",
    "DNS_TIMEOUT",
    "MEMUSAGE_CHECK_INTERVAL_SECONDS",
    "REACTOR_THREADPOOL_MAXSIZE",
}


def _check_scrapy_numbers(settings: BaseSettings) -> None:
    """Raise UsageError for a number, or a yes or no, of Scrapy's that Scrapy cannot read, or cannot work with."""
    for name, (words, reader) in _scrapy_numbers().items():
        if settings.getpriority(name) and settings[name] is not None:
            try:
                reader(settings, name)
            except MALFORMED as error:
                raise _malformed(name, settings[name], words) from error


@cache
def _scrapy_numbers() -> dict[str, tuple[str, Callable[[BaseSettings, str], object]]]:
    """Return what is wanted, and what reads it, for each of Scrapy's settings that is a number, a bool or codes."""
    found: dict[str, tuple[str, Callable[[BaseSettings, str], object]]] = {}
    for name, default in (vars(defaults) | vars(default_settings)).items():
        if not name.isupper() or name.startswith(PREFIX):
            continue
        if isinstance(default, bool) or name.endswith("_ENABLED"):
            found[name] = ("true or false", _scrapy_boolean)
        elif isinstance(default, float) or name in SCRAPY_FLOATS:
            words = "a number, more than 0" if name in SCRAPY_POSITIVE else "a number from 0 on"
            found[name] = (words, _scrapy_number)
        elif isinstance(default, int):
            words = "a whole number" if name in SCRAPY_NEGATIVE else f"a whole number from {_least(name)} on"
            found[name] = (words, _scrapy_whole)
        elif isinstance(default, list) and (name.endswith("_CODES") or (default and isinstance(default[0], int))):
            found[name] = ("whole numbers, separated by commas", _scrapy_codes)
    return found


def _scrapy_boolean(settings: BaseSettings, name: str) -> bool:
    return settings.getbool(name)


def _scrapy_number(settings: BaseSettings, name: str) -> float:
    return _number(settings.getfloat(name), TINY if name in SCRAPY_POSITIVE else 0)


def _scrapy_whole(settings: BaseSettings, name: str) -> int:
    return _whole(settings.getint(name), _least(name))


def _least(name: str) -> int:
    return -sys.maxsize if name in SCRAPY_NEGATIVE else int(name in SCRAPY_POSITIVE)


def _scrapy_codes(settings: BaseSettings, name: str) -> list[int]:
    return [int(code) for code in settings.getlist(name)]


DEFAULTS = Config(**{it.name: _read(it, None) for it in fields(Config)})
