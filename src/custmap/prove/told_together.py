"""Lists of which one request says what came and another what is gone, against the vendor that they declare.

The vendor has one list, whatever request says something of it. Like the declared store, this shares no code
with the planner.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from custmap.model.checked import Checked
from custmap.model.nodes import FromSource
from custmap.model.walkers import identities
from custmap.plan.plan import Plan
from custmap.prove.blame import Broken
from custmap.prove.clearings import below, without
from custmap.prove.moves import Refused
from custmap.prove.one_by_one import Listing, listings
from custmap.prove.places import Place, places_of
from custmap.prove.scene import Absent, Case, Engine, Record, kept, touches
from custmap.prove.step_scene import StepScene
from custmap.prove.store import Store
from custmap.prove.templates import bare
from custmap.values.absent import ABSENT
from custmap.values.paths import value_text


@dataclass(frozen=True, slots=True)
class _Teller:
    """A rule of a call that says something of the list, with the vendor that the call declares."""

    name: str
    listing: Listing
    store: Store

    def told(self, held: Any, request: Any) -> Any:
        """The list after a request; `held` and the result by the fingerprints of items, ABSENT for none."""
        state = self.store.receive(without({}, self.listing.way, held), request.body, request.query)
        for step in self.listing.way:
            state = below(state, step)
        return state


@dataclass(slots=True)
class ListScene(StepScene):
    """One list that several requests tell."""

    tellers: tuple[_Teller, ...]
    calls: tuple[Checked, ...]

    def identities(self) -> list[tuple[Any, ...]]:
        roots = [root for call in self.calls for root in call.operation.parts.values()]
        reads = (read for root in roots for leaf in identities(root) for read in leaf.reads)
        return list(dict.fromkeys(read for read in reads if all(isinstance(step, str) for step in read)))

    def places(self) -> tuple[Place, ...]:
        return places_of(self.calls[0])

    def received(self, held: Any, plan: Plan, most: int | None = None) -> Any:
        """The list after the first `most` requests of a plan, or after all of them."""
        for request in plan.requests[:most]:
            for one in self.tellers:
                if one.name == request.name:
                    held = one.told(held, request)
        return held

    def broken_by(self, case: Case) -> tuple[str, Broken] | None:
        sides: list[tuple[Absent, Record]] = [
            ("keep", self.laid(case.before, case.after)),
            ("clear", case.after),
        ]
        for absent, whole in sides:
            plans = [
                self.planned(case.before, case.after, absent),
                self.planned(None, case.before),
                self.planned(None, whole),
            ]
            if (found := self._compared(case, plans)) is not None:
                return found
        return None

    def _compared(self, case: Case, plans: list[Plan | None]) -> tuple[str, Broken] | None:
        plan, first, last = plans
        if plan is None or first is None or last is None or self._is_unsaid(plan, first, last):
            return None
        try:
            start, aim = self.received(ABSENT, first), self.received(ABSENT, last)
            end = self.received(start, plan)
            if (why := _differs(end, aim)) is not None:
                return "convergence", self._broken(case, plan, why)
            for most in range(len(plan.requests)):
                if (why := _differs(self.received(self.received(start, plan, most), plan), end)) is not None:
                    return "retry", self._broken(case, plan, why)
        except Refused as refused:
            return "convergence", self._broken(case, plan, str(refused))
        return None

    def _is_unsaid(self, *plans: Plan) -> bool:
        """Was something of the list, or all of a request, rejected or noted?"""
        told = [target for plan in plans for target in kept(plan)[0]]
        told += [one.target for plan in plans for one in plan.notes]
        return any(touches(one.listing.leaf.target, told) for one in self.tellers)

    def _broken(self, case: Case, plan: Plan, why: str) -> Broken:
        leaf = self.tellers[0].listing.leaf
        sent = [one.body for one in plan.requests]
        return Broken(leaf.target, leaf.span, case.before, case.after, sent, why)


def _differs(held: Any, wanted: Any) -> str | None:
    """What is wrong with a list."""
    held, wanted = ({} if one is ABSENT else one for one in (held, wanted))
    for item in [item for mark, item in held.items() if mark not in wanted]:
        return f"`{value_text(bare(item))}` stays, and should be gone"
    for item in [item for mark, item in wanted.items() if mark not in held]:
        return f"`{value_text(bare(item))}` is lost"
    return None


def told_together(mapping: Engine, params: Mapping[str, Any]) -> Iterator[ListScene]:
    """The lists that several requests tell: their rules read the same."""
    found: dict[str, list[tuple[Checked, _Teller]]] = {}
    for step in mapping.checked.steps:
        for one in listings(step.call.operation.body, ()) if step.entries is None else ():
            told = one.leaf.ways is not None and one.leaf.ways.others
            if told and isinstance(one.leaf.origin.source, FromSource):
                teller = _Teller(step.name, one, Store(step.call))
                found.setdefault(one.leaf.origin.source.expression.text, []).append((step.call, teller))
    for rows in found.values():
        calls, tellers = zip(*rows, strict=True)
        yield ListScene(mapping, params, tellers, calls)
