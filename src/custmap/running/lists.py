"""Lists whose items have a key: `keyed` (the vendor matches items) and `add-only` (it takes new ones)."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Any, Final

from custmap.model.clear import SKIP, Operated, Write
from custmap.model.nodes import FromSource, Leaf, ObjectNode, Table
from custmap.model.note import Fact
from custmap.model.privacy import inside, item_target
from custmap.model.walkers import options
from custmap.running import clearing
from custmap.running.draft import KEPT, NOTHING, SAID, SAME, UNCHANGED, Outcome, View
from custmap.running.item_keys import Keyed, Keyless, Row, items_by_key
from custmap.running.objects import lacking_in
from custmap.running.operations import cannot_say, cleared_inside, say_gone, say_inside
from custmap.running.states import Unsettled, bare, is_value
from custmap.values.absent import ABSENT
from custmap.values.equality import same
from custmap.values.paths import Member, Select, format_path

SETTLED: Final = Unsettled(None, {}, False)
"""Of all items it is known whether the vendor holds them."""

ItemFunctions = tuple[Table, Callable[[Any, Any, View], Outcome], Callable[[Any, Any, View], Any], bool]
"""A table of rules for items, with the generated functions that compare two items and that show one.

Last: may a member be a boolean where another's is a number? Python's equality takes them for one.
"""

Items = tuple[ItemFunctions, ...]


def change_list(leaf: Leaf, before: Any, after: Any, view: View, functions: Items) -> Outcome:
    """The items that changed, each whole; gone items are cleared, or rejected where items are only added."""
    doubts = before if type(before) is Unsettled else SETTLED
    before = bare(before)
    known_none = not doubts.whole and (before is None or view.known_missing(leaf))
    mentioned = type(before) is list or bool(doubts.below) or known_none
    if after is None and not mentioned:
        return _null_list(leaf, before, view)
    if type(after) is not list and type(before) is not list and not doubts.below:
        return UNCHANGED
    if type(after) is not list and type(before) is list and before and isinstance(leaf.policy.clear, Write):
        return clearing.clear_leaf(leaf, _all_rendered(before, view, functions), view)
    try:
        new = items_by_key(leaf, after if type(after) is list else [])
    except Keyless as error:
        if doubts is not SETTLED or not view.sources_equal(leaf, before, after):
            view.reject("CM806", leaf.target, leaf, str(error))
        return KEPT, held_items(leaf, before, view, functions) if type(before) is list else NOTHING
    try:
        old = items_by_key(leaf, before if type(before) is list else [])
    except Keyless:
        view.draft.note(view.target(leaf.target), Fact.UNKNOWN_ITEMS, leaf)
        if not new and not view.full:
            return _null_list(leaf, ABSENT, view)
        old, mentioned, view = {}, False, view.unsure()
    return _change_items(leaf, old, new, doubts, mentioned, view, functions)


def _change_items(
    leaf: Leaf, old: Keyed, new: Keyed, doubts: Unsettled, mentioned: bool, view: View, functions: Items
) -> Outcome:
    sent: list[Any] = []
    said = kept = False
    plainly = not view.full and bool(functions) and not any(mixes for *_, mixes in functions)
    for mark, (key, row) in new.items():
        found = old.get(mark)
        again = doubts is not SETTLED and (doubts.whole or mark in doubts.below)
        if plainly and found is not None and found[1] == row and not again:
            continue
        change = _say_again if again else _change_item
        if doubts.whole and leaf.kind.only_new and not view.full:
            found = None  # a clear around it may have taken it away
        state, item = change(leaf, key, found[1] if found else None, row, mentioned, view, functions)
        said, kept = said or state == SAID, kept or state == KEPT
        if item is not NOTHING and (state == SAID or view.full):
            sent.append(item)
            if state == SAID and leaf.says is not None:
                fresh = found is None and mentioned and not again
                say_inside(leaf, (Select(leaf.key or "", key),), key, target_of(leaf, key), item, view, fresh)
    for mark, (key, row) in old.items():
        if mark in new:
            continue
        doubtful = doubts.whole or mark in doubts.below
        state = (
            _gone_again(leaf, key, view)
            if doubtful and _fails(leaf)
            else _gone(leaf, key, row, view, functions)
        )
        said, kept = said or state == SAID, kept or state == KEPT
        if state == KEPT and view.full:
            sent += _all_rendered([row], view, functions)
    for mark, key in doubts.below.items():
        if mark not in new and mark not in old:
            state = _gone_again(leaf, key, view)
            said, kept = said or state == SAID, kept or state == KEPT
    if not said:
        return (KEPT, sent or NOTHING) if kept else UNCHANGED
    return SAID, sent if sent else NOTHING


def _change_item(
    leaf: Leaf, key: Any, before: Row | None, after: Row, mentioned: bool, view: View, functions: Items
) -> Outcome:
    if before is not None and _same_row(before, after, view, functions):
        return SAME, rendered(after, view, functions) if view.full else NOTHING
    target = target_of(leaf, key)
    if reason := _unsayable(leaf, key, view):
        view.reject("CM710", target, leaf, reason)
        return KEPT, NOTHING if before is None else rendered(before, view, functions)
    if before is not None and leaf.policy.immutable:
        view.reject("CM802", target, leaf, "the vendor does not accept a change of this item")
        return KEPT, rendered(before, view, functions)
    if before is not None and leaf.kind.only_new:
        return _old_item(leaf, target, before, after, view, functions)
    if isinstance(after, dict):
        held = NOTHING if before is None else rendered(before, view, functions)
        return _plain_item(leaf, target, None if held is NOTHING else held, after, view)
    nothing = view.nothing or (before is None and mentioned)
    then, inner = _inside(leaf, target, before, after, nothing, view)
    state, item = _functions_of(after[0], functions)[1](then, after[1:], inner)
    held = rendered(before, view, functions) if before is not None else NOTHING
    if state != SAID:
        return KEPT, held
    view.change("set", view.target(target), leaf, None if held is NOTHING else held, item)
    return SAID, item


def _say_again(
    leaf: Leaf, key: Any, before: Row | None, after: Row, mentioned: bool, view: View, functions: Items
) -> Outcome:
    """An item of which nobody knows whether the vendor holds it as before has it."""
    fixed = leaf.kind.only_new or (
        leaf.policy.immutable and before is not None and not _same_row(before, after, view, functions)
    )
    if before is not None and fixed:  # what was there is what the vendor holds
        return _change_item(leaf, key, before, after, mentioned, view, functions)
    target = target_of(leaf, key)
    held = rendered(before, view, functions) if before is not None else NOTHING
    if leaf.kind.only_new or not leaf.policy.repeatable:
        view.reject_again(target, leaf)
        return KEPT, held
    if reason := _unsayable(leaf, key, view):
        view.reject("CM710", target, leaf, reason)
        return KEPT, held
    if isinstance(after, dict):
        return _plain_item(leaf, target, None if held is NOTHING else held, after, view, again=True)
    then, inner = _inside(leaf, target, before, after, False, view)
    remaining = list(_may_remain(after, then))
    then = _unsettled_row(after, then)
    state, item = _functions_of(after[0], functions)[1](then, after[1:], inner)
    if state != SAID:
        return KEPT, held
    for member in remaining:
        view.draft.note(inner.target(member.target), Fact.MAY_REMAIN, member)
    view.change("set", view.target(target), leaf, None if held is NOTHING else held, item)
    return SAID, item


def _unsayable(leaf: Leaf, key: Any, view: View) -> str | None:
    """Why the templates cannot name an item; None if they can."""
    return None if leaf.says is None else cannot_say(leaf, (Select(leaf.key or "", key),), {}, view)


def _unsettled_row(row: Row, before: tuple[Any, ...]) -> tuple[Any, ...]:
    """The slots before of an item that is said again: what it lacks is gone where that can be said."""
    table: Table = row[0]
    return tuple(
        Unsettled(state)
        if isinstance(slot, Leaf) and (now is not ABSENT or is_value(state) or _can_clear(slot))
        else state
        for slot, state, now in zip(table.slots, before, row[1:], strict=True)
    )


def _may_remain(row: Row, before: tuple[Any, ...]) -> Iterator[Leaf]:
    """The members that an item neither has nor had, and that cannot be cleared: a lost one may have had
    them."""
    table: Table = row[0]
    for slot, state, now in zip(table.slots, before, row[1:], strict=True):
        if isinstance(slot, Leaf) and now is ABSENT and not is_value(state) and not _can_clear(slot):
            yield slot


def _can_clear(leaf: Leaf) -> bool:
    return leaf.policy.clear.says and leaf.policy.clear.fits_in_item


def _inside(
    leaf: Leaf, target: str, before: Row | None, after: Row, nothing: bool, view: View
) -> tuple[tuple[Any, ...], View]:
    """The slots before of an item that rules make, and the view of it."""
    table: Table = after[0]
    same_table = isinstance(before, tuple) and before[0] is table
    then = before[1:] if same_table else (ABSENT,) * len(table.slots)  # type: ignore[index]
    return then, view.in_item(view.target(target), leaf.source, nothing=nothing)


def _old_item(leaf: Leaf, target: str, before: Row, after: Row, view: View, functions: Items) -> Outcome:
    """An item that the vendor has already, and does not let change."""
    if isinstance(after, tuple):
        then, inner = _inside(leaf, target, before, after, view.nothing, view)
        trial = inner.on_trial()
        change = _functions_of(after[0], functions)[1]
        if change(then, after[1:], trial)[0] != SAID and not trial.draft.rejected:
            view.draft.notes += trial.draft.notes
            return KEPT, rendered(before, view, functions)
    view.reject("CM805", target, leaf, "the vendor accepts new items only, and this one has changed")
    return KEPT, rendered(before, view, functions)


def _plain_item(
    leaf: Leaf, target: str, before: Any, after: dict[str, Any], view: View, *, again: bool = False
) -> Outcome:
    """An item without a table goes as it is; a member that it no longer has cannot be said."""
    lost = sorted(before.keys() - after.keys()) if isinstance(before, dict) else []
    for name in lost:
        view.reject("CM803", inside(target, format_path((Member(name),))), leaf, "cannot be cleared")
    if lost and not again and all(same(before.get(name, ABSENT), value) for name, value in after.items()):
        return KEPT, before
    for name in sorted(_named(leaf) - after.keys() - set(lost)) if again else ():
        view.draft.note(view.target(inside(target, format_path((Member(name),)))), Fact.MAY_REMAIN, leaf)
    view.change("set", view.target(target), leaf, before, after)
    return SAID, after


def _named(leaf: Leaf) -> set[str]:
    """The members that the type of a list's items names."""
    sources = [one.source for one in options(leaf.origin)]
    types = [one.type.items for one in sources if isinstance(one, FromSource)]
    return {name for one in types if one is not None for name in one.members}


