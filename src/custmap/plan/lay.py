"""`a` laid over `b`: what a record does not mention stays as it was.

Named fields at any depth keep the value of before; free maps and lists that after mentions are
after's. A text `name` states the whole name, a text `phone` the number and its extension.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from custmap.schema.canonical import Canonical
from custmap.values.types import Type


class Layer:
    """Lays records of one canonical schema; which fields are objects with named members is asked once."""

    __slots__ = ("_is_customer", "_named")

    def __init__(self, canonical: Canonical) -> None:
        self._is_customer = canonical.is_customer
        self._named = _Named(canonical.type)

    def lay(self, before: dict[str, Any], after: dict[str, Any], texts: frozenset[str]) -> dict[str, Any]:
        """`after` over `before`; `texts` are the fields that after gave as a plain text."""
        laid = _lay(before, after, self._named)
        if texts and self._is_customer:
            if "name" in texts:
                laid["name"] = after["name"]
            if "phone" in texts and isinstance(before.get("phone"), dict):
                kept = {
                    key: value for key, value in before["phone"].items() if key not in ("number", "extension")
                }
                laid["phone"] = {**kept, **after["phone"]}
        return laid


class _Named:
    """The members of an object type that are objects with named members themselves."""

    __slots__ = ("_known", "_type")

    def __init__(self, type_: Type) -> None:
        self._type = type_
        self._known: dict[str, _Named | None] = {}

    def get(self, name: str) -> _Named | None:
        if name not in self._known:
            member = self._type.members.get(name)
            named = (
                member is not None and "object" in member.kinds and not member.free and bool(member.members)
            )
            self._known[name] = _Named(member) if member is not None and named else None
        return self._known[name]


def _lay(before: Mapping[str, Any], after: Mapping[str, Any], named: _Named) -> dict[str, Any]:
    laid = {**before, **after}
    for key, value in after.items():
        if value.__class__ is dict and (inner := named.get(key)) is not None:
            held = before.get(key)
            if held.__class__ is dict:
                laid[key] = _lay(held, value, inner)
    return laid
