"""Three days of scheduled runs of a site that lives: nothing is lost, nothing false, nobody alerted without need."""

from __future__ import annotations

from pathlib import Path

import pytest
from support.soak import FAULTS, soak

pytestmark = pytest.mark.faults


@pytest.mark.parametrize("seed", [1, 3])
def test_three_days_of_a_living_site(tmp_path: Path, seed: int) -> None:
    done, verdict = soak(seed, days=3, output=tmp_path / "output")
    assert len(done.runs) > 25
    assert verdict.figures["stories"] == 25
    assert {name: verdict.examples[name] for name in FAULTS if verdict.figures[name]} == {}
