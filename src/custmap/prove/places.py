"""The places of a customer that a mapping reads, each with possible values.

A place has a list of edits, and a generated customer is a list of edits: hypothesis shrinks to few and plain
ones, and a near pair is the same customer with up to three more edits.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from copy import deepcopy
from dataclasses import dataclass
from itertools import islice
from typing import Any, Final

from custmap.expressions.infer import infer
from custmap.expressions.inference import SourcePath
from custmap.model.checked import Checked
from custmap.model.clear import Named
from custmap.model.nodes import EachSource, FirstSource, Leaf, Origin, Table
from custmap.prove.samples import KEYS, Hints, hints_of, samples, texts_of
from custmap.values.absent import ABSENT
from custmap.values.equality import fingerprint
from custmap.values.types import ANY, Type

_TEXTS: Final = {"name": "formatted", "phone": "number"}
_DEEPEST: Final = 6
_EVERY: Final = "*"
_LONGEST: Final = 8
"""Items of a list that is read from its end."""
_MOST: Final = 200
"""Places that one path may mean."""

Way = tuple[Any, ...]


@dataclass(frozen=True, slots=True)
class Edit:
    """A value for a path in the record; ABSENT removes the value there."""

    way: Way
    value: Any


@dataclass(frozen=True, slots=True)
class Place:
    way: Way
    edits: tuple[Edit, ...]


def places_of(checked: Checked) -> tuple[Place, ...]:
    """Every place that some rule reads, sorted by name."""
    read: dict[Way, Hints] = {}
    for path, hints in _Reader(checked).table(checked.operation.table, ()):
        read[path] = read[path] + hints if path in read else hints
    names = tuple(sorted(set(_cleared_names(checked))))
    found: dict[Way, Place] = {}
    for path in sorted(read, key=str):
        for way, type_ in islice(_ways((), checked.canonical.type, path), _MOST):
            for place in _places(way, type_, read[path], names, 0):
                known = found.get(place.way)
                edits = known.edits + place.edits if known else place.edits
                found[place.way] = Place(place.way, edits)
    if checked.canonical.is_customer:
        _add_texts(found)
    return tuple(found[way] for way in sorted(found, key=str))


def places_in(type_: Type) -> tuple[Place, ...]:
    """Every place of a record of this type, sorted by name."""
    found = {place.way: place for place in _places((), type_, Hints((), (), ()), (), 0)}
    return tuple(found[way] for way in sorted(found, key=str))


@dataclass(frozen=True, slots=True)
class _Reader:
    """Finds what rules read, including their conditions."""

    checked: Checked

    def table(self, table: Table, prefix: Way) -> Iterator[tuple[SourcePath, Hints]]:
        """Every path that the table's rules read, from the record's root."""
        for slot, inside in zip(table.slots, table.inside, strict=True):
            hints = hints_of(slot) if isinstance(slot, Leaf) else texts_of(slot.origin)
            within = table.slots[inside].reads[:1] if inside is not None else ()
            scope = (*prefix, *within[0]) if within else prefix
            for path in slot.reads:
                yield (*prefix, *path), hints
            yield from self._origin(slot.origin, prefix, scope, slot.reads, hints)

    def _origin(
        self, origin: Origin, prefix: Way, scope: Way, reads: tuple[SourcePath, ...], hints: Hints
    ) -> Iterator[tuple[SourcePath, Hints]]:
        if origin.when is not None:
            type_ = _type_at(self.checked.canonical.type, scope)
            for read in infer(origin.when, type_, self.checked.functions).reads:
                yield (*scope, *read.path), hints
        match origin.source:
            case FirstSource(origins=origins):
                for option in origins:
                    yield from self._origin(option, prefix, scope, reads, hints)
            case EachSource(expression=expression, table=table):
                start = expression.text.strip()
                lists = [path for path in reads if ".".join(map(str, path)) == start] or list(reads[:1])
                for path in lists:
                    at = (*prefix, *path)
                    is_list = "array" in _type_at(self.checked.canonical.type, at).kinds
                    yield from self.table(table, (*at, _EVERY) if is_list else at)


def _cleared_names(checked: Checked) -> Iterator[str]:
    """Names that clearing writes into a list: keys must not have these names."""
    for slot in checked.operation.table.slots:
        if isinstance(slot, Leaf) and isinstance(slot.policy.clear, Named):
            yield slot.policy.clear.name or slot.name


def _type_at(type_: Type, path: SourcePath) -> Type:
    for step in path:
        type_ = _inside(type_, _names(type_)[0] if step == _EVERY and _has_names(type_) else step)
    return type_


def _inside(type_: Type, step: str | int) -> Type:
    found = type_.items if isinstance(step, int) or step == _EVERY else type_.member(step)
    return ANY if found is None else found


def _ways(way: Way, type_: Type, path: SourcePath) -> Iterator[tuple[Way, Type]]:
    """The places of a record that a source path means, each with its type.

    `*` means every item or every member, and a negative position counts from the end of a list of any length.
    """
    if not path:
        yield way, type_
        return
    step, rest = path[0], path[1:]
    steps: Iterable[str | int] = (step,)
    if step == _EVERY:
        steps = _names(type_) if _has_names(type_) else (0, 1)
    elif isinstance(step, int) and step < 0:
        steps = range(min(max(2, -step), _LONGEST))
    for one in islice(steps, 1 if len(way) >= _DEEPEST else None):
        if type_.kinds.isdisjoint({"array"} if isinstance(one, int) else {"object"}):
            continue
        yield from _ways((*way, one), _inside(type_, one), rest)


def _has_names(type_: Type) -> bool:
    return "object" in type_.kinds and "array" not in type_.kinds


def _names(type_: Type) -> tuple[str, ...]:
    """The names of an object's members; of a map some that a record may have."""
    return tuple(type_.members) or KEYS[:2]


