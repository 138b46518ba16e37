"""Measuring side by side: every candidate in turn, many rounds in one process, medians of the ratios.

Times differ between machines and moments, ratios much less. Each round takes one sample of every candidate,
in another order than the round before, so that a slow moment meets all of them; the ratio of a round is
taken inside it. Garbage is collected between rows and never during one.
"""

from __future__ import annotations

import gc
import statistics
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from timeit import Timer
from typing import Any, Final

ROUNDS: Final = 21
SAMPLE: Final = 0.002
"""Seconds that a sample takes; a call that takes longer is a sample by itself."""


@dataclass(frozen=True, slots=True)
class Work:
    """A statement to measure, and the names in it. `note` is printed behind the row."""

    statement: str
    names: dict[str, Any]
    note: str = ""

    def once(self) -> Any:
        return eval(self.statement, dict(self.names))


def call(function: Callable[..., Any], *arguments: Any, **keywords: Any) -> Work:
    """A call with these arguments, compiled into the measuring loop, so that nothing is added to it."""
    names = {f"a{at}": value for at, value in enumerate(arguments)}
    named = {f"k{at}": value for at, value in enumerate(keywords.values())}
    given = [*names, *(f"{name}={key}" for name, key in zip(keywords, named, strict=True))]
    return Work(f"function({', '.join(given)})", {"function": function, **names, **named})


def measure(works: Sequence[Work], rounds: int = ROUNDS) -> list[list[float]]:
    """Seconds a call: for each round, one time for each work."""
    timers = [Timer(work.statement, globals=dict(work.names)) for work in works]
    counts = [_calls(timer) for timer in timers]
    table = []
    gc.collect()
    gc.disable()
    try:
        for number in range(rounds):
            times = [0.0] * len(works)
            order = range(len(works)) if number % 2 == 0 else range(len(works) - 1, -1, -1)
            for at in order:
                times[at] = timers[at].timeit(counts[at]) / counts[at]
            table.append(times)
    finally:
        gc.enable()
    return table


def _calls(timer: Timer) -> int:
    """How many calls make a sample; also warms up caches and the interpreter."""
    count = 1
    while True:
        taken = timer.timeit(count)
        if taken >= SAMPLE / 4:
            return max(1, round(count * SAMPLE / taken))
        count *= 4


def medians(table: Sequence[Sequence[float]]) -> tuple[list[float], list[float]]:
    """The median time of each candidate in microseconds, and the median ratio of the first to each."""
    columns = list(zip(*table, strict=True))
    times = [statistics.median(column) * 1e6 for column in columns]
    ratios = [statistics.median(row[0] / row[at] for row in table) for at in range(len(columns))]
    return times, ratios


def microseconds(time: float) -> str:
    return f"{time:.2f}" if time < 100 else f"{time:,.0f}"


class Table:
    """A table `what | custmap | lean | careful | asked`; a ratio over what is asked has a `!`."""

    def __init__(self, title: str, lean: float | None = None, careful: float | None = None) -> None:
        """`lean` and `careful` are the ratios that are asked for."""
        self._asked = (lean, careful)
        print(f"\n{title}")
        print(f"  {'':<44}{'custmap':>12}{'lean':>20}{'careful':>20}   asked")

    def row(
        self, what: str, ours: Work, lean: Work | None = None, careful: Work | None = None, *, per: int = 1
    ) -> None:
        """`per`: times are printed of one of so many."""
        baselines = [lean, careful]
        times, ratios = medians(measure([ours, *(work for work in baselines if work is not None)]))
        line = f"  {what:<44}{microseconds(times[0] / per):>9} µs"
        at = 1
        asked = []
        for work, limit, name in zip(baselines, self._asked, ("lean", "careful"), strict=True):
            if work is None:
                line += f"{'':>20}"
                continue
            mark = "!" if limit is not None and ratios[at] > limit else " "
            line += f"{f'{ratios[at]:.2f} ×{mark}({microseconds(times[at] / per)} µs)':>20}"
            asked += [f"{name} ≤ {limit:g}"] if limit is not None else []
            at += 1
        notes = [", ".join(asked), ours.note]
        print("   ".join([line, *filter(None, notes)]), flush=True)
