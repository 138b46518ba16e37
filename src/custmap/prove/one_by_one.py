"""Lists of scalars whose items are told one by one: what a request says of them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from custmap.model.clear import ItemIn
from custmap.model.item_ways import Way
from custmap.model.nodes import ItemsNode, Leaf, ObjectNode, TargetNode
from custmap.model.template import Hole, Template
from custmap.prove.templates import Text, bare, read
from custmap.values.absent import ABSENT
from custmap.values.equality import fingerprint
from custmap.values.numbers import key_text
from custmap.values.paths import found_at


@dataclass(frozen=True, slots=True)
class Listing:
    """A rule with `merge: items`, and the steps that lead to its list in a state."""

    leaf: Leaf
    way: tuple[Any, ...]


@dataclass(frozen=True, slots=True)
class Item:
    """An item of a list in a request: `at` is the list, `value` what came, or is gone, as far as it shows."""

    at: list[Any]
    item: Any
    value: Any


def listings(node: TargetNode, way: tuple[Any, ...]) -> Iterator[Listing]:
    """Every rule with `merge: items`, at or below a node."""
    match node:
        case Leaf():
            if node.ways is not None:
                yield Listing(node, way)
        case ObjectNode(members=members):
            for member in members:
                yield from listings(member, (*way, member.name))
        case ItemsNode(items=items):
            for segment, item in items:
                yield from listings(item, (*way, segment))


def told(leaf: Leaf, way: Way | None, body: Any) -> list[Item]:
    """What a body says in one of a rule's ways."""
    if way is None:
        return []
    at = found_at(body, way.place if isinstance(way, ItemIn) else leaf.path)
    if not isinstance(at, list):
        return []
    if isinstance(way, Template):
        read_back = ((item, read(way, item)) for item in at)
        return [Item(at, item, found.get(Hole.VALUE)) for item, found in read_back if found is not None]
    return [Item(at, item, item) for item in at]


def after_told(leaf: Leaf, held: Any, body: Any, *, elsewhere: bool) -> Any:
    """The list that the vendor holds after a body, by the fingerprints of its items; ABSENT for none.

    `elsewhere`: only what is listed at other places than its own is read.
    """
    assert leaf.ways is not None
    for action, way in (("clear", leaf.ways.gone), ("set", leaf.ways.added)):
        for one in told(leaf, way, body) if not elsewhere or isinstance(way, ItemIn) else ():
            held = with_item(action, held, one.value)
    return ABSENT if held is ABSENT or not held else held


def with_item(action: str, held: Any, value: Any) -> Any:
    """A list of the state with one item more, or without it."""
    state = dict(held) if isinstance(held, dict) else {}
    if action == "set":
        state[fingerprint(value)] = value
    else:
        for mark in [mark for mark, item in state.items() if is_meant(item, value)]:
            del state[mark]
    return state if state else ABSENT


def is_meant(item: Any, value: Any) -> bool:
    """Is it the item that a request has? Of either only the text may be known."""
    by_text = isinstance(item, Text) or isinstance(value, Text)
    alike = key_text(bare(item)) == key_text(bare(value))
    return fingerprint(item) == fingerprint(value) or (by_text and alike)
