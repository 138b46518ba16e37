"""Objects and addressed lists: their members' outcomes, put together as `merge` says (§§ 3, 5)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from custmap.model.clear import Operated
from custmap.model.nodes import ItemsNode, Leaf, ObjectNode, Rider, TargetNode
from custmap.model.note import Fact
from custmap.model.walkers import children, leaves
from custmap.running.states import SILENT, Failure
from custmap.values.absent import ABSENT
from custmap.values.paths import Index, Select, found_at
from oracle import operations, values
from oracle.clears import cleared, kept, null_at
from oracle.outcome import Outcome, Sides, Told, is_value


def outcome_of(node: TargetNode, sides: Sides) -> Outcome:
    match node:
        case Leaf():
            return values.rule_outcome(node, sides)
        case ObjectNode():
            return _said(node, object_outcome(node, sides), sides)
        case ItemsNode():
            return _said(node, items_outcome(node, sides), sides)
        case Rider(index=index):
            return Outcome(False, stands=sides.riders[index])


def _said(node: ObjectNode | ItemsNode, outcome: Outcome, sides: Sides) -> Outcome:
    """§ 11: a container that is sent whole, or cleared by a value, is one item of a list of changes."""
    if node.says is None or not node.whole or not outcome.said or outcome.sent is ABSENT:
        return outcome
    if sides.full or sides.item:
        return outcome
    told = operations.said(node, (), node.name, outcome.sent, sides, new=_is_new(node, sides))
    notes = whole_notes(node, sides)
    return replace(outcome, told=outcome.told + told + Told(notes=notes))


def _is_new(node: ObjectNode | ItemsNode, sides: Sides) -> bool:
    """Is it known that the vendor has nothing of a container, no null in it either?"""
    before = replace(sides.unchanged(), full=True)
    there = object_outcome(node, before) if isinstance(node, ObjectNode) else items_outcome(node, before)
    return operations.all_new(node, sides) and there.stands in (ABSENT, None)


def object_outcome(node: ObjectNode, sides: Sides) -> Outcome:
    """An object: what its source says of all of it, its own clear, or its members."""
    if node.presence is not None and (decided := _by_presence(node, sides)) is not None:
        return decided
    if node.clear is not None and all_gone(node, sides):
        return _own_clear(node, sides)
    outcome = _of_members(node, sides)
    if node.policy.immutable and outcome.said and _was_there(node, sides):
        return _refused(node, "CM802", sides)
    outcome = _complete(node, outcome, sides)
    if node.clear is not None and not outcome.said and is_null(node, sides):
        return replace(outcome, stands=null_at(node.clear))
    return outcome


def _of_members(node: ObjectNode, sides: Sides) -> Outcome:
    inner = replace(sides, full=sides.full or node.whole)
    outcomes = {member.name: outcome_of(member, inner) for member in node.members}
    told = sum((one.told for one in outcomes.values()), Told())
    stands = all_of(node, outcomes, ride_alone=node.policy.required)
    if not any(one.said for one in outcomes.values()):
        return Outcome(False, stands=stands or ABSENT, told=told)
    omitted = any(one.omitted for one in outcomes.values())
    left_out = omitted and node.whole  # then even an empty object clears, by what is not in it
    if not inner.full:
        sent = {name: one.sent for name, one in outcomes.items() if one.said and one.sent is not ABSENT}
        sent = accompanied(node, sent, outcomes, inner) if sent else {}
    elif left_out and not stands:
        sent = all_of(node, outcomes, ride_alone=True)
    else:
        sent = stands
    if not sent and not left_out:
        return Outcome(True, stands=ABSENT if inner.full else stands or ABSENT, told=told, omitted=omitted)
    if sides.item and node.whole and node.target:
        told += Told(notes=whole_notes(node, sides))
    standing: Any = sent if inner.full else stands or ABSENT
    return Outcome(True, sent, standing, told, omitted and not node.whole)


def all_of(node: ObjectNode, outcomes: dict[str, Outcome], *, ride_alone: bool = False) -> dict[str, Any]:
    """The object as it is sent whole; parameters and constants ride only where something else is sent."""
    riders = {member.name for member in node.members if isinstance(member, Rider)}
    rules = {name for name, one in outcomes.items() if one.stands is not ABSENT and name not in riders}
    if not rules and not ride_alone:
        return {}
    required = node.type.required if node.type else frozenset()
    made = {member.name: outcomes[member.name].stands for member in node.members}
    for member in node.members:
        if member.name not in required or _is_refused(member, outcomes[member.name]):
            continue
        if made[member.name] is ABSENT:
            made[member.name] = _empty(member)
    return {name: value for name, value in made.items() if value is not ABSENT}


def _is_left(leaf: Leaf, sides: Sides) -> bool:
    """Does it not speak any more, and is left as it is?"""
    return sides.after[leaf.slot] is SILENT and not leaf.policy.otherwise_clear


def _is_refused(member: TargetNode, outcome: Outcome) -> bool:
    if isinstance(member, Leaf):
        return outcome.kept and not outcome.said
    return any(target.endswith(member.target) for _, target in outcome.told.rejected)


def _empty(member: TargetNode) -> Any:
    """A map, or a list with a key, that has nothing to say, where the contract requires it."""
    if isinstance(member, Leaf) and not member.kind.is_one:
        if member.ways is not None and member.ways.is_elsewhere:
            return ABSENT
        return {} if member.kind.is_map else []
    return ABSENT


def accompanied(
    node: ObjectNode, sent: dict[str, Any], outcomes: dict[str, Outcome], sides: Sides
) -> dict[str, Any]:
    """What goes along in an object of which a part is sent: riders, identities, `send: always`, required."""
    required = node.type.required if node.type else frozenset()
    made: dict[str, Any] = {}
    for member in node.members:
        outcome = outcomes[member.name]
        if member.name in sent:
            made[member.name] = sent[member.name]
            continue
        if isinstance(member, Rider):
            value = outcome.stands
        elif member.name in required:
            named = any(target.endswith(member.target) for _, target in outcome.told.rejected)
            named = named or (isinstance(member, Leaf) and _is_left(member, sides))
            as_before = node.target and _is_refused(member, outcome)
            as_before = as_before and (_empty(member) is ABSENT or (named and outcome.stands is not ABSENT))
            value = outcome.stands if as_before else required_value(member, outcome)
        else:
            value = along(member, outcome, sides)
        if value is not ABSENT:
            made[member.name] = value
    return made


def required_value(member: TargetNode, outcome: Outcome) -> Any:
    """§ 7: its current value; a map that has nothing to say is `{}`."""
    if isinstance(member, Leaf) and not member.kind.is_one:
        return _empty(member)
    return ABSENT if outcome.stands is None else outcome.stands


def along(node: TargetNode, outcome: Outcome, sides: Sides) -> Any:
    """What of a node is in every update that has something to say, though nothing in it changed."""
    match node:
        case Leaf():
            if not (node.policy.always or (node.policy.identity and not sides.item)):
                return ABSENT
            return _still_said(node, outcome, sides)
        case ObjectNode():
            if not _goes_along(node) or _is_speechless(node, sides):
                return ABSENT
            if (kept := unless_refused(node, outcome, sides)) is not sides:
                sides, outcome = kept, outcome_of(node, kept)
            if node.clear is not None and says_none(node, sides):
                if node.clear.says:
                    return ABSENT  # it is gone, and not said again
                sides = _as_it_was(node, sides)  # it could not be said, and the vendor keeps it
                outcome = outcome_of(node, sides)
            if sides.full or node.whole:
                return outcome.stands
            if node.policy.always:
                stands = object_outcome(node, replace(sides, full=True)).stands
                outcomes = {member.name: outcome_of(member, sides) for member in node.members}
                return accompanied(node, stands, outcomes, sides) if isinstance(stands, dict) else stands
            return sent_along(node, {}, sides) or ABSENT
        case ItemsNode(items=items):
            if not any(leaf.policy.always or leaf.policy.identity for leaf in leaves(node)):
                return ABSENT
            if sides.full or node.whole:
                return outcome.stands
            made = [(segment, along(item, outcome_of(item, sides), sides)) for segment, item in items]
            return listed(made) or ABSENT
    return ABSENT


def sent_along(node: ObjectNode, sent: dict[str, Any], sides: Sides) -> dict[str, Any]:
    """An object of which no member changed, with what goes along in it; `{}` where that is nothing."""
    inner = replace(sides, full=sides.full or node.whole)
    outcomes = {member.name: outcome_of(member, inner) for member in node.members}
    moved = {
        member.name: value
        for member in node.members
        if not isinstance(member, Rider)
        and (value := along(member, outcomes[member.name], inner)) is not ABSENT
    }
    made = accompanied(node, moved | sent, outcomes, inner) if moved or sent else {}
    named = any(leaf.policy.identity for leaf in leaves(node))
    return made if named or not lacking_in(node, made) else {}


def lacking_in(node: ObjectNode, made: dict[str, Any]) -> list[TargetNode]:
    """What the contract requires of an object, and rules that did not give it a value."""
    required = (node.type.required if node.type else frozenset()) - made.keys()
    return [one for one in node.members if one.name in required and not isinstance(one, Rider)]


def all_missing(node: ObjectNode, made: dict[str, Any]) -> list[TargetNode]:
    """The same of an object and of all objects in it."""
    found = lacking_in(node, made)
    for one in node.members:
        if isinstance(one, ObjectNode) and isinstance(inner := made.get(one.name), dict):
            found += all_missing(one, inner)
    return found


def required_missing(node: TargetNode, body: dict[str, Any], sides: Sides, *, said: bool) -> Iterator[str]:
    """What the contract requires of the objects that are in the body; not of one that is cleared there.

    `said`: something changes; then an object that requires nothing itself is there without anything in it.
    """
    if isinstance(node, ObjectNode):
        cleared = node.clear is not None and node.clear.says and all_gone(node, sides)
        part = found_at(body, node.path)
        for one in lacking_in(node, part) if isinstance(part, dict) and not cleared else ():
            asks = isinstance(one, ObjectNode) and (one.whole or (one.type and one.type.required))
            if said and isinstance(one, ObjectNode) and not asks:
                part[one.name] = {}
            else:
                yield one.target
    for one in children(node):
        yield from required_missing(one, body, sides, said=said)


def _is_speechless(node: ObjectNode, sides: Sides) -> bool:
    """Is the object's `when` not true?"""
    return node.presence is not None and sides.after[node.presence.slot] is SILENT


