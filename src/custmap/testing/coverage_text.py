"""Coverage as a table for people: a line for each mapping, and below it what no fixture shows."""

from __future__ import annotations

from collections.abc import Iterator

from custmap.diagnostics.plain import plain
from custmap.testing.coverage import Coverage, MappingCoverage
from custmap.values.words import counted


def coverage_lines(coverage: Coverage) -> Iterator[str]:
    """One line for a mapping whose facts are all shown; of several the last line is the total."""
    found = coverage.mappings
    width = max((len(plain(one.name)) for one in found), default=0)
    for one in found:
        yield f"{plain(one.name):<{width}}  {one.percent:>3} %  {_counts(one.shown, one.total)}"
        yield from _open(one)
    if len(found) > 1:
        yield f"{'total':<{width}}  {coverage.percent:>3} %  {_counts(coverage.shown, coverage.total)}"


def _counts(shown: int, total: int) -> str:
    return f"{shown:,} of {counted(total, 'fact')}"


def _open(mapping: MappingCoverage) -> Iterator[str]:
    rules = mapping.open
    names = [f"{rule.request} {rule.target}" if rule.request else rule.target for rule in rules]
    width = max(map(len, names), default=0)
    digits = max((len(str(rule.line)) for rule in rules), default=0)
    for rule, name in zip(rules, names, strict=True):
        missing = ", ".join(map(str, rule.open))
        yield plain(f"  line {rule.line:<{digits}}  {name:<{width}}  never {missing}")
