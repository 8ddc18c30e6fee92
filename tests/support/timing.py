"""Tells whether something takes time by the length of what it is given, whatever else the machine does."""

from __future__ import annotations

import gc
import sys
import time
from collections.abc import Callable
from typing import Any

_COVERAGE: Any = sys.modules.get("coverage")
SLOWER = 3 if _COVERAGE and _COVERAGE.Coverage.current() else 1  # times, while coverage counts lines
SIZE = 2_500  # characters; compared with four times as many
QUICK = 0.01  # seconds: what is below says nothing, and no time that grows by the square is
GROWTH = 8  # times; 4 is linear, 16 is by the square
ATTEMPTS = 4  # each with twice the size: noise does not last, and growth by the square only gets worse
CERTAIN = 0.5  # seconds: no noise takes so long


def processor_seconds(work: Callable[[], object]) -> float:
    """Return the processor time that *work* takes, in seconds, without that of the garbage collector."""
    gc.disable()
    try:
        start = time.process_time()
        work()
        return time.process_time() - start
    finally:
        gc.enable()


def grows_by_the_square(run: Callable[[int], object], size: int = SIZE) -> bool:
    """Tell whether four times as much takes more than eight times as long, at every size that is tried."""
    for attempt in range(ATTEMPTS):
        small, large = _seconds(run, size * 2**attempt), _seconds(run, 4 * size * 2**attempt)
        if large < QUICK or large < GROWTH * small:
            return False
        if large > CERTAIN:
            break
    return True


def _seconds(run: Callable[[int], object], size: int) -> float:
    first = processor_seconds(lambda: run(size))
    return first if first < QUICK / GROWTH else min(first, *(processor_seconds(lambda: run(size)) for _ in range(2)))
