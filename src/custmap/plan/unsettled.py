"""What of a before is not settled: a lost answer leaves it open whether the vendor holds it.

A before names such canonical paths. The rules that read them say again what after says: the slots of before
are marked for that. What after does not mention stays open.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from custmap.codegen.define import Functions
from custmap.expressions.inference import SourcePath
from custmap.model.checked import Checked
from custmap.model.clear import Skip
from custmap.model.nodes import FromSource, Leaf, ObjectNode, Presence, Table, TargetNode
from custmap.model.note import Fact
from custmap.model.walkers import children, eaches, options, own_objects
from custmap.plan.open_paths import OpenPath, is_item, is_missing, made_up, mentions, names_of, steps_of
from custmap.plan.sides import Sides
from custmap.plan.unconditional import unconditional
from custmap.running.draft import Draft, read
from custmap.running.lists import keys_of
from custmap.running.states import SILENT, Unsettled, is_value
from custmap.schema.customer_texts import TEXT_PARTS
from custmap.values.absent import ABSENT
from custmap.values.equality import fingerprint, same
from custmap.values.paths import Member, Select, TargetPath
from custmap.values.types import Type

Row = tuple[Any, ...]
Record = dict[str, Any]


class Readers:
    """The rules of an operation by the source paths that they read."""

    def __init__(self, checked: Checked, riders: Row) -> None:
        operation, canonical = checked.operation, checked.canonical
        self._table = operation.table
        self._type = canonical.type
        self._made = Functions(checked, unconditional(operation))
        self._riders = riders
        self.reads = {
            leaf.slot: tuple(dict.fromkeys(_reads(leaf, operation.table)))
            for leaf in operation.table.slots
            if isinstance(leaf, Leaf) and not leaf.policy.identity
        }
        """The source paths of each rule, and of the conditions around it; identities have none."""
        self._cleared = {
            one.presence.slot: one.policy.otherwise_clear
            for one in own_objects(operation.body)
            if one.presence is not None
        }
        self._skipped = set(_skipped(operation.body))

    def of(self, path: OpenPath) -> Iterator[Leaf]:
        """The rules that read a path."""
        for slot, reads in self.reads.items():
            if any(map(path.touches, reads)):
                yield self._table.slots[slot]  # type: ignore[misc]  # only leaves have reads

    def is_free(self, path: SourcePath) -> bool:
        """Is a map with free keys at a canonical path?"""
        type_: Type | None = self._type
        for step in path:
            type_ = type_ and (type_.member(step) if isinstance(step, str) else type_.items)
        return type_ is not None and type_.only("object") and type_.free

    def is_settled(self, path: OpenPath, paths: Sequence[OpenPath], sides: Sides) -> bool:
        """Is a path of `paths`, which are open, no longer so once the plan has arrived?

        A lost change leaves all open that its rule reads: such a rule must have said its value again. What
        after does not mention is not settled by one rule that says it, if another that reads it does not.
        """
        said = is_stated = mentions(sides.stated, path.names, self._type)
        for leaf in self.of(path):
            touching = self._together(leaf, path, self._touching(leaf, paths))
            may_be_lost = self._may_be_lost(leaf, touching)
            if may_be_lost and self._is_untold(leaf, sides.new):
                return False
            if self._says(leaf, touching, sides):
                said = True
                continue
            speaks = is_stated or self._is_any_mentioned(leaf, touching, sides)
            if not speaks or may_be_lost:
                return False
        return said

    def is_kept(self, leaf: Leaf, row: Row) -> bool:
        """Is a rule silent, so that the vendor keeps what it holds, and neither it nor an object clears?"""
        if row[leaf.slot] is not SILENT:
            return False
        cleared = leaf.policy.otherwise_clear
        around = self._table.inside[leaf.slot]
        while around is not None:  # the outermost one decides
            if row[around] is SILENT:
                cleared = self._cleared[around]
            around = self._table.inside[around]
        return not cleared

    def _is_untold(self, leaf: Leaf, row: Row) -> bool:
        """Is the vendor not told what after says: the rule is silent, or skips what is gone?"""
        return self._is_skipped(leaf, row) or self.is_kept(leaf, row)

    def _is_skipped(self, leaf: Leaf, row: Row) -> bool:
        """Is a value gone that must not be said twice, and the vendor is not told so?"""
        once = not leaf.policy.repeatable or leaf.kind.only_new
        return once and leaf.slot in self._skipped and not is_value(row[leaf.slot])

    def _may_be_lost(self, leaf: Leaf, paths: Sequence[OpenPath]) -> bool:
        """Is all open that a rule, or an entry of its map, reads, as a lost change leaves it?"""
        return any(self.entries(leaf, path) for path in paths) or all(
            any(one.is_in(steps_of(read)) for one in paths) for read in self.reads[leaf.slot]
        )

    def _together(self, leaf: Leaf, path: OpenPath, paths: list[OpenPath]) -> list[OpenPath]:
        """Those of the paths that a rule reads which are said with one of them: an entry is said alone."""
        return [path] if self.entries(leaf, path) else paths

    def _touching(self, leaf: Leaf, paths: Sequence[OpenPath]) -> list[OpenPath]:
        """Those of the paths that a rule reads."""
        return [path for path in paths if any(map(path.touches, self.reads[leaf.slot]))]

    def _says(self, leaf: Leaf, paths: Sequence[OpenPath], sides: Sides) -> bool:
        """Is the value of a rule that reads these paths said again?"""
        is_entry = any(self.entries(leaf, path) for path in paths)
        there = is_entry or sides.new[leaf.slot] is not ABSENT or self._is_gone(leaf, sides)
        return there and self._speaks(leaf, paths, sides)

    def _speaks(self, leaf: Leaf, paths: Sequence[OpenPath], sides: Sides) -> bool:
        """Does after speak of what a rule reads? It does of what it changes."""
        if sides.complete or self._is_any_mentioned(leaf, paths, sides):
            return True
        if _states_whole(leaf, sides.stated):
            return True
        entries = [names for path in paths for names in self.entries(leaf, path)]
        states = [sides.own[leaf.slot], sides.new[leaf.slot], sides.old[leaf.slot]]
        for names in entries or [()]:
            own, new, old = (_entry_of(state, names) for state in states)
            if (own not in (ABSENT, SILENT) and same(own, new)) or not same(old, new):
                return True
        return False

    def _is_any_mentioned(self, leaf: Leaf, paths: Iterable[OpenPath], sides: Sides) -> bool:
        return any(self._is_mentioned(leaf, path, sides) for path in paths)

    def _is_mentioned(self, leaf: Leaf, path: OpenPath, sides: Sides) -> bool:
        """Does after speak of a path, or of what of it the rule reads?"""
        reads = [names_of(read) for read in self.reads[leaf.slot] if path.touches(read)]
        return any(mentions(sides.stated, max(path.names, read, key=len), self._type) for read in reads)

    def row(self, paths: Sequence[OpenPath], sides: Sides, draft: Draft) -> Row:
        """The slots of before, with those marked that say again what after says; the draft notes the rest."""
        row = list(sides.old)
        for slot in self.reads:
            leaf: Leaf = self._table.slots[slot]  # type: ignore[assignment]  # only leaves have reads
            touching = self._touching(leaf, paths)
            if not touching:
                continue
            said = [one for one in touching if self._says(leaf, self._together(leaf, one, touching), sides)]
            if said:
                row[slot] = self._unsettled(leaf, said, sides)
            if len(said) == len(touching):
                left = self._is_skipped(leaf, sides.new) and self._may_be_lost(leaf, touching)
            else:
                unsaid = [one for one in touching if one not in said]
                left = (
                    not self._is_any_mentioned(leaf, unsaid, sides)
                    or self._may_be_lost(leaf, unsaid)
                    or () in self.reads[slot]
                )
            if left:
                draft.note(leaf.target, Fact.UNSETTLED, leaf)
            if any(self._is_nameless(leaf, one) for one in said):
                draft.note(leaf.target, Fact.MAY_REMAIN, leaf)
        return tuple(row)

    def _is_gone(self, leaf: Leaf, sides: Sides) -> bool:
        """Is a value that is not there gone, and not only never stated?"""
        around = self._table.inside[leaf.slot]
        if sides.complete or is_value(sides.old[leaf.slot]) or _states_whole(leaf, sides.stated):
            return True
        if around is not None and sides.new[around] is SILENT:
            return True
        return all(
            read(sides.stated, path) is None or is_missing(sides.after, path, self._type)
            for path in self.reads[leaf.slot]
            if path in leaf.reads
        )

    def _unsettled(self, leaf: Leaf, paths: Sequence[OpenPath], sides: Sides) -> Unsettled:
        """The state in before of a rule that reads paths, with the entries or items that they are about."""
        held = sides.old[leaf.slot]
        if leaf.kind.is_one:
            return Unsettled(held)
        below: dict[Any, Any] = {}
        whole = False
        for path in paths:
            if leaf.kind.is_map:
                entries = self.entries(leaf, path)
                for names in entries:
                    _grow(below, names)
                whole |= not entries
            else:
                keys = self.item_keys(leaf, path, (sides.before, sides.after))
                below.update(keys)
                whole |= not keys
        if whole and not is_value(held):
            below = self._if_it_spoke(leaf, sides.before) | below
        return Unsettled(held, below, whole)

    def _if_it_spoke(self, leaf: Leaf, before: Record) -> dict[Any, Any]:
        """The entries or items that a rule may have said, though before has it silent."""
        made = self._made.values(before, self._riders)[leaf.slot]
        below: dict[Any, Any] = {}
        if leaf.kind.is_map and type(made) is dict:
            for names in _names_in(made, deep=leaf.kind.is_deep):
                _grow(below, names)
        elif leaf.kind.has_items and type(made) is list:
            below = {fingerprint(key): key for key in keys_of(leaf, made)}
        return below

    def asking(self, path: OpenPath) -> Iterator[Leaf]:
        """The rules whose conditions read a path."""
        return (one for one in self.of(path) if any(map(path.touches, _asks(one, self._table))))

    def gone_in_silence(self, leaf: Leaf, sides: Sides) -> list[TargetPath]:
        """The entries or items of a silent rule that after lacks, below its target: nothing clears them."""
        if is_value(sides.old[leaf.slot]) or is_value(sides.new[leaf.slot]):
            return []
        then, now = (self._if_it_spoke(leaf, one) for one in (sides.before, sides.after))
        gone = [(mark, key) for mark, key in then.items() if mark not in now]
        if leaf.kind.is_map:
            return [(Member(str(mark)),) for mark, _ in gone]
        return [(Select(leaf.key or "", key),) for _, key in gone]

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

    def _is_nameless(self, leaf: Leaf, path: OpenPath) -> bool:
        """May a rule have lost entries of a path that nobody can name?"""
        if not leaf.kind.is_map or self.entries(leaf, path):
            return False
        own = any(steps_of(one) == path.steps for one in leaf.reads)
        return own and ("a",) not in self._entries_of(leaf, path.steps, {"a": ""})

    def item_keys(self, leaf: Leaf, path: OpenPath, records: Sequence[Record]) -> dict[Any, Any]:
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
            elif (
                leaf.kind.one_by_one and path.steps[:-1] == source
            ):  # a number, or what stands at that position
                at = path.steps[-1]
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


def _states_whole(leaf: Leaf, stated: Record) -> bool:
    """Does a record state the whole name or number, from which the part that a rule takes is split?"""
    parts = [need.path for need in leaf.needs if need.rest and need.path]
    wholes = [(*path, TEXT_PARTS.get(str(path[-1]), "")) for path in parts]
    return bool(wholes) and all(read(stated, path) is not ABSENT for path in wholes)


def _entry_of(state: Any, names: Sequence[str]) -> Any:
    """An entry of a slot's map; a slot that has no map, itself."""
    for name in names:
        if type(state) is not dict:
            break
        state = state.get(name, ABSENT)
    return state