def _goes_along(node: ObjectNode) -> bool:
    policies = [node.policy, *(leaf.policy for leaf in leaves(node))]
    return any(policy.always or policy.identity for policy in policies)


def _still_said(leaf: Leaf, outcome: Outcome, sides: Sides) -> Any:
    """`send: always` says what stands after the update: a value that is gone is not said again."""
    after = sides.after[leaf.slot]
    if leaf.policy.identity:
        return outcome.stands
    if outcome.said or after is None or after is SILENT:
        return ABSENT
    if outcome.kept and sides.before[leaf.slot] is None:
        return ABSENT  # what was gone before stays gone
    return ABSENT if outcome.stands is None else outcome.stands


def items_outcome(node: ItemsNode, sides: Sides) -> Outcome:
    """A list whose items are named by position or key: an object like any other, item by item."""
    inner = replace(sides, full=sides.full or node.whole)
    outcomes = [(segment, item, outcome_of(item, inner)) for segment, item in node.items]
    told = sum((one.told for _, _, one in outcomes), Told())
    omitted = any(one.omitted for _, _, one in outcomes)
    stands = _items_standing(outcomes)
    if not any(one.said for _, _, one in outcomes):
        return Outcome(False, stands=stands or ABSENT, told=told)
    left_out = omitted and node.whole  # then even an empty list clears, by what is not in it
    if inner.full:
        sent = stands or (listed([(segment, one.stands) for segment, _, one in outcomes]) if left_out else [])
    else:
        moved = [
            (segment, along(item, one, inner) if one.sent is ABSENT else one.sent)
            for segment, item, one in outcomes
        ]
        riding = [(segment, one.stands) for segment, item, one in outcomes if isinstance(item, Rider)]
        sent = listed(_merged(node, moved, riding)) if listed(moved) else []
    empty = not sent and not left_out
    if sides.item and node.whole and not empty:
        told += Told(notes=whole_notes(node, sides))
    made = ABSENT if empty else sent
    return Outcome(True, made, made if inner.full else stands or ABSENT, told, omitted and not node.whole)


