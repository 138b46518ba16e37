"""Canonical paths of which something is not settled, as a before names them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import takewhile
from typing import Any, NamedTuple, TypeAlias

from custmap.expressions.inference import SourcePath
from custmap.values.absent import ABSENT
from custmap.values.equality import same
from custmap.values.numbers import key_text
from custmap.values.paths import MOST_ITEMS, Index, Member, Select, Value, parse_path
from custmap.values.types import Type

Record = dict[str, Any]


Item: TypeAlias = Select | Value
"""An item of a list: the one with a key, or the scalar itself."""


class OpenPath(NamedTuple):
    """A canonical path: the names that lead to a field, an entry of a map, or a list; and the item in it.

    `steps`  the whole way, with positions in lists.
    """

    text: str
    names: tuple[str, ...]
    item: Item | None
    steps: SourcePath

    def touches(self, path: SourcePath) -> bool:
        """Is one of the two paths inside the other? `*`, or a position from the end, is any item."""
        return all(map(_may_be, self.steps, path))

    def is_in(self, steps: SourcePath) -> bool:
        """Is it a path, or of something inside it? The whole record is more than any path."""
        return bool(steps) and self.steps[: len(steps)] == steps


def _may_be(step: str | int, other: str | int) -> bool:
    return step == other or other == "*" or (isinstance(other, int) and other < 0)


def open_path(text: str) -> OpenPath:
    steps: SourcePath = ()
    item = None
    for segment in parse_path(text, values=True):
        match segment:
            case Member(name):
                steps = (*steps, name)
            case Index(position):
                steps = (*steps, position)
            case Select() | Value():
                item = segment
                break
    names = names_of(steps)
    return OpenPath(text, names, item if names == steps else None, steps)


def mentions(record: Record, names: Sequence[str], type_: Type | None) -> bool:
    """Does a record speak of a path? A key that a mentioned free map does not have is gone."""
    value: Any = record
    for name in names:
        if type(value) is not dict:
            return value is None
        if name not in value:
            return type_ is None or name not in type_.members
        value, type_ = value[name], type_ and type_.member(name)
    return True


def is_missing(record: Record, path: SourcePath, type_: Type | None) -> bool:
    """Is nothing at a path, because a free map or a list that the record mentions does not have it?"""
    value: Any = record
    inside = False
    for step in path:
        if type(value) is list:
            inside = True
            value = value[step] if isinstance(step, int) and -len(value) <= step < len(value) else ABSENT
        elif type(value) is dict:
            inside |= type_ is None or step not in type_.members
            value = value.get(step, ABSENT)
        if value is ABSENT or type(value) not in (dict, list):
            break
        type_ = type_ and (type_.member(step) if isinstance(step, str) else type_.items)
    return value is ABSENT and inside


def names_of(path: SourcePath) -> tuple[str, ...]:
    """The names that a source path begins with, up to an item of a list."""
    return tuple(str(step) for step in takewhile(lambda step: isinstance(step, str) and step != "*", path))


def steps_of(path: SourcePath) -> SourcePath:
    """A source path up to where it means many items, or a position that a canonical path cannot have."""
    return tuple(takewhile(_is_written, path))


def _is_written(step: str | int) -> bool:
    return step != "*" if isinstance(step, str) else 0 <= step < MOST_ITEMS


def is_item(item: Any, path: Item) -> bool:
    """Is it the item that a path selects? Keys are compared as texts."""
    if isinstance(path, Value):
        return same(item, path.value)
    return type(item) is dict and key_text(item.get(path.key)) == key_text(path.value)


def made_up(item: Item) -> Iterator[Any]:
    """Items with a key alone: it may be a text, or a number that is written as one. A scalar is itself."""
    if isinstance(item, Value):
        yield item.value
        return
    yield {item.key: item.value}
    if isinstance(item.value, str) and item.value.lstrip("-").isdecimal():
        yield {item.key: int(item.value)}