def _places(way: Way, type_: Type, hints: Hints, names: tuple[str, ...], depth: int) -> Iterator[Place]:
    """The place itself, and those inside it."""
    if not way or depth > _DEEPEST:
        if not way:
            for name, member in type_.members.items():
                yield from _places((name,), member, hints, names, depth + 1)
        return
    own = _values(way, type_, hints) if _is_scalar(type_) else []
    if "object" in type_.kinds and type_.known:
        own += [Edit(way, {})]
        if type_.free or not type_.members:
            own += _entries(way, type_.extra or ANY, hints, names)
        for name, member in type_.members.items():
            yield from _places((*way, name), member, hints, names, depth + 1)
    if "array" in type_.kinds and type_.known:
        items = type_.items or ANY
        own += [Edit(way, [])]
        if _is_scalar(items) or not items.known:
            own += _lists(way, samples(items, hints))
        else:
            for position in (0, 1):
                yield from _places((*way, position), items, hints, names, depth + 1)
    often = max(1, len(own) // 4)  # clearing is the difficult case
    own += [Edit(way, ABSENT)] * often
    if type_.nullable:
        own += [Edit(way, None)] * often
    yield Place(way, tuple(own))


def _values(way: Way, type_: Type, hints: Hints) -> list[Edit]:
    """Values of one place; those that rules mention are more frequent."""
    found = samples(type_, hints)
    named = {fingerprint(value) for value in hints.values}
    often = [value for value in found if fingerprint(value) in named] if type_.enum is None else []
    return [Edit(way, value) for value in [*found, *often * 2]]


def _is_scalar(type_: Type) -> bool:
    return not type_.known or bool(type_.kinds & {"string", "integer", "number", "boolean"})


def _entries(way: Way, type_: Type, hints: Hints, names: tuple[str, ...]) -> list[Edit]:
    values = samples(type_, hints)[:8] or [None]
    keys = (*names, *KEYS)
    made = [Edit((*way, key), value) for value in values[:3] for key in keys[:3]]
    made += [Edit((*way, key), values[at % len(values)]) for at, key in enumerate(keys)]
    made += [Edit((*way, keys[0]), value) for value in values]
    made += [Edit((*way, key), ABSENT) for key in keys[:4]] * 2
    if type_.nullable:
        made += [Edit((*way, key), None) for key in keys[:3]]
    return made


def _lists(way: Way, values: list[Any]) -> list[Edit]:
    first, second = (*values, "a", "b")[:2]
    return [
        Edit(way, [first]),
        Edit(way, [second]),
        *[Edit(way, [first, second]), Edit(way, [second, first]), Edit(way, [first, second, first])] * 3,
        *(Edit(way, [value]) for value in values[2:6]),
    ]


def _add_texts(found: dict[Way, Place]) -> None:
    """A customer's name and phone may be a plain text."""
    for field, part in _TEXTS.items():
        place, inner = found.get((field,)), found.get((field, part))
        if place is None or inner is None:
            continue
        texts = tuple(Edit((field,), edit.value) for edit in inner.edits if isinstance(edit.value, str))
        found[(field,)] = Place((field,), (*place.edits, *texts[:8]))


def edited(record: dict[str, Any], edits: list[Edit]) -> dict[str, Any]:
    """A copy of the record with the edits made, one after the other."""
    copy = deepcopy(record)
    for edit in edits:
        _put(copy, edit.way, deepcopy(edit.value))
    return copy


def _put(holder: Any, way: Way, value: Any) -> None:
    step, rest = way[0], way[1:]
    if isinstance(step, int):
        if value is ABSENT and step >= len(holder):
            return
        while len(holder) <= step:
            holder.append({})
    if not rest:
        if value is ABSENT:
            if isinstance(step, int):
                del holder[step]
            else:
                holder.pop(step, None)
        else:
            holder[step] = value
        return
    held = holder[step] if isinstance(step, int) else holder.get(step)
    if isinstance(held, str) and step in _TEXTS:
        held = {_TEXTS[step]: held}
    wanted: type = list if isinstance(rest[0], int) else dict
    if not isinstance(held, wanted):
        if value is ABSENT:
            return
        held = wanted()
    holder[step] = held
    _put(held, rest, value)


def skeleton(type_: Type) -> dict[str, Any]:
    """The smallest record that fits a schema: only what it requires."""
    made: dict[str, Any] = {}
    for name in sorted(type_.required):
        member = type_.members.get(name, ANY)
        made[name] = _plainest(member)
    return made


def _plainest(type_: Type) -> Any:
    found = samples(type_, Hints((), (), ()))
    if found:
        return found[0]
    if "object" in type_.kinds:
        return skeleton(type_)
    return [] if "array" in type_.kinds else None
