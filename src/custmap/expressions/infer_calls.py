"""The type, the reads and the problems of a function call."""

from __future__ import annotations

from collections.abc import Iterator
from copy import deepcopy
from dataclasses import replace
from itertools import product
from math import prod
from typing import Any, Final

from custmap.diagnostics.meant import Meant
from custmap.expressions.ast import Call, MultiHash, Node, Reference, is_constant
from custmap.expressions.calls import (
    absent_ends,
    argument_of,
    check_call,
    find_function,
    is_lazy,
    null_ends,
    null_fits,
)
from custmap.expressions.expression_error import ExpressionError
from custmap.expressions.function import FunctionError, FunctionSpec
from custmap.expressions.helpers import KIND_CLASSES
from custmap.expressions.inference import Read
from custmap.expressions.suggestions import Place, kind_words, phrase
from custmap.expressions.unions import union
from custmap.expressions.walk import Walk
from custmap.values.nearest import nearest
from custmap.values.types import ANY, NULL, Type

_PARTS: Final = {
    "names": ("formatted", "prefix", "given", "middle", "family", "suffix"),
    "phones": ("number", "type", "extension"),
}
"""What the functions of a topic read of an object: the members of the canonical name and phone."""
_TRIED: Final = 64
_UNKNOWN: Final = ANY.maybe_absent()


def infer_call(walk: Walk, call: Call, current: Place) -> Type:
    """The type of a call; problems CM304, CM308 and CM410 are added to the walk."""
    try:
        spec = find_function(call, walk.functions)
        check_call(call, spec)
    except ExpressionError as error:
        walk.error(error)
        for node in call.arguments:
            walk.use(node, current)
        return _UNKNOWN
    if is_lazy(spec):
        return (_coalesce if spec.name == "coalesce" else _if)(walk, call, spec, current)
    types = _arguments(walk, call, spec, current)
    known = len(walk.problems)
    for position, (node, type_) in enumerate(zip(call.arguments, types, strict=True)):
        _check_kind(walk, spec, position, node, type_)
        _check_parts(walk, spec, node)
    if len(walk.problems) > known or _check_constants(walk, call, spec, types):
        return _result(spec, types, _part(spec, types))
    if not spec.can_fail or _surely(spec, types):
        _may_refuse(walk, call, spec, types)
    else:
        message = f"`{spec.name}` can fail for some values, and then the rule is rejected (CM704)"
        walk.problem("CM410", message, call, None)
    return _result(spec, types, _part(spec, types))


def _coalesce(walk: Walk, call: Call, spec: FunctionSpec, current: Place) -> Type:
    chosen: list[Type] = []
    for node in call.arguments:
        chosen.append(walk.operand(node, current))
    used = []
    for each in chosen:
        used.append(each)
        if not each.absent:
            break
    return replace(union(*used), absent=used[-1].absent)


def _if(walk: Walk, call: Call, spec: FunctionSpec, current: Place) -> Type:
    # The chosen value is the primary source; the condition comes after it.
    branches = [walk.operand(node, current) for node in call.arguments[1:]]
    condition = walk.condition(call.arguments[0], current)
    _check_kind(walk, spec, 0, call.arguments[0], condition)
    if condition.kinds - {"null"} > {"boolean"}:
        walk.problem(
            "CM410", "this may be neither true nor false, and then the rule is rejected (CM704)", call, None
        )
    result = union(*branches)
    if condition.absent or len(branches) == 1:
        result = result.maybe_absent()
    return result.or_null() if condition.nullable else result


def _arguments(walk: Walk, call: Call, spec: FunctionSpec, current: Place) -> list[Type]:
    """The arguments' types; `&` references are walked last, over the items of the call's list."""
    types: dict[int, Type] = {}
    items = Place(ANY, None, "the item")
    for position, node in enumerate(call.arguments):
        if isinstance(node, Reference):
            continue
        place = walk.operand_place(node, current)
        part = spec.part if position == 0 and "object" in place.type.kinds else None
        if part is not None:
            _read_part(walk, part, node, place)
        walk.read(place, node, rest=part is not None)
        types[position] = place.type
        if "array" in place.type.kinds:
            items = Place((place.type.items or ANY).present(), place.items_path, "the item")
    for position, node in enumerate(call.arguments):
        if isinstance(node, Reference):
            types[position] = walk.use(node.body, items)
    return [types[position] for position in range(len(call.arguments))]


def _read_part(walk: Walk, part: str, node: Node, place: Place) -> None:
    """A function that stands for a member of its argument reads that member first, then the rest."""
    if place.path is not None:
        path = (*place.path, part)
        walk.reads.append(Read(path, node.start, max(1, node.end - node.start)))


def _part(spec: FunctionSpec, types: list[Type]) -> Type | None:
    if spec.part is None or not types or "object" not in types[0].kinds:
        return None
    return types[0].member(spec.part) or _UNKNOWN


def _result(spec: FunctionSpec, types: list[Type], part: Type | None) -> Type:
    result = spec.refine(tuple(types)) if spec.refine is not None else spec.result
    places = list(enumerate(types))
    absent = any(each.absent and absent_ends(spec, at) for at, each in places)
    null = any(each.nullable and null_ends(spec, at) for at, each in places)
    if part is not None:
        absent, null = True, null or part.nullable
    result = result.maybe_absent() if absent else result
    return result.or_null() if null else result


