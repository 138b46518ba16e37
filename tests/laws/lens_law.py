"""The way back of whole mappings: what was sent is read as the customer that it was made of.

A mapping, a customer that was sent (the vendor's copy) and another one that is held as the base are drawn as
for the law of whole mappings. Targets are compared, by what the mapping itself makes of what was read. Those
of two rules that read one field are not: of such a field the vendor's copy may say two things.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from copy import deepcopy
from dataclasses import dataclass
from typing import Any

from whole_law import Case, cases

from custmap.back.reverse import Reverse
from custmap.border.intake import take
from custmap.diagnostics.errors import RecordError
from custmap.model.clear import Send
from custmap.model.nodes import Leaf
from custmap.model.walkers import eaches, leaves, own_objects
from custmap.running.states import SILENT, Failure
from custmap.values.absent import ABSENT
from custmap.values.equality import same, same_items
from custmap.values.paths import found_at

Customer = dict[str, Any]


class Differs(AssertionError):
    def __init__(self, what: str, case: Case, document: Any, got: Any, wanted: Any) -> None:
        shown = [what, str(case), f"document {json.dumps(document)}", f"got      {got}", f"wanted   {wanted}"]
        super().__init__("\n".join(shown))
        self.what = what


@dataclass(frozen=True)
class Sent:
    """A customer, and the body that was sent of it."""

    customer: Customer
    body: Any


def sent_of(loaded: Any, customer: Customer, params: dict[str, Any]) -> Sent | None:
    """What a vendor holds of a customer; None where no request can be made."""
    try:
        body = loaded.apply(deepcopy(customer), params, on_rejected="drop").body
    except RecordError:
        return None
    return Sent(take(customer, loaded.checked.canonical).record, body or loaded.back.form())


def check(loaded: Any, case: Case) -> int:
    """All that the law asks of one pair; how many targets were compared."""
    sent = sent_of(loaded, case.after, case.params)
    if sent is None:
        return 0
    kept = deepcopy(sent.body)
    read, notes = loaded.back.read(sent.body)
    if sent.body != kept:
        raise Differs("the document was changed", case, kept, sent.body, kept)
    if _containers(read) & _containers(sent.body):
        raise Differs("the document is shared", case, sent.body, read, None)
    compared = _same_targets(loaded, case, sent.body, read, notes, "what was sent is read")
    _quick_is_careful(loaded.back, case, sent.body)
    whole = loaded.reverse(sent.body, sent.customer)
    if not same(whole, sent.customer):
        raise Differs("a base that the vendor holds stands", case, sent.body, whole, sent.customer)
    if case.before is not None:
        base = take(case.before, loaded.checked.canonical).record
        once, notes = loaded.back.read(sent.body, deepcopy(base))
        compared += _same_targets(loaded, case, sent.body, once, notes, "what was sent is read over a base")
        twice = loaded.reverse(sent.body, once)
        if not same(once, twice) and not _is_contradictory(loaded):
            raise Differs("reading twice is reading once", case, sent.body, twice, once)
        nothing = loaded.back.form()
        if case.before != {} and not same(loaded.reverse(nothing, base), base):
            raise Differs(
                "an empty document changes nothing", case, nothing, loaded.reverse(nothing, base), base
            )
    return compared


def _containers(value: Any) -> set[int]:
    """The identities of a value's lists and objects, those without anything in them too."""
    inside = value.values() if isinstance(value, dict) else value if isinstance(value, list) else None
    return set() if inside is None else {id(value)}.union(*map(_containers, inside))


