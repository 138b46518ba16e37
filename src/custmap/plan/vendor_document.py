"""Slots from what the vendor holds, in its own form: `diff(None, after, vendor=document)`.

Target values are compared, so a document needs no way back: its members are the target values. A rule
whose sources after does not all state would speak of what nobody stated: it is left alone.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from custmap.expressions.inference import Read
from custmap.model.checked import Operation
from custmap.model.nodes import FromSource, Leaf, Presence, Table
from custmap.model.note import Fact
from custmap.model.walkers import eaches
from custmap.plan.overlay import lay
from custmap.running.draft import Draft, read
from custmap.values.absent import ABSENT
from custmap.values.equality import same
from custmap.values.paths import found_at
from custmap.values.types import Type

Slots = tuple[Any, ...]


def vendor_slots(
    operation: Operation,
    document: Mapping[str, Any],
    stated: dict[str, Any],
    new: Slots,
    draft: Draft,
    *,
    complete: bool,
) -> tuple[Slots, Slots]:
    """Both sides' slots: what the vendor holds, and after (new) with what it does not state laid over that.

    `stated` is after with each member that it states, those that a text says it does not have too.

    The draft notes what would have been said, and was left alone.
    """
    low, high = operation.table.root.slots
    old = list(_row(operation.table, document))
    made = list(new)
    for slot in operation.table.slots:
        if not low <= slot.slot < high:
            old[slot.slot] = new[slot.slot]  # the vendor's copy is a body
        if complete:
            continue
        if not _is_stated(slot, operation.table, stated):
            made[slot.slot] = old[slot.slot]
            if isinstance(slot, Leaf) and _is_news(new[slot.slot], old[slot.slot]):
                draft.note(slot.target, Fact.NOT_STATED, slot)
        elif isinstance(slot, Leaf) and isinstance(slot.origin.source, FromSource):
            made[slot.slot] = lay(old[slot.slot], new[slot.slot], slot.origin.source.type)
    return tuple(old), tuple(made)


def _is_news(new: Any, held: Any) -> bool:
    return new is not ABSENT and not same(new, held)


def _is_stated(slot: Leaf | Presence, table: Table, after: dict[str, Any]) -> bool:
    """Does after state all that the rule reads, that its `when` asks, and those of the objects around?

    A key that a mentioned map lacks is stated. Whether a source object is there, its members decide.
    """
    around = table.inside[slot.slot]
    if around is not None and not _is_stated(table.slots[around], table, after):
        return False
    maps = dict(slot.in_maps) if isinstance(slot, Leaf) else {}
    return all(
        _states(after, need)
        or (need.path in maps and read(after, need.path[: maps[need.path]]).__class__ is dict)
        for need in slot.needs
    )


def _states(after: dict[str, Any], need: Read) -> bool:
    """Does after state all that a read takes?"""
    value = read(after, need.path)
    return value is not ABSENT and (need.whole is None or _is_complete(value, need.whole))


def _is_complete(value: Any, type_: Type) -> bool:
    """Are all named members of an object stated, and theirs?"""
    if value.__class__ is not dict:
        return True
    return all(
        name in value and ((inner := type_.member(name)) is None or _is_complete(value[name], inner))
        for name in type_.members
    )


def _row(table: Table, document: Any) -> Slots:
    made: list[Any] = []
    for slot in table.slots:
        if isinstance(slot, Presence):
            made.append(True)
            continue
        made.append(_rows(slot, found_at(document, slot.path)))
    return tuple(made)


def _rows(leaf: Leaf, value: Any) -> Any:
    """The items of a keyed list as rows, by the table that their rules have."""
    table = next((each.table for each in eaches(leaf.origin)), None) if leaf.kind.has_items else None
    if table is None or value.__class__ is not list:
        return value
    return [(table, *_row(table, item)) for item in value]
