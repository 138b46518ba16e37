"""`settle`: from before, after, the plan and what became of its requests to the before of the next time."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cached_property
from typing import Any, Final

from custmap.back.field_names import Tracer
from custmap.border.intake import Taken
from custmap.border.unsettled import UNSETTLED
from custmap.model.nodes import Leaf
from custmap.plan.engine import Engine
from custmap.plan.unsettled import OpenPath, Sides, open_path
from custmap.running.draft import read
from custmap.running.states import Failure
from custmap.settle.putting_back import put_back
from custmap.settle.sent import Sent, Told, Verdict
from custmap.settle.traced import Night, Place, Traces
from custmap.values.absent import ABSENT
from custmap.values.equality import same

Record = dict[str, Any]
Row = tuple[Any, ...]
Back = list[tuple[Place, list[OpenPath]]]
"""What did not arrive: places of the plan, each with the canonical paths that its rules read."""
_NOBODY: Final = Taken({}, frozenset(), ())


class Settler:
    """Settles the customers of one mapping."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._type = engine.checked.canonical.type
        self._traces = Traces(engine.checked, engine.readers, Tracer(engine.checked.operation))
        self._riders = engine.stand_ins

    def settle(self, held: Taken | None, taken: Taken, sent: Sent, *, complete: bool) -> Record | None:
        """What to keep of a customer, a new record; None where nothing arrived and nothing was there.

        `complete`: records are complete, so what after does not mention is gone.
        ValueError for a change or a rejection of another mapping.
        """
        before, old = ({}, ()) if held is None else (held.record, held.unsettled)
        laid = taken.record if held is None or complete else self._engine.laid(held, taken)
        night = Night(before, laid, [open_path(path) for path in old])
        rejected = [self._place(told) for told in sent.rejected]
        verdicts = [self._known(one, body) for one, body in zip(sent.verdicts, sent.bodies, strict=True)]
        lost = {at for at, one in enumerate(verdicts) if one.applied is None}
        new = {
            path.text
            for told in sent.changes
            if told.request in lost
            for path in self._traces.paths(self._place(told), night)
        }
        nobody = any(place.is_identity for place in rejected)
        if nobody or (verdicts and not any(one.applied for one in verdicts)):
            kept = _with(before, {*old, *new})
            return kept if kept or held is not None else None
        back = [
            (place, list(self._traces.paths(place, night)))
            for place in [*rejected, *self._not_arrived(sent, verdicts)]
        ]
        sides = self._sides(held, taken, laid, complete=complete)
        kept = self._put_back(night, back, sides.old)
        paths = [path for _, paths in back for path in paths]
        still = self._still_open(night, sides, paths)
        return _with(kept, {*still, *new, *self._doubtful(kept, back, sides)})

    def _place(self, told: Told) -> Place:
        place = self._traces.place(told)
        if place is None:
            raise ValueError(f"no rule in line {told.line}: this is the plan of another mapping")
        return place

    def _known(self, verdict: Verdict, body: Any) -> Verdict:
        """An error inside a success that names no field leaves open what arrived."""
        if verdict.applied and any(self._traces.word(error, body) is None for error in verdict.errors):
            return Verdict(None)
        return verdict

    def _not_arrived(self, sent: Sent, verdicts: list[Verdict]) -> Iterator[Place]:
        """What requests would have changed that were not sent or not applied, and what errors name."""
        for told in sent.changes:
            if told.request is None or told.request >= len(verdicts) or not verdicts[told.request].applied:
                yield self._place(told)
        for verdict, body in zip(verdicts, sent.bodies, strict=True):
            for error in verdict.errors if verdict.applied else ():
                place = self._traces.word(error, body)
                if place is not None and not place.is_identity:
                    yield place

    def _sides(self, held: Taken | None, taken: Taken, after: Record, *, complete: bool) -> Sides:
        sides = self._engine.sides(held or _NOBODY, taken, after, self._riders, complete=complete)
        return sides if held is not None else sides._replace(old=self._engine.code.nothing)

    def _put_back(self, night: Night, back: Back, old: Row) -> Record:
        """After, with what did not arrive as before had it.

        Where a rule still makes another value, it had read what stands in for a part that is not stated.
        """
        kept = night.after
        for _, paths in back:
            for path in paths:
                kept = put_back(kept, night.before, path, self._type)
        if back:
            now = self._row(kept)
            for place, _ in back:
                if any(_differs(leaf, old, now) for leaf in place.leaves):
                    for path in self._traces.paths(place, night, fully=True):
                        kept = put_back(kept, night.before, path, self._type)
        return kept

    def _doubtful(self, kept: Record, back: Back, sides: Sides) -> Iterator[str]:
        """What must be open, since the kept record does not show that it has not arrived.

        - A rule's value does not come from what was put back, as a default does not.
        - Another rule that reads the same has said its value, and that has arrived.
        - An entry became null of which before knew nothing: a mentioned map would be known not to have it.
        """
        if not back:
            return
        now = self._row(kept)
        places = {leaf.slot for place, _ in back for leaf in place.leaves}
        for place, paths in back:
            unseen = any(_differs(leaf, sides.old, now) for leaf in place.leaves)
            for path in paths:
                others = [leaf for leaf in self._engine.readers.of(path) if leaf.slot not in places]
                if (
                    unseen
                    or any(not same(sides.old[leaf.slot], sides.new[leaf.slot]) for leaf in others)
                    or self._is_forgotten(path, kept, sides)
                ):
                    yield path.text

    def _is_forgotten(self, path: OpenPath, kept: Record, sides: Sides) -> bool:
        """Is it an entry that became null or is gone, of a map that before did not have and is kept?"""
        names = path.names[:-1]
        return (
            bool(names)
            and read(sides.before, names) is ABSENT
            and read(kept, path.names) is ABSENT
            and read(sides.after, path.names) is None
            and type(read(kept, names)) is dict
        )

    def _row(self, record: Record) -> Row:
        return self._engine.code.values(record, self._riders)

    def _still_open(self, night: Night, sides: Sides, back: list[OpenPath]) -> Iterator[str]:
        """What was open before, and has not arrived: it was not said, or was rejected."""
        for path in night.open:
            rejected = any(path.touches(one.names) and _may_be_one(path, one) for one in back)
            if rejected or not self._engine.readers.is_settled(path, night.open, sides):
                yield path.text


class Settling:
    """A mapping's settler, made when it is first needed."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    @cached_property
    def settler(self) -> Settler:
        return Settler(self._engine)


def _differs(leaf: Leaf, old: Row, now: Row) -> bool:
    """Does a rule that is compared as one make another value?"""
    then, value = old[leaf.slot], now[leaf.slot]
    failed = then.__class__ is Failure and value.__class__ is Failure
    return leaf.kind.is_one and not failed and not same(then, value)


def _may_be_one(one: OpenPath, other: OpenPath) -> bool:
    """Of two paths that touch: may they mean the same item?"""
    return one.item is None or other.item is None or one.item == other.item


def _with(record: Record, unsettled: set[str]) -> Record:
    return {**record, UNSETTLED: sorted(unsettled)} if unsettled else record
