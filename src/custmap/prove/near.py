"""Cases of similar customers, each read from one sequence of bytes.

Two independent customers differ everywhere and test little. So the second is the first with at most three
edits, or states only those edits. Zero always means "nothing here", and smaller numbers mean plainer values:
hypothesis shrinks towards them; where nothing is shrunk, any bytes will do.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from custmap.prove.places import Edit, Place, edited
from custmap.prove.scene import Case, Record

Chosen = tuple[Place, int]
"""A place and which of its edits was made there."""

_SAID: Final = 8
_CHANGED: Final = 3
_SELDOM: Final = 96
"""Bytes below say nothing: about three of eight."""
LENGTH: Final = 2 * _SAID + 3 * 2 * _CHANGED + 1
"""Of the bytes of a case."""


@dataclass(slots=True)
class _Tape:
    data: bytes
    at: int = 0

    def next(self) -> int:
        self.at += 1
        return self.data[self.at - 1]


def near_case(data: bytes, places: Sequence[Place], start: Record) -> Case:
    """The case that `LENGTH` bytes mean: three customers, each of them `start` with edits."""
    tape = _Tape(data)
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
    """Mostly existing values change: they are removed or replaced, often by a similar value."""
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
