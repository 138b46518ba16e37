"""What changed at a node of the target tree, and what is sent because of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from custmap.codegen.states import SILENT, Failure, is_value
from custmap.model.clear import SKIP, Clear
from custmap.model.nodes import ItemsNode, Leaf, ObjectNode, Policy, Rider, TargetNode
from custmap.model.note import Fact
from custmap.model.walkers import leaves
from custmap.plan import clearing, lists, maps, single
from custmap.plan.clearing import seen_null
from custmap.plan.draft import KEPT, NOTHING, SAID, SAME, UNCHANGED, Draft, Outcome, View
from custmap.values.absent import ABSENT
from custmap.values.equality import same
from custmap.values.paths import Index, Select


def delta(node: TargetNode, view: View) -> Outcome:
    """The outcome of a node: what changed there is recorded in the view's draft."""
    match node:
        case Leaf():
            return leaf_delta(node, view)
        case ObjectNode():
            return object_delta(node, view)
        case ItemsNode():
            return items_delta(node, view)
        case Rider():
            return UNCHANGED


def leaf_delta(leaf: Leaf, view: View) -> Outcome:
    if leaf.policy.identity and not view.item:
        return UNCHANGED  # it is held on its own, and goes along
    before, after = view.before[leaf.slot], view.after[leaf.slot]
    if before.__class__ is Failure and before.code == "CM807":
        before = ABSENT  # an empty text that this vendor ignores was never there
    if after.__class__ is Failure:
        return _failed(leaf, before, after, view)
    if after is SILENT:
        return _turned_silent(leaf, before, view)
    if before is SILENT:
        before = ABSENT
    if before.__class__ is Failure and (after is not ABSENT or view.complete):
        view.draft.note(view.target(leaf.target), Fact.UNKNOWN_BEFORE, leaf)
    return _delta_of_kind(leaf, before, after, view)


def _delta_of_kind(leaf: Leaf, before: Any, after: Any, view: View) -> Outcome:
    if leaf.kind.is_map:
        return maps.map_delta(leaf, before, after, view)
    if leaf.kind.has_items:
        return lists.list_delta(leaf, before, after, view)
    return single.value_delta(leaf, before, after, view)


def _failed(leaf: Leaf, before: Any, after: Failure, view: View) -> Outcome:
    if before is SILENT or not view.sources_equal(leaf):
        view.reject(after.code, leaf.target, leaf, after.reason)
    return KEPT, held(leaf, before, view)


def _turned_silent(leaf: Leaf, before: Any, view: View) -> Outcome:
    if not is_value(before):
        return UNCHANGED
    if leaf.policy.otherwise_clear:
        return _delta_of_kind(leaf, before, None, view)
    view.draft.note(view.target(leaf.target), Fact.LEFT_BEHIND, leaf)
    return KEPT, held(leaf, before, view)


def standing(node: TargetNode, view: View) -> Any:
    """What stands at the vendor where nothing changed: for containers that are sent whole."""
    match node:
        case Leaf():
            return standing_leaf(node, view)
        case Rider():
            return view.riders[node.index]
        case ObjectNode():
            return standing_object(node, view)
        case ItemsNode():
            made = [(segment, standing(item, view)) for segment, item in node.items]
            listed = _in_list(made)
            return listed if listed else NOTHING


def standing_leaf(leaf: Leaf, view: View) -> Any:
    before, after = view.before[leaf.slot], view.after[leaf.slot]
    if any(one.target == view.target(leaf.target) for one in view.draft.rejected):
        return held(leaf, before, view)  # it could not be said, so it stays
    if is_value(after):
        return held(leaf, after, view)
    if after is None and leaf.policy.clear != SKIP:
        clear = leaf.policy.clear
        return seen_null(clear) if clear.at_place else NOTHING
    return held(leaf, before, view)


def held(leaf: Leaf, state: Any, view: View) -> Any:
    """A slot's state as the vendor holds it: items as they are sent, entries that can be."""
    if leaf.kind.has_items and state.__class__ is list:
        return lists.standing_list(leaf, state, view)
    if leaf.kind.is_map and state.__class__ is dict:
        return {key: item for key, item in state.items() if is_value(item)}
    return state if is_value(state) else NOTHING


def standing_object(node: ObjectNode, view: View) -> Any:
    made = {
        member.name: value
        for member in node.members
        if not isinstance(member, Rider) and (value := standing(member, view)) is not NOTHING
    }
    if made or node.policy.required:
        _ride(node, made, view)
    return made if made else NOTHING


