"""What was sent, and what became of it."""

from __future__ import annotations

from collections.abc import Mapping as MappingOf
from collections.abc import Sequence
from typing import Any, Final, NamedTuple

import msgspec

from custmap.back.outcome import Message, Outcome
from custmap.model.checked import Checked
from custmap.plan.plan import Plan
from custmap.wire.packing import alone
from custmap.wire.request import Request


class Told(msgspec.Struct, frozen=True):
    """A change or a rejection of a plan: its target, its rule's line, the request that carries it, and what
    the change is. `column` is 0 where it is not known: of two rules on one line the target decides then."""

    target: str
    line: int
    request: int | None = None
    action: str = "set"
    column: int = 0
    before: Any = None
    after: Any = None


class Verdict(NamedTuple):
    """What became of a request: `applied` is None where nobody knows; `errors` are those inside a success."""

    applied: bool | None
    errors: tuple[Message, ...] = ()


APPLIED: Final = Verdict(True)
UNKNOWN: Final = Verdict(None)
NOT_SENT: Final = Verdict(False)


class Sent(NamedTuple):
    """A plan and what became of it: `verdicts` are of its requests, in order, and `bodies`, too: what the
    rules of the body made, which in a request with many customers is an item. `names` are those of several.
    """

    changes: Sequence[Told]
    rejected: Sequence[Told]
    bodies: Sequence[Any] = ()
    verdicts: Sequence[Verdict] = ()
    names: Sequence[str] = ()

    @property
    def has_arrived(self) -> bool:
        """Did all of it arrive, with no error?"""
        asked = range(len(self.verdicts))
        return (
            not self.rejected
            and all(one == APPLIED for one in self.verdicts)
            and all(one.request in asked for one in self.changes)
        )


NOTHING: Final = Sent([], [], [], [], [])

_NOTHING_SAID: Final = Outcome("", 0, ok=False, applied=None, retry=True)

Outcomes = Outcome | MappingOf[str | int, Outcome | None] | None


def sent(plan: Plan, outcome: Outcomes, checked: Checked) -> Sent:
    """A plan of a mapping, with the outcomes of its requests.

    ValueError for a plan of another mapping, or an outcome of a request that the plan does not have;
    TypeError for what is no plan, or no outcome.
    """
    if not isinstance(plan, Plan):
        raise TypeError(f"`plan` is what `diff` gave, not {type(plan).__name__}")
    if plan.mapping != checked.name:
        raise ValueError(f"this is a plan of {plan.mapping}, not of {checked.name}")
    return Sent(
        [Told(one.target, one.line, one.request, one.action, one.span.column) for one in plan.changes],
        [Told(one.target, one.line, column=one.span.column) for one in plan.rejected],
        [(one if checked.steps else alone(checked.operation, one)).body for one in plan.requests],
        _verdicts(outcome, plan, checked),
        [one.name for one in plan.requests],
    )


def verdict(outcome: Outcome | None) -> Verdict:
    return UNKNOWN if outcome is None else Verdict(outcome.applied, outcome.errors)


def _verdicts(outcome: Outcomes, plan: Plan, checked: Checked) -> list[Verdict]:
    """What became of each request; one of which nothing is said was not sent if it waits for another."""
    verdicts: list[Verdict] = []
    failed: set[str] = set()
    for request, one in zip(plan.requests, _by_index(outcome, plan.requests), strict=True):
        if isinstance(one, Outcome) and one.mapping not in ("", checked.name):
            raise ValueError(f"this is an outcome of {one.mapping}, not of {checked.name}")
        waits = one is _NOTHING_SAID and not failed.isdisjoint(request.after)
        found = NOT_SENT if waits else verdict(one)
        if found.applied is not True:
            failed.add(request.name)
        verdicts.append(found)
    return verdicts


def _by_index(outcome: Outcomes, requests: Sequence[Request]) -> list[Outcome | None]:
    count = len(requests)
    if outcome is None:
        return [None] * count
    if isinstance(outcome, Outcome):
        if count > 1:
            raise ValueError(f"one outcome is given, and the plan has {count} requests")
        return [outcome] * count
    if not isinstance(outcome, MappingOf):
        raise TypeError(
            f"`outcome` is an Outcome, None, or a dict of them by request, not {type(outcome).__name__}"
        )
    found: list[Outcome | None] = [_NOTHING_SAID] * count
    for place, one in outcome.items():
        if not isinstance(one, Outcome | None):
            raise TypeError(
                f"the outcome of request {place!r} is an Outcome or None, not {type(one).__name__}"
            )
        at = _index(place, requests)
        if found[at] is not _NOTHING_SAID:
            raise ValueError(f"two outcomes are given for request {at}")
        found[at] = one
    return found


def _index(place: object, requests: Sequence[Request]) -> int:
    """The place of a request that is named by its place, or by its name where that is the only one."""
    named = [at for at, one in enumerate(requests) if one.name and one.name == place]
    if len(named) > 1:
        raise ValueError(f"{len(named)} requests are called {place!r}: name each by its place in the plan")
    if named:
        return named[0]
    if not isinstance(place, int) or isinstance(place, bool) or not 0 <= place < len(requests):
        raise ValueError(f"the plan has no request {place!r}; it has {len(requests)}")
    return place
