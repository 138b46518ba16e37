"""The vendor that a mapping declares: its state after a request.

`S(state, request) → state`, interpreted only from the checked mapping. It shares no code with the planner, so
a mistake of the planner shows here as a wrong state.

A state is nested like the body: objects and maps by member, items that rules name by their place, items
with a key by that key. Cleared values are absent, as if they had never been there.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from custmap.model.checked import Checked
from custmap.model.clear import Clear, SendEmpty, Write
from custmap.model.mask import Mask
from custmap.model.nodes import (
    EachSource,
    FirstSource,
    ItemsNode,
    Leaf,
    ObjectNode,
    Origin,
    Rider,
    Table,
    TargetNode,
)
from custmap.prove.clearings import State, below, cleared, clearings, says_cleared, without
from custmap.prove.moves import Refused, check_moves
from custmap.prove.one_by_one import Listing, after_told, listings, with_item
from custmap.prove.told_changes import SET, Reader, Told, listed, placed
from custmap.values.absent import ABSENT
from custmap.values.equality import fingerprint, same
from custmap.values.numbers import key_text
from custmap.values.paths import Index, Member, Select, TargetPath, found_at, parse_path

_IN_ITEM: Final = (Index(-1),)
"""The way to an item of a list with a key: no place of a clear is there."""


class Store:
    """The declared vendor. `merging`: it merges objects that according to the mapping it replaces."""

    def __init__(self, checked: Checked, *, merging: bool = False) -> None:
        self.root = checked.operation.body
        self._mask = checked.operation.mask
        self._merging = merging
        changes = checked.operation.changes
        self._changes = changes
        self._reader = None if changes is None else Reader(self.root, changes)
        self._clearings = tuple(clearings(self.root, ()))
        self._listings = tuple(listings(self.root, ()))
        self._instructions = {place for found in self._clearings for place in found.clear.places}
        if self._mask is not None and self._mask.query is None:
            self._instructions.add(self._mask.place)
        for one in self._listings:
            self._instructions |= {way.place for way in one.leaf.ways.places} if one.leaf.ways else set()

    def receive(self, state: State, body: Any, query: Mapping[str, Any] | None = None) -> State:
        """The state after a request; the given one is not modified. Raises Refused if the vendor refuses.

        `query` is asked for if that is where a mask is.
        """
        if not isinstance(body, dict | list):
            return state
        if self._reader is not None:
            return self._take_changes(state, body)
        required = self.root.type.required if isinstance(self.root, ObjectNode) and self.root.type else ()
        for name in sorted(name for name in required if name not in body):
            raise Refused(name, "the contract requires it, and it is not in the request")
        taken = self._take(self.root, state if self._mask is None else {}, body, ())
        after: State = taken if isinstance(taken, dict) else {}
        told = body
        if self._mask is not None:
            names = [parse_path(name) for name in mask_names(self._mask, body, query or {})]
            after, told = _replaced(state, after, names), _named_in(body, names)
        for clearing in self._clearings:
            is_written = isinstance(clearing.clear, Write)
            after = cleared(after, clearing.way, clearing, told if is_written else body)
        for listing in self._listings:
            after = _with_items(after, listing, body)
        check_moves(self.root, state, after)
        return after

    def _take_changes(self, state: State, body: Any) -> State:
        """The state after a list of changes, one after the other."""
        assert self._reader is not None and self._changes is not None
        after = state
        for item in listed(self._changes, body):
            told = self._reader.read(item)
            if told is None:
                raise Refused("", "the list has an item that no template makes")
            after = self._changed(after, told)
        for listing in self._listings:
            after = _with_items(after, listing, body, elsewhere=True)
        check_moves(self.root, state, after)
        return after

    def _changed(self, state: State, told: Told) -> State:
        way = _steps(told.way)
        held: Any = state
        for step in way:
            held = below(held, step)
        if told.item_of_list:
            assert isinstance(told.node, Leaf)
            after: State = without(state, way, with_item(told.action, held, told.value))
            return after
        if told.action == SET:
            taken = self._take(self.root, state, placed(told), ())
            return taken if isinstance(taken, dict) else {}
        key = _entry(told, held)
        if told.fails and (held if not key else _at_key(held, key)) is ABSENT:
            raise Refused(told.node.target, "there is nothing to clear")
        if held is ABSENT:
            return state
        gone: State = without(state, (*way, *key), ABSENT)
        return gone

    def _take(self, node: TargetNode, held: Any, sent: Any, way: TargetPath) -> Any:
        """The value at a node after `sent` was received; ABSENT: none."""
        match node:
            case Rider():
                return ABSENT  # a rider is not part of the customer's state
            case ObjectNode():
                return self._object(node, held, sent, way)
            case ItemsNode():
                return self._items(node, held, sent, way)
            case Leaf():
                return self._leaf(node, held, sent)

    def _object(self, node: ObjectNode, held: Any, sent: Any, way: TargetPath) -> Any:
        if node.clear is not None and says_cleared(node.clear, sent):
            return ABSENT
        if not isinstance(sent, dict):
            return sent
        replaced = node.whole and not self._merging
        after: State = {} if replaced or not isinstance(held, dict) else dict(held)
        members = {member.name: member for member in node.members}
        for name, value in sent.items():
            here = (*way, Member(name))
            if _is_told_one_by_one(members.get(name)):
                continue  # `_with_items` reads it
            if name in members:
                _put(after, name, self._take(members[name], after.get(name, ABSENT), value, here))
            elif not self._is_instruction(here):
                after[name] = value
        return after if after else ABSENT

    def _is_instruction(self, way: TargetPath) -> bool:
        """Is it a place that lists what to clear, or a container of one?"""
        return any(place[: len(way)] == way for place in self._instructions)

    def _items(self, node: ItemsNode, held: Any, sent: Any, way: TargetPath) -> Any:
        if not isinstance(sent, list):
            return sent
        replaced = node.whole and not self._merging
        after: State = {} if replaced or not isinstance(held, dict) else dict(held)
        for segment, item in node.items:
            found = _item_at(sent, segment)
            if found is not ABSENT:
                _put(after, segment, self._take(item, after.get(segment, ABSENT), found, (*way, segment)))
        return after if after else ABSENT

    def _leaf(self, leaf: Leaf, held: Any, sent: Any) -> Any:
        clear = leaf.policy.clear
        if leaf.policy.identity:
            return ABSENT  # the identity is not part of the customer's state
        if leaf.kind.is_map:
            return self._map(leaf, held, sent)
        if leaf.kind.has_items:
            return self._keyed(leaf, held, sent)
        return ABSENT if says_cleared(clear, sent) else sent

    def _map(self, leaf: Leaf, held: Any, sent: Any) -> Any:
        """Key by key. The value that clears one key clears all keys if sent for the whole map."""
        clear = leaf.policy.clear
        if not isinstance(sent, dict):
            return ABSENT if says_cleared(clear, sent) else sent
        if not sent and isinstance(clear, SendEmpty) and not leaf.policy.required:
            return ABSENT
        return _merge_map(held, sent, clear, deep=leaf.kind.is_deep)

    def _keyed(self, leaf: Leaf, held: Any, sent: Any) -> Any:
        clear = leaf.policy.clear
        if not isinstance(sent, list):
            return ABSENT if says_cleared(clear, sent) else sent
        if not sent and isinstance(clear, SendEmpty) and not leaf.policy.required:
            return ABSENT
        after: State = dict(held) if isinstance(held, dict) else {}
        table = item_table(leaf.origin)
        for item in sent:
            key = item.get(leaf.key, ABSENT) if isinstance(item, dict) else ABSENT
            if key is ABSENT or key is None:
                raise Refused(leaf.target, "an item has no key")
            mark = fingerprint(key)
            if leaf.kind.only_new and mark in after:
                continue
            before = after.get(mark, {})
            taken = _merge_item(before, item) if table is None else self._item(table, before, item)
            after[mark] = taken if taken is not ABSENT else {}
        return after if after else ABSENT

    def _item(self, table: Table, held: Any, sent: Any) -> Any:
        """An item that the vendor has already: merged, except that members with `omit` are cleared."""
        return _without_omitted(table.item, self._object(table.item, held, sent, _IN_ITEM), sent)


def _without_omitted(node: ObjectNode, after: Any, sent: Any) -> Any:
    """An object of an item, without the members with `omit` that were not sent; ABSENT if that was all."""
    if not isinstance(after, dict):
        return after
    made: State = dict(after)
    for member in node.members:
        there = below(sent, member.name)
        if isinstance(member, Leaf) and member.policy.clear.only_replaced and there is ABSENT:
            made.pop(member.name, None)
        elif isinstance(member, ObjectNode):
            _put(made, member.name, _without_omitted(member, below(made, member.name), there))
    return made if made or not after else ABSENT


def mask_names(mask: Mask, body: Any, query: Mapping[str, Any]) -> list[str]:
    """What a request names."""
    if mask.query is None:
        told = found_at(body, mask.place)
        return list(told) if isinstance(told, list) else []
    text = query.get(mask.query)
    return text.split(mask.join) if isinstance(text, str) and text else []


def _named_in(body: Any, names: list[TargetPath]) -> Any:
    """A body with nothing but what is named."""
    made: Any = {}
    for name in names:
        if (value := found_at(body, name)) is not ABSENT:
            made = without(made, _steps(name), value)
    return made


def _replaced(held: State, sent: State, names: list[TargetPath]) -> State:
    """What the vendor holds, with what is named as it was sent."""
    for name in names:
        way = [segment.name for segment in name if isinstance(segment, Member)]
        there: Any = sent
        for step in way:
            there = below(there, step)
        after: State = without(held, tuple(way), there)
        held = after
    return held


def item_table(origin: Origin) -> Table | None:
    """The table of an `each`, also behind `first`."""
    match origin.source:
        case EachSource(table=table):
            return table
        case FirstSource(origins=origins):
            return next((found for inner in origins if (found := item_table(inner))), None)
    return None


def _put(state: State, key: Any, value: Any) -> None:
    if value is ABSENT:
        state.pop(key, None)
    else:
        state[key] = value


def _item_at(sent: list[Any], segment: Index | Select) -> Any:
    if isinstance(segment, Index):
        return sent_at(sent, (segment,))
    for item in sent:
        if isinstance(item, dict) and same(item.get(segment.key), segment.value):
            return {name: value for name, value in item.items() if name != segment.key}
    return ABSENT


def sent_at(sent: Any, path: TargetPath) -> Any:
    """What a body says at a path: a `{}` before another item only keeps a position, and says nothing."""
    for segment in path:
        at, sent = sent, found_at(sent, (segment,))
        if sent == {} and isinstance(segment, Index) and segment.position < len(at) - 1:
            return ABSENT
    return sent


def _merge_map(held: Any, sent: dict[str, Any], clear: Clear, *, deep: bool) -> Any:
    after: State = dict(held) if isinstance(held, dict) else {}
    for key, value in sent.items():
        if says_cleared(clear, value):
            after.pop(key, None)
        elif deep and isinstance(value, dict):
            _put(after, key, _merge_map(after.get(key), value, clear, deep=True))
        else:
            after[key] = value
    return after if after else ABSENT


def _merge_item(held: Any, sent: dict[str, Any]) -> Any:
    return {**held, **sent}


def _is_told_one_by_one(node: TargetNode | None) -> bool:
    return isinstance(node, Leaf) and node.kind.one_by_one


def _steps(path: TargetPath) -> tuple[Any, ...]:
    """The steps that lead to a place in a state."""
    return tuple(segment.name if isinstance(segment, Member) else segment for segment in path)


def _entry(told: Told, held: Any) -> tuple[Any, ...]:
    """The steps that lead to an entry of a map, or to an item by its key, of which only the text may show."""
    if isinstance(told.node, Leaf) and told.node.kind.has_items and told.key:
        named, items = told.key[0], held.items() if isinstance(held, dict) else ()
        assert isinstance(named, Select)
        marks = (mark for mark, item in items if key_text(item.get(named.key)) == key_text(named.value))
        return (next(marks, fingerprint(named.value)),)
    return _steps(told.key)


def _at_key(held: Any, key: tuple[Any, ...]) -> Any:
    for step in key:
        held = below(held, step)
    return held


def _with_items(state: State, listing: Listing, body: Any, *, elsewhere: bool = False) -> State:
    """The state with what the body says of the items of a list; `elsewhere`: at other places than its own."""
    held: Any = state
    for step in listing.way:
        held = below(held, step)
    after: State = without(state, listing.way, after_told(listing.leaf, held, body, elsewhere=elsewhere))
    return after
