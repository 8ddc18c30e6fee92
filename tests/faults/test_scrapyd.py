"""A real Scrapyd runs the project as docs/operations.md says."""

from __future__ import annotations

import json
import re
import shutil
import socket
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path
from typing import Any
from urllib.error import URLError
from urllib.request import urlopen

import pytest
from support.processes import PROJECT, environment, records, report, run_folders
from test_operations import examples

from spacenews.commands.demo import ARCHIVE

pytestmark = pytest.mark.faults


def ask(base: str, path: str) -> dict[str, Any]:
    with urlopen(base + path, timeout=10) as response:  # noqa: S310
        told: dict[str, Any] = json.load(response)
        return told


def until(base: str, path: str, holds: Any) -> dict[str, Any]:
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        with suppress(URLError, ConnectionError):
            told = ask(base, path)
            if holds(told):
                return told
        time.sleep(0.1)
    pytest.fail(f"{path} never said it")


@pytest.fixture(scope="module")
def scrapyd(tmp_path_factory: pytest.TempPathFactory) -> Any:
    pytest.importorskip("scrapyd")
    folder = tmp_path_factory.mktemp("scrapyd")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    [configuration] = examples("Scrapyd", "ini")
    (folder / "scrapyd.conf").write_text(configuration.replace("6800", str(port)) + "poll_interval = 0.2\n")
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen(
            [Path(sys.executable).parent / "scrapyd"],
            cwd=folder,
            env=environment(),
            stdout=log,
            stderr=log,
        )
        base = f"http://127.0.0.1:{port}"
        try:
            until(base, "/daemonstatus.json", lambda told: told["status"] == "ok")
            yield base, folder
        finally:
            process.terminate()
            process.wait(20)


def test_scrapyd_runs_a_deployed_project_with_arguments(scrapyd: Any, tmp_path: Path) -> None:
    base, folder = scrapyd
    source = tmp_path / "source"
    source.mkdir()
    shutil.copytree(PROJECT / "spacenews", source / "spacenews", ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("pyproject.toml", "README.md"):
        shutil.copy(PROJECT / name, source)
    [text] = examples("Scrapyd", "sh")
    commands = re.sub(r"\\\n\s*", "", text).splitlines()
    build, deploy, schedule, jobs = commands[2:]
    output = tmp_path / "output"
    schedule += f" -d setting=SPACENEWS_WARC_REPLAY={ARCHIVE} -d setting=SPACENEWS_PROGRESS=false"
    for command in (build, deploy, schedule):
        local = command.replace("http://127.0.0.1:6800", base).replace(".venv/bin/python", sys.executable)
        local = local.replace("/srv/spacenews/output", str(output)).replace("limit=20", "limit=5")
        done = subprocess.run(["sh", "-c", local], cwd=source, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr
        if command is not build:
            assert json.loads(done.stdout)["status"] == "ok", done.stdout
    listed = jobs.partition("6800")[2].rstrip("'")
    [job] = until(base, listed, lambda told: told["finished"])["finished"]
    assert job["spider"] == "digitaltrends_space"
    told = report(output)
    assert (told["exit_code"], told["counts"]["articles"]["new"]) == (0, 5)
    assert len(records(run_folders(output)[0])) == 5
    [log] = folder.glob("logs/spacenews/digitaltrends_space/*.log")
    assert "5 new, 0 updated" in log.read_text()
