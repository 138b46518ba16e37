"""Function calls: which arguments are valid, and the effect of absent and null ones.

custmap's    a required argument: absent makes the call absent, null makes it null
             an optional one: counts as not given
JMESPath's   absent makes the call absent; null makes it null in the first place, and is a value of
             its own type in a later one, which few functions accept
             functions about absence and null (`STATE_TAKERS`) get both
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from custmap.diagnostics.meant import Meant
from custmap.expressions.ast import Call, Reference
from custmap.expressions.builtins import BUILTINS, REFERENCE, STATE_TAKERS
from custmap.expressions.expression_error import ExpressionError
from custmap.expressions.function import LAZY, Argument, FunctionSpec
from custmap.expressions.helpers import KIND_CLASSES
from custmap.values.nearest import nearest
from custmap.values.types import KINDS, Type
from custmap.values.words import counted

_CLASS_NAMES: Final = {
    "string": "str",
    "boolean": "bool",
    "integer": "int",
    "array": "list",
    "object": "dict",
}


def find_function(call: Call, functions: Mapping[str, FunctionSpec]) -> FunctionSpec:
    """The function of a call, JMESPath's own first; ExpressionError CM304 if unknown."""
    spec = BUILTINS.get(call.name) or functions.get(call.name)
    if spec is None:
        meant = nearest(call.name, [*BUILTINS, *functions])
        help = Meant(meant, call.name) if meant else None
        raise ExpressionError(
            "CM304", f"there is no function `{call.name}`", call.start, len(call.name), help
        )
    return spec


def argument_of(spec: FunctionSpec, position: int) -> Argument:
    """The argument at a position of a call; the last argument of a variadic function repeats."""
    return spec.arguments[min(position, len(spec.arguments) - 1)]


def check_call(call: Call, spec: FunctionSpec) -> None:
    """ExpressionError CM308 for a number of arguments, or `&`, that the function does not take."""
    given = len(call.arguments)
    least = sum(not argument.optional for argument in spec.arguments)
    most = None if spec.variadic else len(spec.arguments)
    if given < least or (most is not None and given > most):
        raise ExpressionError(
            "CM308",
            f"`{spec.name}` takes {_count(least, most)}, not {given}",
            call.start,
            call.end - call.start,
            f"Write `{signature(spec)}`.",
        )
    for position, node in enumerate(call.arguments):
        wants = argument_of(spec, position).type.kinds == REFERENCE.kinds
        if wants != isinstance(node, Reference):
            reason = "needs an expression here" if wants else "needs a value here, not an expression"
            help = "Put `&` before it." if wants else "Remove the `&`."
            raise ExpressionError(
                "CM308", f"`{spec.name}` {reason}", node.start, max(1, node.end - node.start), help
            )


def _count(least: int, most: int | None) -> str:
    if most is None:
        return f"{least} or more arguments"
    if least == most:
        return counted(least, "argument")
    return f"{least} to {counted(most, 'argument')}"


def signature(spec: FunctionSpec) -> str:
    """`truncate(text, length)`, for help texts."""
    parts = [
        f"&{each.name}" if each.type.kinds == REFERENCE.kinds else each.name + "?" * each.optional
        for each in spec.arguments
    ]
    return f"{spec.name}({', '.join(parts)}{', …' * spec.variadic})"


def is_builtin(spec: FunctionSpec) -> bool:
    return BUILTINS.get(spec.name) is spec


def absent_ends(spec: FunctionSpec, position: int) -> bool:
    """Does an absent argument there make the call absent, without calling the function?"""
    if is_builtin(spec):
        return spec.name not in STATE_TAKERS
    return not argument_of(spec, position).optional


def null_ends(spec: FunctionSpec, position: int) -> bool:
    """Does a null there make the call null, without calling the function?"""
    return absent_ends(spec, position) and (position == 0 or not is_builtin(spec))


def null_fits(spec: FunctionSpec, position: int) -> bool:
    """Is the function called with a null there?"""
    if absent_ends(spec, position):
        return not null_ends(spec, position) and "null" in argument_of(spec, position).type.kinds
    return True


def kinds_text(type_: Type) -> str:
    """The kinds that an argument accepts, for `refuse`; empty: any."""
    return "" if type_.kinds >= KINDS - {"null"} else " ".join(sorted(type_.kinds - {"null"}))


def class_test(code: str, kinds: str) -> str:
    """The test that a local's class is one of the kinds."""
    names = kinds.split()
    if len(names) == 1 and names[0] in _CLASS_NAMES:
        return f"type({code}) is {_CLASS_NAMES[names[0]]}"
    if set(names) <= {"number", "integer"}:
        return f"type({code}) in NUMBERS"
    classes = dict.fromkeys(each.__name__ for name in names for each in KIND_CLASSES[name])
    return f"type({code}) in ({', '.join(classes)})"


def is_lazy(spec: FunctionSpec) -> bool:
    """Is it one of the lazy functions, for which the emitter generates code?"""
    return spec.name in LAZY
