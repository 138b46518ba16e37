"""Unknown members of many records, counted by name."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any, Final

from msgspec import convert, to_builtins

from custmap.model.note import UnknownNote

_NAMES: Final = 1000
"""How many names are told apart: each record may have another."""


@dataclass(slots=True)
class UnknownName:
    """A name, the number of records that have it, and the path that was probably meant."""

    name: str
    meant: str | None
    records: int = 0

    def __str__(self) -> str:
        question = f": did you mean `{self.meant}`?" if self.meant else ""
        return f"{self.name} ({self.records:,}){question}"


@dataclass(slots=True)
class UnknownNames:
    """All names of a run. `more` counts members with further names after the limit of `names`."""

    more: int = 0
    names: int = _NAMES
    _found: dict[str, UnknownName] = field(default_factory=dict)

    def add(self, notes: Iterable[str]) -> None:
        """Count the unknown members in the notes of one request, plan or error."""
        for note in notes:
            if isinstance(note, UnknownNote):
                self.more += note.unknown.more
                for member in note.unknown.members:
                    self._count(member.name, member.meant, 1)

    def add_all(self, later: UnknownNames) -> None:
        """Add the names of later records, all of which were told apart."""
        self.more += later.more
        for one in later._found.values():
            self._count(one.name, one.meant, one.records)

    def _count(self, name: str, meant: str | None, records: int) -> None:
        if name in self._found or len(self._found) < self.names:
            self._found.setdefault(name, UnknownName(name, meant)).records += records
        else:
            self.more += records

    def state(self) -> dict[str, Any]:
        return {"more": self.more, "names": to_builtins(list(self._found.values()))}

    def load(self, state: dict[str, Any]) -> None:
        self.more = state["more"]
        names = convert(state["names"], list[UnknownName])
        self._found = {one.name: one for one in names}

    def most_frequent(self, most: int) -> tuple[list[UnknownName], int]:
        """The most frequent names, and how many members or names are left out."""
        names = sorted(self._found.values(), key=lambda one: -one.records)
        return names[:most], len(names[most:]) + self.more
