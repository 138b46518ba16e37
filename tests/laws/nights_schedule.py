"""Schedules of nights from one seed: a mapping, customers, their records night by night, and what goes wrong.

A schedule is plain data, so that it can be printed, and made smaller. After its nights comes a clean one,
whose records mention all that the others mentioned, and then the same records once more.
"""

from __future__ import annotations

from collections.abc import Iterator
from copy import deepcopy
from dataclasses import dataclass, field, replace
from enum import StrEnum
from random import Random
from typing import Any, Final

from nights_trial import Trial, drawn_trial, shipped_trial
from whole_law import ANY, Drawing
from whole_records import Customer, Records

from custmap.schema.canonical import Canonical
from custmap.values.equality import same
from custmap.values.types import Type
from oracle.records import TEXT_PARTS, all_stated, laid_over, taken

Named = dict[str, Customer]
"""Customers by their keys."""


class Fate(StrEnum):
    """What becomes of one sending of a request."""

    TAKEN = "taken"
    TAKEN_SILENT = "taken, and the answer is lost"
    TAKEN_FAILED = "taken, and the answer is a 502"
    TAKEN_ODD = "taken, and the answer says nothing"
    REFUSED = "refused"
    BUSY = "refused, too many requests"
    LOST = "lost on the way"
    LOST_FAILED = "not taken, and the answer is a 503"

    @property
    def arrives(self) -> bool:
        return self.name.startswith("TAKEN")


@dataclass(frozen=True)
class Delivery:
    """What becomes of a customer's request in one night.

    `fates`    of each sending; the last counts for all that come after it.
    `refuses`  which of the plan's changes the vendor does not take; `named`: it says which.
    `accuses`  it says that something is wrong with what names the customer, too.
    `late`     the answer to the first sending comes after all others.
    """

    fates: tuple[Fate, ...] = (Fate.TAKEN,)
    refuses: tuple[int, ...] = ()
    named: bool = True
    accuses: bool = False
    late: bool = False


CLEAN: Final = Delivery()


@dataclass(frozen=True)
class Night:
    """The records of one night, and its faults.

    `crashes`  after so many steps the job dies, in its first run, its second …
    `forgets`  what the job knew of answers is lost when it dies.
    `down`     from this customer on nothing is sent.
    """

    records: Named
    deliveries: dict[str, Delivery] = field(default_factory=dict)
    crashes: tuple[int, ...] = ()
    forgets: bool = False
    down: int | None = None

    @property
    def clean(self) -> Night:
        return Night(self.records)


@dataclass(frozen=True)
class Schedule:
    """`options` are those of diff and settle; `last` are the records of the night without a fault."""

    seed: int
    trial: Trial
    options: dict[str, Any]
    nights: tuple[Night, ...]
    last: Named

    @property
    def every(self) -> tuple[Night, ...]:
        return (*self.nights, Night(self.last), Night(self.last))

    @property
    def without_faults(self) -> Schedule:
        return replace(self, nights=tuple(night.clean for night in self.nights))


def draw(seed: int, drawing: Drawing = ANY) -> Schedule:
    """A schedule of a mapping that is drawn so, or now and then of a shipped one."""
    rng = Random(seed)
    trial = shipped_trial(rng) if rng.random() < 0.25 and drawing is ANY else drawn_trial(rng, drawing)
    options: dict[str, Any] = {}
    if rng.random() < 0.2:
        options["absent"] = "clear"
    if rng.random() < 0.1:
        options["nulls"] = "absent"
    drawn = _Drawing(rng, trial, drawing.records)
    nights = drawn.nights()
    last = {key: drawn.last(key, options) for key in drawn.names}
    return Schedule(seed, trial, options, nights, last)