def _merged(node: ItemsNode, *made: list[tuple[Index | Select, Any]]) -> list[tuple[Index | Select, Any]]:
    found = {segment: value for part in made for segment, value in part if value is not ABSENT}
    return [(segment, found[segment]) for segment, _ in node.items if segment in found]


def _items_standing(outcomes: list[tuple[Index | Select, TargetNode, Outcome]]) -> list[Any]:
    if all(one.stands is ABSENT or isinstance(item, Rider) for _, item, one in outcomes):
        return []
    return listed([(segment, one.stands) for segment, _, one in outcomes])


def listed(made: list[tuple[Index | Select, Any]]) -> list[Any]:
    """Items in their places: an earlier index that says nothing is `{}`, a named item carries its key."""
    items: list[Any] = []
    for segment, value in made:
        if value is ABSENT:
            continue
        match segment:
            case Index(position=position):
                items += [{} for _ in range(position - len(items))]
                items.append(value)
            case Select(key=key, value=name):
                items.append({key: name, **value} if isinstance(value, dict) else value)
    return items


def fill_gaps(node: TargetNode, body: Any, sides: Sides) -> None:
    """A value, and an object that is replaced whole, goes along where a later index is sent: `{}` is none."""
    if isinstance(node, Leaf | Rider) or node.whole:
        return
    for segment, item in node.items if isinstance(node, ItemsNode) else ():
        place = (*node.path, segment)
        if not isinstance(segment, Index) or isinstance(item, Rider) or found_at(body, place) != {}:
            continue
        if item.kind.is_one if isinstance(item, Leaf) else item.whole:
            stands = outcome_of(item, replace(sides, full=True)).stands
            if stands is not ABSENT:
                found_at(body, node.path)[segment.position] = stands
    for one in children(node):
        fill_gaps(one, body, sides)


