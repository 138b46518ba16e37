"""Requests for each entry of a map or item of a list, against the vendor that they declare.

The vendor holds an entry once it was set, as the rules of `set` declare; a clear takes it away. Like the
declared store, this shares no code with the planner: what a request is about, its change says.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Final

from custmap.model.checked import SequenceStep
from custmap.model.nodes import Leaf
from custmap.plan.plan import Plan
from custmap.prove.blame import Broken
from custmap.prove.cells import Cells, cells, differing
from custmap.prove.clearings import State
from custmap.prove.moves import Refused
from custmap.prove.places import Place, places_of
from custmap.prove.scene import Absent, Case, Record
from custmap.prove.step_scene import StepScene
from custmap.prove.store import Store

Entries = dict[str, State]
"""What the vendor holds of each entry, by its target."""
SENTENCES: Final = {
    "convergence": "the update does not lead to the entries that after describes",
    "idempotence": "an unchanged customer gives an update",
    "retry": "an update that is sent again does not end where it would have ended",
}


@dataclass(slots=True)
class EntryScene(StepScene):
    """A step with `for_each` of a mapping, with parameters.

    `sent`: how many requests were made for entries; `refused` may say why an entry had none.
    """

    step: SequenceStep
    store: Store = field(init=False)
    sent: int = field(init=False, default=0)

    def __post_init__(self) -> None:
        self.store = Store(self.step.call)

    def identities(self) -> list[tuple[Any, ...]]:
        slots = [slot for call in self.step.calls for slot in call.operation.table.slots]
        reads = [slot.reads for slot in slots if isinstance(slot, Leaf) and slot.policy.identity]
        named = (read[1:] for one in reads for read in one if all(isinstance(step, str) for step in read))
        return list(dict.fromkeys(named))

    def places(self) -> tuple[Place, ...]:
        assert self.step.entries is not None
        return places_of(self.step.entries)

    def planned(self, before: Record | None, after: Record, absent: Absent = "keep") -> Plan | None:
        plan = StepScene.planned(self, before, after, absent)
        if plan is None:
            return None
        self.sent += sum(one.name == self.step.name for one in plan.requests)
        for one in plan.rejected:
            self.refused = f"{one.code}: {one.message}"
        return plan

    def received(self, held: Entries, plan: Plan, most: int | None = None) -> Entries:
        """What the vendor holds after the first `most` requests of a plan, or after all of them."""
        made = dict(held)
        actions = {one.request: one for one in plan.changes if one.request is not None}
        for at, request in enumerate(plan.requests[:most]):
            if request.name != self.step.name or (change := actions.get(at)) is None:
                continue
            if change.action == "clear":
                made.pop(change.target, None)
            else:
                made[change.target] = self.store.receive(made.get(change.target, {}), request.body)
        return made

    def cells(self, held: Entries) -> dict[str, Cells]:
        return {target: cells(self.store.root, state) for target, state in held.items()}

    def is_unsaid(self, target: str, *plans: Plan) -> bool:
        """Was an entry, or the whole map or list, rejected or noted in one of the plans?"""
        told = [one.target for plan in plans for one in plan.rejected]
        told += [one.target for plan in plans for one in plan.notes]
        return any(target == one or one in ("", self.step.name) for one in told)

    def broken_by(self, case: Case) -> tuple[str, Broken] | None:
        after = self.laid(case.before, case.after)
        again = self.planned(after, after)
        if again is not None and any(one.name == self.step.name for one in again.requests):
            return "idempotence", _broken(self, case, again, self.step.name, "nothing has changed")
        for absent, whole in (("keep", after), ("clear", case.after)):
            plan = self.planned(case.before, case.after, absent)  # type: ignore[arg-type]  # it is one of them
            first, last = self.planned(None, case.before), self.planned(None, whole)
            if plan is None or first is None or last is None:
                continue
            try:
                start, aim = self.received({}, first), self.received({}, last)
                end = self.received(start, plan)
            except Refused as refused:
                return "convergence", _broken(self, case, plan, refused.target, refused.reason)
            if found := _differing(self, case, plan, self.cells(end), self.cells(aim), (plan, first, last)):
                return "convergence", found
            for most in range(len(plan.requests)):
                twice = self.cells(self.received(self.received(start, plan, most), plan))
                if found := _differing(self, case, plan, twice, self.cells(end), ()):
                    return "retry", found
        return None


def rehearsed(scene: EntryScene, plan: Plan, before: Record | None, after: Record) -> str | None:
    """Does a plan lead from the entries of `before` to those of `after`? None, or the reason."""
    first = scene.planned(None, {} if before is None else before)
    laid = after if before is None else scene.laid(before, after)
    lasts = [scene.planned(None, one) for one in (laid, after)]
    if first is None or None in lasts:
        return None
    try:
        end = scene.cells(scene.received(scene.received({}, first), plan))
        why = None
        for last in lasts:
            assert last is not None
            aim = scene.cells(scene.received({}, last))
            broken = _differing(scene, Case(before or {}, after, after), plan, end, aim, (plan, first, last))
            if broken is None:
                return None
            why = broken.why
    except Refused as refused:
        return f"`{refused.target}`: {refused.reason}"
    return why


def _differing(
    scene: EntryScene,
    case: Case,
    plan: Plan,
    found: dict[str, Cells],
    wanted: dict[str, Cells],
    plans: tuple[Plan, ...],
) -> Broken | None:
    """The first entry that is not as wanted, but for those that could not be said."""
    for target in sorted(found.keys() | wanted.keys()):
        if scene.is_unsaid(target, *plans):
            continue
        if target not in found:
            return _broken(scene, case, plan, target, f"`{target}` is lost")
        if target not in wanted:
            return _broken(scene, case, plan, target, f"`{target}` stays, and should be gone")
        if differing(found[target], wanted[target]):
            why = f"`{target}` does not have the value in after"
            return _broken(scene, case, plan, target, why)
    return None


def _broken(scene: EntryScene, case: Case, plan: Plan, target: str, why: str) -> Broken:
    assert scene.step.entries is not None
    span = scene.step.entries.operation.table.slots[0].span
    sent = [one.body for one in plan.requests if one.name == scene.step.name]
    return Broken(target, span, case.before, case.after, sent, why)
