"""The parts of a large record in which something is wrong, each small enough to list its problems.

The compiled check lists all problems of a record at once, and a million of them take a minute and gigabytes.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, Final

from msgspec import Struct, field

Place = tuple[str | int, ...]

MOST: Final = 20_000
"""How many values a part has."""
_NAMED: Final = 1_000
"""An object with more members is a map, and may be cut."""


class Window(Struct, frozen=True):
    """A part of a record. `cut` has the lists and maps that lack items, and the index of the first."""

    record: Any
    cut: dict[Place, int]

    def place(self, steps: Place) -> Place:
        """The place in the whole record."""
        found: Place = ()
        for step in steps:
            found += (step + self.cut.get(found, 0),) if isinstance(step, int) else (step,)
        return found


def windows(record: Any, is_valid: Callable[[Any], bool]) -> Iterator[Window]:
    """The parts that are not valid, in the record's order; they share values with it. At last the record
    itself, for what is wrong with a list or a map as a whole."""
    sizes = _Sizes()
    whole = sizes.of(record)
    if whole > MOST:
        yield from _invalid(record, is_valid, sizes, 0, whole)
    yield Window(record, {})


def _invalid(
    record: Any, is_valid: Callable[[Any], bool], sizes: _Sizes, start: int, end: int
) -> Iterator[Window]:
    window = _Cut(sizes, start, end).window(record)
    if is_valid(window.record):
        return
    if end - start <= MOST:
        yield window
        return
    middle = (start + end) // 2
    yield from _invalid(record, is_valid, sizes, start, middle)
    yield from _invalid(record, is_valid, sizes, middle, end)


class _Sizes:
    """How many values are in a value, itself included."""

    def __init__(self) -> None:
        self._known: dict[int, int] = {}

    def of(self, value: Any) -> int:
        if value.__class__ is not dict and value.__class__ is not list:
            return 1
        found = self._known.get(id(value))
        if found is None:
            inside = value.values() if value.__class__ is dict else value
            found = self._known[id(value)] = 1 + sum(map(self.of, inside))
        return found


class _Cut(Struct):
    """The values of a record from `start` to `end`, with the objects around them."""

    sizes: _Sizes
    start: int
    end: int
    cut: dict[Place, int] = field(default_factory=dict)

    def window(self, record: Any) -> Window:
        return Window(self._copy(record, 0, ()), self.cut)

    def _copy(self, value: Any, at: int, place: Place) -> Any:
        """A copy of `value`, which is the value number `at` of the record."""
        if value.__class__ is list:
            kept = list(self._items(enumerate(value), at + 1, place))
            if len(kept) < len(value):
                self.cut[place] = kept[0][0] if kept else 0
            return [item for _, item in kept]
        if value.__class__ is not dict:
            return value
        if len(value) > _NAMED:
            entries = dict(self._items(value.items(), at + 1, place))
            if len(entries) < len(value):
                self.cut[place] = 0
            return entries
        members = {}
        at += 1
        for name, member in value.items():
            members[name] = self._copy(member, at, (*place, name))
            at += self.sizes.of(member)
        return members

    def _items(self, items: Any, at: int, place: Place) -> Iterator[tuple[Any, Any]]:
        for name, item in items:
            if at >= self.end:
                return
            end = at + self.sizes.of(item)
            if at >= self.start and end <= self.end:
                yield name, item
            elif end > self.start:
                yield name, self._copy(item, at, (*place, name))
            at = end
