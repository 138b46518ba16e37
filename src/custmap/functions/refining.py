"""More precise result types: `truncate(x, 40)` gives a text of at most 40 characters.

Each function here takes the types of a call's arguments (a constant is a type with one `enum` value) and
returns the type of its result; the caller adds absence and null of the arguments.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any, Final

from custmap.expressions.function import FunctionError
from custmap.expressions.unions import literal_type, union
from custmap.functions.calling import guarded
from custmap.values.absent import ABSENT
from custmap.values.types import ANY, ARRAY, INTEGER, NEVER, OBJECT, STRING, Type

_DATE_TIME: Final = replace(STRING, format="date-time")
_FORMATS: Final = {
    "iso": _DATE_TIME,
    "utc": _DATE_TIME,
    "YYYY-MM-DDTHH:mm:ssZ": _DATE_TIME,
    "YYYY-MM-DDTHH:mm:ss.SSSZ": _DATE_TIME,
    "YYYY-MM-DD": replace(STRING, format="date"),
}
_COUNTS: Final = frozenset({"epoch", "epoch_ms"})
_BLANK: Final = replace(STRING, max_length=0)


def constant(type_: Type) -> Any:
    """The value of a constant argument, ABSENT if it is not one."""
    return type_.enum[0] if type_.enum is not None and len(type_.enum) == 1 else ABSENT


def or_blank(made: Type) -> Callable[[tuple[Type, ...]], Type]:
    """For a function that converts a text to `made` and returns an empty text unchanged."""
    return lambda types: union(made, _BLANK) if _may_be_blank(types[0]) else made


def _may_be_blank(type_: Type) -> bool:
    if "string" not in type_.kinds or type_.min_length:
        return False
    return type_.enum is None or "" in type_.enum


def each(call: Callable[[Any], Any], otherwise: Type) -> Callable[[tuple[Type, ...]], Type]:
    """For a function of one value: enumerated values give enumerated results."""
    surely = guarded(call)  # a mapping may pass values of a wrong type, which another check reports

    def refine(types: tuple[Type, ...]) -> Type:
        known = [value for value in types[0].enum or () if value is not None]
        try:
            return union(*(literal_type(surely(value)) for value in known)) if known else otherwise
        except FunctionError:
            return otherwise

    return refine


def shortened(types: tuple[Type, ...]) -> Type:
    """`truncate(text, n)`: no longer than `n`, nor than the text."""
    limits = [limit for limit in (constant(types[1]), types[0].max_length) if limit.__class__ is int]
    return replace(STRING, max_length=min(limits)) if limits else STRING


def not_longer(types: tuple[Type, ...]) -> Type:
    """`trim(text)`."""
    return replace(STRING, max_length=types[0].max_length)


def filled_up(types: tuple[Type, ...]) -> Type:
    """`pad_left(text, n, sign)`: no shorter than `n`."""
    length = constant(types[1])
    return replace(STRING, min_length=length) if length.__class__ is int and length > 0 else STRING


def dated(types: tuple[Type, ...]) -> Type:
    """`date_time(value, format)`; the format applies to every text except the empty one."""
    form = constant(types[1])
    if form is ABSENT:
        return Type(kinds=STRING.kinds | INTEGER.kinds)
    if form.__class__ is not str:
        return STRING
    return or_blank(INTEGER)(types) if form in _COUNTS else _FORMATS.get(form, STRING)


def looked_up(types: tuple[Type, ...]) -> Type:
    """`lookup(key, table)`: one of the table's values."""
    table = constant(types[1])
    return union(*map(literal_type, table.values())) if table.__class__ is dict and table else ANY


def one_of_each(types: tuple[Type, ...]) -> Type:
    """`unique(items)`."""
    return replace(ARRAY, items=types[0].items, unique_items=True)


def paired(types: tuple[Type, ...]) -> Type:
    """`pairs(map)`: a list of `{key, value}`."""
    given = types[0]
    value = given.extra if given.extra is not None and not given.members else ANY
    members = {"key": STRING, "value": value}
    pair = replace(OBJECT, members=members, extra=NEVER, required=frozenset(members))
    return replace(ARRAY, items=pair)


def from_paired(types: tuple[Type, ...]) -> Type:
    """`from_pairs(items)`: a free map of the pairs' `value`."""
    pair = types[0].items
    return replace(OBJECT, free=True, extra=(pair.member("value") if pair is not None else None) or ANY)


def filled(types: tuple[Type, ...]) -> Type:
    """`without_nulls(items)`: a list or map without nulls."""
    given = types[0]
    inner = given.items.present().not_null() if given.items is not None else None
    if given.only("array"):
        return replace(ARRAY, items=inner)
    if given.only("object"):
        return replace(OBJECT, free=True, extra=(given.extra or ANY).not_null())
    return Type(kinds=ARRAY.kinds | OBJECT.kinds, items=inner)
