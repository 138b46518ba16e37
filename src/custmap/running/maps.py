"""Maps that the vendor merges key by key (`entries`), and objects without a table (`members`)."""

from __future__ import annotations

from typing import Any

from custmap.model.change import new_change
from custmap.model.clear import NameIn, Operated, Write
from custmap.model.nodes import FromSource, Leaf
from custmap.model.privacy import ItemTarget, KeyText, inside
from custmap.model.template import Hole
from custmap.running import clearing
from custmap.running.clearing import is_cleared, seen_null
from custmap.running.draft import KEPT, NOTHING, SAID, SAME, UNCHANGED, Outcome, View
from custmap.running.operations import cannot_say, cleared_inside, entries_of, is_unsure, say_inside
from custmap.running.states import NEVER_THERE, Failure, Unsettled, bare, is_value
from custmap.values.absent import ABSENT
from custmap.values.equality import same
from custmap.values.paths import Member, TargetPath, format_path

_SCALARS = frozenset({str, bool, int})
"""Kinds of values that Python compares as JSON does, when both are of one class."""


def change_map(leaf: Leaf, before: Any, after: Any, view: View) -> Outcome:
    """The changed keys; a key that is gone is cleared in the rule's way."""
    open_, before = before, bare(before)
    held: dict[str, Any] = before if type(before) is dict else {}
    mentioned = type(before) is dict or before is None or view.known_missing(leaf)
    if type(open_) is Unsettled:
        held = _unsettled(open_, after)
    # Of a map, a key that before does not have is known not to be there. An object with named members says so
    # by null alone.
    known = view.nothing or before is None if leaf.kind.is_deep and not _is_free(leaf) else mentioned
    if type(after) is dict:
        return _entries(leaf, leaf.target, held, after, known, view)
    if after is ABSENT and not held:
        return UNCHANGED
    if not mentioned and not held:
        return _null_map(leaf, before, view)
    if isinstance(leaf.policy.clear, Write) and any(_was_there(item) for item in held.values()):
        known_values = {key: bare(item) for key, item in held.items() if is_value(bare(item))}
        return clearing.clear_leaf(leaf, known_values or NOTHING, view)
    return _entries(leaf, leaf.target, held, {}, known, view)


def _unsettled(before: Unsettled, after: Any) -> dict[str, Any]:
    """A map of before with the entries that are not settled, those that only a lost request had too."""
    held: dict[str, Any] = before.held if type(before.held) is dict else {}
    below = before.below
    if before.whole:
        below = {**dict.fromkeys([*held, *(after if type(after) is dict else ())]), **below}
    return {
        **held,
        **{key: Unsettled(held.get(key, ABSENT), inner or {}, inner is None) for key, inner in below.items()},
    }


def _is_free(leaf: Leaf) -> bool:
    """Are the keys data, and not names?"""
    source = leaf.origin.source
    return isinstance(source, FromSource) and source.type.free


def cannot_be_said(state: Any) -> bool:
    """Is a map, an entry of it or a list what could not be computed? Then it is not known to be empty."""
    return type(state) is Failure or (
        type(state) is dict and any(type(item) is Failure for item in state.values())
    )


def _was_there(item: Any) -> bool:
    """Not null, and no empty text that this vendor ignores."""
    return item is not None and not (type(item) is Failure and item.code in NEVER_THERE)


def _null_map(leaf: Leaf, before: Any, view: View) -> Outcome:
    """A null map, if its keys are not known."""
    if leaf.clears_as_one:
        clear = leaf.policy.clear.for_container({})
        outcome = clearing.clear_rule(leaf, clear, leaf.name, leaf.target, before, view)
        return cleared_inside(outcome, leaf, (), leaf.name, leaf.target, view)
    view.reject("CM803", leaf.target, leaf, "cannot be cleared: without before its keys are not known")
    return KEPT, NOTHING


def _entries(
    leaf: Leaf,
    target: str,
    before: dict[str, Any],
    after: dict[str, Any],
    mentioned: bool,
    view: View,
    way: TargetPath = (),
) -> Outcome:
    """`way` leads from the rule to the map, where maps are in it."""
    sent: dict[str, Any] = {}
    said = kept = False
    plain = not (leaf.policy.immutable or view.item or is_unsure(leaf.says, view))
    told = None if leaf.says is None else entries_of(leaf, way, view)
    listed = _listed(leaf) if plain else None
    changes, span, privacy = view.draft.changes, leaf.span, leaf.privacy
    for key in sorted(before | after):
        was, now = before.get(key, ABSENT), after.get(key, ABSENT)
        kind = type(now)
        if kind in _SCALARS:
            if type(was) is kind and was == now:
                if view.full:
                    sent[key] = now
                continue
            if plain and (was is ABSENT or type(was) in _SCALARS):
                said = True  # the usual change of an entry, at once: a plain value is new, or becomes another
                sent[key] = now
                name, source = places_of(leaf, target, key)
                had = None if was is ABSENT else was
                changes.append(new_change(("set", name, source, had, now, span, 0, privacy)))
                if told is not None:
                    told.say(key, name, now, was is ABSENT and mentioned)
                continue
        elif (
            (listed is not None and (now is ABSENT or now is None))
            and type(was) in _SCALARS
            and listed.unwritable(key) is None
        ):
            said = True  # the usual clear of one: a plain value is gone, and its key is listed
            name, source = places_of(leaf, target, key)
            clearing.write_clear(listed, key, view.draft)
            changes.append(new_change(("clear", name, source, was, None, span, 0, privacy)))
            continue
        state, value = _entry(leaf, target, key, was, now, mentioned, view, (*way, Member(key)))
        said = said or state == SAID
        kept = kept or state == KEPT
        if value is not NOTHING and (state == SAID or view.full):
            sent[key] = value
    if not said:
        return KEPT if kept else SAME, sent or NOTHING
    return SAID, sent if sent else NOTHING