def object_delta(node: ObjectNode, view: View) -> Outcome:
    """An object: its own clear, or the members that changed, or all of it where it is sent whole."""
    low, high = node.slots
    if view.known and same(view.before[low:high], view.after[low:high]):
        return UNCHANGED
    if (outcome := _presence(node, view)) is not None:
        return outcome
    if node.clear is not None and _all_gone(node, view):
        return _clear_object(node, node.clear, view)
    inner = view.inside(full=view.full or node.whole)
    if node.policy.immutable and _was_there(node, view):
        return _held_fast(node, inner)
    outcomes = [(member, delta(member, inner)) for member in node.members if not isinstance(member, Rider)]
    said = any(outcome[0] == SAID for _, outcome in outcomes)
    if not said:
        kept = any(outcome[0] == KEPT for _, outcome in outcomes)
        if not kept:
            return UNCHANGED
        made = _full(node, outcomes, inner)
        return KEPT, made if made else NOTHING
    if not inner.full:
        sent = {member.name: value for member, (_, value) in outcomes if _ == SAID and value is not NOTHING}
        if not sent:
            return SAID, NOTHING
        required = node.type.required if node.type else frozenset()
        for member, (state, value) in outcomes:
            if state == KEPT and value is not NOTHING and member.name in required:
                sent[member.name] = value  # it was rejected, and goes as before had it
        add_standing(node, sent, inner)
        return _whole_enough(node, sent, inner)
    made = _full(node, outcomes, inner)
    # `{}` would clear what could not be said; only where leaving a member out clears it, it has to be sent.
    if not made and not (node.whole and _left_out(outcomes)):
        return SAID, NOTHING
    if node.whole and node.target:
        _note_whole(node, view)
    if not made:
        _ride(node, made, inner)
    return _whole_enough(node, made, inner)


def _held_fast(node: ObjectNode, view: View) -> Outcome:
    """An object that the vendor does not let change: what would be said is not."""
    trial = replace(view, draft=Draft())
    if all(delta(member, trial)[0] != SAID for member in node.members):
        return UNCHANGED
    view.reject("CM802", node.target, node, "the vendor does not accept a change of this object")
    return KEPT, standing_object(node, replace(view, after=view.before))


def _whole_enough(node: ObjectNode, sent: dict[str, Any], view: View) -> Outcome:
    """Does the object have the members that the contract requires?

    A rejected member rejects the object; a member that is not stated is an error of the record.
    """
    lacking = node.type.required - sent.keys() if node.type else frozenset()
    if not lacking:
        return SAID, sent
    if not node.target:
        view.reject("CM707", "", node, "a member that the contract requires is missing in the item")
        return KEPT, NOTHING
    refused = {rejected.target for rejected in view.draft.rejected}
    for member in node.members:
        if member.name in lacking:
            if view.item or view.target(member.target) in refused:
                view.draft.take_back(view.target(node.target))
                view.reject("CM707", node.target, node, "a member that the contract requires is missing")
                return KEPT, standing_object(node, replace(view, after=view.before))
            view.draft.missing.append(member)
    return SAID, sent


def _left_out(outcomes: Sequence[tuple[TargetNode, Outcome]]) -> bool:
    """Is a member cleared by leaving it out?"""
    return any(
        state == SAID and any(leaf.policy.clear.only_replaced for leaf in leaves(member))
        for member, (state, _) in outcomes
    )


def _full(node: ObjectNode, outcomes: Sequence[tuple[TargetNode, Outcome]], view: View) -> dict[str, Any]:
    """Everything that stands after the update: what was said, what did not change, what was kept."""
    made: dict[str, Any] = {}
    for member, (state, value) in outcomes:
        if state == SAME:
            value = standing(member, view)
        if value is not NOTHING:
            made[member.name] = value
    if made or view.item:
        _ride(node, made, view)
    return made


def _ride(node: ObjectNode, made: dict[str, Any], view: View) -> None:
    for member in node.members:
        if isinstance(member, Rider) and view.riders[member.index] is not ABSENT:
            made[member.name] = view.riders[member.index]


def add_standing(node: ObjectNode, sent: dict[str, Any], view: View) -> None:
    """Riders, `send: always` members and required members go along with what is sent."""
    _ride(node, sent, view)
    required = node.type.required if node.type else frozenset()
    for member in node.members:
        if member.name in sent:
            continue
        value = standing(member, view) if member.name in required else along(member, view)
        if member.name in required and isinstance(member, Leaf) and member.kind.is_map:
            value = {}  # the map has nothing to say, and the contract wants it
        if value is not NOTHING and value is not None:
            sent[member.name] = value
    order = sorted(node.members, key=lambda member: isinstance(member, Rider))  # as generated code has it
    for name in [member.name for member in order if member.name in sent]:
        sent[name] = sent.pop(name)


def goes_along(node: TargetNode) -> bool:
    """Is there something below, an identity or `send: always`, that is in every update?"""
    if isinstance(node, ObjectNode) and node.policy.always:
        return True
    return any(leaf.policy.always or leaf.policy.identity for leaf in leaves(node))


