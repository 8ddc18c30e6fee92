"""How a run is judged: what was counted -> what is wrong with it; pure, each threshold a setting."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from math import sqrt

from spacenews.config import DEFAULTS
from spacenews.errors import ExitCode
from spacenews.reasons import Drop, Failure, RequestPurpose, Result
from spacenews.storage.articles import Change
from spacenews.urls import url_for_log

# The first that applies wins.
EXIT_CODE_PRECEDENCE = (
    ExitCode.OUTPUT,
    ExitCode.LOCKED,
    ExitCode.INTERRUPTED,
    ExitCode.UNREACHABLE,
    ExitCode.SITE_CHANGED,
    ExitCode.BUG,
)


FEW = 3  # cases; fewer may be chance, whatever share of a short run they are


@dataclass(frozen=True)
class Finding:
    """Something to know of a run: a sentence, up to three addresses, and the exit code it asks for.

    Without an exit code it degrades the run, unless it is only a notice.
    """

    sentence: str
    examples: Sequence[str] = ()
    exit_code: ExitCode = ExitCode.OK
    degrades: bool = True

    def __str__(self) -> str:
        shown = ", ".join(self.examples[:3])
        return f"{self.sentence} (e.g. {shown})" if shown else self.sentence


@dataclass(frozen=True)
class SourceFailure:
    """Why a feed, a listing or a sitemap could not be read."""

    purpose: str
    reason: str
    why: str


@dataclass
class RunStats:
    """What a run counted."""

    pages: int = 0  # article pages that answered, whatever became of them
    articles: int = 0  # of these, what could be read, belongs to the section and is no wall
    filled: dict[str, int] = field(default_factory=dict)  # field -> articles that have it
    empty: dict[str, list[str]] = field(default_factory=dict)  # field -> up to three articles without it
    dropped: dict[str, list[str]] = field(default_factory=dict)  # reason -> pages
    failed: dict[str, tuple[str, int]] = field(default_factory=dict)  # URL -> reason, attempts
    not_modified: int = 0  # articles that answered 304
    reread: int = 0  # known articles that were read and said nothing new
    changes: list[Change] = field(default_factory=list)  # of known articles
    held_before: dict[str, int] = field(default_factory=dict)  # field -> versions that earlier runs held back for it
    held_unread: dict[str, int] = field(default_factory=dict)  # of these, those whose page this run did not read
    accepts_changes: bool = False
    gone_anew: list[str] = field(default_factory=list)  # articles that were there before, or are not there yet
    redirected: dict[str, list[str]] = field(default_factory=dict)  # target of temporary redirects -> articles
    sources_read: int = 0  # feeds, pages of listings, sitemaps
    sources_naming: dict[str, int] = field(default_factory=dict)  # purpose -> those that name an article of the section
    sources_empty: dict[str, str] = field(default_factory=dict)  # URL -> purpose of those that name none
    sources_failed: dict[str, SourceFailure] = field(default_factory=dict)  # by URL
    sitemaps_skipped: int = 0  # older than `since`
    causes: dict[str, int] = field(default_factory=dict)  # sentence that says why a request failed -> requests
    barred: dict[str, list[str]] = field(default_factory=dict)  # robots directive -> pages that ask not to be stored
    exceptions: int = 0  # pages on which a callback or pipeline raised
    answers: int = 0  # 2xx and 304, robots.txt not counted
    requests: int = 0
    retries: int = 0
    pictures: dict[str, int] = field(default_factory=dict)  # status -> pictures
    finish_reason: str = "unknown"

    def count_source(self, url: str, purpose: str, articles: Sequence[str]) -> None:
        """Count a feed, a page of a listing or a sitemap that was read, with the articles of the section it names."""
        self.sources_read += 1
        if articles:
            self.sources_naming[purpose] = self.sources_naming.get(purpose, 0) + 1
        else:
            self.sources_empty[url] = purpose

    @property
    def coverage(self) -> dict[str, float]:
        """Share of the article pages that fill each field."""
        return {name: round(count / self.articles, 4) for name, count in self.filled.items()} if self.articles else {}


@dataclass(frozen=True)
class Thresholds:
    """The numbers of the settings."""

    min_pages: int = DEFAULTS.judge_from_pages
    max_empty_share: float = DEFAULTS.max_empty_share
    max_wall_share: float = DEFAULTS.max_wall_share
    max_exception_share: float = DEFAULTS.max_exception_share
    max_picture_failure_share: float = DEFAULTS.max_picture_failure_share
    max_retry_share: float = DEFAULTS.max_retry_share
    max_changed_share: float = DEFAULTS.max_changed_share
    coverage_tolerance: float = DEFAULTS.coverage_tolerance
    guaranteed: Sequence[str] = DEFAULTS.guaranteed_fields


@dataclass(frozen=True)
class Coverage:
    """Which share of a run's article pages filled each field, and how many of its pictures failed."""

    pages: int
    shares: Mapping[str, float]
    pictures: int = 0
    failed_pictures: int = 0


