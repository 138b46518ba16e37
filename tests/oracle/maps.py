"""Maps that the vendor merges key by key: `entries`, and objects without a table, with `fields` (§ 5)."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from custmap.model.clear import Operated, Send, SendEmpty, SendNull, Write
from custmap.model.nodes import FromSource, Leaf
from custmap.running.states import NEVER_THERE, Failure
from custmap.values.absent import ABSENT
from custmap.values.equality import same
from custmap.values.paths import Member, format_path, parse_path
from oracle import operations
from oracle.clears import as_held, cleared, is_told_already, null_container, rejected
from oracle.outcome import Change, Outcome, Sides, Told, is_value


def map_outcome(leaf: Leaf, before: Any, after: Any, sides: Sides) -> Outcome:
    known = before if isinstance(before, dict) else {}
    named = isinstance(before, dict) and leaf.kind.is_deep and not _is_free(leaf)
    mentioned = (isinstance(before, dict) and not named) or before is None or sides.known_missing(leaf)
    clear = leaf.policy.clear
    if isinstance(after, dict):
        return _entries(leaf, leaf.target, known, after, mentioned, sides)
    if is_value(after):
        return Outcome(False, stands=after)  # the vendor's own, left alone
    if after is ABSENT and not isinstance(before, dict):
        return Outcome(False, stands=before if is_value(before) else ABSENT)
    if after is None and not (isinstance(before, dict) or mentioned):
        # Null on the map: its keys are not known, so only what clears the map itself can say it.
        match clear if operations.names_the_whole(leaf, clear) else None:
            case SendEmpty():
                return _all(leaf, cleared(SendEmpty({}), leaf.name, leaf.target, before, sides), sides)
            case Send() | SendNull() | Write():
                return _all(leaf, cleared(clear, leaf.name, leaf.target, before, sides), sides)
        return rejected("CM803", leaf.target, ABSENT, sides)
    if isinstance(clear, Write) and any(_was_there(one) for one in known.values()):
        return cleared(clear, leaf.name, leaf.target, held_entries(leaf, known), sides)
    outcome = _entries(leaf, leaf.target, known, {}, mentioned, sides)
    if not outcome.said and outcome.stands is ABSENT and sides.after[leaf.slot] is None:
        return replace(outcome, stands=null_container(clear, {}))
    return outcome


def _all(leaf: Leaf, outcome: Outcome, sides: Sides) -> Outcome:
    """What clears a map as a whole, by a value."""
    if not outcome.said or outcome.sent is ABSENT:
        return outcome
    told = operations.said(leaf, (), leaf.name, outcome.sent, sides, new=False)
    return replace(outcome, told=outcome.told + told)


def held_entries(leaf: Leaf, entries: dict[str, Any]) -> Any:
    """The entries as the vendor holds them; of a map with none there is nothing."""
    return {key: one for key, one in entries.items() if is_value(one)} or ABSENT


def _is_free(leaf: Leaf) -> bool:
    """Are the keys of the source data? Of a *named* field that before did not mention nothing is known."""
    return isinstance(leaf.origin.source, FromSource) and leaf.origin.source.type.free


def _was_there(one: Any) -> bool:
    return is_value(one) or (isinstance(one, Failure) and one.code not in NEVER_THERE)


def _entries(
    leaf: Leaf, target: str, before: dict[str, Any], after: dict[str, Any], mentioned: bool, sides: Sides
) -> Outcome:
    """`mentioned`: what before does not have is known not to be there."""
    outcomes = {
        key: _entry(leaf, target, key, before.get(key, ABSENT), after.get(key, ABSENT), mentioned, sides)
        for key in sorted(before.keys() | after.keys())
    }
    stands = {key: one.stands for key, one in outcomes.items() if one.stands is not ABSENT}
    sent = {key: one.sent for key, one in outcomes.items() if one.said and one.sent is not ABSENT}
    return Outcome(
        any(one.said for one in outcomes.values()),
        (stands if sides.full else sent) or ABSENT,
        stands or ABSENT,
        sum((one.told for one in outcomes.values()), Told()),
        any(one.omitted for one in outcomes.values()),
        any(one.kept for one in outcomes.values()),
    )


def _entry(
    leaf: Leaf, around: str, key: str, before: Any, after: Any, mentioned: bool, sides: Sides
) -> Outcome:
    target = f"{around}.{format_path((Member(key),))}"
    clear = leaf.policy.clear
    stays = before if is_value(before) else ABSENT
    if isinstance(after, Failure):
        unchanged = isinstance(before, Failure) and same(before.raw, after.raw)
        refused = () if unchanged else ((after.code, sides.target(target)),)
        return Outcome(False, stands=stays, told=Told(rejected=refused), kept=True)
    if isinstance(before, Failure) and before.code in NEVER_THERE:
        before = ABSENT
    if not is_value(after) and (form := leaf.form or leaf.masked) and form.unwritable({key: ""}):
        return Outcome(False)
    way = parse_path(target)[len(leaf.path) :]
    if leaf.says is not None and not operations.can_write(leaf.says.set, (*leaf.path, *way), sides):
        if not is_value(after):
            return Outcome(False)  # it was never there
        if not (is_value(before) and same(as_held(clear, before), after)):
            return rejected("CM710", target, before, sides)
    if is_value(after):
        return _set(leaf, target, as_held(clear, before), after, before, mentioned, sides)
    there = is_value(before) or isinstance(before, Failure)
    gone = there or (after is None and before is ABSENT and not mentioned)
    if not gone or is_told_already(clear, before):
        return Outcome(False, stands=stays)
    if leaf.policy.immutable and is_value(before):
        return rejected("CM802", target, before, sides)
    if isinstance(clear, Write):  # it writes what clears the map, and not one of its keys
        return rejected("CM803", target, before, sides)
    if isinstance(clear, Operated) and not sides.item:
        return operations.gone(leaf, clear, way, key, target, before, sides)
    outcome = cleared(clear, key, target, before, sides)
    if outcome.said and outcome.sent is not ABSENT:
        told = operations.said(leaf, way, key, outcome.sent, sides, new=False)
        return replace(outcome, told=outcome.told + told)
    return outcome


def _set(
    leaf: Leaf, target: str, held: Any, after: Any, before: Any, mentioned: bool, sides: Sides
) -> Outcome:
    if is_value(held) and same(held, after):
        return Outcome(False, stands=after)
    if leaf.policy.immutable and is_value(held):
        return rejected("CM802", target, held, sides)
    if leaf.kind.is_deep and isinstance(after, dict):
        inner = held if isinstance(held, dict) else {}
        found = _entries(leaf, target, inner, after, mentioned or before is None, sides)
        if found.said and found.stands is ABSENT:  # of what is in it nothing is left
            return replace(found, stands={}, sent={} if sides.full else found.sent)
        return found
    shown = held if is_value(held) else None
    change = () if sides.item else (Change("set", sides.target(target), shown, after),)
    way = parse_path(target)[len(leaf.path) :] if leaf.says is not None else ()
    told = Told()
    if leaf.says is not None and not sides.full:
        new = held is None or (held is ABSENT and mentioned)
        told = operations.said(leaf, way, way[-1].name, after, sides, new=new)
    return Outcome(True, after, after, Told(changes=change) + told)
