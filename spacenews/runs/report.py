"""What run.json is: one dataclass an object, one doc line a field; its JSON Schema is made from them.

Every field has a default: less is known of a run that was killed or could not begin, and a report that an older version
wrote may lack a key.
"""
# ruff: noqa: RUF009 - doc() is a field

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from spacenews.errors import ExitCode, OutputError
from spacenews.items import SCHEMA_VERSION
from spacenews.reasons import Result
from spacenews.runs.folders import RunFolder
from spacenews.schema import doc, from_record, schema_of, to_record

REPORT = "run.json"


@dataclass
class ArticleCounts:
    """Articles of a run."""

    new: int = doc("published for the first time, as read back from the file", 0)
    updated: int = doc("published as a further version, as read back from the file", 0)
    unchanged: int | None = doc("known and without a new version")
    not_due: int | None = doc("of the unchanged, those not requested because their next check is later")


@dataclass
class ImageCounts:
    """Images of the published articles."""

    ok: int = doc("stored", 0)
    failed: int = doc("could not be fetched", 0)
    skipped: int = doc("not fetched on purpose", 0)


@dataclass
class Counts:
    """What a run counted; null for one that was killed."""

    requests: int | None = doc("requests made, including retries and those for images")
    responses: dict[str, int] = doc("responses by class of status, `2xx` to `5xx`", dict)
    pages: int | None = doc("article pages read; walls and pages of other sections are not counted")
    articles: ArticleCounts = doc("articles new, updated and unchanged", ArticleCounts)
    dropped: dict[str, int] = doc("pages that were read and gave no record, by reason", dict)
    given_up: int | None = doc("addresses that failed too often: not requested again until a source names them")
    refused: dict[str, int] = doc("requests refused by our own rules, by reason", dict)
    walls: dict[str, int] = doc("pages that were a wall instead of an article, by kind", dict)
    images: ImageCounts = doc("images of the published articles, by status", ImageCounts)


@dataclass
class FailedUrl:
    """An address that could not be read."""

    url: str = doc("the address", "")
    reason: str = doc("why, a word of a fixed list", "")
    attempts: int = doc("requests made for it in this run", 0)


@dataclass
class RobotsRules:
    """What was decided for a host by its robots.txt."""

    status: int | None = doc("HTTP status of robots.txt; null when there was no answer")
    decision: str = doc("what follows from it", "")
    crawl_delay: float | None = doc("seconds that it asks for between requests")
    delay: float | None = doc("seconds between requests that were kept because of it")


@dataclass
class Output:
    """The articles.jsonl of a run, as read back from the disk."""

    path: str = doc("name of the file", "")
    lines: int = doc("records in it", 0)
    bytes: int = doc("size of the file in bytes", 0)
    sha256: str = doc("SHA-256 of the file, hexadecimal", "")
    schema_version: int = doc("schema version of the records", SCHEMA_VERSION)


@dataclass
class Versions:
    """The software that ran; null for a run that was killed."""

    spacenews: str | None = doc("version of spacenews")
    scrapy: str | None = doc("version of Scrapy")
    python: str | None = doc("version of Python")


@dataclass
class RunReport:
    """How one run of a spider went."""

    run_id: str = doc("start in UTC, such as `20261122T050000Z`, with `-2` and so on if that was taken", "")
    spider: str = doc("name of the spider", "")
    result: Result = doc("`ok`, `degraded`, `failed` or `interrupted`", "interrupted")
    exit_code: int = doc("exit code of `scrapy crawl`", int(ExitCode.INTERRUPTED))
    reasons: list[str] = doc("sentences that say why, with up to three addresses each", list)
    started_at: str | None = doc("when the run began, ISO 8601 in UTC; null if the crawl database does not know")
    finished_at: str = doc("when it was over, ISO 8601 in UTC", "")
    finish_reason: str = doc("Scrapy's word for the end, else `killed` or `not begun`", "")
    counts: Counts = doc("what was counted", Counts)
    coverage: dict[str, float] = doc("share of `counts.pages` that fill each field, 0 to 1", dict)
    failed: list[FailedUrl] = doc("addresses that could not be read", list)
    robots: dict[str, RobotsRules | int] = doc(
        "what was decided for each host; `disallowed`: number of addresses not requested because of it", dict
    )
    output: Output | None = doc("the file of the articles; null when nothing was published")
    versions: Versions = doc("the software that ran", Versions)

    @property
    def is_over(self) -> bool:
        """Whether the run has ended, however it did."""
        return bool(self.finished_at)


def json_schema() -> dict[str, Any]:
    """Return the JSON Schema of run.json."""
    return schema_of(RunReport, "spacenews run.json")


def read_report(text: str) -> RunReport:
    """Read a run.json of this version or an older one; raises ValueError if it is none."""
    record = json.loads(text)
    if not isinstance(record, dict):
        raise ValueError("not a JSON object")  # noqa: TRY004 - as for any other text
    return from_record(RunReport, record)


def report_of(row: Any) -> RunReport:
    """Return what a row of the crawl database says of a run, which may not be over."""
    if row.report:
        return read_report(row.report)
    reasons = ["active, or killed; the next run says which"]
    return RunReport(row.run_id, row.spider, reasons=reasons, started_at=row.started_at)


def write_report(folder: RunFolder, report: RunReport) -> None:
    """Write run.json, the last file of a run; raises OutputError."""
    try:
        with folder.writing(REPORT) as file:
            text = json.dumps(to_record(report), ensure_ascii=True, allow_nan=False, indent=1)
            file.write(text.encode() + b"\n")
    except OSError as error:
        raise OutputError(f"{folder}/{REPORT} cannot be written: {error.strerror}") from error
    folder.complete()
