"""A mapping in the slow and obvious way: rule by rule, item by item, from `Checked` alone.

It shares with generated code the checked tree, the functions and the question whether a value fits a
type; it emits nothing, knows no shortcuts and looks at every value at run time.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from custmap.expressions.function import FunctionError
from custmap.model.checked import Checked
from custmap.model.clear import Send, SendNull
from custmap.model.kind import ENTRIES, MEMBERS, VALUE
from custmap.model.nodes import (
    EachSource,
    FirstSource,
    FromSource,
    ItemsNode,
    Leaf,
    ObjectNode,
    Origin,
    Presence,
    Rider,
    RiderSource,
    Table,
)
from custmap.running.fits import misfit
from custmap.running.states import SILENT, Failure, Refusal
from custmap.values.absent import ABSENT
from custmap.values.equality import same
from custmap.values.json_text import dump_json
from oracle import forms
from oracle.expressions import evaluate


class Row(tuple[Any, ...]):
    """An item that rules make: `(table, slot, slot, …)`, and the source item behind it."""

    item: Any = None

    @classmethod
    def of(cls, table: Table, slots: tuple[Any, ...], item: Any) -> Row:
        made = cls((table, *slots))
        made.item = item
        return made


def silenced(table: Table, slots: tuple[Any, ...]) -> tuple[Any, ...]:
    """Where the `when` of an object is not true, no rule in it speaks, whatever its `default` says."""
    made = list(slots)
    for slot, inside in zip(table.slots, table.inside, strict=True):
        if inside is not None and made[inside] is SILENT:
            made[slot.slot] = SILENT
    return tuple(made)


@dataclass(frozen=True)
class Interpreter:
    """The slots of customers under one mapping and one set of riders."""

    checked: Checked
    riders: tuple[Any, ...]

    def slots(self, customer: Any) -> tuple[Any, ...]:
        """What `values` of the generated module gives."""
        return self._row(self.checked.operation.table, customer)

    def _row(self, table: Table, scope: Any) -> tuple[Any, ...]:
        objects: dict[int | None, Any] = {None: scope}
        row: list[Any] = []
        for slot, inside in zip(table.slots, table.inside, strict=True):
            if isinstance(slot, Presence):
                objects[slot.slot], state = self._presence(slot, objects[inside], scope)
                row.append(state)
            else:
                row.append(self._leaf(slot, objects[inside], scope))
        return tuple(row)

    def _presence(self, slot: Presence, scope: Any, whole: Any) -> tuple[Any, Any]:
        try:
            if slot.origin.when is not None and self._ask(slot.origin.when, scope) is not True:
                return ABSENT, SILENT
            assert isinstance(slot.origin.source, FromSource)
            value = self._ask(slot.origin.source.expression, scope)
        except FunctionError as error:
            return ABSENT, _failure(error, whole)
        if value is ABSENT or value is None:
            return value, value
        return value, True if isinstance(value, dict) else Failure("CM706", "", whole)

    def _leaf(self, leaf: Leaf, scope: Any, whole: Any) -> Any:
        try:
            return self._made(leaf, scope)
        except FunctionError as error:
            return _failure(error, whole)

    def _made(self, leaf: Leaf, scope: Any) -> Any:
        value = self._origin(leaf.origin, leaf, scope)
        if value is ABSENT or value is None or value is SILENT:
            return value
        if leaf.kind.is_map:
            return self._entries(leaf, value)
        if leaf.kind.is_list and not isinstance(value, list):
            raise Refusal("CM706", "")
        if leaf.kind.one_by_one:
            if any(not isinstance(item, str | bool | int | float) for item in value):
                raise Refusal("CM706", "")
        elif not leaf.kind.has_items:
            _hold(leaf.type, value)
        forms.hold(leaf.form, value)
        return value

    def _origin(self, origin: Origin, leaf: Leaf, scope: Any) -> Any:
        if origin.when is not None and self._ask(origin.when, scope) is not True:
            return SILENT
        value = self._source(origin, leaf, scope)
        if value is ABSENT and origin.has_default:
            value = origin.default
        looks = not isinstance(origin.source, EachSource | FirstSource) and leaf.kind == VALUE
        if looks and same(value, "") and leaf.policy.empty != "value":
            if leaf.policy.empty == "reject":
                raise Refusal("CM807", "")
            value = None
        if value is ABSENT or value is None or value is SILENT:
            return value
        if origin.values is not None:
            value = _translated(origin, value)
        if origin.format is not None and value is not SILENT and value is not None:
            value = _formatted(origin.format, value)
        return value

    def _source(self, origin: Origin, leaf: Leaf, scope: Any) -> Any:
        match origin.source:
            case FromSource(expression=expression):
                return self._ask(expression, scope)
            case RiderSource(index=index):
                return self.riders[index]
            case FirstSource(origins=origins):
                value: Any = ABSENT
                for option in origins:
                    value = self._origin(option, leaf, scope)
                    if value is not ABSENT and value is not SILENT:
                        return value
                return value
            case EachSource(expression=expression, table=table):
                items = self._ask(expression, scope)
                if items is ABSENT or items is None:
                    return items
                if not isinstance(items, list) or not all(isinstance(item, dict) for item in items):
                    raise Refusal("CM706", "")
                if leaf.kind.has_items:
                    return [Row.of(table, self._row(table, item), item) for item in items]
                return [self._item(table, item) for item in items]

    def _item(self, table: Table, item: Any) -> Any:
        """An item of a list that is one value: what cannot be made fails the whole list."""
        row = tuple(map(self._told, table.slots, silenced(table, self._row(table, item))))
        sent = self._object(table.root, row, root=True)
        for failed in row:
            if isinstance(failed, Failure):
                raise Refusal(failed.code, failed.reason)
        return sent

    def _told(self, slot: Any, state: Any) -> Any:
        """A list with a key, or a map, as the value that it is inside such an item."""
        if isinstance(slot, Leaf) and slot.kind.is_map and isinstance(state, dict):
            return next((one for one in state.values() if isinstance(one, Failure)), state)
        if not isinstance(slot, Leaf) or not slot.kind.has_items or not isinstance(state, list):
            return state
        try:
            items = [self._rendered(one) if isinstance(one, tuple) else one for one in state]
        except FunctionError as error:
            return _failure(error)
        keys = [one.get(slot.key or "") if isinstance(one, dict) else None for one in items]
        alike_keys = any(same(one, other) for n, one in enumerate(keys) for other in keys[:n])
        missing = any(key is None or isinstance(key, dict | list) for key in keys)
        return Failure("CM806", "") if missing or alike_keys else items

    def _rendered(self, made: tuple[Any, ...]) -> dict[str, Any]:
        table, *row = made
        told = tuple(map(self._told, table.slots, silenced(table, tuple(row))))
        for failed in told:
            if isinstance(failed, Failure):
                raise Refusal(failed.code, failed.reason)
        return self._object(table.root, told, root=True)

    def _object(self, node: ObjectNode, row: tuple[Any, ...], *, root: bool) -> dict[str, Any]:
        sent: dict[str, Any] = {}
        for member in node.members:
            match member:
                case Leaf():
                    self._put(member, row[member.slot], sent)
                case ObjectNode():
                    if inner := self._object(member, row, root=False):
                        sent[member.name] = inner
                case ItemsNode() | Rider():
                    pass
        if root or sent:
            for member in node.members:
                if isinstance(member, Rider) and self.riders[member.index] is not ABSENT:
                    sent[member.name] = self.riders[member.index]
        return sent

    def _put(self, leaf: Leaf, value: Any, sent: dict[str, Any]) -> None:
        clear = leaf.policy.clear
        if value is None:
            if isinstance(clear, SendNull):
                sent[leaf.name] = None
            elif isinstance(clear, Send):
                sent[leaf.name] = clear.value
        elif value is not ABSENT and value is not SILENT and not isinstance(value, Failure):
            if leaf.kind.is_map:
                value = {key: one for key, one in value.items() if one is not None}
            sent[leaf.name] = value

    def _entries(self, leaf: Leaf, value: Any) -> Any:
        if not isinstance(value, dict):
            raise Refusal("CM706", "")
        extra = leaf.type.extra if leaf.type is not None and leaf.kind == ENTRIES else None
        if leaf.kind == MEMBERS and leaf.type is not None:
            stated = {key: one for key, one in value.items() if one is not None}
            _hold(replace(leaf.type, required=frozenset()), stated)
        return {
            key: forms.hold_entry(leaf.form or leaf.masked, key, self._entry(leaf, extra, one))
            for key, one in value.items()
        }

    def _entry(self, leaf: Leaf, extra: Any, one: Any) -> Any:
        if same(one, "") and leaf.policy.empty != "value":
            return None if leaf.policy.empty == "clear" else Failure("CM807", "", None, one)
        if one is not None and extra is not None and misfit(extra, one):
            return Failure("CM706", "", None, one)
        return one

    def _ask(self, expression: Any, scope: Any) -> Any:
        return evaluate(expression, scope, self.checked.functions)


def _failure(error: FunctionError, scope: Any = None) -> Failure:
    return Failure(error.code if isinstance(error, Refusal) else "CM704", error.reason, scope)


def _hold(type_: Any, value: Any) -> None:
    if type_ is not None and misfit(type_, value):
        raise Refusal("CM706", "")


def _translated(origin: Origin, value: Any) -> Any:
    for canonical, vendor in origin.values or ():
        if same(canonical, value):
            return vendor
    match origin.unmapped:
        case "reject":
            raise Refusal("CM705", "")
        case "pass":
            return value
        case "skip":
            return SILENT
    return origin.unmapped_default


def _formatted(text: str, value: Any) -> str:
    if isinstance(value, dict | list):
        raise Refusal("CM706", "")
    return text.replace("{}", value if isinstance(value, str) else dump_json(value))


def alike(compiled: Any, interpreted: Any) -> bool:
    """The same state? Failures by their code, rows slot by slot, else as JSON values."""
    if isinstance(compiled, Failure) or isinstance(interpreted, Failure):
        return type(compiled) is type(interpreted) and compiled.code == interpreted.code
    if isinstance(compiled, tuple) and isinstance(interpreted, tuple):
        return len(compiled) == len(interpreted) and all(map(alike, compiled, interpreted))
    if isinstance(compiled, list) and isinstance(interpreted, list):
        return len(compiled) == len(interpreted) and all(map(alike, compiled, interpreted))
    if isinstance(compiled, dict) and isinstance(interpreted, dict):
        return compiled.keys() == interpreted.keys() and all(
            alike(compiled[key], interpreted[key]) for key in compiled
        )
    if isinstance(compiled, Table) or isinstance(interpreted, Table):
        return compiled is interpreted
    return same(compiled, interpreted)
