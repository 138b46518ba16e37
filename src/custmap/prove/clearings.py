"""What a request clears: by a value at the place of a rule, or elsewhere by names, marks and members."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from custmap.model.clear import Clear, KeyIn, Named, NameIn, Send, SendNull, Write
from custmap.model.nodes import ItemsNode, Leaf, ObjectNode, TargetNode
from custmap.prove.templates import Text
from custmap.values.absent import ABSENT
from custmap.values.equality import fingerprint, same
from custmap.values.numbers import key_text
from custmap.values.paths import found_at

State = dict[Any, Any]


@dataclass(frozen=True, slots=True)
class Clearing:
    """A rule that is cleared at another place than its own, and the path to what it clears."""

    rule: Leaf | ObjectNode
    clear: Clear
    way: tuple[Any, ...]


def below(state: Any, key: Any) -> Any:
    return state.get(key, ABSENT) if isinstance(state, dict) else ABSENT


def clearings(node: TargetNode, way: tuple[Any, ...]) -> Iterator[Clearing]:
    """Every rule with `name_in`, `key_in` or `write`."""
    match node:
        case Leaf():
            if node.policy.clear.places:
                yield Clearing(node, node.policy.clear, way)
        case ObjectNode(members=members):
            if node.clear is not None and node.clear.places:
                yield Clearing(node, node.clear, way)
            for member in members:
                yield from clearings(member, (*way, member.name))
        case ItemsNode(items=items):
            for segment, item in items:
                yield from clearings(item, (*way, segment))


def cleared(state: State, way: tuple[Any, ...], clearing: Clearing, body: Any) -> State:
    """The state without what the body clears in this rule's way."""
    held: Any = state
    for step in way:
        held = below(held, step)
    if held is ABSENT:
        return state
    stays = _what_stays(held, clearing, body)
    after: State = state if stays is held else without(state, way, stays)
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


def says_cleared(clear: Clear, sent: Any) -> bool:
    """Does `sent` at the place itself mean "there is none" to this vendor?"""
    match clear:
        case SendNull():
            return sent is None
        case Send(value):
            return key_text(value) == str(sent) if isinstance(sent, Text) else same(sent, value)
    return False


def without(state: Any, way: tuple[Any, ...], value: Any) -> Any:
    """A copy of the state with a value at the path, or ABSENT; containers that are empty then are removed."""
    if not way:
        return value
    after = dict(state)
    inner = without(after.get(way[0], {}), way[1:], value)
    if inner is ABSENT or (inner == {} and way[1:]):
        after.pop(way[0], None)
    else:
        after[way[0]] = inner
    return after
