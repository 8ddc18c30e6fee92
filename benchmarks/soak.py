"""A month of scheduled runs of a site that lives, for each of some seeds, and a table of what is wrong: `make soak`."""

from __future__ import annotations

import argparse
import logging
import sys
import tempfile
from pathlib import Path

from support import run_crawl
from support.soak import FAULTS, Verdict, results, soak


def main() -> int:
    """Run the soaks, print what they found; 1 if anything is wrong."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--days", type=float, default=30)
    parser.add_argument("--seeds", type=int, nargs="+", default=[1, 2, 3])
    parser.add_argument("--examples", action="store_true", help="name what is wrong")
    given = parser.parse_args()
    logging.disable(logging.CRITICAL)  # what the runs say of the site's bad hours
    verdicts = []
    for seed in given.seeds:
        with tempfile.TemporaryDirectory() as folder:
            done, verdict = soak(seed, given.days, Path(folder, "output"))
        verdicts.append(verdict)
        print(f"seed {seed}: {dict(results(done))}", file=sys.stderr)
        if given.examples:
            for name, examples in verdict.examples.items():
                print(f"  {name}:", *examples, sep="\n    ", file=sys.stderr)
    run_crawl.stop()
    print_table(given.seeds, verdicts)
    return int(any(verdict.figures[name] for verdict in verdicts for name in FAULTS))


def print_table(seeds: list[int], verdicts: list[Verdict]) -> None:
    """Print a line a figure and a column a seed, as Markdown."""
    print("|  |", " | ".join(f"seed {seed}" for seed in seeds), "|")
    print("|---|" + "---:|" * len(seeds))
    for name in verdicts[0].figures:
        print(f"| {name} |", " | ".join(f"{verdict.figures[name]:,}" for verdict in verdicts), "|")


if __name__ == "__main__":
    sys.exit(main())
