"""Runs the law of nights over seeds, without pytest.

python tests/laws/nights.py --seeds 0-500 --counts
python tests/laws/nights.py --seed 31            # night by night
python tests/laws/nights.py --seed 31 --shrink
"""

from __future__ import annotations

import argparse
import sys
import time
from collections import Counter
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))  # run as a script, it finds only its own folder

from nights_law import judge
from nights_schedule import draw
from nights_smallest import smallest
from nights_told import told
from nights_verdict import Broken
from nights_world import World
from whole_drawings import DRAWINGS
from whole_law import Drawing


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seeds", default="0-199", help="FIRST-LAST")
    parser.add_argument("--seed", type=int, help="one schedule, told night by night")
    parser.add_argument("--draw", choices=DRAWINGS, default="any", help="which mappings are drawn")
    parser.add_argument("--shrink", action="store_true", help="tell the smallest schedule that breaks it so")
    parser.add_argument("--counts", action="store_true", help="what was judged, exempted, and went wrong")
    asked = parser.parse_args()
    return run(asked) if asked.seed is None else tell(asked.seed, DRAWINGS[asked.draw], shrink=asked.shrink)


def tell(seed: int, drawing: Drawing, *, shrink: bool) -> int:
    schedule = draw(seed, drawing)
    try:
        judge(schedule)
    except Broken as broken:
        found = smallest(broken, lambda loaded: loaded) if shrink else broken
        print(told(found.schedule, found.world))
        print(f"BROKEN: {found.what}: {found.facts}")
        return 1
    world = World(schedule)
    world.run()
    print(told(schedule, world))
    return 0


def run(asked: argparse.Namespace) -> int:
    first, _, last = asked.seeds.partition("-")
    started, seeds = time.perf_counter(), range(int(first), int(last or first) + 1)
    found, count = Counter[str](), Counter[str]()
    for seed in seeds:
        try:
            count += judge(draw(seed, DRAWINGS[asked.draw]))
        except Broken as broken:
            found[broken.what] += 1
            print(broken, flush=True)
    if asked.counts:
        print("\n".join(f"{times:8}  {what}" for what, times in sorted(count.items())))
    print(f"{len(seeds)} schedules in {time.perf_counter() - started:.1f} s; broken: {dict(found) or 'none'}")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
