"""Speed as ratios: `make bench`, or `python benchmarks/run.py --only apply,diff`.

Every pair is checked for equal results before it is measured.
"""

from __future__ import annotations

import argparse
import copy
import json
import platform
from collections.abc import Callable, Iterator
from typing import Any, Final

import careful
import changes
import forms
import growth
import keyed
import lean
import names
import nights
import packs
import peers
import several
from generated import generated, parts, taken
from harness import ROUNDS, Table, call, measure, medians

import back
import cli
import custmap
from records import FULL, GOOD, MAPPINGS, PARAMS, Record, capillary, changed, with_changes

LEAN: Final[dict[str, tuple[Callable[..., Any], Callable[..., Any]]]] = {
    "fabric/update-customer": (lean.fabric_customer_body, lean.fabric_customer),
    "fabric/update-attributes": (lean.fabric_attributes_body, lean.fabric_attributes),
    "microbase/customer-update": (lean.microbase_body, lean.microbase),
    "aifi/update-customer": (lean.aifi_parts, lean.aifi),
    "capillary/update-customer": (lean.capillary_parts, lean.capillary),
}
CAREFUL: Final[dict[str, tuple[Callable[..., Any], Callable[..., Any], Callable[..., careful.Plan]]]] = {
    "fabric/update-customer": (
        careful.fabric_customer_body,
        careful.fabric_customer,
        careful.fabric_customer_diff,
    ),
    "fabric/update-attributes": (
        careful.fabric_attributes_body,
        careful.fabric_attributes,
        careful.fabric_attributes_diff,
    ),
    "microbase/customer-update": (careful.microbase_body, careful.microbase, careful.microbase_diff),
    "aifi/update-customer": (careful.aifi_parts, careful.aifi, careful.aifi_diff),
    "capillary/update-customer": (careful.capillary_parts, careful.capillary, careful.capillary_diff),
}


def load(name: str) -> custmap.Mapping:
    return custmap.load(name)


def same_request(theirs: Any, ours: Any) -> None:
    """The same call, and the same body to the order of its members."""
    for part in ("method", "url", "path", "query", "headers", "body"):
        left, right = getattr(ours, part), getattr(theirs, part)
        assert left == right, (part, left, right)
    assert json.dumps(ours.body) == json.dumps(theirs.body), "order of members"


def measured() -> Iterator[tuple[str, str, Record]]:
    """What is printed, the mapping, and the record."""
    for name in MAPPINGS[:4]:
        yield name, name, FULL
    for enrollments, channels in ((0, 0), (0, 1), (1, 1), (3, 3)):
        what = f"capillary, {enrollments} enrollments, {channels} channels"
        yield what, "capillary/update-customer", capillary(enrollments, channels)
    yield "microbase, tags null", "microbase/customer-update", with_changes(FULL, [("tags", None)])
    yield (
        "attributes, two keys removed",
        "fabric/update-attributes",
        with_changes(FULL, [("attributes.plan", None), ("attributes.coupon", None)]),
    )
    yield (
        "aifi, metadata and card null",
        "aifi/update-customer",
        with_changes(FULL, [("attributes", None), ("payment_card", None)]),
    )


