"""Pairs of a before and an after, and the plan of each."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING, Any

from custmap.border.intake import take
from custmap.cli.params import Params
from custmap.diagnostics.diagnostic import Diagnostic
from custmap.diagnostics.errors import RecordError
from custmap.model.change import problems_of
from custmap.records.clear_counts import ClearCounts
from custmap.records.ndjson import Record
from custmap.records.per_record import by_record

if TYPE_CHECKING:
    from custmap.mapper import Mapping
    from custmap.plan.plan import Plan
    from custmap.tables.through import Through

Compare = Callable[[Any, Any, bool], "Plan"]


def _not_yet(before: Any, after: Any, fits: bool) -> Plan:
    raise AssertionError("it is not said of what")


@dataclass(frozen=True, slots=True)
class Comparison:
    """How pairs are compared; `of` says of what.

    `options`      those of `Mapping.comparer`.
    `on_rejected`  `raise`: a pair is rejected if one of its changes is; `drop`: such changes are ignored;
                   None: they are findings.
    `verify`       rehearse each plan.
    `through`      records are rows.
    """

    mapping: Mapping
    params: Params
    options: dict[str, Any]
    on_rejected: str | None
    verify: bool
    through: Through | None = None
    compare: Compare = _not_yet

    def of(self, through: Through | None, *, settled: bool = False) -> Comparison:
        """The same of rows, if there is a source; `settled`: a before is a customer all the same."""
        of_rows = {} if through is None else {"through": through, "settled": settled}
        options = self.options | of_rows
        compare = by_record(partial(self.mapping.comparer, **options), self.params.each)
        return replace(
            self, through=through, compare=lambda before, after, fits: compare(after)(before, after, fits)
        )

    def clears(self) -> ClearCounts:
        """Counts what the plans clear."""
        options = self.options
        return ClearCounts(self.mapping.engine, absent=options["absent"], nulls=options["nulls"])

    def plan(self, before: Record, after: Record) -> Plan:
        """The plan of a pair; RecordError if the pair is rejected."""
        plan = self.compare(before.value, after.value, before.fits and after.fits)
        if self.verify:
            self._rehearse(before.given(), after.given(), plan)
        if plan.rejected and self.on_rejected == "raise":
            raise RecordError(problems_of(plan.rejected))
        return plan

    def finds(self, plan: Plan) -> bool:
        """Does a plan make the run end with findings?"""
        return bool(plan.rejected) and self.on_rejected is None

    def _rehearse(self, before: Any, after: Any, plan: Plan) -> None:
        """RecordError (CM808) for a plan that does not take the declared vendor from before to after."""
        from custmap.prove.prove import rehearse

        then, now = None if before is None else self._taken(before), self._taken(after)
        why = rehearse(self.mapping, then, now, plan, self.params.of(after))
        if why is not None:
            help = "The mapping's policies contradict each other, or this is a bug in custmap."
            raise RecordError([Diagnostic("CM808", why, help=help)])

    def _taken(self, record: Any) -> Any:
        if self.through is not None:
            return self.through.customer(record)
        return take(record, self.mapping.checked.canonical, nulls=self.options["nulls"]).record


def given_pair(before: Record, after: Record) -> dict[str, Any]:
    """A pair as it was read, for `--rejects`."""
    return {"before": before.given(), "after": after.given()}
