"""What a setting may be, and what every command says about one that is malformed: one sentence, exit code 2."""

from __future__ import annotations

import ast
import importlib
import os
import pkgutil
import re
import subprocess
import sys
from contextlib import suppress
from dataclasses import FrozenInstanceError, fields
from pathlib import Path
from typing import Any

import pytest
import scrapy.commands
from hypothesis import given
from hypothesis import strategies as st
from scrapy.crawler import Crawler
from scrapy.pipelines.files import FilesPipeline
from scrapy.settings import Settings, default_settings
from spidermon import Action
from support.processes import PROJECT, Scrapy, environment
from support.processes import command as scrapy_command

import spacenews.commands
from spacenews import config, settings
from spacenews.commands.common import ChecksSettings
from spacenews.commands.demo import ARCHIVE
from spacenews.config import Config, config_of, product_token
from spacenews.errors import UsageError
from spacenews.spiders.digitaltrends_space import DigitaltrendsSpaceSpider

SPIDER = "digitaltrends_space"
COMMANDS = [
    importlib.import_module(module.name)
    for package in (spacenews.commands, importlib.import_module("spacenews.commands.builtin"))
    for module in pkgutil.iter_modules(package.__path__, f"{package.__name__}.")
    if module.name.rpartition(".")[2] not in ("common", "builtin")
]


class Quiet(Action):  # type: ignore[misc]
    """An alert."""


def read(**given: Any) -> Config:
    """Read the project's settings with others from the command line."""
    whole = Settings()
    whole.setmodule(settings)
    whole.setdict(given, "cmdline")
    return config.read(whole)


def sentence_about(**given: Any) -> str:
    """Return what is said of a malformed setting, which has to be one sentence that names it."""
    with pytest.raises(UsageError) as caught:
        read(**given)
    told = str(caught.value)
    assert "\n" not in told
    assert next(iter(given)) in told
    return told


# One source


def test_every_setting_of_the_project_is_read() -> None:
    ours = {name for name in vars(settings) if name.startswith("SPACENEWS_")}
    read_names = {config._name(it) for it in fields(Config)}
    assert {name for name in read_names if name.startswith("SPACENEWS_")} == ours


def test_defaults_are_those_of_settings_py() -> None:
    assert read() == config.DEFAULTS == config.read(Settings({"USER_AGENT": None, "LOG_LEVEL": None}))
    assert config.DEFAULTS.output == Path(settings.SPACENEWS_OUTPUT)
    assert config.DEFAULTS.recheck_hours == tuple(settings.SPACENEWS_RECHECK_HOURS)
    assert config.DEFAULTS.stop_seconds == settings.SPACENEWS_STOP_SECONDS


def test_nothing_but_config_reads_a_setting_of_the_project() -> None:
    for path in (PROJECT / "spacenews").rglob("*.py"):
        if path.name in ("config.py", "settings.py"):
            continue
        words = [node.value for node in ast.walk(ast.parse(path.read_text("utf-8"))) if isinstance(node, ast.Constant)]
        names = [word for word in words if isinstance(word, str) and re.fullmatch(r"SPACENEWS_[A-Z_]+", word)]
        assert names == [], path


def test_a_config_cannot_be_changed() -> None:
    with pytest.raises(FrozenInstanceError):
        read().progress = False  # type: ignore[misc]
    with pytest.raises(TypeError):
        read().mirrors["https://a.example"] = "https://b.example"  # type: ignore[index]


# What is malformed

