"""Normal forms: two texts of a mapping file have the same one exactly if they say the same.

Positions, blanks, brackets and quotes of an expression are spelling; its nodes are not. A member of an object
that is read with `from` and `fields` has the same form as one that is read by its whole path.
"""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import fields
from typing import Any, Final

from msgspec import Struct

from custmap.expressions.ast import (
    And,
    Call,
    Comparison,
    Current,
    Filter,
    Literal,
    MultiHash,
    Not,
    Or,
    Pipe,
    Projection,
    Reference,
    ValueProjection,
)
from custmap.expressions.expression_error import ExpressionError
from custmap.expressions.parse import Expression, parse
from custmap.mapping.file import Rule
from custmap.values.equality import fingerprint

_SPELLING: Final = frozenset({"start", "end", "quoted"})
_OF_RULES: Final = frozenset(
    {"span", "keys", "target", "note", "assumed", "one_way", "unread", "told_elsewhere"}
)
"""What a rule as written has beside its meaning."""
_EXPRESSIONS: Final = ("from_", "each", "when")


def normal(expression: Expression, around: Hashable = None) -> Hashable:
    """The normal form of an expression; `around` is that of the object that it is read from, None: all."""
    return _node(expression.ast, around)


def _node(node: Any, root: Hashable) -> Hashable:
    """`root` is what `@` means here; None: itself."""
    name = type(node).__name__
    match node:
        case Current():
            return root or "@"
        case Literal(value):
            return name, fingerprint(value)
        case Call(function, arguments):
            return name, function, tuple(_node(one, root) for one in arguments)
        case Or(left, right) | And(left, right):
            return name, _node(left, root), _node(right, root)
        case Comparison(operator, left, right):
            return name, operator, _node(left, root), _node(right, root)
        case Not(operand):
            return name, _node(operand, root)
        case Reference(body):
            return name, _node(body, None)
        case Pipe(left, right):
            return name, _node(left, root), _node(right, None)
        case Projection(base, body) | ValueProjection(base, body):
            return name, _node(base, root), _node(body, None)
        case Filter(base, condition, body):
            return name, _node(base, root), _node(condition, None), _node(body, None)
        case MultiHash(base, entries):
            last = {key: _node(one, None) for key, one in entries}
            return name, _node(base, root), frozenset(last.items())
    return name, *(_part(one, getattr(node, one), root) for one in node.__struct_fields__ if _means(one))


def _means(name: str) -> bool:
    return name not in _SPELLING


def _part(name: str, value: Any, root: Hashable) -> Hashable:
    if isinstance(value, tuple):
        return tuple(_node(one, None) for one in value)
    if name == "base" or isinstance(value, Struct):
        return _node(value, root)
    return fingerprint(value)


def normal_text(text: str) -> Hashable:
    """The normal form of an expression that is still a text; of one that is wrong the text."""
    try:
        return normal(parse(text))
    except ExpressionError:
        return text


def normal_rule(rule: Rule) -> Hashable:
    """The normal form of a rule as written."""
    return frozenset(
        (one.name, _said(one.name, getattr(rule, one.name)))
        for one in fields(Rule)
        if one.name not in _OF_RULES
    )


def _said(name: str, value: Any) -> Hashable:
    if value is None or isinstance(value, str | bool | int | float):
        return fingerprint(value)
    if name in _EXPRESSIONS:
        return normal_text(value.value)
    if name == "fields":
        return frozenset((rule.target.value, normal_rule(rule)) for rule in value)
    if name == "first":
        return tuple(map(normal_rule, value))
    if isinstance(value, tuple):  # rows of `values` and `transitions`
        return frozenset(fingerprint([row.left, row.right, row.back]) for row in value)
    return fingerprint(getattr(value, "value", str(value)))
