"""What the time of `mapping.diff` is made of: `python benchmarks/ablation_diff.py`.

For one pair of records, parts are left out one after the other, and their answer put in their place. The plan
is the same, and asserted. The last is no diff that anybody could use: it compares rows, lists what changed,
and puts the plan together.
"""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any, Final

from harness import call, measure, medians
from run import CAREFUL, load

from custmap.mapper import Mapping
from custmap.plan import engine as plans
from records import MAPPINGS, PARAMS, Record, changed

ROUNDS: Final = 41
PARTS: Final = ("as it is", "checks", "surrogates", "parameters", "laying", "doubts", "request", "reading")
"""Each is left out beside those before it."""


def run() -> None:
    print(f"{'over careful, without':<38}" + "".join(f"{part:>14}" for part in PARTS))
    for name in MAPPINGS:
        for asked in (0, 1):
            before, after = changed(name, asked)
            mapping = load(name)
            by_hand = call(CAREFUL[name][2], before, after)
            wanted = mapping.diff(before, after, PARAMS[name])
            figures = []
            for part in PARTS:
                _leave_out(part, mapping, before, after)
                ours = call(mapping.diff, before, after, PARAMS[name])
                assert ours.once() == wanted
                times, ratios = medians(measure([ours, by_hand], ROUNDS))
                figures.append(f"{f'{times[0]:.1f} µs {ratios[1]:.2f}':>14}")
            _put_back()
            print(
                f"{name + ', ' + ('1 change' if asked else 'no change'):<38}" + "".join(figures), flush=True
            )


def _leave_out(part: str, mapping: Mapping, before: Record, after: Record) -> None:
    engine: Any = mapping.engine
    bound = engine.binder.bind(PARAMS[mapping.name])
    laid = engine.overlay.over(before, after, frozenset())
    match part:
        case "checks":
            engine.quick._canonical = SimpleNamespace(fits=lambda record: True)
        case "surrogates":
            plans.require_text = lambda value: b""
        case "parameters":
            engine.binder = SimpleNamespace(bind=lambda params: bound)
        case "laying":
            engine.overlay = SimpleNamespace(over=lambda before, after, texts: laid)
        case "doubts":
            engine.doubts = SimpleNamespace(about=lambda record, changes: [])
        case "request":
            request = mapping.diff(before, after, PARAMS[mapping.name]).request
            engine.sender = SimpleNamespace(send=lambda *parts: request)
        case "reading":
            rows = {id(one): engine.code.slots(one, bound.riders) for one in (before, laid)}
            engine.code.slots = lambda record, riders: rows[id(record)]


def _put_back() -> None:
    plans.require_text = REQUIRE_TEXT


REQUIRE_TEXT: Final = plans.require_text

if __name__ == "__main__":
    run()
