"""Drawn mappings with `merge: whole` at the head: their requests replace the whole record.

The rules are those of `whole_mappings`; records are complete more often than there, since of a part no such
request is made.
"""

from __future__ import annotations

from copy import deepcopy
from random import Random
from typing import Any

from whole_law import Case, Differs, Drawing, change_copy, check, compare_errors, compare_requests
from whole_mappings import Rules, draw
from whole_records import Customer, Records

from custmap.diagnostics.errors import RecordError
from custmap.model.walkers import leaves
from custmap.running.requests import put
from custmap.values.paths import found_at
from oracle.request import Refused, Whole


def replaced(rng: Random) -> Rules:
    """A drawn mapping whose requests replace the record; members are cleared by leaving them out, too."""
    mapping = draw(rng)
    while any(target.startswith("[") for target in mapping["body"]):
        mapping = draw(rng)
    mapping["merge"] = "whole"
    mapping["contract"]["method"] = "PUT"
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


def _copy(mapping: Any, record: Customer, params: dict[str, Any], rng: Random) -> Any:
    """What a vendor may hold: what it was sent, changed a little, and more than that."""
    try:
        body = deepcopy(mapping.apply(record, params, on_rejected="drop", absent="clear").body)
    except RecordError:
        body = {}
    if mapping.checked.operation.contract.form is not None:
        return body  # else it might have a null, which a form cannot send back
    for _ in range(rng.choice((0, 0, 1, 3))):
        change_copy(body, rng)
    for _ in range(rng.choice((0, 1, 2))):
        _add(body, rng)
    for leaf in leaves(mapping.checked.operation.body):  # of what is a map it holds no list
        if leaf.kind.is_map and type(found_at(body, leaf.path)) is list:
            put(body, leaf.path, {})
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
        compare_errors(case, error, wanted)
        return
    if isinstance(wanted, tuple):
        raise Differs(case, "apply raises, of a complete record", request, wanted)
    compare_requests(case, "apply, of a complete record", request, wanted, whole)


REPLACED = Drawing(replaced, FullRecords, _copy, check_replaced)