def _same_targets(loaded: Any, case: Case, body: Any, read: Customer, notes: Any, what: str) -> int:
    """Targets that read back are what the mapping makes of what was read."""
    try:
        take(read, loaded.checked.canonical)
    except RecordError:
        raise Differs(f"{what}, and is no customer", case, body, read, None) from None
    row = loaded.functions.values(read, loaded.engine.binder.bind(case.params).own())
    ways = {way.target: way for way in loaded.back.inverse.ways}
    unread = {note.target for note in notes}
    one_way = {way.target for way in ways.values() if way.why is not None}
    compared = 0
    told = [one for one in leaves(loaded.checked.operation.table.root) if one.target not in one_way]
    for leaf in told:
        way = ways.get(leaf.target)
        held, now = found_at(body, leaf.path), row[leaf.slot]
        if way is None or way.why is not None or held is ABSENT or leaf.kind.has_items:
            continue
        if now is SILENT or any(target.startswith(f"{leaf.target}[].") for target in one_way):
            continue
        if _is_cleared(leaf, held, now) or (unread and _is_about(leaf, unread)):
            continue
        if any(_shares(leaf, other) for other in told) or _shares_inside(leaf):
            continue
        compared += 1
        if not _is_same(leaf, held, now) and "default" not in way.losses:
            raise Differs(f"{what}: {leaf.target}", case, body, (now, read), held)
    for node in own_objects(loaded.checked.operation.body):
        if not node.path or not isinstance(node.clear, Send):
            continue
        if not same(found_at(body, node.path), node.clear.value):
            continue
        for leaf in leaves(node):
            way = ways.get(leaf.target)
            if way is None or way.why is not None or any(_shares(leaf, other) for other in told):
                continue
            if row[leaf.slot] is ABSENT and not (unread and _is_about(leaf, unread)):
                raise Differs(f"{what}: {leaf.target} is gone", case, body, read, None)
    return compared


def _is_contradictory(loaded: Any) -> bool:
    """May the vendor's copy say two things of one field?"""
    body = list(leaves(loaded.checked.operation.table.root))
    return any(_shares(one, other) or _shares_inside(one) for one in body for other in body)


def _is_cleared(leaf: Leaf, held: Any, now: Any) -> bool:
    """Null is said in the vendor's own way; no item of a list is null."""
    return (now is None or now is ABSENT) and (
        held is None or same(held, getattr(leaf.policy.clear, "value", ABSENT))
    )


def _is_about(leaf: Leaf, unread: set[str]) -> bool:
    """Two rules that read one path, of which the vendor holds two things; a value that does not read back."""
    sources = {".".join(map(str, path)) for path in leaf.reads} | {leaf.source or ""}
    return any(_overlap(source, target) for source in sources for target in unread)


def _shares(leaf: Leaf, other: Leaf) -> bool:
    mine, theirs = ([".".join(map(str, path)) for path in one.reads] for one in (leaf, other))
    return leaf is not other and any(_overlap(one, two) for one in mine for two in theirs)


def _shares_inside(leaf: Leaf) -> bool:
    """Do two rules of an item read one field of it?"""
    return any(
        _shares(one, other)
        for each in eaches(leaf.origin)
        for one in leaves(each.table.root)
        for other in leaves(each.table.root)
    )


def _overlap(one: str, other: str) -> bool:
    return one.startswith(other) or other.startswith(one)


def _is_same(leaf: Leaf, held: Any, now: Any) -> bool:
    if held is None or now is ABSENT or now is None:  # a map that the contract requires; no item of a list
        return (held == {} and leaf.kind.is_map) or held is None
    if now.__class__ is Failure:
        return held == {} and leaf.kind.is_map
    gone = getattr(leaf.policy.clear, "value", ABSENT)
    if leaf.kind.is_map and held.__class__ is dict:
        known = now if now.__class__ is dict else {}
        held = {key: None if same(one, gone) and known.get(key) is None else one for key, one in held.items()}
    if leaf.kind.is_set and held.__class__ is list and now.__class__ is list:
        return same_items(held, now)
    return same(_said(held), _said(now))


def _said(value: Any) -> Any:
    """A value without members that are null, or cannot be sent: they may have been left out."""
    if value.__class__ is dict:
        return {
            key: _said(one)
            for key, one in value.items()
            if one is not None and one is not ABSENT and one.__class__ is not Failure
        }
    return list(map(_said, value)) if value.__class__ is list else value


def _quick_is_careful(back: Reverse, case: Case, body: Any) -> None:
    """The quick code reads what the careful code reads, or gives up."""
    for layer in back.layers:
        try:
            quick = layer.quick(body)
        except Exception:
            continue
        notes: list[Any] = []
        careful = layer.carefully(deepcopy(body), notes)
        if not same(quick, careful) or notes:
            raise Differs("quick is careful", case, body, quick, (careful, notes))


def pairs(seed: int, count: int) -> Iterator[tuple[Any, Case]]:
    for loaded, _, case in cases(seed, count):
        yield loaded, case


__all__ = ["Differs", "check", "pairs"]
