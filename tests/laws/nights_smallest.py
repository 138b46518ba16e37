"""A schedule that breaks the law, with as little of it as shows how."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from itertools import islice
from typing import Any

from nights_law import Broken, judge
from nights_schedule import CLEAN, Delivery, Fate, Night, Schedule, mentions_all
from nights_vendor import retold
from whole_smallest import NOTHING, less

Wrap = Callable[[Any], Any]
"""From a loaded mapping to the engine that is judged."""


def smallest(broken: Broken, wrap: Wrap) -> Broken:
    """The same fault with fewer nights, customers, rules and faults."""
    found, moved = broken, True
    while moved:
        moved, at = False, 0
        while (case := next(islice(_smaller(found.schedule), at, None), None)) is not None:
            again = fault(case, wrap)
            if again is not None and again.what == found.what:
                found, moved = again, True
            else:
                at += 1
    return found


def fault(schedule: Schedule, wrap: Wrap) -> Broken | None:
    if not mentions_all(schedule):
        return None
    try:
        judge(schedule, wrap(schedule.trial.loaded))
    except Broken as broken:
        return broken
    except Exception:  # a smaller schedule that is none
        return None
    return None


def _smaller(schedule: Schedule) -> Iterator[Schedule]:
    """The schedule with one thing left out."""
    nights = schedule.nights
    for at in range(len(nights)):
        yield replace(schedule, nights=(*nights[:at], *nights[at + 1 :]))
    if len(schedule.last) > 1:
        yield from (_without(schedule, key) for key in schedule.last)
    for at, night in enumerate(nights):
        for one in _quieter(night):
            yield replace(schedule, nights=(*nights[:at], one, *nights[at + 1 :]))
    yield from (replace(schedule, options=one) for one in _less(schedule.options))
    yield from _simpler(schedule)
    for at, night in enumerate(nights):
        for records in _fewer(night.records):
            yield replace(schedule, nights=(*nights[:at], replace(night, records=records), *nights[at + 1 :]))
    yield from (replace(schedule, last=records) for records in _fewer(schedule.last))


def _without(schedule: Schedule, key: str) -> Schedule:
    def others(named: dict[str, Any]) -> dict[str, Any]:
        return {name: one for name, one in named.items() if name != key}

    nights = tuple(replace(night, records=others(night.records)) for night in schedule.nights)
    return replace(schedule, nights=nights, last=others(schedule.last))


def _quieter(night: Night) -> Iterator[Night]:
    """A night with fewer faults."""
    if night.crashes:
        yield replace(night, crashes=(), forgets=False)
    if night.down is not None:
        yield replace(night, down=None)
    for key, delivery in night.deliveries.items():
        others = {name: one for name, one in night.deliveries.items() if name != key}
        yield replace(night, deliveries=others)
        for less_ in _plainer(delivery):
            yield replace(night, deliveries={**others, key: less_})


def _plainer(delivery: Delivery) -> Iterator[Delivery]:
    if len(delivery.fates) > 1:
        yield replace(delivery, fates=delivery.fates[:1])
        yield replace(delivery, fates=delivery.fates[1:])
    if delivery.refuses:
        yield replace(delivery, refuses=delivery.refuses[1:])
        yield replace(delivery, fates=CLEAN.fates)
    if delivery.late:
        yield replace(delivery, late=False)
    if delivery.fates[0] is not Fate.TAKEN_SILENT:
        yield Delivery((Fate.TAKEN_SILENT,))


def _simpler(schedule: Schedule) -> Iterator[Schedule]:
    """The schedule with less of a drawn mapping."""
    rules = schedule.trial.rules
    for part in ("body", "clear", "empty", "query", "headers", "contract") if rules else ():
        assert rules is not None
        for one in less(rules[part]) if part in rules else ():
            others = {key: value for key, value in rules.items() if key != part}
            trial = retold(schedule.trial, others if one is NOTHING else {**others, part: one})
            if trial is not None:
                yield replace(schedule, trial=trial)


def _fewer(records: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield from _less(records)


def _less(value: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield from (one for one in less(value) if one is not NOTHING)
