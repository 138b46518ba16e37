"""Remarks, which are not contradictions but may surprise: rejected changes, values left behind.

A rejection is declared by the mapping, so it breaks no law; but its frequency is worth knowing.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import Final

from custmap.diagnostics.errors import RecordError
from custmap.invert.ways import ways_back
from custmap.model.change import Rejection
from custmap.model.checked import Checked, Operation
from custmap.model.clear import SKIP, Operated
from custmap.model.walkers import assumed_of_changes, leaves
from custmap.prove.declarations import erased
from custmap.prove.found import Assumed, Remark
from custmap.prove.redaction import veiled_target
from custmap.prove.rules import rules_of
from custmap.prove.scene import Case, Scene, kept, missing

_COUNTED: Final = {
    "CM710": "the request cannot have it: rejected",
    "CM802": "the vendor does not accept a change: rejected",
    "CM803": "cannot be cleared: rejected",
    "CM804": "the transition is not allowed: rejected",
    "CM805": "accepts new items only: rejected",
    "CM806": "items without a key or with the same key: rejected",
    "CM814": "no identity has a value: rejected",
}


@dataclass(slots=True)
class Tally:
    """Counts remarks, case by case."""

    found: Counter[tuple[int, str, str]] = field(default_factory=Counter)

    def look(self, scene: Scene, case: Case) -> None:
        """Count each remark at most once per case."""
        here: set[tuple[int, str, str]] = set()
        plan = scene.planned(case.before, case.after)
        if isinstance(plan, RecordError):
            for one in missing(plan):
                line = one.span.line if one.span else 0
                here.add(
                    (
                        line,
                        one.target or "",
                        "required, and absent in before and after: the record is rejected",
                    )
                )
        else:
            for rejected in plan.rejected:
                if rejected.code in _COUNTED:
                    here.add(
                        (
                            rejected.line,
                            _target(scene, rejected),
                            _COUNTED[rejected.code],
                        )
                    )
            for target in kept(plan)[1]:
                here.add(_left_behind(scene, target))
        if (lost := erased(scene, case)) is not None:
            container, _ = lost
            here.add(
                (
                    container.span.line,
                    container.target,
                    "apply of a partial record loses the other values that the vendor held in it",
                )
            )
        self.found.update(here)

    def remarks(self, scene: Scene, shown: set[int]) -> tuple[Remark, ...]:
        """The remarks in the order of the file, without those for lines that a counterexample shows."""
        counted = [
            Remark(target, line, text, count)
            for (line, target, text), count in self.found.items()
            if not (line in shown and text.startswith("apply"))
        ]
        return tuple(
            sorted((*standing(scene.checked), *counted), key=lambda one: (one.line, one.target, one.text))
        )


def _target(scene: Scene, rejected: Rejection) -> str:
    """The rule's target rather than the entry's or item's: its keys are data."""
    for node in leaves(scene.operation.body):
        if node.span == rejected.span:
            return node.target
    return veiled_target(rejected.target)


def _left_behind(scene: Scene, target: str) -> tuple[int, str, str]:
    for leaf in leaves(scene.operation.body):
        if target == leaf.target or target.startswith((leaf.target + ".", leaf.target + "[")):
            clear = leaf.policy.clear
            text = "no longer applies: the vendor keeps the old value"
            if clear == SKIP:
                text = "cannot be cleared: skipped"
            elif isinstance(clear, Operated) and clear.fails and leaf.origin.when is None:
                text = "is cleared only where before has a value"
            return leaf.span.line, leaf.target, text
    return 0, target, "stays unchanged"


def standing(checked: Checked) -> list[Remark]:
    """Remarks that apply to every customer."""
    found: list[Remark] = []
    if not _names_customer(checked.operation):
        found.append(
            Remark(
                checked.name, checked.file.name.span.line, "nothing in the request identifies the customer"
            )
        )
    for leaf in leaves(checked.operation.body):
        if not leaf.policy.repeatable:
            found.append(
                Remark(leaf.target, leaf.span.line, "sending it twice is not the same as sending it once")
            )
    for way in ways_back(checked).ways:
        if way.shared:
            text = "a vendor value stands for several canonical ones, and is read back as the first"
            found.append(Remark(way.target, way.span.line, text))
    return found


def _names_customer(operation: Operation) -> bool:
    return bool(operation.path.members) or any(
        leaf.policy.identity for root in operation.parts.values() for leaf in leaves(root)
    )


def assumed(checked: Checked) -> tuple[Assumed, ...]:
    """Every `assumed` in the file, in order, after what a list of changes takes for granted."""
    stated = checked.file.changes
    text = None if stated is None else assumed_of_changes(checked.operation)
    head = [] if stated is None or text is None else [Assumed("changes", text, stated.span.line)]
    rules = (
        Assumed(target, rule.assumed, rule.span.line)
        for target, rule in rules_of(checked.file)
        if rule.assumed is not None
    )
    return (*head, *rules)
