"""The recorded section, where it is at hand: the second run reads no article and publishes nothing."""

from __future__ import annotations

import os
import time
from pathlib import Path

import pytest
from support.processes import crawl, published, report

pytestmark = pytest.mark.faults

CORPUS = os.environ.get("SPACENEWS_CORPUS", "")


@pytest.mark.skipif(not CORPUS, reason="SPACENEWS_CORPUS does not name the folder of the recorded section")
def test_the_second_run_over_the_recorded_section_asks_for_no_article(tmp_path: Path) -> None:
    settings = {"SPACENEWS_WARC_REPLAY": f"{CORPUS}/digitaltrends-dev.warc.gz"}
    assert crawl(tmp_path, settings).returncode == 0
    first = published(tmp_path)
    assert first
    time.sleep(1)  # times have whole seconds, by which the second run tells what it asked for itself
    assert crawl(tmp_path, settings).returncode == 0
    assert published(tmp_path) == first
    assert report(tmp_path)["counts"]["pages"] == 0
    assert report(tmp_path)["counts"]["articles"]["not_due"] >= len(first)
