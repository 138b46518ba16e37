"""Customers and near pairs, drawn by hypothesis.

Two customers that are drawn apart differ everywhere and test little; so the second is the first with at
most three edits, or says only those edits.

All of a case is read from one tape of bytes. hypothesis copies parts of a case to others of the same
kind, so that of many nested draws few are new; of one tape each is, at a tenth of the time. A zero
always means "nothing here", and smaller numbers plainer values: that is what it shrinks to.
"""

from __future__ import annotations

from collections.abc import Sequence
from copy import deepcopy
from dataclasses import dataclass
from typing import Any, Final

from hypothesis import strategies as st

from custmap.prove.places import Edit, Place, edited
from custmap.prove.scene import Case, Record

Strategy = st.SearchStrategy[Case]
Chosen = tuple[Place, int]
"""A place and which of its edits was made there."""

_SAID: Final = 8
_CHANGED: Final = 3
_SELDOM: Final = 96
"""Bytes below say nothing: about three of eight."""
_LENGTH: Final = 2 * _SAID + 3 * 2 * _CHANGED + 1


@dataclass(slots=True)
class _Tape:
    data: bytes
    at: int = 0

    def next(self) -> int:
        self.at += 1
        return self.data[self.at - 1]


def near_cases(places: Sequence[Place], start: Record) -> Strategy:
    """Cases near each other, all of them the `start` with edits."""
    if not places:
        return st.just(Case(deepcopy(start), deepcopy(start), deepcopy(start)))
    return st.binary(min_size=_LENGTH, max_size=_LENGTH).map(lambda data: _near(_Tape(data), places, start))


def _near(tape: _Tape, places: Sequence[Place], start: Record) -> Case:
    chosen: list[Chosen] = []
    said: list[Edit] = []
    for _ in range(_SAID):
        where, how = tape.next(), tape.next()
        if where >= _SELDOM:
            place = places[(where - _SELDOM) % len(places)]
            chosen.append((place, how))
            said.append(_edit(place, how))
    before = edited(start, said)
    second, third = _changes(tape, places, chosen), _changes(tape, places, chosen)
    in_part = tape.next() >= 192  # one of four
    after = edited(start if in_part else before, second)
    return Case(before, after, edited(after, third))


def _edit(place: Place, how: int) -> Edit:
    return place.edits[how % len(place.edits)]


def _changes(tape: _Tape, places: Sequence[Place], chosen: list[Chosen]) -> list[Edit]:
    """Mostly what was there changes: it is gone, or another, often one that is like it."""
    made = []
    for _ in range(_CHANGED):
        which, where, how = tape.next(), tape.next(), tape.next()
        if which < _SELDOM:
            continue
        if not chosen or which % 3 == 0:
            made.append(_edit(places[where % len(places)], how))
            continue
        place, before = chosen[where % len(chosen)]
        made.append(_edit(place, how if which % 2 else before + 1 + how % 2))
    return made


def given_cases(records: Sequence[Record], identities: Sequence[tuple[Any, ...]]) -> Strategy:
    """Cases among given records; the identity is that of the first, or nothing would be compared."""
    some = st.sampled_from(range(len(records)))

    def case(positions: tuple[int, int, int]) -> Case:
        before, after, third = (records[position] for position in positions)
        return Case(deepcopy(before), _as(before, after, identities), _as(before, third, identities))

    return st.tuples(some, some, some).map(case)


def _as(one: Record, other: Record, identities: Sequence[tuple[Any, ...]]) -> Record:
    """The other record, as if it were of the customer that `one` is of."""
    edits = []
    for way in identities:
        value: Any = one
        for step in way:
            value = value.get(step) if isinstance(value, dict) else None
        if value is not None:
            edits.append(Edit(way, value))
    return edited(other, edits)
