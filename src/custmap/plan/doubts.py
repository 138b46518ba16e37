"""Ambiguities in a record are reported in notes.

For example, splitting a name is partly a guess; functions declare what is doubtful about their argument.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

from custmap.expressions.ast import Call, Current, Field, Node, children
from custmap.expressions.function import FunctionSpec
from custmap.expressions.inference import SourcePath
from custmap.model.change import Change
from custmap.model.checked import Operation
from custmap.model.nodes import EachSource, FromSource, Leaf
from custmap.model.note import Note
from custmap.model.walkers import options
from custmap.running.draft import read

Doubt = Callable[[Any], str | None]
Functions = Mapping[str, FunctionSpec]


class Doubts:
    """The source paths of one operation whose values may be doubtful."""

    __slots__ = ("_asked",)

    def __init__(self, operation: Operation, functions: Functions) -> None:
        asked: dict[tuple[SourcePath, Doubt], None] = {}
        for slot in operation.table.slots:
            if isinstance(slot, Leaf):
                for origin in options(slot.origin):
                    if isinstance(origin.source, FromSource | EachSource):
                        asked.update(dict.fromkeys(_doubtful(origin.source.expression.ast, functions)))
        self._asked = tuple((path, ".".join(map(str, path)), doubt) for path, doubt in asked)

    def of(self, record: dict[str, Any]) -> list[Note]:
        """The notes of a record: `name: one word, taken as the given name`."""
        notes: list[Note] = []
        for path, name, doubt in self._asked:
            value = record.get(name) if len(path) == 1 else read(record, path)
            if found := doubt(value):
                notes.append(Note(name, found))
        return notes

    def about(self, record: dict[str, Any], changes: Iterable[Change]) -> list[Note]:
        """The notes of a record about values that changed."""
        notes: list[Note] = []
        for path, name, doubt in self._asked:
            below = f"{name}."
            for change in changes:
                if (source := change.source) is not None and (source == name or source.startswith(below)):
                    if found := doubt(read(record, path)):
                        notes.append(Note(name, found))
                    break
        return notes


def _doubtful(node: Node, functions: Functions) -> Iterator[tuple[SourcePath, Doubt]]:
    if isinstance(node, Call) and node.arguments:
        spec = functions.get(node.name)
        path = _path(node.arguments[0])
        if spec is not None and spec.doubt is not None and path is not None:
            yield path, spec.doubt
    for child in children(node):
        yield from _doubtful(child, functions)


def _path(node: Node) -> SourcePath | None:
    names: list[str | int] = []
    while isinstance(node, Field):
        names.append(node.name)
        node = node.base
    return tuple(reversed(names)) if isinstance(node, Current) else None
