"""Which facts a mapping's rules have: those that some record can show.

The states, and what is rejected in which of them, are those of `custmap explain`; a state that the type of
what the rule reads excludes is left out.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from typing import Any, Final, NamedTuple

from custmap.expressions.inference import type_at
from custmap.lineage.lineage import Line
from custmap.lineage.trace import possible_states
from custmap.model.checked import Checked, Operation
from custmap.model.clear import SKIP, Clear
from custmap.model.nodes import (
    EachSource,
    FirstSource,
    FromSource,
    Leaf,
    ObjectNode,
    Origin,
    Presence,
    Rider,
)
from custmap.model.walkers import eaches, leaves, nodes, options, own_objects
from custmap.schema.misfit import misfit
from custmap.testing.facts.fact import (
    GONE,
    LEFT_OUT,
    MISSING,
    OTHER_VALUE,
    SENT,
    VALUE,
    WHEN,
    Place,
    Shown,
    facts_of,
    place_of,
)
from custmap.values.equality import fingerprint
from custmap.values.json_text import dump_json
from custmap.values.types import ANY, Type

_REJECTED: Final = re.compile(r"\((CM8\d\d)")
"""In the words of `explain`; the others are of a value that does not fit, which each rule has."""
_GIVEN: Final[Mapping[str, Any]] = {'""': "", "[]": [], "{}": {}}
_KEY: Final = (("key",),)


class Part(NamedTuple):
    """An operation of which facts are told.

    `request`  of several the entry's name, with `.clear` for what is gone.
    `prefix`   before its targets, as in `explain`: the rules are those of a request for an entry.
    `lines`    what `explain` says, by target and line.
    `names`    does its identity name the customer for the whole mapping?
    `answers`  is it called, and answered?
    `empties`  is an entry that is an empty text a value? Else no request is made for it.
    `of_rows`  its rules are those of a source: they make records, and nothing is cleared by them.
    """

    checked: Checked
    request: str
    prefix: str
    lines: Mapping[tuple[str, int], Line]
    names: bool = False
    answers: bool = False
    empties: bool = True
    of_rows: bool = False

    @property
    def operation(self) -> Operation:
        return self.checked.operation

    @property
    def scope(self) -> Type:
        """The type of the records that its rules read."""
        return self.checked.canonical.type

    @property
    def of_entry(self) -> bool:
        return bool(self.prefix)

    @property
    def compares(self) -> bool:
        """Can something be gone, and be cleared?"""
        return not (self.of_entry or self.of_rows)


def rule_facts(part: Part) -> Iterator[Shown]:
    """Every fact of the rules of an operation, and of those of its lists' items."""
    operation = part.operation
    first = part.names
    roots = [root for _, root in operation.roots]
    roots += [] if operation.item is None else [operation.item]
    for root in roots:
        for leaf in leaves(root):
            yield from _leaf(part, leaf, part.prefix, names=first and leaf.policy.identity)
            first = first and not leaf.policy.identity
        for node in nodes(root):
            if isinstance(node, Rider):
                yield from _rider(part, node, part.prefix)
        for node in own_objects(root):
            yield from _object(part, node, part.prefix)


def _leaf(part: Part, leaf: Leaf, prefix: str, *, names: bool) -> Iterator[Shown]:
    place = place_of(part.request, leaf.span, prefix + leaf.target)
    line = part.lines.get((place.target, place.line))
    if leaf.policy.identity:
        types = _types(leaf)
        none = all(type_.absent or type_.nullable for type_ in types)
        yield from facts_of(place, "state", (VALUE, MISSING) if none else (VALUE,))
        yield from facts_of(place, "rejected", ("CM801",) if names else ())
    else:
        states = _states(leaf, part.scope, compared=part.compares)
        if not part.empties:
            states = [state for state in states if state != '""']
        yield from facts_of(place, "state", tuple(states))
        if part.compares:
            yield from facts_of(place, "clear", tuple(_ways(leaf)))
            yield from facts_of(place, "rejected", tuple(_rejections(line)))
    yield from _origin(place, leaf.origin, "")
    yield from _items(part, leaf, prefix)


def _items(part: Part, leaf: Leaf, prefix: str) -> Iterator[Shown]:
    """The facts of the rules of a list's items; where they have no key, the whole list is rejected."""
    whole = place_of(part.request, leaf.span, prefix + leaf.target)
    for each in eaches(leaf.origin):
        within = f"{prefix}{leaf.target}[]."
        keyed = leaf.kind.has_items
        for member in leaves(each.table.item):
            place = place_of(part.request, member.span, within + member.target)
            is_key = keyed and member.name == leaf.key
            states = [VALUE] if is_key else _states(member, each.type.items or ANY, compared=part.compares)
            told = part.compares and keyed and not is_key and not leaf.kind.only_new
            states = [state for state in states if told or state != GONE]
            yield from facts_of(place, "state", tuple(states))
            if told and {"null", GONE} & set(states):
                yield from _clearing(place, member.policy.clear)
            if member.policy.empty == "reject" and '""' in states:
                yield from facts_of(place if keyed else whole, "rejected", ("CM807",))
            yield from _origin(place, member.origin, "")
            yield from _items(part, member, within)
        for node in nodes(each.table.item):
            if isinstance(node, Rider):
                yield from _rider(part, node, within)
            if isinstance(node, ObjectNode) and node.presence is not None:
                place = place_of(part.request, node.span, within + node.target)
                yield from _presence(place, node.presence, gone=False)


