"""What changed at a leaf, and what of it stands at the vendor."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from custmap.model.nodes import Leaf
from custmap.model.note import Fact
from custmap.running import items as by_items
from custmap.running import lists, maps, single
from custmap.running.clearing import seen_null
from custmap.running.draft import KEPT, NOTHING, SAID, SAME, UNCHANGED, Outcome, View
from custmap.running.states import NEVER_THERE, SILENT, Failure, Unsettled, bare, is_value
from custmap.values.absent import ABSENT
from custmap.values.equality import same

Row = tuple[Any, ...]


def change_leaf(leaf: Leaf, before: Any, after: Any, view: View, items: Any = ()) -> Outcome:
    """The outcome of a leaf whose two states differ; `items` are the functions of its list's items."""
    if type(before) is Unsettled:
        return _change_unsettled(leaf, before, after, view, items)
    raw = before
    if type(before) is Failure and before.code in NEVER_THERE:
        before = ABSENT  # an empty text that this vendor ignores was never there
    if type(after) is Failure:
        if type(raw) is not Failure or not view.sources_equal(leaf, raw, after):
            view.reject(after.code, leaf.target, leaf, after.reason)
        return KEPT, unchanged(leaf, before, before, view, items)
    if after is SILENT:
        return _turned_silent(leaf, before, view, items)
    if before is SILENT:
        before = ABSENT
    if type(before) is Failure:
        view.draft.note(view.target(leaf.target), Fact.UNKNOWN_BEFORE, leaf)
        is_gone = after == {} or after == [] or (after is ABSENT and view.complete)
        if is_gone and not leaf.kind.is_one and not view.full:
            after = None  # nothing is left of what nobody knows
    return _change_by_kind(leaf, before, after, view, items)


def _change_unsettled(leaf: Leaf, before: Unsettled, after: Any, view: View, items: Any) -> Outcome:
    """Nobody knows what the vendor holds: what after says is said again, what is gone is cleared again."""
    held = before.held
    if type(after) is Failure:
        view.reject(after.code, leaf.target, leaf, after.reason)
        return KEPT, unchanged(leaf, held, held, view, items)
    if after is SILENT:
        if not leaf.policy.otherwise_clear:
            view.draft.note(view.target(leaf.target), Fact.LEFT_BEHIND, leaf)
            return KEPT, unchanged(leaf, held, held, view, items)
        after = None
    if held is SILENT or (type(held) is Failure and held.code in NEVER_THERE):
        held = ABSENT
    return _change_by_kind(leaf, Unsettled(held, before.below, before.whole), after, view, items)


def _change_by_kind(leaf: Leaf, before: Any, after: Any, view: View, items: Any) -> Outcome:
    if leaf.kind.is_map:
        return maps.change_map(leaf, before, after, view)
    if leaf.kind.has_items:
        return lists.change_list(leaf, before, after, view, items)
    if leaf.kind.one_by_one:
        return by_items.change_items(leaf, before, after, view, items)
    return single.change_value(leaf, before, after, view)


def _turned_silent(leaf: Leaf, before: Any, view: View, items: Any) -> Outcome:
    if not is_value(before) or (not before and not leaf.kind.is_one):
        return UNCHANGED
    if leaf.policy.otherwise_clear:
        return _change_by_kind(leaf, before, None, view, items)
    view.draft.note(view.target(leaf.target), Fact.LEFT_BEHIND, leaf)
    return KEPT, held(leaf, before, view, items)


def standing(leaf: Leaf, before: Any, after: Any, view: View, items: Any = ()) -> Any:
    """What of a leaf stands at the vendor after the update, NOTHING for nothing.

    What could not be said stays as it was, and what is cleared elsewhere does not stand: so it is asked what
    the change comes to.
    """
    if leaf.policy.identity:
        return unchanged(leaf, before, after, view)
    if not same(before, after):
        state, value = change_leaf(leaf, before, after, view.on_trial().whole(), items)
        if state is not SAME or value is not NOTHING:
            return value
    return unchanged(leaf, before, after, view, items)


def along(leaf: Leaf, before: Any, after: Any, view: View, items: Any = ()) -> Any:
    """What of a leaf is in every update: what stands, but for nulls, and rules whose `when` is not true."""
    if leaf.policy.identity:
        return unchanged(leaf, before, after, view)
    if after is None or after is SILENT:
        return NOTHING
    if not same(before, after):
        state, value = change_leaf(leaf, before, after, view.on_trial().whole(), items)
        if state is SAID or (state is KEPT and bare(before) is None):
            return NOTHING  # what changed is said already, and what is gone is not said again
        if state is KEPT or value is not NOTHING:
            return value
    return unchanged(leaf, before, after, view, items)


def unchanged(leaf: Leaf, before: Any, after: Any, view: View, items: Any = ()) -> Any:
    """What stands of a leaf that does not change; an identity never does."""
    before, after = bare(before), bare(after)
    if leaf.policy.identity:
        value = after if is_value(after) else before
        return value if is_value(value) else NOTHING
    if is_value(after):
        return held(leaf, after, view, items)
    if after is None:
        clear = leaf.policy.clear
        if not leaf.kind.is_one:
            clear = clear.for_container({} if leaf.kind.is_map else [])
        return seen_null(clear) if clear.at_place else NOTHING
    return held(leaf, before, view, items)


def held(leaf: Leaf, state: Any, view: View, items: Any = ()) -> Any:
    """A slot's state as the vendor holds it: items as they are sent, entries that can be."""
    if leaf.kind.one_by_one:
        return NOTHING  # a request has no such list: it says what came and what went
    if leaf.kind.has_items and type(state) is list:
        return lists.held_items(leaf, state, view, items)
    if leaf.kind.is_map and type(state) is dict:
        return {key: item for key, item in state.items() if is_value(item)} or NOTHING
    return state if is_value(state) else NOTHING


def is_kept(leaf: Leaf, before: Any, after: Any, view: View, items: Any = ()) -> bool:
    """Is there something in a leaf's change that cannot be said, so that the vendor keeps what it holds?"""
    if same(before, after):
        return False
    return change_leaf(leaf, before, after, view.on_trial().whole(), items)[0] is KEPT


def unless_said(
    change: Callable[[Row, Row, View], Outcome],
    whole: Callable[[Row, Row, View], Outcome],
    before: Row,
    after: Row,
    view: View,
) -> Any:
    """What of a container stands, NOTHING where something is said of it; `whole` compares it in another."""
    if change(before, after, view.on_trial())[0] is SAID:
        return NOTHING
    return standing_of(whole, before, after, view)


def standing_of(change: Callable[[Row, Row, View], Outcome], before: Row, after: Row, view: View) -> Any:
    """What of a container stands at the vendor after the update, by the function that compares it."""
    return change(before, after, view.on_trial().whole())[1]
