"""The body: what the rules say, what goes along, and what clearing writes at other places (§§ 3, 6)."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from custmap.model.nodes import ItemsNode, ObjectNode, Rider, TargetNode
from custmap.values.absent import ABSENT
from custmap.values.equality import fingerprint, same
from custmap.values.paths import Index, Member, Segment, Select, TargetPath, format_path
from oracle.containers import (
    accompanied,
    all_gone,
    all_of,
    along,
    is_null,
    listed,
    outcome_of,
    unless_refused,
)
from oracle.one_by_one import in_order
from oracle.outcome import Outcome, Sides, Told


def written(root: ObjectNode, outcomes: dict[str, Outcome], told: Told, sides: Sides) -> dict[str, Any]:
    """The body of a request that says what the outcomes say."""
    sent = {name: one.sent for name, one in outcomes.items() if one.said and one.sent is not ABSENT}
    body = accompanied(root, sent, outcomes, sides)
    _write_elsewhere(root, body, told, sides)
    return body


def written_list(root: ItemsNode, outcome: Outcome, told: Told, sides: Sides, *, said: bool) -> list[Any]:
    """The same for a body that is a list."""
    body = outcome.sent if outcome.said and isinstance(outcome.sent, list) else []
    if not body and said:
        body = _list_alone(root, outcome, sides)
    elif not body:
        going = along(root, outcome, sides)
        body = going if isinstance(going, list) else []
    _write_elsewhere(root, body, told, sides)
    return body


def _write_elsewhere(root: TargetNode, body: Any, told: Told, sides: Sides) -> None:
    places = [at for at, _ in told.names] + [(*at, Member(name)) for at, name, _ in told.marks]
    places += [at for at, _ in told.writes]
    for place in sorted(set(places), key=_in_order):
        _with_what_goes_along(root, body, place[:-1], sides)
    for place in sorted({place for place, _ in told.names}, key=_in_order):
        names = {fingerprint(name): name for at, name in told.names if at == place}
        put_at(body, place, in_order(list(names.values())))
    for place, name, value in sorted(told.marks, key=lambda one: (_in_order(one[0]), one[1])):
        put_at(body, (*place, Member(name)), value)
    for place, value in told.writes:
        put_at(body, place, value)


def _in_order(place: TargetPath) -> str:
    return format_path(place)


def _with_what_goes_along(node: TargetNode, holder: Any, way: TargetPath, sides: Sides) -> None:
    """A container that is sent only for what is written in it is sent with what goes along, or whole."""
    inner = _below(node, way[0]) if way else None
    if not isinstance(inner, ObjectNode | ItemsNode):
        return
    if not _at(holder, way[0]):  # an item that says nothing is `{}`
        outcome = outcome_of(inner, sides)
        if isinstance(inner, ObjectNode):
            sides = unless_refused(inner, outcome, sides)
            made: Any = _object_alone(inner, outcome, sides)
        else:
            made = _list_alone(inner, outcome, sides)
        put_at(holder, way[:1], made)
    inside = replace(sides, full=sides.full or inner.whole)
    _with_what_goes_along(inner, _at(holder, way[0]), way[1:], inside)


def _object_alone(node: ObjectNode, outcome: Outcome, sides: Sides) -> dict[str, Any]:
    inside = replace(sides, full=sides.full or node.whole)
    outcomes = {member.name: outcome_of(member, inside) for member in node.members}
    none = node.clear is not None and (all_gone(node, sides) or is_null(node, sides))
    if none and node.clear is not None and node.clear.says:  # in place of its members' clears
        riding = [member for member in node.members if isinstance(member, Rider)]
        made = {member.name: outcomes[member.name].stands for member in riding}
        return {name: value for name, value in made.items() if value is not ABSENT}
    if inside.full and none:  # it could not be said, and stands
        return outcome.stands if isinstance(outcome.stands, dict) else {}
    if inside.full:
        return all_of(node, outcomes, ride_alone=True)
    return accompanied(node, {}, outcomes, inside)


def _list_alone(node: ItemsNode, outcome: Outcome, sides: Sides) -> list[Any]:
    inside = replace(sides, full=sides.full or node.whole)
    if inside.full and isinstance(outcome.stands, list):
        return outcome.stands
    outcomes = [(segment, item, outcome_of(item, inside)) for segment, item in node.items]
    return listed(
        [
            (segment, one.stands if isinstance(item, Rider) else along(item, one, inside))
            for segment, item, one in outcomes
            if isinstance(item, Rider) or not inside.full
        ]
    )


def _below(node: TargetNode, segment: Segment) -> TargetNode | None:
    """What rules fill one step further."""
    if isinstance(node, ObjectNode) and isinstance(segment, Member):
        return next((one for one in node.members if one.name == segment.name), None)
    if isinstance(node, ItemsNode):
        return next((item for at, item in node.items if at == segment), None)
    return None


def _at(holder: Any, segment: Segment) -> Any:
    """The container one step further, if there is one."""
    match segment:
        case Member(name=name) if isinstance(holder, dict):
            found = holder.get(name)
        case Index(position=position) if isinstance(holder, list) and position < len(holder):
            found = holder[position]
        case Select(key=key, value=wanted) if isinstance(holder, list):
            items = [one for one in holder if isinstance(one, dict) and same(one.get(key), wanted)]
            found = items[0] if items else None
        case _:
            found = None
    return found if isinstance(found, dict | list) else None


def put_at(holder: Any, place: TargetPath, value: Any) -> None:
    """Write at a place: objects and items on the way are made, the positions before one are `{}`."""
    segment, *rest = place
    if rest:
        inner = _at(holder, segment)
        kind = dict if isinstance(rest[0], Member) else list
        value, below = (inner if isinstance(inner, kind) else kind()), value
        put_at(value, tuple(rest), below)
    match segment:
        case Member(name=name):
            holder[name] = value
        case Index(position=position):
            holder += [{} for _ in range(position + 1 - len(holder))]
            holder[position] = value
        case Select(key=key, value=named):
            keys = [one.get(key) if isinstance(one, dict) else None for one in holder]
            at = next((at for at, one in enumerate(keys) if same(one, named)), len(holder))
            holder[at : at + 1] = [{key: named, **value}]
