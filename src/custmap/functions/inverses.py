"""The inverse of one call; it depends on more than the function.

The inverse of `text(priority)` is `integer` if `priority` is an integer; `date_time(x, 'HH:mm')` has none,
since the format lacks the date. `FunctionSpec.inverse` is the inverse for all calls.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from custmap.expressions.function import FunctionSpec
from custmap.functions import conversion, dates, phones
from custmap.functions.calling import same_text
from custmap.functions.declare import declared
from custmap.values.types import Type


def inverse_of(spec: FunctionSpec, source: Type, further: Sequence[object] = ()) -> Callable[..., Any] | None:
    """A function from a call's result, and its other arguments, to its first argument; or None.

    `source` is the type of the first argument, `further` are the literal values of the others, ABSENT for
    those that are not literals.
    """
    match spec.name:
        case "text":
            return _from_text(source)
        case "date_time":
            return spec.inverse if further and dates.can_be_read_back(further[0]) else None
        case "phone_national":
            return phones.to_number if further else None
    return spec.inverse


def _from_text(source: Type) -> Callable[..., Any] | None:
    if "string" in source.kinds:
        return same_text
    for kind, function in (
        ("number", conversion.number),
        ("integer", conversion.integer),
        ("boolean", conversion.boolean),
    ):
        if source.only(kind):
            spec = declared(function)
            return spec.call if spec else None
    return None


def loss_of(spec: FunctionSpec, source: Type, further: Sequence[object] = ()) -> str:
    """What the inverse of a call does not restore, in a few words; empty: it restores every value."""
    if spec.name == "text" and "string" in source.kinds and not source.only("string"):
        return "type of the value"
    if spec.name == "date_time" and further and isinstance(further[0], str):
        return dates.lost(further[0])
    return spec.lossy
