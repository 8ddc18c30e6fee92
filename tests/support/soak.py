"""Scheduled runs of a living site for days, in minutes: and what its ledger says of all that they published.

Most runs are in this process, with a clock that is put forward; those that are killed, stopped or find the disk full
are commands of their own.
"""

from __future__ import annotations

import hashlib
import json
import os
import random
import resource
import signal
import subprocess
import sys
import time
from bisect import bisect_right
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from demo_site.markup import ORIGIN
from spidermon import Action

from spacenews import settings as project_settings
from spacenews.spiders.digitaltrends_space import DigitaltrendsSpaceSpider
from spacenews.storage.tables import addresses
from spacenews.urls import article_id
from support import run_crawl
from support.fake_site import FAST, SPIDER, picture_of
from support.living_site import BEGIN, DAY, LASTING, LivingSite, LivingStory, as_seen, seen
from support.moved_clock import Clock, moved
from support.processes import PROJECT, command, environment, run_folders

EVERY = 2.5  # hours between two runs
SETTLED = 7 * DAY  # hours of age from which what never changes is checked less often
PICTURES = "https://icdn.digitaltrends.com"
DEFAULTS = {name: getattr(project_settings, name) for name in dir(project_settings) if name.isupper()}
OWN_FAULTS = {"kill": 0.03, "terminate": 0.02, "full disk": 0.01, "slow clock": 0.01, "fast clock": 0.01}  # shares
WRONG_CLOCKS = {"slow clock": -1, "fast clock": 26}  # hours


class Noted(Action):  # type: ignore[misc]
    """An alert that is written down beside the output folder."""

    def run_action(self) -> None:
        """Note the sentence."""
        output = Path(self.data.crawler.settings["SPACENEWS_OUTPUT"])
        with output.with_suffix(".alerts").open("a", encoding="utf-8") as file:
            file.write(json.dumps([self.data.crawler.spider.run.run_id, self.result.monitor_results[-1].error]) + "\n")


@dataclass
class DoneRun:
    """A run that was scheduled, and what is known of it."""

    hour: float
    fault: str | None  # what the machine did to it
    run_ids: list[str]  # its folder; none if it was killed before it had one
    requests: int
    report: dict[str, Any] | None = None

    @property
    def result(self) -> str | None:
        """The result that its run.json tells."""
        return self.report["result"] if self.report else None


