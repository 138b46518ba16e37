"""§ 11: changes that are said as items of a list: clears, then adds, then sets, each by target."""

from __future__ import annotations

import json
from typing import Any

from custmap.model.clear import Clear, Operated, Send
from custmap.model.nodes import ItemsNode, Leaf, ObjectNode
from custmap.model.note import Fact
from custmap.model.template import Hole, Template
from custmap.model.walkers import leaves
from custmap.values.absent import ABSENT
from custmap.values.paths import Index, Member, Select, TargetPath, format_path
from oracle.clears import kept, text_of
from oracle.outcome import Change, Outcome, Sides, Told, is_value, shown
from oracle.templates import filled

CLEAR, ADD, SET = 0, 1, 2


def said(
    node: Leaf | ObjectNode | ItemsNode, below: TargetPath, name: Any, value: Any, sides: Sides, *, new: bool
) -> Told:
    """What says a value at a node, or in it; nothing inside what is sent whole."""
    if node.says is None or sides.full or sides.item:
        return Told()
    rank = ADD if new and node.says.add is not node.says.set else SET
    template = node.says.add if new else node.says.set
    path = (*node.path, *below)
    return Told(told=((rank, format_path(path), _item(template, path, name, value, sides)),))


def gone(
    node: Leaf | ObjectNode,
    clear: Operated,
    below: TargetPath,
    name: Any,
    target: str,
    held: Any,
    sides: Sides,
) -> Outcome:
    """What says that there is no value."""
    if clear.fails and not is_value(held):
        return kept(ABSENT, Told(notes=((Fact.NOT_THERE, target),)))
    path = (*node.path, *below)
    if not can_write(clear.template, path, sides):
        return kept(held, Told(rejected=(("CM710", target),)))
    item = _item(clear.template, path, name, None, sides)
    change = Change("clear", target, shown(held), None)
    return Outcome(True, told=Told(changes=(change,), told=((CLEAR, format_path(path), item),)))


def names_the_whole(leaf: Leaf, clear: Clear) -> bool:
    """Can what clears a map or a list at its own place be said? A template may name its entries alone."""
    return not (leaf.says is not None and clear.at_place and Hole.PATH not in leaf.says.set.holes)


def can_write(template: Template, path: TargetPath, sides: Sides) -> bool:
    return Hole.PATH not in template.holes or written_path(path, sides) is not None


def is_new(leaf: Leaf, sides: Sides) -> bool:
    """Is it known that the vendor has no value there?"""
    before = sides.before[leaf.slot]
    if before is None:
        return not isinstance(leaf.policy.clear, Send)
    return before is ABSENT and sides.known_missing(leaf)


def all_new(node: ObjectNode | ItemsNode, sides: Sides) -> bool:
    return all(is_new(leaf, sides) for leaf in leaves(node))


def _item(template: Template, path: TargetPath, name: Any, value: Any, sides: Sides) -> Any:
    holes = {Hole.VALUE: value, Hole.NAME: text_of(name), Hole.PATH: written_path(path, sides)}
    return filled(template.tree, holes, sides.riders)


def written_path(path: TargetPath, sides: Sides) -> str | None:
    style = "dotted" if sides.changes is None else sides.changes.paths
    if style == "dotted":
        return format_path(path)
    steps = [_pointer(segment) if style == "pointer" else _scim(segment) for segment in path]
    if None in steps:
        return None
    if style == "pointer":
        return "".join(f"/{step}" for step in steps)
    return ".".join(str(step) for step in steps).replace(".[", "[")


def _pointer(segment: Any) -> str | None:
    match segment:
        case Member(name=name):
            return name.replace("~", "~0").replace("/", "~1")
        case Index(position=position):
            return str(position)
    return None


def _scim(segment: Any) -> str | None:
    match segment:
        case Member(name=name):
            plain = name[:1].isascii() and (name[:1].isalpha() or name[:1] == "$")
            return (
                name
                if plain and all(sign.isascii() and (sign.isalnum() or sign in "_-$") for sign in name)
                else None
            )
        case Select(key=key, value=value):
            return f"[{key} eq {json.dumps(value, ensure_ascii=False)}]"
    return None


def in_order(told: Told) -> list[Any]:
    return [item for _, _, item in sorted(told.told, key=lambda one: one[:2])]
