"""From a vendor's name of a field to the customer's, by the targets of a mapping's rules."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from itertools import takewhile
from typing import Final

from msgspec import Struct

from custmap.expressions.ast import plain_path
from custmap.expressions.inference import format_source
from custmap.model.checked import PARTS, Operation
from custmap.model.nodes import FromSource, Leaf, Rider, Table, TargetNode
from custmap.model.walkers import eaches, nodes
from custmap.values.paths import Index, Member, PathError, TargetPath, format_path, parse_path


class Traced(Struct, frozen=True):
    """A canonical path, None for what is no field of the customer; and the line of its rule.

    `known`  the part of the path that the mapping itself names, which holds no value of a record.
    `target` the rule's target, None for an object around several; `below` what the name has below it.
    """

    field: str | None
    line: int
    known: str | None
    target: str | None = None
    below: TargetPath = ()


class _Place(Struct, frozen=True):
    """A rule: the names of its target, and its source; `as_it_is`: what is below both has the same names.

    `path` is that of the target, which has `depth` segments.
    """

    names: tuple[str, ...]
    path: str
    depth: int
    target: str
    source: str | None
    line: int
    as_it_is: bool = False
    items: tuple[_Place, ...] = ()


_LONGEST: Final = 10_000
"""Longer names are no paths."""
_MOST: Final = 64
"""As deep as a body may be."""
_POSITION: Final = re.compile(r"[0-9]{1,9}")


class Tracer:
    """Finds the rule that a vendor's name means; positions and keys of items are passed over."""

    def __init__(self, operation: Operation) -> None:
        self._body = tuple(_places(operation.body))
        self._parts = tuple(one for part in PARTS for one in _places(operation.parts[part]))
        self._into = () if operation.bulk is None else operation.bulk.into
        self._is_listed = operation.bulk is not None
        self._known = lru_cache(maxsize=1000)(self._trace)

    def trace(self, name: str) -> Traced | None:
        """The rule that a name means, or the object around several; None if there is none.

        A path in the body (`name.firstName`, `/name/firstName`), the name of a parameter, or a last name
        that one rule alone has.
        """
        return self._known(name) if 0 < len(name) <= _LONGEST else None

    def _trace(self, name: str) -> Traced | None:
        path = _path(name)
        if path is None:
            return None
        path = self._in_item(path)
        names = _names(path)
        found = _at(self._body, path) or _around(self._body, names)
        if found is None and len(names) == 1:
            found = _alone([one for one in self._parts if one.names == names])
            found = found or _alone([one for one in self._body if one.names[-1:] == names])
        return found

    def _in_item(self, path: TargetPath) -> TargetPath:
        """A path in the item of a request with many customers, if it begins with that item."""
        depth = len(self._into)
        if not self._is_listed or not isinstance((*path, None)[min(depth, len(path))], Index):
            return path
        return path[depth + 1 :] if _names(path[:depth]) == self._into else path


def _path(name: str) -> TargetPath | None:
    if name.startswith("/"):
        steps = name[1:].split("/", _MOST)
        return tuple(map(_segment, steps)) if len(steps) <= _MOST else None
    try:
        return parse_path(name)
    except PathError:
        return (Member(name),)


def _segment(step: str) -> Index | Member:
    """A step of a JSON pointer."""
    if _POSITION.fullmatch(step):
        return Index(int(step))
    return Member(step.replace("~1", "/").replace("~0", "~"))


def _names(path: TargetPath) -> tuple[str, ...]:
    return tuple(segment.name for segment in path if isinstance(segment, Member))


def _at(places: tuple[_Place, ...], path: TargetPath) -> Traced | None:
    """The rule at a path, or the one whose value has the path inside it."""
    names = _names(path)
    fitting = [one for one in places if names[: len(one.names)] == one.names]
    if not fitting:
        return None
    # Of rules in several items of a list, the one of the item that is meant.
    best = max(fitting, key=lambda one: (len(one.names), format_path(path[: one.depth]) == one.path))
    rest = _after(path, len(best.names))
    field, line = best.source, best.line
    if (inner := names[len(best.names) :]) and best.source is not None:
        below = _at(best.items, tuple(map(Member, inner)))
        line = below.line if below else line
        if below is not None and below.field:
            position = rest[0].position if isinstance(rest[0], Index) else "*"
            field = f"{best.source}[{position}].{below.field}"
        elif best.as_it_is:
            field = f"{best.source}.{format_source(inner)}"
    return Traced(field, line, best.source, best.target, rest)


def _after(path: TargetPath, count: int) -> TargetPath:
    """What follows so many names in a path."""
    ends = [at for at, segment in enumerate(path) if isinstance(segment, Member)]
    return path[ends[count - 1] + 1 :] if count else path


def _around(places: tuple[_Place, ...], names: tuple[str, ...]) -> Traced | None:
    """An object that rules fill: what their sources have in common."""
    inside = [one for one in places if one.names[: len(names)] == names]
    sources = [one.source.split(".") for one in inside if one.source is not None]
    if not sources:
        return None
    shared = takewhile(lambda parts: len(set(parts)) == 1, zip(*sources, strict=False))
    field = ".".join(parts[0] for parts in shared) or None
    return Traced(field, min(one.line for one in inside), field)


def _alone(found: list[_Place]) -> Traced | None:
    if len(found) != 1:
        return None
    return Traced(found[0].source, found[0].line, found[0].source, found[0].target)


def _places(node: TargetNode) -> Iterator[_Place]:
    for one in nodes(node):
        if isinstance(one, Rider):
            yield _Place(*_of(one.path), one.target, None, one.span.line)
        elif isinstance(one, Leaf):
            source, line = _source(one), one.span.line
            yield _Place(*_of(one.path), one.target, source, line, _is_as_it_is(one), _items(one))
            for way in one.ways.places if one.ways is not None else ():
                yield _Place(*_of(way.place), one.target, source, line)


def _of(path: TargetPath) -> tuple[tuple[str, ...], str, int]:
    return _names(path), format_path(path), len(path)


def _is_as_it_is(leaf: Leaf) -> bool:
    source = leaf.origin.source
    if not isinstance(source, FromSource) or plain_path(source.expression.ast) is None:
        return leaf.kind.is_map
    return not source.type.kinds.isdisjoint({"object", "array"})


def _source(leaf: Leaf) -> str | None:
    if leaf.source is not None:
        return leaf.source
    return format_source(leaf.reads[0]) if leaf.reads else None


def _items(leaf: Leaf) -> tuple[_Place, ...]:
    tables: list[Table] = [each.table for each in eaches(leaf.origin)]
    return tuple(_places(tables[0].root)) if len(tables) == 1 else ()