def _gone(leaf: Leaf, key: Any, row: Row, view: View, functions: Items) -> str:
    target = target_of(leaf, key)
    clear = leaf.policy.clear
    if leaf.kind.only_new:
        view.reject("CM805", target, leaf, "the vendor accepts new items only, and this one is gone")
        return KEPT
    if leaf.policy.immutable:
        view.reject("CM802", target, leaf, "the vendor does not accept a change of this item")
        return KEPT
    if _unsayable(leaf, key, view):
        return SAME  # it was never there
    if clear == SKIP:
        view.draft.note(view.target(target), Fact.CLEAR_SKIPPED, leaf)
        return KEPT
    if not clear.fits_item:
        view.reject("CM803", target, leaf, "cannot be cleared")
        return KEPT
    if reason := clear.for_item().unwritable(key):
        view.reject("CM710", target, leaf, clearing.UNWRITABLE.format(reason))
        return KEPT
    held = next(iter(_all_rendered([row], view, functions)), None) if row else None
    if isinstance(clear, Operated):
        return say_gone(leaf, clear, (Select(leaf.key or "", key),), key, target, held, view)[0]
    clearing.write_clear(clear.for_item(), key, view.draft)
    view.change("clear", view.target(target), leaf, held, None)
    return SAID


def _gone_again(leaf: Leaf, key: Any, view: View) -> str:
    """An item that only a lost request had."""
    if leaf.kind.only_new or not leaf.policy.repeatable or _fails(leaf):
        view.reject_again(target_of(leaf, key), leaf)
        return KEPT
    return _gone(leaf, key, None, view, ())