def check(stats: RunStats, limits: Thresholds, history: Sequence[Coverage]) -> list[Finding]:
    """Find all that is wrong with a run, causes before what may follow from them; what only follows is left out."""
    if found := list(unreachable(stats)):
        return [*found, *ending(stats.finish_reason)]
    found = [
        *sources(stats),
        *empty_sources(stats),
        *walls(stats, limits),
        *redirects(stats, limits),
        *gone(stats, limits),
        *alike(stats, limits, history),
        *barred(stats),
        *empty_fields(stats, limits),
        *exceptions(stats, limits),
        *ending(stats.finish_reason),
        *falling_coverage(stats, limits, history),
    ]
    told = {url for finding in found for url in finding.examples}
    return [*found, *lost_pages(stats, told), *pictures(stats, limits, history), *retries(stats, limits)]


def counted(number: int, noun: str) -> str:
    """Return a number with its noun, in the plural unless it is one: `1 page`, `2 addresses`."""
    return f"{number} {noun}" + ("" if number == 1 else "es" if noun.endswith("s") else "s")


def exit_code(findings: Sequence[Finding]) -> ExitCode:
    """Return the exit code that wins."""
    asked = {finding.exit_code for finding in findings}
    return next((code for code in EXIT_CODE_PRECEDENCE if code in asked), ExitCode.OK)


def decisive_first(findings: Sequence[Finding]) -> list[Finding]:
    """Return the findings with those first that ask for the exit code of the run."""
    code = exit_code(findings)
    return sorted(findings, key=lambda finding: finding.exit_code != code)


def result(findings: Sequence[Finding]) -> Result:
    """Return the word for how the run went."""
    code = exit_code(findings)
    if code == ExitCode.INTERRUPTED:
        return "interrupted"
    if code != ExitCode.OK:
        return "failed"
    return "degraded" if any(finding.degrades for finding in findings) else "ok"


def unreachable(stats: RunStats) -> Iterable[Finding]:
    """Find that nothing answered, and why: everything else only follows from it."""
    cause = max(stats.causes, key=lambda sentence: stats.causes[sentence], default="")
    if stats.finish_reason == "blocked":
        yield Finding("the site refuses us: ten refusals in a row", list(stats.failed), ExitCode.UNREACHABLE)
    elif not stats.answers and any(reason != Failure.GONE for reason, _ in stats.failed.values()):
        yield Finding(cause or "the site could not be reached", exit_code=ExitCode.UNREACHABLE)


def sources(stats: RunStats) -> Iterable[Finding]:
    """Find sources that could not be read; a run that discovers nothing at all is no good run."""
    failed = stats.sources_failed
    for url, source in failed.items():
        yield Finding(f"the {source.purpose} could not be read: {source.why}", [url])
    if failed and not stats.sources_read and stats.finish_reason != "shutdown":
        yield Finding("no feed, listing or sitemap could be read", list(failed), _fault(stats))


def empty_sources(stats: RunStats) -> Iterable[Finding]:
    """Find sources that name no article of the section; where that holds for all of them, the site changed."""
    empty: dict[str, list[str]] = {}
    for url, purpose in stats.sources_empty.items():
        empty.setdefault(purpose, []).append(url)
    code = ExitCode.OK if stats.sources_naming else _fault(stats)
    if listings := empty.get(RequestPurpose.LISTING):
        yield Finding("the listing has no article link", listings, ExitCode.SITE_CHANGED)
    if feeds := empty.get(RequestPurpose.FEED):
        yield Finding("the feed names no article of the section", feeds, code)
    sitemaps = empty.get(RequestPurpose.SITEMAP)  # one of many may well name only pictures or authors
    all_read = stats.finish_reason == "finished" and not stats.sitemaps_skipped
    if sitemaps and all_read and not stats.sources_naming.get(RequestPurpose.SITEMAP):
        yield Finding("no sitemap names an article of the section", sitemaps, code)


def _fault(stats: RunStats) -> ExitCode:
    """Say whose fault it is that no source leads anywhere: unless a host failed, the site changed."""
    reasons = (source.reason for source in stats.sources_failed.values())
    changed = {Failure.GONE, Failure.HTTP_4XX, Failure.PARSE}.issuperset(reasons)
    return ExitCode.SITE_CHANGED if changed else ExitCode.UNREACHABLE


