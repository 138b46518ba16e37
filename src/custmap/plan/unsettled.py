"""What of a before is not settled: a lost answer leaves it open whether the vendor holds it.

A before names such canonical paths. The rules that read them say again what after says: the slots of before
are marked for that. What after does not mention stays open.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from custmap.expressions.inference import SourcePath
from custmap.model.checked import Checked
from custmap.model.clear import Skip
from custmap.model.nodes import Leaf, ObjectNode, Presence, Table, TargetNode
from custmap.model.note import Fact
from custmap.model.walkers import children, own_objects
from custmap.plan.named_parts import NamedParts, grow
from custmap.plan.open_paths import OpenPath, is_missing, mentions, names_of, steps_of
from custmap.plan.sides import Sides
from custmap.running.draft import Draft, read
from custmap.running.states import SILENT, Unsettled, is_value
from custmap.schema.customer_texts import TEXT_PARTS
from custmap.values.absent import ABSENT
from custmap.values.equality import same
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
        self.named = NamedParts(checked, riders)
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
            if may_be_lost and (self._is_untold(leaf, sides.new) or self._is_never_told(leaf, path, sides)):
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

    def _is_never_told(self, leaf: Leaf, path: OpenPath, sides: Sides) -> bool:
        """May entries or items that must not be said twice be at the vendor, and nobody can name them?"""
        once = not leaf.policy.repeatable or leaf.kind.only_new
        return once and self.named.is_nameless(leaf, path, (sides.before, sides.after))

    def _is_skipped(self, leaf: Leaf, row: Row) -> bool:
        """Is a value gone that must not be said twice, and the vendor is not told so?"""
        once = not leaf.policy.repeatable or leaf.kind.only_new
        return once and leaf.slot in self._skipped and not is_value(row[leaf.slot])

    def _may_be_lost(self, leaf: Leaf, paths: Sequence[OpenPath]) -> bool:
        """Is all open that a rule, or an entry of its map, reads, as a lost change leaves it?"""
        return any(self.named.entries(leaf, path) for path in paths) or all(
            any(one.is_in(steps_of(read)) for one in paths) for read in self.reads[leaf.slot]
        )

    def _together(self, leaf: Leaf, path: OpenPath, paths: list[OpenPath]) -> list[OpenPath]:
        """Those of the paths that a rule reads which are said with one of them: an entry is said alone."""
        return [path] if self.named.entries(leaf, path) else paths

    def _touching(self, leaf: Leaf, paths: Sequence[OpenPath]) -> list[OpenPath]:
        """Those of the paths that a rule reads."""
        return [path for path in paths if any(map(path.touches, self.reads[leaf.slot]))]

    def _says(self, leaf: Leaf, paths: Sequence[OpenPath], sides: Sides) -> bool:
        """Is the value of a rule that reads these paths said again?"""
        is_entry = any(self.named.entries(leaf, path) for path in paths)
        there = is_entry or sides.new[leaf.slot] is not ABSENT or self._is_gone(leaf, sides)
        return there and self._speaks(leaf, paths, sides)

    def _speaks(self, leaf: Leaf, paths: Sequence[OpenPath], sides: Sides) -> bool:
        """Does after speak of what a rule reads? It does of what it changes."""
        if sides.complete or self._is_any_mentioned(leaf, paths, sides):
            return True
        if _states_whole(leaf, sides.stated):
            return True
        entries = [names for path in paths for names in self.named.entries(leaf, path)]
        states = [sides.own[leaf.slot], sides.new[leaf.slot], sides.old[leaf.slot]]
        for names in entries or [()]:
            own, new, old = (_entry_of(state, names) for state in states)
            if own not in (ABSENT, SILENT) and same(own, new):
                return True
            if not (_is_nothing(old) and _is_nothing(new)) and not same(old, new):
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
            records = (sides.before, sides.after)
            if any(self.named.is_nameless(leaf, one, records) for one in said):
                draft.note(leaf.target, Fact.MAY_REMAIN, leaf)
        return tuple(row)

    def _is_gone(self, leaf: Leaf, sides: Sides) -> bool:
        """Is a value that is not there gone, and not only never stated?"""
        around = self._table.inside[leaf.slot]
        if sides.complete or is_value(sides.old[leaf.slot]) or _states_whole(leaf, sides.stated):
            return True
        if around is not None and sides.new[around] is SILENT:
            return True
        reads = self.reads[leaf.slot]
        if all(mentions(sides.stated, names_of(path), self._type) for path in reads):
            return True  # after says all that the rule asks for, and it makes nothing of it
        return all(
            read(sides.stated, path) is None or is_missing(sides.after, path, self._type)
            for path in reads
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
                entries = self.named.entries(leaf, path)
                for names in entries:
                    grow(below, names)
                whole |= not entries
            else:
                keys = self.named.items(leaf, path, (sides.before, sides.after))
                below.update(keys)
                whole |= not keys
        if whole and not is_value(held):
            below = self.named.of_record(leaf, sides.before) | below
        return Unsettled(held, below, whole)

    def asking(self, path: OpenPath) -> Iterator[Leaf]:
        """The rules whose conditions read a path."""
        return (one for one in self.of(path) if any(map(path.touches, _asks(one, self._table))))

    def gone_in_silence(self, leaf: Leaf, sides: Sides) -> list[TargetPath]:
        """The entries or items of a silent rule that after lacks, below its target: nothing clears them."""
        if is_value(sides.old[leaf.slot]) or is_value(sides.new[leaf.slot]):
            return []
        then, now = (self.named.of_record(leaf, one) for one in (sides.before, sides.after))
        gone = [(mark, key) for mark, key in then.items() if mark not in now]
        if leaf.kind.is_map:
            return [(Member(str(mark)),) for mark, _ in gone]
        return [(Select(leaf.key or "", key),) for _, key in gone]


def _states_whole(leaf: Leaf, stated: Record) -> bool:
    """Does a record state the whole name or number, from which the part that a rule takes is split?"""
    parts = [need.path for need in leaf.needs if need.rest and need.path]
    wholes = [(*path, TEXT_PARTS.get(str(path[-1]), "")) for path in parts]
    return bool(wholes) and all(read(stated, path) is not ABSENT for path in wholes)


def _is_nothing(state: Any) -> bool:
    """Is there no value? A failure is no such state: it has something to say."""
    return state is None or state is ABSENT or state is SILENT


def _entry_of(state: Any, names: Sequence[str]) -> Any:
    """An entry of a slot's map; a slot that has no map, itself."""
    for name in names:
        if type(state) is not dict:
            break
        state = state.get(name, ABSENT)
    return state


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