def _clearing(place: Place, clear: Clear) -> Iterator[Shown]:
    if clear.says or clear == SKIP:
        yield from facts_of(place, "clear", (clear_word(clear),))
    else:
        yield from facts_of(place, "rejected", ("CM803",))


def _rider(part: Part, node: Rider, prefix: str) -> Iterator[Shown]:
    rider = part.operation.riders[node.index]
    place = place_of(part.request, node.span, prefix + node.target)
    param = next((one for one in part.checked.params if one.name == rider.param), None)
    optional = param is not None and not param.has_default and not (node.required or rider.required)
    yield from facts_of(place, "parameter", (SENT, LEFT_OUT) if optional else (SENT,))
    if rider.param is not None and rider.values is not None:
        yield from facts_of(place, "values", tuple(row_name(*row) for row in rider.values))


def _object(part: Part, node: ObjectNode, prefix: str) -> Iterator[Shown]:
    """An object that one of the customer's fills, or that has a clear of its own."""
    place = place_of(part.request, node.span, prefix + node.target)
    if node.presence is not None:
        yield from _presence(place, node.presence, gone=part.compares)
    if node.clear is not None and part.compares:
        yield from _clearing(place, node.clear)


def _presence(place: Place, presence: Presence, *, gone: bool) -> Iterator[Shown]:
    types = [one.source.type for one in options(presence.origin) if isinstance(one.source, FromSource)]
    absent = any(type_.absent for type_ in types)
    states = ["absent"] if absent else []
    states += ["null"] if any(type_.nullable for type_ in types) else []
    states += [VALUE]
    states += [GONE] if absent and gone else []
    yield from facts_of(place, "state", tuple(states))
    yield from _origin(place, presence.origin, "")


def _states(leaf: Leaf, scope: Type, *, compared: bool) -> list[str]:
    """The states that what a rule reads can have; `scope` is the type of the record, or of the item."""
    if not compared and leaf.reads == _KEY:
        return [VALUE]
    types = _types(leaf)
    absent = all(type_.absent for type_ in types)
    null = any(type_.nullable for type_ in types)
    found = []
    for state in possible_states(leaf):
        can = {"absent": absent, GONE: absent and compared, "null": null}.get(state)
        if can is None:
            can = state == VALUE or any(_can_be(type_, _GIVEN[state]) for type_ in types)
            can = can and (state == VALUE or _reads_empty(leaf, scope, _GIVEN[state]))
        if can:
            found.append(state)
    return found


def _types(leaf: Leaf) -> list[Type]:
    """The types of what a rule reads, before anything is made of it."""
    sources = [one.source for one in options(leaf.origin)]
    return [one.type for one in sources if isinstance(one, FromSource | EachSource)]


def _reads_empty(leaf: Leaf, scope: Type, value: Any) -> bool:
    """Does a rule read anything that may be as empty? The text of a number never is, and a list or an object
    that is made of texts has something in it."""
    like = (value,) if value == "" else ([], {})
    found = [type_at(scope, path) for path in leaf.reads]
    return any(_can_be(type_, one) for type_ in found for one in like)


def _can_be(type_: Type, value: Any) -> bool:
    """A record is not held to formats."""
    return misfit(type_ if type_.format is None else replace(type_, format=None), value) is None


def _ways(leaf: Leaf) -> Iterator[str]:
    """How the vendor is told that something is gone."""
    if leaf.ways is not None:
        if leaf.ways.gone is not None and "clear" not in leaf.ways.told_by_others:
            yield "gone"
    elif leaf.policy.clear.says or leaf.policy.clear == SKIP:
        yield clear_word(leaf.policy.clear)


def clear_word(clear: Clear) -> str:
    """The form as a mapping writes it."""
    name = re.sub(r"(?<!^)(?=[A-Z])", "_", type(clear).__name__).lower()
    return {"operated": "item", "masked": "mask", "by_request": "a request"}.get(name, name)


def _rejections(line: Line | None) -> Iterator[str]:
    if line is not None:
        cells = (cell for state in line.states.values() for cell in state)
        yield from sorted({code for cell in cells for code in _REJECTED.findall(cell)})


def _origin(place: Place, origin: Origin, within: str) -> Iterator[Shown]:
    """The facts of how a value is made: both sides of `when`, rows of `values`, options of `first`."""
    if origin.when is not None:
        yield from facts_of(place, "when", tuple(within + word for word in WHEN.values()))
    if isinstance(origin.source, FirstSource):
        for at, option in enumerate(origin.source.origins, 1):
            yield from facts_of(place, "first", (f"{within}option {at}",))
            yield from _origin(place, option, f"{within}option {at}, ")
    if origin.values is not None:
        yield from facts_of(place, "values", tuple(within + row_name(*row) for row in origin.values))
        if _may_be_another(origin):
            yield from facts_of(place, "values", (within + OTHER_VALUE,))


def row_name(left: Any, right: Any) -> str:
    return f"{dump_json(left)} → {dump_json(right)}"


def _may_be_another(origin: Origin) -> bool:
    """Can there be a value that is not in the table?"""
    known = {fingerprint(left) for left, _ in origin.values or ()}
    sources = [one.source for one in options(origin)]
    types = [one.type for one in sources if isinstance(one, FromSource)]
    return not all(type_ is not None and _all_known(type_, known) for type_ in types)


def _all_known(type_: Type, known: Iterable[Any]) -> bool:
    if type_.enum is not None:
        values: Iterable[Any] = (value for value in type_.enum if value is not None)
    elif type_.only("boolean"):
        values = (True, False)
    else:
        return False
    return {fingerprint(value) for value in values} <= set(known)
