"""The statements that compute one slot's value: when, source, default, empty, values, format, contract.

Both generated functions use the same statements. `values` catches what they raise, slot by slot.
`build` does not (the planner then reports what went wrong), and it puts the value into the body in the
branch where its kind is known: one test decides about the value and its place.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from custmap.codegen.lines import Lines
from custmap.expressions.ast import Call, Literal
from custmap.expressions.emitter import Emitter, Scope
from custmap.expressions.function import FunctionSpec
from custmap.model.kind import VALUE
from custmap.model.nodes import EachSource, FirstSource, FromSource, Leaf, Origin, RiderSource, Table
from custmap.running.fits import checker, is_plain, misfit
from custmap.values.equality import fingerprint
from custmap.values.types import ANY, Type
from custmap.values.words import words_for


@dataclass(frozen=True, slots=True)
class Putting:
    """What to do with a value: lines for the value itself, and for null."""

    value: list[str] = field(default_factory=list)
    null: list[str] = field(default_factory=list)


@dataclass(slots=True)
class LeafWriter:
    """Writes the value of leaves. `item_function(table, rows)` names the function of an item's table."""

    emitter: Emitter
    item_function: Callable[[Table, bool], str]

    def write(
        self, leaf: Leaf, scope: Scope, putting: Callable[[str], Putting]
    ) -> tuple[list[str], list[str], str]:
        """Prelude (raises nothing), lines, and the local with the value."""
        body = Lines()
        prelude: list[str] = []
        if isinstance(leaf.origin.source, FromSource) and _is_untouched(leaf):
            made = scope.emit(leaf.origin.source.expression)
            if made.result.isidentifier():
                body.extend(made.body)
                self._close(leaf.origin, leaf, body, made.result, putting(made.result))
                return made.prelude, body.all, made.result
            prelude.extend(made.prelude)
        result = self.emitter.names.fresh(leaf.name or "value")
        self._origin(leaf.origin, leaf, scope, prelude, body, result, putting(result))
        return prelude, body.all, result

    def constant(self, value: Any, hint: str) -> str:
        """A constant of the mapping, as an expression that makes a new value."""
        if value is None or isinstance(value, bool | int | str):
            return repr(value)
        if value in ([], {}):
            return repr(value)
        name = self.emitter.names.bind(value, hint)
        return f"fresh({name})" if isinstance(value, dict | list) else name

    def _origin(
        self,
        origin: Origin,
        leaf: Leaf,
        scope: Scope,
        prelude: list[str],
        body: Lines,
        result: str,
        putting: Putting | None,
    ) -> None:
        """`putting` None: an option of `first`, whose value the outer rule puts."""
        if origin.when is None:
            self._value(origin, leaf, scope, prelude, body, result, putting)
            return
        asked = scope.emit(origin.when)
        prelude.extend(asked.prelude)
        body.extend(asked.body)
        body.add(f"{result} = SILENT")
        with body.block(f"if {asked.result} is True:"):
            self._value(origin, leaf, scope, prelude, body, result, putting)

    def _value(
        self,
        origin: Origin,
        leaf: Leaf,
        scope: Scope,
        prelude: list[str],
        body: Lines,
        result: str,
        putting: Putting | None,
    ) -> None:
        self._source(origin, leaf, scope, prelude, body, result)
        if origin.has_default:
            with body.block(f"if {result} is ABSENT:"):
                body.add(f"{result} = {self.constant(origin.default, 'default')}")
        self._close(origin, leaf, body, result, putting)

    def _close(self, origin: Origin, leaf: Leaf, body: Lines, result: str, putting: Putting | None) -> None:
        """What is done with the source's value: empty, values, format, contract, and where it is put."""
        looks_at_empty = leaf.policy.empty != "value" and not isinstance(
            origin.source, EachSource | FirstSource
        )
        if looks_at_empty and leaf.kind == VALUE:
            with body.block(f'if {result} == "":'):
                body.add("refuse_empty()" if leaf.policy.empty == "reject" else f"{result} = None")
        silent = f" and {result} is not SILENT" if _may_be_silent(origin) else ""
        if putting is None:
            made = self._made(origin, result)
            if made:
                with body.block(f"if {result} is not ABSENT and {result} is not None{silent}:"):
                    body.extend(made)
            return
        self._branches(origin, leaf, body, result, putting, silent)

    def _branches(
        self, origin: Origin, leaf: Leaf, body: Lines, result: str, putting: Putting, silent: str
    ) -> None:
        """The branches in which the value is put: by its class, if only one class is right."""
        made = self._made(origin, result)
        held, class_, refusal = self._contract(leaf, origin, result, transformed=bool(made))
        inside = Lines()
        inside.extend(made)
        if origin.unmapped == "skip" and origin.values is not None:
            with inside.block(f"if {result} is not SILENT:"):
                inside.extend([*held, *putting.value])
        else:
            inside.extend([*held, *putting.value])
        if class_ is not None:
            with body.block(f"if {result}.__class__ is {class_}:"):
                body.extend(inside.all or ["pass"])
            if putting.null:
                with body.block(f"elif {result} is None:"):
                    body.extend(putting.null)
                with body.block(f"elif {result} is not ABSENT{silent}:"):
                    body.add(refusal)
            else:
                with body.block(f"elif {result} is not ABSENT and {result} is not None{silent}:"):
                    body.add(refusal)
            return
        if putting.null:
            with body.block(f"if {result} is None:"):
                body.extend(putting.null)
            with body.block(f"elif {result} is not ABSENT{silent}:"):
                body.extend(inside.all)
        else:
            with body.block(f"if {result} is not ABSENT and {result} is not None{silent}:"):
                body.extend(inside.all)

    def _source(
        self, origin: Origin, leaf: Leaf, scope: Scope, prelude: list[str], body: Lines, result: str
    ) -> None:
        match origin.source:
            case FromSource(expression=expression):
                made = scope.emit(expression)
                prelude.extend(made.prelude)
                body.extend(made.body)
                ordered = f"in_order({made.result})" if _keeps_order(origin.source) else made.result
                body.add(f"{result} = {ordered}")
            case RiderSource(index=index):
                body.add(f"{result} = riders[{index}]")
            case EachSource(expression=expression, table=table):
                made = scope.emit(expression)
                prelude.extend(made.prelude)
                body.extend(made.body)
                function = self.item_function(table, leaf.kind.has_items)
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
        """One option after the other, until one is not absent."""
        head, *rest = origins
        self._origin(head, leaf, scope, prelude, body, result, None)
        if rest:
            with body.block(f"if {result} is ABSENT or {result} is SILENT:"):
                self._first(tuple(rest), leaf, scope, prelude, body, result)

    def _made(self, origin: Origin, result: str) -> list[str]:
        """The lines for `values` and `format`."""
        lines = Lines()
        self._translate(origin, lines, result)
        if origin.format is not None:
            before, _, after = origin.format.partition("{}")
            line = f"{result} = fill({before!r}, {after!r}, {result})"
            if origin.values is not None and origin.unmapped == "skip":
                with lines.block(f"if {result} is not SILENT:"):
                    lines.add(line)
            else:
                lines.add(line)
        return lines.all

    def _translate(self, origin: Origin, body: Lines, result: str) -> None:
        if origin.values is None:
            return
        table = {fingerprint(left): right for left, right in origin.values}
        bound = self.emitter.names.bind(table, "values")
        if origin.unmapped == "pass":
            body.add(f"{result} = translate({bound}, {result}, {result})")
            return
        missing = {"skip": "SILENT", "reject": "ABSENT"}.get(origin.unmapped) or self.constant(
            origin.unmapped_default, "unmapped"
        )
        if all(isinstance(left, str) and not isinstance(right, dict | list) for left, right in origin.values):
            body.add(
                f"{result} = {bound}.get({result}, {missing}) if {result}.__class__ is str else {missing}"
            )
        else:
            body.add(f"{result} = translate({bound}, {result}, {missing})")
        if origin.unmapped == "reject":
            with body.block(f"if {result} is ABSENT:"):
                body.add("refuse_unmapped()")

    def _contract(
        self, leaf: Leaf, origin: Origin, result: str, *, transformed: bool
    ) -> tuple[list[str], str | None, str]:
        """Lines that check the value against the contract; the class it must have; what refuses others."""
        if leaf.kind.is_map:
            return self._check_entries(leaf, result), "dict", f"as_map({result})"
        if leaf.kind.is_list:
            # Items made by rules are checked member by member, those of a plain list here.
            held = self._check(leaf, result) if isinstance(leaf.origin.source, FromSource) else []
            return held, "list", f"as_list({result})"
        type_ = leaf.type
        if type_ is None or not _limits(type_) or _always_fits(leaf, type_, self.emitter.functions):
            return [], None, ""
        if not transformed:
            for kind, class_ in (("string", "str"), ("boolean", "bool")):
                if is_plain(type_, kind):
                    return [], class_, f"refuse_kind({words_for({kind})!r}, {result})"
        return self._check(leaf, result), None, ""

    def _check(self, leaf: Leaf, result: str) -> list[str]:
        if leaf.type is None or not _limits(leaf.type):
            return []
        return [f"{self.emitter.names.bind(checker(leaf.type), f'check_{leaf.name}')}({result})"]

    def _check_entries(self, leaf: Leaf, result: str) -> list[str]:
        lines: list[str] = []
        if leaf.kind.is_deep:
            if leaf.type is not None and _limits(leaf.type):
                bound = self.emitter.names.bind(checker(_optional(leaf.type)), f"check_{leaf.name}")
                lines.append(f"{bound}({{key: one for key, one in {result}.items() if one is not None}})")
            if leaf.policy.empty == "value":
                return lines
        extra = leaf.type.extra if leaf.type is not None and leaf.kind.is_flat else None
        held = None
        if extra is not None and _limits(extra):
            made = _made_type(leaf.origin, self.emitter.functions)
            values = made.extra if made is not None else None
            if values is None or not (is_plain(extra, "string") and values.only("string")):
                held = checker(extra)
        if held is not None or leaf.policy.empty != "value":
            bound = self.emitter.names.bind(held, f"check_{leaf.name}") if held else "None"
            lines.append(f"{result} = look_at_entries({result}, {leaf.policy.empty!r}, {bound})")
        return lines


