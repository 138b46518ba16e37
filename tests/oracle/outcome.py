"""What an update says about one place of the request: `Outcome`, and `Told`, what the plan says of it.

`Sides` are the two customers that are compared, as the slots of one table of rules.
"""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from typing import Any

from custmap.model.changes import Changes
from custmap.model.nodes import Leaf, Presence, SourcePath
from custmap.model.note import Fact
from custmap.running.states import SILENT, Failure
from custmap.values.absent import ABSENT
from custmap.values.equality import same
from custmap.values.paths import TargetPath


@dataclass(frozen=True)
class Change:
    """`set` or `clear` of a target, with the target's values; None where there is, or was, none."""

    action: str
    target: str
    before: Any
    after: Any


@dataclass(frozen=True)
class Told:
    """Changes, rejections (code, target) and notes (fact, target); what clearing writes elsewhere.

    `names` (place, name), `marks` (place, name, value), `writes` (place, value), `told` items of a list of
    changes (rank, target, item).
    """

    changes: tuple[Change, ...] = ()
    rejected: tuple[tuple[str, str], ...] = ()
    notes: tuple[tuple[Fact, str], ...] = ()
    names: tuple[tuple[TargetPath, Any], ...] = ()
    marks: tuple[tuple[TargetPath, str, Any], ...] = ()
    writes: tuple[tuple[TargetPath, Any], ...] = ()
    told: tuple[tuple[int, str, Any], ...] = ()

    def __add__(self, other: Told) -> Told:
        return Told(*(getattr(self, one.name) + getattr(other, one.name) for one in fields(Told)))

    @property
    def elsewhere(self) -> bool:
        return bool(self.names or self.marks or self.writes)


@dataclass(frozen=True)
class Outcome:
    """One place of the request.

    `said`    there is something to say about it.
    `sent`    what stands there in a request that says only what changed; ABSENT: nothing.
    `stands`  what stands there in a container that is sent whole.
    `omitted` something in it is cleared by leaving it out.
    `kept`    something in it could not be said, so the vendor keeps what it holds.
    """

    said: bool
    sent: Any = ABSENT
    stands: Any = ABSENT
    told: Told = Told()
    omitted: bool = False
    kept: bool = False

    def told_rejected(self, code: str, target: str) -> Told:
        """It is not sent after all: nothing changes, what was rejected stays so, and one rejection more."""
        return Told(rejected=(*self.told.rejected, (code, target)), notes=self.told.notes)


@dataclass(frozen=True)
class Sides:
    """Before and after under one table.

    `known`    there is a before.
    `complete` records are complete: what is absent is gone.
    `partial`  a request that replaces the whole record may be made of a part of it.
    `document` before is the vendor's own copy: what it does not have is known not to be there.
    `fresh`    the item is new in a list that before mentions: nothing is there that could be cleared.
    `full`     the container around is sent whole.
    `changes`  the request is a list of changes.
    `prefix`   the target of the item that the table describes; `item`: is it one?
    """

    before: tuple[Any, ...]
    after: tuple[Any, ...]
    before_record: Any
    after_record: Any
    riders: tuple[Any, ...]
    known: bool
    complete: bool = False
    partial: bool = False
    document: bool = False
    fresh: bool = False
    full: bool = False
    item: bool = False
    prefix: str = ""
    changes: Changes | None = None

    def target(self, text: str) -> str:
        return f"{self.prefix}.{text}" if self.prefix and text else self.prefix or text

    def unchanged(self) -> Sides:
        """Both sides as before: what they say stands is what the vendor holds."""
        return replace(self, after=self.before, after_record=self.before_record)

    def rider(self, index: int) -> Any:
        return self.riders[index]

    def sources_equal(self, rule: Leaf | Presence) -> bool:
        """Do both records say the same about all that the rule reads?"""
        return bool(rule.reads) and all(
            same(read(self.before_record, path), read(self.after_record, path)) for path in rule.reads
        )

    def failed_before_too(self, rule: Leaf | Presence) -> bool:
        """The rule failed for what before said already, and after says the same: no change."""
        before, after = self.before[rule.slot], self.after[rule.slot]
        if not isinstance(before, Failure) or not isinstance(after, Failure):
            return False
        return before is after or self.sources_equal(rule)

    def known_missing(self, leaf: Leaf) -> bool:
        """§ 7: a key that a mentioned map of before did not have is known not to be there."""
        if self.fresh or self.document:
            return True
        in_maps = dict(leaf.in_maps)
        return (
            self.known
            and bool(leaf.reads)
            and all(path in in_maps and self._lacks(path, in_maps[path]) for path in leaf.reads)
        )

    def _lacks(self, path: SourcePath, depth: int) -> bool:
        map_ = read(self.before_record, path[:depth])
        if map_ is ABSENT:
            return False
        return map_ is None or read(map_, path[depth:]) is ABSENT


def read(record: Any, path: SourcePath) -> Any:
    """What a record says at a source path; a list that is gone through is read as a whole."""
    value = record
    for segment in path:
        if segment == "*" or value is ABSENT or value is None:
            return value
        if isinstance(value, dict):
            value = value.get(segment, ABSENT)
        elif isinstance(value, list) and isinstance(segment, int) and -len(value) <= segment < len(value):
            value = value[segment]
        else:
            return ABSENT
    return value


def is_value(state: Any) -> bool:
    return not (state is ABSENT or state is None or state is SILENT or isinstance(state, Failure))


def shown(state: Any) -> Any:
    """A state as a plan shows it."""
    return state if is_value(state) else None
