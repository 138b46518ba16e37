"""Requests that replace the whole record: drawn mappings with `merge: whole`, compiled and interpreted.

    python tests/laws/replaced_law.py --seeds 0-500

The rules are those of `whole_mappings`; records are complete more often than there, since of a part no such
request is made.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from copy import deepcopy
from pathlib import Path
from random import Random
from typing import Any

if __name__ == "__main__":
    sys.path[:0] = [str(Path(__file__).parent), str(Path(__file__).parents[1])]

from whole_law import (
    PARAMS,
    Case,
    Differs,
    _compare_errors,
    _compare_requests,
    _params_fit,
    change_copy,
    check,
)
from whole_loading import as_yaml, fields_of, load
from whole_mappings import Rules, draw
from whole_records import Customer, Records

from custmap.diagnostics.errors import RecordError
from oracle.request import Refused, Whole

PAIRS = 30


def replaced(rng: Random) -> Rules:
    """A drawn mapping whose requests replace the record; members are cleared by leaving them out, too."""
    mapping = draw(rng)
    while any(target.startswith("[") for target in mapping["body"]):
        mapping = draw(rng)
    mapping["merge"] = "whole"
    mapping["contract"]["method"] = "PUT"
    if mapping["contract"].get("form") == "comma":  # a gap in a list cannot be joined
        mapping["contract"]["form"] = "brackets"
    if rng.random() < 0.4:
        mapping["clear"] = "omit"
    for rule in mapping["body"].values():
        if isinstance(rule, dict) and rng.random() < 0.15 and "value" not in rule and "param" not in rule:
            rule["clear"] = "omit"
    if rng.random() < 0.2:
        mapping["contract"]["fields"] |= {"made": {"type": "string", "readOnly": True}}
    return mapping


class FullRecords(Records):
    """Customers that say something of every field, but for a few."""

    def customer(self) -> Customer:
        customer = super().customer()
        if self.rng.random() < 0.75:
            for path in self.paths:
                for _ in range(6):
                    if _says(customer, path):
                        break
                    self.rng, kept = self.rng, self.paths
                    self.paths = [path]
                    self.edit(customer)
                    self.paths = kept
        return customer


def _says(customer: Any, path: str) -> bool:
    for name in path.removesuffix(".*").split("."):
        if not isinstance(customer, dict) or name not in customer:
            return customer is None or isinstance(customer, str)
        customer = customer[name]
    return True


def cases(seed: int, pairs: int = PAIRS) -> Iterator[tuple[Any, Whole, Case]]:
    rng = Random(f"replaced {seed}")
    mapping = replaced(rng)
    while (loaded := load(mapping)) is None or not _params_fit(loaded):
        mapping = replaced(rng)
    records = FullRecords(rng, fields_of(mapping), named="identifiers" in as_yaml(mapping))
    params = rng.choice(PARAMS) if "params" in mapping else {}
    whole = Whole(loaded.checked, params)
    for _ in range(pairs):
        before, after = records.pair()
        options: dict[str, Any] = {}
        if rng.random() < 0.25:
            options["absent"] = "clear"
        if rng.random() < 0.1:
            options["nulls"] = "absent"
        is_form = loaded.checked.operation.contract.form is not None  # it has no null, and a copy may
        if before is not None and not is_form and rng.random() < 0.25:
            options["vendor"] = _copy(loaded, before, params, rng)
            before = None
        yield loaded, whole, Case(seed, mapping, before, after, options, params)


def _copy(mapping: Any, record: Customer, params: dict[str, Any], rng: Random) -> Any:
    """What a vendor may hold: what it was sent, changed a little, and more than that."""
    try:
        body = deepcopy(mapping.apply(record, params, on_rejected="drop", absent="clear").body)
    except RecordError:
        body = {}
    for _ in range(rng.choice((0, 0, 1, 3))):
        change_copy(body, rng)
    for _ in range(rng.choice((0, 1, 2))):
        _add(body, rng)
    return body


def _add(held: Any, rng: Random) -> None:
    """A member or an item that the vendor has besides."""
    inner = list(held.values()) if isinstance(held, dict) else list(held)
    below = [one for one in inner if isinstance(one, dict | list)]
    if below and rng.random() < 0.6:
        _add(rng.choice(below), rng)
    elif isinstance(held, dict):
        held[rng.choice(("extra", "made", "city", "a", "removed"))] = rng.choice(
            ("x", None, 7, {"made": "y", "z": 1}, ["x"])
        )
    else:
        held.append(rng.choice(("x", {"extra": 1}, {"type": "other", "value": 1})))


def check_replaced(loaded: Any, whole: Whole, case: Case) -> None:
    """All that is asked of any mapping, and what `apply` makes of records that are complete."""
    check(loaded, whole, case)
    options = {"absent": "clear", "on_rejected": "drop"}
    try:
        wanted: Any = whole.apply(case.after, **options)
    except Refused as refused:
        wanted = refused.about
    try:
        request = loaded.apply(deepcopy(case.after), case.params, **options)
    except RecordError as error:
        _compare_errors(case, error, wanted)
        return
    if isinstance(wanted, tuple):
        raise Differs(case, "apply raises, of a complete record", request, wanted)
    _compare_requests(case, "apply, of a complete record", request, wanted, whole)


def main() -> int:
    first, _, last = sys.argv[-1].partition("-")
    found: dict[str, int] = {}
    pairs = refused = 0
    for seed in range(int(first), int(last or first) + 1):
        for loaded, whole, case in cases(seed):
            pairs += 1
            try:
                check_replaced(loaded, whole, case)
            except Exception as differs:
                what = getattr(differs, "what", type(differs).__name__)
                found[what] = found.get(what, 0) + 1
                if sum(found.values()) <= 4:
                    print(differs, case, sep="\n", end="\n\n", flush=True)
                break
            try:
                loaded.diff(deepcopy(case.before), deepcopy(case.after), case.params, **case.options)
            except RecordError as error:
                refused += any(one.code == "CM816" for one in error.diagnostics)
    print(f"{pairs} pairs, {refused} refused; differ: {found or 'none'}")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
