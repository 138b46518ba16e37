"""What a source's rules make of the states of a cell, and from which columns a mapping's targets come."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import Final

from custmap.lineage.lineage import Line, Lineage
from custmap.lineage.trace import lineage, traced
from custmap.model.source import CheckedSource
from custmap.plan.engine import Engine
from custmap.resolve.source import with_nulls

_STATES: Final = {"null": "NULL", '""': '""', "[]": "[]", "{}": "{}", "value": "value"}
"""The states of a cell, by those of a source path: a row has all columns, and no row is gone."""


def explained(source: CheckedSource, path: str | None) -> Lineage:
    """From which columns the fields of the customer come; ValueError as of `lineage`."""
    file = source.file
    checked = with_nulls(file, source.rows, source.checked.functions)
    found = lineage(checked, traced(Engine(checked)), path)
    silent = [rule.target.value for rule in file.rules if (rule.nulls or file.nulls) == "absent"]
    lines = (_of_cells(line, any(_touch(line.target, one) for one in silent)) for line in found.lines)
    return replace(found, lines=tuple(lines))


def _of_cells(line: Line, absent: bool) -> Line:
    states = {shown: _words(line, state, absent) for state, shown in _STATES.items() if state in line.states}
    return replace(line, states=states, back=None)


def _words(line: Line, state: str, absent: bool) -> tuple[str, str]:
    told, _ = line.states["absent" if state == "null" and absent else state]
    return told.replace("sends", "says").replace("nothing", "says nothing"), ""


def with_columns(mapping: Lineage, source: Lineage) -> Lineage:
    """A mapping's lineage with the columns from which its sources come."""
    lines = (replace(line, columns=tuple(_columns(line.sources, source.lines))) for line in mapping.lines)
    return replace(mapping, lines=tuple(lines))


def _columns(paths: Iterable[str], lines: Iterable[Line]) -> Iterator[str]:
    found = (
        column for path in paths for line in lines if _touch(path, line.target) for column in line.sources
    )
    yield from dict.fromkeys(found)


def _touch(one: str, other: str) -> bool:
    """Is one of two paths the other, or in it?"""
    return one == other or _is_in(one, other) or _is_in(other, one)


def _is_in(path: str, around: str) -> bool:
    return path.startswith((f"{around}.", f"{around}["))