def _check_kind(walk: Walk, spec: FunctionSpec, position: int, node: Node, given: Type) -> None:
    """CM308 for an argument that can never have a type that the function accepts."""
    wanted = argument_of(spec, position).type
    if isinstance(node, Reference):
        return
    if given.kinds == NULL.kinds and not _takes_null(spec, position):
        walk.problem("CM308", f"`{spec.name}` needs {phrase(wanted)} here; this is null", node, None)
    elif not _overlap(given, wanted):
        message = f"`{spec.name}` needs {phrase(wanted)} here; this is {phrase(given)}"
        walk.problem("CM308", message, node, None)
    elif not _overlap(given.items or ANY, wanted.items or ANY) and given.only("array"):
        message = f"`{spec.name}` needs a list of {kind_words(wanted.items or ANY)} here"
        walk.problem("CM308", f"{message}; this is a list of {kind_words(given.items or ANY)}", node, None)


def _takes_null(spec: FunctionSpec, position: int) -> bool:
    """Is the result of a null there defined, with or without calling the function?"""
    return null_ends(spec, position) or null_fits(spec, position)


def _check_constants(walk: Walk, call: Call, spec: FunctionSpec, types: list[Type]) -> bool:
    """CM308 for a constant with which the call always fails; was there one?

    The function is tried on its own examples with the call's constants in them. A constant is wrong if the
    function blames its argument, or if a call with only constants fails.
    """
    fixed = {
        position: type_.enum[0]
        for position, (node, type_) in enumerate(zip(call.arguments, types, strict=True))
        if is_constant(node) and type_.enum is not None and len(type_.enum) == 1
    }
    if not fixed or None in fixed.values():
        return False
    names = [argument_of(spec, position).name for position in range(len(types))]
    for given in _samples(spec, types, fixed):
        try:
            spec.call(*given)
        except FunctionError as failure:
            blamed = [at for at in fixed if names[at] == failure.argument]
            if blamed or len(fixed) == len(types):
                node = call.arguments[blamed[0]] if blamed else call
                walk.problem("CM308", f"`{spec.name}` always fails with this: {failure.reason}", node, None)
                return True
    return False


def _samples(spec: FunctionSpec, types: list[Type], fixed: dict[int, Any]) -> Iterator[list[Any]]:
    """Sample arguments of the call: its constants, and values from the function's examples."""
    if len(fixed) == len(types):
        yield list(fixed.values())
        return
    for example in spec.examples:
        left_out = [None] * (len(types) - len(example.given))
        given = [fixed.get(at, value) for at, value in enumerate([*example.given, *left_out][: len(types)])]
        if all(at in fixed or _is_of(given[at], types[at]) for at in range(len(types))):
            yield deepcopy(given)


def _is_of(value: Any, type_: Type) -> bool:
    """Does a value from an example have a type that the argument may have?"""
    return any(value.__class__ in KIND_CLASSES[kind] for kind in type_.kinds - {"null"})


def _surely(spec: FunctionSpec, types: list[Type]) -> bool:
    """Can no value of these types make the call fail? If there are few values, each is tried."""
    if spec.surely is not None and spec.surely(tuple(types)):
        return True
    choices = [[value for value in each.enum or () if value is not None] for each in types]
    if not all(choices) or prod(map(len, choices)) > _TRIED:
        return False
    try:
        for values in product(*choices):
            spec.call(*values)
    except FunctionError:
        return False
    return True


def _check_parts(walk: Walk, spec: FunctionSpec, node: Node) -> None:
    """CM308 for a member of a written-out name or phone that the function does not read."""
    parts = _PARTS.get(spec.topic)
    if parts is None or not isinstance(node, MultiHash):
        return
    for name, entry in node.entries:
        if name not in parts:
            close = nearest(name, parts)
            help = Meant(close, name) if close else f"It reads {', '.join(parts)}."
            walk.problem("CM308", f"`{spec.name}` does not read `{name}`", entry, help)


def _may_refuse(walk: Walk, call: Call, spec: FunctionSpec, types: list[Type]) -> None:
    """CM410 for an argument that may have a type that the function does not accept."""
    for position, (node, given) in enumerate(zip(call.arguments, types, strict=True)):
        wanted = argument_of(spec, position).type
        known_wrong = any(node.start <= found.offset < node.end for found in walk.problems)
        if isinstance(node, Reference) or known_wrong:
            continue
        if given.nullable and not _takes_null(spec, position):
            message = f"`{spec.name}` needs {phrase(wanted)} here, and this may be null"
            help = "Replace null by a constant: `` … || `[]` ``." if wanted.only("array") else None
            walk.problem("CM410", f"{message}; then the rule is rejected (CM704)", node, help)
            return
        pairs = [(given, wanted)]
        if wanted.items is not None and given.kinds & {"array"} and wanted.kinds & {"array"}:
            pairs.append((given.items or ANY, wanted.items))
        if all(_overlap(one, other) and _within(one, other) for one, other in pairs):
            continue
        if all(_overlap(one, other) for one, other in pairs):
            message = f"`{spec.name}` needs {phrase(wanted)} here, and this may be something else"
            walk.problem("CM410", f"{message}; then the rule is rejected (CM704)", node, None)
            return


def _within(given: Type, wanted: Type) -> bool:
    accepted = wanted.kinds | ({"integer"} if "number" in wanted.kinds else frozenset())
    return given.kinds - {"null"} <= accepted


def _overlap(given: Type, wanted: Type) -> bool:
    kinds, accepted = given.kinds - {"null"}, wanted.kinds - {"null"}
    if not kinds or not accepted:
        return True
    if accepted & {"number", "integer"}:
        accepted = accepted | {"number", "integer"}
    return bool(kinds & accepted)
