"""The vendor that a mapping declares: its state after a request.

`S(state, request) → state`, interpreted only from the checked mapping. It shares no code with the planner, so
a mistake of the planner shows here as a wrong state.

A state is nested like the body: objects and maps by member, items that rules name by their place, items
with a key by that key. Cleared values are absent, as if they had never been there.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from custmap.model.checked import Checked
from custmap.model.clear import Clear, KeyIn, Named, NameIn, Send, SendEmpty, SendNull, Write
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
from custmap.values.absent import ABSENT
from custmap.values.equality import fingerprint, same
from custmap.values.paths import Index, Member, Select, TargetPath, found_at, parse_path

State = dict[Any, Any]


_IN_ITEM: Final = (Index(-1),)
"""The way to an item of a list with a key: no place of a clear is there."""


class Refused(Exception):
    """The declared vendor refuses a request because of `target`."""

    def __init__(self, target: str, reason: str) -> None:
        super().__init__(reason)
        self.target = target
        self.reason = reason


@dataclass(frozen=True, slots=True)
class Clearing:
    """A rule that is cleared at another place than its own, and the path to what it clears."""

    rule: Leaf | ObjectNode
    clear: Clear
    way: tuple[Any, ...]


class Store:
    """The declared vendor. `merging`: it merges objects that according to the mapping it replaces."""

    def __init__(self, checked: Checked, *, merging: bool = False) -> None:
        self.root = checked.operation.body
        self._mask = checked.operation.mask
        self._merging = merging
        self._clearings = tuple(_clearings(self.root, ()))
        self._instructions = {place for found in self._clearings for place in found.clear.places}
        if self._mask is not None and self._mask.query is None:
            self._instructions.add(self._mask.place)

    def receive(self, state: State, body: Any, query: Mapping[str, Any] | None = None) -> State:
        """The state after a request; the given one is not modified. Raises Refused if the vendor refuses.

        `query` is asked for if that is where a mask is.
        """
        if not isinstance(body, dict | list):
            return state
        required = self.root.type.required if isinstance(self.root, ObjectNode) and self.root.type else ()
        for name in sorted(name for name in required if name not in body):
            raise Refused(name, "the contract requires it, and it is not in the request")
        taken = self._take(self.root, state if self._mask is None else {}, body, ())
        after: State = taken if isinstance(taken, dict) else {}
        if self._mask is not None:
            after = _replaced(state, after, mask_names(self._mask, body, query or {}))
        for clearing in self._clearings:
            after = _cleared(after, clearing.way, clearing, body)
        check_moves(self.root, state, after)
        return after

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
        if node.clear is not None and _says_cleared(node.clear, sent):
            return ABSENT
        if not isinstance(sent, dict):
            return sent
        replaced = node.whole and not self._merging
        after: State = {} if replaced or not isinstance(held, dict) else dict(held)
        members = {member.name: member for member in node.members}
        for name, value in sent.items():
            here = (*way, Member(name))
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
        return ABSENT if _says_cleared(clear, sent) else sent

    def _map(self, leaf: Leaf, held: Any, sent: Any) -> Any:
        """Key by key. The value that clears one key clears all keys if sent for the whole map."""
        clear = leaf.policy.clear
        if not isinstance(sent, dict):
            return ABSENT if _says_cleared(clear, sent) else sent
        if not sent and isinstance(clear, SendEmpty) and not leaf.policy.required:
            return ABSENT
        return _merge_map(held, sent, clear, deep=leaf.kind.is_deep)

    def _keyed(self, leaf: Leaf, held: Any, sent: Any) -> Any:
        clear = leaf.policy.clear
        if not isinstance(sent, list):
            return ABSENT if _says_cleared(clear, sent) else sent
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
        after = self._object(table.item, held, sent, _IN_ITEM)
        if isinstance(after, dict):
            for member in table.item.members:
                clear = member.policy.clear if isinstance(member, Leaf) else None
                if clear is not None and clear.only_replaced and member.name not in sent:
                    after.pop(member.name, None)
        return after


def mask_names(mask: Mask, body: Any, query: Mapping[str, Any]) -> list[str]:
    """What a request names."""
    if mask.query is None:
        told = found_at(body, mask.place)
        return list(told) if isinstance(told, list) else []
    text = query.get(mask.query)
    return text.split(mask.join) if isinstance(text, str) and text else []


def _replaced(held: State, sent: State, names: list[str]) -> State:
    """What the vendor holds, with what is named as it was sent."""
    for name in names:
        way = [segment.name for segment in parse_path(name) if isinstance(segment, Member)]
        there: Any = sent
        for step in way:
            there = _below(there, step)
        after: State = _without(held, tuple(way), there)
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


def check_moves(node: TargetNode, before: Any, after: Any) -> None:
    """Raises Refused if an immutable value changed, or a transition is not declared."""
    match node:
        case Leaf():
            _check_move(node, before, after)
        case ObjectNode(members=members):
            if node.policy.immutable and before not in (ABSENT, {}) and not same_state(before, after):
                raise Refused(node.target, "the vendor does not accept a change")
            for member in members:
                check_moves(member, _below(before, member.name), _below(after, member.name))
        case ItemsNode(items=items):
            for segment, item in items:
                check_moves(item, _below(before, segment), _below(after, segment))


def _check_move(leaf: Leaf, before: Any, after: Any) -> None:
    policy = leaf.policy
    if before is ABSENT or same_state(before, after):
        return
    if leaf.kind.is_map and policy.immutable and isinstance(before, dict):
        if any(not same(value, _below(after, key)) for key, value in before.items()):
            raise Refused(leaf.target, "the vendor does not accept a change")
    elif policy.immutable and not leaf.kind.has_items:
        raise Refused(leaf.target, "the vendor does not accept a change")
    if policy.transitions is not None:
        allowed = policy.transitions.get(fingerprint(before), ())
        move = None if after is ABSENT else fingerprint(after)
        if move not in allowed:
            raise Refused(leaf.target, "the vendor does not allow this transition")


def same_state(a: Any, b: Any) -> bool:
    """`same`, for states, whose keys need not be texts."""
    return same(a, b)


def _below(state: Any, key: Any) -> Any:
    return state.get(key, ABSENT) if isinstance(state, dict) else ABSENT


def _put(state: State, key: Any, value: Any) -> None:
    if value is ABSENT:
        state.pop(key, None)
    else:
        state[key] = value


def _says_cleared(clear: Clear, sent: Any) -> bool:
    """Does `sent` at the place itself mean "there is none" to this vendor?"""
    match clear:
        case SendNull():
            return sent is None
        case Send(value):
            return same(sent, value)
    return False


def _item_at(sent: list[Any], segment: Index | Select) -> Any:
    if isinstance(segment, Index):
        return sent[segment.position] if segment.position < len(sent) else ABSENT
    for item in sent:
        if isinstance(item, dict) and same(item.get(segment.key), segment.value):
            return {name: value for name, value in item.items() if name != segment.key}
    return ABSENT


def _merge_map(held: Any, sent: dict[str, Any], clear: Clear, *, deep: bool) -> Any:
    after: State = dict(held) if isinstance(held, dict) else {}
    for key, value in sent.items():
        if _says_cleared(clear, value):
            after.pop(key, None)
        elif deep and isinstance(value, dict):
            _put(after, key, _merge_map(after.get(key), value, clear, deep=True))
        else:
            after[key] = value
    return after if after else ABSENT


def _merge_item(held: Any, sent: dict[str, Any]) -> Any:
    return {**held, **sent}


def _clearings(node: TargetNode, way: tuple[Any, ...]) -> Iterator[Clearing]:
    """Every rule with `name_in`, `key_in` or `write`."""
    match node:
        case Leaf():
            if node.policy.clear.places:
                yield Clearing(node, node.policy.clear, way)
        case ObjectNode(members=members):
            if node.clear is not None and node.clear.places:
                yield Clearing(node, node.clear, way)
            for member in members:
                yield from _clearings(member, (*way, member.name))
        case ItemsNode(items=items):
            for segment, item in items:
                yield from _clearings(item, (*way, segment))


def _cleared(state: State, way: tuple[Any, ...], clearing: Clearing, body: Any) -> State:
    """The state without what the body clears in this rule's way."""
    held: Any = state
    for step in way:
        held = _below(held, step)
    if held is ABSENT:
        return state
    stays = _what_stays(held, clearing, body)
    after: State = state if stays is held else _without(state, way, stays)
    return after


