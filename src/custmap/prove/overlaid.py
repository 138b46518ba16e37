"""`a⁺`: the customer after a partial record (language page, "Apply and diff").

Written from the language page, independent of the planner's version: the laws compare the results.
"""

from __future__ import annotations

from typing import Any, Final

from custmap.schema.canonical import Canonical
from custmap.values.types import Type

_TEXTS: Final = {"name": ("formatted", None), "phone": ("number", ("number", "extension"))}
"""Fields of `Customer` that a text may stand for: its part, and the parts that it states (None: all)."""


def overlaid(before: dict[str, Any], after: dict[str, Any], canonical: Canonical) -> dict[str, Any]:
    """`after` laid over `before`; both as given."""
    laid = _members(before, after, canonical.type)
    if not canonical.is_customer:
        return laid
    for field, (part, stated) in _TEXTS.items():
        text, held = after.get(field), before.get(field)
        if not isinstance(text, str):
            continue
        laid[field] = {part: text}
        if stated is not None and isinstance(held, dict):
            kept = {name: value for name, value in held.items() if name not in stated}
            laid[field] = {**kept, part: text}
    return laid


def _members(before: dict[str, Any], after: dict[str, Any], type_: Type) -> dict[str, Any]:
    laid = dict(before)
    for name, value in after.items():
        held = before.get(name)
        inner = type_.members.get(name)
        if isinstance(held, str) and name in _TEXTS:
            held = {_TEXTS[name][0]: held}
        named = inner is not None and bool(inner.members) and not inner.free
        if named and isinstance(value, dict) and isinstance(held, dict) and inner is not None:
            laid[name] = _members(held, value, inner)
        else:
            laid[name] = value
    return laid
