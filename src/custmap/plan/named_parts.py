"""Which entries of a rule's map, or items of its list, a canonical path is about.

An expression may have put the map or list together, so they are found by trial: of a record that has nothing
but that path, what does the rule make?
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from custmap.codegen.define import Functions
from custmap.expressions.inference import SourcePath
from custmap.model.checked import Checked
from custmap.model.nodes import FromSource, Leaf, Table
from custmap.model.walkers import eaches, options
from custmap.plan.open_paths import OpenPath, is_item, made_up, names_of, steps_of
from custmap.plan.unconditional import unconditional
from custmap.running.draft import read
from custmap.running.item_keys import keys_of
from custmap.values.absent import ABSENT
from custmap.values.equality import fingerprint

Row = tuple[Any, ...]
Record = dict[str, Any]


class NamedParts:
    """What the rules of an operation make of parts of a record, whatever their conditions say."""

    def __init__(self, checked: Checked, riders: Row) -> None:
        self._made = Functions(checked, unconditional(checked.operation))
        self._riders = riders

    def entries(self, leaf: Leaf, path: OpenPath) -> list[tuple[str, ...]]:
        """The entries of a rule's map that a path is about; none if it is about more, or about no map.

        What is below a free map has its entry's name. Else they are found by trial: an expression may have
        put the map together.
        """
        if not leaf.kind.is_map:
            return []
        sources = dict.fromkeys(map(steps_of, leaf.reads))
        named = (names_of(path.steps[len(source) :]) for source in sources if path.is_in(source))
        below = [names for names in named if names]
        return below if below and has_free_keys(leaf) else self.made_of(leaf, path.steps) or below

    def made_of(self, leaf: Leaf, steps: SourcePath) -> list[tuple[str, ...]]:
        """The entries that a rule makes of a field alone, whatever its value: that may be the key of one."""
        for value, other in (("", "a"), (0, 1)) if leaf.kind.is_map else ():
            made = self._entries_of(leaf, steps, value)
            if has_free_keys(leaf):
                others = self._entries_of(leaf, steps, other)
                made = [names for names in made if names in others]
            if made:
                return made
        return []

    def _entries_of(self, leaf: Leaf, steps: SourcePath, value: Any) -> list[tuple[str, ...]]:
        """The entries that a rule makes of a record that has nothing but a value at a path."""
        made = self._made.values(_record(steps, value), self._riders)[leaf.slot]
        return list(_names_in(made, deep=leaf.kind.is_deep)) if type(made) is dict else []

    def of_record(self, leaf: Leaf, before: Record) -> dict[Any, Any]:
        """The entries or items that a rule may have said, though before has it silent."""
        made = self._made.values(before, self._riders)[leaf.slot]
        below: dict[Any, Any] = {}
        if leaf.kind.is_map and type(made) is dict:
            for names in _names_in(made, deep=leaf.kind.is_deep):
                grow(below, names)
        elif leaf.kind.has_items and type(made) is list:
            below = {fingerprint(key): key for key in keys_of(leaf, made)}
        return below

    def is_nameless(self, leaf: Leaf, path: OpenPath, records: Sequence[Record]) -> bool:
        """May a rule have lost entries or items of a path that nobody can name?"""
        if leaf.kind.one_by_one:
            return not self.items(leaf, path, records)
        if not leaf.kind.is_map or self.entries(leaf, path):
            return False
        own = any(steps_of(one) == path.steps for one in leaf.reads)
        return own and ("a",) not in self._entries_of(leaf, path.steps, {"a": ""})

    def items(self, leaf: Leaf, path: OpenPath, records: Sequence[Record]) -> dict[Any, Any]:
        """The vendor's keys, by their fingerprints, of the item that a path is about; none if it is about
        more. Of a list that is made of a map, an entry is an item."""
        for source in sources_of(leaf):
            items: list[Any] = []
            if path.item is not None and path.names == source:
                found = [read(record, source) for record in records]
                items = [
                    [one] for held in found if type(held) is list for one in held if is_item(one, path.item)
                ]
                items += [[one] for one in made_up(path.item)]
            elif leaf.kind.one_by_one and path.steps[:-1] == source and type(at := path.steps[-1]) is int:
                # a number, or what stands at that position
                items = [[at], *([one] for record in records for one in [read(record, path.steps)])]
            elif path.item is None and path.names[:-1] == source:
                entries = [read(record, path.names) for record in records]
                items = [{path.names[-1]: one} for one in [*entries, ""] if one is not ABSENT]
            for held in items:
                if keys := self.keys(leaf, source, held):
                    return keys
        return {}

    def keys(self, leaf: Leaf, names: Sequence[str], held: Any) -> dict[Any, Any]:
        """The vendor's keys of what a rule makes of a list or map alone."""
        rows = self._made.values(_record(names, held), self._riders)[leaf.slot]
        if type(rows) is not list:
            return {}
        return {fingerprint(key): key for key in (rows if leaf.kind.one_by_one else keys_of(leaf, rows))}


def has_free_keys(leaf: Leaf) -> bool:
    """May a rule's map have keys that are data, and not names?"""
    sources = (one.source for one in options(leaf.origin))
    return any(not isinstance(one, FromSource) or one.type.free for one in sources)


def sources_of(leaf: Leaf) -> list[tuple[str, ...]]:
    """The names that lead to the maps or lists that a rule's may come from."""
    return [names for path in leaf.reads if (names := names_of(path))]


def grow(tree: dict[Any, Any], names: Sequence[str]) -> None:
    """Add an entry to a tree; None stands for all that is below."""
    for name in names[:-1]:
        tree = tree.setdefault(name, {})
        if tree is None:
            return
    tree[names[-1]] = None


def key_member(leaf: Leaf) -> str | None:
    """The member of a source item by which a rule's items are known; None where there is no such one."""
    tables = [each.table for each in eaches(leaf.origin)]
    if not tables:
        return leaf.key
    found = {_read_for_key(table, leaf.key) for table in tables}
    return found.pop() if len(found) == 1 else None


def _read_for_key(table: Table, key: str | None) -> str | None:
    for member in table.item.members:
        if isinstance(member, Leaf) and member.name == key and len(member.reads) == 1:
            (path,) = member.reads
            return str(path[0]) if len(path) == 1 else None
    return None


def _record(steps: Sequence[str | int], value: Any) -> Any:
    """A record that has nothing but a value at a path."""
    for step in reversed(steps):
        value = {step: value} if isinstance(step, str) else [*({} for _ in range(step)), value]
    return value


def _names_in(made: Record, *, deep: bool) -> Iterator[tuple[str, ...]]:
    for name, entry in made.items():
        if deep and type(entry) is dict and entry:
            yield from ((name, *names) for names in _names_in(entry, deep=True))
        else:
            yield (name,)