class _Drawing:
    def __init__(self, rng: Random, trial: Trial, records: type[Records]) -> None:
        self.rng = rng
        self.trial = trial
        self.records = records(rng, trial.fields, named=trial.drawn)
        self.names = [f"C{number}" for number in range(rng.choice((1, 1, 2, 3, 4)))]
        self.known: dict[str, list[Customer]] = {name: [] for name in self.names}

    def nights(self) -> tuple[Night, ...]:
        return tuple(self.night(number) for number in range(self.rng.randint(2, 6)))

    def night(self, number: int) -> Night:
        here = [name for name in self.names if self.rng.random() < (0.7 if number == 0 else 0.9)]
        records = {name: self.record(name) for name in here}
        deliveries = {name: self.delivery() for name in here if self.rng.random() < 0.7}
        crashes = tuple(self.rng.randint(1, 8) for _ in range(self.rng.choice((0, 0, 0, 1, 1, 2))))
        down = self.rng.randrange(len(here)) if here and self.rng.random() < 0.1 else None
        return Night(records, deliveries, crashes, self.rng.random() < 0.3, down)

    # records

    def record(self, name: str) -> Customer:
        """The customer as the record of this night has it: mostly near to the last one."""
        known = self.known[name]
        made = self.next(known) if known else self.first()
        known.append(made)
        return made

    def first(self) -> Customer:
        if self.trial.customers and self.rng.random() < 0.5:
            return self.trial.identified(deepcopy(self.rng.choice(self.trial.customers)))
        return self.trial.identified(self.records.customer())

    def next(self, known: list[Customer]) -> Customer:
        kind = self.rng.random()
        if kind < 0.2:
            return deepcopy(known[-1])
        if kind < 0.4:
            return deepcopy(self.rng.choice(known))  # back to what it was
        if kind < 0.75:
            return self.records.near(known[-1])
        if kind < 0.9:  # only what changes
            named = {} if self.rng.random() < 0.2 else self.trial.identified({})
            return self.records.near(named)
        return self.first()

    def last(self, name: str, options: dict[str, Any]) -> Customer:
        """A record that mentions all that the others mentioned."""
        canonical, nulls = self.trial.loaded.checked.canonical, options.get("nulls", "clear")
        known = [taken(one, canonical, nulls=nulls) for one in self.known[name]]
        made: Customer = {}
        for one in known:
            made = laid_over(made, one, one, canonical)
        if known and self.rng.random() < 0.4:
            again = self.rng.choice(known)
            made = laid_over(made, again, again, canonical)
        if self.rng.random() < 0.5:
            made = taken(self.records.near(made), canonical, nulls=nulls)
        if options.get("absent") != "clear":
            for one in reversed(self.known[name]):
                made = _with(made, stated(one, canonical, nulls), canonical.type)
        return self.trial.identified(_as_texts(made, canonical))

    # faults

    def delivery(self) -> Delivery:
        fates = [self.rng.choice(tuple(Fate))]
        while len(fates) < 3 and self.rng.random() < 0.4:
            fates.append(self.rng.choice(tuple(Fate)))
        refuses: tuple[int, ...] = ()
        if self.rng.random() < 0.4:
            refuses = tuple(self.rng.sample(range(12), self.rng.choice((1, 1, 2, 5))))
        named, accuses, late = (self.rng.random() < chance for chance in (0.7, 0.1, 0.3))
        return Delivery(tuple(fates), refuses, named, accuses, late)


def stated(record: Customer, canonical: Canonical, nulls: str) -> Customer:
    """What a record mentions; a plain text mentions more than it has."""
    return all_stated(taken(record, canonical, nulls=nulls), record, canonical)


def _as_texts(record: Customer, canonical: Canonical) -> Customer:
    """A record whose names and phones are plain texts, where these say the same."""
    made = dict(record)
    for name, part in TEXT_PARTS.items():
        text = record[name].get(part) if isinstance(record.get(name), dict) else None
        if isinstance(text, str) and same(record[name], stated({name: text}, canonical, "clear")[name]):
            made[name] = text
    return made


def mentions_all(schedule: Schedule, name: str) -> bool:
    """Does a customer's last record mention all that the others mention? A complete record does."""
    if schedule.options.get("absent") == "clear":
        return True
    canonical, nulls = schedule.trial.loaded.checked.canonical, schedule.options.get("nulls", "clear")
    known = stated(schedule.last[name], canonical, nulls)
    others = (stated(one, canonical, nulls) for one in records_of(schedule, name))
    return all(same(_with(known, one, canonical.type), known) for one in others)


def records_of(schedule: Schedule, name: str) -> Iterator[Customer]:
    for night in schedule.nights:
        if name in night.records:
            yield night.records[name]


def _with(record: Customer, other: Customer, type_: Type) -> Customer:
    """A record with a mention of all that another one mentions; a null mentions all below it."""
    made = dict(record)
    for name, value in other.items():
        inner, held = type_.member(name), made.setdefault(name, value)
        if not isinstance(held, dict) or inner is None or not inner.members:
            continue
        if value is None:
            value = dict.fromkeys(inner.members)
        if isinstance(value, dict):
            made[name] = _with(held, value, inner)
    return made