def _listed(leaf: Leaf) -> NameIn | None:
    """The clear of a rule whose entries are gone when their keys are listed, and nothing else is asked."""
    clear = leaf.policy.clear
    simple = type(clear) is NameIn and clear.name is None and clear.form is None
    return clear if simple and leaf.says is None else None  # type: ignore[return-value]  # asked above


def _entry(
    leaf: Leaf, target: str, key: str, before: Any, after: Any, mentioned: bool, view: View, way: TargetPath
) -> Outcome:
    name, source = places_of(leaf, target, key)
    clear, again, held = leaf.policy.clear, type(before) is Unsettled, bare(before)
    if type(after) is Failure:
        if again or not (type(held) is Failure and same(held.raw, after.raw)):
            view.reject(after.code, name, leaf, after.reason, source)
        return KEPT, held if is_value(held) else NOTHING
    if type(held) is Failure and held.code in NEVER_THERE:
        held = ABSENT  # an empty text that this vendor ignores was never there
    is_refused = any(one.unwritable({key: ""}) for one in leaf.limits)
    if is_value(held) and not same(held, after) and cannot_say(leaf, way, {Hole.VALUE: held}, view):
        held = ABSENT  # what no template can say was never there
    if not is_value(after) and (is_refused or cannot_say(leaf, way, {}, view)):
        return UNCHANGED  # its key cannot be written, so it was never there
    if again and not leaf.policy.repeatable:
        view.reject_again(name, leaf, source)
        return KEPT, held if is_value(held) else NOTHING
    if is_value(after):
        now = Unsettled(held, before.below, before.whole) if again else held
        return _entry_value(leaf, name, source, now, after, mentioned, view, way)
    if not again and type(held) is not Failure:
        if after is ABSENT and not is_value(held):
            return UNCHANGED
        if held is None or (held is ABSENT and mentioned):
            return UNCHANGED
        if is_cleared(clear, held):
            return (SAME, held) if view.full else UNCHANGED
    if leaf.policy.immutable and is_value(held):
        view.reject("CM802", name, leaf, "the vendor does not accept a change of this value", source)
        return KEPT, held
    if isinstance(clear, Write):
        view.reject("CM803", name, leaf, "cannot be cleared alone", source)
        return KEPT, held if is_value(held) else NOTHING
    if again and isinstance(clear, Operated) and clear.fails:
        view.reject_again(name, leaf, source)
        return KEPT, held if is_value(held) else NOTHING
    outcome = clearing.clear_rule(leaf, clear, key, name, held, view, source, way)
    return cleared_inside(outcome, leaf, way, key, name, view)


def places_of(leaf: Leaf, target: str, key: str) -> tuple[str, str | None]:
    """The target and the source path of an entry; a key that may be a value names no source."""
    privacy = leaf.privacy
    part = key if key.isidentifier() and key.isascii() else format_path((Member(key),))
    secret = privacy.secret_name() if privacy.secrets else None
    if secret is None and privacy.open_keys:
        return f"{target}.{part}", f"{leaf.source}.{part}" if leaf.source else None
    return inside(target, ItemTarget((KeyText(part, not privacy.open_keys, secret),))), leaf.source


def _entry_value(
    leaf: Leaf,
    name: str,
    source: str | None,
    before: Any,
    after: Any,
    mentioned: bool,
    view: View,
    way: TargetPath,
) -> Outcome:
    again, held = type(before) is Unsettled, bare(before)
    if held is None:
        held = seen_null(leaf.policy.clear)
    is_same = same(held, after)
    if is_same and not again:
        return (SAME, after) if view.full else UNCHANGED
    if reason := cannot_say(leaf, way, {Hole.VALUE: after}, view):
        view.reject("CM710", name, leaf, reason, source)
        return KEPT, held if is_value(held) else NOTHING
    if not is_same and leaf.policy.immutable and is_value(held):
        view.reject("CM802", name, leaf, "the vendor does not accept a change of this value", source)
        return KEPT, held
    if leaf.kind.is_deep and type(after) is dict:
        inner: dict[str, Any] = held if type(held) is dict else {}
        if again:
            inner = _unsettled(before, after)
        state, value = _entries(leaf, name, inner, after, mentioned or held is None, view, way)
        return state, {} if value is NOTHING and state == SAID and view.full else value
    view.change("set", view.target(name), leaf, held, after, source)
    new = not again and (held is None or (held is ABSENT and mentioned))
    say_inside(leaf, way, way[-1].name, name, after, view, new)  # type: ignore[union-attr]  # keys are names
    return SAID, after
