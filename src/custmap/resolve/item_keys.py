"""The key of an item in a target path, converted to the contract's type.

A path is text: in `fields[id=360001].value` the contract decides whether the item's `id` is a number. If so,
that number is sent, compared and looked up in a vendor's document.
"""

from __future__ import annotations

import re
from typing import Any, Final

from custmap.expressions.suggestions import phrase
from custmap.resolve.targets import Place
from custmap.schema.misfit import misfit
from custmap.values.paths import Select
from custmap.values.types import Type

_INTEGER: Final = re.compile(r"-?(?:0|[1-9][0-9]{0,4000})")
_NUMBER: Final = re.compile(r"-?(?:0|[1-9][0-9]{0,300})(?:\.[0-9]{1,40})?")
_BOOLEANS: Final = {"true": True, "false": False}


def typed_key(segment: Select, items: Type | None) -> tuple[Select, str | None]:
    """The segment with its key in the type of the items' member, and why the contract refuses it, if so."""
    held = items.member(segment.key) if items is not None else None
    text = segment.value
    if held is None or not held.known or not isinstance(text, str):
        return segment, None
    value = _value(text, held)
    if value is None:
        return segment, f"`{text}` is text, the contract allows {phrase(held.not_null())}"
    reason = misfit(held, value)
    return Select(segment.key, value), f"`{text}` {reason}" if reason else None


def _value(text: str, held: Type) -> Any:
    """The text as a value of the contract's type, in JSON notation; None if it is not one."""
    if "string" in held.kinds:
        return text
    if held.kinds & {"integer", "number"} and _INTEGER.fullmatch(text):
        return int(text)
    if "number" in held.kinds and _NUMBER.fullmatch(text):
        return float(text)
    return _BOOLEANS.get(text) if "boolean" in held.kinds else None


def retyped(place: Place, segment: Select) -> Place:
    """The same place, and everything below it, with its last segment in another type."""
    return _with(place, len(place.path) - 1, segment)


def _with(place: Place, at: int, segment: Select) -> Place:
    path = (*place.path[:at], segment, *place.path[at + 1 :])
    inside = {step: _with(below, at, segment) for step, below in place.inside.items()}
    return Place(path, place.rule, place.policy, inside)
