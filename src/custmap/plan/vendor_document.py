"""Slots from what the vendor holds, in its own form: `diff(None, after, vendor=document)`.

Target values are compared, so a document needs no way back: its members are the target values. A rule
whose sources after does not all state would speak of what nobody stated: it is left alone.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from custmap.model.checked import Operation
from custmap.model.kind import VALUE
from custmap.model.nodes import FromSource, Leaf, Presence, Table
from custmap.model.note import Fact
from custmap.model.walkers import eaches
from custmap.running.draft import Draft, read
from custmap.values.absent import ABSENT
from custmap.values.equality import same
from custmap.values.paths import found_at

Slots = tuple[Any, ...]


def vendor_slots(
    operation: Operation,
    document: Mapping[str, Any],
    after: dict[str, Any],
    new: Slots,
    draft: Draft,
    *,
    complete: bool,
) -> tuple[Slots, Slots]:
    """Both sides' slots: what the vendor holds, and after with what it does not state laid over that.

    The draft notes what would have been said, and was left alone.
    """
    low, high = operation.table.root.slots
    old = list(_row(operation.table, document))
    made = list(new)
    for slot in operation.table.slots:
        if isinstance(slot, Leaf) and not low <= slot.slot < high:
            old[slot.slot] = new[slot.slot]  # the vendor's copy is a body
        if complete:
            continue
        if not _is_stated(slot, operation.table, after):
            made[slot.slot] = old[slot.slot]
            if isinstance(slot, Leaf) and _is_news(new[slot.slot], old[slot.slot]):
                draft.note(slot.target, Fact.NOT_STATED, slot)
        elif isinstance(slot, Leaf) and (slot.kind.is_deep or _is_named(slot)):
            made[slot.slot] = _over(old[slot.slot], new[slot.slot])
    return tuple(old), tuple(made)


def _is_news(new: Any, held: Any) -> bool:
    return new is not ABSENT and not same(new, held)


def _is_named(leaf: Leaf) -> bool:
    """Is the value an object with named members, of which a record may state some?"""
    source = leaf.origin.source
    return leaf.kind == VALUE and isinstance(source, FromSource) and bool(source.type.members)


def _over(held: Any, new: Any) -> Any:
    """An object over what the vendor holds of it: members that nobody stated stay."""
    if held.__class__ is not dict or new.__class__ is not dict:
        return new
    return {**held, **{name: _over(held.get(name), item) for name, item in new.items()}}


def _is_stated(slot: Leaf | Presence, table: Table, after: dict[str, Any]) -> bool:
    """Does after state all that the rule reads, that its `when` asks, and those of the objects around?

    A key that a mentioned map lacks is stated. Whether a source object is there, its members decide.
    """
    around = table.inside[slot.slot]
    if around is not None and not _is_stated(table.slots[around], table, after):
        return False
    maps = dict(slot.in_maps) if isinstance(slot, Leaf) else {}
    return all(
        read(after, path) is not ABSENT
        or (path in maps and read(after, path[: maps[path]]).__class__ is dict)
        for path in ((*slot.reads, *slot.asks) if isinstance(slot, Leaf) else slot.asks)
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