NUMBERS = [
    "SPACENEWS_PICTURE_MAX_BYTES",
    "SPACENEWS_PICTURE_MAX_PIXELS",
    "SPACENEWS_PICTURE_MIN_SIDE",
    "SPACENEWS_MAX_FAILURES",
    "SPACENEWS_RETRY_HOURS",
    "SPACENEWS_JUDGE_FROM_PAGES",
    "SPACENEWS_MAX_EMPTY_SHARE",
    "SPACENEWS_MAX_WALL_SHARE",
    "SPACENEWS_MAX_EXCEPTION_SHARE",
    "SPACENEWS_MAX_PICTURE_FAILURE_SHARE",
    "SPACENEWS_MAX_RETRY_SHARE",
    "SPACENEWS_MAX_CHANGED_SHARE",
    "SPACENEWS_COVERAGE_TOLERANCE",
    "SPACENEWS_STOP_SECONDS",
    "SPACENEWS_CRAWL_DELAY_MAX",
    "SPACENEWS_ROBOTS_ATTEMPTS",
    "SPACENEWS_BACKOFF_START",
    "SPACENEWS_BACKOFF_MAX",
    "SPACENEWS_RETRY_AFTER_MAX",
    "SPACENEWS_REFUSALS_MAX",
    "SPACENEWS_FEED_MAX_BYTES",
]
NO_NUMBERS = ["abc", "", " ", "1,2", "1h", "-1", "nan", "inf", "-inf", "1e999", "9" * 5000, True, [1], {}, float("nan")]


@pytest.mark.parametrize("value", NO_NUMBERS, ids=lambda value: repr(value)[:12])
@pytest.mark.parametrize("name", NUMBERS)
def test_a_number_must_be_one(name: str, value: Any) -> None:
    assert "want " in sentence_about(**{name: value})


@pytest.mark.parametrize("name", [name for name in NUMBERS if "SHARE" in name or "TOLERANCE" in name])
def test_a_share_is_no_more_than_1(name: str) -> None:
    assert "want a share from 0 to 1" in sentence_about(**{name: "1.01"})
    assert "want a share from 0 to 1" in sentence_about(**{name: "50%"})
    read(**{name: "0"})
    read(**{name: 1})


@pytest.mark.parametrize(
    "name",
    [
        "SPACENEWS_PICTURE_MAX_BYTES",
        "SPACENEWS_PICTURE_MAX_PIXELS",
        "SPACENEWS_MAX_FAILURES",
        "SPACENEWS_JUDGE_FROM_PAGES",
        "SPACENEWS_STOP_SECONDS",
        "SPACENEWS_ROBOTS_ATTEMPTS",
        "SPACENEWS_FEED_MAX_BYTES",
    ],
)
def test_none_at_all_is_no_limit_but_an_error_where_it_means_nothing(name: str) -> None:
    assert "from 1 on" in (told := sentence_about(**{name: 0})) or "more than 0" in told


@pytest.mark.parametrize("name", ["SPACENEWS_MAX_FAILURES", "SPACENEWS_REFUSALS_MAX", "SPACENEWS_FEED_MAX_BYTES"])
def test_a_count_is_a_whole_number(name: str) -> None:
    for value in ("1.5", "5.0", 1.5, "1e3"):
        assert "want a whole number" in sentence_about(**{name: value})


