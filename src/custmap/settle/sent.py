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


class Told(msgspec.Struct, frozen=True):
    """A change or a rejection of a plan: its target, its rule's line, and the request that carries it."""

    target: str
    line: int
    request: int | None = None


class Verdict(NamedTuple):
    """What became of a request: `applied` is None where nobody knows; `errors` are those inside a success."""

    applied: bool | None
    errors: tuple[Message, ...] = ()


APPLIED: Final = Verdict(True)
UNKNOWN: Final = Verdict(None)
NOT_SENT: Final = Verdict(False)


class Sent(NamedTuple):
    """A plan and what became of it: `verdicts` are of its requests, in order, and `bodies`, too: what the
    rules of the body made, which in a request with many customers is an item.
    """

    changes: Sequence[Told]
    rejected: Sequence[Told]
    bodies: Sequence[Any] = ()
    verdicts: Sequence[Verdict] = ()

    @property
    def has_arrived(self) -> bool:
        """Did all of it arrive, with no error?"""
        asked = range(len(self.verdicts))
        return (
            not self.rejected
            and all(one == APPLIED for one in self.verdicts)
            and all(one.request in asked for one in self.changes)
        )


NOTHING: Final = Sent([], [], [], [])

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
        [Told(one.target, one.line, one.request) for one in plan.changes],
        [Told(one.target, one.line) for one in plan.rejected],
        [alone(checked.operation, one).body for one in plan.requests],
        list(map(verdict, _by_index(outcome, len(plan.requests)))),
    )


def verdict(outcome: Outcome | None) -> Verdict:
    return UNKNOWN if outcome is None else Verdict(outcome.applied, outcome.errors)


def _by_index(outcome: Outcomes, count: int) -> list[Outcome | None]:
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
    for place, one in outcome.items():
        if not isinstance(one, Outcome | None):
            raise TypeError(
                f"the outcome of request {place!r} is an Outcome or None, not {type(one).__name__}"
            )
        if not isinstance(place, int) or not 0 <= place < count:
            raise ValueError(f"the plan has no request {place!r}; it has {count}")
    return [outcome.get(place) for place in range(count)]
