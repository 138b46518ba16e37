"""The requests and plans of a mapping with several requests: step by step, and joined.

Each call is a mapping with one operation and has an engine of its own, so nothing changes for a mapping with
one request. Where before and after are different customers, the whole plan is one rejection.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from typing import Any, Final, NoReturn

from msgspec.structs import replace

from custmap.back.sequence_answers import SequenceAnswers
from custmap.border.intake import Taken
from custmap.border.quick import QuickBorder, require_text
from custmap.codegen.define import Texts
from custmap.codegen.reads import reads_everything
from custmap.diagnostics.errors import RecordError
from custmap.model.change import Change, problems_of
from custmap.model.checked import Checked
from custmap.model.note import Note
from custmap.plan.engine import Absent, Engine, OnRejected, Ruled, in_order, with_texts
from custmap.plan.for_each import ForEach, Said
from custmap.plan.noting import add_notes, joined_notes, with_notes
from custmap.plan.overlay import Overlay
from custmap.plan.plan import Plan
from custmap.plan.sides import Pair
from custmap.values.unusual import Unusual
from custmap.wire.binding import Binder, Bound, bind, stand_ins
from custmap.wire.request import Request

_ANOTHER: Final = "CM801"
Bounds = tuple[Bound, ...]
"""What a set of parameters fills, for each call."""
Documents = Mapping[str, Any]
"""What a vendor holds of a customer, by the names of requests."""


class Sequence:
    """Makes the requests and plans of a mapping with several requests."""

    def __init__(self, checked: Checked) -> None:
        self.checked = checked
        self.binder = Binder(lambda params: tuple(bind(call, params) for call in checked.calls))
        self.steps = [Engine(step.call) if step.entries is None else ForEach(step) for step in checked.steps]
        self.reads = [path for step in self.steps for path in step.reads]
        self.quick = QuickBorder(checked.canonical, direct=not reads_everything(self.reads))
        self.overlay = Overlay(checked.canonical, [()])
        self._read_overlay = Overlay(checked.canonical, self.reads)
        self._no_plan = Plan(checked.name, (), (), (), ())

    @property
    def code(self) -> Texts:
        return Texts([engine.code for engine in self.engines])

    @cached_property
    def answers(self) -> SequenceAnswers:
        return SequenceAnswers(self.checked, [engine.answers for engine in self.engines])

    @property
    def engines(self) -> list[Engine]:
        """The engines of the calls, in order."""
        each = (
            [step] if isinstance(step, Engine) else [call.engine for call in step.calls]
            for step in self.steps
        )
        return [engine for engines in each for engine in engines]

    @property
    def ruled(self) -> list[Ruled]:
        return [
            Ruled(step) if isinstance(step, Engine) else Ruled(step.entries, of.calls)
            for step, of in zip(self.steps, self.checked.steps, strict=True)
        ]

    def request(self, record: object, bounds: Bounds, more: tuple[Note, ...]) -> NoReturn:
        """There is not one."""
        raise Unusual

    def quick_requests(self, record: dict[str, Any], bounds: Bounds, check: bool) -> tuple[Request, ...]:
        """The requests of a record in which nothing is unusual; any exception if something is."""
        taken = Taken(*self.quick.take(record, check), ())
        said = self._said(Pair(None, taken, taken.record, complete=False), bounds, steps=self._raising)
        if any(step.rejected for step in said):
            raise Unusual
        made = _requests(said)
        require_text([one.body for one in made])
        return made

    def compare(self, before: object, after: object, bounds: Bounds, absent: Absent, check: bool) -> Plan:
        """The plan for records in which nothing is unusual; any exception if something is."""
        now = Taken(*self.quick.take(after, check), ())
        then = None if before is None else Taken(*self.quick.take(before, check), ())
        pair = Pair.laid(then, now, self._read_overlay, complete=absent == "clear")
        return with_texts(self._joined(self._said(pair, bounds, steps=self._raising)))

    @cached_property
    def _raising(self) -> list[Engine | ForEach]:
        return [step.raising() for step in self.steps]

    def apply(self, taken: Taken, bounds: Bounds, on_rejected: OnRejected, absent: Absent) -> NoReturn:
        """TypeError: there are several requests."""
        raise TypeError(f"{self.checked.name} has several requests: call `requests`")

    def beside(self, documents: Any, taken: Taken, bounds: Bounds, absent: Absent) -> Plan:
        """The plan for a vendor whose copy of a customer is in several documents, by the names of requests.

        A request without a document is compared with nothing. ValueError for a name of no request, or of one
        that is made for each entry.
        """
        steps = {step.checked.operation.name: step for step in self.steps if isinstance(step, Engine)}
        if not isinstance(documents, Mapping) or not documents.keys() <= steps.keys():
            names = ", ".join(steps) or "none has one"
            message = "has several requests: give `vendor` as documents by their names"
            raise ValueError(f"{self.checked.name} {message} ({names})")
        plain = {name: steps[name].answers.reverse.plain(one) for name, one in documents.items()}
        pair = self.pair(None, taken, complete=absent == "clear")
        return with_notes(lambda: self._joined(self._said(pair, bounds, plain)), taken.notes)

    def alone(self) -> Sequence:
        return self

    def told(self, pair: Pair) -> Plan:
        """What a plan would say, without its parameters."""
        return self._joined(self._said(pair, self._stand_ins))

    @cached_property
    def _stand_ins(self) -> Bounds:
        """Riders for what needs no parameters."""
        return tuple(stand_ins(engine.checked, engine.stand_ins) for engine in self.engines)

    def requests(
        self, taken: Taken, bounds: Bounds, on_rejected: OnRejected, absent: Absent
    ) -> tuple[Request, ...]:
        """The requests that say what a record states; RecordError with all that cannot be said."""
        try:
            said = self._said(self.pair(None, taken, complete=absent == "clear"), bounds)
            rejected = [one for step in said for one in step.rejected]
            if rejected and on_rejected == "raise":
                raise RecordError(problems_of(in_order(rejected)))
        except RecordError as error:
            add_notes(error, taken.notes)
            raise
        made = _requests(said)
        return tuple(replace(one, notes=(*one.notes, *taken.notes)) if taken.notes else one for one in made)

    def carefully(self, held: Taken | None, taken: Taken, bounds: Bounds, absent: Absent) -> Plan:
        """The plan for records that were taken in carefully, with the notes about both."""
        notes = taken.notes if held is None else joined_notes(taken.notes, held.notes)
        pair = self.pair(held, taken, complete=absent == "clear")
        return with_notes(lambda: self._joined(self._said(pair, bounds)), notes)

    def pair(self, held: Taken | None, taken: Taken, *, complete: bool) -> Pair:
        """Two records, the second laid over the first with all its fields."""
        return Pair.laid(held, taken, self.overlay, complete=complete)

    def _said(
        self,
        pair: Pair,
        bounds: Bounds,
        documents: Documents | None = None,
        steps: list[Engine | ForEach] | None = None,
    ) -> list[Said]:
        """What each step says; of another customer one rejection, and nothing else.

        `documents`: what the vendor holds, in place of before, by the names of steps.
        """
        steps = steps or self.steps
        waiting = iter(bounds)
        of_steps = [[next(waiting) for _ in step.calls] for step in self.checked.steps]
        plans: list[Plan | None] = []
        for step, own in zip(steps, of_steps, strict=True):
            plan = None if isinstance(step, ForEach) else _plan(step, pair, own[0], documents or {})
            another = [one for one in plan.rejected if one.code == _ANOTHER] if plan else []
            if isinstance(step, ForEach):
                another = step.names_another(pair)
            if another:
                return [Said([], another[:1], [], [])]
            plans.append(plan)
        return [
            step.plan(pair, own) if isinstance(step, ForEach) else _said_by(plan)
            for step, own, plan in zip(steps, of_steps, plans, strict=True)
        ]

    def _joined(self, said: list[Said]) -> Plan:
        changes: list[Change] = []
        requests: list[Request] = []
        for step in said:
            first = len(requests)
            requests += step.requests
            changes += (_moved(one, first if step.requests else None) for one in step.changes)
        rejected = [one for step in said for one in step.rejected]
        if not (changes or rejected or any(step.notes for step in said)):
            return self._no_plan
        return Plan(
            self.checked.name,
            in_order(changes),
            in_order(rejected),
            in_notes([note for step in said for note in step.notes]),
            tuple(requests),
        )


def _requests(said: list[Said]) -> tuple[Request, ...]:
    return tuple(replace(one, notes=in_notes(step.notes)) for step in said for one in step.requests)


def _plan(engine: Engine, pair: Pair, bound: Bound, documents: Documents) -> Plan:
    """What one step says, which is no request for an entry."""
    name = engine.checked.operation.name
    if name in documents:
        return engine.plan_beside(documents[name], pair.taken, bound, complete=pair.complete)
    return engine.plan(pair, bound)


def _said_by(plan: Plan | None) -> Said:
    assert plan is not None
    return Said(list(plan.changes), list(plan.rejected), list(plan.notes), list(plan.requests))


def _moved(change: Change, first: int | None) -> Change:
    """A change of a step, whose requests begin at a place of the plan's; None: it has none."""
    at = None if first is None or change.request is None else first + change.request
    return change._replace(request=at)


def in_notes(notes: list[Note]) -> tuple[Note, ...]:
    """Notes in order, each once."""
    return tuple(sorted(dict.fromkeys(notes)))
