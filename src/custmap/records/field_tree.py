"""The fields of records as a tree: which of them a record has, and which another has no more.

A value is had where it is not null, and not empty. It goes where it becomes null, empty or absent; of a map
or a list, also where an entry or an item of it goes.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import filterfalse
from typing import Any, Final, TypeAlias

from custmap.expressions.inference import SourcePath
from custmap.records.read_fields import EACH
from custmap.values.equality import fingerprint

Objects: TypeAlias = Sequence[dict[str, Any]]
_CONTAINERS: Final = frozenset({dict, list})


@dataclass(slots=True)
class FieldTree:
    """The fields of an object, or of the items of a list, with their numbers, and how many records have them.

    `values`   members that are fields.
    `objects`  members in which there are fields.
    `lists`    members in whose items there are fields.

    `_seen` counts the records that have it, `_missing` those of them in which a member has no value: they are
    few, and what is there is passed over in C.
    """

    values: dict[str, int] = field(default_factory=dict)
    objects: dict[str, FieldTree] = field(default_factory=dict)
    lists: dict[str, FieldTree] = field(default_factory=dict)
    _seen: int = 0
    _missing: Counter[str] = field(default_factory=Counter)

    def add(self, number: int, path: SourcePath) -> None:
        name, *rest = map(str, path)
        if not rest:
            self.values[name] = number
        elif rest[0] == EACH:
            self.lists.setdefault(name, FieldTree()).add(number, tuple(rest[1:]))
        else:
            self.objects.setdefault(name, FieldTree()).add(number, tuple(rest))

    def count(self, record: dict[str, Any]) -> None:
        """Count what a record, or an object in it, has."""
        self._seen += 1
        get = record.get
        for name in filterfalse(get, self.values):
            if get(name) != 0:
                self._missing[name] += 1
        for name, inner in self.objects.items():
            if type(value := get(name)) is dict:
                inner.count(value)
        for name, inner in self.lists.items():
            if items := get(name):
                inner.count_items(_objects_of(items))

    def count_items(self, items: Objects) -> None:
        """Count what at least one of the items has."""
        if len(items) == 1:
            self.count(items[0])
        elif items:
            self._seen += 1
            for name in self.values:
                self._missing[name] += not any(map(is_value, _values_of(items, name)))
            for name, inner in self.objects.items():
                inner.count_items(_objects_at(items, name))
            for name, inner in self.lists.items():
                inner.count_items(_items_at(items, name))

    def had(self) -> Iterator[tuple[int, int]]:
        """The numbers of the fields, and how many of the records that were counted have them."""
        for name, number in self.values.items():
            yield number, self._seen - self._missing[name]
        for inner in self._inner():
            yield from inner.had()

    def state(self) -> list[Any]:
        """What was counted, as JSON values."""
        return [self._seen, dict(self._missing), [inner.state() for inner in self._inner()]]

    def add_all(self, state: list[Any]) -> None:
        """Add what another tree of the same fields has counted."""
        seen, missing, inner = state
        self._seen += seen
        self._missing.update(missing)
        for one, its in zip(self._inner(), inner, strict=True):
            one.add_all(its)

    def clear(self) -> None:
        """Count anew."""
        self._seen = 0
        self._missing.clear()
        for inner in self._inner():
            inner.clear()

    def _inner(self) -> tuple[FieldTree, ...]:
        return (*self.objects.values(), *self.lists.values())

    def gone(self, old: Objects, new: Objects) -> Iterator[int]:
        """The numbers of the fields that a record had, and of which something goes.

        Which item of a list became which is not known: of several, values are counted.
        """
        if old == new:
            return
        for name, number in self.values.items():
            if name in self.lists:
                if _fewer(_items_of(old, name), _items_of(new, name)):
                    yield number
            elif _fewer(_values_of(old, name), _values_of(new, name)):
                yield number
        for name, inner in self.objects.items():
            yield from inner.gone(_objects_at(old, name), _objects_at(new, name))
        for name, inner in self.lists.items():
            yield from inner.gone(_items_at(old, name), _items_at(new, name))

    def look(self, old: dict[str, Any], new: dict[str, Any]) -> Iterator[int]:
        """Count what a record has; the numbers of the fields of which something goes in what it becomes."""
        self._seen += 1
        for name, number in self.values.items():
            was = old.get(name)
            if not was and was != 0:
                self._missing[name] += 1
                continue
            now = new.get(name)
            if was is now or was == now:
                continue
            if name in self.lists:
                if _fewer(_items_of((old,), name), _items_of((new,), name)):
                    yield number
            elif _loses(was, now):
                yield number
        for name, inner in self.objects.items():
            if type(was := old.get(name)) is dict:
                now = new.get(name)
                yield from inner.look(was, now if type(now) is dict else {})
        for name, inner in self.lists.items():
            if items := old.get(name):
                then = _objects_of(items)
                inner.count_items(then)
                yield from inner.gone(then, _items_at((new,), name))


def is_value(value: Any) -> bool:
    """Is it a value that can be lost?"""
    return bool(value) or value == 0


def _values_of(objects: Objects, name: str) -> list[Any]:
    return [one.get(name) for one in objects]


def _items_of(objects: Objects, name: str) -> list[Any]:
    return [item for value in _values_of(objects, name) if type(value) is list for item in value]


def _objects_of(values: Any) -> Objects:
    return [value for value in values if type(value) is dict] if type(values) is list else ()


def _objects_at(objects: Objects, name: str) -> Objects:
    return _objects_of(_values_of(objects, name))


def _items_at(objects: Objects, name: str) -> Objects:
    return _objects_of(_items_of(objects, name))


def _fewer(old: list[Any], new: list[Any]) -> bool:
    return sum(map(is_value, new)) < sum(map(is_value, old))


def _loses(old: Any, new: Any) -> bool:
    """Does a value, or an item or an entry of it, go?"""
    if not is_value(new):
        return True
    if type(old) is not type(new):
        return False
    if type(old) is dict:
        return any(is_value(value) and _loses(value, new.get(key)) for key, value in old.items())
    return type(old) is list and _loses_items(old, new)


def _loses_items(old: list[Any], new: list[Any]) -> bool:
    """Does a list lose a scalar, or have its objects and lists fewer values in all?"""
    return bool(_scalars(old) - _scalars(new)) or _inner_values(old) > _inner_values(new)


def _scalars(items: list[Any]) -> set[Hashable]:
    return {fingerprint(item) for item in items if type(item) not in _CONTAINERS and is_value(item)}


def _inner_values(items: list[Any]) -> int:
    """How many values the objects and lists among these items have."""
    return sum(_values_in(item) for item in items if type(item) in _CONTAINERS)


def _values_in(value: Any) -> int:
    if type(value) not in _CONTAINERS:
        return int(is_value(value))
    return sum(map(_values_in, value.values() if type(value) is dict else value))
