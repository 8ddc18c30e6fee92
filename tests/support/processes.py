"""Runs the scrapy command in a separate process, and reads what runs leave in the output folder."""

from __future__ import annotations

import hashlib
import json
import os
import re
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from spacenews.runs.report import json_schema
from support.fake_site import FAST, SPIDER

PROJECT = Path(__file__).parent.parent.parent
RUN_ID = re.compile(r"\d{8}T\d{6}Z(-\d+)?")
RUN_JSON = Draft202012Validator(json_schema())
PATIENCE = 60  # seconds that anything may take

Scrapy = Callable[..., subprocess.CompletedProcess[str]]  # the words of a command -> what came of it


def command(
    *words: str, settings: Mapping[str, Any] | None = None, arguments: Mapping[str, Any] | None = None
) -> list[str]:
    """Return a scrapy command with settings and spider arguments."""
    parts = [sys.executable, "-m", "scrapy", *words]
    for name, value in (settings or {}).items():
        parts += ["-s", f"{name}={value if isinstance(value, str) else json.dumps(value)}"]
    for name, value in (arguments or {}).items():
        parts += ["-a", f"{name}={value}"]
    return parts


def crawl_command(output: Path, settings: Mapping[str, Any], **arguments: Any) -> list[str]:
    """Return the command of a crawl into *output* at the pace of a test."""
    return command("crawl", SPIDER, settings={**FAST, "SPACENEWS_OUTPUT": str(output), **settings}, arguments=arguments)


def scrapy(parts: list[str], **options: Any) -> subprocess.CompletedProcess[str]:
    """Run a scrapy command to its end."""
    options = {"cwd": PROJECT, "env": environment(), "timeout": PATIENCE, **options}
    return subprocess.run(parts, capture_output=True, text=True, check=False, **options)


def crawl(output: Path, settings: Mapping[str, Any], **arguments: Any) -> subprocess.CompletedProcess[str]:
    """Run a crawl to its end."""
    return scrapy(crawl_command(output, settings, **arguments))


@contextmanager
def started(parts: list[str], log: Path, env: Mapping[str, str] | None = None) -> Iterator[subprocess.Popen[bytes]]:
    """Start a scrapy command with its output in a file; it is killed at the end of the block."""
    with log.open("ab") as file:
        process = subprocess.Popen(parts, cwd=PROJECT, env=env or environment(), stdout=file, stderr=file)
        try:
            yield process
        finally:
            process.kill()
            process.wait()


def environment() -> dict[str, str]:
    """Return the environment without what would change the settings."""
    return {name: value for name, value in os.environ.items() if not name.startswith("SCRAPY_")}


def wait_until(condition: Callable[[], object], process: subprocess.Popen[bytes] | None = None) -> None:
    """Poll until a condition holds; fail if the process ends first, or after PATIENCE seconds."""
    deadline = time.monotonic() + PATIENCE
    while not condition():
        if process is not None and process.poll() is not None:
            pytest.fail(f"the process ended with {process.returncode} before its time")
        if time.monotonic() > deadline:
            pytest.fail("it did not happen")
        time.sleep(0.002)


def run_folders(output: Path) -> list[Path]:
    """Return the folders of all runs, the oldest first."""
    folder = output / SPIDER
    if not folder.exists():
        return []
    named = (path for path in folder.iterdir() if RUN_ID.fullmatch(path.name))
    return sorted(path for path in named if path.is_dir() and not path.is_symlink())


def read_report(folder: Path) -> dict[str, Any]:
    """Return the run.json of a run, after checking that it is as its JSON Schema says."""
    told: dict[str, Any] = json.loads((folder / "run.json").read_text(encoding="utf-8"))
    RUN_JSON.validate(told)
    assert told["run_id"] == folder.name
    return told


def reports(output: Path) -> list[dict[str, Any]]:
    """Return every run.json, the oldest first."""
    return [read_report(folder) for folder in run_folders(output)]


def report(output: Path) -> dict[str, Any]:
    """Return the newest run.json."""
    return read_report(run_folders(output)[-1])


def records(folder: Path) -> list[dict[str, Any]]:
    """Return the records that a run published, after checking that the file is what its run.json says."""
    told = read_report(folder)
    path = folder / "articles.jsonl"
    if told["output"] is None:
        assert not path.exists()
        return []
    content = path.read_bytes()
    lines = content.splitlines(keepends=True)
    assert all(line.endswith(b"\n") for line in lines)
    assert (told["output"]["lines"], told["output"]["bytes"]) == (len(lines), len(content))
    assert told["output"]["sha256"] == hashlib.sha256(content).hexdigest()
    found = [json.loads(line) for line in lines]
    counts = told["counts"]["articles"]
    assert counts["new"] == sum(record["version"] == 1 for record in found)
    assert counts["new"] + counts["updated"] == len(found)
    return found


def published(output: Path) -> list[dict[str, Any]]:
    """Return the records of all runs; none may be there twice, and no half file may be left."""
    found = [record for folder in run_folders(output) for record in records(folder)]
    keys = [(record["id"], record["version"]) for record in found]
    assert len(keys) == len(set(keys))
    assert not list(output.rglob("*.part"))
    return found