@dataclass
class Soak:
    """A site, an output folder, and the runs that were done."""

    site: LivingSite
    output: Path
    runs: list[DoneRun] = field(default_factory=list)
    seconds: float = 0

    def crawl(self, seed: int) -> None:
        """Do all runs of the site's days."""
        draw = random.Random(f"runs {seed}")  # noqa: S311
        started = time.monotonic()
        hour = 0.1
        with moved:
            while hour < self.site.days * DAY:
                kinds = [*OWN_FAULTS, None]
                fault = draw.choices(kinds, [*OWN_FAULTS.values(), 1 - sum(OWN_FAULTS.values())])[0]
                self._crawl_once(hour, fault, draw)
                hour += EVERY + draw.uniform(-2, 2) / 60
            for run in self.runs:  # what a killed run left is told by the next one
                run.report = self._report(run.run_ids)
        self.seconds = time.monotonic() - started

    def _crawl_once(self, hour: float, fault: str | None, draw: random.Random) -> None:
        self.site.hour = hour
        self.site.hits.clear()
        before = set(run_folders(self.output))
        clock = hour + WRONG_CLOCKS.get(str(fault), 0)
        Clock.ahead = BEGIN + timedelta(hours=clock) - datetime.now(UTC)
        if fault is None or fault in WRONG_CLOCKS:
            spider = type("Spider", (DigitaltrendsSpaceSpider,), {})
            run_crawl.crawl(spider, DEFAULTS | self._settings() | {"LOG_ENABLED": False})
        else:
            self._disturbed(fault, draw)
        after = [folder.name for folder in run_folders(self.output) if folder not in before]
        self.runs.append(DoneRun(hour, fault, after, len(self.site.hits)))

    def _settings(self) -> dict[str, Any]:
        bad = self.site.bad_time(self.site.hour)
        origin = "http://127.0.0.1:9" if bad and bad.kind == "unreachable" else self.site.origin
        own = {
            **FAST,
            "SPACENEWS_OUTPUT": str(self.output),
            "SPACENEWS_MIRRORS": {ORIGIN: origin, PICTURES: origin},
            "SPACENEWS_BACKOFF_START": 0.01,
            "SPACENEWS_BACKOFF_MAX": 0.01,
            "SPACENEWS_ALERTS": ["support.soak.Noted"],
        }
        return {name: value for name, value in own.items() if name in DEFAULTS or not name.startswith("SPACENEWS_")}

    def _disturbed(self, fault: str, draw: random.Random) -> None:
        """Run the real command, and kill it, stop it or let it find the disk full."""
        words = command("crawl", SPIDER, settings=self._settings())[3:]
        parts = [sys.executable, "-m", "support.moved_clock", str(Clock.ahead.total_seconds()), *words]
        paths = [str(PROJECT / folder) for folder in (".", "tests", "tools", "benchmarks")]
        env = {**environment(), "PYTHONPATH": os.pathsep.join(paths)}
        small = draw.randint(20_000, 300_000)
        limit: Callable[[], None] | None = None
        if fault == "full disk":
            limit = lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (small, small))  # noqa: E731
        with self.output.with_suffix(".log").open("ab") as log:
            process = subprocess.Popen(parts, cwd=PROJECT, env=env, stdout=log, stderr=log, preexec_fn=limit)  # noqa: PLW1509
            if fault != "full disk":
                with suppress(subprocess.TimeoutExpired):
                    process.wait(draw.uniform(0.5, 3))
                process.send_signal(signal.SIGKILL if fault == "kill" else signal.SIGTERM)
            process.wait(60)

    def _report(self, run_ids: list[str]) -> dict[str, Any] | None:
        path = self.output / SPIDER / run_ids[0] / "run.json" if run_ids else None
        return json.loads(path.read_text("utf-8")) if path and path.exists() else None

    # What was published

    def records(self) -> Iterator[tuple[float, dict[str, Any]]]:
        """Yield all published records, in the order of their runs, each with the hour at which its page was read."""
        by_clock = {run.hour + WRONG_CLOCKS.get(str(run.fault), 0): run.hour for run in self.runs}
        starts = sorted(by_clock)
        for run_id in (run_id for run in self.runs for run_id in run.run_ids):
            path = self.output / SPIDER / run_id / "articles.jsonl"
            for line in path.read_text("utf-8").splitlines() if path.exists() else ():
                record = json.loads(line)
                crawled = (datetime.fromisoformat(record["crawled_at"]) - BEGIN) / timedelta(hours=1)
                start = starts[max(bisect_right(starts, crawled + 1 / 1000) - 1, 0)]
                yield by_clock[start], record

    def alerts(self) -> list[tuple[str, str]]:
        """Return the alerts: run and sentence."""
        path = self.output.with_suffix(".alerts")
        return [tuple(json.loads(line)) for line in path.read_text("utf-8").splitlines()] if path.exists() else []


@dataclass
class Verdict:
    """What is wrong with what was published, as the ledger has it, and what it cost."""

    figures: dict[str, int | float] = field(default_factory=dict)
    examples: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))

    def count(self, name: str, what: str) -> None:
        """Count a fault."""
        self.figures[name] = self.figures.get(name, 0) + 1
        self.examples[name].append(what)


FAULTS = (
    "published twice",
    "never published",
    "ended, though the page answers",
    "edits missed that lasted 72 hours",
    "edits missed that lasted 24 hours, validators true",
    "edits missed that validators hid",
    "false versions",
    "wrong at the end",
    "wrong at the end, validators hide it",
    "moved stories not there once",
    "pictures missing or old",
    "runs failed or degraded without need",
    "alerts without need",
    "bad times without alert",
)