def _what_stays(held: Any, clearing: Clearing, body: Any) -> Any:
    rule, clear = clearing.rule, clearing.clear
    if isinstance(clear, Write):
        written = all(same(found_at(body, place), value) for place, value in clear.writes)
        return ABSENT if written else held
    if not isinstance(clear, Named):
        return held
    named = _named(found_at(body, clear.place), clear)
    by_key = isinstance(rule, Leaf) and not rule.kind.is_one
    if not by_key:
        return ABSENT if fingerprint(clear.name or rule.name) in named else held
    if not isinstance(held, dict):
        return held
    is_map = isinstance(rule, Leaf) and rule.kind.is_map
    marks = {key: fingerprint(key) if is_map else key for key in held}
    kept = {key: value for key, value in held.items() if marks[key] not in named and _text(key) not in named}
    return kept if kept else ABSENT


def _text(key: Any) -> Any:
    """The name of an object's member for a key of any type."""
    return str(key)


def _named(told: Any, clear: Named) -> set[Any]:
    match clear:
        case NameIn() if isinstance(told, list):
            return {fingerprint(name) for name in told}
        case KeyIn(value=wanted) if isinstance(told, dict):
            return {name for name, value in told.items() if same(value, wanted)}
    return set()


def _without(state: Any, way: tuple[Any, ...], value: Any) -> Any:
    """A copy of the state without what is at the path; empty containers are removed too."""
    if not way:
        return value
    after = dict(state)
    inner = _without(after.get(way[0], {}), way[1:], value)
    if inner is ABSENT or inner == {}:
        after.pop(way[0], None)
    else:
        after[way[0]] = inner
    return after