def _record(steps: Sequence[str | int], value: Any) -> Any:
    """A record that has nothing but a value at a path."""
    for step in reversed(steps):
        value = {step: value} if isinstance(step, str) else [*({} for _ in range(step)), value]
    return value


def has_free_keys(leaf: Leaf) -> bool:
    """May a rule's map have keys that are data, and not names?"""
    sources = (one.source for one in options(leaf.origin))
    return any(not isinstance(one, FromSource) or one.type.free for one in sources)


def _names_in(made: Record, *, deep: bool) -> Iterator[tuple[str, ...]]:
    for name, entry in made.items():
        if deep and type(entry) is dict and entry:
            yield from ((name, *names) for names in _names_in(entry, deep=True))
        else:
            yield (name,)


def sources_of(leaf: Leaf) -> list[tuple[str, ...]]:
    """The names that lead to the maps or lists that a rule's may come from."""
    return [names for path in leaf.reads if (names := names_of(path))]


def _grow(tree: dict[Any, Any], names: Sequence[str]) -> None:
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


def _skipped(node: TargetNode, around: bool = False) -> Iterator[int]:
    """The slots of rules that skip what is gone, or that are in an object that does."""
    if isinstance(node, Leaf):
        if around or isinstance(node.policy.clear, Skip):
            yield node.slot
    else:
        around = around or (isinstance(node, ObjectNode) and isinstance(node.clear, Skip))
        for one in children(node):
            yield from _skipped(one, around)


def _reads(leaf: Leaf, table: Table) -> Iterator[SourcePath]:
    """What a rule reads, and the conditions around it; of a name or a phone only the part that it takes."""
    yield from (need.path for need in leaf.needs if not need.rest)
    yield from _asks(leaf, table)


def _asks(leaf: Leaf, table: Table) -> Iterator[SourcePath]:
    """What the conditions of a rule read, its own and those around it."""
    yield from leaf.asks
    around = table.inside[leaf.slot]
    while around is not None:
        presence = table.slots[around]
        assert isinstance(presence, Presence)
        yield from presence.asks
        around = table.inside[around]