def _is_untouched(leaf: Leaf) -> bool:
    """Is the source's value the target's value, so that no separate local is needed?"""
    origin = leaf.origin
    rewritten = origin.when, origin.values, origin.format
    looked_at = leaf.kind.is_map and (leaf.policy.empty != "value" or leaf.type is not None)
    return (
        not any(part is not None for part in rewritten)
        and not origin.has_default
        and leaf.policy.empty != "clear"
        and not looked_at
        and not (isinstance(origin.source, FromSource) and _keeps_order(origin.source))
    )


def _keeps_order(source: FromSource) -> bool:
    """Does the value contain objects with named members taken from the record, in its order of keys?

    The border sorts maps with free keys.
    """
    type_ = source.type.items if source.type.only("array") else source.type
    return type_ is not None and bool(type_.members) and "object" in type_.kinds


def _may_be_silent(origin: Origin) -> bool:
    return isinstance(origin.source, FirstSource) and any(
        option.when is not None or option.unmapped == "skip" or _may_be_silent(option)
        for option in origin.source.origins
    )


def _optional(type_: Type) -> Type:
    """An update sends only some members, so required members are required only of the whole."""
    return replace(type_, required=frozenset())


def _limits(type_: Type) -> bool:
    """Does the contract limit the value?"""
    return type_ != ANY or bool(type_.members) or type_.extra is not None


def _made_type(origin: Origin, functions: Mapping[str, FunctionSpec]) -> Type | None:
    """The type of a value that custmap's code makes; None if it is the record's (it may be unchecked)."""
    if isinstance(origin.source, FromSource) and origin.values is None and origin.format is None:
        ast = origin.source.expression.ast
        spec = functions.get(ast.name) if isinstance(ast, Call) else None
        if spec is not None and spec.topic != "choice" and spec.part is None:
            return origin.source.type
    return None


def _always_fits(leaf: Leaf, type_: Type, functions: Mapping[str, FunctionSpec]) -> bool:
    """Is it certain in advance that the value fits: made by code, or every mapped value fits?"""
    origin = leaf.origin
    made = _made_type(origin, functions)
    if made is not None and is_plain(type_, "string") and made.only("string"):
        return True
    if origin.values is not None and origin.unmapped in ("reject", "skip") and origin.format is None:
        return all(misfit(type_, right) is None for _, right in origin.values)
    return isinstance(origin.source, FromSource) and isinstance(origin.source.expression.ast, Literal)
