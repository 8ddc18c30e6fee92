"""Where the marks of a chart stand; templates draw them."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

WIDTH, HEIGHT = 580, 190
LEFT, RIGHT, TOP, BOTTOM = 48, 4, 10, 24
MAP_WIDTH, MAP_LEFT, MAP_ROW = 1200, 130, 20
WIDEST = 44  # a run, however few there are


@dataclass(frozen=True)
class Mark:
    """A rectangle with what it says when it is pointed at."""

    x: float
    y: float
    width: float
    height: float
    kind: str  # class of its colour
    label: str


@dataclass(frozen=True)
class Tick:
    """A label at an axis."""

    at: float
    label: str


@dataclass(frozen=True)
class Chart:
    """A chart of columns, one a run, the oldest at the left."""

    title: str
    legend: list[tuple[str, str]]  # class, name
    marks: list[Mark]
    rows: list[Tick]
    columns: list[Tick]
    summary: str  # what a listener hears
    width: int = WIDTH
    height: int = HEIGHT
    left: int = LEFT
    right: int = WIDTH - RIGHT
    floor: int = HEIGHT - BOTTOM


def columns(
    title: str, days: Sequence[str], series: Sequence[tuple[str, str, Sequence[float]]], unit: str = ""
) -> Chart:
    """Stack *series* (class, name, one value a run) in a column for each of *days*."""
    totals = [sum(values) for values in zip(*(values for _, _, values in series), strict=True)] or [0]
    step = _step(max(totals))
    top = max(step, math.ceil(max(totals) / step) * step)
    scale = (HEIGHT - TOP - BOTTOM) / top
    slot, bar = _slots(len(days))
    marks = []
    for number, day in enumerate(days):
        floor = float(HEIGHT - BOTTOM)
        for kind, name, values in series:
            if values[number]:
                height = values[number] * scale
                floor -= height
                label = f"{day}: {values[number]:g}{unit} {name}"
                marks.append(
                    Mark(
                        _round(LEFT + slot * number + (slot - bar) / 2), _round(floor), bar, _round(height), kind, label
                    )
                )
    rows = [Tick(_round(HEIGHT - BOTTOM - value * scale), f"{value:g}{unit}") for value in _range(top, step)]
    sums = ", ".join(f"{sum(values):g}{unit} {name}" for _, name, values in series)
    return Chart(
        title,
        [(kind, name) for kind, name, _ in series],
        marks,
        rows,
        _days(days, LEFT, slot),
        f"{len(days)} runs: {sums}",
    )


def heat_map(
    title: str, days: Sequence[str], fields: dict[str, Sequence[float | None]], tolerance: float = 0.2
) -> Chart:
    """Show the share of each field in each run; a share that fell by *tolerance* below the runs before is marked."""
    slot = min(WIDEST, (MAP_WIDTH - MAP_LEFT - RIGHT) / max(1, len(days)))
    marks = []
    for line, (name, shares) in enumerate(fields.items()):
        for number, share in enumerate(shares):
            if share is None:
                continue
            before = [value for value in shares[max(0, number - 5) : number] if value is not None]
            fell = bool(before) and share < sorted(before)[len(before) // 2] - tolerance
            kind = "fell" if fell else f"heat heat-{min(9, int(share * 10))}"
            label = f"{name}, {days[number]}: {share:.0%}" + (", fell" if fell else "")
            x, y = _round(MAP_LEFT + slot * number), TOP + MAP_ROW * line
            marks.append(Mark(x, y, _round(max(1, slot - 2)), MAP_ROW - 2, kind, label))
    floor = TOP + MAP_ROW * len(fields)
    names = [Tick(TOP + MAP_ROW * (line + 0.5), name) for line, name in enumerate(fields)]
    fallen = sum(mark.kind == "fell" for mark in marks)
    summary = f"{len(fields)} fields over {len(days)} runs; {fallen} shares fell clearly below the runs before"
    ticks = _days(days, MAP_LEFT, slot)
    return Chart(title, [], marks, names, ticks, summary, MAP_WIDTH, floor + BOTTOM, MAP_LEFT, MAP_WIDTH - RIGHT, floor)


def _slots(number: int) -> tuple[float, float]:
    slot = min(WIDEST, (WIDTH - LEFT - RIGHT) / max(1, number))
    return slot, _round(min(28, max(1, slot * 0.72)))


def _days(days: Sequence[str], left: float, slot: float) -> list[Tick]:
    every = max(1, math.ceil(len(days) / 9))
    return [Tick(_round(left + slot * (number + 0.5)), day) for number, day in enumerate(days) if number % every == 0]


def _step(highest: float) -> float:
    """Return a step of 1, 2 or 5 times a power of ten that divides an axis in four or so."""
    rough = max(highest, 4) / 4
    power = 10 ** math.floor(math.log10(rough))
    return float(next(power * factor for factor in (1, 2, 5, 10) if power * factor >= rough))


def _range(top: float, step: float) -> list[float]:
    return [step * number for number in range(round(top / step) + 1)]


def _round(number: float) -> float:
    return round(number, 1)
