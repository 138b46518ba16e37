"""The commented `each` of a list of objects: what its items may have."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from custmap.review.drafts.member_facts import facts
from custmap.testing.write_yaml import flow
from custmap.values.paths import Member, format_path
from custmap.values.types import Type
from custmap.values.words import counted

_MOST: Final = 12
"""More members of an item are counted: the contract has them."""


def item_lines(type_: Type) -> tuple[str, ...]:
    """The lines below the list's own; none for a list of anything but objects."""
    item = type_.items
    if item is None or "object" not in item.kinds or not item.members:
        return ()
    members = list(_members(item))
    keys = [f"    {flow(format_path((Member(name),)))}:" for name, _, _ in members[:_MOST]]
    width = max(map(len, keys), default=0) + 2
    lines = [
        f"{key.ljust(width)}# {facts(held, required=required)}"
        for key, (_, held, required) in zip(keys, members, strict=False)
    ]
    if len(members) > _MOST:
        lines.append(f"    # and {counted(len(members) - _MOST, 'member')} more")
    return ("  each:", "  fields:", *lines)


def _members(item: Type) -> Iterator[tuple[str, Type, bool]]:
    for name in item.members:
        held = item.member(name)
        if held is not None and held.kinds and not held.read_only:
            yield name, held, name in item.asked
