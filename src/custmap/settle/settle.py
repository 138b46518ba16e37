"""`settle`: from before, after, the plan and what became of its requests to the before of the next time."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Set
from dataclasses import dataclass
from functools import cache, cached_property
from typing import Any

from custmap.back.field_names import Tracer
from custmap.border.unsettled import UNSETTLED
from custmap.model.nodes import Leaf
from custmap.plan.engine import Engine
from custmap.plan.open_paths import OpenPath, open_path
from custmap.plan.sides import Pair, Sides
from custmap.running.draft import read
from custmap.running.states import Failure
from custmap.settle.fates import Fates
from custmap.settle.putting_back import put_back
from custmap.settle.sent import UNKNOWN, Sent, Told, Verdict
from custmap.settle.traced import Night, Place, Traces
from custmap.values.absent import ABSENT
from custmap.values.equality import same

Record = dict[str, Any]
Row = tuple[Any, ...]
Back = list[tuple[Place, list[OpenPath]]]
"""What did not arrive: places of the plan, each with the canonical paths that its rules read."""


@dataclass(slots=True)
class _Case:
    """One customer's night.

    `old`      what was open before it.
    `rejected` the places of the plan's rejections.
    `lost`, `said`  the requests that may, and that did, arrive.
    """

    night: Night
    sides: Callable[[], Sides]
    old: frozenset[str]
    sent: Sent
    rejected: list[Place]
    verdicts: list[Verdict]
    known: bool

    @property
    def lost(self) -> set[int]:
        return {at for at, one in enumerate(self.verdicts) if one.applied is None}

    @property
    def said(self) -> set[int]:
        return {at for at, one in enumerate(self.verdicts) if one.applied}

    @property
    def arrived(self) -> bool:
        """Did anything arrive, or was there nothing to send?"""
        return not self.verdicts or bool(self.said)

    @property
    def is_over(self) -> bool:
        """Is all as it was: nothing may have arrived, or it is not this customer who was named?"""
        return any(place.is_identity for place in self.rejected) or not (self.arrived or self.lost)


class Settler:
    """Settles the customers of one mapping."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._type = engine.checked.canonical.type
        self._traces = Traces(engine.checked, engine.readers, Tracer(engine.checked.operation))
        self._riders = engine.stand_ins
        self._identities = list(self._traces.identities())

    def settle(self, pair: Pair, sent: Sent) -> Record | None:
        """What to keep of a customer, a new record; None where nothing arrived and nothing was there.

        ValueError for a change or a rejection of another mapping.
        """
        if sent.has_arrived and not pair.unsettled:
            return pair.after
        case = self._case(pair, sent)
        if case.is_over:
            return _with(case.night.before, case.old) if case.known else None
        places = [*case.rejected, *self._not_arrived(case)] if case.arrived else case.rejected
        back = [(place, list(self._traces.paths(place, case.night))) for place in places]
        kept = self._put_back(case, back) if case.arrived else case.night.before
        still = self._still_open(case, back) if case.arrived else case.old
        new = {path.text for place in self._places(case, case.lost) for path in self._paths(case, place)}
        kept = _with(kept, {*still, *new, *self._hidden(case, kept, back)})
        return kept if kept or case.known or case.arrived else None

    def _case(self, pair: Pair, sent: Sent) -> _Case:
        return _Case(
            Night(pair.before, pair.after, [open_path(path) for path in pair.unsettled]),
            cache(lambda: self._engine.sides(pair, self._riders)),
            frozenset(pair.unsettled),
            sent,
            [self._place(told) for told in sent.rejected],
            [self.known(one, body) for one, body in zip(sent.verdicts, sent.bodies, strict=True)],
            pair.held is not None,
        )

    def known(self, verdict: Verdict, body: Any) -> Verdict:
        """What became of a request: an error inside a success that names no field leaves it open."""
        if verdict.applied and any(self._traces.word(error, body) is None for error in verdict.errors):
            return UNKNOWN
        return verdict

    def _place(self, told: Told) -> Place:
        place = self._traces.place(told)
        if place is None:
            raise ValueError(f"no rule in line {told.line}: this is the plan of another mapping")
        return place

    def _places(self, case: _Case, requests: set[int]) -> list[Place]:
        """What some of the requests change."""
        return [self._place(told) for told in case.sent.changes if told.request in requests]

    def _paths(self, case: _Case, place: Place) -> list[OpenPath]:
        return list(self._traces.paths(place, case.night))

    def _not_arrived(self, case: _Case) -> Iterator[Place]:
        """What requests would have changed that were not sent or not applied, and what errors name."""
        for told in case.sent.changes:
            if told.request not in case.said:
                yield self._place(told)
        for verdict, body in zip(case.verdicts, case.sent.bodies, strict=True):
            for error in verdict.errors if verdict.applied else ():
                place = self._traces.word(error, body)
                if place is not None and not place.is_identity:
                    yield place

    def _put_back(self, case: _Case, back: Back) -> Record:
        """After, with what did not arrive as before had it, but for what names the customer.

        Where a rule still makes another value, it had read what stands in for a part that is not stated.
        """
        night = case.night
        if not back:
            return night.after
        kept = self._as_before(night.after, night, _all(back))
        old, now = case.sides().old, self._row(kept)
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

    def _still_open(self, case: _Case, back: Back) -> Iterator[str]:
        """What was open before, and has not arrived: it was not said, or was rejected."""
        for path in case.night.open:
            rejected = any(path.touches(one.names) and _may_be_one(path, one) for one in _all(back))
            if rejected or not self._engine.readers.is_settled(path, case.night.open, case.sides()):
                yield path.text

    def _hidden(self, case: _Case, kept: Record, back: Back) -> Iterator[str]:
        """What of the vendor's state a kept record does not show."""
        if not back:
            return
        sides = case.sides()
        places = [place for place, _ in back]
        fates = Fates(
            self._engine.checked.operation,
            self._engine.readers,
            places,
            self._places(case, case.lost),
            self._places(case, case.said),
        )
        new = sides.new if case.arrived else sides.old
        for place in fates.hidden(sides.old, new, self._row(kept)):
            yield from _put_back_of(self._paths(case, place), _all(back))
        yield from (path.text for path in _all(back) if _is_forgotten(path, kept, sides))

    def _row(self, record: Record) -> Row:
        return self._engine.code.values(record, self._riders)


class Settling:
    """A mapping's settler, made when it is first needed."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    @cached_property
    def settler(self) -> Settler:
        return Settler(self._engine)


def _all(back: Back) -> list[OpenPath]:
    return [path for _, paths in back for path in paths]


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
    then = read(sides.before, names)
    return (
        bool(names)
        and (then is None or read(sides.before, path.names) is ABSENT)
        and (then is None or then is ABSENT or read(kept, names) is None)
        and read(kept, path.names) in (ABSENT, None)
        and read(sides.after, path.names) is None
        and read(kept, names) is not ABSENT
    )


def _may_be_one(one: OpenPath, other: OpenPath) -> bool:
    """Of two paths that touch: may they mean the same item?"""
    return one.item is None or other.item is None or one.item == other.item


def _with(record: Record, unsettled: Set[str]) -> Record:
    return {**record, UNSETTLED: sorted(unsettled)} if unsettled else record