def along(node: TargetNode, view: View) -> Any:
    """What of a node is in every update, changed or not."""
    if not goes_along(node) or _is_taken_away(node, view):
        return NOTHING
    match node:
        case ObjectNode(whole=False, policy=Policy(always=False)) if not view.full:
            sent: dict[str, Any] = {}
            for member in node.members:
                if (value := along(member, view)) is not NOTHING and value is not None:
                    sent[member.name] = value
            if sent:
                add_standing(node, sent, view)
            return sent or NOTHING
        case ItemsNode(whole=False) if not view.full:
            return _in_list([(segment, along(item, view)) for segment, item in node.items]) or NOTHING
    return standing(node, view)


def _is_taken_away(node: TargetNode, view: View) -> bool:
    """Is the object cleared in its own way? Nothing of it goes along then, but what names the customer."""
    if not isinstance(node, ObjectNode) or node.clear is None or not node.clear.says:
        return False
    return _all_gone(node, view) and not any(leaf.policy.identity for leaf in leaves(node))


def _note_whole(node: ObjectNode, view: View) -> None:
    if view.known:
        view.draft.note(view.target(node.target), Fact.REPLACED_WHOLE, node)
    elif any(view.after[leaf.slot] is ABSENT for leaf in leaves(node)):
        view.draft.note(view.target(node.target), Fact.PARTLY_STATED, node)


def _presence(node: ObjectNode, view: View) -> Outcome | None:
    """What the state of the source object decides alone, if anything."""
    if node.presence is None:
        return None
    before, after = view.before[node.presence.slot], view.after[node.presence.slot]
    if after.__class__ is Failure:
        if before is SILENT or not view.sources_equal(node.presence):
            view.reject(after.code, node.target, node, after.reason)
        return KEPT, standing_object(node, replace(view, after=view.before))
    if after is SILENT:
        if not _was_there(node, view):
            return UNCHANGED
        if node.policy.otherwise_clear:
            gone = tuple(ABSENT for _ in view.after)
            if node.clear is not None:
                return _clear_object(node, node.clear, view)
            return object_delta(replace(node, presence=None), replace(view, after=gone, complete=True))
        view.draft.note(view.target(node.target), Fact.LEFT_BEHIND, node)
        return KEPT, standing_object(node, replace(view, after=view.before))
    return None


def _was_there(node: ObjectNode, view: View) -> bool:
    return any(is_value(view.before[leaf.slot]) for leaf in leaves(node))


def _all_gone(node: ObjectNode, view: View) -> bool:
    """Is everything that the object reads null or gone, and something of it new?"""
    below = list(leaves(node))
    changed = any(_is_gone(leaf, view) for leaf in below)
    if not changed:
        return False
    if node.presence is not None:
        before, after = view.before[node.presence.slot], view.after[node.presence.slot]
        if after is None or (after is ABSENT and before is not ABSENT):
            return True
    return all(_says_nothing(leaf, view) for leaf in below)


def _says_nothing(leaf: Leaf, view: View) -> bool:
    """Null, or gone; a member that was never said is neither, unless records are complete."""
    before, after = view.before[leaf.slot], view.after[leaf.slot]
    return after is None or (after is ABSENT and (view.complete or is_value(before)))


def _is_gone(leaf: Leaf, view: View) -> bool:
    before, after = view.before[leaf.slot], view.after[leaf.slot]
    if after is None:
        return before is not None and not (before is ABSENT and view.known_missing(leaf))
    return after is ABSENT and is_value(before)


def _clear_object(node: ObjectNode, clear: Clear, view: View) -> Outcome:
    there = _was_there(node, view)
    held = standing_object(node, replace(view, after=view.before)) if there else NOTHING
    if node.policy.immutable and there:
        view.reject("CM802", node.target, node, "the vendor does not accept a change of this object")
        return KEPT, held
    return clearing.clear_rule(node, clear, node.name, node.target, held, view)


def items_delta(node: ItemsNode, view: View) -> Outcome:
    """A list whose items are named by position or key: item by item."""
    inner = view.inside(full=view.full or node.whole)
    outcomes = [(segment, item, delta(item, inner)) for segment, item in node.items]
    states = {outcome[0] for _, _, outcome in outcomes}
    if SAID not in states:
        return (KEPT, standing(node, replace(inner, after=inner.before))) if KEPT in states else UNCHANGED
    made: list[tuple[Index | Select, Any]] = []
    for segment, item, (state, value) in outcomes:
        if inner.full and state == SAME:
            value = standing(item, inner)
        elif state != SAID and not inner.full:
            value = along(item, inner)
        made.append((segment, value))
    listed = _in_list(made)
    if not listed and not (node.whole and _left_out([(item, outcome) for _, item, outcome in outcomes])):
        return SAID, NOTHING
    if node.whole and view.known:
        view.draft.note(view.target(node.target), Fact.REPLACED_WHOLE, node)
    return SAID, listed


def _in_list(made: list[tuple[Index | Select, Any]]) -> list[Any]:
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
