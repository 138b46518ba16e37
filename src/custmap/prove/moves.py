"""Moves that the declared vendor refuses: of immutable values, and transitions that are not declared."""

from __future__ import annotations

from typing import Any

from custmap.model.nodes import ItemsNode, Leaf, ObjectNode, TargetNode
from custmap.prove.clearings import below
from custmap.values.absent import ABSENT
from custmap.values.equality import fingerprint, same, same_items


class Refused(Exception):
    """The declared vendor refuses a request because of `target`."""

    def __init__(self, target: str, reason: str) -> None:
        super().__init__(reason)
        self.target = target
        self.reason = reason


def check_moves(node: TargetNode, before: Any, after: Any) -> None:
    """Raises Refused if an immutable value changed, or a transition is not declared.

    Transitions are from one value to another. What an object with a clear of its own had is gone with it.
    """
    match node:
        case Leaf():
            _check_move(node, before, after)
        case ObjectNode(members=members):
            if node.policy.immutable and before not in (ABSENT, {}) and not same(before, after):
                raise Refused(node.target, "the vendor does not accept a change")
            if after is ABSENT and node.clear is not None and node.clear.says:
                return
            for member in members:
                check_moves(member, below(before, member.name), below(after, member.name))
        case ItemsNode(items=items):
            for segment, item in items:
                check_moves(item, below(before, segment), below(after, segment))


def _check_move(leaf: Leaf, before: Any, after: Any) -> None:
    policy = leaf.policy
    is_set = leaf.kind.is_set and isinstance(before, list) and isinstance(after, list)
    if before is ABSENT or (same_items(before, after) if is_set else same(before, after)):
        return
    if leaf.kind.is_map and policy.immutable and isinstance(before, dict):
        if any(not same(value, below(after, key)) for key, value in before.items()):
            raise Refused(leaf.target, "the vendor does not accept a change")
    elif policy.immutable and not leaf.kind.has_items:
        raise Refused(leaf.target, "the vendor does not accept a change")
    if policy.transitions is None or after is ABSENT:
        return
    if fingerprint(after) not in policy.transitions.get(fingerprint(before), ()):
        raise Refused(leaf.target, "the vendor does not allow this transition")