MALFORMED = [
    ("SPACENEWS_OUTPUT", "", "want a folder"),
    ("SPACENEWS_OUTPUT", "  ", "want a folder"),
    ("SPACENEWS_OUTPUT", "ftp://host/news", "want a folder of this machine, or an address of s3://, gs:// or az://"),
    ("SPACENEWS_OUTPUT", "s3://", "want a folder of this machine"),
    ("SPACENEWS_OUTPUT", "s3://bucket/news?region=x", "want a folder of this machine"),
    ("SPACENEWS_OUTPUT", "file:///tmp/news", "want a folder"),
    ("SPACENEWS_OUTPUT", "a\0b", "want a folder"),
    ("SPACENEWS_OUTPUT", "a\nb", "want a folder"),
    ("SPACENEWS_OUTPUT", "~nobody-of-this-name/news", "want a folder"),
    ("SPACENEWS_OUTPUT", 5, "want a folder"),
    ("SPACENEWS_OUTPUT", ["output"], "want a folder"),
    ("SPACENEWS_STORE_URL", "postgresql+psycopg://user:secret@db:port/news", "SQLAlchemy address"),
    ("SPACENEWS_STORE_URL", "output/spacenews.sqlite3", "SQLAlchemy address"),
    ("SPACENEWS_STORE_URL", "mysql://user:secret@db/news", "SQLite or PostgreSQL"),
    ("SPACENEWS_STORE_URL", "postgres://db/news", "SQLite or PostgreSQL"),
    ("SPACENEWS_STORE_URL", "postgresql+nodriver://db/news", "SQLite or PostgreSQL"),
    ("SPACENEWS_STORE_URL", "postgresql+pg8000://db/news", "No module named 'pg8000'"),
    ("SPACENEWS_STORE_URL", "postgresql+asyncpg://db/news", "SQLite or PostgreSQL"),
    ("SPACENEWS_STORE_URL", "postgresql+psycopg://db/news?conect_timeout=3", 'option "conect_timeout"'),
    ("SPACENEWS_STORE_URL", "postgresql+psycopg://db/news?autocommit=1", 'invalid connection option "autocommit"'),
    ("SPACENEWS_STORE_URL", "postgresql+psycopg://db/news?prepare_threshold=never", "a number, or none"),
    ("SPACENEWS_STORE_URL", "postgresql+psycopg://db/news?sslmode=off&sslmode=on", "sslmode is there twice"),
    ("SPACENEWS_STORE_URL", "sqlite://host/file", "SQLite or PostgreSQL"),
    ("SPACENEWS_STORE_URL", "sqlite:///:memory:", "keeps nothing"),
    ("SPACENEWS_STORE_URL", "sqlite://", "keeps nothing"),
    ("SPACENEWS_STORE_URL", 5, "SQLAlchemy address"),
    ("IMAGES_STORE", "gopher://x/y", "want a folder, or an address"),
    ("IMAGES_STORE", "s3://", "want a folder, or an address"),
    ("IMAGES_STORE", "s3:///pictures", "want a folder, or an address"),
    ("IMAGES_STORE", "s3:bucket/x", "want a folder, or an address"),
    ("IMAGES_STORE", "file://images", "want a folder, or an address"),
    ("IMAGES_STORE", ["images"], "want a folder, or an address"),
    ("SPACENEWS_WARC_RECORD", "http://example.com/a.warc", "want a file"),
    ("SPACENEWS_WARC_RECORD", True, "want a file"),
    ("SPACENEWS_WARC_REPLAY", "s3://bucket/a.warc", "want a file"),
    ("SPACENEWS_MIRRORS", "5", "want a JSON object of origins"),
    ("SPACENEWS_MIRRORS", "{", "want a JSON object of origins"),
    ("SPACENEWS_MIRRORS", "[" * 100_000, "want a JSON object of origins"),
    ("SPACENEWS_MIRRORS", '["http://a.example"]', "want a JSON object of origins"),
    ("SPACENEWS_MIRRORS", '{"www.example.com": "http://127.0.0.1"}', "www.example.com is none"),
    ("SPACENEWS_MIRRORS", '{"http://a.example": 5}', "want a JSON object of origins"),
    ("SPACENEWS_MIRRORS", {"http://a.b/c": "http://d.e"}, "http://a.b/c names more than an origin"),
    ("SPACENEWS_MIRRORS", {"http://a.b": "http://d.e:port"}, "want a JSON object of origins"),
    ("SPACENEWS_MIRRORS", {"http://a.b": "http://user:secret@d.e"}, "http://d.e is none"),
    ("SPACENEWS_MIRRORS", {"http://a.b": "ftp://d.e"}, "ftp://d.e is none"),
    ("SPACENEWS_MIRRORS", {"http://a.b": "http://d e"}, "is none"),
    ("SPACENEWS_PICTURES", "maybe", "want true or false"),
    ("SPACENEWS_PICTURES", "", "want true or false"),
    ("SPACENEWS_PICTURES", "2", "want true or false"),
    ("SPACENEWS_PROGRESS", "on,off", "want true or false"),
    ("SPACENEWS_PROGRESS", [], "want true or false"),
    ("SPACENEWS_RECHECK_HOURS", "24", "want a JSON list of [age, interval] in hours"),
    ("SPACENEWS_RECHECK_HOURS", "24,1", "want a JSON list"),
    ("SPACENEWS_RECHECK_HOURS", "[[24, 1]", "want a JSON list"),
    ("SPACENEWS_RECHECK_HOURS", "[24, 1]", "want a JSON list"),
    ("SPACENEWS_RECHECK_HOURS", '["24"]', "want a JSON list"),
    ("SPACENEWS_RECHECK_HOURS", '{"24": 1}', "want a JSON list"),
    ("SPACENEWS_RECHECK_HOURS", "[[24, 1, 5]]", "want a JSON list"),
    ("SPACENEWS_RECHECK_HOURS", "[[-24, 1]]", "want a JSON list"),
    ("SPACENEWS_RECHECK_HOURS", "[[24, -1]]", "want a JSON list"),
    ("SPACENEWS_RECHECK_HOURS", "[[24, NaN]]", "want a JSON list"),
    ("SPACENEWS_RECHECK_HOURS", "[[24, Infinity]]", "want a JSON list"),
    ("SPACENEWS_RECHECK_HOURS", "[[24, 1e12]]", "want a JSON list"),
    ("SPACENEWS_RECHECK_HOURS", "[[24, 1], [24, 6]]", "an age is there twice"),
    ("SPACENEWS_RECHECK_HOURS", 24, "want a JSON list"),
    ("SPACENEWS_RETRY_HOURS", "1e12", "want hours"),
    ("SPACENEWS_GUARANTEED_FIELDS", "title,headline", "headline is none of them"),
    ("SPACENEWS_GUARANTEED_FIELDS", "Title", "Title is none of them"),
    ("SPACENEWS_GUARANTEED_FIELDS", "content_hash", "want a list of any of title, "),
    ("SPACENEWS_GUARANTEED_FIELDS", "title,", "want a list of any of title, "),
    ("SPACENEWS_GUARANTEED_FIELDS", '["title"', "want a list of any of title, "),
    ("SPACENEWS_GUARANTEED_FIELDS", [1], "want a list of any of title, "),
    ("SPACENEWS_GUARANTEED_FIELDS", 1, "want a list of any of title, "),
    ("SPACENEWS_ALERTS", "no.such.Action", "No module named 'no'"),
    ("SPACENEWS_ALERTS", "spacenews.errors.NoSuchAction", "cannot be loaded"),
    ("SPACENEWS_ALERTS", "spacenews.errors.UsageError", "spacenews.errors.UsageError is none"),
    ("SPACENEWS_ALERTS", "Action", "cannot be loaded"),
    ("SPACENEWS_ALERTS", [5], "cannot be loaded"),
    ("SPACENEWS_ALERT_ON", "bogus", "bogus is none of them"),
    ("SPACENEWS_ALERT_ON", "FAILED", "FAILED is none of them"),
    ("SPACENEWS_ALERT_ON", "failed degraded", "is none of them"),
    ("SPACENEWS_ALERT_ON", "", "want a list of some of change, ok, degraded, failed, interrupted"),
    ("SPACENEWS_ROBOTS_TAGS", "noindex noai", "want a list of words"),
    ("SPACENEWS_ROBOTS_TAGS", "noindex,", "want a list of words"),
    ("SPACENEWS_ROBOTS_TAGS", "bot: noindex", "want a list of words"),
    ("SPACENEWS_ROBOTS_TAGS", ["noindex", 5], "want a list of words"),
    ("USER_AGENT", "", "want a name"),
    ("USER_AGENT", "+https://example.org", "want a name"),
    ("USER_AGENT", "1.0 (https://example.org)", "want a name"),
    ("USER_AGENT", "spacenews/1.0\r\nX-Header: 1", "want a name"),
    ("USER_AGENT", 5, "want a name"),
    ("ROBOTSTXT_USER_AGENT", "*", "want the name of a robot"),
    ("LOG_LEVEL", "LOUD", "want DEBUG, INFO, WARNING, ERROR or CRITICAL"),
    ("LOG_LEVEL", "info", "want DEBUG, INFO, WARNING, ERROR or CRITICAL"),
    ("LOG_LEVEL", 5, "want DEBUG, INFO, WARNING, ERROR or CRITICAL"),
    ("LOG_LEVEL", "", "want DEBUG, INFO, WARNING, ERROR or CRITICAL"),
    ("LOG_LEVEL", [], "want DEBUG, INFO, WARNING, ERROR or CRITICAL"),
]


