"""The lines of a function call: lazy choices written out, all others guarded by one condition."""

from __future__ import annotations

from custmap.expressions.ast import Call, Reference
from custmap.expressions.calls import (
    argument_of,
    check_call,
    class_test,
    find_function,
    is_builtin,
    is_lazy,
    kinds_text,
    needs_value,
)
from custmap.expressions.function import FunctionSpec
from custmap.expressions.writing import Kinds, Lines, Value, or_null, present, true


def write_call(writer: Lines, call: Call, current: Value) -> Value:
    """Write a call; ExpressionError for a function or arguments that are not possible."""
    spec = find_function(call, writer.functions)
    check_call(call, spec)
    if is_lazy(spec):
        return (_coalesce if spec.name == "coalesce" else _if)(writer, call, spec, current)
    values = [
        _reference(writer, node) if isinstance(node, Reference) else writer.emit(node, current)
        for node in call.arguments
    ]
    return _guarded(writer, spec, values)


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
    """A local function of one item; what is absent for it is null."""
    name, item = writer.names.fresh("by"), writer.names.fresh("item")
    with writer.block(f"def {name}({item}):"):
        result = writer.emit(node.body, Value(item, null=True))
        writer.line(f"return {or_null(result)}")
    return Value(name, kinds=frozenset({"expression"}))


def _guarded(writer: Lines, spec: FunctionSpec, values: list[Value]) -> Value:
    arguments = [
        value.code if needs_value(spec, position) or spec.name == "not_null" else or_null(value)
        for position, value in enumerate(values)
    ]
    name = writer.names.bind(spec.call, spec.name)
    code = _guard(writer, spec, values, f"{name}({', '.join(arguments)})")
    # JMESPath's own functions are ours and keep their word; a project's may give either state.
    own = is_builtin(spec)
    made_absent, made_null = not own or spec.result.absent, not own or spec.result.nullable
    result = _stated(writer, spec, values[0], code) if spec.stated else writer.let("value", code)
    if made_absent and not writer.form.has_absent:
        with writer.block(f"if {result.code} is ABSENT:"):
            writer.line(f"{result.code} = None")
    strict = [value for position, value in enumerate(values) if needs_value(spec, position)]
    return writer.value(
        result.code,
        absent=made_absent or any(value.absent for value in strict),
        null=made_null or any(value.null for value in strict),
        kinds=_result_kinds(spec),
    )


def _stated(writer: Lines, spec: FunctionSpec, value: Value, code: str) -> Value:
    """A part that the argument states is read; only what it does not state costs a call."""
    result = writer.names.fresh(spec.part or "value")
    writer.line(f"{result} = {value.code}.get({spec.part!r}) if {value.code}.__class__ is dict else None")
    with writer.block(f"if {result}.__class__ is not str:"):
        writer.line(f"{result} = {code}")
    return writer.value(result)


def _result_kinds(spec: FunctionSpec) -> Kinds | None:
    """What a call surely gives; known of JMESPath's own functions alone."""
    kinds = spec.result.kinds - {"null"}
    return kinds if is_builtin(spec) and len(kinds) == 1 else None


def _guard(writer: Lines, spec: FunctionSpec, values: list[Value], call: str) -> str:
    """`call if … else refuse(…)`: made only when every argument is there and of its kind."""
    strict = is_builtin(spec) and not writer.form.has_absent
    tests: list[str] = []
    tested: list[tuple[str, str]] = []
    for position, value in enumerate(values):
        kinds = kinds_text(argument_of(spec, position).type)
        if not needs_value(spec, position) or kinds == "expression" or _fits(value, kinds):
            continue
        if strict and not kinds:
            continue
        value = writer.named(value)
        if _unlike(value, kinds):
            tests.append("False")
        elif kinds and not _of_kind(value, kinds):
            tests.append(class_test(value.code, kinds))
        else:
            tests.append(present(value) or "True")
        tested.append((value.code, kinds))
    if not tested:
        return call
    pairs = ", ".join(f'({code}, "{kinds}")' for code, kinds in tested)
    otherwise = f"{'reject' if strict else 'refuse'}({pairs})"
    if not strict and len(tested) == 1 and (not tested[0][1]):
        otherwise = tested[0][0]
    return f"{call} if {' and '.join(dict.fromkeys(tests))} else {otherwise}"


def _fits(value: Value, kinds: str) -> bool:
    """Is a value surely there and of an accepted kind?"""
    return value.sure and (not kinds or _of_kind(value, kinds))


def _of_kind(value: Value, kinds: str) -> bool:
    accepted = set(kinds.split())
    if "number" in accepted:
        accepted.add("integer")
    return value.kinds is not None and value.kinds <= accepted


def _unlike(value: Value, kinds: str) -> bool:
    """Can the value never be of an accepted kind?"""
    return bool(value.literal and kinds and not _of_kind(value, kinds))
