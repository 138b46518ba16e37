"""Runs the law of sequences by hand: `python tests/laws/sequences.py FIRST LAST [SHOWN]`."""

from __future__ import annotations

import sys
from pathlib import Path

if __name__ == "__main__":
    sys.path[:0] = [str(Path(__file__).parent), str(Path(__file__).parents[1])]
    from sequence_law import Differs, check

    first, last, shown = [*map(int, sys.argv[1:]), 1][:3]
    failed = several = 0
    for seed in range(first, last):
        try:
            several += check(seed)
        except Differs as error:
            failed += 1
            if failed <= shown:
                print(error, end="\n\n")
    print(f"{last - first} seeds, {several} plans of several requests, {failed} failed")
