"""`mask` (§ 11): the names of all that a request sets or clears."""

from __future__ import annotations

from typing import Any

from custmap.model.mask import Mask
from custmap.model.nodes import Container, ItemsNode, Leaf, ObjectNode, TargetNode
from custmap.model.walkers import children
from custmap.values.absent import ABSENT
from custmap.values.paths import Member, PathError, TargetPath, format_path, found_at, parse_path
from oracle.elsewhere import put_at
from oracle.outcome import Told


def names_of(mask: Mask, root: Container, body: Any, told: Told) -> list[str]:
    """Sorted, without repeats: what changed, and what is sent in every update."""
    targets = [change.target for change in told.changes if _is_of(root, change.target)]
    named = {_name(mask, root, parse_path(target)) for target in targets}
    named |= {_name(mask, root, place) for place, _ in told.writes}
    named |= {_name(mask, root, path) for leaf in _always(root, False) for path in _standing(leaf, body)}
    return sorted(named)


def fill_mask(mask: Mask, root: Container, body: Any, told: Told) -> None:
    if names := names_of(mask, root, body, told):
        put_at(body, mask.place, names)


def _is_of(root: Container, target: str) -> bool:
    """Is it a target of the body, and not of a parameter?"""
    try:
        return isinstance(root, ObjectNode) and any(
            parse_path(target)[:1] == one.path[:1] for one in children(root)
        )
    except PathError:
        return False


def _always(node: TargetNode, around: bool) -> list[Leaf]:
    if isinstance(node, Leaf):
        is_always = (around or node.policy.always) and not node.policy.identity
        return [node] if is_always else []
    inside = around or (isinstance(node, ObjectNode) and node.policy.always)
    return [leaf for one in children(node) for leaf in _always(one, inside)]


def _standing(leaf: Leaf, body: Any) -> list[TargetPath]:
    """Where a rule's value stands in a body; of a map its entries, which are named one by one."""
    found = found_at(body, leaf.path)
    if leaf.kind.is_map:
        return _entries(found, leaf.path, leaf.kind.is_deep) if isinstance(found, dict) else []
    return [] if found is ABSENT else [leaf.path]


def _entries(held: dict[str, Any], place: TargetPath, deep: bool) -> list[TargetPath]:
    made: list[TargetPath] = []
    for name, entry in held.items():
        at = (*place, Member(name))
        made += _entries(entry, at, deep) if deep and isinstance(entry, dict) and entry else [at]
    return made


def _name(mask: Mask, root: Container, path: TargetPath) -> str:
    """The path up to what is replaced as one: a cut, a list, an object that is `whole`."""
    node: TargetNode = root
    for depth, segment in enumerate(path, 1):
        if not isinstance(segment, Member):
            return format_path(path[: depth - 1])
        node = next((one for one in children(node) if one.path == path[:depth]), node)
        ends = isinstance(node, ItemsNode) or (isinstance(node, ObjectNode) and node.whole)
        ends = ends or (isinstance(node, Leaf) and not node.kind.is_map)
        if mask.is_cut or ends:
            return format_path(path[:depth])
    return format_path(path)