def walls(stats: RunStats, limits: Thresholds) -> Iterable[Finding]:
    """Find pages that are consent forms, captchas and the like."""
    pages = stats.dropped.get(Drop.WALL, [])
    if not pages:
        return
    too_many = stats.pages >= limits.min_pages and len(pages) > limits.max_wall_share * stats.pages
    sentence = f"{len(pages)} of {counted(stats.pages, 'page')} {'is a wall' if len(pages) == 1 else 'are walls'}"
    yield Finding(sentence, pages, ExitCode.UNREACHABLE if too_many else ExitCode.OK)


def redirects(stats: RunStats, limits: Thresholds) -> Iterable[Finding]:
    """Find articles that redirect for the time being, as to a maintenance page, and articles that have moved away."""
    answered = stats.pages + stats.not_modified
    away = [url for url, (reason, _) in stats.failed.items() if reason == Failure.TEMPORARY_REDIRECT]
    moved = stats.dropped.get(Drop.OUT_OF_SCOPE, [])
    for target, urls in sorted(stats.redirected.items(), key=lambda item: -len(item[1])):
        alike = away if urls[0] in away else urls
        asked = max(answered + len(away), len(alike))
        if _most(len(alike), asked, limits):
            sentence = f"{len(alike)} of {counted(asked, 'page')} redirect for the time being, to {url_for_log(target)}"
            yield Finding(sentence, alike, ExitCode.UNREACHABLE)
            return
    if _most(len(moved), answered + len(moved), limits):
        yield Finding(f"{counted(len(moved), 'page')} moved off the section", moved)


def gone(stats: RunStats, limits: Thresholds) -> Iterable[Finding]:
    """Find that most articles are gone all at once: a site hardly ever deletes so many."""
    pages = stats.gone_anew
    asked = stats.pages + stats.not_modified + len(pages)
    if _most(len(pages), asked, limits):
        yield Finding(f"{len(pages)} of {counted(asked, 'page')} are gone", pages)


MIN_REREAD = 10  # articles read again of which a share says something


def changed_alike(stats: RunStats, limits: Thresholds, history: Sequence[Coverage] = ()) -> dict[str, list[str]]:
    """Return each field that changed on more articles than news do, with the ids of those articles.

    Of a field that is filled much less often than before, few say something. What is held back for a field stays so,
    and so does what comes to differ in it, until most of it is as before.
    """
    if stats.accepts_changes:
        return {}
    by_field: dict[str, list[str]] = {}
    for change in stats.changes:
        for name in change.fields:
            by_field.setdefault(name, []).append(change.article)
    reread, suspect = _reread(stats), fallen_fields(stats, limits, history)

    def is_alike(name: str, ids: Sequence[str]) -> bool:
        says_something = reread >= MIN_REREAD or name in suspect
        return _still_held(name, stats, limits) or (says_something and len(ids) > limits.max_changed_share * reread)

    return {name: sorted(ids) for name, ids in sorted(by_field.items()) if is_alike(name, ids)}


def _reread(stats: RunStats) -> int:
    return stats.not_modified + stats.reread + len(stats.changes)


def _still_held(name: str, stats: RunStats, limits: Thresholds) -> bool:
    """Tell whether most of the articles that were held back for a field, and were read, differ in it as before."""
    again = sum(change.held_for == name for change in stats.changes)
    read = stats.held_before.get(name, 0) - stats.held_unread.get(name, 0)
    return again > limits.max_changed_share * max(read, again)


def alike(stats: RunStats, limits: Thresholds, history: Sequence[Coverage] = ()) -> Iterable[Finding]:
    """Find that most articles changed in the same field: the site's pages did, and not the news."""
    for name, ids in changed_alike(stats, limits, history).items():
        reread = counted(_reread(stats), "article")
        yield Finding(
            f"the site's pages changed, and not the news: {name} differs on {len(ids)} of {reread} read again, "
            "which are held back; -a accept_changes=true publishes them"
        )


def _most(number: int, total: int, limits: Thresholds) -> bool:
    """Tell whether so many pages of all are more than a share that the site may keep from us."""
    return total >= limits.min_pages and number > limits.max_wall_share * total


def barred(stats: RunStats) -> Iterable[Finding]:
    """Find that every page asks not to be stored."""
    pages = [url for urls in stats.barred.values() for url in urls]
    if pages and len(pages) == stats.articles:
        directives = ", ".join(sorted(stats.barred))
        sentence = f"{len(pages)} of {counted(stats.articles, 'page')} ask not to be stored: {directives}"
        yield Finding(sentence, pages)


def empty_fields(stats: RunStats, limits: Thresholds) -> Iterable[Finding]:
    """Find that a field every article has is empty on most pages: the site changed."""
    if stats.articles < limits.min_pages:
        return
    for name in limits.guaranteed:
        missing = stats.articles - stats.filled.get(name, 0)
        if missing > limits.max_empty_share * stats.articles:
            total = counted(stats.articles, "article page")
            sentence = f"the site changed: {name} is empty on {missing} of {total}"
            yield Finding(sentence, stats.empty.get(name, []), ExitCode.SITE_CHANGED)


