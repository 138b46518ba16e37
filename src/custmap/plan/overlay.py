"""`a` laid over `b`: what a record does not mention stays as it was.

Named fields at any depth keep the value of before; free maps and lists that after mentions are
after's. A text `name` states the whole name, a text `phone` the number and its extension.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import cached_property
from typing import Any

from custmap.expressions.inference import SourcePath
from custmap.schema.canonical import Canonical
from custmap.schema.customer_texts import TEXT_STATES
from custmap.values.types import Type


class Overlay:
    """Lays records of one canonical schema; which fields are objects with named members is asked once.

    `reads` are the source paths that matter: the other fields are laid as they are, unread.
    """

    __slots__ = ("_named",)

    def __init__(self, canonical: Canonical, reads: Iterable[SourcePath]) -> None:
        tops = {path[0] if path else "*" for path in reads}
        named = _Named(canonical.type).members
        self._named = {name: inner for name, inner in named.items() if name in tops or "*" in tops}

    def over(self, before: dict[str, Any], after: dict[str, Any], texts: frozenset[str]) -> dict[str, Any]:
        """`after` over `before`; `texts` are the fields, of a `Customer`, that after gave as a plain text."""
        laid = _over(before, after, self._named)
        for field in texts:
            laid[field] = after[field]
            if type(held := before.get(field)) is dict:
                kept = {key: value for key, value in held.items() if key not in TEXT_STATES[field]}
                laid[field] = {**kept, **after[field]}
        return laid

    def stated(self, after: dict[str, Any], texts: frozenset[str]) -> dict[str, Any]:
        """`after` with the members that its plain texts say are not there, as null."""
        said = {field: {**dict.fromkeys(TEXT_STATES[field]), **after[field]} for field in texts}
        return {**after, **said}


class _Named:
    """The members of an object type that are objects with named members themselves.

    They are worked out when a record has them: schemas may refer to themselves.
    """

    def __init__(self, type_: Type) -> None:
        self._type = type_

    @cached_property
    def members(self) -> dict[str, _Named]:
        types = self._type.members
        return {name: _Named(types[name]) for name in types if types[name].members}


def lay(held: Any, new: Any, type_: Type) -> Any:
    """A value over what was held; an object with named members keeps those that it does not mention."""
    if type(held) is not dict or type(new) is not dict or not type_.members:
        return new
    return _over(held, new, _Named(type_).members)


def _over(before: dict[str, Any], after: dict[str, Any], named: dict[str, _Named]) -> dict[str, Any]:
    """Objects with named members are laid into each other, all other members replaced."""
    laid = before | after
    for key, inner in named.items():
        value, held = after.get(key), before.get(key)
        if type(value) is dict and type(held) is dict:
            laid[key] = _over(held, value, inner.members) if inner.members else held | value
    return laid
