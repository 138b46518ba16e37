"""What rules make whatever their conditions say: a lost request may have gone by other answers."""

from __future__ import annotations

from dataclasses import replace

from custmap.model.checked import Operation
from custmap.model.nodes import FirstSource, Origin, Presence


def unconditional(operation: Operation) -> Operation:
    """An operation whose maps and lists with keys have no `when`: what matters is what is in them."""
    slots = tuple(
        replace(slot, origin=_without_when(slot.origin))
        if isinstance(slot, Presence) or not slot.kind.is_one
        else slot
        for slot in operation.table.slots
    )
    return replace(operation, table=replace(operation.table, slots=slots))


def _without_when(origin: Origin) -> Origin:
    source = origin.source
    if isinstance(source, FirstSource):
        source = replace(source, origins=tuple(map(_without_when, source.origins)))
    return replace(origin, when=None, source=source)
