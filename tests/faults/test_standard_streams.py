"""Commands end quietly, or with one sentence and 4, when nobody can read what they say."""

from __future__ import annotations

import shlex
from pathlib import Path

import pytest
from support.factories import article, open_store, publish
from support.processes import command, scrapy

pytestmark = pytest.mark.faults


@pytest.fixture
def output(tmp_path: Path) -> Path:
    store = open_store(tmp_path)
    publish(store, [article(number) for number in range(3)])
    store.close()
    return tmp_path


@pytest.mark.parametrize(
    "words", [("runs",), ("export", "-"), ("export", "--schema"), ("report",), ("list",)], ids=" ".join
)
def test_standard_output_that_cannot_be_written(output: Path, words: tuple[str, ...]) -> None:
    line = shlex.join(command(*words, settings={"SPACENEWS_OUTPUT": str(output)}))
    full = scrapy(["sh", "-c", f"{line} >/dev/full"])
    assert (full.returncode, len(full.stderr.splitlines())) == (4, 1), full.stderr
    assert full.stderr.endswith("cannot be written: No space left on device\n")
    read = scrapy(["bash", "-c", f"{line} | true; exit ${{PIPESTATUS[0]}}"])
    assert (read.returncode, read.stderr) == (0, "")
    closed = scrapy(["sh", "-c", f"{line} >&-"])
    assert (closed.returncode, closed.stderr) == (0, "")


def test_an_error_goes_nowhere_else_when_stderr_is_closed(output: Path) -> None:
    line = shlex.join(command("export", "--limit", "0", settings={"SPACENEWS_OUTPUT": str(output)}))
    done = scrapy(["sh", "-c", f"{line} 2>&-"])
    assert (done.returncode, done.stdout) == (2, "")
