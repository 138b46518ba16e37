"""Which rules of a mapping are not tested: rules that no fixture sets, and rules that none clears.

Changes and rejections both count: a case that shows that a clear is rejected has tested it. Identities and
riders are left out, since they are sent with every request and never change by themselves.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from custmap.diagnostics.span import Span
from custmap.model.checked import Checked
from custmap.model.nodes import Leaf
from custmap.testing.call import plan_of
from custmap.testing.run import Report
from custmap.testing.told import Told, around, told_plan

# Codes of rejected clears: of a value, of an item of an `add-only` list.
_CANNOT_CLEAR = ("CM803", "CM805")


@dataclass(frozen=True, slots=True)
class RuleCoverage:
    """One rule, and whether fixtures set and clear it."""

    target: str
    line: int
    was_set: bool
    was_cleared: bool

    def __str__(self) -> str:
        match self.was_set, self.was_cleared:
            case False, False:
                return "never set, never cleared"
            case False, True:
                return "never set"
            case True, False:
                return "never cleared"
        return "set and cleared"


@dataclass(frozen=True, slots=True)
class Coverage:
    """A mapping and its rules in the order of the file."""

    mapping: str
    rules: tuple[RuleCoverage, ...]

    def open(self) -> Iterator[RuleCoverage]:
        """The rules that are not fully tested."""
        return (rule for rule in self.rules if not (rule.was_set and rule.was_cleared))


def coverage_of(reports: list[Report]) -> list[Coverage]:
    """The coverage of every mapping that the fixtures could load, in the order of their names."""
    told: dict[str, list[Told]] = {}
    checked: dict[str, Checked] = {}
    for report in reports:
        mapping = report.answer.mapping
        if mapping is None:
            continue
        plan = plan_of(report.fixture, report.answer)
        found = told_plan(plan, "changes") + told_plan(plan, "rejected")
        told.setdefault(report.fixture.mapping, []).extend(found)
        checked[report.fixture.mapping] = mapping.checked
    return [Coverage(name, _rules(checked[name], told[name])) for name in sorted(told)]


def _rules(checked: Checked, told: list[Told]) -> tuple[RuleCoverage, ...]:
    """Of requests for each entry the one rule that makes the entries: its changes are theirs."""
    if checked.steps:
        steps = ((step.managed, [one for one in told if _is_in(step.span, one)]) for step in checked.steps)
        found = [rule for managed, own in steps for rule in _rules(managed, own)]
        return tuple(sorted(found, key=lambda rule: rule.line))
    slots = checked.operation.table.slots
    leaves = [slot for slot in slots if isinstance(slot, Leaf) and not slot.policy.identity]
    return tuple(
        _rule(leaf, [one for one in told if around(leaf.target, one.target)])
        for leaf in sorted(leaves, key=lambda leaf: leaf.span.line)
    )


def _is_in(span: Span, told: Told) -> bool:
    return told.line is not None and span.line <= told.line <= span.end_line


def _rule(leaf: Leaf, told: list[Told]) -> RuleCoverage:
    cleared = [one for one in told if one.action == "clear" or one.code in _CANNOT_CLEAR]
    return RuleCoverage(leaf.target, leaf.span.line, len(told) > len(cleared), bool(cleared))