def _by_presence(node: ObjectNode, sides: Sides) -> Outcome | None:
    """`from` with `fields`: a source that fails, and a `when` that is not true, decide about all of it."""
    assert node.presence is not None
    before, after = sides.before[node.presence.slot], sides.after[node.presence.slot]
    if isinstance(after, Failure):
        refused = () if sides.failed_before_too(node.presence) else ((after.code, sides.target(node.target)),)
        return replace(_as_before(node, sides), told=Told(rejected=refused))
    if after is not SILENT:
        return None
    if not _was_there(node, sides) or before is SILENT:
        return Outcome(False)
    if not node.policy.otherwise_clear:
        left = Told(notes=((Fact.LEFT_BEHIND, sides.target(node.target)),))
        return replace(_as_before(node, sides), told=left)
    if node.clear is not None:
        return _own_clear(node, sides)
    gone = replace(sides, after=(ABSENT,) * len(sides.after), complete=True)
    return object_outcome(replace(node, presence=None), gone)


def _as_before(node: ObjectNode, sides: Sides) -> Outcome:
    """Nothing is said: what stands is what before had."""
    stands = _of_members(node, sides.unchanged()).stands
    return Outcome(False, stands=stands)


def unless_refused(node: ObjectNode, outcome: Outcome, sides: Sides) -> Sides:
    """Of an object that may not change, after is as before had it, but for who it is."""
    if ("CM802", sides.target(node.target)) not in outcome.told.rejected:
        return sides
    return _as_it_was(node, sides)


def _as_it_was(node: ObjectNode, sides: Sides) -> Sides:
    named = {leaf.slot for leaf in leaves(node) if leaf.policy.identity}
    pairs = enumerate(zip(sides.before, sides.after, strict=True))
    row = tuple(now if slot in named else then for slot, (then, now) in pairs)
    return replace(sides, after=row)


