"""What decides about an object or a list as a whole, for the generated functions of both."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any

from custmap.model.clear import Clear
from custmap.model.nodes import Leaf, ObjectNode, Presence
from custmap.model.note import Fact
from custmap.running.clearing import clear_rule
from custmap.running.draft import KEPT, NOTHING, SAID, Outcome, View
from custmap.running.states import is_value
from custmap.values.absent import ABSENT
from custmap.values.paths import Index, Select

Row = tuple[Any, ...]
Stand = Callable[[Row, Row, View], Any]
"""A generated function: what of an object stands at the vendor."""


def was_there(slots: Iterable[int], before: Row) -> bool:
    return any(is_value(before[slot]) for slot in slots)


def all_gone(leaves: Sequence[Leaf], presence: Presence | None, before: Row, after: Row, view: View) -> bool:
    """Is everything that an object reads null or gone, and something of it new?"""
    if not any(_is_gone(leaf, before[leaf.slot], after[leaf.slot], view) for leaf in leaves):
        return False
    if presence is not None:
        now = after[presence.slot]
        if now is None or (now is ABSENT and before[presence.slot] is not ABSENT):
            return True
    return all(_says_nothing(before[leaf.slot], after[leaf.slot], view) for leaf in leaves)


def _says_nothing(before: Any, after: Any, view: View) -> bool:
    """Null, or gone; a member that was never said is neither, unless records are complete."""
    return after is None or (after is ABSENT and (view.complete or is_value(before)))


def _is_gone(leaf: Leaf, before: Any, after: Any, view: View) -> bool:
    if after is None:
        return before is not None and not (before is ABSENT and view.known_missing(leaf))
    return after is ABSENT and is_value(before)


def is_cleared(leaves: Sequence[Leaf], presence: Presence | None, after: Row) -> bool:
    """Does an object's own clear stand: is all that it reads null?"""
    if presence is not None and after[presence.slot] is None:
        return True
    return bool(leaves) and all(after[leaf.slot] is None for leaf in leaves)


def clear_object(
    node: ObjectNode, clear: Clear, there: bool, stand: Stand, before: Row, view: View
) -> Outcome:
    """The object's own clear; `there`: something was there."""
    held = stand(before, before, view) if there else NOTHING
    if node.policy.immutable and there:
        view.reject("CM802", node.target, node, "the vendor does not accept a change of this object")
        return KEPT, held
    return clear_rule(node, clear, node.name, node.target, held, view)


def lacking(
    node: ObjectNode, sent: dict[str, Any], stand: Stand, before: Row, view: View, mark: tuple[Any, ...]
) -> Outcome:
    """An object without a member that the contract requires.

    A rejected member rejects the object; a member that is not stated is an error of the record.
    """
    if not node.target:
        view.reject("CM707", "", node, "a member that the contract requires is missing in the item")
        return KEPT, NOTHING
    refused = {rejected.target for rejected in view.draft.rejected}
    required = node.type.required if node.type else frozenset()
    for member in node.members:
        if member.name in required and member.name not in sent:
            if view.item or view.target(member.target) in refused:
                view.draft.take_back(mark)
                view.reject("CM707", node.target, node, "a member that the contract requires is missing")
                return KEPT, stand(before, before, view)
            view.draft.missing.append(member)
    return SAID, sent


def lacks_rejected(node: ObjectNode, sent: dict[str, Any], view: View) -> bool:
    """Does an object lack a member that the contract requires, and that was rejected?"""
    refused = {rejected.target for rejected in view.draft.rejected}
    required = node.type.required if node.type else frozenset()
    return any(
        member.name in required and member.name not in sent and view.target(member.target) in refused
        for member in node.members
    )


def note_whole(node: ObjectNode, slots: Iterable[int], after: Row, view: View) -> None:
    if view.known:
        view.draft.note(view.target(node.target), Fact.REPLACED_WHOLE, node)
    elif any(after[slot] is ABSENT for slot in slots):
        view.draft.note(view.target(node.target), Fact.PARTLY_STATED, node)


def arranged(names: Iterable[str], sent: dict[str, Any]) -> dict[str, Any]:
    """The members in the order of `names`, after what clearing wrote there."""
    for name in names:
        if name in sent:
            sent[name] = sent.pop(name)
    return sent


def in_list(made: Iterable[tuple[Index | Select, Any]]) -> list[Any]:
    """Items in place: earlier positions that say nothing are `{}`, named items carry their key."""
    listed: list[Any] = []
    for segment, value in made:
        if value is NOTHING:
            continue
        if isinstance(segment, Index):
            listed.extend({} for _ in range(segment.position - len(listed)))
            listed.append(value)
        else:
            listed.append({segment.key: segment.value, **value} if isinstance(value, dict) else value)
    return listed
