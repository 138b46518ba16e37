"""What was read of a vendor's copy, laid over a base."""

from __future__ import annotations

from typing import Any, Final, NamedTuple

from custmap.invert.invert import Tree
from custmap.invert.peel import Step
from custmap.values.absent import ABSENT
from custmap.values.equality import fingerprint, same, same_items

_LEAF: Final = Tree()


class Echo(NamedTuple):
    """A part of a base, and what would be read of it if the vendor had it."""

    base: Any
    read: Any

    def at(self, step: Step) -> Echo:
        """The part of both at a member or position."""
        return Echo(part_at(self.base, step), part_at(self.read, step))


_SILENCE: Final = Echo(ABSENT, ABSENT)


def part_at(value: Any, step: Step) -> Any:
    if value.__class__ is dict:
        return value.get(step, ABSENT)
    if value is None:
        return None  # a path through a null is null
    inside = value.__class__ is list and step.__class__ is int and 0 <= step < len(value)
    return value[step] if inside else ABSENT


def lay(held: dict[Any, Any], new: dict[Any, Any], tree: Tree, echo: Echo = _SILENCE) -> dict[Any, Any]:
    """What was read over what was held: objects into each other, items of lists with a key by their keys.

    Where the same was read as would be of the base, the base stands, with all that a vendor does not keep.
    """
    laid = held.copy()
    for name, value in new.items():
        below, kept, known = tree.members.get(name, _LEAF), held.get(name), echo.at(name)
        if below.members and value.__class__ is dict and kept.__class__ is dict:
            laid[name] = lay(kept, value, below, known)
        elif below.members and value.__class__ is list and kept.__class__ is list:
            laid[name] = _lay_positions(kept, value, below, known)
        elif same(value, known.read) or (below.is_set and _same_set(value, known.read)):
            if known.base is ABSENT:
                laid.pop(name, None)
            else:
                laid[name] = known.base
        elif below.items is not None and value.__class__ is list and kept.__class__ is list:
            laid[name] = _lay_items(kept, value, below, known)
        else:
            laid[name] = value
    return laid


def _same_set(one: Any, other: Any) -> bool:
    return one.__class__ is list and other.__class__ is list and same_items(one, other)


def _lay_positions(held: list[Any], new: list[Any], tree: Tree, echo: Echo) -> list[Any]:
    """Items that are read by their positions, over those that were held there; the others stay."""
    read = {at: item for at, item in enumerate(new) if at in tree.members}
    laid = lay(dict(enumerate(held)), read, tree, echo)
    return [laid.get(at, {}) for at in range(max(laid, default=-1) + 1)]


def _lay_items(held: list[Any], new: list[Any], tree: Tree, echo: Echo) -> list[Any]:
    assert tree.key is not None and tree.items is not None
    before, own = _by_key(held, tree.key), _own(echo, tree.key)
    made: list[Any] = []
    for item in new:
        key = _key(item, tree.key)
        known = own.get(key, _SILENCE)
        one = before.get(key)
        if one is None and known is not _SILENCE:
            one = before.get(_key(known.base, tree.key))
        if one is None or one.__class__ is not dict or item.__class__ is not dict:
            made.append(item)
        else:
            made.append(lay(one, item, tree.items, known))
    return made


def _own(echo: Echo, path: tuple[Step, ...]) -> dict[Any, Echo]:
    """The items of a base, and what would be read of them, by the keys that would be read.

    A key may have a spelling of its own in the base.
    """
    found: dict[Any, Echo] = {}
    if echo.base.__class__ is list and echo.read.__class__ is list and len(echo.base) == len(echo.read):
        for base, read in zip(echo.base, echo.read, strict=True):
            key = _key(read, path)
            found[key] = _SILENCE if key is None or key in found else Echo(base, read)
    return found


def _by_key(items: Any, path: tuple[Step, ...]) -> dict[Any, Any]:
    """The items by their keys; None where a key comes twice, or is missing."""
    found: dict[Any, Any] = {None: None}
    for item in items if items.__class__ is list else ():
        key = _key(item, path)
        found[key] = None if key in found else item
    return found


def _key(item: Any, path: tuple[Step, ...]) -> Any:
    for name in path:
        item = item.get(name, ABSENT) if item.__class__ is dict else ABSENT
    return None if item is ABSENT or item is None else fingerprint(item)
