"""`vendor=document`: before is what the vendor holds, in its own form (§ 7).

There is no way back yet, so every rule compares its target value with the document's, and speaks only where
after itself states all that it reads.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from custmap.expressions.inference import Read
from custmap.model.checked import Operation
from custmap.model.nodes import FromSource, Leaf, Presence, Table
from custmap.model.note import Fact
from custmap.model.walkers import eaches
from custmap.values.absent import ABSENT
from custmap.values.equality import same
from custmap.values.paths import Index, Member, Segment, Select
from custmap.values.types import Type
from oracle.interpreter import Row
from oracle.outcome import Sides, Told, is_value, read
from oracle.records import laid


@dataclass(frozen=True)
class Vendor:
    operation: Operation
    document: dict[str, Any]
    stated: dict[str, Any]
    """After with all that it states, what its plain texts say is not there as null."""

    def sides(self, sides: Sides) -> tuple[Sides, Told]:
        """Both sides' slots, and a note for each rule that is left alone."""
        table = self.operation.table
        low, high = table.root.slots
        document = _row(table, self.document)
        before: list[Any] = []
        after: list[Any] = []
        notes: list[tuple[Fact, str]] = []
        for slot, held, now in zip(table.slots, document, sides.after, strict=True):
            if isinstance(slot, Presence):
                before.append(True)
                after.append(now if sides.complete or self._is_asked(slot) else True)
                continue
            if not low <= slot.slot < high:
                held = now  # the document is a body: it says nothing of path, query and headers
            before.append(held)
            if sides.complete or self._is_stated(slot):
                after.append(now if sides.complete else _over(slot, held, now))
                continue
            after.append(held)
            if is_value(now) and not same(now, held):
                notes.append((Fact.NOT_STATED, slot.target))
        made = replace(sides, before=tuple(before), after=tuple(after), document=True)
        return made, Told(notes=tuple(notes))

    def _is_stated(self, leaf: Leaf) -> bool:
        if not self._is_asked(leaf):
            return False
        after = self.stated
        in_maps = dict(leaf.in_maps)
        for need in leaf.needs:
            if _is_said(after, need):
                continue
            # A key that a map does not have is stated with the map.
            path = need.path
            if path not in in_maps or not isinstance(read(after, path[: in_maps[path]]), dict):
                return False
        return True

    def _is_asked(self, slot: Leaf | Presence) -> bool:
        """Does after state what its `when` reads, and those of the objects around?"""
        asked = (
            slot.needs if isinstance(slot, Presence) else [one for one in slot.needs if one.path in slot.asks]
        )
        if not all(_is_said(self.stated, need) for need in asked):
            return False
        around = self.operation.table.inside[slot.slot]
        return around is None or self._is_asked(self.operation.table.slots[around])


def _over(leaf: Leaf, held: Any, now: Any) -> Any:
    """Named members that after does not mention keep the document's value."""
    source = leaf.origin.source
    named = isinstance(source, FromSource) and bool(source.type.members)
    both = isinstance(held, dict) and isinstance(now, dict)
    return laid(held, now, source.type) if named and both else now


def _is_said(after: Any, need: Read) -> bool:
    """Does after say what the rule reads, all named members of it where an expression takes it to pieces?"""
    value = read(after, need.path)
    return value is not ABSENT and (need.whole is None or _has_all(value, need.whole))


def _has_all(value: Any, type_: Type | None) -> bool:
    if type_ is None or not isinstance(value, dict):
        return True
    return all(name in value and _has_all(value[name], type_.member(name)) for name in type_.members)


def _row(table: Table, document: Any) -> tuple[Any, ...]:
    """What a document has at the places of a table."""
    made: list[Any] = []
    for slot in table.slots:
        value = True if isinstance(slot, Presence) else document
        if isinstance(slot, Leaf):
            for segment in slot.path:
                value = _step(value, segment)
            inner = next((each.table for each in eaches(slot.origin)), None) if slot.kind.has_items else None
            if inner is not None and isinstance(value, list):
                value = [Row.of(inner, _row(inner, item), item) for item in value]
        made.append(value)
    return tuple(made)


def _step(value: Any, segment: Segment) -> Any:
    match segment:
        case Member(name=name) if isinstance(value, dict):
            return value.get(name, ABSENT)
        case Index(position=position) if isinstance(value, list) and position < len(value):
            return value[position]
        case Select(key=key, value=wanted) if isinstance(value, list):
            found = (item for item in value if isinstance(item, dict) and same(item.get(key), wanted))
            return next(found, ABSENT)
    return ABSENT
