"""The examples of docs/operations.md are run, or checked by the program that would read them."""

from __future__ import annotations

import configparser
import re
import shutil
import subprocess
from pathlib import Path

import pytest
import yaml
from support.processes import PROJECT

from spacenews.errors import ExitCode

PAGE = (PROJECT / "docs" / "operations.md").read_text(encoding="utf-8")


def examples(title: str, kind: str) -> list[str]:
    """Return the examples of one kind in one section."""
    section = PAGE.partition(f"\n## {title}\n")[2].partition("\n## ")[0]
    found = re.findall(rf"```{kind}\n(.*?)```", section, re.DOTALL)
    assert found
    return found


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """A folder like /srv/spacenews whose `scrapy` ends with the code in the file `code` and notes how it was called."""
    program = tmp_path / ".venv" / "bin" / "scrapy"
    program.parent.mkdir(parents=True)
    program.write_text('#!/bin/sh\necho "$@" > called\necho the end of the log >> output/crawl.log\nexit $(cat code)\n')
    program.chmod(0o755)
    (tmp_path / "output").mkdir()
    return tmp_path


def test_every_exit_code_is_in_the_table() -> None:
    assert [int(code) for code in re.findall(r"^\| (\d) \|", PAGE, re.MULTILINE)] == list(ExitCode)


@pytest.mark.parametrize(("code", "mailed"), [(0, False), (7, False), (3, True), (6, True)])
def test_cron_mails_when_a_run_went_wrong(home: Path, code: int, *, mailed: bool) -> None:
    [table] = examples("cron", "cron")
    lines = [line for line in table.splitlines() if "=" not in line.partition(" ")[0]]
    assert len(lines) == 1
    *times, line = lines[0].split(maxsplit=5)
    assert all(re.fullmatch(r"\*|\d{1,2}", time) for time in times)
    assert "%" not in line, "cron ends the command there"
    (home / "code").write_text(str(code))
    done = subprocess.run(
        ["sh", "-c", line.replace("/srv/spacenews", str(home))], capture_output=True, text=True, check=False
    )
    assert bool(done.stdout) == mailed
    assert done.stderr == ""
    assert (home / "called").read_text() == "crawl digitaltrends_space --logfile output/crawl.log\n"


@pytest.mark.skipif(not shutil.which("systemd-analyze"), reason="systemd is not installed")
def test_systemd_takes_the_units(home: Path) -> None:
    service, timer = (example.replace("/srv/spacenews", str(home)) for example in examples("systemd", "ini"))
    (home / "spacenews.service").write_text(service.replace("User=spacenews", "User=root"))
    (home / "spacenews.timer").write_text(timer)
    for name in ("spacenews.service", "spacenews.timer"):
        done = subprocess.run(["systemd-analyze", "verify", home / name], capture_output=True, text=True, check=False)
        said = [line for line in done.stderr.splitlines() if "spacenews." in line]
        assert said == []
    settings = configparser.ConfigParser(strict=False)
    settings.optionxform = str  # type: ignore[assignment,method-assign]
    settings.read_string(service)
    assert int(settings["Service"]["TimeoutStopSec"]) > 25
    assert settings["Service"]["SuccessExitStatus"] == str(int(ExitCode.LOCKED))


def test_the_cronjob_never_runs_twice_at_once_and_has_time_to_stop() -> None:
    [text] = examples("Kubernetes", "yaml")
    job = yaml.safe_load(text)
    assert (job["apiVersion"], job["kind"]) == ("batch/v1", "CronJob")
    assert job["spec"]["concurrencyPolicy"] == "Forbid"
    run = job["spec"]["jobTemplate"]["spec"]
    assert run["backoffLimit"] == 0
    pod = run["template"]["spec"]
    assert pod["restartPolicy"] == "Never"
    assert pod["terminationGracePeriodSeconds"] > 25
    [container] = pod["containers"]
    assert container["command"] == ["scrapy", "crawl", "digitaltrends_space"]
    [mount], [volume] = container["volumeMounts"], pod["volumes"]
    assert mount["name"] == volume["name"]
    assert f"SPACENEWS_OUTPUT={mount['mountPath']}" in container["args"]