@pytest.mark.parametrize(("name", "value", "words"), MALFORMED, ids=lambda it: repr(it)[:40])
def test_what_is_malformed_is_told_with_what_is_wanted(name: str, value: Any, words: str) -> None:
    told = sentence_about(**{name: value})
    assert words in told
    assert "secret" not in told
    assert len(told) < 400


@given(
    st.sampled_from([config._name(it) for it in fields(Config)]),
    st.text() | st.integers() | st.floats() | st.lists(st.text() | st.integers()) | st.binary() | st.booleans(),
)
def test_whatever_is_given_is_read_or_told(name: str, value: Any) -> None:
    with suppress(UsageError):
        read(**{name: value})


@pytest.mark.parametrize("module", ["botocore", "google.cloud.storage"])
def test_a_store_of_pictures_whose_module_is_missing(module: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("spacenews.config.find_spec", lambda name: None if name == module else "there")
    monkeypatch.delitem(sys.modules, module, raising=False)
    scheme = "s3" if module == "botocore" else "gs"
    assert f"needs {module}, which is not installed" in sentence_about(IMAGES_STORE=f"{scheme}://bucket/pictures")


def test_an_object_store_needs_its_extra_and_postgresql(monkeypatch: pytest.MonkeyPatch) -> None:
    assert "an object store needs a crawl database in PostgreSQL" in sentence_about(SPACENEWS_OUTPUT="s3://bucket/news")
    given = {"SPACENEWS_OUTPUT": "s3://bucket/news/", "SPACENEWS_STORE_URL": "postgresql+psycopg://news@localhost/news"}
    monkeypatch.setenv("XDG_CACHE_HOME", "/cache")
    there = read(**given)
    assert (there.output_address, there.images) == ("s3://bucket/news", "s3://bucket/news/images")
    assert there.output == Path("/cache/spacenews/s3%3A%2F%2Fbucket%2Fnews")
    monkeypatch.setattr("spacenews.config.find_spec", lambda _: None)
    monkeypatch.delitem(sys.modules, "obstore", raising=False)
    assert "s3 needs the extra `cloud`: pip install 'spacenews[cloud]'" in sentence_about(**given)


def test_replaying_and_recording_exclude_each_other() -> None:
    told = sentence_about(SPACENEWS_WARC_REPLAY="a.warc.gz", SPACENEWS_WARC_RECORD="b.warc.gz")
    assert "exclude each other" in told


# What is well-formed


@pytest.mark.parametrize(
    ("name", "value", "read_as"),
    [
        ("SPACENEWS_OUTPUT", "a?b#c/d e", Path("a?b#c/d e")),
        ("SPACENEWS_OUTPUT", Path("/srv/news"), Path("/srv/news")),
        ("SPACENEWS_OUTPUT", "~/news", Path.home() / "news"),
        ("SPACENEWS_STORE_URL", "", None),
        ("SPACENEWS_STORE_URL", "sqlite:///news.sqlite3", "sqlite:///news.sqlite3"),
        ("SPACENEWS_STORE_URL", "postgresql+psycopg://u:p@db:5432/news", "postgresql+psycopg://u:p@db:5432/news"),
        ("IMAGES_STORE", "", None),
        ("IMAGES_STORE", "ftp://user:password@example.com/pictures", "ftp://user:password@example.com/pictures"),
        ("IMAGES_STORE", "file:///srv/pictures", "file:///srv/pictures"),
        ("IMAGES_STORE", "pictures", "pictures"),
        ("SPACENEWS_WARC_RECORD", "~/warc/", f"{Path.home()}/warc/"),
        ("SPACENEWS_WARC_REPLAY", "", None),
        ("SPACENEWS_MIRRORS", "", {}),
        ("SPACENEWS_PICTURES", "no", False),
        ("SPACENEWS_PICTURES", "TRUE", True),
        ("SPACENEWS_PICTURES", 0, False),
        ("SPACENEWS_PICTURE_MAX_BYTES", "40_000_000", 40_000_000),
        ("SPACENEWS_RECHECK_HOURS", "[[720, 24], [24, 0.5]]", ((24, 0.5), (720, 24))),
        ("SPACENEWS_RECHECK_HOURS", [(24, 1)], ((24, 1),)),
        ("SPACENEWS_RECHECK_HOURS", "", ()),
        ("SPACENEWS_RETRY_HOURS", 0, 0),
        ("SPACENEWS_GUARANTEED_FIELDS", '["title", "text"]', ("title", "text")),
        ("SPACENEWS_GUARANTEED_FIELDS", "title, text,title", ("title", "text")),
        ("SPACENEWS_GUARANTEED_FIELDS", "", ()),
        ("SPACENEWS_ALERTS", "test_config.Quiet", (Quiet,)),
        ("SPACENEWS_ALERTS", "", ()),
        ("SPACENEWS_ALERT_ON", "failed,degraded", ("failed", "degraded")),
        ("SPACENEWS_ROBOTS_TAGS", "NoIndex, somethingnew", ("noindex", "somethingnew")),
        ("SPACENEWS_ROBOTS_TAGS", "", ()),
    ],
    ids=lambda it: repr(it)[:40],
)
def test_what_is_well_formed_is_read(name: str, value: Any, read_as: Any) -> None:
    field = name.removeprefix("SPACENEWS_").lower()
    assert getattr(read(**{name: value}), field) == read_as


def test_mirrors_are_compared_as_origins() -> None:
    given = '{"https://WWW.example.com:443/": "http://[::1]:8000"}'
    assert read(SPACENEWS_MIRRORS=given).mirrors == {"https://www.example.com": "http://[::1]:8000"}


def test_pictures_are_in_the_output_folder_unless_they_are_elsewhere() -> None:
    assert read(SPACENEWS_OUTPUT="a:b").images == str(Path("a:b/images").absolute())
    assert read(SPACENEWS_OUTPUT="a:b", IMAGES_STORE="pictures").images == "pictures"


def test_pictures_can_be_wherever_scrapy_can_put_them() -> None:
    assert {"", *config.IMAGE_STORES} == set(FilesPipeline.STORE_SCHEMES)


@pytest.mark.parametrize(
    ("user_agent", "token"),
    [
        ("spacenews/0.1 (+https://example.org)", "spacenews"),
        ("SpaceNews", "spacenews"),
        ("Example_Bot-Images 2.0", "example_bot-images"),
        ("Mozilla/5.0 (compatible; ExampleBot/0.1; https://www.example.com/bot.html)", "examplebot"),
        ("Mozilla/5.0 (X11; Linux x86_64)", "mozilla"),
        ("1bot", ""),
        ("(+https://example.org)", ""),
        ("", ""),
    ],
)
def test_the_product_token_of_a_user_agent(user_agent: str, token: str) -> None:
    assert product_token(user_agent) == token


def test_robots_txt_may_know_us_by_another_name() -> None:
    assert read(USER_AGENT="spacenews/1.0").robot == "spacenews"
    assert read(USER_AGENT="spacenews/1.0", ROBOTSTXT_USER_AGENT="OurBot/2").robot == "ourbot"


# Names


@pytest.mark.parametrize(
    ("name", "meant"),
    [
        ("SPACENEWS_OUTPT", "SPACENEWS_OUTPUT"),
        ("spacenews_output", "SPACENEWS_OUTPUT"),
        ("SPACENEWS-OUTPUT", "SPACENEWS_OUTPUT"),
        ("SPACENEWS_OUTPUT ", "SPACENEWS_OUTPUT"),
        ("SPACENEW_OUTPUT", "SPACENEWS_OUTPUT"),
        ("SPACNEWS_STORE_URL", "SPACENEWS_STORE_URL"),
        ("SPACENEWS_PICTURE_MAX_SIDE", "SPACENEWS_PICTURE_MIN_SIDE"),
        ("SPACENEWS_ALERTS_ON", "SPACENEWS_ALERT_ON"),
        ("SpaceNews_Mirror", "SPACENEWS_MIRRORS"),
    ],
)
def test_an_unknown_name_is_told_with_the_one_that_was_meant(name: str, meant: str) -> None:
    assert sentence_about(**{name: "x"}) == f"there is no setting {name}: did you mean {meant}?"


def test_an_unknown_name_that_is_like_none() -> None:
    assert sentence_about(SPACENEWS_X="1").endswith("docs/settings.md lists them")


def test_names_of_others_are_their_own() -> None:
    read(OUTPUT="x", MY_OUTPUT="x", SPIDERMON_SLACK_CHANNEL="#news", NEWS_OUTPUT="x", DOWNLOAD_DELY="1")


# Scrapy's numbers


@pytest.mark.parametrize("value", ["abc", "", "nan", "inf", "1,2", [1], {}, "1e999"], ids=repr)
def test_scrapys_numbers_must_be_some(value: Any) -> None:
    for name, default in vars(default_settings).items():
        if name.isupper() and isinstance(default, (int, float)):
            sentence_about(**{name: value})
    sentence_about(RETRY_HTTP_CODES="abc", HTTPERROR_ALLOWED_CODES="1")


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("DOWNLOAD_DELAY", "-1"),
        ("DOWNLOAD_TIMEOUT", "-0.1"),
        ("RETRY_TIMES", "-1"),
        ("DEPTH_LIMIT", "1.5"),
        ("CONCURRENT_REQUESTS", "0"),
        ("CONCURRENT_ITEMS", "0"),
        ("DNS_TIMEOUT", "0"),
        ("MEMUSAGE_CHECK_INTERVAL_SECONDS", "0"),
        ("CONCURRENT_REQUESTS_PER_DOMAIN", "0"),
        ("COOKIES_ENABLED", "maybe"),
        ("MEDIA_ALLOW_REDIRECTS", "maybe"),
        ("TELNETCONSOLE_ENABLED", "maybe"),
        ("RETRY_HTTP_CODES", "[500]"),
        ("TELNETCONSOLE_PORT", "a"),
    ],
)
def test_what_scrapy_cannot_work_with(name: str, value: str) -> None:
    assert "want " in sentence_about(**{name: value})


