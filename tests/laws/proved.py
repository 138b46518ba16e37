"""Runs the law of proofs by hand: `python tests/laws/proved.py DRAWING|several FIRST LAST [EXAMPLES]`."""

from __future__ import annotations

import sys
from pathlib import Path

if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).parents[1]))  # run as a script, it finds only its own folder
    from proved_law import Found, check

    name, (first, last, examples) = sys.argv[1], [*map(int, sys.argv[2:]), 40][:3]
    failed = sent = 0
    for seed in range(first, last):
        try:
            sent += check(name, [seed], examples)
        except Found as error:
            failed += 1
            print(error, end="\n\n", flush=True)
    print(f"{last - first} seeds, {sent} mappings that sent something, {failed} failed")
