"""§ 11: lists of scalars whose items are added and taken away one by one."""

from __future__ import annotations

from typing import Any

from custmap.model.clear import ItemIn
from custmap.model.item_ways import Way
from custmap.model.nodes import Leaf
from custmap.model.template import Hole
from custmap.schema.misfit import misfit
from custmap.values.absent import ABSENT
from custmap.values.equality import fingerprint
from custmap.values.paths import Value, format_path
from oracle import forms
from oracle.clears import rejected
from oracle.operations import ADD, CLEAR
from oracle.outcome import Change, Outcome, Sides, Told
from oracle.templates import filled


def items_outcome(leaf: Leaf, before: Any, after: Any, sides: Sides) -> Outcome:
    """What went, in order, then what came. Order and repeats mean nothing."""
    if after is None and not isinstance(before, list):
        if before is None or sides.known_missing(leaf):
            return Outcome(False)
        return (
            Outcome(False)
            if _is_told_elsewhere(leaf, "clear")
            else rejected("CM803", leaf.target, ABSENT, sides)
        )
    assert leaf.ways is not None
    old, new = _once(before), _once(after)
    gone = [item for mark, item in old.items() if mark not in new and _fits(leaf, item)]
    came = [item for mark, item in new.items() if mark not in old]
    outcomes = [_told(leaf, "clear", item, leaf.ways.gone, sides) for item in in_order(gone)]
    outcomes += [_told(leaf, "set", item, leaf.ways.added, sides) for item in in_order(came)]
    sent = [one.sent for one in outcomes if one.sent is not ABSENT]
    return Outcome(
        any(one.said for one in outcomes),
        sent or ABSENT,
        told=sum((one.told for one in outcomes), Told()),
        kept=any(one.kept for one in outcomes),
    )


def _once(state: Any) -> dict[Any, Any]:
    items = state if isinstance(state, list) else []
    return {fingerprint(item): item for item in items if isinstance(item, str | bool | int | float)}


def in_order(items: list[Any]) -> list[Any]:
    """Numbers by size, then booleans, then texts."""
    texts = sorted(item for item in items if isinstance(item, str))
    booleans = sorted(item for item in items if isinstance(item, bool))
    return sorted(item for item in items if not isinstance(item, str | bool)) + booleans + texts


def _told(leaf: Leaf, action: str, item: Any, way: Way | None, sides: Sides) -> Outcome:
    target = sides.target(leaf.target + _brackets(item))
    if not _fits(leaf, item):
        return Outcome(False, told=Told(rejected=(("CM706", target),)), kept=True)
    if _is_told_elsewhere(leaf, action):
        return Outcome(False)
    if way is None:
        code = "CM803" if action == "clear" else "CM802"
        return Outcome(False, told=Told(rejected=((code, target),)), kept=True)
    gone_type = leaf.ways.gone_type if leaf.ways is not None else None
    if action == "clear" and gone_type is not None and misfit(gone_type, item):
        return Outcome(False, told=Told(rejected=(("CM706", target),)), kept=True)
    before, after = (item, None) if action == "clear" else (None, item)
    told = Told(changes=(Change(action, target, before, after),))
    holes = {Hole.VALUE: item, Hole.NAME: leaf.name, Hole.PATH: format_path(leaf.path)}
    made = item if isinstance(way, ItemIn) else filled(way.tree, holes, sides.riders)
    if not forms.can_list(way.form if isinstance(way, ItemIn) else leaf.ways and leaf.ways.form, made):
        return Outcome(False, told=Told(rejected=(("CM710", target),)), kept=True)
    if isinstance(way, ItemIn):
        return Outcome(True, told=told + Told(names=((way.place, item),)))
    if sides.changes is not None:
        rank = CLEAR if action == "clear" else ADD
        return Outcome(True, told=told + Told(told=((rank, target, made),)))
    return Outcome(True, made, told=told)


def _fits(leaf: Leaf, item: Any) -> bool:
    """Does the contract allow an item? One that it does not was never sent."""
    return leaf.type is None or leaf.type.items is None or not misfit(leaf.type.items, item)


def _is_told_elsewhere(leaf: Leaf, action: str) -> bool:
    """Does a rule of another request with the same `from` tell what this one does not?"""
    return leaf.ways is not None and action in leaf.ways.told_by_others


def _brackets(item: Any) -> str:
    return format_path((Value(item),))
