"""What a rule can give, as a type: from its source through `default`, `values` and `format`.

The source's type is already narrowed by `when`.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from custmap.diagnostics.span import Span
from custmap.expressions.ast import And, Call, Literal, Node, Or, Pipe, children
from custmap.expressions.builtins import BUILTINS
from custmap.expressions.unions import literal_type, union
from custmap.model.nodes import EachSource, FirstSource, FromSource, Origin, RiderSource
from custmap.values.equality import fingerprint
from custmap.values.types import ANY, ARRAY, NEVER, OBJECT, STRING, Type


def where(origin: Origin) -> Span:
    """The span of an origin: its expression, if it has one."""
    rule = origin.rule
    if rule is None:
        return origin.span
    text = rule.from_ or rule.each
    return text.span if text is not None else rule.value.span if rule.value is not None else rule.target.span


def source_type(origin: Origin) -> Type:
    """What the source alone gives, absence and null included."""
    match origin.source:
        case FromSource(type=type_):
            return type_
        case RiderSource():
            rule = origin.rule
            if rule is not None and rule.value is not None:
                return literal_type(rule.value.value)
            return STRING.maybe_absent()
        case EachSource():
            return replace(ARRAY, items=OBJECT).maybe_absent().or_null()
        case FirstSource(origins=origins):
            types = [result_type(option) for option in origins]
            return replace(union(*types), absent=all(each.absent for each in types))


def result_type(origin: Origin) -> Type:
    """What a rule gives in the end, absence and null included."""
    if origin.is_unknown:
        return ANY
    made = filled_type(origin)
    if origin.format is not None and made.kinds - {"null"}:
        made = _formatted(origin.format, made)
    return made.maybe_absent() if origin.when is not None else made


def filled_type(origin: Origin) -> Type:
    """What a rule gives before its `format`: the input of the format."""
    if origin.is_unknown:
        return ANY
    made = source_type(origin)
    if origin.has_default and made.absent:
        made = union(made.present(), literal_type(origin.default)).present()
    return made if origin.values is None else _translated(origin, made)


def passed_type(origin: Origin) -> Type:
    """What `values` lets through unchanged."""
    if origin.unmapped != "pass":
        return NEVER
    given = ANY if origin.is_unknown else source_type(origin)
    if given.enum is None:
        return given.not_null()
    listed = {fingerprint(left) for left, _ in origin.values or ()}
    rest = tuple(value for value in given.enum if value is not None and fingerprint(value) not in listed)
    return replace(given.not_null(), enum=rest) if rest else NEVER


def _translated(origin: Origin, given: Type) -> Type:
    """After `values`: what the listed values become, and what becomes of others."""
    table = {fingerprint(left): right for left, right in origin.values or ()}
    known = None if given.enum is None else [value for value in given.enum if value is not None]
    asked = list(table) if known is None else [fingerprint(value) for value in known]
    made = [literal_type(table[word]) for word in asked if word in table]
    others = known is None or any(word not in table for word in asked)
    if others and origin.unmapped == "pass":
        made.append(passed_type(origin))
    elif others and origin.unmapped == "default":
        made.append(literal_type(origin.unmapped_default))
    result = union(*made)
    absent = given.absent or (others and origin.unmapped == "skip")
    return replace(result.or_null() if given.nullable else result, absent=absent)


def _formatted(text: str, given: Type) -> Type:
    """After `format`: a text, as long as the value and the text around it."""
    around = len(text) - len("{}")
    low = (given.min_length or 0) if given.only("string") else 1
    high = given.max_length if given.only("string") else None
    made = replace(
        STRING,
        min_length=low + around,
        max_length=None if high is None else high + around,
        absent=given.absent,
    )
    if given.enum is not None and given.only("string"):
        values = [text.replace("{}", value, 1) for value in given.enum if isinstance(value, str)]
        made = replace(union(*map(literal_type, values)), absent=given.absent)
    return made.or_null() if given.nullable else made


def keeps_forms(origin: Origin) -> bool:
    """Was the value made by functions that guarantee its format? Formats of record values are not checked."""
    if origin.values is not None or origin.format is not None:
        return False
    match origin.source:
        case FromSource(expression=expression):
            return _made(expression.ast)
        case FirstSource(origins=origins):
            return all(keeps_forms(option) for option in origins)
        case _:
            return False


def _made(node: Node) -> bool:
    match node:
        case Literal():
            return True
        case Call(name=name, arguments=arguments):
            if name == "coalesce":
                return all(_made(one) for one in arguments)
            if name == "if":
                return all(_made(one) for one in arguments[1:])
            return name not in BUILTINS
        case Or(left=left, right=right) | And(left=left, right=right):
            return _made(left) and _made(right)
        case Pipe(right=right):
            return _made(right)
        case _:
            return False


def constants(node: Node) -> list[Any]:
    """All constants in an expression."""
    waiting = [node]
    for one in waiting:
        waiting += children(one)
    return [one.value for one in waiting if isinstance(one, Literal)]
