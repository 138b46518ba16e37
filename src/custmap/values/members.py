"""The named members of a type, for look-ups of names."""

from __future__ import annotations

from collections import deque
from typing import Final

from custmap.values.types import Type

# Limits of the search, since a schema may refer to itself.
_FARTHEST: Final = 4
_MOST: Final = 1000


def named_paths(root: Type) -> list[tuple[str, ...]]:
    """The paths of a type's named members, with `*` for a list's items, nearest to the root first.

    At most 1,000, and none of more than four steps.
    """
    found: list[tuple[str, ...]] = []
    queue: deque[tuple[tuple[str, ...], Type]] = deque([((), root)])
    while queue and len(found) < _MOST:
        path, type_ = queue.popleft()
        if len(path) >= _FARTHEST:
            continue
        if type_.items is not None and path:
            queue.append(((*path, "*"), type_.items))
        for name in type_.members:
            member = type_.member(name)
            if member is not None and member.kinds:
                found.append((*path, name))
                queue.append(((*path, name), member))
    return found
