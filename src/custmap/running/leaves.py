"""What changed at a leaf, and what of it stands at the vendor."""

from __future__ import annotations

from typing import Any

from custmap.model.clear import SKIP
from custmap.model.nodes import Leaf
from custmap.model.note import Fact
from custmap.running import lists, maps, single
from custmap.running.clearing import seen_null
from custmap.running.draft import KEPT, NOTHING, UNCHANGED, Outcome, View
from custmap.running.lists import Items
from custmap.running.states import SILENT, Failure, is_value
from custmap.values.absent import ABSENT


def change_leaf(leaf: Leaf, before: Any, after: Any, view: View, items: Items = ()) -> Outcome:
    """The outcome of a leaf whose two states differ; `items` are the functions of its list's items."""
    raw = before
    if before.__class__ is Failure and before.code == "CM807":
        before = ABSENT  # an empty text that this vendor ignores was never there
    if after.__class__ is Failure:
        if before is SILENT or not view.sources_equal(leaf, raw, after):
            view.reject(after.code, leaf.target, leaf, after.reason)
        return KEPT, held(leaf, before, view, items)
    if after is SILENT:
        return _turned_silent(leaf, before, view, items)
    if before is SILENT:
        before = ABSENT
    if before.__class__ is Failure and (after is not ABSENT or view.complete):
        view.draft.note(view.target(leaf.target), Fact.UNKNOWN_BEFORE, leaf)
    return _change_by_kind(leaf, before, after, view, items)


def _change_by_kind(leaf: Leaf, before: Any, after: Any, view: View, items: Items) -> Outcome:
    if leaf.kind.is_map:
        return maps.change_map(leaf, before, after, view)
    if leaf.kind.has_items:
        return lists.change_list(leaf, before, after, view, items)
    return single.change_value(leaf, before, after, view)


def _turned_silent(leaf: Leaf, before: Any, view: View, items: Items) -> Outcome:
    if not is_value(before):
        return UNCHANGED
    if leaf.policy.otherwise_clear:
        return _change_by_kind(leaf, before, None, view, items)
    view.draft.note(view.target(leaf.target), Fact.LEFT_BEHIND, leaf)
    return KEPT, held(leaf, before, view, items)


def standing(leaf: Leaf, before: Any, after: Any, view: View, items: Items = ()) -> Any:
    """What stands at the vendor after the update, NOTHING for nothing."""
    if any(one.target == view.target(leaf.target) for one in view.draft.rejected):
        return held(leaf, before, view, items)  # it could not be said, so it stays
    if is_value(after):
        return held(leaf, after, view, items)
    if after is None and leaf.policy.clear != SKIP:
        clear = leaf.policy.clear
        return seen_null(clear) if clear.at_place else NOTHING
    return held(leaf, before, view, items)


def held(leaf: Leaf, state: Any, view: View, items: Items = ()) -> Any:
    """A slot's state as the vendor holds it: items as they are sent, entries that can be."""
    if leaf.kind.has_items and state.__class__ is list:
        return [lists.rendered(row, view, items) for row in state]
    if leaf.kind.is_map and state.__class__ is dict:
        return {key: item for key, item in state.items() if is_value(item)}
    return state if is_value(state) else NOTHING
