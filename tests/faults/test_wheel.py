"""The wheel alone, in an environment that has what users install and nothing else."""

from __future__ import annotations

import os
import subprocess
import sys
import zipfile
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest
from packaging.utils import canonicalize_name
from support import distributions
from test_packaging import pins

pytestmark = pytest.mark.faults


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder for PYTHONPATH: the wheel unpacked, and a module that hides what the lock file does not name."""
    _, wheel = distributions.build(tmp_path_factory.mktemp("dist"))
    folder = tmp_path_factory.mktemp("installed")
    with zipfile.ZipFile(wheel) as packed:
        packed.extractall(folder)
    locked = {"spacenews", *pins("requirements.lock")}
    hidden = [
        module
        for module, names in packages_distributions().items()
        if not any(canonicalize_name(name) in locked for name in names)
    ]
    assert {"pytest", "pyarrow", "spidermon"} <= set(hidden)
    assert not {"scrapy", "PIL", "lxml"} & set(hidden)
    code = f"import sys\nsys.modules.update(dict.fromkeys({hidden!r}))\n"
    (folder / "sitecustomize.py").write_text(code, encoding="utf-8")
    return folder


def test_time_zones_are_known_where_the_system_has_none(installed: Path, tmp_path: Path) -> None:
    environment = os.environ | {"PYTHONPATH": str(installed), "PYTHONTZPATH": ""}
    code = "from spacenews.extraction import dates; print(dates.parse_time('2025-11-26T12:00', 'America/New_York'))"
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=tmp_path, env=environment, capture_output=True, text=True, check=False
    )
    assert done.stdout == "2025-11-26T17:00:00Z\n", done.stderr


def test_every_command_works_without_the_checkout_and_the_extras(installed: Path, tmp_path: Path) -> None:
    environment = os.environ | {"PYTHONPATH": str(installed), "SCRAPY_SETTINGS_MODULE": "spacenews.settings"}

    def scrapy(*words: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-m", "scrapy", *words]
        return subprocess.run(
            command, cwd=tmp_path, env=environment, capture_output=True, text=True, check=False, timeout=120
        )

    assert scrapy("demo").returncode == 0
    there = ("-s", "SPACENEWS_OUTPUT=output/demo")
    assert scrapy("runs", *there).returncode == 0
    endings = ("jsonl", "jsonl.gz", "jsonl.zst", "csv", "sqlite", "atom", "jsonld", "zyte.jsonl")
    exported = scrapy("export", *there, *(f"articles.{ending}" for ending in endings))
    assert exported.returncode == 0, exported.stderr
    assert scrapy("report", *there).returncode == 0
    assert (tmp_path / "output/demo/report/index.html").is_file()
    refused = scrapy("export", *there, "articles.parquet")
    assert (refused.returncode, "pip install" in refused.stderr) == (2, True)
