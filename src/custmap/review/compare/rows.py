"""The rows of a comparison, before they are drawn: a mark, a target, what changed, and what that does."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from custmap.diagnostics.plain import plain
from custmap.review.compare.comparison import Comparison
from custmap.review.compare.effect import RuleEffect
from custmap.review.compare.told import MeaningChange

MARKS = {"added": "+", "removed": "-", "changed": ""}


class Line(NamedTuple):
    """One line of a table; later lines of one change have no target."""

    mark: str
    target: str
    text: str
    means: str


def lines_of(change: MeaningChange) -> Iterator[Line]:
    """The lines of a change: each fact beside what it does, or what becomes of the states."""
    waiting = [*change.means, *([f"help: {change.help}"] if change.help else [])]
    rows: list[tuple[str, str]] = []
    for one in change.facts:
        means = one.means if one.means is not None else waiting.pop(0) if waiting else ""
        rows.append((one.text, means))
    rows += [("", means) for means in waiting]
    for at, (text, means) in enumerate(rows):
        mark, target = (MARKS[change.action], target_of(change)) if at == 0 else ("", "")
        yield Line(mark, target, plain(text), plain(means))


def target_of(change: MeaningChange | RuleEffect) -> str:
    """The target as it is shown, with the name of its request."""
    return plain(f"{change.request} {change.target}" if change.request else change.target)


def title_of(one: Comparison) -> tuple[str, str]:
    """The mapping, and what its versions are called."""
    kind = "" if one.kind == "mapping" else "source "
    versions = {"added": f"only in {one.new}", "removed": f"only in {one.old}"}
    return plain(kind + one.mapping), plain(versions.get(one.status, f"{one.old} → {one.new}"))


def state_of(one: Comparison) -> str | None:
    """One sentence for a comparison without a table."""
    match one.status:
        case "added":
            return f"this {one.kind} is new"
        case "removed":
            return f"this {one.kind} is gone: nothing is sent by it any more"
        case "broken":
            sides = sorted({one.old if side == "old" else one.new for side, _ in one.findings})
            return f"cannot be compared: it has errors in {plain(' and in '.join(sides))}"
        case "same":
            return "no change of meaning"
    return None if one.changes else "no rule means anything else"


def effect_rows(one: Comparison) -> list[tuple[str, str]]:
    """For each rule what becomes of it, in how many fixtures and records."""
    if one.effect is None:
        return []
    return [
        (target_of(rule), ", ".join(f"{count:,} {fate}" for fate, count in rule.counts.items()))
        for rule in one.effect.rules
    ]
