"""Files are complete or not there, whoever else writes them and whatever was killed before."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from spacenews.storage.files import atomic_write, replacing, sweep


@pytest.mark.parametrize("write", [atomic_write, replacing])
def test_nothing_is_left_of_a_file_whose_writer_fails(tmp_path: Path, write: object) -> None:
    (tmp_path / "a").write_bytes(b"before")

    def fail() -> None:
        with write(tmp_path / "a") as file:  # type: ignore[operator]
            file.write(b"half")
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()
    assert [path.name for path in tmp_path.iterdir()] == ["a"]
    assert (tmp_path / "a").read_bytes() == b"before"


def test_two_writers_of_one_file_each_write_a_whole_one(tmp_path: Path) -> None:
    path, together = tmp_path / "a", threading.Barrier(2)

    def write(text: bytes) -> None:
        with atomic_write(path) as file:
            together.wait()
            for _ in range(1000):
                file.write(text)
            together.wait()

    writers = [threading.Thread(target=write, args=(text,)) for text in (b"one\n", b"two\n")]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()
    assert path.read_bytes() in (b"one\n" * 1000, b"two\n" * 1000)
    assert [path.name for path in tmp_path.iterdir()] == ["a"]


def test_what_a_killed_writer_left_is_removed_by_the_next_and_what_is_being_written_is_not(tmp_path: Path) -> None:
    code = f"""
import os, pathlib, signal
from spacenews.storage.files import replacing
with replacing(pathlib.Path({str(tmp_path / "killed")!r})) as file:
    os.kill(os.getpid(), signal.SIGKILL)
"""
    killed = subprocess.run([sys.executable, "-c", code], check=False, env={**os.environ, "PYTHONPATH": "."})
    assert killed.returncode == -signal.SIGKILL
    assert len(list(tmp_path.glob(".killed.*.part"))) == 1
    (tmp_path / ".mine.part").write_text("no file of ours")
    with replacing(tmp_path / "active") as active:
        with atomic_write(tmp_path / "other") as file:
            file.write(b"whole")
        assert not list(tmp_path.glob(".killed.*"))
        assert len(list(tmp_path.glob(".active.*"))) == 1
        active.write(b"whole")
    assert sorted(path.name for path in tmp_path.iterdir()) == [".mine.part", "active", "other"]
    assert (tmp_path / "active").read_bytes() == b"whole"


def test_a_sweep_of_an_empty_folder_does_nothing(tmp_path: Path) -> None:
    sweep(tmp_path)
    assert list(tmp_path.iterdir()) == []
