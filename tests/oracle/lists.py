"""Lists whose items have a key: `keyed`, which the vendor matches by it, and `add-only` (§ 5)."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from custmap.model.clear import KeyIn, NameIn, Operated, Send, SendEmpty, SendNull, Skip, Write
from custmap.model.nodes import Leaf, Table
from custmap.model.note import Fact
from custmap.running.states import Failure
from custmap.values.absent import ABSENT
from custmap.values.equality import fingerprint, same
from custmap.values.paths import Member, Select, format_path
from oracle import containers, forms, maps, operations
from oracle.clears import cleared, kept, null_container, rejected, text_of
from oracle.interpreter import Row, silenced
from oracle.outcome import Change, Outcome, Sides, Told, is_value, shown


class UnclearItems(Exception):
    """An item has no key, or shares it with another."""


def list_outcome(leaf: Leaf, before: Any, after: Any, sides: Sides) -> Outcome:
    if isinstance(before, list) and same(_tuples(before), _tuples(after)):
        return Outcome(False, stands=clear_items(leaf, before, sides))
    mentioned = isinstance(before, list) or before is None or sides.known_missing(leaf)
    clear = leaf.policy.clear
    if after is None and not mentioned:
        return _null(leaf, before, sides)
    if is_value(after) and not isinstance(after, list):
        return Outcome(False, stands=after)  # the vendor's own, left alone
    if not isinstance(after, list) and not isinstance(before, list):
        stays = before if is_value(before) else ABSENT
        return Outcome(False, stands=null_container(clear, []) if after is None else stays)
    if not isinstance(after, list) and before and isinstance(clear, Write):
        return cleared(clear, leaf.name, leaf.target, held_items(before, sides.riders), sides)
    try:
        new = _by_key(leaf, after if isinstance(after, list) else [])
    except UnclearItems:
        refused = () if sides.sources_equal(leaf) else (("CM806", sides.target(leaf.target)),)
        return Outcome(False, stands=clear_items(leaf, before, sides), told=Told(rejected=refused), kept=True)
    unknown = Told()
    try:
        old = _by_key(leaf, before if isinstance(before, list) else [])
    except UnclearItems:
        if not new and not sides.full:  # nothing is left of items that nobody knows
            outcome = _null(leaf, ABSENT, sides)
            note = Told(notes=((Fact.UNKNOWN_ITEMS, sides.target(leaf.target)),))
            return replace(outcome, told=outcome.told + note)
        old, mentioned, sides = {}, False, replace(sides, document=False)
        unknown = Told(notes=((Fact.UNKNOWN_ITEMS, sides.target(leaf.target)),))
    outcome = _items(leaf, old, new, mentioned, sides)
    outcome = replace(outcome, told=outcome.told + unknown)
    if not outcome.said and outcome.stands is ABSENT and sides.after[leaf.slot] is None:
        return replace(outcome, stands=null_container(clear, []))
    return outcome


def _null(leaf: Leaf, before: Any, sides: Sides) -> Outcome:
    """Null on the list: its items are not known, so only what clears the list itself can say it."""
    clear = leaf.policy.clear
    match clear if operations.names_the_whole(leaf, clear) else None:
        case SendEmpty():
            return maps._all(leaf, cleared(SendEmpty([]), leaf.name, leaf.target, before, sides), sides)
        case Send() | SendNull() | Write():
            return maps._all(leaf, cleared(clear, leaf.name, leaf.target, before, sides), sides)
    return rejected("CM803", leaf.target, ABSENT, sides)


def clear_items(leaf: Leaf, before: Any, sides: Sides) -> Any:
    """What the vendor holds of before's list: nothing, if its items could not be told apart."""
    try:
        return held_items(before, sides.riders) or ABSENT if _by_key(leaf, before) else ABSENT
    except (UnclearItems, TypeError):
        return ABSENT


def _items(leaf: Leaf, old: dict[Any, Any], new: dict[Any, Any], mentioned: bool, sides: Sides) -> Outcome:
    outcomes = [_item(leaf, key, old.get(key), item, mentioned, sides) for key, item in new.items()]
    outcomes += [_gone(leaf, item, sides) for key, item in old.items() if key not in new]
    stands = [one.stands for one in outcomes if one.stands is not ABSENT]
    sent = [one.sent for one in outcomes if one.said and one.sent is not ABSENT]
    return Outcome(
        any(one.said for one in outcomes),
        (stands if sides.full else sent) or ABSENT,
        stands or ABSENT,
        sum((one.told for one in outcomes), Told()),
        kept=any(one.kept or one.told.rejected for one in outcomes),
    )


def _item(leaf: Leaf, mark: Any, before: Any, after: Any, mentioned: bool, sides: Sides) -> Outcome:
    """An item that after has: each whole, when anything in it changed."""
    target = sides.target(leaf.target + format_path((Select(leaf.key or "", key_of(leaf, after)),)))
    was = ABSENT if before is None else rendered(before, sides.riders)
    if before is not None and _is_same(before, after, sides):
        return Outcome(False, stands=was)
    if isinstance(after, Row):
        outcome = _by_rules(leaf, target, before, after, mentioned, sides)
    else:
        outcome = _as_it_is(target, was, after, sides)
    if before is not None and leaf.kind.only_new:
        if not outcome.said and not outcome.told.rejected:
            return Outcome(False, stands=was, told=outcome.told)
        return kept(was, Told(rejected=(("CM805", target),)))
    if not outcome.said:
        return Outcome(False, stands=was, told=outcome.told)
    change = () if sides.item else (Change("set", target, None if was is ABSENT else was, outcome.sent),)
    key = key_of(leaf, after)
    told = operations.said(
        leaf, (Select(leaf.key or "", key),), key, outcome.sent, sides, new=before is None and mentioned
    )
    return replace(outcome, told=Told(changes=change) + outcome.told + told)


