"""Builds what is published: the sdist from a copy of the project, the wheel from the sdist."""

from __future__ import annotations

import shutil
import subprocess
import sys
import tarfile
from pathlib import Path

PROJECT = Path(__file__).parent.parent.parent


def build(folder: Path) -> tuple[Path, Path]:
    """Return an sdist and a wheel that setuptools of this environment makes, offline."""
    copy = folder / "copy"
    made = shutil.ignore_patterns(".*", "*.egg-info", "__pycache__", "build", "output")
    shutil.copytree(PROJECT, copy, ignore=made)
    _run("sdist", copy, folder)
    (sdist,) = folder.glob("*.tar.gz")
    with tarfile.open(sdist) as packed:
        packed.extractall(folder, filter="data")
    _run("wheel", folder / sdist.name.removesuffix(".tar.gz"), folder)
    (wheel,) = folder.glob("*.whl")
    return sdist, wheel


def _run(kind: str, source: Path, folder: Path) -> None:
    code = f"from setuptools import build_meta; build_meta.build_{kind}({str(folder)!r})"
    done = subprocess.run([sys.executable, "-c", code], cwd=source, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
