"""The job of a night, as somebody writes it: compare, send, keep. It may die at any step, and runs again.

What is on disk outlives the job: the records that it began with, the journal of what was sent, and the
answers that came. What it held in memory does not.
"""

from __future__ import annotations

import json
from collections import Counter
from copy import deepcopy
from dataclasses import dataclass, field, replace
from typing import Any

from nights_schedule import CLEAN, Delivery, Fate, Night, Schedule
from nights_trial import Answer
from nights_vendor import Vendor
from whole_records import Customer

from custmap.back.outcome import Outcome
from custmap.diagnostics.errors import RecordError
from custmap.model.note import Fact
from custmap.plan.plan import Plan


class NotSent:
    """In place of an outcome: the request was not sent."""


NOT_SENT = NotSent()


class Died(Exception):
    """The job died."""


class Unsound(AssertionError):
    """custmap breaks a promise while a night is run; `what` says how."""

    def __init__(self, what: str, facts: str) -> None:
        super().__init__(f"{what}: {facts}")
        self.what, self.facts = what, facts


NOTHING_PLANNED = Plan("", (), (), (), ())


@dataclass
class Step:
    """What one night did with one customer.

    `error`    why there is no plan.
    `tries`    what became of each sending, and the answer, in the order of sending.
    `refused`  the targets that the vendor did not take, as the answer that counts says.
    `outcome`  the one that counts; None where nobody knows, or there is no request.
    `held`     what the vendor holds after it.
    """

    night: int
    key: str
    before: Customer | None
    record: Customer
    plan: Plan = NOTHING_PLANNED
    error: RecordError | None = None
    tries: list[tuple[Fate, Answer | None]] = field(default_factory=list)
    refused: tuple[str, ...] = ()
    outcome: Outcome | NotSent | None = None
    kept: Customer | None = None
    held: dict[str, Any] = field(default_factory=dict)

    @property
    def is_over(self) -> bool:
        """Is it known what became of all of the plan, and was it taken, but for what an error names?"""
        if self.error or self.unknown or self.names_nobody:
            return False
        applied = isinstance(self.outcome, Outcome) and self.outcome.applied is True
        return applied or self.plan.request is None

    @property
    def unknown(self) -> bool:
        """Was something sent, of which nobody knows what became?"""
        if self.plan.request is None or self.outcome is NOT_SENT:
            return False
        if not isinstance(self.outcome, Outcome):
            return True
        nameless = self.outcome.applied is True and any(one.field is None for one in self.outcome.errors)
        return self.outcome.applied is None or nameless

    @property
    def names_nobody(self) -> bool:
        """Is the whole plan rejected, since it is not known, or not the same, who it is about?"""
        return any(one.code in ("CM801", "CM814") for one in self.plan.rejected)

    @property
    def told(self) -> list[str]:
        """The targets that the plan says, or rejects; also those for which the record is refused."""
        refused = [one.target or "" for one in self.error.diagnostics] if self.error else []
        return [*refused, *(one.target for one in (*self.plan.rejected, *self.plan.changes))]

    @property
    def unsettled(self) -> list[str]:
        return unsettled(self.kept)


def unsettled(record: Customer | None) -> list[str]:
    """The canonical paths that a kept record names as not settled."""
    found: list[str] = (record or {}).get("unsettled", [])
    return found


class World:
    """A vendor, and a job that tells it every night what changed.

    `count` is of what happened, for the tests of the simulator itself.
    """

    def __init__(self, schedule: Schedule, engine: Any = None) -> None:
        self.schedule = schedule
        self.engine = engine or schedule.trial.loaded
        self.count: Counter[str] = Counter()
        self.vendor = Vendor(schedule.trial, self.count)
        self.kept: dict[str, Customer] = {}
        self.steps: list[Step] = []

    def run(self) -> None:
        for number, night in enumerate(self.schedule.every):
            self.steps += self.job(number, night).run()

    def job(self, number: int, night: Night) -> Job:
        return Job(self, number, night)

    def of(self, key: str) -> list[Step]:
        return [step for step in self.steps if step.key == key]


