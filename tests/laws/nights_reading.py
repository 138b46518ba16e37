"""What the rules of a mapping read of a customer, and what a record says of it: for the judge of nights.

A path is a tuple of names; a list is one value, so a path ends at it, unless a change names its item.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import takewhile
from typing import Any

from whole_records import Customer

from custmap.diagnostics.span import Span
from custmap.model.change import Change, Rejection
from custmap.model.checked import Checked
from custmap.model.nodes import Leaf, ObjectNode, Presence
from custmap.model.walkers import eaches
from custmap.prove.blame import rules_below
from custmap.values.absent import ABSENT
from custmap.values.paths import Member, PathError, parse_path

Path = tuple[Any, ...]
"""A canonical path; () is all of the customer."""


class Reading:
    """The rules of a mapping, by their places.

    `identities`  the paths that name the customer.
    `once`        the rules that must not be said twice.
    """

    def __init__(self, checked: Checked) -> None:
        self._table = checked.operation.table
        self._rules = {span: rule for root in checked.operation.parts.values() for span, rule in _rules(root)}
        named = [rule.span for rule in self._rules.values() if rule.policy.identity]
        self.identities = {path for span in named for path in self._values(span)}
        self.once = _once(self._table.root)

    def of(self, told: Change | Rejection) -> set[Path]:
        """What a change reads; where an entry or an item is traced, only that."""
        rule, source = self._rules.get(told.span), path_of(told.source or "")
        asks, values = self._asks(told.span), self._values(told.span)
        parts = isinstance(rule, Leaf) and rule.span == told.span and not rule.kind.is_one
        traced = parts and len(values) == 1 and _is_inside(source, min(values))
        return asks | ({source} if traced else values)

    def at(self, span: Span | None) -> set[Path]:
        """All that the rules at a place read, for their values and in conditions."""
        return self._values(span) | self._asks(span)

    def around(self, paths: set[Path]) -> set[Path]:
        """All that the rules read that read one of the paths."""
        return {path for span in self._readers(paths) for path in self.at(span)}

    def says_all(self, changes: tuple[Change, ...], path: Path) -> bool:
        """Are there changes of all rules that read a path?"""
        said = {self._rules[change.span].span for change in changes if change.span in self._rules}
        reading = {span for span in self._readers({path}) if isinstance(self._rules[span], Leaf)}
        return bool(reading) and reading <= said

    def _readers(self, paths: set[Path]) -> set[Span]:
        return {rule.span for rule in self._rules.values() if overlap(paths, self.at(rule.span))}

    def _values(self, span: Span | None) -> set[Path]:
        """What the values of a rule, or of those in a container, are made of."""
        return {_names(path) for leaf in self._leaves(span) for path in leaf.reads}

    def _asks(self, span: Span | None) -> set[Path]:
        """What their conditions read, and those of objects around them."""
        return {
            _names(path) for leaf in self._leaves(span) for one in self._inside(leaf) for path in one.asks
        }

    def _leaves(self, span: Span | None) -> list[Leaf]:
        rule = self._rules.get(span) if span is not None else None
        return [] if rule is None else [one for one in rules_below(rule) if isinstance(one, Leaf)]

    def _inside(self, leaf: Leaf) -> Iterator[Leaf | Presence]:
        """A rule, and the objects that it stands in."""
        slot: int | None = leaf.slot
        while slot is not None:
            yield self._table.slots[slot]
            slot = self._table.inside[slot]


def path_of(text: str) -> Path:
    """A canonical path: names, and whatever names an item."""
    try:
        found = parse_path(text.replace(".@", ""))
        return tuple(one.name if isinstance(one, Member) else one for one in found)
    except PathError:
        return ()


def overlap(some: set[Path], others: set[Path]) -> bool:
    """Is a path one of the others, in one, or around one?"""
    return any(one[: len(other)] == other or other[: len(one)] == one for one in some for other in others)


def is_mentioned(record: Any, path: Path) -> bool:
    """Does a record say something at a path, or in it? Of a list it says all."""
    for name in path:
        if not isinstance(record, dict):
            return True
        if name not in record:
            return False
        record = record[name]
    return bool(path) or bool(record)


def is_all_said(record: Any, path: Path) -> bool:
    """Does a record say all of what is at a path? Of an object it may mention some members only."""
    for name in path:
        if not isinstance(record, dict):
            return True
        if name not in record:
            return False
        record = record[name]
    return not isinstance(record, dict)


def found_at(record: Customer, path: Path) -> Any:
    found: Any = record
    for name in path:
        found = below(found, name)
    return found


def below(side: Any, name: str) -> Any:
    """A member; of null, null."""
    if side is None:
        return None
    return side.get(name, ABSENT) if isinstance(side, dict) else ABSENT


def has_null(value: Any) -> bool:
    if isinstance(value, dict | list):
        return any(map(has_null, value.values() if isinstance(value, dict) else value))
    return value is None


def _rules(root: ObjectNode) -> Iterator[tuple[Span, Leaf | ObjectNode]]:
    """The rule at each place; for a place in an item, the rule of the list."""
    for rule in rules_below(root):
        yield rule.span, rule
        if isinstance(rule, Leaf):
            yield from ((span, rule) for each in eaches(rule.origin) for span, _ in _rules(each.table.root))


def _names(path: tuple[Any, ...]) -> Path:
    return tuple(takewhile(_is_name, path))


def _is_name(segment: Any) -> bool:
    return isinstance(segment, str) and segment != "*"


def _is_inside(path: Path, outer: Path) -> bool:
    return path != outer and path[: len(outer)] == outer


def _once(root: ObjectNode) -> set[Span]:
    """The rules that must not be said twice, and those in containers that must not."""
    found: set[Span] = set()
    for rule in rules_below(root):
        if not rule.policy.repeatable:
            found |= {one.span for one in rules_below(rule)}
    return found
