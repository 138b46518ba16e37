"""Laws, broken laws, and the rule to blame."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from custmap.diagnostics.span import Span
from custmap.model.change import Change, Rejection
from custmap.model.clear import Write
from custmap.model.nodes import Leaf, ObjectNode, TargetNode
from custmap.model.walkers import clear_of, nodes
from custmap.plan.plan import Plan
from custmap.prove.cells import Cells, is_within
from custmap.prove.scene import Case, Record, Scene
from custmap.values.paths import format_path


@dataclass(frozen=True, slots=True)
class Broken:
    """A broken law.

    `sent`   a request's body; None if none was made.
    `why`    what is wrong with it; `{value}` in it is replaced by `value`.
    """

    target: str
    span: Span | None
    before: Record | None
    after: Record
    sent: Any
    why: str
    value: Any = None


@dataclass(frozen=True, slots=True)
class Law:
    """`sentence` says what is wrong if the law is broken."""

    name: str
    sentence: str
    check: Callable[[Scene, Case], Broken | None]


def blame(scene: Scene, target: str, plan: Plan, then: Cells, now: Cells, wanted: Cells) -> Span | None:
    """The rule of the target, or the one whose clear writes there."""
    cleared = {change.span for change in plan.changes if change.action == "clear"}
    for node in rules_below(scene.operation.body):
        clear = clear_of(node)
        if isinstance(clear, Write) and node.span in cleared:
            places = [format_path(place) for place in clear.places]
            if any(is_within(target, place) for place in places):
                return node.span
    held = next((found[target] for found in (now, then, wanted) if target in found), None)
    return held.rule.span if held else span_of(scene, target)


def rules_below(node: TargetNode) -> Iterator[Leaf | ObjectNode]:
    """Every rule and every object of rules, outer ones first."""
    return (one for one in nodes(node) if isinstance(one, Leaf | ObjectNode))


def span_of(scene: Scene, target: str) -> Span | None:
    """The rule of a target, or of a container around it."""
    rules = rules_below(scene.operation.body)
    found = [node for node in rules if node.target and is_within(target, node.target)]
    return max(found, key=lambda node: len(node.target)).span if found else None


def first_span(plan: Plan) -> Span | None:
    """The rule of a plan's first change or rejection."""
    told: list[Change | Rejection] = [*plan.changes, *plan.rejected]
    return told[0].span if told else None
