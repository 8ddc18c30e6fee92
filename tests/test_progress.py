"""What a person at a terminal sees of a run, and what a log file gets instead."""

from __future__ import annotations

import os
import pty
import re
import select
import subprocess
import sys
import time
from pathlib import Path

import pytest

from spacenews.commands.demo import ARCHIVE

PROJECT = Path(__file__).parent.parent
SLOWLY = ("-s", "DOWNLOAD_DELAY=0.05", "-s", "CONCURRENT_REQUESTS_PER_DOMAIN=1")


def command(folder: Path) -> list[str]:
    replay = ("-s", f"SPACENEWS_WARC_REPLAY={ARCHIVE}", "-s", f"SPACENEWS_OUTPUT={folder}", *SLOWLY)
    return [sys.executable, "-m", "scrapy", "crawl", "digitaltrends_space", *replay]


def on_a_terminal(words: list[str]) -> str:
    """Run a command with a terminal of 200 columns as its standard error, and return what it wrote there."""
    ours, its = pty.openpty()
    environment = os.environ | {"COLUMNS": "200", "TERM": "xterm"}
    written = b""
    with subprocess.Popen(words, cwd=PROJECT, stdout=its, stderr=its, env=environment) as process:
        os.close(its)
        give_up = time.monotonic() + 50
        while time.monotonic() < give_up:
            if select.select([ours], [], [], 0.1)[0]:
                try:
                    written += os.read(ours, 65536)
                except OSError:  # the other end is closed
                    break
            elif process.poll() is not None:
                break
    os.close(ours)
    return written.decode("utf-8", "replace")


def test_a_terminal_shows_how_far_the_run_is_and_log_lines_stay_whole(tmp_path: Path) -> None:
    shown = on_a_terminal(command(tmp_path))
    assert re.search(r"\b\d+ pages, \d+ new, \d+ updated, \d+ unchanged, \d+ pictures \(\d failed\)", shown)
    assert re.search(r"\d waiting, [\d.]+ pages/s", shown)
    warnings = [line for line in shown.splitlines() if " WARNING: " in line]
    assert warnings
    assert all(re.match(r"(?:\x1b\[[\d;?]*\w|\r)*\d{4}-\d\d-\d\d", line) for line in warnings)


@pytest.mark.faults
def test_without_a_terminal_there_are_plain_lines(tmp_path: Path) -> None:
    done = subprocess.run(command(tmp_path), cwd=PROJECT, capture_output=True, text=True, timeout=60, check=True)
    assert "\x1b" not in done.stderr
    assert done.stderr.rstrip().rsplit("\n", 1)[1].count("16 new, 0 updated, 0 unchanged") == 1