def test_what_scrapy_can_read_it_may_read() -> None:
    read(
        DOWNLOAD_DELAY="0.5",
        DOWNLOAD_TIMEOUT=2.5,
        DNS_TIMEOUT="1.5",
        DEPTH_PRIORITY=-1,
        FEED_EXPORT_INDENT=None,
        DOWNLOAD_MAXSIZE=0,
        COOKIES_ENABLED="1",
        TELNETCONSOLE_ENABLED="true",
        RETRY_HTTP_CODES="500,503",
        CLOSESPIDER_TIMEOUT="3600",
    )


def test_fractions_are_numbers_where_scrapy_reads_them() -> None:
    folder = Path(scrapy.__file__).parent
    source = "\n".join(path.read_text("utf-8") for path in folder.rglob("*.py"))
    fractions = set(re.findall(r'getfloat\(\s*"([A-Z_]+)"', source))
    whole = {name for name, value in vars(default_settings).items() if type(value) is int}
    assert fractions & whole == config.SCRAPY_FLOATS


# Every command


def test_every_command_checks_the_settings() -> None:
    for module in COMMANDS:
        assert issubclass(module.Command, ChecksSettings), module.__name__
    ours = {module.__name__.rpartition(".")[2] for module in COMMANDS}
    assert ours >= {module.name for module in pkgutil.iter_modules(scrapy.commands.__path__)}


