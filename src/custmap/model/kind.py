"""Kinds: how a rule's value is compared and sent, as `merge` says or as the value's type implies."""

from __future__ import annotations

from typing import Final

from msgspec import Struct


class Kind(Struct, frozen=True):
    """One kind of value, with its facts.

    `is_map`     an object or map that is compared key by key.
    `is_deep`    the objects in it are compared key by key, too.
    `has_items`  a list whose items are identified by a key.
    `is_set`     a list in which order and duplicates mean nothing.
    `only_new`   the vendor accepts new items, but no changes of items.
    `one_by_one` a list of scalars whose items are added and taken away one by one.
    """

    name: str
    is_map: bool = False
    is_deep: bool = False
    has_items: bool = False
    is_set: bool = False
    only_new: bool = False
    one_by_one: bool = False

    @property
    def is_one(self) -> bool:
        """Is it compared and sent as one value?"""
        return not self.is_map and not self.has_items and not self.one_by_one

    @property
    def is_flat(self) -> bool:
        """Is it a map in which each entry is one value?"""
        return self.is_map and not self.is_deep

    @property
    def is_list(self) -> bool:
        """Is it always a list?"""
        return self.has_items or self.is_set


VALUE: Final = Kind("value")
"""One value; this includes lists and maps that are replaced as a whole."""
SET: Final = Kind("set", is_set=True)
ENTRIES: Final = Kind("entries", is_map=True)
MEMBERS: Final = Kind("members", is_map=True, is_deep=True)
"""An object without a table of its own."""
KEYED: Final = Kind("keyed", has_items=True)
ADD_ONLY: Final = Kind("add-only", has_items=True, only_new=True)
ITEMS: Final = Kind("items", is_set=True, one_by_one=True)

BY_MERGE: Final[dict[str, Kind]] = {
    "fields": MEMBERS,
    "whole": VALUE,
    "entries": ENTRIES,
    "set": SET,
    "keyed": KEYED,
    "add-only": ADD_ONLY,
    "items": ITEMS,
}
"""The kind that a rule's `merge` selects."""
