"""Lets coverage guide the search of one target: `python tests/fuzz/explore.py urls -max_total_time=600`.

Needs atheris (https://github.com/google/atheris), which is no dependency: it has no wheel for every platform.
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

import atheris

sys.path[:0] = [str(Path(__file__).parent.parent), str(Path(__file__).parent.parent.parent)]
with atheris.instrument_imports(include=["spacenews", "warcio"]):
    from fuzz.targets import TARGETS


def main() -> None:
    """Run libFuzzer on the named target, beginning with its seeds."""
    target = TARGETS[sys.argv.pop(1)]
    with tempfile.TemporaryDirectory() as corpus:
        for number, seed in enumerate(target.seeds()):
            Path(corpus, str(number)).write_bytes(seed)
        atheris.Setup([*sys.argv, corpus], target.check)
        atheris.Fuzz()


if __name__ == "__main__":
    main()
