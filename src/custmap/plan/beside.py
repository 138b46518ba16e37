"""Both sides of `diff(None, after, vendor=document)`: what the vendor holds, and after laid over it.

Before is what the document reads back as. Rule by rule it is decided who speaks, so that nothing is said
because after did not mention it:

- A rule that does not read back compares its target value with the document's. It speaks only if after itself
  states all that it reads.
- Any other rule speaks only if after mentions something that it reads, and if what its `when` asks is known.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final

from msgspec import Struct

from custmap.diagnostics.span import Span
from custmap.expressions.inference import Read, SourcePath
from custmap.model.checked import Operation
from custmap.model.nodes import FromSource, Leaf, Presence
from custmap.model.note import Fact, Note
from custmap.plan.overlay import lay
from custmap.plan.vendor_document import VendorDocument
from custmap.running.draft import read
from custmap.running.states import SILENT, Failure, is_value
from custmap.values.absent import ABSENT
from custmap.values.equality import same
from custmap.values.types import Type

Slots = tuple[Any, ...]


class Reading(Struct, frozen=True):
    """What a document reads back as, and after laid over it; with the target values of both.

    Of complete records after stands alone.
    """

    before: dict[str, Any]
    after: dict[str, Any]
    sent: Slots
    new: Slots


class Beside(Struct, frozen=True):
    """A vendor's copy beside after.

    `joint`     what all rules read; `apart`: for those rules that read something else, what they read.
    `stated`    after with each member that it states, those that a text says it does not have too.
    `complete`  records are complete: after states everything.
    """

    operation: Operation
    document: VendorDocument
    joint: Reading
    apart: Mapping[Span, Reading]
    stated: dict[str, Any]
    complete: bool

    def sides(self) -> tuple[Slots, Slots, list[Note]]:
        """Both sides' slots, and a note for each rule that is left alone."""
        low, high = self.operation.body.slots
        sides: list[tuple[Any, Any]] = []
        notes: list[Note] = []
        for slot in self.operation.table.slots:
            reading = self._of(slot)
            sent, new = reading.sent[slot.slot], reading.new[slot.slot]
            if not low <= slot.slot < high:  # the vendor's copy is a body; of the rest it says what was read
                sides.append((sent if sent is None or is_value(sent) else new, new))
            elif isinstance(slot, Presence):
                sides.append((True, new if self._may_speak(slot, new) else True))
            elif self._speaks(slot, new):
                sides.append(self._spoken(slot, sent, new))
            else:
                held = self.document.holds(slot, sent)
                sides.append((held, held))
                if self._is_missed(slot, new, held):
                    notes.append(Note(slot.target, Fact.NOT_STATED, slot.span))
        return tuple(old for old, _ in sides), tuple(new for _, new in sides), notes

    def _of(self, slot: Leaf | Presence) -> Reading:
        return self.apart.get(slot.span, self.joint)

    def _spoken(self, leaf: Leaf, sent: Any, new: Any) -> tuple[Any, Any]:
        """Both sides of a rule that speaks."""
        there = self.document.value(leaf) is not ABSENT
        held = self.document.holds(leaf, sent) if there else ABSENT
        new = self._over(leaf, held, new)
        return (_OTHER_KIND if held == new and not same(held, new) else held), new

    def _over(self, leaf: Leaf, held: Any, new: Any) -> Any:
        """A value over what was held; that of a rule that reads back was made of what is laid over before."""
        source = leaf.origin.source
        if self.complete or self.document.reads_back(leaf) or not isinstance(source, FromSource):
            return new
        return lay(held, new, source.type)

    def _speaks(self, leaf: Leaf, new: Any) -> bool:
        if self.complete:
            return True
        if not self.document.reads_back(leaf):
            return self._is_stated(leaf)
        if new is SILENT:
            return self._may_speak(leaf, new)
        if new.__class__ is Failure and not any(self._is_new(leaf, path) for path in leaf.reads):
            return False
        # One that begins to speak has to say something that is known: without a value, its default would.
        is_known = any(read(self._of(leaf).after, path) is not ABSENT for path in leaf.reads)
        paths = (*leaf.reads, *leaf.asks) if is_known else leaf.reads
        return self._may_speak(leaf, new) and self._is_mentioned(leaf, paths)

    def _may_speak(self, slot: Leaf | Presence, new: Any) -> bool:
        """Is it known what its `when` asks, and those of the objects around? Silence has to be after's."""
        if self.complete:
            return True
        return self._is_known(slot) and (
            new is not SILENT or self._is_mentioned(slot, (one.path for one in self._asked(slot)))
        )

    def _is_missed(self, leaf: Leaf, new: Any, held: Any) -> bool:
        """Would a rule that is left alone say something of what after mentions, had after stated more?"""
        if new is ABSENT or same(new, held):
            return False
        is_kept_back = not self.document.reads_back(leaf) or not self._is_known(leaf)
        return is_kept_back and self._is_mentioned(leaf, (*leaf.reads, *leaf.asks))

    def _is_mentioned(self, slot: Leaf | Presence, paths: Iterable[SourcePath]) -> bool:
        """Does after say something of one of these, or is one gone with an item or a key?"""
        return any(read(self.stated, path) is not ABSENT or self._is_new(slot, path) for path in paths)

    def _is_new(self, slot: Leaf | Presence, path: SourcePath) -> bool:
        reading = self._of(slot)
        return not same(read(reading.before, path), read(reading.after, path))

    def _asked(self, slot: Leaf | Presence) -> Iterator[Read]:
        """What its `when` asks, and those of the objects around."""
        yield from (need for need in slot.needs if need.path in slot.asks)
        around = self.operation.table.inside[slot.slot]
        if around is not None:
            yield from self._asked(self.operation.table.slots[around])

    def _is_known(self, slot: Leaf | Presence) -> bool:
        """Is all that is asked known, from after or from the document?"""
        after = self._of(slot).after
        return all(_states(self.stated, one) or _states(after, one) for one in self._asked(slot))

    def _is_stated(self, leaf: Leaf) -> bool:
        """Does after itself state all that the rule reads? A key that a mentioned map lacks is stated."""
        maps = dict(leaf.in_maps)
        needs = {*leaf.needs, *self._asked(leaf)}
        return all(
            _states(self.stated, need)
            or (need.path in maps and read(self.stated, need.path[: maps[need.path]]).__class__ is dict)
            for need in needs
        )


_OTHER_KIND: Final = Failure("CM706", "the vendor's value is of another kind")
"""For 0 where the contract has false: generated code trusts kinds, and to Python the two are equal."""


def _states(record: dict[str, Any], need: Read) -> bool:
    """Does a record state all that a read takes?"""
    value = read(record, need.path)
    return value is not ABSENT and (need.whole is None or _is_complete(value, need.whole))


def _is_complete(value: Any, type_: Type) -> bool:
    """Are all named members of an object stated, and theirs?"""
    if value.__class__ is not dict:
        return True
    return all(
        name in value and ((inner := type_.member(name)) is None or _is_complete(value[name], inner))
        for name in type_.members
    )
