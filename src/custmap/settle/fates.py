"""What became of each rule's value, and whether a kept record shows it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any, Final

from custmap.model.checked import Operation
from custmap.model.nodes import Leaf
from custmap.plan.unsettled import Readers
from custmap.running.item_keys import by_key
from custmap.running.states import SILENT, Failure
from custmap.settle.traced import Place
from custmap.values.absent import ABSENT
from custmap.values.equality import same
from custmap.values.numbers import key_text
from custmap.values.paths import Member, Segment, Select, TargetPath, Value

Row = tuple[Any, ...]


class Fates:
    """What became of the values of an operation's rules in one night.

    `back`  the places of what did not arrive, `lost` of what may have, `said` of what did.
    """

    def __init__(
        self,
        operation: Operation,
        readers: Readers,
        back: Iterable[Place],
        lost: Iterable[Place],
        said: Iterable[Place],
    ) -> None:
        self._readers = readers
        self._leaves = [
            slot for slot in operation.table.slots if isinstance(slot, Leaf) and not slot.policy.identity
        ]
        self._back, self._lost, self._said = (_by_slot(places) for places in (back, lost, said))

    def hidden(self, old: Row, new: Row, now: Row) -> Iterator[Place]:
        """The places of which the vendor holds something else than a kept record says.

        `old`, `new`  the slots of before and after, `now` those of the record that is kept.
        """
        for leaf in self._leaves:
            held = new[leaf.slot]
            if self._readers.is_kept(leaf, new):
                if now[leaf.slot] is SILENT:
                    continue  # of a rule that does not apply nothing is said
                held = old[leaf.slot]  # the vendor keeps what it holds
            for below in self._hidden(leaf, old[leaf.slot], held, now[leaf.slot]):
                yield Place((leaf,), below)

    def _hidden(self, leaf: Leaf, old: Any, new: Any, now: Any) -> Iterator[TargetPath]:
        back, lost = self._back.get(leaf.slot, []), self._lost.get(leaf.slot, [])
        if () in lost:
            return  # it is open anyway
        if () in back:
            new = old
        parts = None if leaf.kind.is_one else tuple(_parts(leaf, state) for state in (old, new, now))
        if parts is None or None in parts:
            unsaid = back and now is None and old is ABSENT  # before did not know it, so it is said again
            if unsaid or not _shows(now, old if back else new):
                yield ()
            return
        unknown = type(now) is dict and type(old) is not dict and old is not None
        yield from self._hidden_parts(leaf, *parts, unknown=unknown)  # type: ignore[arg-type]  # none of them is None

    def _hidden_parts(
        self, leaf: Leaf, old: Parts, new: Parts, now: Parts, *, unknown: bool
    ) -> Iterator[TargetPath]:
        """`unknown`: before knew nothing of the map, and what is kept seems to know all of it."""
        back, lost, said = (_keys(fate.get(leaf.slot, [])) for fate in (self._back, self._lost, self._said))
        for key, (place, _) in {**old, **new, **now}.items():
            if any(map(key.touches, lost)):
                continue
            refused = [one for one in back if key.touches(one)]
            held = (old if refused else new).get(key, _NONE)[1]
            partly = any(len(one) > len(key) for one in refused) and any(map(key.touches, said))
            unsaid = unknown and refused and new.get(key, _NONE)[1] is None
            if partly or unsaid or not _shows(now.get(key, _NONE)[1], held):
                yield place


class Key(tuple[str | None, ...]):
    """The names of an entry, or the text of an item's key; of something in it, more."""

    __slots__ = ()

    def touches(self, other: Key) -> bool:
        """Is one of them the other, or in it?"""
        return all(mine == its for mine, its in zip(self, other, strict=False))


Parts = dict[Key, tuple[TargetPath, Any]]
_NO_VALUE: Final = (ABSENT, None, SILENT)
_NONE: Final[tuple[TargetPath, Any]] = ((), ABSENT)


def _by_slot(places: Iterable[Place]) -> dict[int, list[TargetPath]]:
    found: dict[int, list[TargetPath]] = {}
    for place in places:
        for leaf in place.leaves:
            found.setdefault(leaf.slot, []).append(place.below)
    return found


def _keys(belows: Iterable[TargetPath]) -> list[Key]:
    return [Key(map(_text, below)) for below in belows if below]


def _text(segment: Segment) -> str | None:
    match segment:
        case Member(name):
            return name
        case Select(value=value) | Value(value):
            return key_text(value)
    return None


def _parts(leaf: Leaf, state: Any) -> Parts | None:
    """The entries or items of a state; None where items cannot be told apart, or nothing could be made."""
    if type(state) is Failure:
        return None
    if leaf.kind.is_map:
        return dict(_entries(state, (), deep=leaf.kind.is_deep)) if type(state) is dict else {}
    if type(state) is not list:
        return {}
    if leaf.kind.one_by_one:
        return {Key([key_text(one)]): ((Value(one),), one) for one in state}
    rows = by_key(leaf, state)
    if rows is None:
        return None
    return {Key([key_text(key)]): ((Select(leaf.key or "", key),), row) for key, row in rows.values()}


def _entries(
    state: dict[str, Any], around: TargetPath, *, deep: bool
) -> Iterator[tuple[Key, tuple[TargetPath, Any]]]:
    for name, entry in state.items():
        place = (*around, Member(name))
        if deep and type(entry) is dict and entry:
            yield from _entries(entry, place, deep=True)
        else:
            yield Key(map(_text, place)), (place, entry)


def _shows(now: Any, held: Any) -> bool:
    """Does a kept state say what the vendor holds?"""
    if now.__class__ is Failure and held.__class__ is Failure:
        return True
    return (now in _NO_VALUE and held in _NO_VALUE) or same(now, held)
