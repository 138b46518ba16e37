"""What a row of a table leaves unsaid in maps and lists: there before's values stay.

In a customer a map or a list is one value, and what it does not have is gone. But a row that has NULL, where
that says nothing, has not said so.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, NamedTuple

from custmap.values.absent import ABSENT
from custmap.values.equality import same
from custmap.values.paths import Index, Member, Segment, Select, TargetPath

Record = dict[str, Any]


class Silent(NamedTuple):
    """A place about which a row says nothing.

    `default`  what is there was given by a default, and does not count where there is something.
    `entries`  it is a map of which the row says nothing but the entries that are there.
    """

    path: TargetPath
    default: bool = False
    entries: bool = False


def kept(before: Record, after: Record, silent: Iterable[Silent]) -> Record:
    """After with what before has in places about which it says nothing, where it mentions the map or list."""
    for path, default, entries in silent:
        if at(after, path[:1]) in (ABSENT, None) or (held := at(before, path)) is ABSENT:
            continue
        there = at(after, path)
        if entries and type(held) is dict and type(there) is dict:
            if not held.keys() <= there.keys():
                after = put(after, path, held | there)
        elif there is ABSENT or default:
            after = put(after, path, held)
    return after


def at(value: Any, path: TargetPath) -> Any:
    """What is at a place; ABSENT if there is no such place."""
    for segment in path:
        if segment.__class__ is Member:  # as nearly all are
            value = value.get(segment.name, ABSENT) if value.__class__ is dict else ABSENT
        else:
            value = _step(value, segment)
    return value


def _step(value: Any, segment: Segment) -> Any:
    match segment:
        case Member(name):
            return value.get(name, ABSENT) if type(value) is dict else ABSENT
        case Index(position):
            return value[position] if type(value) is list and position < len(value) else ABSENT
        case Select():
            return (
                next((item for item in value if _is(item, segment)), ABSENT)
                if type(value) is list
                else ABSENT
            )


def _is(item: Any, segment: Select) -> bool:
    return type(item) is dict and same(item.get(segment.key), segment.value)


def put(value: Any, path: TargetPath, new: Any) -> Any:
    """A copy of a value with another one at a place; objects and lists around it are made."""
    if not path:
        return new
    segment, rest = path[0], path[1:]
    match segment:
        case Member(name):
            inside = value if type(value) is dict else {}
            return {**inside, name: put(inside.get(name), rest, new)}
        case Index(position):
            items = [*value] if type(value) is list else []
            items += [{} for _ in range(position + 1 - len(items))]
            items[position] = put(items[position], rest, new)
            return items
        case Select(key, wanted):
            items = [*value] if type(value) is list else []
            place = next((at for at, item in enumerate(items) if _is(item, segment)), len(items))
            item = items[place] if place < len(items) else {key: wanted}
            return [*items[:place], put(item, rest, new), *items[place + 1 :]]