def _fails(leaf: Leaf) -> bool:
    """Does a clear of what is not there fail?"""
    return isinstance(leaf.policy.clear, Operated) and leaf.policy.clear.fails


def _null_list(leaf: Leaf, before: Any, view: View) -> Outcome:
    if leaf.clears_as_one:
        whole = leaf.policy.clear.for_container([])
        outcome = clearing.clear_rule(leaf, whole, leaf.name, leaf.target, before, view)
        return cleared_inside(outcome, leaf, (), leaf.name, leaf.target, view)
    view.reject("CM803", leaf.target, leaf, "cannot be cleared: without before its items are not known")
    return KEPT, NOTHING


def held_items(leaf: Leaf, rows: list[Row], view: View, functions: Items) -> Any:
    """A list as the vendor holds it: one whose items cannot be told apart was never sent."""
    try:
        items_by_key(leaf, rows)
    except Keyless:
        return NOTHING
    return _all_rendered(rows, view, functions) or NOTHING


def _all_rendered(rows: Iterable[Row], view: View, functions: Items) -> list[Any]:
    made = (rendered(row, view, functions) for row in rows)
    return [item for item in made if item is not NOTHING]


def rendered(row: Row, view: View, functions: Items) -> Any:
    """An item as the vendor holds it; NOTHING: it lacks what the contract requires, so it was never sent."""
    made = _made(row, view, functions)
    return NOTHING if isinstance(row, tuple) and _lacks(row[0].item, made) else made


def _lacks(node: ObjectNode, made: dict[str, Any]) -> bool:
    """Does an object, or one in it, lack a member that the contract requires?"""
    if lacking_in(node, made):
        return True
    for one in node.members:
        if (
            isinstance(one, ObjectNode)
            and isinstance(inner := made.get(one.name), dict)
            and _lacks(one, inner)
        ):
            return True
    return False


def _made(row: Row, view: View, functions: Items) -> Any:
    if not isinstance(row, tuple):
        return row
    slots = row[1:]
    made = _functions_of(row[0], functions)[2](slots, slots, view)
    return {} if made is NOTHING else made


def _functions_of(table: Table, functions: Items) -> ItemFunctions:
    for found in functions:
        if found[0] is table:
            return found
    raise LookupError(table)


def _same_row(before: Row, after: Row, view: View, functions: Items) -> bool:
    """Is it one item twice? Of items that one table makes, their members decide."""
    if before == after and same(before, after):
        return True
    alike = type(before) is tuple and type(after) is tuple and before[0] is after[0]
    return not alike and same(_made(before, view, functions), _made(after, view, functions))


def target_of(leaf: Leaf, key: Any) -> str:
    """`channels[type=email]`"""
    return item_target(leaf.target, leaf.key or "", key, leaf.privacy)
