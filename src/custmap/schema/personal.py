"""Which canonical paths are personal: their values are shown only on request.

The list names what is *not* personal, so fields added later are personal by default. Nothing is known about a
project's own canonical schema, so all of it is personal.
"""

from __future__ import annotations

import re
from typing import Final

_OPEN: Final = frozenset(
    {"status", "blocked", "role", "priority", "loyalty.member", "phone.type", "channels.type"}
)
_BRACKET = re.compile(r"\[[^\]]*\]")


def is_personal(source_path: str | None) -> bool:
    """May the value at this path of `Customer` be personal? True for unknown paths and None.

    >>> is_personal("email"), is_personal("channels[0].type"), is_personal("attributes.status")
    (True, False, True)
    """
    return source_path is None or _BRACKET.sub("", source_path) not in _OPEN