def is_cleared(node: ObjectNode, sides: Sides) -> bool:
    """Does its own clear say now that it is gone?"""
    outcome = outcome_of(node, sides)
    assert node.clear is not None
    return outcome.said and not outcome.kept and outcome.stands in (ABSENT, null_at(node.clear))


def _own_clear(node: ObjectNode, sides: Sides) -> Outcome:
    assert node.clear is not None
    there = _was_there(node, sides)
    if node.policy.immutable and there:
        return _refused(node, "CM802", sides)
    was = _as_before(node, sides).stands if there else ABSENT
    if isinstance(node.clear, Operated):
        return operations.gone(node, node.clear, (), node.name, node.target, was, sides)
    outcome = cleared(node.clear, node.name, node.target, was, sides)
    if node.whole or not outcome.said or outcome.sent is ABSENT:
        return outcome
    told = operations.said(node, (), node.name, outcome.sent, sides, new=_is_new(node, sides))
    return replace(outcome, told=outcome.told + told)


def _refused(node: ObjectNode, code: str, sides: Sides) -> Outcome:
    return replace(_as_before(node, sides), told=Told(rejected=((code, sides.target(node.target)),)))


def _was_there(node: ObjectNode, sides: Sides) -> bool:
    return any(is_value(sides.before[leaf.slot]) for leaf in leaves(node))


def all_gone(node: ObjectNode, sides: Sides) -> bool:
    """Is all that the object reads null or gone, and something of it only now?"""
    below = list(leaves(node))
    return any(_is_gone(leaf, sides) for leaf in below) and says_none(node, sides)


def says_none(node: ObjectNode, sides: Sides) -> bool:
    """Null, or gone. What was never mentioned is neither, unless records are complete."""
    source_gone = False
    if node.presence is not None:
        before, after = sides.before[node.presence.slot], sides.after[node.presence.slot]
        source_gone = after is None or (after is ABSENT and before is not ABSENT)
    states = [(sides.before[leaf.slot], sides.after[leaf.slot]) for leaf in leaves(node)]
    return bool(states) and all(
        after is None or (after is ABSENT and (is_value(before) or sides.complete or source_gone))
        for before, after in states
    )


def is_null(node: ObjectNode, sides: Sides) -> bool:
    """Does after say of all that the object reads that there is no value?"""
    below = list(leaves(node))
    return bool(below) and all(sides.after[leaf.slot] is None for leaf in below)


def _is_gone(leaf: Leaf, sides: Sides) -> bool:
    if leaf.policy.identity and not sides.item:
        return False
    before, after = sides.before[leaf.slot], sides.after[leaf.slot]
    if after is None:
        return before is not None and not (before is ABSENT and sides.known_missing(leaf))
    return after is ABSENT and is_value(before)


def whole_notes(node: ObjectNode | ItemsNode, sides: Sides) -> tuple[tuple[Fact, str], ...]:
    target = sides.target(node.target)
    if sides.known:
        return ((Fact.REPLACED_WHOLE, target),)
    partly = any(sides.after[leaf.slot] is ABSENT for leaf in leaves(node))
    return ((Fact.PARTLY_STATED, target),) if partly else ()


def _complete(node: ObjectNode, outcome: Outcome, sides: Sides) -> Outcome:
    """A member that the contract requires, and that was rejected, rejects the object."""
    if not isinstance(outcome.sent, dict) or not (lacking := lacking_in(node, outcome.sent)):
        return outcome
    if not node.target:  # the item of a list: who cannot be sent whole is not sent
        return kept(ABSENT, outcome.told_rejected("CM707", sides.target("")))
    names = tuple(sides.target(member.target) for member in lacking)
    below = tuple(f"{name}{mark}" for name in names for mark in ".[")
    if sides.item or any(at in names or at.startswith(below) for _, at in outcome.told.rejected):
        told = outcome.told_rejected("CM707", sides.target(node.target))
        return replace(_as_before(node, sides), told=told)
    return outcome