def judge(soak: Soak) -> Verdict:
    """Compare what was published with what the site served."""
    verdict = Verdict(dict.fromkeys(FAULTS, 0))
    history: defaultdict[str, list[tuple[float, dict[str, Any]]]] = defaultdict(list)
    for hour, record in soak.records():
        if any(record["version"] == other["version"] for _, other in history[record["id"]]):
            verdict.count("published twice", f"{record['url']} {record['version']}")
        history[record["id"]].append((hour, record))
    end = soak.runs[-1].hour
    for story in soak.site.stories:
        _judge_story(verdict, soak.site, story, _of(story, history), end)
    _judge_versions(verdict, soak.site, history)
    _judge_addresses(verdict, soak, end)
    _judge_runs(verdict, soak)
    verdict.figures |= {
        "stories": len(soak.site.stories),
        "versions after the first": sum(len(versions) - 1 for versions in history.values()),
        "runs": len(soak.runs),
        "requests": sum(run.requests for run in soak.runs),
        "seconds": round(soak.seconds),
    }
    return verdict


def _of(story: LivingStory, history: dict[str, list[Any]]) -> list[tuple[float, dict[str, Any]]]:
    paths = (story.first_path, story.new_path)
    return [one for path in paths for one in history.get(article_id(ORIGIN + path), ())]


def _judge_story(
    verdict: Verdict, site: LivingSite, story: LivingStory, versions: list[tuple[float, dict[str, Any]]], end: float
) -> None:
    if not versions:
        if _hours_to_be_read(site, story, end) >= DAY:
            verdict.count("never published", f"{story.number} {story.published:.1f}")
        return
    living = {record["id"]: record for _, record in versions}
    living = {key: it for key, it in living.items() if not it.get("gone_at") and not it.get("moved_to")}
    if story.moved < min(story.gone, end - LASTING) and len(living) != 1:
        verdict.count("moved stories not there once", f"{story.number} {len(living)} {story.leaves_redirect}")
    _judge_edits(verdict, site, story, [record for _, record in versions], end)
    newest = versions[-1][1]
    if not story.answers(end) or not living:
        return
    since = story.revisions[-1][0] if story.revisions[-1][0] <= end else story.published
    if seen(newest) != as_seen(story.at(end)) and end - since >= LASTING:
        hides = story.validators == "frozen"
        verdict.count(f"wrong at the end{', validators hide it' * hides}", f"{story.number} {seen(newest)}")
    _judge_picture(verdict, story, newest, end)


def _hours_to_be_read(site: LivingSite, story: LivingStory, end: float) -> float:
    """Return for how many hours a story was named and its page was there, the site's bad hours not counted."""
    start, stop = max(story.answers_from, 0), min(story.gone, story.moved, end)
    hours = [start + number / 2 for number in range(round(max(stop - start, 0) * 2))]
    return sum(0.5 for hour in hours if story.answers(hour) and not site.bad_time(hour))


def _judge_edits(
    verdict: Verdict, site: LivingSite, story: LivingStory, records: list[dict[str, Any]], end: float
) -> None:
    for since, until, said in story.edits():
        lasted = min(until, end) - max(since, 0)
        if since < 0 or any(seen(record) == as_seen(said) for record in records):
            continue
        if story.validators == "frozen":
            if lasted >= LASTING:
                verdict.count("edits missed that validators hid", f"{story.number} at {since - story.published:.0f} h")
        elif lasted >= LASTING:
            verdict.count("edits missed that lasted 72 hours", f"{story.number} {since:.1f} {lasted:.1f}")
        elif lasted >= DAY + EVERY and since - story.published < SETTLED - DAY and not _was_bad(site, since, until):
            name = "edits missed that lasted 24 hours, validators true"
            verdict.count(name, f"{story.number} {since:.1f} for {lasted:.1f} at {since - story.published:.0f} h")


def _was_bad(site: LivingSite, start: float, end: float) -> bool:
    return any(bad.start < end and start < bad.end for bad in site.bad_times)


