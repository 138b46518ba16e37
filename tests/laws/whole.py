"""Runs the law of whole mappings over seeds, without pytest.

python tests/laws/whole.py --seeds 0-500
python tests/laws/whole.py --seeds 31 --shrink
"""

from __future__ import annotations

import argparse
import sys
import time
from collections import Counter
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))  # run as a script, it finds only its own folder

from whole_drawings import DRAWINGS
from whole_law import PAIRS, Differs, cases
from whole_smallest import smallest


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seeds", default="0-100", help="FIRST-LAST, or one")
    parser.add_argument("--pairs", type=int, default=PAIRS, help="pairs a mapping")
    parser.add_argument("--most", type=int, default=5, help="cases to print")
    parser.add_argument("--draw", choices=DRAWINGS, default="any", help="which mappings are drawn")
    parser.add_argument("--shrink", action="store_true", help="print the smallest case that differs so")
    asked = parser.parse_args()
    first, _, last = asked.seeds.partition("-")
    drawing = DRAWINGS[asked.draw]
    started, pairs = time.perf_counter(), 0
    found = Counter[str]()
    for seed in range(int(first), int(last or first) + 1):
        for loaded, whole, case in cases(seed, asked.pairs, drawing):
            pairs += 1
            try:
                drawing.check(loaded, whole, case)
            except Differs as differs:
                found[differs.what] += 1
                if sum(found.values()) <= asked.most:
                    print(smallest(differs) if asked.shrink else differs, end="\n\n", flush=True)
                break
    print(f"{pairs} pairs in {time.perf_counter() - started:.1f} s; differ: {dict(found) or 'none'}")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
