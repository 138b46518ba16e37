"""When a function that can fail certainly works, so that there is no warning for `truncate(x, 40)`.

Each function here takes the types of a call's arguments (a constant is a type with one `enum` value) and
says whether no value of these types makes the call fail; it need not consider null and absence.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from custmap.functions.refining import constant
from custmap.values.types import ANY, Type

Surely = Callable[[tuple[Type, ...]], bool]
_SCALARS: Final = frozenset({"string", "integer", "number", "boolean"})


def of(*kinds: str) -> Surely:
    """The first argument is of these kinds."""
    return lambda types: types[0].not_null().kinds <= frozenset(kinds)


def counted(types: tuple[Type, ...]) -> bool:
    """`truncate(text, length)`: a length of 0 or more."""
    length = constant(types[1])
    return length.__class__ is int and length >= 0


def separated(types: tuple[Type, ...]) -> bool:
    """`split(text, separator)`: a separator that is not empty."""
    separator = constant(types[1])
    return isinstance(separator, str) and separator != ""


def no_longer(types: tuple[Type, ...]) -> bool:
    """`replace(text, old, new)`: `new` is not longer than `old`."""
    old, new = constant(types[1]), constant(types[2])
    return isinstance(old, str) and isinstance(new, str) and old != "" and len(new) <= len(old)


def padded(types: tuple[Type, ...]) -> bool:
    """`pad_left(text, length, sign)`: a small length, one character."""
    length, sign = constant(types[1]), constant(types[2])
    return length.__class__ is int and 0 <= length <= 1000 and isinstance(sign, str) and len(sign) == 1


def all_plain(types: tuple[Type, ...]) -> bool:
    """`concat(a, b, …)`: texts, numbers, true and false."""
    return all(each.not_null().kinds <= _SCALARS for each in types)


def plain_values(types: tuple[Type, ...]) -> bool:
    """`text_values(map)`: a map of texts, numbers, true and false."""
    given = types[0].not_null()
    values = [given.extra if given.extra is not None else ANY, *given.members.values()]
    return given.only("object") and all(each.not_null().kinds <= _SCALARS for each in values)
