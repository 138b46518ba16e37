"""The lines of a function call: lazy functions are written out, all others guarded by one condition."""

from __future__ import annotations

from dataclasses import replace

from msgspec import Struct

from custmap.expressions.ast import Call, Literal, Reference
from custmap.expressions.builtins import ABSENT_SEERS
from custmap.expressions.calls import (
    absent_ends,
    argument_of,
    check_call,
    class_test,
    find_function,
    is_builtin,
    is_lazy,
    kinds_text,
    null_ends,
    null_fits,
)
from custmap.expressions.function import FunctionSpec
from custmap.expressions.writing import Kinds, Lines, Value, or_null, present, true

_WHOLE = frozenset({"integer"})
"""A number without a fraction is an integer in JSON: the guard of a function converts it."""


def write_call(writer: Lines, call: Call, current: Value) -> Value:
    """Write a call; ExpressionError for an unknown function or invalid arguments."""
    spec = find_function(call, writer.functions)
    check_call(call, spec)
    if is_lazy(spec):
        return (_coalesce if spec.name == "coalesce" else _if)(writer, call, spec, current)
    values = [
        _reference(writer, node) if isinstance(node, Reference) else writer.emit(node, current)
        for node in call.arguments
    ]
    return _guarded(writer, spec, values, _is_simple(call))


def _is_simple(call: Call) -> bool:
    """Is the first argument the only one that depends on the record?"""
    return all(isinstance(node, Literal) and node.value is not None for node in call.arguments[1:])


def _coalesce(writer: Lines, call: Call, spec: FunctionSpec, current: Value) -> Value:
    """The first that is not absent (in the plain form: not null); the others are not evaluated."""
    value = writer.emit(call.arguments[0], current)
    result = writer.names.fresh("chosen")
    writer.line(f"{result} = {value.code}")
    null, kinds = value.null, value.kinds
    for node in call.arguments[1:]:
        if not (value.absent if writer.form.has_absent else value.null):
            break
        with writer.block(f"if {result} is {writer.form.missing}:"):
            value = writer.emit(node, current)
            writer.line(f"{result} = {value.code}")
        null = null or value.null
        kinds = kinds | value.kinds if kinds and value.kinds else None
    return writer.value(result, absent=value.absent, null=null, kinds=kinds)


def _if(writer: Lines, call: Call, spec: FunctionSpec, current: Value) -> Value:
    """The second or the third argument; an absent or null condition is the result."""
    condition = writer.emit(call.arguments[0], current)
    result = writer.names.fresh("chosen")
    kinds = kinds_text(spec.arguments[0].type)
    if not kinds or _of_kind(condition, kinds):
        known = condition
    else:
        known = writer.let("condition", _guard(writer, spec, [condition], condition.code))
        known = writer.value(known.code, absent=condition.absent, null=condition.null, kinds=None)
    test = present(known)
    absent, null = known.absent, known.null
    if test:
        writer.line(f"{result} = {known.code}")
    with writer.block(test and f"if {test}:"):
        branches = []
        with writer.block(f"if {true(known)}:"):
            branches.append(writer.emit(call.arguments[1], current))
            writer.line(f"{result} = {branches[0].code}")
        with writer.block("else:"):
            if len(call.arguments) > 2:
                branches.append(writer.emit(call.arguments[2], current))
            else:
                branches.append(writer.value(writer.form.missing, absent=True))
            writer.line(f"{result} = {branches[1].code}")
    absent = absent or any(branch.absent for branch in branches)
    null = null or any(branch.null for branch in branches)
    return writer.value(result, absent=absent, null=null)


def _reference(writer: Lines, node: Reference) -> Value:
    """A local function of one item; absent results are null."""
    name, item = writer.names.fresh("by"), writer.names.fresh("item")
    with writer.block(f"def {name}({item}):"):
        result = writer.emit(node.body, Value(item, null=True))
        writer.line(f"return {or_null(result)}")
    return Value(name, kinds=frozenset({"expression"}))


def _guarded(writer: Lines, spec: FunctionSpec, values: list[Value], simple: bool) -> Value:
    given = [_handed(spec, position, value) for position, value in enumerate(values)]
    quick = spec.quick if writer.quick and simple and spec.arguments[0].type.kinds != _WHOLE else None
    name = writer.names.bind(quick or spec.call, spec.name)
    code = _guard(writer, spec, values, f"{name}({', '.join(given)})")
    # The types of JMESPath's own functions are reliable; a project's function may return either state.
    own = is_builtin(spec)
    made_absent, made_null = not own or spec.result.absent, not own or spec.result.nullable
    result = _stated(writer, spec, values[0], code) if spec.stated else writer.let("value", code)
    if made_absent and not writer.form.has_absent:
        with writer.block(f"if {result.code} is ABSENT:"):
            writer.line(f"{result.code} = None")
    places = list(enumerate(values))
    return writer.value(
        result.code,
        absent=made_absent or any(value.absent and absent_ends(spec, at) for at, value in places),
        null=made_null or any(value.null and null_ends(spec, at) for at, value in places),
        kinds=_result_kinds(spec),
    )


