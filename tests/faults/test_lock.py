"""One run of a spider on one output at a time, and no lock of a dead process."""

from __future__ import annotations

import re
import socket
import time
from dataclasses import replace
from pathlib import Path

import pytest
from support.fake_site import FakeSite
from support.processes import command, crawl, crawl_command, published, report, run_folders, scrapy, started, wait_until
from support.server import Answer

pytestmark = pytest.mark.faults


def test_a_second_run_ends_at_once_and_says_who_is_active(tmp_path: Path) -> None:
    with FakeSite(3) as fake_site:
        listing = fake_site.server.routes["/space/"]
        assert isinstance(listing, Answer)
        fake_site.server.routes["/space/"] = replace(listing, wait=1000)
        with started(
            crawl_command(tmp_path, {**fake_site.settings, "DOWNLOAD_TIMEOUT": 300}), tmp_path / "log"
        ) as first:
            wait_until(lambda: "/space/" in fake_site.server.paths(), first)
            began = time.monotonic()
            scrapy(command("list"))
            middle = time.monotonic()
            second = crawl(tmp_path, fake_site.settings)
            took = time.monotonic() - middle
            assert second.returncode == 7
            assert took < 3 + (middle - began), "beyond what any command takes to start"
            wanted = r"another run of digitaltrends_space is active on .*: process (\d+) on (\S+) since (\S+)Z"
            said = re.search(wanted, second.stderr)
            assert said
            assert (int(said[1]), said[2]) == (first.pid, socket.gethostname())
            assert len(run_folders(tmp_path)) == 1, "the second left no folder"

            other = crawl(tmp_path / "elsewhere", {**fake_site.settings, "DOWNLOAD_TIMEOUT": 1}, discover="feed")
            assert other.returncode == 0, "another output is another matter"

            first.kill()
            first.wait()
            fake_site.server.routes["/space/"] = listing
            assert crawl(tmp_path, fake_site.settings).returncode == 0
        assert {record["url"] for record in published(tmp_path)} == fake_site.urls
        assert report(tmp_path)["result"] == "ok"
