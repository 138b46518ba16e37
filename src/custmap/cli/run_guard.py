"""The guards of one run over two snapshots, before anything of it is published."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Final, NoReturn

import click

from custmap.cli.call_error import STOPPED, CallError
from custmap.diagnostics.plain import plain
from custmap.plan.engine import Absent, Nulls
from custmap.plan.maker import Maker
from custmap.plan.plan import Plan
from custmap.records.clear_counts import ClearCounts
from custmap.records.guards import GuardError, Guards, Tripped
from custmap.records.ndjson import Record
from custmap.records.tally import PairTally

_AT_ONCE: Final = 1_000


class RunGuard:
    """Counts what a run clears, changes and rejects, and stops it if that is too much.

    `texts` are those of `--guard`, `allowed` is the digest of a run that is not stopped.
    """

    def __init__(
        self, engine: Maker, texts: Sequence[str], allowed: str | None, *, absent: Absent, nulls: Nulls
    ) -> None:
        self._clears = ClearCounts(engine, absent=absent, nulls=nulls)
        self._allowed = allowed
        try:
            self._guards = Guards(texts, self._clears.fields)
        except GuardError as error:
            raise CallError(f"`--guard`: {error}", error.help) from None

    def plan(self, make: Callable[[], Plan], before: Record, after: Record) -> Plan:
        """The plan that `make` makes of a pair of customers, counted; so is a pair that it rejects."""
        lost = self._clears.look(before, after)
        try:
            plan = make()
            if plan:
                lost.update(self._clears.told(plan, before))
        finally:
            self._clears.clear(lost)
        return plan

    def check(
        self, pairs: PairTally, rejected: int, of: int, digest: str, rest: int, equal: Iterable[object]
    ) -> None:
        """End the run with exit code 4 if a guard trips, unless this run is allowed.

        `rejected` pairs and rows, of so many; `digest` is that of the run. `equal` are the customers of
        `rest` pairs that were not looked at; they are counted only if it depends on them.
        """
        if self._guards.needs_all(self._clears, rest):
            for number, customer in enumerate(equal):
                self._clears.count(customer)
                # Shares only become smaller now.
                if number % _AT_ONCE == 0 and not self._guards.needs_all(self._clears, rest):
                    break
        tripped = list(self._guards.tripped(self._clears, pairs, rejected, of))
        if tripped and self._allowed == digest:
            _say("note: a guard would stop this run, which `--allow` lets through", tripped)
        elif tripped:
            self._stop(tripped, digest)

    def _stop(self, tripped: Sequence[Tripped], digest: str) -> NoReturn:
        _say("error: A guard stopped this run, and nothing was written", tripped)
        if self._allowed is not None:
            click.echo(f"  `--allow` names another run: {self._allowed}", err=True)
        help = f"If it is meant, let exactly this run through with `--allow {digest}`."
        click.echo(f"  = help: {help}", err=True)
        raise click.exceptions.Exit(STOPPED)


def _say(head: str, tripped: Sequence[Tripped]) -> None:
    click.echo("\n".join([head, *(plain(f"  {one}") for one in tripped)]), err=True)
