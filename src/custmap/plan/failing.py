"""The slots of a customer of whom a row could not state all: rules that read what failed fail too."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from custmap.expressions.inference import SourcePath
from custmap.model.failed import Failed
from custmap.model.nodes import Leaf, Presence
from custmap.model.silence import put
from custmap.plan.open_paths import names_of
from custmap.running.states import Failure
from custmap.values.paths import Member

Row = tuple[Any, ...]
_FAILED = "\0failed"
"""No member of a record has this name: what failed is equal to nothing but the same failure."""


def with_failures(
    row: Row, slots: Sequence[Leaf | Presence], failed: Sequence[Failed], record: dict[str, Any]
) -> Row:
    """The slots of a record with those that read what failed marked as failures."""
    if not failed:
        return row
    made = list(row)
    for at, slot in enumerate(slots):
        reads = _reads(slot)
        touched = [one for one in failed if any(_touch(one.path, read) for read in reads)]
        if touched:
            scope = record
            for one in touched:
                for read in reads:
                    if _touch(one.path, read):
                        scope = _marked(scope, max(one.path, names_of(read), key=len), one)
            made[at] = Failure(touched[0].code, touched[0].reason, scope)
    return tuple(made)


def marked(record: dict[str, Any], failed: Sequence[Failed]) -> dict[str, Any]:
    """A record that mentions what failed."""
    for one in failed:
        record = _marked(record, one.path, one)
    return record


def _reads(slot: Leaf | Presence) -> list[SourcePath]:
    """What a rule reads; of a name or a phone the part that it takes, and what that is split from."""
    if isinstance(slot, Leaf) and slot.needs:
        return [need.path for need in slot.needs]
    return [*slot.reads, *slot.asks]


def _touch(path: tuple[str, ...], read: SourcePath) -> bool:
    return all(one == other for one, other in zip(path, names_of(read), strict=False))


def _marked(record: Any, path: tuple[str, ...], failed: Failed) -> Any:
    return put(record, tuple(map(Member, path)), {_FAILED: failed.raw})