def falling_coverage(stats: RunStats, limits: Thresholds, history: Sequence[Coverage]) -> Iterable[Finding]:
    """Find fields that are filled much less often than in this spider's last good runs."""
    for name, usual in fallen_fields(stats, limits, history).items():
        share = stats.coverage[name]
        sentence = f"{name} is filled on {share:.0%} of the pages; the last good runs had {usual:.0%}"
        yield Finding(sentence, stats.empty.get(name, []))


def fallen_fields(stats: RunStats, limits: Thresholds, history: Sequence[Coverage]) -> dict[str, float]:
    """Return the fields that are filled much less often than in the last good runs, with their share in those.

    Much less: by more than the tolerance, and by more than three standard errors of so few pages, so that neither
    94.9 after 95 percent nor one of four pages by chance raises an alarm; and by a few pages at least.
    """
    read = sum(run.pages for run in history)
    if stats.articles < limits.min_pages or not read:
        return {}
    fallen_from = {}
    for name, share in stats.coverage.items():
        filled = sum(run.shares.get(name, 0) * run.pages for run in history)
        expected = (filled + 1) / (read + 2)  # Laplace: all of a few pages is not yet always
        error = sqrt(expected * (1 - expected) / stats.articles)
        fallen = filled / read - share
        if fallen > max(limits.coverage_tolerance, 3 * error) and fallen * stats.articles > FEW - 0.5:
            fallen_from[name] = filled / read
    return fallen_from


def exceptions(stats: RunStats, limits: Thresholds) -> Iterable[Finding]:
    """Find bugs: pages on which a callback or a pipeline raised."""
    if not stats.exceptions:
        return
    too_many = stats.pages >= limits.min_pages and stats.exceptions > limits.max_exception_share * stats.pages
    pages = [url for url, (reason, _) in stats.failed.items() if reason == Failure.PARSE]
    errors = counted(stats.exceptions, "unhandled error")
    sentence = f"{errors} on {counted(stats.pages, 'page')}; the log has them"
    yield Finding(sentence, pages, ExitCode.BUG if too_many else ExitCode.OK)


def ending(finish_reason: str) -> Iterable[Finding]:
    """Find what the reason for which the spider closed means for the run."""
    waiting = "what was waiting stays for the next run"
    if finish_reason == "shutdown":
        yield Finding("interrupted; all that was finished is saved", exit_code=ExitCode.INTERRUPTED)
    elif finish_reason.startswith("closespider_"):
        yield Finding(f"ended by {finish_reason.upper()}; {waiting}", degrades=False)
    elif finish_reason == "memusage_exceeded":
        yield Finding(f"ended by MEMUSAGE_LIMIT_MB; {waiting}", exit_code=ExitCode.BUG)


def lost_pages(stats: RunStats, told: AbstractSet[str]) -> Iterable[Finding]:
    """Find pages that could not be read or gave no record, beside those that are *told* of already.

    Those that are gone or forbidden are no fault.
    """
    no_fault = {Failure.GONE, Failure.ROBOTS}
    found_elsewhere = {Failure.PARSE, Failure.WALL, Failure.NO_BODY, Failure.NO_TITLE}
    other = no_fault | found_elsewhere
    lost = [url for url, (reason, _) in stats.failed.items() if reason not in other and url not in told]
    if lost:
        yield Finding(f"{counted(len(lost), 'address')} could not be read", lost)
    for reason in (Drop.NO_BODY, Drop.NO_TITLE):
        if pages := [url for url in stats.dropped.get(reason, ()) if url not in told]:
            yield Finding(f"{counted(len(pages), 'page')} gave no record: {reason}", pages)


def pictures(stats: RunStats, limits: Thresholds, history: Sequence[Coverage] = ()) -> Iterable[Finding]:
    """Find that many pictures failed, and clearly more than is usual for the site."""
    failed, total = stats.pictures.get("failed", 0), sum(stats.pictures.values())
    before = sum(run.pictures for run in history)
    usual = sum(run.failed_pictures for run in history) / before if before else 0
    error = sqrt(usual * (1 - usual) / total) if total else 0
    if failed >= FEW and failed > max(limits.max_picture_failure_share, usual + 3 * error) * total:
        yield Finding(f"{failed} of {counted(total, 'picture')} failed")


def retries(stats: RunStats, limits: Thresholds) -> Iterable[Finding]:
    """Find that many requests had to be made again."""
    if stats.retries >= FEW and stats.retries > limits.max_retry_share * stats.requests:
        yield Finding(f"{stats.retries} of {counted(stats.requests, 'request')} were retries")
