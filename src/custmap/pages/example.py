"""The worked example of a page: before, after, and what is sent; from a fixture, or drawn from the schema.

The values are those of fixtures, which are test data, or the schema's own examples. Secrets are `{{name}}`.
"""

from __future__ import annotations

from collections.abc import Mapping as TableOf
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from custmap.diagnostics.errors import CustmapError
from custmap.mapper import Mapping
from custmap.pages.sampled import sampled_changes, sampled_customer
from custmap.plan.plan import Plan
from custmap.prove.sample_params import sample_params
from custmap.testing.fixture import Apply, Diff
from custmap.testing.run import Report
from custmap.wire.request import Request

_MOST: Final = 6
"""An example with more changes than this is harder to read than one with fewer."""


@dataclass(frozen=True, slots=True)
class Example:
    """`before` is None where nothing is known of the vendor's copy; `is_drawn`: no fixture has it."""

    summary: str
    before: Any
    after: Any
    plan: Plan
    requests: tuple[Request, ...]
    is_drawn: bool = False
    is_row: bool = False


def example_of(mapping: Mapping, reports: Sequence[Report]) -> Example | None:
    """The fixture that shows most, else one that is drawn; None if neither can be told.

    A diff is better than an apply, one with sets, clears and rejections better than one of a kind.
    """
    best = best_report(reports)
    found = None if best is None else _of_fixture(mapping, best)
    return _drawn(mapping) if found is None else found


def best_report(reports: Sequence[Report]) -> Report | None:
    """The report of the fixture that shows most; None if none shows a request."""
    best = max(enumerate(reports), key=lambda one: (_worth(one[1]), -one[0]), default=None)
    return best[1] if best is not None and _worth(best[1]) > 0 else None


def _worth(report: Report) -> int:
    """How much a fixture shows; 0: nothing that this example could tell."""
    answer = report.answer
    if not report.passed or answer.error is not None or not answer.requests:
        return 0
    match report.fixture.call:
        case Diff(before=before, options=options) if before is not None and "vendor" not in options:
            plan = answer.plan
            assert plan is not None
            kinds = {change.action for change in plan.changes} | {"rejected" for _ in plan.rejected[:1]}
            many = len(plan.changes) + len(plan.rejected)
            return 100 + 20 * len(kinds) + 2 * min(many, _MOST) - max(0, many - _MOST)
        case Apply():
            return 1 + min(_leaves(answer.requests[0].body), _MOST)
    return 0


def _leaves(value: Any) -> int:
    if isinstance(value, dict):
        return sum(map(_leaves, value.values()))
    return sum(map(_leaves, value)) if isinstance(value, list) else 1


def _of_fixture(mapping: Mapping, report: Report) -> Example | None:
    fixture, answer = report.fixture, report.answer
    summary, is_row = fixture.summary or fixture.name, fixture.source is not None
    match fixture.call:
        case Diff(before, after) if answer.plan is not None:
            return Example(summary, before, after, answer.plan, answer.requests, is_row=is_row)
        case Apply(customer, options):
            if (plan := _plan(mapping, None, customer, fixture.params, options, answer.source)) is not None:
                return Example(summary, None, customer, plan, answer.requests, is_row=is_row)
    return None


def _drawn(mapping: Mapping) -> Example | None:
    """An example that nobody wrote, of the values that the vendor can be told; None where that is nothing.

    Where a request replaces the whole record, it is made of a record that is complete.
    """
    for options in ({}, {"absent": "clear"}):
        if (found := _drawn_with(mapping, options)) is not None:
            return found
    return None


def _drawn_with(mapping: Mapping, options: dict[str, Any]) -> Example | None:
    params, checked = sample_params(mapping.checked), mapping.checked

    def is_told(customer: dict[str, Any]) -> bool:
        plan = _plan(mapping, None, customer, params, options, None)
        return plan is not None and not plan.rejected

    after = sampled_customer(checked, is_told)
    for before in (*sampled_changes(checked, after), None):
        plan = _plan(mapping, before, after, params, options, None)
        if plan is not None and plan.requests and not plan.rejected:
            summary = "Drawn from the schema's examples"
            return Example(summary, before, after, plan, plan.requests, is_drawn=True)
    return None


def _plan(
    mapping: Mapping, before: Any, after: Any, params: TableOf[str, Any], options: dict[str, Any], source: Any
) -> Plan | None:
    named = {key: value for key, value in options.items() if key != "on_rejected"}
    try:
        return mapping.diff(before, after, params, source=source, **named)
    except (CustmapError, TypeError, ValueError):
        return None
