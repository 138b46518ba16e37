"""`vendor=document`: before is what the vendor's copy reads back as, and after is laid over it (§ 7).

What a document reads back as (§ 8) is taken from `Reverse`, which has a law of its own. Here, rule by rule:
what the vendor holds in target values, and whether after has a say.
"""

from __future__ import annotations

from collections.abc import Callable
from copy import deepcopy
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

from custmap.back.reverse import Reverse
from custmap.border.intake import take
from custmap.diagnostics.span import Span
from custmap.expressions.inference import Read
from custmap.model.checked import Operation
from custmap.model.nodes import EachSource, FromSource, Leaf, Presence, Table
from custmap.model.note import Fact
from custmap.model.walkers import eaches, leaves
from custmap.running.states import SILENT, Failure
from custmap.schema.canonical import Canonical
from custmap.values.absent import ABSENT
from custmap.values.equality import same
from custmap.values.paths import Index, Member, Segment, Select, TargetPath
from custmap.values.types import Type
from oracle.interpreter import Row
from oracle.lists import key_of
from oracle.outcome import Sides, Told, is_value, read
from oracle.records import laid, without_unknown

Record = dict[str, Any]
Slots = tuple[Any, ...]


@dataclass(frozen=True)
class Reading:
    """A document read back, by all rules and by one rule alone; `slots` makes target values of a customer."""

    operation: Operation
    reverse: Reverse
    canonical: Canonical
    document: Any
    slots: Callable[[Record], Slots]

    @cached_property
    def _all(self) -> tuple[Record, frozenset[Span | None]]:
        record, notes = self.reverse.read(deepcopy(self.document))
        return self._taken(record), frozenset(note.span for note in notes)

    def _taken(self, record: Record) -> Record:
        """As any customer is taken in: unknown members are ignored."""
        return take(record, self.canonical).record

    @property
    def customer(self) -> Record:
        return self._all[0]

    @cached_property
    def _one_way(self) -> frozenset[Span | None]:
        return self._all[1] | {way.span for way in self.reverse.inverse.ways if way.why is not None}

    def reads_back(self, leaf: Leaf) -> bool:
        """Does the rule read back, and was its value read? A list that is sent as one is one value."""
        if leaf.span in self._one_way:
            return False
        if leaf.kind.has_items:
            return True
        return all(
            self.reads_back(one)
            for each in eaches(leaf.origin)
            for one in each.table.slots
            if isinstance(one, Leaf)
        )

    def customer_of(self, slot: Leaf | Presence) -> Record:
        """What the rule itself reads, and the others where they do not contradict it."""
        if isinstance(slot, Presence) or (place := self._place(slot)) is None:
            return self.customer
        alone, _ = self.reverse.read(self._only(slot.path))
        own = _at(self._taken(alone), place)
        if own is ABSENT:
            return self.customer
        others = _at(self.customer, place)
        if slot.kind.has_items and isinstance(own, list) and isinstance(others, list):
            own = [_item_over(one, others, self._item_key(slot)) for one in own]
        return _with(self.customer, place, own)

    def _item_key(self, leaf: Leaf) -> TargetPath | None:
        """Where an item of the customer's has the key of a list's item."""
        members = (one for each in eaches(leaf.origin) for one in each.table.root.members)
        key = next((one for one in members if one.name == leaf.key and isinstance(one, Leaf)), None)
        return None if key is None else self._place(key)

    def _place(self, leaf: Leaf) -> TargetPath | None:
        """The canonical path that a rule of the body fills."""
        tables = [layer.checked.operation.table for layer in self.reverse.inverse.layers]
        for table in tables:
            for one in leaves(table.root):
                if one.span == leaf.span:
                    return one.path
                tables += [each.table for each in eaches(one.origin)]
        return None

    def _only(self, path: TargetPath) -> Any:
        """The document with nothing but a place of it; under a null, null is there."""
        around = (_at(self.document, path[:length]) for length in range(len(path), 0, -1))
        made: Any = next((one for one in around if one is not ABSENT), ABSENT)
        if made is not None and _at(self.document, path) is ABSENT:
            return type(self.document)()
        for segment in reversed(path):
            match segment:
                case Member(name=name):
                    made = {name: made}
                case Index(position=position):
                    made = [{}] * position + [made]
                case Select(key=key, value=value):
                    made = [{key: value, **made} if isinstance(made, dict) else made]
        return made


