"""How pages are written: templates that escape everything, and only what has changed."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from functools import cache
from importlib import resources
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlsplit

from jinja2 import Environment, PackageLoader, StrictUndefined

from spacenews.clock import parse_iso
from spacenews.runs.report import RunReport
from spacenews.storage.files import replacing

MANIFEST = "manifest.json"


class Pages:
    """The files of a report; knows what each showed when it was written, and removes what is no longer wanted."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.before = _read_manifest(folder / MANIFEST)
        self.now: dict[str, str] = {}
        self.written: list[str] = []

    def write(self, name: str, fingerprint: str, make: Callable[[], str]) -> None:
        """Write what *make* returns, unless the page was made from the same *fingerprint* by the same program."""
        fingerprint = digest(program() + fingerprint)
        self.now[name] = fingerprint
        path = self.folder / name
        if self.before.get(name) != fingerprint or not path.exists():
            _replace(path, make())
            self.written.append(name)

    def write_text(self, name: str, text: str) -> None:
        """Write *text*, unless it is there already."""
        self.write(name, text, lambda: text)

    def finish(self) -> None:
        """Remove the pages that are no longer part of the report, and remember what was written."""
        for name in self.before.keys() - self.now.keys():
            (self.folder / name).unlink(missing_ok=True)
        _replace(self.folder / MANIFEST, json.dumps(self.now, indent=0))


def render(template: str, **values: Any) -> str:
    """Fill a template; every value is escaped."""
    return environment().get_template(template).render(**values)


def table_of(rows: list[dict[str, Any]], shown: int) -> str:
    """Return the JSON of a list that a page searches: names are replaced by their place in a list of names."""
    names: dict[str, int] = {}

    def compact(value: Any) -> Any:
        return [names.setdefault(name, len(names)) for name in value] if isinstance(value, list) else value

    packed = [[compact(value) for value in row.values()] for row in rows]
    fields = list(rows[0]) if rows else []
    table = {"shown": shown, "fields": fields, "names": list(names), "rows": packed}
    return json.dumps(table, ensure_ascii=False)


def folded(text: str) -> str:
    """Return a name as all its spellings have it."""
    return " ".join(text.casefold().split())


def name_page(kind: str, text: str) -> str:
    """Return the address of the page of a name in the report."""
    return f"names/{digest(f'{kind} {folded(text)}')[:16]}.html"


def digest(text: str) -> str:
    """Return a short fingerprint of *text*."""
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:32]


@cache
def program() -> str:
    """Return a fingerprint of this package: another version of it writes all pages anew."""
    total = hashlib.sha256()
    package = Path(str(resources.files("spacenews.report")))
    for path in sorted(package.rglob("*.*")):
        if path.suffix in (".py", ".html", ".css", ".js"):
            total.update(path.read_bytes())
    return total.hexdigest()


@cache
def environment() -> Environment:
    """Return the environment of the templates."""
    made = Environment(
        loader=PackageLoader("spacenews.report"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.filters |= {"day": day, "moment": moment, "web": web, "path": quote, "bytes": size, "duration": duration}
    return made


def day(time: str | None) -> str:
    """Write the day of a record's time for people."""
    return f"{parse_iso(time):%-d %b %Y}" if time else ""


def moment(time: str | None) -> str:
    """Write a record's time for people."""
    return f"{parse_iso(time):%-d %b %Y, %H:%M} UTC" if time else ""


def duration(run: RunReport) -> str:
    """Write for people how long a run took, nothing if nobody knows when it began."""
    if not run.started_at:
        return ""
    seconds = (parse_iso(run.finished_at) - parse_iso(run.started_at)).total_seconds()
    return f"{seconds:.0f} s" if seconds < 100 else f"{seconds / 60:.1f} min"


def web(address: str | None) -> str | None:
    """Return *address* when a browser may be led there: no script, no file."""
    try:
        return address if address and urlsplit(address).scheme in ("http", "https") else None
    except ValueError:
        return None


def size(number: int | None) -> str:
    """Write a number of bytes for people."""
    if number is None:
        return ""
    return f"{number / 1_000_000:.1f} MB" if number >= 1_000_000 else f"{max(1, round(number / 1000))} kB"


def _read_manifest(path: Path) -> dict[str, str]:
    try:
        pages = json.loads(path.read_text("utf-8"))
    except (OSError, ValueError):  # none yet, or not ours: every page is written
        return {}
    return pages if isinstance(pages, dict) else {}


def _replace(path: Path, text: str) -> None:
    with replacing(path) as file:
        file.write(text.encode("utf-8", "replace"))
