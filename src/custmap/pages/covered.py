"""What the fixtures of a mapping cover, as pages tell it: the one place that knows how it is made."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from custmap.testing.coverage import coverage_of
from custmap.testing.run import Report


@dataclass(frozen=True, slots=True)
class CoveredRule:
    """A rule, and what no fixture has of it; nothing where it is covered."""

    target: str
    line: int
    missing: str

    @property
    def is_covered(self) -> bool:
        return not self.missing


@dataclass(frozen=True, slots=True)
class Covered:
    """The rules of a mapping in the order of the file, and the number of its fixtures."""

    fixtures: int
    rules: tuple[CoveredRule, ...]

    @property
    def percent(self) -> int:
        """The share of rules that are covered, rounded down; 100 of none."""
        full = sum(rule.is_covered for rule in self.rules)
        return 100 if not self.rules else full * 100 // len(self.rules)


def covered_by(reports: Sequence[Report]) -> Covered | None:
    """The coverage of the one mapping that these reports are of; None if none of them could load it."""
    found = coverage_of(list(reports))
    if not found:
        return None
    rules = (
        CoveredRule(rule.target, rule.line, "" if rule.was_set and rule.was_cleared else str(rule))
        for rule in found[0].rules
    )
    return Covered(len(reports), tuple(rules))
