"""A schedule that breaks the law, with as little of it as shows how."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import partial
from itertools import islice
from typing import Any

from nights_law import judge
from nights_schedule import CLEAN, Delivery, Fate, Night, Schedule
from nights_trial import retold
from nights_verdict import Broken
from whole_smallest import NOTHING, less

Make = Callable[[], Schedule | None]
Wrap = Callable[[Any], Any]
"""From a loaded mapping to the engine that is judged."""


def smallest(broken: Broken, wrap: Wrap) -> Broken:
    """The same fault with fewer nights, customers, rules and faults."""
    found, moved = broken, True
    while moved:
        moved, at = False, 0
        while (make := next(islice(_smaller(found.schedule), at, None), None)) is not None:
            case = make()
            again = None if case is None else fault(case, wrap)
            if again is not None and again.what == found.what:
                found, moved = again, True
            else:
                at += 1
    return found


def fault(schedule: Schedule, wrap: Wrap) -> Broken | None:
    try:
        judge(schedule, wrap(schedule.trial.loaded))
    except Broken as broken:
        return broken
    except Exception:  # a smaller schedule that is none
        return None
    return None


def _smaller(schedule: Schedule) -> Iterator[Make]:
    """The schedule with one thing left out; made when it is asked for, since a mapping takes time to load."""
    for one in _shorter(schedule):
        yield partial(_itself, one)
    yield from _simpler(schedule)
    for one in _with_less_said(schedule):
        yield partial(_itself, one)


def _itself(schedule: Schedule) -> Schedule:
    return schedule


def _shorter(schedule: Schedule) -> Iterator[Schedule]:
    """Without a night, a customer, a fault, an option."""
    nights = schedule.nights
    for at in range(len(nights)):
        yield replace(schedule, nights=(*nights[:at], *nights[at + 1 :]))
    if len(schedule.last) > 1:
        yield from (_without(schedule, key) for key in schedule.last)
    for at, night in enumerate(nights):
        for one in _quieter(night):
            yield replace(schedule, nights=(*nights[:at], one, *nights[at + 1 :]))
    yield from (replace(schedule, options=one) for one in _less(schedule.options))


def _with_less_said(schedule: Schedule) -> Iterator[Schedule]:
    """With less in a record."""
    nights = schedule.nights
    for at, night in enumerate(nights):
        for records in _less(night.records):
            yield replace(schedule, nights=(*nights[:at], replace(night, records=records), *nights[at + 1 :]))
    yield from (replace(schedule, last=records) for records in _less(schedule.last))


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
    if delivery.late:
        yield replace(delivery, late=False)
    if len(delivery.fates) > 1:
        yield replace(delivery, fates=delivery.fates[:1])
        yield replace(delivery, fates=delivery.fates[1:])
    if delivery.refuses:
        yield replace(delivery, refuses=delivery.refuses[1:])
        if delivery.fates != CLEAN.fates:
            yield replace(delivery, fates=CLEAN.fates)
    elif delivery.fates[0] is not Fate.TAKEN_SILENT:
        yield Delivery((Fate.TAKEN_SILENT,))


def _simpler(schedule: Schedule) -> Iterator[Make]:
    """The schedule with less of a drawn mapping."""
    rules = schedule.trial.rules or {}
    for part in ("body", "clear", "empty", "query", "headers", "contract"):
        for one in less(rules[part]) if part in rules else ():
            others = {key: value for key, value in rules.items() if key != part}
            yield partial(_retold, schedule, others if one is NOTHING else {**others, part: one})


def _retold(schedule: Schedule, rules: dict[str, Any]) -> Schedule | None:
    trial = retold(schedule.trial, rules)
    return None if trial is None else replace(schedule, trial=trial)


def _less(value: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield from (one for one in less(value) if one is not NOTHING)
