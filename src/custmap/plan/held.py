"""Slots from what the vendor holds, in its own form: `diff(None, after, vendor=document)`.

Target values are compared, so a document needs no way back: its members are the target values.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from custmap.model.checked import Operation
from custmap.model.nodes import Leaf, Presence, Table
from custmap.model.walkers import eaches
from custmap.plan.draft import read
from custmap.values.absent import ABSENT
from custmap.values.paths import Index, Member, Segment, Select

Slots = tuple[Any, ...]


def vendor_slots(
    operation: Operation, document: Mapping[str, Any], after: dict[str, Any], new: Slots, *, complete: bool
) -> tuple[Slots, Slots]:
    """Both sides' slots: what the vendor holds, and after with what it does not mention laid over that."""
    low, high = operation.table.root.slots
    old = list(_row(operation.table, document))
    made = list(new)
    for slot in operation.table.slots:
        if isinstance(slot, Presence):
            continue
        if not low <= slot.slot < high:
            old[slot.slot] = new[slot.slot]  # the vendor's copy is a body
        elif old[slot.slot] is ABSENT:
            old[slot.slot] = None  # it is known not to be there
        if new[slot.slot] is ABSENT and not complete and not _gone_from_map(slot, after):
            made[slot.slot] = old[slot.slot]
    return tuple(old), tuple(made)


def _gone_from_map(leaf: Leaf, after: dict[str, Any]) -> bool:
    """Does after mention the map that the rule reads, without the key?"""
    return bool(leaf.in_maps) and all(
        read(after, path[:depth]).__class__ is dict and read(after, path) is ABSENT
        for path, depth in leaf.in_maps
    )


def _row(table: Table, document: Any) -> Slots:
    made: list[Any] = []
    for slot in table.slots:
        if isinstance(slot, Presence):
            made.append(True)
            continue
        value = document
        for segment in slot.path:
            value = _step(value, segment)
        made.append(_rows(slot, value))
    return tuple(made)


def _rows(leaf: Leaf, value: Any) -> Any:
    """The items of a keyed list as rows, by the table that their rules have."""
    table = next((each.table for each in eaches(leaf.origin)), None) if leaf.kind.has_items else None
    if table is None or value.__class__ is not list:
        return value
    return [(table, *_row(table, item)) for item in value]


def _step(value: Any, segment: Segment) -> Any:
    match segment:
        case Member(name) if isinstance(value, dict):
            return value.get(name, ABSENT)
        case Index(position) if isinstance(value, list) and position < len(value):
            return value[position]
        case Select(key, wanted) if isinstance(value, list):
            return next(
                (item for item in value if isinstance(item, dict) and item.get(key) == wanted), ABSENT
            )
    return ABSENT
