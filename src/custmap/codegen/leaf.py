"""The statements that make one slot's value: when, source, default, empty, values, format, contract.

The same statements serve both generated functions: `values` catches what they raise, one slot at a
time; `build` lets it out, and the planner then says what went wrong.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from custmap.check.checked import EachSource, FirstSource, FromSource, Leaf, Origin, RiderSource, Table
from custmap.codegen.fits import WORDS, hold, is_plain, misfit
from custmap.codegen.lines import Lines
from custmap.expressions.ast import Call, Literal
from custmap.expressions.emit import Emitter, Scope
from custmap.expressions.function import FunctionSpec
from custmap.values.equality import fingerprint
from custmap.values.types import Type

_CLASS = {"boolean": "bool", "string": "str", "array": "list", "object": "dict"}


@dataclass(slots=True)
class LeafWriter:
    """Writes the value of leaves. `item_function(table, kind)` names the function of an item's table."""

    emitter: Emitter
    item_function: Callable[[Table, bool], str]

    def write(self, leaf: Leaf, scope: Scope, lines: Lines) -> tuple[list[str], str, bool]:
        """Prelude, the local with the value, and whether the lines can raise."""
        result = self.emitter.names.fresh(leaf.name or "value")
        body = Lines()
        prelude: list[str] = []
        self._origin(leaf.origin, leaf, scope, prelude, body, result)
        self._contract(leaf, result, body)
        lines.extend(body.all)
        return prelude, result, _can_raise(body)

    def _origin(
        self, origin: Origin, leaf: Leaf, scope: Scope, prelude: list[str], body: Lines, result: str
    ) -> None:
        if origin.when is not None:
            asked = scope.emit(origin.when)
            prelude.extend(asked.prelude)
            body.extend(asked.body)
            body.add(f"{result} = SILENT")
            with body.block(f"if {asked.result} is True:"):
                self._value(origin, leaf, scope, prelude, body, result)
        else:
            self._value(origin, leaf, scope, prelude, body, result)

    def _value(
        self, origin: Origin, leaf: Leaf, scope: Scope, prelude: list[str], body: Lines, result: str
    ) -> None:
        self._source(origin, leaf, scope, prelude, body, result)
        if origin.has_default:
            with body.block(f"if {result} is ABSENT:"):
                body.add(f"{result} = {self._constant(origin.default, 'default')}")
        after = Lines()
        if leaf.policy.empty != "value" and not isinstance(origin.source, EachSource | FirstSource):
            with after.block(f'if {result} == "":'):
                after.add("refuse_empty()" if leaf.policy.empty == "reject" else f"{result} = None")
        self._translate(origin, after, result)
        if origin.format is not None:
            before, _, behind = origin.format.partition("{}")
            guard = f"if {result} is not SILENT and {result} is not None:"
            with after.block(guard):
                after.add(f"{result} = fill({before!r}, {behind!r}, {result})")
        if len(after):
            with body.block(f"if {result} is not ABSENT and {result} is not None:"):
                body.extend(after.all)

    def _source(
        self, origin: Origin, leaf: Leaf, scope: Scope, prelude: list[str], body: Lines, result: str
    ) -> None:
        match origin.source:
            case FromSource(expression=expression):
                made = scope.emit(expression)
                prelude.extend(made.prelude)
                body.extend(made.body)
                body.add(f"{result} = {made.result}")
            case RiderSource(index=index):
                body.add(f"{result} = riders[{index}]")
            case EachSource(expression=expression, table=table):
                made = scope.emit(expression)
                prelude.extend(made.prelude)
                body.extend(made.body)
                rows = leaf.kind in ("keyed", "add-only")
                function = self.item_function(table, rows)
                body.add(f"{result} = {made.result}")
                with body.block(f"if {result} is not ABSENT and {result} is not None:"):
                    body.add(f"{result} = [{function}(item, riders) for item in as_list({result})]")
            case FirstSource(origins=origins):
                self._first(origins, leaf, scope, prelude, body, result)

    def _first(
        self,
        origins: tuple[Origin, ...],
        leaf: Leaf,
        scope: Scope,
        prelude: list[str],
        body: Lines,
        result: str,
    ) -> None:
        """One option after the other, until one speaks."""
        head, *rest = origins
        self._origin(head, leaf, scope, prelude, body, result)
        if rest:
            with body.block(f"if {result} is ABSENT or {result} is SILENT:"):
                self._first(tuple(rest), leaf, scope, prelude, body, result)

    def _translate(self, origin: Origin, body: Lines, result: str) -> None:
        if origin.values is None:
            return
        names = self.emitter.names
        table = {fingerprint(left): right for left, right in origin.values}
        bound = names.bind(table, "values")
        if origin.unmapped == "pass":
            body.add(f"{result} = translate({bound}, {result}, {result})")
            return
        missing = {"skip": "SILENT", "reject": "ABSENT"}.get(origin.unmapped) or self._constant(
            origin.unmapped_default, "unmapped"
        )
        if all(isinstance(left, str) for left, _ in origin.values):
            body.add(
                f"{result} = {bound}.get({result}, {missing}) if {result}.__class__ is str else {missing}"
            )
        else:
            body.add(f"{result} = translate({bound}, {result}, {missing})")
        if origin.unmapped == "reject":
            with body.block(f"if {result} is ABSENT:"):
                body.add("refuse_unmapped()")

    def _constant(self, value: Any, hint: str) -> str:
        if value is None or isinstance(value, bool | int | str):
            return repr(value)
        name = self.emitter.names.bind(value, hint)
        return f"fresh({name})" if isinstance(value, dict | list) else name

    def _contract(self, leaf: Leaf, result: str, body: Lines) -> None:
        """What is emitted fits the contract, or the rule fails."""
        there = f"{result} is not ABSENT and {result} is not None and {result} is not SILENT"
        if leaf.kind in ("entries", "members"):
            self._entries(leaf, result, there, body)
            return
        if leaf.kind in ("set", "keyed", "add-only"):
            with body.block(f"if {result}.__class__ is not list and {there}:"):
                body.add(f"as_list({result})")
        type_ = leaf.type
        if type_ is None or leaf.kind in ("keyed", "add-only") or not _limits(type_):
            return
        if _always_fits(leaf, type_, self.emitter.functions):
            return
        for kind, class_ in _CLASS.items():
            if kind in ("string", "boolean") and is_plain(type_, kind):
                with body.block(f"if {result}.__class__ is not {class_} and {there}:"):
                    body.add(f"refuse_kind({WORDS[kind]!r}, {result})")
                return
        held = self.emitter.names.bind(hold(type_), f"hold_{leaf.name}")
        with body.block(f"if {there}:"):
            body.add(f"{held}({result})")

    def _entries(self, leaf: Leaf, result: str, there: str, body: Lines) -> None:
        with body.block(f"if {result}.__class__ is not dict and {there}:"):
            body.add(f"as_map({result})")
        extra = leaf.type.extra if leaf.type is not None and leaf.kind == "entries" else None
        made = _made_type(leaf.origin, self.emitter.functions)
        held = None
        if extra is not None and _limits(extra):
            values = made.extra if made is not None else None
            if values is None or not (is_plain(extra, "string") and values.only("string")):
                held = hold(extra)
        if leaf.kind == "members" and leaf.type is not None and _limits(leaf.type):
            with body.block(f"if {result}.__class__ is dict:"):
                bound = self.emitter.names.bind(hold(_optional(leaf.type)), f"hold_{leaf.name}")
                body.add(f"{bound}({{key: item for key, item in {result}.items() if item is not None}})")
        if held is not None or leaf.policy.empty != "value":
            bound = self.emitter.names.bind(held, f"hold_{leaf.name}") if held else "None"
            with body.block(f"if {result}.__class__ is dict:"):
                body.add(f"{result} = look_at_entries({result}, {leaf.policy.empty!r}, {bound})")


