"""Where the marks of a chart stand; templates draw them. All charts of a spider have a run at the same place."""

from __future__ import annotations

import math
from bisect import bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import quantiles

WIDTH, LABELS = 1200, 130  # labels stand at the right, beside the newest run
RIGHT = WIDTH - LABELS
TOP, BOTTOM = 14, 22
COLUMN_HEIGHT, ROW_HEIGHT = 110, 20
WIDEST = 44  # a run, however few there are
DATES = 12  # labels below a chart, at most
SHADES = (0.25, 0.5, 0.75, 0.9, 0.95, 0.98, 1.0)  # of coverage: most of what matters happens above 0.9
OUTLIER = 3  # times what nine of ten runs have; what is more is cut, so that it does not flatten the others


@dataclass(frozen=True)
class Mark:
    """A rectangle with what it says when it is pointed at, and where it leads."""

    x: float
    y: float
    width: float
    height: float
    kind: str  # class of its colour
    label: str
    page: str = ""


@dataclass(frozen=True)
class Tick:
    """A label at an axis, or above a column that is cut."""

    at: float
    label: str


@dataclass(frozen=True)
class Chart:
    """A chart with a place a run, the newest at the right."""

    title: str
    legend: list[tuple[str, str]]  # class, name
    marks: list[Mark]
    rows: list[Tick]
    dates: list[Tick]
    summary: str  # what a listener hears
    floor: float
    has_grid: bool = False
    cut: tuple[Tick, ...] = ()  # what columns say that are higher than the chart

    @property
    def height(self) -> float:
        """Height of the whole picture."""
        return self.floor + BOTTOM


def strip(
    title: str, days: Sequence[str], results: Sequence[str], colours: dict[str, str], pages: Sequence[str]
) -> Chart:
    """Show the result of each run as a cell in its colour that leads to the page of the run."""
    slot = _slot(len(days))
    marks = [
        Mark(_x(number, days), TOP, _round(max(1, slot - 2)), ROW_HEIGHT, colours[result], f"{day}: {result}", page)
        for number, (day, result, page) in enumerate(zip(days, results, pages, strict=True))
    ]
    legend = [(colours[result], result) for result in dict.fromkeys(reversed(results))]
    summary = f"{len(days)} runs: " + ", ".join(f"{results.count(name)} {name}" for _, name in legend)
    return Chart(title, legend, marks, [], _dates(days), summary, TOP + ROW_HEIGHT)


def columns(
    title: str, days: Sequence[str], series: Sequence[tuple[str, str, Sequence[float]]], unit: str = ""
) -> Chart:
    """Stack *series* (class, name, one value a run) in a column for each of *days*."""
    totals = [sum(values) for values in zip(*(values for _, _, values in series), strict=True)] or [0]
    step = _step(_highest(totals))
    top = max(step, math.ceil(_highest(totals) / step) * step)
    floor = TOP + COLUMN_HEIGHT
    width = _round(min(28, max(1, _slot(len(days)) * 0.72)))
    marks = []
    for number, day in enumerate(days):
        foot = float(floor)
        scale = COLUMN_HEIGHT / max(top, totals[number])
        for kind, name, values in series:
            if values[number]:
                height = values[number] * scale
                foot -= height
                label = f"{day}: {values[number]:g}{unit} {name}"
                marks.append(Mark(_x(number, days), _round(foot), width, _round(height), kind, label))
    steps = range(round(top / step) + 1)
    rows = [Tick(_round(floor - value * step * COLUMN_HEIGHT / top), f"{value * step:g}{unit}") for value in steps]
    cut = [Tick(_x(number, days) + width / 2, f"{total:g}{unit}") for number, total in enumerate(totals) if total > top]
    sums = ", ".join(f"{sum(values):g}{unit} {name}" for _, name, values in series)
    legend = [(kind, name) for kind, name, _ in series]
    return Chart(title, legend, marks, rows, _dates(days), f"{len(days)} runs: {sums}", floor, True, tuple(cut))


def heat_map(
    title: str, days: Sequence[str], fields: Mapping[str, Sequence[float | None]], tolerance: float = 0.2
) -> Chart:
    """Show the share of each field in each run; a share that fell by *tolerance* below the runs before is marked."""
    width = _round(max(1, _slot(len(days)) - 2))
    marks = []
    for line, (name, shares) in enumerate(fields.items()):
        for number, share in enumerate(shares):
            if share is None:
                continue
            before = [value for value in shares[max(0, number - 5) : number] if value is not None]
            fell = bool(before) and share < sorted(before)[len(before) // 2] - tolerance
            kind = "fell" if fell else f"heat heat-{bisect_right(SHADES, share)}"
            label = f"{name}, {days[number]}: {share:.1%}" + (", fell" if fell else "")
            marks.append(Mark(_x(number, days), TOP + ROW_HEIGHT * line, width, ROW_HEIGHT - 2, kind, label))
    names = [Tick(TOP + ROW_HEIGHT * (line + 0.5), name) for line, name in enumerate(fields)]
    fallen = sum(mark.kind == "fell" for mark in marks)
    summary = f"{len(fields)} fields over {len(days)} runs; {fallen} shares fell clearly below the runs before"
    shades = [("heat heat-0", f"under {SHADES[0]:.0%}")]
    shades += [(f"heat heat-{number}", f"{share:.0%}") for number, share in enumerate(SHADES, 1)]
    return Chart(
        title, [*shades, ("fell", "fell")], marks, names, _dates(days), summary, TOP + ROW_HEIGHT * len(fields)
    )


def _slot(number: int) -> float:
    return min(WIDEST, RIGHT / max(1, number))


def _x(number: int, days: Sequence[str]) -> float:
    return _round(RIGHT - _slot(len(days)) * (len(days) - number))


def _dates(days: Sequence[str]) -> list[Tick]:
    every = max(1, math.ceil(len(days) / DATES))
    slot = _slot(len(days))
    last = len(days) - 1
    return [Tick(_x(n, days) + _round(slot / 2), day) for n, day in enumerate(days) if (last - n) % every == 0]


def _highest(totals: Sequence[float]) -> float:
    """Return how high an axis is to be: as the highest column, unless that is far above nine of ten."""
    most = quantiles(totals, n=10)[-1] if len(totals) > 1 else max(totals)
    return most if max(totals) > OUTLIER * most > 0 else max(totals)


def _step(highest: float) -> float:
    """Return a step of 1, 2 or 5 times a power of ten that divides an axis in four or so."""
    rough = max(highest, 4) / 4
    power = 10 ** math.floor(math.log10(rough))
    return float(next(power * factor for factor in (1, 2, 5, 10) if power * factor >= rough))


def _round(number: float) -> float:
    return round(number, 1)
