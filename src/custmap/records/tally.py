"""The counts of a run: each record that came in went out or was rejected."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, Self

from custmap.values.words import counted

if TYPE_CHECKING:
    from custmap.plan.plan import Plan


class LostRecords(RuntimeError):
    """A bug in custmap: the counts of a run do not agree."""


class _Counts:
    """A dataclass of numbers, which can be added, kept and counted on."""

    __slots__ = ()

    def add(self, other: Self) -> None:
        """Add the counts of a part of the run."""
        for name, number in other.state().items():
            setattr(self, name, getattr(self, name) + number)

    def state(self) -> dict[str, int]:
        return {one.name: getattr(self, one.name) for one in fields(self)}  # type: ignore[arg-type]

    def load(self, state: dict[str, int]) -> None:
        for name, number in state.items():
            setattr(self, name, number)


@dataclass(slots=True)
class Tally(_Counts):
    """Counts of one run; mutable."""

    came_in: int = 0
    went_out: int = 0
    rejected: int = 0
    one_sided: int = 0

    def __str__(self) -> str:
        return f"{self.came_in} in = {self.went_out} out + {self.rejected} rejected"

    def check(self) -> None:
        """Raise LostRecords unless in = out + rejected (+ one-sided, in a join)."""
        accounted = self.went_out + self.rejected + self.one_sided
        if self.came_in != accounted:
            raise LostRecords(f"{self.came_in} in, {accounted} accounted for")


@dataclass(slots=True)
class PairTally(_Counts):
    """What became of the pairs of two snapshots: each is counted in one of the first four.

    `unchanged`  there is nothing to say.
    `sent`       there is a request, and no change was rejected.
    `partly`     changes were rejected.
    `rejected`   there is no plan.

    `changed`    plans with a change; `partly_sent` those that are among `partly`.
    `clears`, `partly_clears`  changes that clear, in the plans of `sent` and of `partly`; `requests`,
                 `partly_requests` the requests of these plans.
    """

    unchanged: int = 0
    sent: int = 0
    partly: int = 0
    rejected: int = 0
    partly_sent: int = 0
    clears: int = 0
    partly_clears: int = 0
    requests: int = 0
    partly_requests: int = 0

    @property
    def pairs(self) -> int:
        return self.unchanged + self.sent + self.partly + self.rejected

    @property
    def changed(self) -> int:
        return self.sent + self.partly_sent

    def count(self, plan: Plan) -> None:
        if not plan:
            self.unchanged += 1
            return
        clears = sum(1 for change in plan.changes if change.action == "clear")
        if plan.rejected:
            self.partly += 1
            self.partly_sent += bool(plan.changes)
            self.partly_clears += clears
            self.partly_requests += len(plan.requests)
        else:
            self.sent += 1
            self.clears += clears
            self.requests += len(plan.requests)

    def check(self, pairs: int) -> None:
        """Raise LostRecords unless every pair is counted once."""
        if pairs != self.pairs:
            raise LostRecords(f"{counted(pairs, 'pair')}, {self.pairs} accounted for")

    def lines(self) -> Iterator[str]:
        """The summary of a run."""
        sent = _requests(self.sent, self.requests, self.clears)
        yield (
            f"{_many(self.pairs, 'pair')}: {self.unchanged} unchanged, {sent}, "
            f"{self.partly} with rejected changes, {self.rejected} rejected"
        )
        if self.partly_sent:
            rest = _requests(self.partly_sent, self.partly_requests, self.partly_clears)
            yield f"of those with rejected changes: {rest} for what is left"


def _requests(plans: int, requests: int, clears: int) -> str:
    """`3 requests (1 clear)`; of plans with several requests `2 in 3 requests (1 clear)`."""
    of = f"{plans} in " if requests > plans else ""
    return f"{of}{_many(requests if of else plans, 'request')} ({_many(clears, 'clear')})"


def _many(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"
