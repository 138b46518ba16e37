"""What a record says to each rule: the state of what the rule reads, and what is made of it on the way.

Each expression runs as generated code has it, over the same customer; in a list's items, and in the requests
for entries, over the same item. So what is counted is what a fixture has, and not what its author meant.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from custmap.expressions.function import FunctionError, FunctionSpec
from custmap.expressions.parse import Expression
from custmap.expressions.three_state import compile_states
from custmap.model.nodes import (
    EachSource,
    FirstSource,
    FromSource,
    Leaf,
    Origin,
    Presence,
    RiderSource,
    Table,
)
from custmap.running.states import SILENT, is_value
from custmap.testing.facts.fact import OTHER_VALUE, VALUE, WHEN, Fact
from custmap.testing.facts.rules import row_name
from custmap.values.absent import ABSENT
from custmap.values.equality import fingerprint, same

Riders = Sequence[Any]
_FAILED: Final = object()
"""An expression that could not be computed."""
_EMPTY: Final[dict[type, str]] = {str: '""', list: "[]", dict: "{}"}


@dataclass(slots=True)
class Asked:
    """What a record says to one rule.

    `raw`    what it reads, before anything is made of it.
    `facts`  what is shown of `when`, `first` and `values`.
    `items`  of a list with rules for its items: what each says, by its key where there is one.
    """

    slot: Leaf | Presence
    raw: Any = ABSENT
    facts: set[Fact] = field(default_factory=set)
    items: list[tuple[Any, list[Asked]]] = field(default_factory=list)

    @property
    def state(self) -> str | None:
        """The state's name; None where it could not be computed."""
        if self.raw is _FAILED or self.raw is SILENT:
            return None
        if self.raw is ABSENT:
            return "absent"
        if self.raw is None:
            return "null"
        empty = _EMPTY.get(type(self.raw))
        return empty if empty is not None and len(self.raw) == 0 else VALUE


class Asker:
    """Asks a record for all that the rules of a table read; expressions are compiled once."""

    def __init__(self, functions: Mapping[str, FunctionSpec]) -> None:
        self._functions = functions
        self._compiled: dict[int, tuple[Expression, Callable[[Any], Any]]] = {}

    def ask(self, table: Table, scope: Any, riders: Riders) -> list[Asked]:
        """What a record, or an item, says to each slot of a table."""
        objects: dict[int | None, Any] = {None: scope}
        found = []
        for slot, inside in zip(table.slots, table.inside, strict=True):
            asked = Asked(slot)
            value = self._origin(slot.origin, objects[inside], riders, asked, "")
            if isinstance(slot, Presence):
                objects[slot.slot] = None if value is None else value if type(value) is dict else ABSENT
            else:
                self._ask_items(slot, objects[inside], riders, asked)
            found.append(asked)
        return found

    def _ask_items(self, leaf: Leaf, scope: Any, riders: Riders, asked: Asked) -> None:
        for source in self._chosen(leaf.origin, scope, riders):
            for item in asked.raw if type(asked.raw) is list else ():
                if type(item) is dict:
                    inner = self.ask(source.table, item, riders)
                    asked.items.append((_key(leaf, inner), inner))

    def _chosen(self, origin: Origin, scope: Any, riders: Riders) -> Iterator[EachSource]:
        """The list whose items the rule sends."""
        match origin.source:
            case EachSource():
                yield origin.source
            case FirstSource(origins=inner):
                for option in inner:
                    value = self._origin(option, scope, riders, Asked(_NOBODY), "")
                    if value is not ABSENT and value is not SILENT:
                        yield from self._chosen(option, scope, riders)
                        return

    def _origin(self, origin: Origin, scope: Any, riders: Riders, asked: Asked, within: str) -> Any:
        """What an origin gives, in the order of a rule; `asked.raw` is what the last that spoke read."""
        if origin.when is not None:
            speaks = self._value(origin.when, scope) is True
            asked.facts.add(Fact("when", within + WHEN[speaks]))
            if not speaks:
                asked.raw = SILENT
                return SILENT
        value = self._source(origin, scope, riders, asked, within)
        if not isinstance(origin.source, FirstSource):
            asked.raw = value
        if value is ABSENT and origin.has_default:
            value = origin.default
        if origin.values is None or value is _FAILED or not is_value(value):
            return value
        return self._translated(origin, value, asked, within)

    def _source(self, origin: Origin, scope: Any, riders: Riders, asked: Asked, within: str) -> Any:
        match origin.source:
            case FromSource(expression=expression) | EachSource(expression=expression):
                return self._value(expression, scope)
            case RiderSource(index=index):
                return riders[index] if index < len(riders) else ABSENT
            case FirstSource(origins=inner):
                for at, option in enumerate(inner, 1):
                    name = f"{within}option {at}"
                    value = self._origin(option, scope, riders, asked, f"{name}, ")
                    if value is not ABSENT and value is not SILENT:
                        asked.facts.add(Fact("first", name))
                        return value
                asked.raw = ABSENT
                return ABSENT

    def _translated(self, origin: Origin, value: Any, asked: Asked, within: str) -> Any:
        mark = fingerprint(value)
        for left, right in origin.values or ():
            if fingerprint(left) == mark:
                asked.facts.add(Fact("values", within + row_name(left, right)))
                return right
        asked.facts.add(Fact("values", within + OTHER_VALUE))
        return {"skip": SILENT, "pass": value, "default": origin.unmapped_default}.get(
            origin.unmapped, _FAILED
        )

    def _value(self, expression: Expression, scope: Any) -> Any:
        if id(expression) not in self._compiled:
            self._compiled[id(expression)] = expression, compile_states(expression, self._functions)
        try:
            return self._compiled[id(expression)][1](scope)
        except FunctionError:
            return _FAILED


_NOBODY: Final[Any] = None


def _key(leaf: Leaf, inner: list[Asked]) -> Any:
    """The key of an item, by its fingerprint; None where items have none."""
    if not leaf.kind.has_items:
        return None
    named = (one for one in inner if isinstance(one.slot, Leaf) and one.slot.name == leaf.key)
    found = next(named, None)
    return None if found is None or found.state != VALUE else fingerprint(found.raw)


def is_gone(leaf: Leaf, before: Asked, after: Asked) -> bool:
    """Has a value gone, or an entry or item that a stated map or list no longer has?"""
    if before.state != VALUE:
        return False
    if after.state == "absent":
        return True
    was, now = before.raw, after.raw
    if leaf.kind.is_map and type(was) is dict and type(now) is dict:
        return bool(was.keys() - now.keys())
    if leaf.kind.one_by_one and type(was) is list and type(now) is list:
        return not set(map(fingerprint, was)) <= set(map(fingerprint, now))
    if leaf.kind.has_items and type(was) is list and type(now) is list:
        if before.items or after.items:
            return not {key for key, _ in before.items} <= {key for key, _ in after.items}
        keys = [[one.get(leaf.key or "") for one in side if type(one) is dict] for side in (was, now)]
        return any(not any(same(key, other) for other in keys[1]) for key in keys[0])
    return False