@dataclass(frozen=True)
class Vendor:
    """`stated` is after with what its plain texts say is not there as null; `lay` makes a⁺ of a before."""

    reading: Reading
    stated: Record
    lay: Callable[[Record], Record]

    @property
    def operation(self) -> Operation:
        return self.reading.operation

    def sides(self, sides: Sides) -> tuple[Sides, Told]:
        """Both sides' slots, and a note for each rule that is left alone."""
        low, high = self.operation.table.root.slots
        pairs: list[tuple[Any, Any]] = []
        notes: list[tuple[Fact, str]] = []
        for slot in self.operation.table.slots:
            before = self.reading.customer_of(slot)
            rule = Rule(self.operation, self.reading, slot, self.stated, before, self.lay(before))
            again, now = (self.reading.slots(one)[slot.slot] for one in (before, rule.after))
            if not low <= slot.slot < high:
                # The document is a body: of the rest it knows what it reads.
                pairs.append((again if again is None or is_value(again) else now, now))
            elif isinstance(slot, Presence):
                pairs.append((True, now if sides.complete or rule.may(now) else True))
            else:
                value = self._value(slot)
                held = self._held(slot, again, value)
                if sides.complete or rule.speaks(now):
                    now = now if sides.complete else self._over(slot, value, now)
                    held = ABSENT if value is ABSENT else held
                    # A vendor may hold 0 where the contract has false: the rule makes no such value.
                    pairs.append((Failure("CM706", "") if held == now and not same(held, now) else held, now))
                    continue
                pairs.append((held, held))
                if rule.is_withheld() and is_value(now) and not same(now, held):
                    notes.append((Fact.NOT_STATED, slot.target))
        old, new = (tuple(pair[at] for pair in pairs) for at in (0, 1))
        return replace(sides, before=old, after=new, document=True), Told(notes=tuple(notes))

    def _value(self, leaf: Leaf) -> Any:
        value = _value(leaf, self.reading.document)
        if value == {} and isinstance(leaf.path[-1], Index) and not self.reading.reads_back(leaf):
            return ABSENT  # § 5: where an earlier index says nothing, `{}` stands
        return value

    # what the vendor holds

    def _held(self, leaf: Leaf, again: Any, value: Any) -> Any:
        """Target values are compared: what would be sent of what was read; else the document's own value."""
        if not self.reading.reads_back(leaf):
            return value
        if isinstance(leaf.origin.source, FromSource):
            value = without_unknown(value, leaf.origin.source.type)
        if leaf.kind.has_items and isinstance(again, list) and isinstance(value, list):
            return self._items(leaf, again, value)
        if leaf.kind.is_map and isinstance(again, dict) and isinstance(value, dict):
            return {key: _held_value(one, value.get(key, ABSENT)) for key, one in again.items()}
        return _held_value(again, value)

    def _items(self, leaf: Leaf, again: list[Any], rows: list[Any]) -> list[Any]:
        source = leaf.origin.source
        if not isinstance(source, EachSource):
            return again
        if not (len(leaf.reads) == 1 and _is_path(source)):
            return [self._item(one, _named_so(leaf, one, rows)) for one in again]
        return list(map(self._item, again, rows)) if len(again) == len(rows) else again

    def _item(self, again: Any, row: Any) -> Any:
        if row is ABSENT or not isinstance(again, Row):
            return again if row is ABSENT else row
        table: Table = row[0]
        slots = [
            was if isinstance(slot, Presence) else self._held_in_item(slot, was, held)
            for slot, was, held in zip(table.slots, again[1:], row[1:], strict=True)
        ]
        return Row.of(table, tuple(slots), again.item)

    def _held_in_item(self, leaf: Leaf, again: Any, value: Any) -> Any:
        """A member that the document's item lacks is not there."""
        if value is ABSENT:
            return ABSENT if is_value(again) else again
        return self._held(leaf, again, value)

    def _over(self, leaf: Leaf, held: Any, now: Any) -> Any:
        """One-way: named members that after does not mention keep the document's value."""
        source = leaf.origin.source
        named = isinstance(source, FromSource) and bool(source.type.members)
        if self.reading.reads_back(leaf) or not named:
            return now
        both = isinstance(held, dict) and isinstance(now, dict)
        return laid(held, now, source.type) if both else now  # type: ignore[union-attr]


