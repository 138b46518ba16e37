"""What `when` guarantees about the values of its rule: `when: length(company) <= `40`` means a short text.

The scope's type is narrowed before a rule's source is inferred, so all inference uses it. A condition that
is not understood here narrows nothing; then there may only be unnecessary warnings.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any, Final

from custmap.expressions.ast import And, Call, Comparison, Current, Field, Literal, Node, Or
from custmap.expressions.unions import literal_type, union
from custmap.values.equality import fingerprint
from custmap.values.types import Type

Names = tuple[str, ...]
Refine = Callable[[Type], Type]
_FLIPPED: Final = {"<": ">", "<=": ">=", ">": "<", ">=": "<=", "==": "==", "!=": "!="}
_NUMERIC: Final = frozenset({"integer", "number"})


def narrowed(scope: Type, when: Node) -> Type:
    """The scope's type if `when` is true."""
    for names, refine in _promises(when):
        scope = _at(scope, names, refine)
    return scope


def _promises(node: Node) -> list[tuple[Names, Refine]]:
    """Paths, and what is known about the value at each if the node is true."""
    match node:
        case And(left=left, right=right):
            return [*_promises(left), *_promises(right)]
        case Or(left=left, right=right):
            return _either(_promises(left), _promises(right))
        case Comparison(operator=operator, left=left, right=Literal(value=value)):
            return _compared(left, operator, value)
        case Comparison(operator=operator, left=Literal(value=value), right=right):
            return _compared(right, _FLIPPED[operator], value)
        case Call(name="contains", arguments=(Literal(value=list() as values), inner)):
            return _promise(inner, lambda type_: _one_of(type_, values))
        case Field():
            return _promise(node, lambda type_: _one_of(type_, [True]))
        case _:
            return []


def _either(
    left: list[tuple[Names, Refine]], right: list[tuple[Names, Refine]]
) -> list[tuple[Names, Refine]]:
    if len(left) != 1 or len(right) != 1 or left[0][0] != right[0][0]:
        return []
    (names, one), (_, other) = left[0], right[0]
    return [(names, lambda type_: union(one(type_), other(type_)))]


def _compared(node: Node, operator: str, value: Any) -> list[tuple[Names, Refine]]:
    if isinstance(node, Call) and len(node.arguments) == 1:
        if node.name == "length" and value.__class__ is int:
            return _promise(node.arguments[0], lambda type_: _sized(type_, operator, value))
        if node.name == "type" and operator == "==" and isinstance(value, str):
            return _promise(node.arguments[0], lambda type_: _of_kind(type_, value))
        return []
    if operator == "==":
        return _promise(node, lambda type_: _one_of(type_, [value]))
    if operator == "!=":
        return _promise(node, lambda type_: _without(type_, value))
    return _promise(node, lambda type_: _ordered(type_, operator, value))


def _promise(node: Node, refine: Refine) -> list[tuple[Names, Refine]]:
    names = _path(node)
    return [(names, refine)] if names else []


def _path(node: Node) -> Names:
    """The names of a path from the scope; empty if the node is not such a path."""
    names: list[str] = []
    while isinstance(node, Field):
        names.append(node.name)
        node = node.base
    return tuple(reversed(names)) if isinstance(node, Current) else ()


def _one_of(type_: Type, values: list[Any]) -> Type:
    if type_.enum is not None:
        known = {fingerprint(value) for value in type_.enum}
        values = [value for value in values if fingerprint(value) in known]
    return union(*map(literal_type, values)) if values else type_


def _without(type_: Type, value: Any) -> Type:
    if value is None:
        return type_.not_null()
    if type_.enum is None:
        return type_
    rest = tuple(one for one in type_.enum if fingerprint(one) != fingerprint(value))
    return replace(type_, enum=rest) if rest else type_


def _ordered(type_: Type, operator: str, bound: Any) -> Type:
    if bound.__class__ not in (int, float) or not type_.kinds & _NUMERIC:
        return type_
    name = {">=": "minimum", "<=": "maximum", ">": "exclusive_minimum", "<": "exclusive_maximum"}[operator]
    narrow = replace(type_.not_null(), kinds=type_.kinds & _NUMERIC)
    stated = getattr(type_, name)
    pick = max if "minimum" in name else min
    limits: dict[str, Any] = {name: bound if stated is None else pick(stated, bound)}
    return replace(narrow, **limits)


def _sized(type_: Type, operator: str, size: int) -> Type:
    """The type of a text, list or object with a length in these limits."""
    least = {">=": size, ">": size + 1, "==": size}.get(operator)
    most = {"<=": size, "<": size - 1, "==": size}.get(operator)
    made = type_.not_null()
    if least is not None:
        made = replace(
            made, min_length=max(least, made.min_length or 0), min_items=max(least, made.min_items or 0)
        )
    if most is not None:
        made = replace(
            made,
            max_length=most if made.max_length is None else min(most, made.max_length),
            max_items=most if made.max_items is None else min(most, made.max_items),
        )
    return made


def _of_kind(type_: Type, word: str) -> Type:
    kinds = type_.kinds & (_NUMERIC if word == "number" else frozenset({word}))
    return replace(type_, kinds=kinds) if kinds else type_


def _at(type_: Type, names: Names, refine: Refine) -> Type:
    """The type with the value at a path refined; everything on the path exists and is not null."""
    if not names:
        return refine(type_.present())
    inner = type_.member(names[0])
    if inner is None or not inner.kinds:
        return type_  # naming one member of an unknown object would exclude all others
    made = _at(inner, names[1:], refine)
    base = type_.not_null().present()
    return replace(
        base,
        kinds=(base.kinds & {"object"}) or base.kinds,
        members={**type_.members, names[0]: made},
        required=type_.required | {names[0]},
    )
