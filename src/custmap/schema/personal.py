"""Which canonical paths are personal: their values are shown only on request.

The list names what is *not* personal, so fields added later are personal by default. Nothing is known about a
project's own canonical schema, so all of it is personal.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

_OPEN: Final = frozenset(
    {
        ("status",),
        ("blocked",),
        ("role",),
        ("priority",),
        ("locale",),
        ("timezone",),
        ("loyalty", "member"),
        ("phone", "type"),
        ("channels", "type"),
    }
)


def is_personal(path: Iterable[str | int]) -> bool:
    """May the value at this path of `Customer` be personal? Unknown paths may; positions do not matter.

    >>> is_personal(["email"]), is_personal(["channels", 0, "type"]), is_personal(["attributes", "status"])
    (True, False, True)
    """
    return tuple(name for name in path if isinstance(name, str) and name != "*") not in _OPEN
