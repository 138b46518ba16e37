"""The guards of one run over two snapshots, before anything of it is published."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final, NoReturn

import click

from custmap.cli.call_error import STOPPED, CallError
from custmap.diagnostics.plain import plain
from custmap.records.clear_counts import ClearCounts
from custmap.records.guards import GuardError, Guards, Tripped
from custmap.records.tally import PairTally

_AT_ONCE: Final = 1_000


class RunGuard:
    """Stops a run that clears, changes or rejects too much.

    `clears` are the counts of the run, `texts` those of `--guard`; the run with the digest `allowed` is not
    stopped.
    """

    def __init__(self, clears: ClearCounts, texts: Sequence[str], allowed: str | None) -> None:
        self._clears = clears
        self._allowed = allowed
        try:
            self._guards = Guards(texts, self._clears.fields)
        except GuardError as error:
            raise CallError(f"`--guard`: {error}", error.help) from None

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