@pytest.mark.parametrize("command", sorted(module.__name__.rpartition(".")[2] for module in COMMANDS))
def test_a_malformed_setting_ends_the_command(command: str, scrapy: Scrapy) -> None:
    done = scrapy(command, "-s", "SPACENEWS_MAX_WALL_SHARE=abc")
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == "scrapy: setting SPACENEWS_MAX_WALL_SHARE='abc': want a share from 0 to 1\n"


@pytest.mark.parametrize("given", ["SPACENEWS_OUTPT=elsewhere", "SPACENEWS_ALERTS=no.such.Action"])
def test_nothing_is_made_before_the_settings_are_checked(tmp_path: Path, given: str) -> None:
    parts = scrapy_command("crawl", SPIDER, settings={"SPACENEWS_OUTPUT": str(tmp_path / "output")})
    done = run([*parts, "-s", given], tmp_path)
    assert (done.returncode, done.stdout, len(done.stderr.splitlines())) == (2, "", 1)
    assert given.partition("=")[0] in done.stderr
    assert list(tmp_path.iterdir()) == []


SPIDER_WITH_SETTINGS = f"""
from spacenews.spiders.{SPIDER} import DigitaltrendsSpaceSpider

class Mine(DigitaltrendsSpaceSpider):
    name = "mine"
    custom_settings = {{"SPACENEWS_RETRY_HOURS": "soon"}}
"""


