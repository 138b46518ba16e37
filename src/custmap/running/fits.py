"""Checks against the contract at run time: functions that refuse what the contract does not accept."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from custmap.running.states import Refusal
from custmap.schema.misfit import CHECKED_FORMATS, CLASSES, misfit
from custmap.values.types import Type

__all__ = ["checker", "is_plain", "misfit"]


def checker(type_: Type) -> Callable[[Any], None]:
    """A function that raises Refusal (CM706) for a value that does not fit.

    In lists and maps of plain values only classes are compared; a message is made only if one is wrong.
    """
    surely = _surely(type_)

    def held(value: Any) -> None:
        if not surely(value) and (reason := misfit(type_, value)):
            raise Refusal("CM706", reason)

    return held


def _surely(type_: Type) -> Callable[[Any], bool]:
    """A quick test that is true only for values that fit; most values of real records pass it."""
    for kind in ("string", "boolean"):
        if is_plain(type_, kind):
            (wanted,) = CLASSES[kind]
            return lambda value: type(value) is wanted
    inner = type_.items if type_.only("array") else type_.extra if type_.only("object") else None
    limited = type_.enum is not None or type_.max_items is not None or type_.min_items is not None
    if inner is None or limited or type_.unique_items or type_.members or type_.required or type_.names:
        return lambda value: False
    for kind in ("string", "boolean"):
        if is_plain(inner, kind):
            allowed = frozenset({*CLASSES[kind], *(CLASSES["null"] if inner.nullable else ())})
            if type_.only("array"):
                return lambda value: type(value) is list and allowed.issuperset(map(type, value))
            return lambda value: type(value) is dict and allowed.issuperset(map(type, value.values()))
    return lambda value: False


def is_plain(type_: Type, kind: str) -> bool:
    """Is the type only a kind (apart from null), so that comparing the class is enough?"""
    return type_.only(kind) and all(
        getattr(type_, limit) is None
        for limit in (
            "enum", "pattern", "min_length", "max_length", "minimum", "maximum",
            "exclusive_minimum", "exclusive_maximum", "multiple_of",
        )
    ) and type_.format not in CHECKED_FORMATS | {"int32", "int64"}  # fmt: skip
