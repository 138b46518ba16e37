"""A leaf that is one value: a text, a number, a list or a map that is replaced as one."""

from __future__ import annotations

from typing import Any

from custmap.model.clear import IMPOSSIBLE, Clear, Operated
from custmap.model.nodes import Leaf
from custmap.model.note import Fact
from custmap.running import clearing
from custmap.running.clearing import is_cleared, seen_null
from custmap.running.draft import KEPT, NOTHING, SAID, UNCHANGED, Outcome, View
from custmap.running.states import Failure, Unsettled, bare, is_value
from custmap.values.absent import ABSENT
from custmap.values.equality import fingerprint, same, same_items


def change_value(leaf: Leaf, before: Any, after: Any, view: View) -> Outcome:
    clear, again, before = leaf.policy.clear, type(before) is Unsettled, bare(before)
    if again and not leaf.policy.repeatable:
        view.reject_again(leaf.target, leaf)
        return KEPT, before if is_value(before) else NOTHING
    if is_value(after):
        if _looks_same(leaf, before, after, clear):
            if not again:
                return UNCHANGED
        elif refusal := _refused(leaf, before, fingerprint(after), view):
            return refusal
        view.change("set", view.target(leaf.target), leaf, before, after)
        if type(after) is dict and view.known:
            view.draft.note(view.target(leaf.target), Fact.REPLACED_WHOLE, leaf)
        return SAID, after
    if not again and _is_gone_already(leaf, before, after, view):
        return UNCHANGED
    if again and isinstance(clear, Operated) and clear.fails:
        view.reject_again(leaf.target, leaf)
        return KEPT, before if is_value(before) else NOTHING
    if clear != IMPOSSIBLE and (refusal := _held_fast(leaf, before, view)):
        return refusal
    return clearing.clear_leaf(leaf, before, view)


def _is_gone_already(leaf: Leaf, before: Any, after: Any, view: View) -> bool:
    if is_cleared(leaf.policy.clear, before):
        return True
    if after is ABSENT:
        return not is_value(before) and type(before) is not Failure
    return before is ABSENT and view.known_missing(leaf)


def _looks_same(leaf: Leaf, before: Any, after: Any, clear: Clear) -> bool:
    """Does the vendor see no difference?"""
    if before is None:
        before = seen_null(clear)
    if leaf.kind.is_set and type(before) is list:
        return same_items(before, after)
    return same(before, after)


def _refused(leaf: Leaf, before: Any, move: Any, view: View) -> Outcome | None:
    """Immutable values and moves that are not allowed; setting a value first is fine."""
    if refusal := _held_fast(leaf, before, view):
        return refusal
    moves = leaf.policy.transitions
    if moves is not None and is_value(before) and move not in moves.get(fingerprint(before), ()):
        view.reject("CM804", leaf.target, leaf, "the vendor does not allow this transition")
        return KEPT, before
    return None


def _held_fast(leaf: Leaf, before: Any, view: View) -> Outcome | None:
    """An immutable value that is there."""
    if not leaf.policy.immutable or (not is_value(before) and type(before) is not Failure):
        return None
    view.reject("CM802", leaf.target, leaf, "the vendor does not accept a change of this value")
    return KEPT, before if is_value(before) else NOTHING