def apply() -> None:
    mappings = {name: load(name) for name in MAPPINGS}
    for name, mapping in mappings.items():
        for record in GOOD[name]:
            kept = copy.deepcopy(record)
            request = mapping.apply(record, PARAMS[name])
            same_request(LEAN[name][1](record), request)
            same_request(CAREFUL[name][1](record), request)
            assert record == kept, "a record was modified"

    table = Table("Generated function, on a record that was taken in", 1.3, 0.9)
    for what, name, record in measured():
        own = taken(mappings[name], record)
        ours = generated(mappings[name], PARAMS[name], own)
        body, path = parts(ours.once())
        for function in (LEAN[name][0], CAREFUL[name][0]):
            made = function(own)
            if type(made) is tuple:
                assert made == (body, path["customerId"])
            else:
                assert made == body
        table.row(what, ours, call(LEAN[name][0], own), call(CAREFUL[name][0], own))

    for title, check, limits in (
        ("mapping.apply with its request, check=False", False, (1.6, 1.1)),
        ("mapping.apply with its request, checked", True, (2.4, None)),
    ):
        table = Table(title, *limits)
        for what, name, record in measured():
            ours = call(mappings[name].apply, record, PARAMS[name], check=check)
            table.row(what, ours, call(LEAN[name][1], record), call(CAREFUL[name][1], record))

    print(f"\nWhere the time of mapping.apply goes, µs\n  {'':<44}", end="")
    print(f"{'function':>12}{'border, request':>18}{'check':>10}{'lean, all':>12}")
    for what, name, record in measured():
        ours = generated(mappings[name], PARAMS[name], taken(mappings[name], record))
        unchecked = call(mappings[name].apply, record, PARAMS[name], check=False)
        checked = call(mappings[name].apply, record, PARAMS[name])
        times, _ = medians(measure([ours, unchecked, checked, call(LEAN[name][1], record)]))
        print(f"  {what:<44}{times[0]:>12.2f}{times[1] - times[0]:>18.2f}", end="")
        print(f"{times[2] - times[1]:>10.2f}{times[3]:>12.2f}", flush=True)


def diff() -> None:
    mappings = {name: load(name) for name in MAPPINGS}
    pairs: dict[str, dict[int, tuple[Record, Record]]] = {}
    for name, mapping in mappings.items():
        by_hand = CAREFUL[name][2]
        counts: dict[int, tuple[Record, Record]] = {}
        for asked in (0, 1, 3, 10):
            before, after = changed(name, asked)
            plan, own = mapping.diff(before, after, PARAMS[name]), by_hand(before, after)
            assert not plan.rejected
            same_plan(own, plan)
            counts[len(plan.changes)] = (before, after)
        pairs[name] = counts
        for record in GOOD[name]:
            try:
                own = by_hand(FULL, record)
            except careful.Refused:
                assert mapping.diff(FULL, record, PARAMS[name]).rejected
                continue
            same_plan(own, mapping.diff(FULL, record, PARAMS[name]))

    for title, keywords in (
        ("mapping.diff, check=False: over a careful diff by hand", {"check": False}),
        ("mapping.diff, checked", {}),
    ):
        table = Table(title, None, 2)
        for name, counts in pairs.items():
            for count, (before, after) in counts.items():
                ours = call(mappings[name].diff, before, after, PARAMS[name], **keywords)
                table.row(
                    f"{name}, {count or 'no'} change{'s' if count > 1 else ''}",
                    ours,
                    None,
                    call(CAREFUL[name][2], before, after),
                )
    table = Table("mapping.comparer, for records that were parsed and checked before")
    for name, counts in pairs.items():
        for count, pair in counts.items():
            given = [taken(mappings[name], record) for record in pair]
            ours = call(mappings[name].comparer(PARAMS[name]), *given, True)
            table.row(f"{name}, {_changes(count)}", ours, None, call(CAREFUL[name][2], *given))


def _changes(count: int) -> str:
    return "1 change" if count == 1 else f"{count or 'no'} changes"


def same_plan(theirs: careful.Plan, ours: custmap.Plan) -> None:
    told = [(change.action, change.target, change.before, change.after) for change in ours.changes]
    assert told == list(theirs.changes), (told, theirs.changes)
    assert (ours.request is None) == (theirs.call is None)
    if theirs.call is not None:
        same_request(theirs.call, ours.request)


SECTIONS: Final[dict[str, Callable[[], None]]] = {
    "apply": apply,
    "diff": diff,
    "back": back.run,
    "peers": peers.run,
    "names": names.run,
    "changes": changes.run,
    "forms": forms.run,
    "keyed": keyed.run,
    "growth": growth.run,
    "cli": cli.run,
    "nights": nights.run,
    "packs": packs.run,
    "several": several.run,
}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only", default=",".join(SECTIONS), help=f"of {', '.join(SECTIONS)}")
    chosen = parser.parse_args().only.split(",")
    if unknown := sorted(set(chosen) - SECTIONS.keys()):
        parser.error(f"no such part: {', '.join(unknown)}")
    print(f"Python {platform.python_version()}, medians of {ROUNDS} rounds; `!` is over what is asked")
    for name in chosen:
        SECTIONS[name]()


if __name__ == "__main__":
    main()