@dataclass(frozen=True)
class Rule:
    """Has after a say in what a rule says? `after` is laid over `before`, which is what the rule reads."""

    operation: Operation
    reading: Reading
    slot: Leaf | Presence
    stated: Record
    before: Record
    after: Record

    def speaks(self, now: Any) -> bool:
        leaf = self.slot
        assert isinstance(leaf, Leaf)
        if not self.reading.reads_back(leaf):
            return all(_says_all(self.stated, one) for one in self._conditions(leaf)) and all(
                map(self._is_said, leaf.needs)
            )
        if isinstance(now, Failure) and not any(map(self._is_news, leaf.reads)):
            return False  # before could not be sent either
        if not self.may(now):
            return False
        if now is SILENT or any(map(self._is_about, leaf.reads)):
            return True
        # It begins to speak, and says what the document says of it.
        begins = any(map(self._is_about, leaf.asks))
        return begins and any(read(self.after, path) is not ABSENT for path in leaf.reads)

    def may(self, now: Any) -> bool:
        """A condition of which nobody says what it asks lets nothing speak, and nothing fall silent."""
        asked = [one.path for one in self._conditions(self.slot)]
        return self._knows_conditions() and (now is not SILENT or any(map(self._is_about, asked)))

    def is_withheld(self) -> bool:
        """Left alone, though after says something of it."""
        leaf = self.slot
        assert isinstance(leaf, Leaf)
        told = any(map(self._is_about, (*leaf.reads, *leaf.asks)))
        return told and not (self.reading.reads_back(leaf) and self._knows_conditions())

    def _conditions(self, slot: Leaf | Presence) -> list[Read]:
        own = [need for need in slot.needs if need.path in slot.asks]
        around = self.operation.table.inside[slot.slot]
        return own if around is None else own + self._conditions(self.operation.table.slots[around])

    def _knows_conditions(self) -> bool:
        return all(
            _says_all(self.stated, need) or _says_all(self.after, need)
            for need in self._conditions(self.slot)
        )

    def _is_about(self, path: Any) -> bool:
        return read(self.stated, path) is not ABSENT or self._is_news(path)

    def _is_news(self, path: Any) -> bool:
        return not same(read(self.before, path), read(self.after, path))

    def _is_said(self, need: Read) -> bool:
        if _says_all(self.stated, need):
            return True
        # A key that a map does not have is stated with the map.
        assert isinstance(self.slot, Leaf)
        depth = dict(self.slot.in_maps).get(need.path)
        return depth is not None and isinstance(read(self.stated, need.path[:depth]), dict)


def _named_so(leaf: Leaf, item: Any, rows: list[Any]) -> Any:
    """The one row that has an item's key."""
    key = key_of(leaf, item)
    found = [row for row in rows if is_value(key) and same(key_of(leaf, row), key)]
    return found[0] if len(found) == 1 else ABSENT


def _item_over(own: Any, others: list[Any], key: TargetPath | None) -> Any:
    """An item that a rule reads, over the one of its key that other rules read."""
    name = ABSENT if key is None else _at(own, key)
    found = [one for one in others if is_value(name) and same(_at(one, key or ()), name)]
    return {**found[0], **own} if len(found) == 1 and isinstance(own, dict) else own


def _held_value(again: Any, value: Any) -> Any:
    """§ 6: an empty text that would be rejected counts as not there."""
    if isinstance(again, Failure) and again.code == "CM807":
        return again
    return again if again is None or is_value(again) else value


def _is_path(source: EachSource) -> bool:
    return source.expression.text.replace(".", "").replace("_", "").isalnum()


def _says_all(record: Record, need: Read) -> bool:
    """Does it say what the rule reads, all named members of it where an expression takes it to pieces?"""
    value = read(record, need.path)
    return value is not ABSENT and (need.whole is None or _has_all(value, need.whole))


def _has_all(value: Any, type_: Type | None) -> bool:
    if type_ is None or not isinstance(value, dict):
        return True
    return all(name in value and _has_all(value[name], type_.member(name)) for name in type_.members)


def _value(leaf: Leaf, document: Any) -> Any:
    """What a document has at a rule's place, the items of a list with a key as rows."""
    value = _at(document, leaf.path)
    inner = next((each.table for each in eaches(leaf.origin)), None) if leaf.kind.has_items else None
    if inner is None or not isinstance(value, list):
        return value
    return [
        Row.of(
            inner,
            tuple(True if isinstance(one, Presence) else _value(one, item) for one in inner.slots),
            item,
        )
        for item in value
    ]


def _at(value: Any, path: TargetPath) -> Any:
    for segment in path:
        value = _step(value, segment)
    return value


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


def _with(value: Any, path: TargetPath, new: Any) -> Any:
    """A record with another value at a place that it, or an object around, may not have yet."""
    if not path:
        return new
    step, rest = path[0], path[1:]
    if isinstance(step, Index):
        items = list(value) if isinstance(value, list) else []
        items += [{} for _ in range(step.position + 1 - len(items))]
        items[step.position] = _with(items[step.position], rest, new)
        return items
    assert isinstance(step, Member)
    held = value if isinstance(value, dict) else {}
    return {**held, step.name: _with(held.get(step.name, ABSENT), rest, new)}