class Job:
    """One night of a world. It dies as the schedule says, and runs again."""

    def __init__(self, world: World, number: int, night: Night) -> None:
        self.world, self.number, self.night = world, number, night
        self.engine, self.options = world.engine, world.schedule.options
        self.trial = world.schedule.trial
        self.crashes = list(night.crashes)
        self.left: int | None = None
        self.phase = ""
        self.first: dict[str, str] = {}
        """The plans of the first run: another run makes the same."""
        self.answers: dict[str, list[Answer | None]] = {}
        """The journal: for each sending, which is written down before it, the answer; None: none came."""
        self.tries: dict[str, list[tuple[Fate, Answer | None]]] = {}
        self.deaths = 0

    def run(self) -> list[Step]:
        while True:
            self.left = self.crashes.pop(0) if self.crashes else None
            try:
                return self._run()
            except Died:
                self.deaths += 1
                self.world.count[f"died: {self.phase}"] += 1
                if self.night.forgets:
                    self._forget()

    def _forget(self) -> None:
        """The answers are lost with the job; the journal is not."""
        self.world.count["answers forgotten"] += bool(self.answers)
        self.answers = {key: [None] * len(answers) for key, answers in self.answers.items()}

    def _tick(self, phase: str) -> None:
        self.phase = phase
        if self.left is not None:
            self.left -= 1
            if self.left == 0:
                raise Died

    def _run(self) -> list[Step]:
        steps = self.compare()
        for place, step in enumerate(steps):
            down = self.night.down is not None and place >= self.night.down
            self._send(step, down=down)
        kept = self.settle(steps)
        self._tick("writing what is kept")
        for step in steps:
            self._end(step, kept[step.key])
        return steps

    def _end(self, step: Step, kept: Customer | None) -> None:
        step.kept = kept
        step.tries = self.tries.get(step.key, [])
        if any(fate.arrives for fate, _ in step.tries):
            step.refused = tuple(self.world.vendor.refused(step.plan, self._delivery(step)))
        step.held = deepcopy(self.world.vendor.held.get(step.key, {}))
        if kept is not None:
            self.world.kept[step.key] = kept

    def compare(self) -> list[Step]:
        return [self._compare(key, record) for key, record in self.night.records.items()]

    def _compare(self, key: str, record: Customer) -> Step:
        self._tick("comparing")
        before = self.world.kept.get(key)
        inputs = deepcopy((before, record))
        made = self._ask("diff", before, record, self.trial.params)
        told = repr(made) if isinstance(made, RecordError) else json.dumps(made.to_dict())
        if self.first.setdefault(key, told) != told:
            raise Unsound("the same inputs give another plan", f"{key}: {told}")
        if (before, record) != inputs:
            raise Unsound("diff changes an input", f"{key}: {inputs}")
        step = Step(self.number, key, deepcopy(before), record)
        return replace(step, **{"error" if isinstance(made, RecordError) else "plan": made})

    def _ask(self, name: str, *asked: Any) -> Any:
        """What custmap answers; a RecordError is an answer, for `diff`."""
        try:
            return getattr(self.engine, name)(*asked, **self.options)
        except Exception as error:
            if isinstance(error, RecordError) and name == "diff":
                return error
            raise Unsound(f"{name} raises {type(error).__name__}", f"{error} for {asked[:2]}") from error

    def _send(self, step: Step, *, down: bool) -> None:
        if step.plan.request is None:
            return
        if down and step.key not in self.answers:
            step.outcome = NOT_SENT
            self.world.count["not sent"] += 1
            return
        repeatable = not any(note.fact == Fact.NOT_REPEATABLE for note in step.plan.notes)
        answers = self.answers.setdefault(step.key, [])
        most = len(self._delivery(step).fates) + self.deaths
        while not down and len(answers) < most and _again(self._outcomes(answers), repeatable=repeatable):
            answers.append(None)
            self._tick("sending")
            answer = self._deliver(step)
            self._tick("reading an answer")
            answers[-1] = answer
        step.outcome = self._outcomes(self.came(step))[-1]

    def _delivery(self, step: Step) -> Delivery:
        return self.night.deliveries.get(step.key, CLEAN)

    def _deliver(self, step: Step) -> Answer | None:
        """The request on its way, and the answer on its way back."""
        tries, delivery = self.tries.setdefault(step.key, []), self._delivery(step)
        fate = delivery.fates[min(len(tries), len(delivery.fates) - 1)]
        answer = self.world.vendor.receive(step.key, step.plan, fate, delivery)
        tries.append((fate, answer))
        self.world.count[fate] += 1
        self.world.count["sent again"] += len(tries) > 1
        return answer

    def _outcomes(self, answers: list[Answer | None]) -> list[Outcome | None]:
        return [None if one is None else self.engine.outcome(*deepcopy(one)) for one in answers]

    def came(self, step: Step) -> list[Answer | None]:
        """The answers in the order in which they came; the last counts.

        A refusal says of its own sending that nothing arrived. Of another one it says nothing: it counts only
        where all were refused.
        """
        first, *others = answers = self.answers[step.key]
        if self._delivery(step).late and first is not None:
            answers = [*others, first]
        known = list(zip(answers, self._outcomes(answers), strict=True))
        told = [answer for answer, outcome in known if outcome is None or outcome.applied is not False]
        return told or answers

    def settle(self, steps: list[Step]) -> dict[str, Customer | None]:
        return {step.key: self._settle(step) for step in steps}

    def _settle(self, step: Step) -> Customer | None:
        self._tick("settling")
        if step.error or step.outcome is NOT_SENT:
            return deepcopy(step.before)
        inputs = deepcopy((step.before, step.record, step.outcome))
        asked = (step.before, step.record, step.plan, step.outcome)
        kept: Customer | None = self._ask("settle", *asked)
        if json.dumps(kept) != json.dumps(self._ask("settle", *asked)):
            raise Unsound("settled twice is settled otherwise", f"{step.key}: {kept}")
        if (step.before, step.record, step.outcome) != inputs:
            raise Unsound("settle changes an input", f"{step.key}: {inputs}")
        return deepcopy(kept)


def _again(answers: list[Outcome | None], *, repeatable: bool) -> bool:
    """Is the request sent, or sent again? One that is not repeatable only where every sending was refused."""
    if not answers:
        return True
    last = answers[-1]
    if any(one is not None and one.applied for one in answers) or not (last is None or last.retry):
        return False
    return repeatable or all(one is not None and one.applied is False for one in answers)