@pytest.mark.faults
@pytest.mark.parametrize("words", [["crawl", "mine"], ["fetch", "--spider=mine", "http://127.0.0.1:9/"]])
def test_the_settings_of_a_spider_are_checked_too(tmp_path: Path, words: list[str]) -> None:
    (tmp_path / "mine.py").write_text(SPIDER_WITH_SETTINGS)
    made = {"SPACENEWS_OUTPUT": str(tmp_path / "output"), "SPIDER_MODULES": "mine", "LOG_LEVEL": "WARNING"}
    done = run(scrapy_command(*words, settings=made), tmp_path)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == "scrapy: setting SPACENEWS_RETRY_HOURS='soon': want hours from 0 on\n"
    assert not (tmp_path / "output").exists()


def test_the_settings_of_a_spider_are_those_of_its_crawl() -> None:
    spider = type("Mine", (DigitaltrendsSpaceSpider,), {"custom_settings": {"SPACENEWS_PICTURES": False}})
    crawler = Crawler(spider, {"SPACENEWS_MAX_FAILURES": 7})
    assert (config_of(crawler).pictures, config_of(crawler).max_failures) == (False, 7)
    assert config_of(crawler) is config_of(crawler)


@pytest.mark.faults
def test_an_output_folder_of_any_name_holds_its_database(tmp_path: Path, scrapy: Scrapy) -> None:
    output = tmp_path / "a?b#c%20:d"
    replay = {"SPACENEWS_OUTPUT": output.name, "SPACENEWS_WARC_REPLAY": str(ARCHIVE), "LOG_LEVEL": "WARNING"}
    done = run(scrapy_command("crawl", SPIDER, settings=replay), tmp_path)
    assert done.returncode == 0, done.stderr
    for command in ("runs", "export", "report"):
        done = scrapy(command, "-s", f"SPACENEWS_OUTPUT={output}")
        assert (done.returncode, done.stderr) == (0, "")
    assert [path.name for path in tmp_path.iterdir()] == [output.name]
    names = {path.name for path in output.iterdir()}
    assert names >= {SPIDER, "spacenews.sqlite3", "images", "articles.jsonl", "report"}
    assert list((output / "report" / "thumbnails").iterdir()) != []


def run(parts: list[str], folder: Path) -> subprocess.CompletedProcess[str]:
    """Run a command of the project in an empty folder."""
    where = environment() | {
        "SCRAPY_SETTINGS_MODULE": "spacenews.settings",
        "PYTHONPATH": os.pathsep.join([str(PROJECT), str(folder)]),
        "PYTHONDONTWRITEBYTECODE": "1",
    }
    return subprocess.run(parts, cwd=folder, env=where, capture_output=True, text=True, check=False, timeout=60)
