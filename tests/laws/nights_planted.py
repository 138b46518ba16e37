"""Planted faults: engines that settle or compare wrongly, each in one way, which the judge has to see."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from msgspec.structs import replace

from custmap.back.outcome import Outcome


class Planted:
    """A mapping with a fault; what is not planted is the mapping's own."""

    def __init__(self, loaded: Any) -> None:
        self.loaded = loaded

    def diff(self, before: Any, after: Any, params: Any, **options: Any) -> Any:
        return self.loaded.diff(before, after, params, **options)

    def outcome(self, status: int, body: Any) -> Any:
        return self.loaded.outcome(status, body)

    def settle(self, before: Any, after: Any, plan: Any, outcome: Any, **options: Any) -> Any:
        return self.loaded.settle(before, after, plan, outcome, **options)


class UnsettledIsForgotten(Planted):
    """A value that went back is as if it had never been sent."""

    def diff(self, before: Any, after: Any, params: Any, **options: Any) -> Any:
        return self.loaded.diff(_without_unsettled(before), after, params, **options)


class RejectedIsApplied(Planted):
    def settle(self, before: Any, after: Any, plan: Any, outcome: Any, **options: Any) -> Any:
        return self.loaded.settle(before, after, replace(plan, rejected=()), outcome, **options)


class UnknownIsNotApplied(Planted):
    def settle(self, before: Any, after: Any, plan: Any, outcome: Any, **options: Any) -> Any:
        if _is_unknown(plan, outcome):
            return before
        return self.loaded.settle(before, after, plan, outcome, **options)


class UnknownIsApplied(Planted):
    def settle(self, before: Any, after: Any, plan: Any, outcome: Any, **options: Any) -> Any:
        if _is_unknown(plan, outcome):
            outcome = Outcome("", 200, True, True, False)
        return self.loaded.settle(before, after, plan, outcome, **options)


class RefusedIsUnknown(Planted):
    def settle(self, before: Any, after: Any, plan: Any, outcome: Any, **options: Any) -> Any:
        refused = outcome is not None and outcome.applied is False
        return self.loaded.settle(before, after, plan, None if refused else outcome, **options)


class AppliedIsUnknown(Planted):
    def settle(self, before: Any, after: Any, plan: Any, outcome: Any, **options: Any) -> Any:
        return self.loaded.settle(before, after, plan, None, **options)


class ErrorInsideIsIgnored(Planted):
    def outcome(self, status: int, body: Any) -> Any:
        return replace(self.loaded.outcome(status, body), errors=())


class NamelessErrorIsIgnored(Planted):
    def outcome(self, status: int, body: Any) -> Any:
        outcome = self.loaded.outcome(status, body)
        return replace(outcome, errors=tuple(one for one in outcome.errors if one.field is not None))


class OlderIsNotJoined(Planted):
    def settle(self, before: Any, after: Any, plan: Any, outcome: Any, **options: Any) -> Any:
        if _is_unknown(plan, outcome):
            before = _without_unsettled(before)
        return self.loaded.settle(before, after, plan, outcome, **options)


class EntryIsTheMap(Planted):
    """One entry that may not have arrived makes the whole map unsettled."""

    def settle(self, before: Any, after: Any, plan: Any, outcome: Any, **options: Any) -> Any:
        kept = self.loaded.settle(before, after, plan, outcome, **options)
        if not kept or "unsettled" not in kept:
            return kept
        paths = {path.split(".")[0].split("[")[0] for path in kept["unsettled"]}
        return {**kept, "unsettled": sorted(paths)}


class IdentityIsPutBack(Planted):
    """Where something was rejected, the identity stands as before had it, too."""

    def settle(self, before: Any, after: Any, plan: Any, outcome: Any, **options: Any) -> Any:
        kept = self.loaded.settle(before, after, plan, outcome, **options)
        if not kept or not plan.rejected:
            return kept
        held = {"identifiers": before["identifiers"]} if before and "identifiers" in before else {}
        return {**{name: value for name, value in kept.items() if name != "identifiers"}, **held}


class SaidTwice(Planted):
    """What must be looked up at the vendor is sent again."""

    def diff(self, before: Any, after: Any, params: Any, **options: Any) -> Any:
        plan = self.loaded.diff(before, after, params, **options)
        if any(one.code == "CM817" for one in plan.rejected):
            return self.loaded.diff(_without_unsettled(before), after, params, **options)
        return plan


class SettledByAnyNight(Planted):
    """What was not known is settled by the next night that passes, whatever that says."""

    def settle(self, before: Any, after: Any, plan: Any, outcome: Any, **options: Any) -> Any:
        kept = self.loaded.settle(before, after, plan, outcome, **options)
        return kept if _is_unknown(plan, outcome) else _without_unsettled(kept)


class BeforeIsReplaced(Planted):
    """What after does not mention is forgotten."""

    def settle(self, before: Any, after: Any, plan: Any, outcome: Any, **options: Any) -> Any:
        return self.loaded.settle(before, after, plan, outcome, **{**options, "absent": "clear"})


class NewCustomerIsKept(Planted):
    """A customer of whom nothing arrived is kept as if all had."""

    def settle(self, before: Any, after: Any, plan: Any, outcome: Any, **options: Any) -> Any:
        kept = self.loaded.settle(before, after, plan, outcome, **options)
        return after if kept is None else kept


PLANTS: Final[dict[Callable[[Any], Planted], int]] = {
    UnsettledIsForgotten: 0,
    RejectedIsApplied: 1,
    UnknownIsNotApplied: 34,
    UnknownIsApplied: 3,
    RefusedIsUnknown: 0,
    AppliedIsUnknown: 0,
    ErrorInsideIsIgnored: 0,
    NamelessErrorIsIgnored: 3,
    OlderIsNotJoined: 1,
    EntryIsTheMap: 1,
    IdentityIsPutBack: 3,
    SaidTwice: 27,
    SettledByAnyNight: 3,
    BeforeIsReplaced: 0,
    NewCustomerIsKept: 0,
}
"""The faults, and for each the first schedule that is drawn: one that shows it."""


def _is_unknown(plan: Any, outcome: Any) -> bool:
    return plan.request is not None and (outcome is None or outcome.applied is None)


def _without_unsettled(record: Any) -> Any:
    return record and {name: value for name, value in record.items() if name != "unsettled"}
