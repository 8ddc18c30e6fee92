"""Pages that are made to hurt cost only themselves, in the real command: in time, in memory, in the parser."""

from __future__ import annotations

import os
import signal
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from support.fake_site import FakeSite
from support.processes import PROJECT, crawl_command, environment, published, report, scrapy, started, wait_until

pytestmark = pytest.mark.faults

PATHS = os.pathsep.join(str(PROJECT / folder) for folder in (".", "tests", "tools", "benchmarks"))
READING = {"SPACENEWS_READERS": 1, "SPACENEWS_READ_SECONDS": 3, "SPACENEWS_READ_MEMORY_MB": 400}
AT_ONCE = {"SPACENEWS_RETRY_HOURS": 0}
LONG = 100_000
SLOW_ONCE = {  # what took minutes, or for ever, before reading was linear
    "srcset of one letter": f'<p><img srcset="{"a" * LONG}" src="/a.png"></p>',
    "labels of credits": f"<figure><img src=/a.png><figcaption>{'(credit: ' * (LONG // 9)}</figcaption></figure>",
    "JSON that is none": f'<script type="application/ld+json">{{{",," * (LONG // 2)} </script>',
    "marks that combine": f"<p>{chr(0x301) + chr(0x316)}{(chr(0x301) + chr(0x316)) * (LONG // 2)}</p>",
    "headers within headers": "<header>" * 500 + "<p>Deep.</p>" + "</header>" * 500,
    "sources of a picture": f"<picture>{'<source srcset=/a.png></source>' * (LONG // 30)}<img src=/a.png></picture>",
}
HURTING = ("<!-- hang -->", "<!-- memory -->", "<!-- crash -->")


@pytest.fixture
def fake_site() -> Iterator[FakeSite]:
    with FakeSite(len(SLOW_ONCE) + len(HURTING) + 3) as fake_site:
        yield fake_site


def spoil(fake_site: FakeSite, parts: list[str]) -> set[str]:
    """Put a hostile part into each of the first pages and return their URLs."""
    slugs = {story.slug: part for story, part in zip(fake_site.stories, parts, strict=False)}

    def around(page: str) -> str:
        part = next(
            (
                part
                for slug, part in slugs.items()
                if f'data-post-url="https://www.digitaltrends.com/space/{slug}/"' in page
            ),
            "",
        )
        return page.replace('itemprop="articleBody"\n>', f'itemprop="articleBody"\n>{part}', 1)

    fake_site.around = around
    fake_site.update()
    return {story.url for story in fake_site.stories[: len(parts)]}


def hostile_command(output: Path, fake_site: FakeSite, **settings: Any) -> list[str]:
    words = crawl_command(output, {**fake_site.settings, **READING, **AT_ONCE, **settings})[3:]
    return [sys.executable, "-m", "support.hostile_crawl", *words]


def test_each_costs_only_its_own_address_in_this_run_and_the_next(fake_site: FakeSite, tmp_path: Path) -> None:
    spoil(fake_site, [*HURTING, *SLOW_ONCE.values()])
    bad = {story.url for story in fake_site.stories[: len(HURTING)]}
    env = {**environment(), "PYTHONPATH": PATHS}
    for _ in range(2):
        done = scrapy(hostile_command(tmp_path, fake_site), env=env)
        assert done.returncode == 0, done.stderr[-2000:]
        told = report(tmp_path)
        assert {(it["url"], it["reason"]) for it in told["failed"]} == {(url, "unreadable") for url in bad}
        assert {record["url"] for record in published(tmp_path)} == fake_site.urls - bad
    fake_site.around = lambda page: page
    fake_site.update()
    assert scrapy(hostile_command(tmp_path, fake_site), env=env).returncode == 0
    assert {record["url"] for record in published(tmp_path)} == fake_site.urls


def test_a_signal_is_answered_in_time_while_a_page_is_read_that_never_ends(
    fake_site: FakeSite, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (bad,) = spoil(fake_site, ["<!-- hang -->"])
    monkeypatch.setenv("PYTHONPATH", PATHS)
    patient = hostile_command(tmp_path, fake_site, SPACENEWS_READ_SECONDS=600, SPACENEWS_STOP_SECONDS=3)
    with started(patient, tmp_path / "log") as process:
        wait_until(lambda: fake_site.asked(bad.removeprefix("https://www.digitaltrends.com")), process)
        time.sleep(2)  # it is being read
        process.send_signal(signal.SIGTERM)
        assert process.wait(15) == 6
    assert report(tmp_path)["result"] == "interrupted"
    fake_site.around = lambda page: page
    fake_site.update()
    assert scrapy(hostile_command(tmp_path, fake_site), env={**environment(), "PYTHONPATH": PATHS}).returncode == 0
    assert {record["url"] for record in published(tmp_path)} == fake_site.urls
