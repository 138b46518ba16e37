"""The body: what the rules say, what goes along, and what clearing writes at other places (§§ 3, 6)."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from custmap.model.nodes import ObjectNode, Rider
from custmap.values.absent import ABSENT
from oracle.clears import text_of
from oracle.containers import accompanied, all_gone, all_of, is_null, outcome_of, unless_refused
from oracle.outcome import Outcome, Place, Sides, Told


def written(root: ObjectNode, outcomes: dict[str, Outcome], told: Told, sides: Sides) -> dict[str, Any]:
    """The body of a request that says what the outcomes say."""
    sent = {name: one.sent for name, one in outcomes.items() if one.said and one.sent is not ABSENT}
    body = accompanied(root, sent, outcomes, sides)
    places = [at for at, _ in told.names] + [at for at, *_ in told.marks] + [at for at, _ in told.writes]
    for place in sorted(set(places)):
        _with_what_goes_along(root, body, place, sides)
    for place in sorted({place for place, _ in told.names}):
        names = {text_of(name): name for at, name in told.names if at == place}
        _put(body, place, [names[text] for text in sorted(names)])
    for place, name, value in told.marks:
        _put(body, (*place, name), value)
    for place, value in told.writes:
        _put(body, place, value)
    return body


def _with_what_goes_along(node: ObjectNode, body: dict[str, Any], place: Place, sides: Sides) -> None:
    """An object that is sent only for the names in it is sent like any other: with riders, or whole."""
    inner = next((one for one in node.members if isinstance(one, ObjectNode) and one.name == place[0]), None)
    if inner is None or len(place) < 2:
        return
    if not isinstance(body.get(inner.name), dict):
        outcome = outcome_of(inner, sides)
        sides = unless_refused(inner, outcome, sides)
        inside = replace(sides, full=sides.full or inner.whole)
        outcomes = {member.name: outcome_of(member, inside) for member in inner.members}
        none = inner.clear is not None and (all_gone(inner, sides) or is_null(inner, sides))
        if none and inner.clear.says:  # in place of its members' clears
            riding = [member for member in inner.members if isinstance(member, Rider)]
            made = {member.name: outcomes[member.name].stands for member in riding}
            body[inner.name] = {name: value for name, value in made.items() if value is not ABSENT}
            return
        if inside.full and none:  # it could not be said, and stands
            body[inner.name] = outcome.stands if isinstance(outcome.stands, dict) else {}
        elif inside.full:
            body[inner.name] = all_of(inner, outcomes, ride_alone=True)
        else:
            body[inner.name] = accompanied(inner, {}, outcomes, inside)
    _with_what_goes_along(inner, body[inner.name], place[1:], replace(sides, full=sides.full or inner.whole))


def _put(body: dict[str, Any], place: Place, value: Any) -> None:
    for name in place[:-1]:
        inner = body.get(name)
        if not isinstance(inner, dict):
            inner = body[name] = {}
        body = inner
    body[place[-1]] = value
