"""Unknown members: members of a record that its schema does not have. They are ignored and reported.

A member's name is part of the record: it may be very long, and there may be thousands. So a note keeps some
names, cut, and counts the rest.
"""

from __future__ import annotations

from collections.abc import Iterator
from operator import itemgetter
from typing import Any, Final, NamedTuple

from msgspec import Struct

from custmap.diagnostics.diagnostic import Diagnostic
from custmap.diagnostics.errors import MOST, with_rest
from custmap.schema.record_paths import any_item, place
from custmap.values.did_you_mean import Meant
from custmap.values.types import Type

_KEPT: Final = 50
"""How many names of one record are kept; the rest are counted."""
_CONTAINERS: Final = (dict, list)
_SHOWN: Final = 5
"""How many of them a note names."""


class UnknownMember(NamedTuple):
    """`path` is the first place of this name in the record, `meant` the path that was probably meant."""

    path: str
    meant: str | None

    @property
    def name(self) -> str:
        """The path with `*` for positions: `addresses[*].zip`."""
        return any_item(self.path)


class UnknownMembers(Struct, frozen=True):
    """The unknown members of a record by name; `more` counts those whose names were not kept."""

    members: tuple[UnknownMember, ...]
    more: int = 0

    def __str__(self) -> str:
        """The first names, and how many more: `first_name (did you mean `name.given`?) and 3 more`."""
        shown = [
            f"{one.path} (did you mean `{one.meant}`?)" if one.meant else one.path
            for one in self.members[:_SHOWN]
        ]
        rest = len(self.members) - len(shown) + self.more
        return ", ".join(shown) + (f" and {rest:,} more" if rest else "")

    def joined(self, other: UnknownMembers) -> UnknownMembers:
        """The unknown members of both records, each name once."""
        known = {one.name for one in self.members}
        new = tuple(one for one in other.members if one.name not in known)
        return UnknownMembers((*self.members, *new), max(self.more, other.more))

    def problems(self, schema: str) -> list[Diagnostic]:
        """The members as errors (CM712), for `strict`."""
        message = f"`{schema}` does not have this member"
        shown = self.members[:MOST]
        found = [
            Diagnostic(
                "CM712", message, path=one.path, help=f"Did you mean `{one.meant}`?" if one.meant else None
            )
            for one in shown
        ]
        return with_rest(found, len(self.members) - len(shown) + self.more)


def look_for_unknown(record: Any, type_: Type, meant: Meant) -> UnknownMembers | None:
    """The members that the type does not name, in the order of names; None: there are none.

    Free maps have none, and neither have objects whose schema describes their other members.
    """
    found: dict[tuple[str, ...], tuple[str | int, ...]] = {}
    more = 0
    for steps in _unknown(record, type_, ()):
        names = tuple("*" if isinstance(step, int) else step for step in steps)
        if names in found:
            continue
        if len(found) < _KEPT:
            found[names] = steps
        else:
            more += 1
    members: dict[str, UnknownMember] = {}
    for names, steps in found.items():
        one = UnknownMember(place(steps, type_), meant.by(names[:-1], names[-1]))
        members.setdefault(one.name, one)
    return UnknownMembers(tuple(members.values()), more) if members else None


def drop_unknown(record: Any, type_: Type) -> None:
    """Drop the members that the type does not name, in place."""
    for steps in list(_unknown(record, type_, ())):
        holder = record
        for step in steps[:-1]:
            holder = holder[step]
        del holder[steps[-1]]


def _unknown(value: Any, type_: Type | None, path: tuple[str | int, ...]) -> Iterator[tuple[str | int, ...]]:
    """Only objects and lists are looked into: most values are neither, and a generator costs more."""
    if type_ is None:
        return
    if isinstance(value, list):
        items = type_.items
        for position, item in enumerate(value):
            if item.__class__ in _CONTAINERS:
                yield from _unknown(item, items, (*path, position))
    elif isinstance(value, dict) and (members := type_.members):
        extra = type_.extra
        for name, item in sorted(value.items(), key=itemgetter(0)):
            if item.__class__ not in _CONTAINERS:
                if extra is None and name not in members:
                    yield (*path, name)
            elif (member := type_.member(name)) is None:
                yield (*path, name)
            else:
                yield from _unknown(item, member, (*path, name))
