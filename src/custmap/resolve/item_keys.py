"""The key of an item that a target path names, in the type that the contract gives it.

A path is text: in `fields[id=360001].value` the contract says whether the item's `id` is a number. What is
sent, compared and looked up in a vendor's document is then that number.
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
    """The segment with its key as the items' member has it, and why the contract does not take it."""
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
    """The text as the contract's type, as JSON writes it; None where it is none."""
    if "string" in held.kinds:
        return text
    if held.kinds & {"integer", "number"} and _INTEGER.fullmatch(text):
        return int(text)
    if "number" in held.kinds and _NUMBER.fullmatch(text):
        return float(text)
    return _BOOLEANS.get(text) if "boolean" in held.kinds else None


def retyped(place: Place, segment: Select) -> Place:
    """The same place, and all below it, with its last segment in another type."""
    return _with(place, len(place.path) - 1, segment)


def _with(place: Place, at: int, segment: Select) -> Place:
    path = (*place.path[:at], segment, *place.path[at + 1 :])
    inside = {step: _with(below, at, segment) for step, below in place.inside.items()}
    return Place(path, place.rule, place.policy, inside)
