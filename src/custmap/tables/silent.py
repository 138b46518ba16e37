"""What a row leaves unsaid in maps and lists of the customer."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple

from custmap.model.nodes import FromSource, Leaf, Presence
from custmap.model.silence import Silent, at
from custmap.schema.canonical import load_canonical
from custmap.values.absent import ABSENT
from custmap.values.paths import Index, Member, Select, TargetPath
from custmap.values.types import Type

_DEEP = 4
"""So many objects inside one another are looked into: a schema may refer to itself."""


class _Place(NamedTuple):
    """A place that a row may leave unsaid.

    `columns`  of a rule with a default: what it reads. Of others it is seen at the customer.
    `entries`  it is a map.
    """

    path: TargetPath
    columns: tuple[str, ...] = ()
    entries: bool = False

    @property
    def silent(self) -> Silent:
        return Silent(self.path, default=bool(self.columns), entries=self.entries)


class Silence:
    """The places of some rules.

    A rule that fills an entry of a map, or an item of a list or members of it, speaks of that alone; one that
    makes a map of a struct speaks of its members. What a default gives is no statement of the row.
    """

    def __init__(self, slots: Iterable[Leaf | Presence]) -> None:
        leaves = [slot for slot in slots if isinstance(slot, Leaf)]
        places = dict.fromkeys(place for leaf in leaves for place in _places(leaf))
        self._places = [(*place, place.silent) for place in places]
        self._structs = [name for leaf in leaves if _is_struct(leaf) for name in _top(leaf.path)]

    def of(self, row: dict[str, Any], customer: dict[str, Any]) -> tuple[Silent, ...]:
        """The places of which a row says nothing; it states this customer."""
        return tuple(
            silent
            for path, columns, entries, silent in self._places
            if (
                all(row[name] is None for name in columns)
                if columns
                else entries or at(customer, path) is ABSENT
            )
        )

    def tidy(self, customer: dict[str, Any]) -> None:
        """Take out maps of which a row says nothing: no member of the struct is left."""
        for name in self._structs:
            if customer.get(name) == {}:
                del customer[name]


def _places(leaf: Leaf) -> Iterator[_Place]:
    path, rule = leaf.path, leaf.origin.rule
    if leaf.origin.has_default and rule is not None and rule.nulls == "absent":
        yield _Place(path, tuple(sorted({str(read[0]) for read in leaf.reads if read})))
    elif len(path) > 1 and (_is_map(path) or any(isinstance(one, Index | Select) for one in path)):
        yield _Place(path)
    if _is_map(path) and (len(path) > 1 or _is_struct(leaf)):
        yield _Place(path[:1], entries=True)
    if _is_struct(leaf) and isinstance(leaf.origin.source, FromSource):
        yield from (_Place((*path, *inner)) for inner in _members(leaf.origin.source.type, _DEEP))


def _top(path: TargetPath) -> list[str]:
    """The name of a path that is one."""
    return [segment.name for segment in path if isinstance(segment, Member)] if len(path) == 1 else []


def _is_map(path: TargetPath) -> bool:
    """Is it a map with free keys, or in one?"""
    first = path[0]
    type_ = load_canonical(None).type.members.get(first.name) if isinstance(first, Member) else None
    return type_ is not None and type_.free and not type_.members


def _is_struct(leaf: Leaf) -> bool:
    """Is it a map, or in one, and made of what has named members?"""
    source = leaf.origin.source
    return _is_map(leaf.path) and isinstance(source, FromSource) and bool(source.type.members)


def _members(type_: Type, depth: int) -> Iterator[TargetPath]:
    """The named members of a struct, at any depth; a map with free keys is data."""
    for name in type_.members if depth else ():
        yield (Member(name),)
        yield from ((Member(name), *rest) for rest in _members(type_.members[name], depth - 1))
