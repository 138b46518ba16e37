"""Groups the errors of many records by kind, with a count and the first place.

A nightly job may reject a million records for one reason. Errors are of one kind if code, path and message
are equal apart from positions and numbers: `tags[0]` and `tags[7]`, 12 or 13 characters too many.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, Final, TypeAlias

from msgspec import convert, to_builtins

from custmap.diagnostics.diagnostic import Diagnostic
from custmap.diagnostics.errors import RecordError
from custmap.schema.record_paths import any_item

_KINDS: Final = 100
"""How many kinds are told apart. There may be more, since targets have keys of records in them."""
_NUMBER = re.compile(r"[0-9][0-9,]*")

_Kind: TypeAlias = tuple[str, str | None, str | None, str]


@dataclass(slots=True)
class Group:
    """Errors of one kind: how many, and the first one. `place` says in which record it was."""

    place: str
    first: Diagnostic
    count: int = 1

    def __str__(self) -> str:
        times = f"{self.count:,} times, first in " if self.count > 1 else ""
        return f"{times}{self.place}: {self.first}"


@dataclass(slots=True)
class Groups:
    """All errors of a run. `more` counts errors of further kinds after the limit of `kinds`."""

    more: int = 0
    kinds: int = _KINDS
    _found: dict[_Kind, Group] = field(default_factory=dict)

    def add(self, place: str, error: RecordError) -> None:
        for one in error.diagnostics:
            kind = _kind(one)
            if group := self._found.get(kind):
                group.count += 1
            elif len(self._found) < self.kinds:
                self._found[kind] = Group(place, one)
            else:
                self.more += 1

    def add_all(self, later: Groups) -> None:
        """Add the errors of later records, of which all kinds were told apart."""
        for kind, group in later._found.items():
            if known := self._found.get(kind):
                known.count += group.count
            elif len(self._found) < self.kinds:
                self._found[kind] = group
            else:
                self.more += group.count

    def __iter__(self) -> Iterator[Group]:
        """In the order of first occurrence."""
        return iter(self._found.values())

    def state(self) -> dict[str, Any]:
        return {"more": self.more, "groups": to_builtins(list(self))}

    def load(self, state: dict[str, Any]) -> None:
        self.more = state["more"]
        groups = convert(state["groups"], list[Group])
        self._found = {_kind(group.first): group for group in groups}


def _kind(one: Diagnostic) -> _Kind:
    return one.code, _anywhere(one.path), _anywhere(one.target), _NUMBER.sub("0", one.message)


def _anywhere(path: str | None) -> str | None:
    return path and any_item(path)