def _is_same(before: Any, after: Any, sides: Sides) -> bool:
    """Is it one item twice? Of items that one table makes, their members decide."""
    one_table = isinstance(before, Row) and isinstance(after, Row) and before[0] is after[0]
    return same(_tuples(before), _tuples(after)) or (
        not one_table and same(_made(before, sides.riders), _made(after, sides.riders))
    )


def _tuples(state: Any) -> Any:
    """Rows as plain tuples: `same` knows only these as JSON's."""
    if isinstance(state, tuple):
        return tuple(map(_tuples, state))
    return list(map(_tuples, state)) if isinstance(state, list) else state


def _by_rules(leaf: Leaf, target: str, before: Any, after: Row, mentioned: bool, sides: Sides) -> Outcome:
    table: Table = after[0]
    by_this_table = isinstance(before, Row) and before[0] is table
    inner = replace(
        sides,
        before=silenced(table, tuple(before[1:])) if by_this_table else (ABSENT,) * len(table.slots),
        after=silenced(table, tuple(after[1:])),
        before_record=before.item if isinstance(before, Row) else ABSENT,
        after_record=after.item,
        fresh=before is None and mentioned,
        full=True,
        item=True,
        prefix=target,
    )
    return containers.object_outcome(table.root, inner)


def _as_it_is(target: str, before: Any, after: dict[str, Any], sides: Sides) -> Outcome:
    """An item without rules: a member that it no longer has cannot be said."""
    lost = sorted(before.keys() - after.keys()) if isinstance(before, dict) else []
    refused = tuple(("CM803", f"{target}.{format_path((Member(name),))}") for name in lost)
    changed = before is ABSENT or any(not same(before.get(name, ABSENT), one) for name, one in after.items())
    return Outcome(changed, after, after if changed else before, Told(rejected=refused))


def _gone(leaf: Leaf, item: Any, sides: Sides) -> Outcome:
    """An item that after no longer has. Its name is its key's value."""
    key = key_of(leaf, item)
    target = sides.target(leaf.target + format_path((Select(leaf.key or "", key),)))
    was = rendered(item, sides.riders)
    if leaf.kind.only_new:
        return kept(was, Told(rejected=(("CM805", target),)))
    change = () if sides.item else (Change("clear", target, shown(was), None),)
    if isinstance(leaf.policy.clear, Operated):
        return operations.gone(
            leaf, leaf.policy.clear, (Select(leaf.key or "", key),), key, target, was, sides
        )
    if not forms.can_name(leaf.policy.clear.for_item(), key):
        return kept(was, Told(rejected=(("CM710", target),)))
    match leaf.policy.clear:
        case NameIn(place=place):
            return Outcome(True, told=Told(changes=change, names=((place, key),)))
        case KeyIn(place=place, value=value):
            return Outcome(True, told=Told(changes=change, marks=((place, text_of(key), value),)))
        case Skip():
            return kept(was, Told(notes=((Fact.CLEAR_SKIPPED, target),)))
    return kept(was, Told(rejected=(("CM803", target),)))


def held_items(items: list[Any], riders: tuple[Any, ...]) -> list[Any]:
    """The items as the vendor holds them."""
    return [held for item in items if (held := rendered(item, riders)) is not ABSENT]


def rendered(item: Any, riders: tuple[Any, ...]) -> Any:
    """An item as the vendor holds it; ABSENT: without what the contract requires it was never sent."""
    made = _made(item, riders)
    if isinstance(item, Row) and containers.all_missing(item[0].root, made):
        return ABSENT
    return made


def _made(item: Any, riders: tuple[Any, ...]) -> Any:
    if not isinstance(item, Row):
        return item
    slots = silenced(item[0], tuple(item[1:]))
    sides = Sides(slots, slots, item.item, item.item, riders, known=True, full=True, item=True)
    stands = containers.object_outcome(item[0].root, sides).stands
    return {} if stands is ABSENT else stands


def _by_key(leaf: Leaf, items: list[Any]) -> dict[Any, Any]:
    found: dict[Any, Any] = {}
    for item in items:
        key = key_of(leaf, item)
        if not is_value(key) or isinstance(key, dict | list) or fingerprint(key) in found:
            raise UnclearItems
        found[fingerprint(key)] = item
    return found


def key_of(leaf: Leaf, item: Any) -> Any:
    """The value of the member that names an item."""
    if isinstance(item, Row):
        for member in item[0].root.members:
            if member.name == leaf.key:
                state = item[1 + member.slot] if hasattr(member, "slot") else ABSENT
                return ABSENT if isinstance(state, Failure) else state
        return ABSENT
    return item.get(leaf.key, ABSENT) if isinstance(item, dict) else ABSENT