def _judge_picture(verdict: Verdict, story: LivingStory, newest: dict[str, Any], end: float) -> None:
    changed = max(since for since, _ in story.replaced if since <= end or since == story.published)
    name = story.file_at(end)
    came_in_time = story.picture_from - story.published <= LASTING and max(story.picture_from, changed) < end - LASTING
    if not name or not came_in_time:
        return
    picture = newest["images"][0]
    wanted = hashlib.sha256(picture_of(name).body).hexdigest()
    if picture["status"] != "ok" or picture["sha256"] != wanted:
        verdict.count("pictures missing or old", f"{story.number} {picture['status']} {picture['reason']}")


def _judge_versions(verdict: Verdict, site: LivingSite, history: dict[str, list[tuple[float, dict[str, Any]]]]) -> None:
    by_id = {article_id(ORIGIN + path): it for it in site.stories for path in (it.first_path, it.new_path)}
    for key, versions in history.items():
        story = by_id[key]
        before: tuple[object, ...] = ()
        for hour, record in versions:
            now = (*seen(record), record["images"][0]["sha256"], record.get("gone_at"), record.get("moved_to"))
            if before and (wrong := _changed_without_reason(before, now, as_seen(story.at(hour)))):
                verdict.count("false versions", f"{story.number} v{record['version']} at {hour:.1f}: {wrong}")
            before = now


def _changed_without_reason(before: Sequence[object], now: Sequence[object], page: Sequence[object]) -> list[str]:
    """Return what a version says is new, and the page did not say; or that it says nothing new."""
    if before == now:
        return ["nothing is new"]
    told = zip(before, now, page, strict=False)
    return [f"{old!r} -> {new!r}, page: {said!r}" for old, new, said in told if old != new != said]


def _judge_addresses(verdict: Verdict, soak: Soak, end: float) -> None:
    engine = sa.create_engine(f"sqlite:///{soak.output}/spacenews.sqlite3")
    by_url = {ORIGIN + path: it for it in soak.site.stories for path in (it.first_path, it.new_path)}
    query = sa.select(addresses.c.url, addresses.c.reason).where(addresses.c.state == "ERROR")
    with engine.connect() as connection:
        for url, reason in connection.execute(query):
            story = by_url.get(url)
            if story and story.answers(end) and url == story.at(end).url:
                verdict.count("ended, though the page answers", f"{story.number} {reason}")
    engine.dispose()


def _judge_runs(verdict: Verdict, soak: Soak) -> None:
    site = soak.site
    by_id = {run.run_ids[0]: run for run in soak.runs if run.run_ids}
    for run in soak.runs:
        is_bad = (
            site.bad_time(run.hour) or site.is_redesigned(run.hour) or (run.fault and run.fault not in WRONG_CLOCKS)
        )
        if run.result in ("failed", "degraded", None) and not is_bad:
            reasons = run.report["reasons"] if run.report else []
            verdict.count("runs failed or degraded without need", f"{run.hour:.1f} {run.result} {reasons}")
    told = [(by_id[run_id].hour, "ok again" in sentence) for run_id, sentence in soak.alerts()]
    for number, (hour, is_well) in enumerate(told):
        since = told[number - 1][0] if number else 0.0
        had_reason = is_well or any(
            site.bad_time(run.hour) or site.is_redesigned(run.hour) or run.fault
            for run in soak.runs
            if since < run.hour <= hour
        )
        if not had_reason or (number and told[number - 1][1] == is_well):
            verdict.count("alerts without need", f"{hour:.1f} {'well' if is_well else 'unwell'}")
    for bad in site.bad_times:
        failed = [run for run in soak.runs if bad.start <= run.hour < bad.end and run.result == "failed"]
        last = [is_well for hour, is_well in told if hour < bad.end]
        if len(failed) >= 2 and (not last or last[-1]):
            verdict.count("bad times without alert", f"{bad.kind} {bad.start:.1f}")


def soak(seed: int, days: float, output: Path) -> tuple[Soak, Verdict]:
    """Let a site live for so many days, crawl it on schedule, and judge what was published."""
    with LivingSite(seed, days) as site:
        done = Soak(site, output)
        done.crawl(seed)
        return done, judge(done)


def results(done: Soak) -> Counter[str]:
    """Return how many runs had each result."""
    return Counter(str(run.result) for run in done.runs)