def _handed(spec: FunctionSpec, position: int, value: Value) -> str:
    """The argument that is passed to the function: null for an absent one, if it is called at all."""
    sees_absent = absent_ends(spec, position) or (is_builtin(spec) and spec.name in ABSENT_SEERS)
    return value.code if sees_absent else or_null(value)


def _stated(writer: Lines, spec: FunctionSpec, value: Value, code: str) -> Value:
    """Read a stated part directly; call the function only if the part is not stated."""
    result = writer.names.fresh(spec.part or "value")
    writer.line(f"{result} = {value.code}.get({spec.part!r}) if type({value.code}) is dict else None")
    with writer.block(f"if type({result}) is not str:"):
        writer.line(f"{result} = {code}")
    return writer.value(result)


def _result_kinds(spec: FunctionSpec) -> Kinds | None:
    """The certain types of a call's result; known only for JMESPath's own functions."""
    kinds = spec.result.kinds - {"null"}
    return kinds if is_builtin(spec) and len(kinds) == 1 else None


class _Accepted(Struct, frozen=True):
    """What an argument may be for the call to be made; `kinds` empty: any value."""

    kinds: str
    absent: bool
    null: bool

    @property
    def words(self) -> str:
        """As `refuse` reads it."""
        return " ".join(["absent"] * self.absent + ["null"] * self.null + [self.kinds]) if self.kinds else ""

    def fits(self, value: Value) -> bool:
        """Is a value certainly accepted?"""
        if (value.absent and not self.absent) or (value.null and not self.null):
            return False
        return not self.kinds or _of_kind(value, self.kinds)

    def test(self, value: Value) -> str:
        """The test that a value with a name is accepted."""
        if value.literal and self.kinds and not _of_kind(value, self.kinds) and not value.null:
            return "False"
        if not self.kinds or _of_kind(value, self.kinds):
            unlike = replace(
                value, absent=value.absent and not self.absent, null=value.null and not self.null
            )
            return present(unlike) or "True"
        states = [
            f"{value.code} is {state}"
            for state, met in (("ABSENT", value.absent and self.absent), ("None", value.null and self.null))
            if met
        ]
        test = class_test(value.code, self.kinds)
        return f"({' or '.join([*states, test])})" if states else test


def _accepted(writer: Lines, spec: FunctionSpec, position: int) -> _Accepted:
    kinds = kinds_text(argument_of(spec, position).type)
    if kinds == "expression":
        return _Accepted("", True, True)
    if is_builtin(spec) and not writer.form.has_absent:
        return _Accepted(kinds, True, not kinds)
    if is_builtin(spec) and not absent_ends(spec, position):
        return _Accepted("", True, True)
    return _Accepted(kinds, not absent_ends(spec, position), null_fits(spec, position))


def _guard(writer: Lines, spec: FunctionSpec, values: list[Value], call: str) -> str:
    """`call if … else refuse(…)`: the call is made only if every argument is accepted."""
    tests: list[str] = []
    tested: list[tuple[str, str]] = []
    for position, value in enumerate(values):
        accepted = _accepted(writer, spec, position)
        if accepted.fits(value):
            continue
        value = writer.named(value)
        tests.append(accepted.test(value))
        tested.append((value.code, accepted.words))
        if position and len(tested) == 1 and is_builtin(spec):
            tested.insert(0, (values[0].code, ""))
    if not tested:
        return call
    return f"{call} if {' and '.join(dict.fromkeys(tests))} else {_otherwise(writer, spec, tested)}"


def _otherwise(writer: Lines, spec: FunctionSpec, tested: list[tuple[str, str]]) -> str:
    """The result if the call is not made; for a single argument of any type, its state."""
    if not is_builtin(spec) and len(tested) == 1 and not tested[0][1]:
        return tested[0][0]
    pairs = ", ".join(f'({code}, "{words}")' for code, words in tested)
    if not is_builtin(spec):
        return f"refuse({pairs})"
    return f"refuse_first({pairs})" if writer.form.has_absent else f"reject({pairs})"


def _of_kind(value: Value, kinds: str) -> bool:
    accepted = set(kinds.split())
    if "number" in accepted:
        accepted.add("integer")
    return value.kinds is not None and value.kinds <= accepted
