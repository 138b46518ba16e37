"""Lists that a request is filled with by what changed: their length, and what is listed, is known then."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from msgspec import Struct

from custmap.schema.misfit import misfit
from custmap.values.absent import ABSENT
from custmap.values.paths import TargetPath, format_path, found_at
from custmap.values.types import Type


class FilledList(Struct, frozen=True):
    """The list at `place` in the body, or the text of a `query` parameter that names are joined in."""

    place: TargetPath
    type: Type
    query: str | None = None

    @property
    def target(self) -> str:
        return (format_path(self.place) or "[]") if self.query is None else f"query.{self.query}"

    def held(self, body: Any, query: Any) -> Any:
        if self.query is not None:
            return (query or {}).get(self.query, ABSENT)
        return found_at(body, self.place)


def misfits(lists: Iterable[FilledList], body: Any, query: Any) -> list[tuple[str, str]]:
    """The targets of the lists that do not fit the contract, each with the reason."""
    held = ((one, one.held(body, query)) for one in lists)
    found = ((one, misfit(one.type, value)) for one, value in held if value is not ABSENT)
    return [(one.target, f"`{one.target}` {reason}") for one, reason in found if reason is not None]
