"""Clearing a value: in the vendor's way, or rejected, or noted; and what plans show of it."""

from __future__ import annotations

from typing import Any, Final

from custmap.model.clear import IMPOSSIBLE, Clear, KeyIn, NameIn, Omit, Operated, Send, SendNull, Skip, Write
from custmap.model.nodes import Leaf, ObjectNode
from custmap.model.note import Fact
from custmap.running.calls import fresh
from custmap.running.draft import KEPT, NOTHING, SAID, Draft, Outcome, View
from custmap.running.operations import cannot_clear, say_gone
from custmap.running.states import is_value
from custmap.values.equality import fingerprint, same
from custmap.values.paths import TargetPath, format_path

UNWRITABLE: Final = "cannot be cleared: its name {}"


def clear_leaf(leaf: Leaf, before: Any, view: View) -> Outcome:
    """The value is gone: say it in the vendor's way."""
    return clear_rule(leaf, leaf.policy.clear, leaf.name, leaf.target, before, view)


def clear_rule(
    rule: Leaf | ObjectNode,
    clear: Clear,
    name: Any,
    target: str,
    before: Any,
    view: View,
    source: str | None = None,
    below: TargetPath = (),
) -> Outcome:
    """One clear: in its form, or rejected, or noted. `target` is without the view's prefix.

    `below` leads from the rule to an entry of its map.
    """
    stays = before if is_value(before) and not view.item else NOTHING
    if (clear.only_replaced and not view.full) or (view.item and not clear.fits_in_item):
        clear = IMPOSSIBLE  # leaving it out would keep it, and a name does not say which item
    if not clear.says:
        if isinstance(clear, Skip):
            view.draft.note(view.target(target), Fact.CLEAR_SKIPPED, rule)
        else:
            view.reject("CM803", target, rule, "cannot be cleared", source)
        return KEPT, stays
    if reason := clear.unwritable(name):
        view.reject("CM710", target, rule, UNWRITABLE.format(reason), source)
        return KEPT, stays
    if isinstance(clear, Operated):
        return say_gone(rule, clear, below, name, target, before, view, source)
    if clear.at_place and (reason := cannot_clear(rule, below, seen_null(clear), view)):
        view.reject("CM710", target, rule, f"cannot be cleared: its value {reason}", source)
        return KEPT, stays
    sent = write_clear(clear, name, view.draft)
    shown = written_target(clear, view.target(target))
    view.change("clear", shown, rule, before if is_value(before) else None, shown_after(clear, sent), source)
    return SAID, sent


def write_clear(clear: Clear, name: Any, draft: Draft) -> Any:
    """What stands at the target's own place; NOTHING for forms that speak elsewhere, in the draft."""
    match clear:
        case SendNull():
            return None
        case Send(value):
            return fresh(value)
        case Write(writes):
            draft.writes += ((place, fresh(value)) for place, value in writes)
        case NameIn(place, as_name):
            said = as_name or name
            draft.names.setdefault(place, {})[fingerprint(said)] = said
        case KeyIn(place, as_name, value):
            draft.marks.setdefault(place, {})[str(as_name or name)] = fresh(value)
        case Omit():
            draft.omitted += 1
    return NOTHING


def written_target(clear: Clear, target: str) -> str:
    """The target that plans show: what is written, for `write`."""
    return format_path(clear.places[0]) if isinstance(clear, Write) else target


def shown_after(clear: Clear, sent: Any) -> Any:
    """What plans show as sent."""
    if isinstance(clear, Write):
        return fresh(clear.writes[0][1])
    return None if sent is NOTHING else fresh(sent)


def seen_null(clear: Clear) -> Any:
    """The vendor's value for a null: with `send_empty` it is `[]`, `{}` or ""."""
    return fresh(clear.value) if isinstance(clear, Send) else None


def is_cleared(clear: Clear, held: Any) -> bool:
    """Does the vendor already have the value that clears, such as the `""` of `send_empty`?"""
    return isinstance(clear, Send) and same(held, clear.value)
