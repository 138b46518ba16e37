"""Rules of the inverse: what each fills, and which of several counts where they fill one place."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from custmap.invert.peel import Step
from custmap.mapping.file import Pair, Rule


@dataclass(frozen=True, slots=True)
class Back:
    """A rule of the inverse.

    `names`   the canonical path that it fills; `rule` has it as its target.
    `losses`  what does not come back, in a few words each; those of its items included.
    `is_set`  its value is a list of which order and repeats mean nothing.
    `key`     for a list with keys, the canonical path of an item's key; `items` are the rules of an item.
    `shared`  rows of `values` whose vendor value an earlier row has, too, and that do not say `back: false`.
    """

    names: tuple[Step, ...]
    rule: Rule
    losses: tuple[str, ...] = ()
    is_set: bool = False
    key: tuple[Step, ...] | None = None
    items: tuple[Back, ...] = ()
    shared: tuple[Pair, ...] = ()


def in_order(rules: Iterable[Back]) -> list[Back]:
    """Rules without loss come first, then the first in the file."""
    return sorted(rules, key=lambda one: (bool(one.losses), one.rule.span.line, one.rule.span.column))


def chosen(rules: Iterable[Back]) -> tuple[Back, ...]:
    """One rule for each place; of several, one without loss counts before one with, then the first."""
    kept: dict[tuple[Step, ...], Back] = {}
    taken = Places()
    for rule in in_order(rules):
        if rule.names in kept:
            kept[rule.names] = _either(kept[rule.names], rule)
        elif not taken.level(rule.names):
            kept[rule.names] = rule
            taken.add(rule.names)
    return tuple(kept.values())


def _either(one: Back, other: Back) -> Back:
    """The first of two rules that speaks."""
    options = (*(one.rule.first or (replace(one.rule, clear=None),)), replace(other.rule, clear=None))
    rule = Rule(one.rule.target, one.rule.span, {}, first=options, clear=one.rule.clear)
    return replace(one, rule=rule, losses=each_once(*one.losses, *other.losses))


def each_once(*losses: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(losses))


class Places:
    """Paths that are taken, each at a level: the highest of those that are the same, around, or inside."""

    def __init__(self) -> None:
        self._taken: dict[tuple[Step, ...], int] = {}
        self._starts: dict[tuple[Step, ...], int] = {}

    def add(self, names: tuple[Step, ...], level: int = 1) -> None:
        self._taken[names] = level
        for end in range(len(names) + 1):
            self._starts[names[:end]] = max(level, self._starts.get(names[:end], 0))

    def level(self, names: tuple[Step, ...]) -> int:
        """0 where none overlaps."""
        around = (self._taken.get(names[:end], 0) for end in range(len(names)))
        return max(self._starts.get(names, 0), *around, 0)
