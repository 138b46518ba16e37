"""Law 16, settled nights converge, as a judge of one schedule.

Two worlds are run: one with the schedule's faults, and its twin, in which all nights pass. After a clean
night the vendor of the first holds what that of the second holds. While nights pass, each is judged, too:
what comes back, what is not said again, what is kept.

The judge reads the language page (§ 8) from the vendor's side. It knows nothing of how settle works.
"""

from __future__ import annotations

from collections import Counter
from typing import Any

from nights_ends import Ends
from nights_nightly import Nights
from nights_schedule import Schedule
from nights_verdict import Broken
from nights_world import Unsound, World


def judge(schedule: Schedule, engine: Any = None) -> Counter[str]:
    """Counts of what was judged, exempted and done. Raises Broken."""
    world, twin = World(schedule, engine), World(schedule.without_faults, engine)
    run(world)
    run(twin)
    count = Counter(world.count)
    for key in schedule.last:
        for one in (world, twin):
            Nights(one, key, count).judge()
        Ends(world, twin, key, count).judge()
    return count


def run(world: World) -> None:
    """All nights of a world; Broken where custmap breaks a promise in one of them."""
    try:
        world.run()
    except Unsound as unsound:
        raise Broken(unsound.what, world, unsound.facts) from unsound
