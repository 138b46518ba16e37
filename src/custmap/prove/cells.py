"""A state as cells: one value per target, under the target's name in plans.

Two states are compared cell by cell, so that a difference has a target, a rule and a line.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

from custmap.model.nodes import Container, ItemsNode, Leaf, ObjectNode, Rider, TargetNode
from custmap.prove.clearings import State
from custmap.prove.store import item_table
from custmap.prove.templates import bare
from custmap.values.absent import ABSENT
from custmap.values.equality import fingerprint, same
from custmap.values.paths import Member, Select, format_path, value_text


@dataclass(frozen=True, slots=True)
class Cell:
    """A value at the vendor; `mark` is what is compared, without the order of a set."""

    rule: Leaf | ObjectNode | ItemsNode
    value: Any
    mark: Any


Cells = dict[str, Cell]


def cells(root: Container, state: State) -> Cells:
    """All cells of a state, by target."""
    return dict(_node(root, state, ""))


def differing(a: Cells, b: Cells) -> list[str]:
    """The targets at which two states differ, in order."""
    return [
        target
        for target in sorted(a.keys() | b.keys())
        if target not in a or target not in b or not same(a[target].mark, b[target].mark)
    ]


def is_within(target: str, outer: str) -> bool:
    """Is it the outer target itself, or inside it?"""
    return target == outer or outer == "" or (target.startswith(outer) and target[len(outer)] in ".[")


def _node(node: TargetNode, state: Any, prefix: str) -> Iterator[tuple[str, Cell]]:
    match node:
        case Leaf():
            yield from _leaf(node, state, prefix)
        case ObjectNode():
            yield from _object(node, state, prefix)
        case ItemsNode():
            for segment, item in node.items:
                if isinstance(state, dict) and segment in state:
                    yield from _node(item, state[segment], prefix)
        case Rider():
            return


def _object(node: ObjectNode, state: Any, prefix: str) -> Iterator[tuple[str, Cell]]:
    target = _join(prefix, node.target)
    if not isinstance(state, dict):
        yield target, Cell(node, state, state)
        return
    members = {member.name: member for member in node.members}
    for name, value in state.items():
        if name in members:
            yield from _node(members[name], value, prefix)
        else:
            yield _join(target, format_path((Member(name),))), Cell(node, value, value)


def _leaf(leaf: Leaf, state: Any, prefix: str) -> Iterator[tuple[str, Cell]]:
    target = _join(prefix, leaf.target)
    if leaf.kind.is_map and isinstance(state, dict):
        yield from _entries(leaf, state, target)
    elif leaf.kind.has_items and isinstance(state, dict):
        table = item_table(leaf.origin)
        for key, item in state.items():
            inner = target + format_path((Select(leaf.key or "", item.get(leaf.key, key)),))
            if table is None:
                for name, value in item.items():
                    yield _join(inner, format_path((Member(name),))), Cell(leaf, value, value)
            else:
                for name, cell in _object(table.item, item, inner):
                    yield name, replace(cell, rule=leaf)  # items belong to the list's rule
    elif leaf.kind.one_by_one and isinstance(state, dict):
        if leaf.ways is not None and leaf.ways.others:
            return  # what one request says of such a list is not all of it
        for item in map(bare, state.values()):
            yield f"{target}[{value_text(item)}]", Cell(leaf, item, item)
    elif leaf.kind.is_set and isinstance(state, list):
        yield target, Cell(leaf, state, frozenset(fingerprint(item) for item in state))
    elif state is not ABSENT:
        yield target, Cell(leaf, state, state)


def _entries(leaf: Leaf, state: State, target: str) -> Iterator[tuple[str, Cell]]:
    for key, value in state.items():
        inner = _join(target, format_path((Member(key),)))
        if leaf.kind.is_deep and isinstance(value, dict):
            yield from _entries(leaf, value, inner)
        else:
            yield inner, Cell(leaf, value, value)


def _join(prefix: str, target: str) -> str:
    return f"{prefix}.{target}" if prefix and target else prefix or target
