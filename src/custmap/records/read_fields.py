"""The canonical fields that a mapping reads: those in which guards count what is cleared.

A rule that takes a whole object reads all of its members, since each of them can be lost alone. A map with
free keys is one field, its keys are data; a list is one, and so is each member of its items that is read.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from custmap.expressions.ast import plain_path
from custmap.expressions.inference import SourcePath
from custmap.model.checked import Checked
from custmap.model.nodes import Leaf, Table
from custmap.model.walkers import eaches
from custmap.values.types import ANY, Type

EACH: Final = "*"
_DEPTH: Final = 4
"""So many objects inside one another are taken apart: schemas may refer to themselves."""


def read_fields(checked: Checked) -> tuple[SourcePath, ...]:
    """The paths of the fields, sorted; `addresses[0].city` is a field of all items."""
    found: set[SourcePath] = set()
    entries = [step.entries for step in checked.steps if step.entries is not None]
    for call in (*checked.calls, *entries):
        for path, depth in _reads(call.operation.table, ()):
            if call.canonical.entry is not None:
                if path[:1] != ("customer",):
                    continue
                path = path[1:]
            found.update(_parts(checked.canonical.type.at(path) or ANY, path, depth))
    return tuple(sorted(found))


def _reads(table: Table, at: SourcePath) -> Iterator[tuple[SourcePath, int]]:
    """What rules read, and how deep it is taken apart; of an `each`, the list and what is read of its items.

    Whether the object of a `from` with `fields` is there, its members say.
    """
    for slot in table.slots:
        lists = {plain_path(each.expression.ast): each.table for each in eaches(slot.origin)}
        for path, inner in lists.items():
            if path is not None:
                yield (*at, *path), 0
                yield from _reads(inner, (*at, *path, EACH))
        reads = slot.reads if isinstance(slot, Leaf) else ()
        for path in (*reads, *slot.asks):
            if path not in lists:
                yield (*at, *path), _DEPTH


def _parts(type_: Type, path: SourcePath, depth: int) -> Iterator[SourcePath]:
    """The fields of what a rule reads."""
    if depth and type_.members and not type_.free:
        for name in type_.members:
            yield from _parts(type_.member(name) or ANY, (*path, name), depth - 1)
        return
    field = tuple(EACH if isinstance(step, int) else step for step in path)
    while field and field[-1] == EACH:  # the items themselves: the list is the field
        field = field[:-1]
    if field:
        yield field
    if depth and type_.items is not None and type_.items.members:
        yield from _parts(type_.items, (*path, EACH), depth - 1)
