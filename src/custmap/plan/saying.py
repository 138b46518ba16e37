"""Saying that a value is gone: in the vendor's form, or rejected, or noted."""

from __future__ import annotations

from typing import Any

from custmap.check.checked import Leaf, ObjectNode
from custmap.codegen.states import is_value
from custmap.model.clear import IMPOSSIBLE, SKIP, Clear
from custmap.model.note import Fact
from custmap.plan import clearing
from custmap.plan.clearing import shown_after, written_target
from custmap.plan.draft import KEPT, NOTHING, SAID, Outcome, View


def clear_leaf(leaf: Leaf, before: Any, view: View) -> Outcome:
    """The value is gone: say it in the vendor's way."""
    return say_cleared(leaf, leaf.policy.clear, leaf.name, leaf.target, before, view)


def say_cleared(
    rule: Leaf | ObjectNode,
    clear: Clear,
    name: Any,
    target: str,
    before: Any,
    view: View,
    source: str | None = None,
) -> Outcome:
    """One clear: in its form, or rejected, or noted. `target` is without the view's prefix."""
    stays = before if is_value(before) and not view.item else NOTHING
    if (clear.only_replaced and not view.full) or (view.item and not clear.fits_in_item):
        clear = IMPOSSIBLE  # leaving out keeps, and a name does not tell which item
    if clear == IMPOSSIBLE:
        view.reject("CM803", target, rule, "cannot be cleared", source)
        return KEPT, stays
    if clear == SKIP:
        view.draft.note(view.target(target), Fact.CLEAR_SKIPPED, rule)
        return KEPT, stays
    sent = clearing.say(clear, name, view.draft)
    shown = written_target(clear, view.target(target))
    view.change("clear", shown, rule, before if is_value(before) else None, shown_after(clear, sent), source)
    return SAID, sent
