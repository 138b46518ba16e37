"""What the rules of a mapping read of a customer, and what a record says of it: for the judge of nights.

A path is a tuple of names; a list is one value, so a path ends at it, unless a change names its item.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import takewhile
from typing import Any

from whole_records import Customer

from custmap.diagnostics.span import Span
from custmap.expressions.function import FunctionError, FunctionSpec
from custmap.expressions.parse import Expression
from custmap.model.change import Change, Rejection
from custmap.model.checked import Checked
from custmap.model.nodes import FromSource, ItemsNode, Leaf, ObjectNode, Presence, RiderSource, TargetNode
from custmap.model.walkers import children, eaches, leaves, options
from custmap.prove.blame import rules_below
from custmap.prove.cells import is_within
from custmap.values.absent import ABSENT
from custmap.values.paths import Index, Member, PathError, Segment, Select, Value, parse_path
from custmap.values.types import Type
from oracle.expressions import evaluate

Path = tuple[Any, ...]
"""A canonical path; () is all of the customer."""


class Reading:
    """The rules of a mapping, by their places.

    `identities`  the paths that name the customer.
    `once`        the rules that must not be said twice.
    `of_everything`  the targets of rules that read the whole customer.
    `defaults`    what rules read that say something even of a record that states nothing: where that has not
                  arrived, a kept record that states nothing must not be taken to have said it.
    """

    def __init__(self, checked: Checked) -> None:
        self._table = checked.operation.table
        self._rules = {span: rule for root in checked.operation.parts.values() for span, rule in _rules(root)}
        holding = [one for root in checked.operation.parts.values() for one in _containers(root)]
        self._lists = {one.span: one for one in holding if isinstance(one, ItemsNode)}
        self._containers = {one.target: one for one in holding}
        named = [rule.span for rule in self._rules.values() if rule.policy.identity]
        self.identities = {path for span in named for path in self._values(span)}
        self.once = _once(self._table.root)
        self.of_everything = [rule.target for rule in self._rules.values() if () in self.at(rule.span)]
        rules = [rule for rule in self._rules.values() if isinstance(rule, Leaf)]
        silent = [one for one in rules if _has_default(one) or _makes_of_nothing(one, checked.functions)]
        self.defaults = {path for rule in silent for path in self.at(rule.span)}

    def moves(self) -> list[Leaf]:
        """The rules whose values may not change, or only in some ways."""
        found = [one for one in leaves(self._table.root) if one.kind.is_one]
        return [one for one in found if one.policy.immutable or one.policy.transitions is not None]

    def containers(self) -> list[Leaf]:
        """The rules of maps, and of lists with keys."""
        return [one for one in leaves(self._table.root) if not one.kind.is_one]

    def is_cleared_around(self, target: str) -> bool:
        """Is a target in an object that states a clear of its own?"""
        stating = [
            name for name, one in self._containers.items() if isinstance(one, ObjectNode) and one.clear
        ]
        return any(is_within(target, name) for name in stating)

    def of(self, told: Change | Rejection) -> set[Path]:
        """What a change reads; where an entry or an item is traced, only that."""
        container = self._containers.get(told.target)
        if container is not None:  # one that no rule names has the place of its first rule
            return {path for leaf in leaves(container) for path in self.at(leaf.span)}
        rule, values = self._rules.get(told.span), self._values(told.span)
        if isinstance(rule, Leaf) and rule.span == told.span and len(values) == 1:
            (whole,) = values
            values = {_part(rule, whole, told)}
        return values | self._asks(told.span)

    def at(self, span: Span | None) -> set[Path]:
        """All that the rules at a place read, for their values and in conditions."""
        return self._values(span) | self._asks(span)

    def around(self, told: Change | Rejection) -> set[Path]:
        """All that other rules read that read what a change reads."""
        rule = self._rules.get(told.span)
        others = self._readers(self.of(told)) - ({rule.span} if rule is not None else set())
        return {path for span in others for path in self.at(span)}

    def reading(self, paths: set[Path]) -> set[Path]:
        """All that the rules read that read one of the paths."""
        return {path for span in self._readers(paths) for path in self.at(span)}

    def asking(self, paths: set[Path]) -> set[Path]:
        """All that the rules read whose conditions read one of the paths: they may have spoken, or not."""
        spans = [span for span in self._readers(paths) if overlap(self._asks(span), paths)]
        return {path for span in spans for path in self.at(span)}

    def below(self, span: Span) -> set[Span]:
        """The rules at a place, and in the container there."""
        return {leaf.span for leaf in self._leaves(span)}

    def has_default(self, told: Change) -> bool:
        rule = self._rules.get(told.span)
        return isinstance(rule, Leaf) and _has_default(rule)

    def sources(self, told: Rejection) -> set[Path]:
        """What a rejection is about: of a map that is made of several, the entry that it names."""
        rule, source = self._rules.get(told.span), path_of(told.source or "")
        is_entry = isinstance(rule, Leaf) and rule.kind.is_map
        named = is_entry and any(is_inside(source, whole) for whole in self._values(told.span))
        return {source} if named else self.of(told) - self._asks(told.span) or self.of(told)

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
        rule = (self._rules.get(span) or self._lists.get(span)) if span is not None else None
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
        found = parse_path(text.replace(".@", ""), values=True)
        return tuple(_step(one) for one in found)
    except PathError:
        return ()


def _step(segment: Segment) -> Any:
    """A name; for an item, its key or position as a text."""
    match segment:
        case Member(name):
            return name
        case Select(value=value) | Value(value=value):
            return str(value)
        case Index(position):
            return str(position)


def _part(rule: Leaf, whole: Path, told: Change | Rejection) -> Path:
    """The entry or item of a map or a list that a change is about; all of it where that is not told."""
    source = path_of(told.source or "")
    if rule.kind.is_map and is_inside(source, whole):
        return source
    if rule.kind.has_items and _has_plain_keys(rule, whole):
        below = path_of(told.target)[len(path_of(rule.target)) :]
        return (*whole, *below[:1])
    return whole


def _has_plain_keys(rule: Leaf, whole: Path) -> bool:
    """Are a list's items the customer's own, with her own keys?"""
    eaches_ = list(eaches(rule.origin))
    if not eaches_:
        source = rule.origin.source
        return isinstance(source, FromSource) and source.expression.text == ".".join(whole)
    keys = [one for one in eaches_[0].table.root.members if one.name == rule.key]
    plain = all(isinstance(one, Leaf) and _is_plain(one) for one in keys)
    return plain and [one.expression.text for one in eaches_] == [".".join(whole)]


def _is_plain(leaf: Leaf) -> bool:
    source = leaf.origin.source
    return isinstance(source, FromSource) and leaf.reads == ((source.expression.text,),)


def overlap(some: set[Path], others: set[Path]) -> bool:
    """Is a path one of the others, in one, or around one?"""
    return any(one[: len(other)] == other or other[: len(one)] == one for one in some for other in others)


def is_mentioned(record: Any, path: Path, type_: Type | None) -> bool:
    """Does a record say something at a path, or in it?

    Of a list it says all, and of a free map: a key that is not there is gone.
    """
    for name in path:
        if not isinstance(record, dict):
            return True
        if name not in record:
            return type_ is None or name not in type_.members
        record, type_ = record[name], type_ and type_.member(name)
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
    """What a record has at a path; for an item, the whole list."""
    found: Any = record
    for name in path:
        if isinstance(found, list):
            return found
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


def _containers(node: TargetNode) -> Iterator[ObjectNode | ItemsNode]:
    """The objects of rules below a node, and the lists whose items are named by rules."""
    for one in children(node):
        if isinstance(one, ObjectNode | ItemsNode):
            yield one
            yield from _containers(one)


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


def is_inside(path: Path, outer: Path) -> bool:
    return path != outer and path[: len(outer)] == outer


def _once(root: ObjectNode) -> set[Span]:
    """The rules that must not be said twice; of a container `repeatable` says nothing (a finding)."""
    return {rule.span for rule in rules_below(root) if isinstance(rule, Leaf) and not rule.policy.repeatable}


def _makes_of_nothing(rule: Leaf, functions: Mapping[str, FunctionSpec]) -> bool:
    """Does an expression make a value of a record that states nothing?"""
    sources = (one.source for one in options(rule.origin))
    found = (one.expression for one in sources if isinstance(one, FromSource))
    return any(_value(one, functions) not in (ABSENT, None) for one in found)


def _value(expression: Expression, functions: Mapping[str, FunctionSpec]) -> Any:
    try:
        return evaluate(expression, {}, functions)
    except FunctionError:
        return ABSENT


def _has_default(rule: Leaf) -> bool:
    return rule.origin.has_default or any(
        one.has_default or isinstance(one.source, RiderSource) for one in options(rule.origin)
    )
