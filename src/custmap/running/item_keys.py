"""The keys of items: what tells the items of a list apart."""

from __future__ import annotations

from typing import Any

from custmap.model.nodes import Leaf, Table
from custmap.running.states import Failure, is_value
from custmap.values.absent import ABSENT
from custmap.values.equality import fingerprint
from custmap.values.numbers import key_text

Row = Any
"""An item: `(table, slot, slot, …)` where rules make it, else the item itself."""


Keyed = dict[Any, tuple[Any, Row]]
"""Keys and items by the key's fingerprint."""


class Keyless(Exception):
    """An item has no key, or shares it with another."""


def by_key(leaf: Leaf, rows: list[Row]) -> Keyed | None:
    """The items by their keys; None where they cannot be told apart."""
    try:
        return items_by_key(leaf, rows)
    except Keyless:
        return None


def items_by_key(leaf: Leaf, rows: list[Row]) -> Keyed:
    """The items by their keys; Keyless where they cannot be told apart."""
    found: Keyed = {}
    table, place = None, 0
    for row in rows:
        if type(row) is not tuple:
            key = _key(leaf, row)
        else:
            if row[0] is not table:
                table, place = row[0], _place(leaf, row[0])
            key = row[place] if place else ABSENT
        mark = key if type(key) is str else _mark(key)
        if mark in found:
            raise Keyless("two items have the same key")
        found[mark] = (key, row)
    if leaf.says is not None and len({key_text(key) for key, _ in found.values()}) < len(found):
        raise Keyless("two items have keys that a template writes alike")
    return found


def _mark(key: Any) -> Any:
    if type(key) is Failure:
        raise Keyless(f"the key of an item {key.reason}")
    if not is_value(key) or type(key) in (dict, list):
        raise Keyless("an item has no key")
    return fingerprint(key)


def keys_of(leaf: Leaf, rows: list[Row]) -> list[Any]:
    """The keys of the items that have one."""
    keys = [_key(leaf, row) for row in rows]
    return [key for key in keys if is_value(key) and type(key) not in (dict, list)]


def _key(leaf: Leaf, row: Row) -> Any:
    if type(row) is not tuple:
        return row.get(leaf.key, ABSENT) if type(row) is dict else ABSENT
    place = _place(leaf, row[0])
    return row[place] if place else ABSENT


def _place(leaf: Leaf, table: Table) -> int:
    """Where the rows of a table have the key; 0 where they have none."""
    for member in table.item.members:
        if member.name == leaf.key and isinstance(member, Leaf):
            return 1 + member.slot
    return 0
