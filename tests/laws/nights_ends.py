"""What a customer's vendor holds after the clean night: with faults, without, and as the last record says."""

from __future__ import annotations

import re
from collections import Counter
from typing import Any, Final

from nights_reading import Reading, is_mentioned
from nights_schedule import mentions_all
from nights_verdict import Broken, Exempt
from nights_world import World
from whole_records import Customer

from custmap.diagnostics.errors import RecordError
from custmap.model.nodes import ObjectNode
from custmap.model.note import KEPT, Fact
from custmap.model.walkers import leaves
from custmap.plan.open_paths import names_of
from custmap.plan.plan import Plan
from custmap.prove.cells import Cell, Cells, cells, is_within
from custmap.prove.moves import Refused
from custmap.prove.scene import objects, touches
from custmap.prove.store import State
from custmap.values.absent import ABSENT
from custmap.values.equality import same
from oracle.records import laid_over, taken

_AT_POSITION: Final = re.compile(r"\[\d+\]$")


class Ends:
    """`clean` is the clean night of each of two worlds."""

    def __init__(self, world: World, twin: World, key: str, count: Counter[str]) -> None:
        self.world = world
        self.key, self.count = key, count
        self.steps = (world.of(key), twin.of(key))
        self.clean = [steps[-2] for steps in self.steps]
        self.schedule = world.schedule
        self.trial, self.options = self.schedule.trial, self.schedule.options
        self.nulls = {name: value for name, value in self.options.items() if name == "nulls"}
        self.reading = Reading(self.trial.loaded.checked)
        self.root, self.store = self.trial.loaded.checked.operation.table.root, twin.vendor.store

    def judge(self) -> None:
        why = self.whole()
        if why is not None:
            self.count[f"exempt: {why}"] += 1
            return
        self.count["customers judged"] += 1
        ours, theirs = (cells(self.root, step.held) for step in self.clean)
        if (ideal := self.alone(self.clean[1].record)) is not None:
            self.compare("does not converge, even without faults", theirs, ideal, alone=True)
        self.compare("does not converge", ours, theirs)

    def whole(self) -> Exempt | None:
        """Why nothing is judged of this customer."""
        if not mentions_all(self.schedule, self.key):
            return Exempt.NOT_ALL
        if any(step.error for step in self.clean):
            return Exempt.NO_PLAN
        if any(step.names_nobody for steps in self.steps for step in steps):
            return Exempt.NOBODY
        if any(step.plan.request is not None and not step.is_over for step in self.clean):
            return Exempt.NOT_CLEAN
        return None

    def compare(self, what: str, held: Cells, wanted: Cells, *, alone: bool = False) -> None:
        """`alone`: what is wanted is what the last record alone says."""
        both = [(name, cell) for side in (held, wanted) for name, cell in side.items()]
        for target in sorted({name for name, cell in both if _is_managed(name, cell)}):
            self.count["targets judged"] += 1
            if _same(held, wanted, target):
                continue
            marks = _mark(held, target), _mark(wanted, target)
            none = all(_is_none(target, mark) for mark in marks)
            why = Exempt.NO_VALUE if none else self.part(target)
            if why is None and alone and self.is_left_out(target):
                why = Exempt.ALONE
            if why is None:
                raise Broken(what, self.world, f"{self.key}: {(target, *marks)}")
            self.count[f"exempt: {why}"] += 1

    def part(self, target: str) -> Exempt | None:
        """Why it is of no matter what the vendor holds at a target."""
        rejected = [one for step in self.clean for one in step.plan.rejected]
        if touches(target, [one.target for one in rejected if one.code == "CM817"]):
            return Exempt.LOOK_UP
        if touches(target, self.with_wholes([one.target for one in rejected])):
            return Exempt.REJECTED
        if any(touches(target, _left(step.plan)) for steps in self.steps for step in steps):
            return Exempt.LEFT
        if self.is_unsaid(target):
            return Exempt.UNSAID
        if touches(target, self.reading.of_everything):
            return Exempt.EVERYTHING
        return Exempt.ONE_NIGHT if target in self.astray() else None

    def is_unsaid(self, target: str) -> bool:
        """Is it noted as not known, and does a rule there read what no record of the customer mentions?"""
        notes = [note for step in self.clean for note in step.plan.notes]
        noted = [note.target for note in notes if note.fact is Fact.UNSETTLED]
        if not touches(target, noted):
            return False
        type_ = self.trial.loaded.checked.canonical.type
        records = [step.record for steps in self.steps for step in steps]
        reads = {
            names_of(read)
            for leaf in leaves(self.root)
            if touches(leaf.target, [target])
            for read in leaf.reads
        }
        return any(not any(is_mentioned(one, names, type_) for one in records) for names in reads if names)

    def with_wholes(self, targets: list[str]) -> list[str]:
        """Targets, and the containers around them that are sent whole or not at all."""
        wholes = [one.target for one in objects(self.root) if one.whole and one.target]
        return [*targets, *(one for one in wholes if any(is_within(target, one) for target in targets))]

    def alone(self, record: Customer) -> Cells | None:
        """What a vendor holds that was sent one record alone; None where it cannot be sent."""
        state = self.state(record)
        return None if state is None else cells(self.root, state)

    def is_left_out(self, target: str) -> bool:
        """Does the last record alone leave out what is right at a target, with an object that lacks what is
        required? Over what the vendor holds, that is sent as it was."""
        plan = self.trial.loaded.diff(None, self.clean[1].record, self.trial.params, **self.nulls)
        lacking, wrong = (
            [one.target for one in plan.rejected if (one.code == "CM707") is it] for it in (True, False)
        )
        return touches(target, lacking) and not touches(target, wrong)

    def state(self, record: Customer) -> State | None:
        try:
            request = self.trial.loaded.apply(record, self.trial.params, on_rejected="drop", **self.nulls)
            return self.store.receive({}, request.body, request.query)
        except (RecordError, Refused):
            return None

    def astray(self) -> set[str]:
        """The targets at which law 1 does not hold for a pair of these records: settle has no part in it."""
        canonical = self.trial.loaded.checked.canonical
        found: set[str] = set()
        before: Customer = {}
        for step in self.steps[1]:
            whole = after = taken(step.record, canonical, **self.nulls)
            if self.options.get("absent") != "clear":
                whole = laid_over(before, after, step.record, canonical)
            start, aim = self.state(before), self.alone(whole)
            if start is not None and aim is not None:
                found |= self.missed(before, step.record, start, aim)
            before = whole
        return found

    def missed(self, before: Customer, after: Customer, start: State, aim: Cells) -> set[str]:
        """The targets at which a diff does not lead to where it should."""
        try:
            plan = self.trial.loaded.diff(before, after, self.trial.params, **self.options)
            request = plan.request
            taken = start if request is None else self.store.receive(start, request.body, request.query)
            end = cells(self.root, taken)
        except (RecordError, Refused):
            return set(aim)
        excused = [*_left(plan), *(one.target for one in plan.rejected)]
        astray = {one for one in end.keys() | aim.keys() if not _same(end, aim, one)}
        return {one for one in astray if not touches(one, excused)}


def _left(plan: Plan) -> list[str]:
    """The targets at which the vendor keeps what it holds, as notes say."""
    return [note.target for note in plan.notes if note.fact in KEPT]


def _is_managed(target: str, cell: Cell) -> bool:
    """Is it what a rule says, and no member beside?"""
    return not isinstance(cell.rule, ObjectNode) or cell.rule.target == target


def _same(a: Cells, b: Cells, target: str) -> bool:
    return same(_mark(a, target), _mark(b, target))


def _is_none(target: str, mark: Any) -> bool:
    """Null, nothing, or the `{}` that stands at an earlier position that says nothing."""
    return mark is None or mark is ABSENT or (mark == {} and _AT_POSITION.search(target) is not None)


def _mark(held: Cells, target: str) -> Any:
    return held[target].mark if target in held else ABSENT
