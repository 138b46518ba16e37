"""Compare the lines of `changes` and `rejected` with a plan, in any order."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from custmap.diagnostics.errors import RecordError
from custmap.syntax.node import Node
from custmap.testing.difference import Difference
from custmap.testing.expectation import ExpectedLine
from custmap.values.paths import Index, PathError, Select, Value, parse_path, value_text

_IN_REQUESTS: Final = re.compile(r"requests\[\d+\]\.")

if TYPE_CHECKING:
    from custmap.model.checked import Checked
    from custmap.model.nodes import TargetNode
    from custmap.plan.plan import Plan


@dataclass(frozen=True, slots=True)
class Told:
    """The parts of a change or a rejection that a fixture can state."""

    target: str
    action: str | None
    code: str | None
    line: int | None

    def __str__(self) -> str:
        action = f"{self.action} " if self.action else ""
        return f"{action}{self.target}{f': {self.code}' if self.code else ''}"


def told_plan(plan: Plan | None, name: str) -> list[Told]:
    """The changes or the rejections of a plan; none without a plan."""
    if plan is None:
        return []
    if name == "changes":
        return [Told(one.target, str(one.action), None, one.line) for one in plan.changes]
    return [Told(one.target, None, one.code, one.line) for one in plan.rejected]


def told_errors(error: RecordError) -> list[Told]:
    """The rejections that apply raised."""
    return [Told(one.target or one.path or "", None, one.code, one.line) for one in error.diagnostics]


def compare_lines(
    name: str, expected: tuple[ExpectedLine, ...], told: list[Told], node: Node
) -> Iterator[Difference]:
    """The lines without a counterpart; `node` is the whole list in the fixture."""
    left = list(told)
    missing = []
    # More specific lines are matched first, so that `email` does not match what `set email` needs.
    for line in sorted(expected, key=lambda line: line.action is None and line.code is None):
        match = next((one for one in left if _fits(line, one)), None)
        if match is None:
            missing.append(line)
        else:
            left.remove(match)
    for line in missing:
        other = next((one for one in left if one.target == line.target), None)
        if other is not None:
            left.remove(other)
        got = str(other) if other is not None else "nothing"
        yield Difference(name, str(line), got, line.span, other.line if other else None)
    for one in left:
        yield Difference(name, "nothing", str(one), node.span, one.line)


def _fits(line: ExpectedLine, told: Told) -> bool:
    return (
        line.target == told.target and line.action in (None, told.action) and line.code in (None, told.code)
    )


def mapping_line(difference: Difference, plan: Plan | None, checked: Checked | None) -> int | None:
    """The mapping line for a place of the request, if known."""
    told = told_plan(plan, "changes") + told_plan(plan, "rejected")
    place = _IN_REQUESTS.sub("", difference.place).removeprefix("body.")
    near = [(one.target, one.line) for one in told if around(one.target, place) or around(place, one.target)]
    if not near:
        # In a list of cleared names (`keysToRemove`) only the target's last part is written.
        names = {difference.expected.strip('"'), difference.got.strip('"')}
        near = [
            (one.target, one.line) for one in told if one.action == "clear" and _last(one.target) in names
        ]
    if not near and checked is not None:
        return rule_line(place, [checked])
    return max(near, key=lambda one: len(one[0]))[1] if near else None


def rule_line(place: str, tables: Iterable[Checked]) -> int | None:
    """The line of the innermost rule around a place; None if there is none."""
    near = [one for checked in tables for one in _rules(checked) if around(one[0], place)]
    return max(near, key=lambda one: len(one[0]))[1] if near else None


def _rules(checked: Checked) -> Iterator[tuple[str, int]]:
    """The targets of all rules, and their lines."""
    from custmap.model.nodes import ItemsNode, ObjectNode
    from custmap.model.walkers import children

    waiting: list[TargetNode] = [
        root for operation in checked.operations for root in operation.parts.values()
    ]
    while waiting:
        rule = waiting.pop()
        waiting += children(rule)
        if not isinstance(rule, ObjectNode | ItemsNode):
            yield rule.target, rule.span.line


def around(outer: str, inner: str) -> bool:
    """Is one target the other, or inside it?"""
    return inner == outer or inner.startswith((f"{outer}.", f"{outer}["))


def _last(target: str) -> str:
    try:
        segment = parse_path(target, values=True)[-1]
    except PathError:
        return target
    match segment:
        case Index(position):
            return str(position)
        case Select(value=value):
            return str(value)
        case Value(value):
            return value_text(value)
    return segment.name
