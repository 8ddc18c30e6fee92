"""run.json: what a run reports."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from spacenews.clock import now
from spacenews.errors import ExitCode, OutputError
from spacenews.runs.publishing import Published
from spacenews.storage.files import atomic_write

REPORT = "run.json"


def write_report(folder: Path, report: dict[str, Any]) -> None:
    """Write run.json; raises OutputError."""
    try:
        with atomic_write(folder / REPORT) as file:
            file.write(json.dumps(report, ensure_ascii=True, allow_nan=False, indent=1).encode() + b"\n")
    except OSError as error:
        raise OutputError(f"{folder / REPORT} cannot be written: {error.strerror}") from error


def short_report(
    spider: str,
    run_id: str,
    started_at: str | None,
    reason: str,
    *,
    result: str = "interrupted",
    code: ExitCode = ExitCode.INTERRUPTED,
    published: Published | None = None,
) -> dict[str, Any]:
    """Return the run.json of a run that could not count what it did."""
    return {
        "run_id": run_id,
        "spider": spider,
        "result": result,
        "exit_code": int(code),
        "reasons": [reason],
        "started_at": started_at,
        "finished_at": now(),
        "finish_reason": "killed" if code == ExitCode.INTERRUPTED else "not begun",
        "counts": {
            "requests": None,
            "responses": {},
            "pages": None,
            "articles": {
                "new": published.new if published else 0,
                "updated": published.updated if published else 0,
                "unchanged": None,
                "not_due": None,
            },
            "dropped": {},
            "refused": {},
            "walls": {},
            "images": published.images if published else {"ok": 0, "failed": 0, "skipped": 0},
        },
        "coverage": {},
        "failed": [],
        "robots": {},
        "output": published.as_json() if published else None,
        "versions": {},
    }
