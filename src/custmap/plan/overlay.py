"""`a` laid over `b`: what a record does not mention stays as it was.

Named fields at any depth keep the value of before; free maps and lists that after mentions are
after's. A text `name` states the whole name, a text `phone` the number and its extension.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from custmap.model.nodes import SourcePath
from custmap.schema.canonical import Canonical
from custmap.values.types import Type


class Layer:
    """Lays records of one canonical schema; which fields are objects with named members is asked once.

    `reads` are the source paths that matter: the other fields are laid as they are, unread.
    """

    __slots__ = ("_is_customer", "_named")

    def __init__(self, canonical: Canonical, reads: Iterable[SourcePath]) -> None:
        self._is_customer = canonical.is_customer
        self._named = _Named(canonical.type)
        tops = {path[0] if path and isinstance(path[0], str) and path[0] != "*" else None for path in reads}
        whole = None in tops
        for name in canonical.type.members:
            if whole or name in tops:
                self._named.get(name)

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
    """The members of an object type that are objects with named members themselves, as far as asked.

    Below the top all members are asked for when a record has them: schemas may refer to themselves.
    """

    __slots__ = ("_nested", "_type", "known")

    def __init__(self, type_: Type) -> None:
        self._type = type_
        self._nested: bool | None = None
        self.known: dict[str, _Named] = {}

    def get(self, name: str) -> _Named | None:
        if name not in self.known:
            member = self._type.members.get(name)
            if member is None or "object" not in member.kinds or member.free or not member.members:
                return None
            self.known[name] = _Named(member)
        return self.known[name]

    def has_nested(self) -> bool:
        """Has any member named members of its own? All of them are known then."""
        if self._nested is None:
            self._nested = sum(self.get(name) is not None for name in self._type.members) > 0
        return self._nested


def _lay(before: dict[str, Any], after: dict[str, Any], named: _Named) -> dict[str, Any]:
    """The members that were asked for are laid into each other, the others replaced."""
    laid = {**before, **after}
    for key, inner in named.known.items():
        value = after.get(key)
        if value.__class__ is dict:
            held = before.get(key)
            if held.__class__ is dict:
                laid[key] = _lay(held, value, inner) if inner.has_nested() else {**held, **value}
    return laid
