"""`settle`: from before, after, the plan and what became of its requests to the before of the next time."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
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
from custmap.settle.fates import Fates
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
        self._identities = list(self._traces.identities())

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
        new = {path.text for place in self._places(sent, lost) for path in self._traces.paths(place, night)}
        arrived = not verdicts or any(one.applied for one in verdicts)
        if any(place.is_identity for place in rejected) or not (arrived or lost):
            return _with(before, set(old)) if held is not None else None
        not_arrived = [*rejected, *self._not_arrived(sent, verdicts)] if arrived else rejected
        back = [(place, list(self._traces.paths(place, night))) for place in not_arrived]
        sides = self._sides(held, taken, laid, complete=complete)
        kept, still = before, set(old)
        if arrived:
            kept = self._put_back(night, back, sides.old)
            still = set(self._still_open(night, sides, [path for _, paths in back for path in paths]))
        if back:
            said = {at for at, one in enumerate(verdicts) if one.applied}
            places = not_arrived, self._places(sent, lost), self._places(sent, said)
            rows = sides.old, sides.new if arrived else sides.old, self._row(kept)
            fates = Fates(self._engine.checked.operation, *places)
            paths = [path for _, paths in back for path in paths]
            for place in fates.hidden(*rows):
                new |= _put_back_of(list(self._traces.paths(place, night)), paths)
            new |= {path.text for _, paths in back for path in paths if _is_forgotten(path, kept, sides)}
        kept = _with(kept, still | new)
        return kept if kept or held is not None or arrived else None

    def _places(self, sent: Sent, requests: set[int]) -> list[Place]:
        """What some of the requests change."""
        return [self._place(told) for told in sent.changes if told.request in requests]

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
        """After, with what did not arrive as before had it, but for what names the customer.

        Where a rule still makes another value, it had read what stands in for a part that is not stated.
        """
        if not back:
            return night.after
        kept = self._as_before(night.after, night, [path for _, paths in back for path in paths])
        now = self._row(kept)
        wrong = [place for place, _ in back if any(_differs(leaf, old, now) for leaf in place.leaves)]
        more = [path for place in wrong for path in self._traces.paths(place, night, fully=True)]
        kept = self._as_before(kept, night, more)
        for path in self._identities:
            kept = put_back(kept, night.after, path, self._type)
        return kept

    def _as_before(self, kept: Record, night: Night, paths: Iterable[OpenPath]) -> Record:
        for path in paths:
            kept = put_back(kept, night.before, path, self._type)
        return kept

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


def _put_back_of(reads: list[OpenPath], back: list[OpenPath]) -> set[str]:
    """Of what a rule reads, what was put back; all of it if nothing was."""
    found = {path.text for path in reads if any(path.touches(one.names) for one in back)}
    return found or {path.text for path in reads}


def _is_forgotten(path: OpenPath, kept: Record, sides: Sides) -> bool:
    """Is it an entry that became null or is gone, of a map that before did not have and is kept?"""
    names = path.names[:-1]
    return (
        bool(names)
        and read(sides.before, names) is ABSENT
        and read(kept, path.names) in (ABSENT, None)
        and read(sides.after, path.names) is None
        and read(kept, names) is not ABSENT
    )


def _may_be_one(one: OpenPath, other: OpenPath) -> bool:
    """Of two paths that touch: may they mean the same item?"""
    return one.item is None or other.item is None or one.item == other.item


def _with(record: Record, unsettled: set[str]) -> Record:
    return {**record, UNSETTLED: sorted(unsettled)} if unsettled else record
