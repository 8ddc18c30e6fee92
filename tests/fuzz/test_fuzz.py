"""A short, bounded run of every target, and each input that once broke one; `make fuzz` takes longer.

FUZZ_SECONDS is how long each target is thrown at.
"""

from __future__ import annotations

import os
import random
import time
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fuzz.mutate import mutated
from fuzz.targets import TARGETS

FINDINGS = Path(__file__).parent / "findings"
SECONDS = float(os.environ.get("FUZZ_SECONDS", "0.3"))
SEED = int(os.environ.get("FUZZ_SEED", "1"))
PATIENCE = 5  # processor seconds that one input may take


@pytest.mark.parametrize("name", TARGETS)
def test_broken_inputs(name: str) -> None:
    target, draw = TARGETS[name], random.Random(SEED)  # noqa: S311
    seeds = target.seeds()
    assert seeds
    for seed in seeds:
        target.check(seed)
    end = time.monotonic() + SECONDS
    while time.monotonic() < end:
        data = mutated(seeds, draw)
        begun = time.thread_time()
        try:
            target.check(data)
        except Exception:
            keep(name, data)
            raise
        if time.thread_time() - begun > PATIENCE:
            keep(name, data)
            pytest.fail(f"{len(data)} bytes take longer than {PATIENCE} s")


@pytest.mark.parametrize("name", TARGETS)
def test_anything(name: str) -> None:
    @settings(max_examples=50, deadline=None, database=None)
    @given(st.binary(max_size=300))
    def check(data: bytes) -> None:
        TARGETS[name].check(data)

    check()


@pytest.mark.parametrize("path", sorted(FINDINGS.glob("*/*")), ids=lambda path: f"{path.parent.name}/{path.name}")
def test_what_was_found_before(path: Path) -> None:
    TARGETS[path.parent.name].check(path.read_bytes())


def keep(name: str, data: bytes) -> None:
    """Save an input that broke a target, so that it is tried from now on."""
    (FINDINGS / name).mkdir(parents=True, exist_ok=True)
    (FINDINGS / name / f"{random.getrandbits(32):08x}").write_bytes(data)
