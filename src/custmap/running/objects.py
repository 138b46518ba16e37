"""What decides about an object or a list as a whole, for the generated functions of both."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any

from custmap.model.clear import Clear
from custmap.model.nodes import ItemsNode, Leaf, ObjectNode, Presence, Rider, TargetNode
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
    new = any(_is_gone(leaf, before[leaf.slot], after[leaf.slot], view) for leaf in leaves)
    return new and says_none(leaves, presence, before, after, view)


def says_none(leaves: Sequence[Leaf], presence: Presence | None, before: Row, after: Row, view: View) -> bool:
    """Is everything that an object reads null or gone?"""
    if presence is not None and after[presence.slot] in (None, ABSENT):
        return not any(is_value(after[leaf.slot]) for leaf in leaves)  # a `default` still speaks
    return all(_says_nothing(before[leaf.slot], after[leaf.slot], view) for leaf in leaves)


def _says_nothing(before: Any, after: Any, view: View) -> bool:
    """Null, or gone; a member that was never said is neither, unless records are complete."""
    return after is None or (after is ABSENT and (view.complete or is_value(before)))


def _is_gone(leaf: Leaf, before: Any, after: Any, view: View) -> bool:
    if leaf.policy.identity and not view.item:
        return False  # where after names nobody, before does
    if after is None:
        return before is not None and not (before is ABSENT and view.known_missing(leaf))
    return after is ABSENT and is_value(before)


def is_cleared(leaves: Sequence[Leaf], presence: Presence | None, after: Row) -> bool:
    """Does an object's own clear stand: is all that it reads null?"""
    if presence is not None and after[presence.slot] is None:
        return True
    return all(after[leaf.slot] is None for leaf in leaves)


def clear_object(
    node: ObjectNode, clear: Clear, there: bool, stand: Stand, before: Row, view: View
) -> Outcome:
    """The object's own clear; `there`: something was there."""
    held = stand(before, before, view) if there else NOTHING
    if node.policy.immutable and there:
        view.reject("CM802", node.target, node, "the vendor does not accept a change of this object")
        return KEPT, held
    return clear_rule(node, clear, node.name, node.target, held, view)


def whole_enough(
    node: ObjectNode, sent: dict[str, Any], stand: Stand, before: Row, view: View, mark: tuple[Any, ...]
) -> Outcome:
    """An object is not sent without a member that the contract requires, and that was rejected.

    One that nobody stated is an error of the record, but for an item's: without it the item is not sent.
    """
    if not lacking_in(node, sent) or not (view.item or lacks_rejected(node, sent, view)):
        return SAID, sent
    view.draft.take_back(mark)
    view.reject("CM707", node.target, node, "a member that the contract requires is missing")
    return KEPT, stand(before, before, view)


def must_wait(
    node: ObjectNode | ItemsNode, stand: Stand, before: Row, view: View, mark: tuple[Any, ...]
) -> Outcome:
    """Of a container that the vendor replaces whole a part must be looked up first: it cannot be sent."""
    view.draft.take_back(mark)
    view.reject(
        "CM817", node.target, node, "the vendor replaces all of it, and a part has to be looked up first"
    )
    return KEPT, stand(before, before, view)


def cannot_stand(leaf: Leaf, held: Any, view: View, mark: tuple[Any, ...]) -> Outcome:
    """A position before one that is said has no value, and the contract has no `{}` there."""
    view.draft.take_back(mark)
    view.reject("CM707", leaf.target, leaf, "a later position is said, and this one has no value")
    return KEPT, held


def lacks_rejected(node: ObjectNode, sent: dict[str, Any], view: View) -> bool:
    """Does an object lack a member that the contract requires, and that was rejected?"""
    lacking = tuple(view.target(member.target) for member in lacking_in(node, sent))
    below = tuple(f"{target}{mark}" for target in lacking for mark in ".[")
    return any(one.target in lacking or one.target.startswith(below) for one in view.draft.rejected)


def lacking_in(node: ObjectNode, sent: dict[str, Any]) -> list[TargetNode]:
    """The members that rules fill, that the contract requires, and that an object does not have."""
    required = node.type.required if node.type else frozenset()
    if not required:
        return []
    return [
        one
        for one in node.members
        if one.name in required and one.name not in sent and not isinstance(one, Rider)
    ]


def note_whole(node: ObjectNode | ItemsNode, slots: Iterable[int], after: Row, view: View) -> None:
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
