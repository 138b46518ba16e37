"""What a place of a mapping or source file is about: which targets, which expression over which value.

One walk down the keys that lead to the cursor. It carries the contract's type at the targets, and the type
that expressions read there, as the resolver does for whole files; but here most of the file may be wrong.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final, Literal, TypeAlias

from custmap.check.documented import documented
from custmap.contract.contract import type_at
from custmap.contract.inline import METHODS, WORDS
from custmap.expressions.ast import Path, plain_path
from custmap.expressions.expression_error import ExpressionError
from custmap.expressions.function import FunctionSpec
from custmap.expressions.infer import infer
from custmap.expressions.parse import parse
from custmap.lsp.outline import Outline, Step, Table, Value, scalar_text
from custmap.lsp.workspace import Examined
from custmap.model.checked import Checked, Operation
from custmap.model.source import CheckedSource
from custmap.resolve.resolve import at_the_border
from custmap.values.paths import Index, PathError, TargetPath, parse_path
from custmap.values.types import ANY, INTEGER, NEVER, OBJECT, Type

Kind: TypeAlias = Literal["target", "expression", "param", "operation", "file", "value", "name", "form"]
"""`name`: one of `names`; `form`: what the schema of the file says, and no more."""
_TABLES: Final = ("path", "query", "headers", "body", "envelope")
_FIELDS: Final = ("fields", "query", "headers", "path", "response")
_KINDS: Final = ("string", "integer", "number", "boolean", "array", "object")
_ANSWER: Final = frozenset({"ok", "customer", "failed", "retry", "applied"})
_MESSAGE: Final = frozenset({"field", "code", "message", "item", "key", "retry"})


@dataclass(frozen=True, slots=True)
class Spot:
    """What a place is about.

    `type`     of a target the object around it; of an expression the value that it reads; of a value its own.
    `part`     of a target: `body`, `headers`, …, `canonical`.
    `path`     the target path of the place, from the root of its part; of a key, of the object around.
    `table`    the map of rules around a target.
    `call`     the keys that lead to its call: (), or `requests`, a position, and `set` or `clear`.
    `names`    for `name`: the words that may stand here.
    `shown`    the same as lineage writes it: `channels[].value`.
    `source`   of an expression the canonical path of what it reads, None if it is not one path.
    """

    kind: Kind
    type: Type = ANY
    part: str = ""
    path: TargetPath = ()
    call: tuple[Step, ...] = ()
    names: tuple[str, ...] = ()
    operation: Operation | None = None
    shown: str = ""
    source: Path | None = None


FORM: Final = Spot("form")


def spot_of(outline: Outline, path: Sequence[Step], examined: Examined, *, key: bool) -> Spot:
    """What a place is about; `key`: the cursor is at a key of the map at `path`."""
    steps = tuple(path)
    if examined.kind == "source" and examined.source is not None:
        return _Source(outline, examined.source).spot(steps, key)
    checked = examined.checked
    if checked is None:
        return _without_contract(steps, key)
    return _Mapping(outline, checked).spot(steps, key)


def _without_contract(path: tuple[Step, ...], key: bool) -> Spot:
    match path:
        case ("contract", "operation"):
            return Spot("operation")
        case ("contract", "openapi") | ("source",) if not key:
            return Spot("file")
        case (*_, "param") if not key:
            return Spot("param")
    return FORM


@dataclass(frozen=True, slots=True)
class _Rules:
    """The rules of one table: what their targets and their expressions are about."""

    outline: Outline
    functions: Mapping[str, FunctionSpec]
    part: str
    call: tuple[Step, ...]
    operation: Operation | None

    def spot(self, at: tuple[Step, ...], rest: tuple[Step, ...], key: bool, frame: _Frame) -> Spot:
        """`at` leads to the table, `rest` is the place in it."""
        if not rest:
            return self._targets(frame) if key else FORM
        target = _path(str(rest[0]))
        type_ = (type_at(frame.type, target) if target else None) or ANY
        inner = _Frame(
            type_, frame.scope, (*frame.path, *target), _joined(frame.shown, rest[0]), frame.source
        )
        return self._rule((*at, rest[0]), rest[1:], key, inner)

    def _targets(self, frame: _Frame) -> Spot:
        spot = Spot("target", frame.type, self.part, frame.path, self.call, shown=frame.shown)
        return replace(spot, operation=self.operation)

    def _rule(self, at: tuple[Step, ...], rest: tuple[Step, ...], key: bool, frame: _Frame) -> Spot:
        rule = self.outline.value(*at)
        if not rest:
            return self._expression(frame) if not key else FORM
        match rest[0], rest[1:]:
            case "first", (int(number), *inner):
                return self._rule((*at, "first", number), tuple(inner), key, frame)
            case "fields", inner:
                return self.spot((*at, "fields"), tuple(inner), key, self._inside(rule, frame))
            case (("from" | "each" | "when"), ()):
                return self._expression(frame)
            case "param", ():
                return Spot("param")
            case "key", ():
                names = tuple((frame.type.items or NEVER).members)
                return Spot("name", names=names)
            case "values", ():
                return Spot("value", self._given(rule, frame), call=self.call) if key else FORM
            case (("values" | "transitions"), (_, *_)) if not key:
                return Spot("value", frame.type)
            case "transitions", ():
                return Spot("value", frame.type) if key else FORM
            case (("default" | "value"), ()):
                return Spot("value", frame.type)
            case "clear", ("write",) if key:
                return self.whole_body()
            case ("clear", ("name_in" | "key_in",)) | (("added" | "gone"), ("in",)):
                return self.whole_body()
        return FORM

    def whole_body(self) -> Spot:
        """Any target of the body."""
        return Spot("target", _body(self.operation), "body", (), self.call, operation=self.operation)

    def _expression(self, frame: _Frame) -> Spot:
        return Spot("expression", frame.scope, call=self.call, source=frame.source)

    def _inside(self, rule: Value | None, frame: _Frame) -> _Frame:
        """The types of targets and expressions in the `fields` of a rule."""
        each, text = _said(rule, "each"), _said(rule, "from")
        if each is not None:
            items = self.typed(each, frame.scope).items or ANY
            type_ = frame.type.items or ANY
            path = (*frame.path, Index(0))
            source = _below(frame.source, each, "*")
            return _Frame(type_, items.present().not_null(), path, f"{frame.shown}[]", source)
        scope = self.typed(text, frame.scope) if text is not None else frame.scope
        below = frame.source if text is None else _below(frame.source, text)
        return replace(frame, scope=scope.present().not_null(), source=below)

    def _given(self, rule: Value | None, frame: _Frame) -> Type:
        source = _said(rule, "from")
        return ANY if source is None else self.typed(source, frame.scope)

    def typed(self, text: str, scope: Type) -> Type:
        """The type of an expression; ANY if it cannot be read."""
        try:
            return infer(parse(text), scope, self.functions).type
        except ExpressionError:
            return ANY


@dataclass(frozen=True, slots=True)
class _Frame:
    """The types of targets and of expressions, and the paths that lead there."""

    type: Type
    scope: Type
    path: TargetPath = ()
    shown: str = ""
    source: Path | None = ()


@dataclass(frozen=True, slots=True)
class _Mapping:
    outline: Outline
    checked: Checked

    def spot(self, path: tuple[Step, ...], key: bool) -> Spot:
        call, rest = _call_of(path)
        checked = call_of(self.checked, call)
        operation = checked.operations[0] if checked is not None and checked.operations else None
        scope = ANY if checked is None else at_the_border(checked.canonical)
        rules = _Rules(self.outline, self.checked.functions, "", call, operation)
        match rest:
            case ("contract", "operation") if not key:
                return Spot("operation", call=call)
            case ("contract", "openapi") | ("source",) if not key:
                return Spot("file", call=call)
            case ("contract", *inner):
                return _inline(tuple(inner), key)
            case (str(part), *inner) if part in _TABLES:
                entry = checked is not None and checked.canonical.entry is not None
                frame = _Frame(ANY, scope, source=None if entry else ())
                return self._table(replace(rules, part=part), (*call, part), tuple(inner), key, frame)
            case ("ignored",) | ("clear", "write") if key:
                return rules.whole_body()
            case ("mask", "body") | (("changes" | "bulk"), "into") | ("clear", "name_in" | "key_in") if (
                not key
            ):
                return rules.whole_body()
            case ("for_each",) if not key:
                return Spot("expression", at_the_border(self.checked.canonical), call=call, source=())
            case ("after", *_) if not key:
                return Spot("name", names=self._earlier(call))
            case ("response", *inner):
                return self._response(rules, (*call, "response"), tuple(inner), key)
        return FORM

    def _table(
        self, rules: _Rules, at: tuple[Step, ...], rest: tuple[Step, ...], key: bool, frame: _Frame
    ) -> Spot:
        operation = rules.operation
        type_ = _body(operation)
        if operation is not None and rules.part == "envelope":
            type_ = operation.bulk.envelope.type or ANY if operation.bulk is not None else ANY
        elif operation is not None and rules.part != "body":
            named = operation.contract.parameters.get(rules.part, {})
            members = {name: one.type for name, one in named.items()}
            required = frozenset(name for name, one in named.items() if one.required)
            type_ = replace(OBJECT, members=members, required=required)
        shown = "" if rules.part in ("body", "envelope") else rules.part
        return rules.spot(at, rest, key, replace(frame, type=type_, shown=shown))

    def _earlier(self, call: tuple[Step, ...]) -> tuple[str, ...]:
        number = call[1] if len(call) > 1 and isinstance(call[1], int) else 0
        names = (self.outline.said("requests", at, "name") for at in range(number))
        return tuple(name for name in names if name)

    def _response(self, rules: _Rules, at: tuple[Step, ...], rest: tuple[Step, ...], key: bool) -> Spot:
        body = ANY if rules.operation is None else documented(rules.operation.contract)
        members = {"status": INTEGER, "body": body}
        answer = replace(OBJECT, members=members, extra=NEVER, required=frozenset(members))
        match rest:
            case (str(name),) if name in _ANSWER and not key:
                return Spot("expression", answer)
            case ("fields", *inner):
                copy = self.outline.said(*at, "customer")
                scope = ANY if copy is None else rules.typed(copy, answer)
                frame = _Frame(self.checked.canonical.record.type, scope.present().not_null(), source=None)
                return replace(rules, part="canonical").spot((*at, "fields"), tuple(inner), key, frame)
            case ("results", *inner):
                each = self.outline.said(*at, "results", "each")
                if inner == ["each"] and not key:
                    return Spot("expression", answer)
                item = ANY if each is None else (rules.typed(each, answer).items or ANY)
                if inner and inner[0] == "errors":
                    return self._message((*at, "results", "errors"), tuple(inner[1:]), key, item, rules)
                return Spot("expression", item.present().not_null()) if inner and not key else FORM
            case (("errors" | "warnings") as name, *inner):
                return self._message((*at, name), tuple(inner), key, answer, rules)
        return FORM

    def _message(
        self, at: tuple[Step, ...], rest: tuple[Step, ...], key: bool, scope: Type, rules: _Rules
    ) -> Spot:
        if rest and isinstance(rest[0], int):
            at, rest = (*at, rest[0]), rest[1:]
        if key or not rest:
            return FORM
        if rest == ("each",):
            return Spot("expression", scope)
        each = self.outline.said(*at, "each")
        item = scope if each is None else (rules.typed(each, scope).items or ANY).present().not_null()
        return Spot("expression", item) if rest[0] in _MESSAGE else FORM


@dataclass(frozen=True, slots=True)
class _Source:
    outline: Outline
    source: CheckedSource

    def spot(self, path: tuple[Step, ...], key: bool) -> Spot:
        source = self.source
        match path:
            case ("customer", *inner):
                rules = _Rules(self.outline, source.checked.functions, "canonical", (), None)
                customer = source.checked.operations[0].contract.body if source.checked.operations else None
                frame = _Frame(customer or ANY, source.rows.type, source=None)
                return rules.spot(("customer",), tuple(inner), key, frame)
            case ("key",) if not key:
                return Spot("name", names=source.columns)
            case ("columns", "parquet" | "schema") if not key:
                return Spot("file")
            case ("columns", _) if not key:
                return Spot("name", names=_KINDS)
        return FORM


def _inline(path: tuple[Step, ...], key: bool) -> Spot:
    """The words of an inline contract: methods, types, and the keywords of a field."""
    match path:
        case ("method",) if not key:
            return Spot("name", names=METHODS)
        case (str(part), _) if part in _FIELDS:
            return Spot("name", names=("required", *WORDS) if key else _KINDS)
        case (str(part), _, "type", *_) if part in _FIELDS and not key:
            return Spot("name", names=_KINDS)
    return FORM


def _call_of(path: tuple[Step, ...]) -> tuple[tuple[Step, ...], tuple[Step, ...]]:
    if path[:1] != ("requests",) or len(path) < 2:
        return (), path
    if path[2:3] == ("set",) or (path[2:3] == ("clear",) and path[3:4] and path[3] in (*_TABLES, "contract")):
        return path[:3], path[3:]
    return path[:2], path[2:]


def call_of(checked: Checked, call: tuple[Step, ...]) -> Checked | None:
    """The mapping of a call, by the keys that lead to it; None if it could not be read."""
    if not call:
        return None if checked.steps else checked
    names = [entry.name.value for entry in checked.file.requests]
    number = call[1] if isinstance(call[1], int) else 0
    name = names[number] if number < len(names) else None
    step = next((one for one in checked.steps if one.name == name), None)
    if step is None:
        return None
    return step.clear if call[2:] == ("clear",) else step.call


def _body(operation: Operation | None) -> Type:
    return (operation.contract.body if operation is not None else None) or ANY


def _path(text: str) -> TargetPath:
    try:
        return parse_path(text)
    except PathError:
        return ()


def _joined(shown: str, target: Step) -> str:
    return f"{shown}.{target}" if shown else str(target)


def _below(source: Path | None, text: str, *more: str) -> Path | None:
    """The canonical path of an expression that is one path; None otherwise."""
    try:
        path = plain_path(parse(text).ast)
    except ExpressionError:
        return None
    return None if source is None or path is None else (*source, *path, *more)


def _said(rule: Value | None, key: str) -> str | None:
    if isinstance(rule, Table):
        found = scalar_text(rule.get(key))
        # A rule that is a text on a line of its own looks like a map with a word that waits for its colon.
        return scalar_text(rule) if found is None and key == "from" else found
    return scalar_text(rule) if key == "from" else None
