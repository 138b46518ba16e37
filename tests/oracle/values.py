"""A rule in an update: its failures and conditions, then its kind; here: one value (§§ 3, 5, 7)."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from custmap.model.clear import IMPOSSIBLE, Operated
from custmap.model.nodes import Leaf
from custmap.model.note import Fact
from custmap.running.states import NEVER_THERE, SILENT, Failure
from custmap.values.absent import ABSENT
from custmap.values.equality import fingerprint, same
from oracle import lists, maps, one_by_one, operations
from oracle.clears import as_held, cleared, is_told_already, null_at, null_container, rejected
from oracle.outcome import Change, Outcome, Sides, Told, is_value


def rule_outcome(leaf: Leaf, sides: Sides) -> Outcome:
    """What an update says of one rule."""
    before, after = sides.before[leaf.slot], sides.after[leaf.slot]
    target = sides.target(leaf.target)
    if leaf.policy.identity and not sides.item:
        named = after if is_value(after) else before
        return Outcome(False, stands=named if is_value(named) else ABSENT)
    if isinstance(after, Failure):
        # A change that cannot be computed is rejected; what failed before in the same way is no change.
        refused = () if sides.failed_before_too(leaf) else ((after.code, target),)
        return Outcome(False, stands=held(leaf, before, sides), told=Told(rejected=refused), kept=True)
    if isinstance(before, Failure) and before.code in NEVER_THERE:
        before = ABSENT  # § 6: a "" that would be rejected counts as not there
    if after is SILENT:
        if not is_value(before) or (not before and not leaf.kind.is_one):
            return Outcome(False)
        if not leaf.policy.otherwise_clear:
            return Outcome(
                False,
                stands=held(leaf, before, sides),
                told=Told(notes=((Fact.LEFT_BEHIND, target),)),
                kept=True,
            )
        after = None
    if before is SILENT:
        before = ABSENT
    unknown_before = isinstance(before, Failure) and not leaf.kind.is_one and not sides.full
    if unknown_before and (after in ({}, []) or (after is ABSENT and sides.complete)):
        after = None  # nothing is left of what nobody knows
    if leaf.kind.is_map:
        outcome = maps.map_outcome(leaf, before, after, sides)
    elif leaf.kind.has_items:
        outcome = lists.list_outcome(leaf, before, after, sides)
    elif leaf.kind.one_by_one:
        outcome = one_by_one.items_outcome(leaf, before, after, sides)
    else:
        outcome = value_outcome(leaf, before, after, sides)
    if leaf.kind.is_one and outcome.said and outcome.sent is not ABSENT:
        new = operations.is_new(leaf, sides)
        told = operations.said(leaf, (), leaf.name, outcome.sent, sides, new=new)
        outcome = replace(outcome, told=outcome.told + told)
    if isinstance(before, Failure):
        unknown = Told(notes=((Fact.UNKNOWN_BEFORE, target),))
        outcome = replace(outcome, told=outcome.told + unknown)
    return outcome


def held(leaf: Leaf, state: Any, sides: Sides) -> Any:
    """What the vendor holds at a rule's place when a record with this state was applied; ABSENT: nothing."""
    if state is None:
        empty: Any = {} if leaf.kind.is_map else []
        return null_at(leaf.policy.clear) if leaf.kind.is_one else null_container(leaf.policy.clear, empty)
    if not is_value(state) or leaf.kind.one_by_one:
        return ABSENT  # of single items a request says what came and what went
    # A vendor's own document may have something else there.
    if leaf.kind.is_map and isinstance(state, dict):
        return maps.held_entries(leaf, state)
    if leaf.kind.has_items and isinstance(state, list):
        items = lists.clear_items(leaf, state, sides)
        return ABSENT if items == [] else items
    return state


def value_outcome(leaf: Leaf, before: Any, after: Any, sides: Sides) -> Outcome:
    clear = leaf.policy.clear
    if is_value(after):
        if _alike(leaf, as_held(clear, before), after):
            return Outcome(False, stands=after)
        if refused := _refused(leaf, before, after, sides):
            return refused
        target = sides.target(leaf.target)
        shown = before if is_value(before) else None
        change = () if sides.item else (Change("set", target, shown, after),)
        replaces = isinstance(after, dict) and sides.known
        notes = ((Fact.REPLACED_WHOLE, target),) if replaces else ()
        return Outcome(True, after, after, Told(changes=change, notes=notes))
    if not _is_gone(leaf, before, after, sides):
        # What after does not mention stays as before had it.
        kept = after is None or is_value(before)
        stays = held(leaf, after if after is None else before, sides)
        return Outcome(False, stands=stays if kept else ABSENT)
    if leaf.policy.immutable and clear != IMPOSSIBLE and (is_value(before) or isinstance(before, Failure)):
        return rejected("CM802", leaf.target, before, sides)
    if isinstance(clear, Operated) and not sides.item:
        return operations.gone(leaf, clear, (), leaf.name, leaf.target, before, sides)
    return cleared(clear, leaf.name, leaf.target, before, sides)


def _is_gone(leaf: Leaf, before: Any, after: Any, sides: Sides) -> bool:
    """Does after say, or imply, that there is no value, and is that new?"""
    if is_told_already(leaf.policy.clear, before):
        return False
    if after is ABSENT:
        return is_value(before) or isinstance(before, Failure)
    if before is None:
        return False
    return not (before is ABSENT and sides.known_missing(leaf))


def _alike(leaf: Leaf, before: Any, after: Any) -> bool:
    if not is_value(before):
        return False
    if leaf.kind.is_set and isinstance(before, list):
        return {fingerprint(item) for item in before} == {fingerprint(item) for item in after}
    return same(before, after)


def _refused(leaf: Leaf, before: Any, after: Any, sides: Sides) -> Outcome | None:
    """`immutable`: setting it first is fine. `transitions`: moves between values, in the vendor's values."""
    if leaf.policy.immutable and (is_value(before) or isinstance(before, Failure)):
        return rejected("CM802", leaf.target, before, sides)
    moves = leaf.policy.transitions
    if moves is None or not is_value(before):
        return None
    if fingerprint(after) in moves.get(fingerprint(before), ()):
        return None
    return rejected("CM804", leaf.target, before, sides)
