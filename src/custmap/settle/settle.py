"""`settle`: from before, after, the plan and what became of its requests to the before of the next time."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Set
from functools import cache
from typing import Any

from msgspec import Struct

from custmap.back.outcome import Message
from custmap.border.unsettled import UNSETTLED
from custmap.model.nodes import Leaf
from custmap.model.walkers import reads_beside
from custmap.plan.engine import Engine, Ruled
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
from custmap.values.types import Type

Record = dict[str, Any]
Row = tuple[Any, ...]
Back = list[tuple[Place, list[OpenPath]]]
"""What did not arrive: places of the plan, each with the canonical paths that its rules read."""


class _Case(Struct):
    """One customer's night.

    `sides`    what each part compares.
    `old`      what was open before it.
    `rejected` the places of the plan's rejections.
    `lost`, `said`  the requests that may, and that did, arrive.
    """

    night: Night
    sides: Callable[[Engine], Sides]
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
        another = not self.verdicts and any(place.is_identity for place in self.rejected)
        return another or not (self.arrived or self.lost)


class _Part:
    """The rules of one request, or those that say for what there is one for each entry."""

    def __init__(self, ruled: Ruled) -> None:
        self.engine = ruled.engine
        self.traces = Traces(ruled.engine.checked, ruled.engine.readers, ruled.inner)
        self.riders = ruled.engine.stand_ins
        slots = ruled.engine.checked.operation.table.slots
        self._leaves = tuple(one for one in slots if isinstance(one, Leaf) and not one.policy.identity)
        inner = (slot for call in ruled.inner for slot in call.operation.table.slots)
        told = (slot for slot in inner if not (isinstance(slot, Leaf) and slot.policy.identity))
        self._beside = set(reads_beside(told))
        """What requests for entries say of the customer beside an entry."""

    def says_beside(self, path: OpenPath) -> bool:
        return any(map(path.touches, self._beside))

    def row(self, record: Record) -> Row:
        return self.engine.code.values(record, self.riders)

    def place(self, told: Told) -> Place | None:
        return self.traces.place(told)

    def all_of(self, place: Place) -> Place:
        """The place of a rejection: where nobody is named, nothing was said."""
        return Place(self._leaves) if place.is_identity else place


class Settler:
    """Settles the customers of one mapping."""

    def __init__(self, ruled: Iterable[Ruled], type_: Type) -> None:
        self._type = type_
        self._parts = list(map(_Part, ruled))
        self._identities = [path for part in self._parts for path in part.traces.identities()]

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
        back = [(place, self._paths(case, place)) for place in places]
        kept = self._put_back(case, back) if case.arrived else case.night.before
        still = set(self._still_open(case, back)) if case.arrived else case.old
        if case.arrived:
            still |= set(self._gone_in_silence(case, still))
        open_places = [*self._places(case, case.lost), *self._said_in_part(case)]
        new = {path.text for place in open_places for path in self._paths(case, place)}
        kept = _with(kept, {*still, *new, *self._hidden(case, kept, back)})
        return kept if kept or case.known or case.arrived else None

    def _case(self, pair: Pair, sent: Sent) -> _Case:
        rejected = [self._place(told) for told in sent.rejected]
        if sent.verdicts:
            rejected = [self._part(place).all_of(place) for place in rejected]
        return _Case(
            Night(pair.before, pair.after, [open_path(path) for path in pair.unsettled]),
            cache(lambda engine: engine.sides(pair, engine.stand_ins)),
            frozenset(pair.unsettled),
            sent,
            rejected,
            [self.known(sent, at) for at in range(len(sent.verdicts))],
            pair.held is not None,
        )

    def known(self, sent: Sent, at: int) -> Verdict:
        """What became of a request: an error inside a success that names no field leaves it open."""
        verdict = sent.verdicts[at]
        if verdict.applied and any(self._word(sent, at, error) is None for error in verdict.errors):
            return UNKNOWN
        return verdict

    def _word(self, sent: Sent, at: int, error: Message) -> Place | None:
        """The place of what a vendor names in the answer to a request; None if it names no field."""
        if not sent.names[at]:
            return self._parts[0].traces.word(error, sent.bodies[at])
        part = next(one for one in self._parts if one.engine.checked.operation.name == sent.names[at])
        if part.traces.is_whole:  # an entry stands alone
            told = (told for told in sent.changes if told.request == at and error.field is not None)
            return next(map(self._place, told), None)
        return part.traces.word(error, sent.bodies[at])

    def _place(self, told: Told) -> Place:
        places = (part.place(told) for part in self._parts)
        place = next((place for place in places if place is not None), None)
        if place is None:
            raise ValueError(f"no rule in line {told.line}: this is the plan of another mapping")
        return place

    def _part(self, place: Place) -> _Part:
        return next((part for part in self._parts if part.traces.has(place)), self._parts[0])

    def _places(self, case: _Case, requests: set[int]) -> list[Place]:
        """What some of the requests change."""
        return [self._place(told) for told in case.sent.changes if told.request in requests]

    def _paths(self, case: _Case, place: Place, *, fully: bool = False) -> list[OpenPath]:
        return list(self._part(place).traces.paths(place, case.night, fully=fully))

    def _said_in_part(self, case: _Case) -> Iterator[Place]:
        """Entries whose request has arrived, and does not say all of them: the rest was rejected."""
        said = self._places(case, case.said)
        for place in case.rejected:
            if self._part(place).traces.is_whole and place in said:
                yield place

    def _not_arrived(self, case: _Case) -> Iterator[Place]:
        """What requests would have changed that were not sent or not applied, and what errors name."""
        for told in case.sent.changes:
            if told.request not in case.said:
                yield self._place(told)
        for at, verdict in enumerate(case.verdicts):
            for error in verdict.errors if verdict.applied else ():
                place = self._word(case.sent, at, error)
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
        if wrong := list(self._wrong(case, back, kept)):
            more = [path for place in wrong for path in self._paths(case, place, fully=True)]
            kept = self._as_before(kept, night, more)
            said = [path for place in self._places(case, case.said) for path in self._paths(case, place)]
            partly = kept
            for path in said:
                if any(path.touches(one.names) for one in _all(back)):
                    continue  # another rule that reads it did not arrive
                partly = put_back(partly, night.after, path, self._type)
            kept = kept if any(self._wrong(case, back, partly)) else partly
        for path in self._identities:
            kept = put_back(kept, night.after, path, self._type)
        return kept

    def _wrong(self, case: _Case, back: Back, kept: Record) -> Iterator[Place]:
        """Those of the places that did not arrive of which a kept record still says another value."""
        for part in self._parts:
            own = [place for place, _ in back if part.traces.has(place)]
            old, now = case.sides(part.engine).old, part.row(kept) if own else ()
            yield from (place for place in own if any(_differs(leaf, old, now) for leaf in place.leaves))

    def _as_before(self, kept: Record, night: Night, paths: Iterable[OpenPath]) -> Record:
        for path in paths:
            kept = put_back(kept, night.before, path, self._type)
        return kept

    def _still_open(self, case: _Case, back: Back) -> Iterator[str]:
        """What was open before, and has not arrived: it was not said, or was rejected.

        Of a map or a list that must not be said twice, all is open until it has been looked up.
        """
        once = {leaf.span for place, _ in back for leaf in place.leaves if _only_once(leaf)}
        for path in case.night.open:
            rejected = any(path.touches(one.names) and _may_be_one(path, one) for one in _all(back))
            reading = [part for part in self._parts if any(part.engine.readers.of(path))] or self._parts[:1]
            waits = any(
                leaf.span in once and path.item is None and not part.engine.readers.named.entries(leaf, path)
                for part in reading
                for leaf in part.engine.readers.of(path)
            )
            if (
                rejected
                or waits
                or self._leaves_doubt(case, path)
                or not all(
                    part.engine.readers.is_settled(path, case.night.open, case.sides(part.engine))
                    for part in reading
                )
            ):
                yield path.text

    def _leaves_doubt(self, case: _Case, path: OpenPath) -> bool:
        """Was an entry rejected, of a map of which a path leaves all open?"""
        for place in case.rejected:
            readers = self._part(place).engine.readers
            for leaf in place.leaves if place.below else ():
                if leaf in readers.of(path) and leaf.kind.is_map and not readers.named.entries(leaf, path):
                    return True
        return False

    def _gone_in_silence(self, case: _Case, still: Set[str]) -> Iterator[str]:
        """Entries and items that after lacks and nobody cleared, of rules of which it stays open whether they
        had spoken."""
        open_ = [path for path in case.night.open if path.text in still]
        said = self._places(case, case.said) if open_ else []
        for part in self._parts if open_ else ():
            sides = case.sides(part.engine)
            reading = {one.span: one for path in open_ for one in part.engine.readers.asking(path)}
            for leaf in reading.values():
                for below in part.engine.readers.gone_in_silence(leaf, sides):
                    place = Place((leaf,), below)
                    if place not in said:
                        yield from (one.text for one in part.traces.paths(place, case.night))

    def _hidden(self, case: _Case, kept: Record, back: Back) -> Iterator[str]:
        """What of the vendor's state a kept record does not show."""
        if not back:
            return
        lost, said = self._places(case, case.lost), self._places(case, case.said)
        for part in self._parts:
            sides = case.sides(part.engine)
            own = ([one for one in places if part.traces.has(one)] for places in (_of(back), lost, said))
            fates = Fates(part.engine.checked.operation, part.engine.readers, *own)
            new = sides.new if case.arrived else sides.old
            now = part.row(kept)
            for place in fates.hidden(sides.old, new, now):
                reads = self._paths(case, place)
                # A rule that makes nothing of what is kept stays open only if all that it reads is.
                is_told = place.below or any(now[leaf.slot] is not ABSENT for leaf in place.leaves)
                yield from _put_back_of(reads, _all(back)) if is_told else (path.text for path in reads)
            if any(map(part.traces.has, said)):  # a request for an entry has said what stands as before
                yield from (path.text for path in _all(back) if part.says_beside(path))
        sides = case.sides(self._parts[0].engine)
        yield from (path.text for path in _all(back) if _is_forgotten(path, kept, sides))


def _of(back: Back) -> list[Place]:
    return [place for place, _ in back]


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


def _only_once(leaf: Leaf) -> bool:
    return not leaf.policy.repeatable or leaf.kind.only_new


def _may_be_one(one: OpenPath, other: OpenPath) -> bool:
    """Of two paths that touch: may they mean the same item?"""
    return one.item is None or other.item is None or one.item == other.item


def _with(record: Record, unsettled: Set[str]) -> Record:
    return {**record, UNSETTLED: sorted(unsettled)} if unsettled else record
