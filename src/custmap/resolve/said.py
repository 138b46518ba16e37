"""Rows without their nulls: what rules read for which NULL says nothing.

A row is given with them as a member of it, whose name no column has. What a rule reads is known by the
columns' own names.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from custmap.expressions.ast import from_member
from custmap.expressions.parse import Expression
from custmap.values.types import Type

SAID: Final = "\0said"
"""The member of a row that is the row without its nulls."""
_DEEP: Final = 8
"""So many structs inside one another are known to be without nulls: a schema may refer to itself."""


def over_said(expression: Expression) -> Expression:
    """The same expression over the row without nulls."""
    return replace(expression, ast=from_member(expression.ast, SAID))


def without_nulls(type_: Type, depth: int = _DEEP) -> Type:
    """The type of a row, or a struct of it, in which what is NULL is left out."""
    if not type_.members or depth == 0:
        return type_
    names = {name: _not_null(type_.members[name], depth - 1) for name in type_.members}
    return replace(type_, members=names, required=frozenset())


def _not_null(type_: Type, depth: int) -> Type:
    made = without_nulls(type_.not_null(), depth)
    return made if made.items is None else replace(made, items=without_nulls(made.items, depth))
