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
    """The rules of a mapping in the order of the file, and the number of its fixtures.

    `percent` of the facts of its rules are shown by fixtures.
    """

    fixtures: int
    percent: int
    rules: tuple[CoveredRule, ...]


def covered_by(reports: Sequence[Report]) -> Covered | None:
    """The coverage of the one mapping that these reports are of; None if none of them could load it."""
    found = [one for one in coverage_of(reports).mappings if not one.is_source]
    if not found:
        return None
    (one,) = found
    rules = (CoveredRule(rule.target, rule.line, ", ".join(map(str, rule.open))) for rule in one.rules)
    return Covered(len(reports), one.percent, tuple(rules))