def _optional(type_: Type) -> Type:
    """An update sends some members: those that are required are required of the whole."""
    return replace(type_, required=frozenset())


def _limits(type_: Type) -> bool:
    """Does the contract say anything about the value?"""
    return type_.known or type_.enum is not None


def _made_type(origin: Origin, functions: Mapping[str, FunctionSpec]) -> Type | None:
    """The type of a value that our own code makes; None when the record gives it (it may be unchecked)."""
    if isinstance(origin.source, FromSource) and origin.values is None and origin.format is None:
        ast = origin.source.expression.ast
        spec = functions.get(ast.name) if isinstance(ast, Call) else None
        if spec is not None and spec.topic != "choice" and spec.part is None:
            return origin.source.type
    return None


def _always_fits(leaf: Leaf, type_: Type, functions: Mapping[str, FunctionSpec]) -> bool:
    """Is it certain before any record comes: made by code, or every mapped value fits?"""
    origin = leaf.origin
    made = _made_type(origin, functions)
    if made is not None and is_plain(type_, "string") and made.only("string"):
        return True
    if origin.values is not None and origin.unmapped in ("reject", "skip") and origin.format is None:
        return all(misfit(type_, right) is None for _, right in origin.values)
    return isinstance(origin.source, FromSource) and isinstance(origin.source.expression.ast, Literal)


def _can_raise(body: Lines) -> bool:
    """Straight assignments, tests and lookups in our own tables raise nothing."""
    return any("(" in line.replace(".get(", "").replace("if (", "") for line in body.all)
