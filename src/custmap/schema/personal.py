"""Which canonical paths are personal: their values are never shown unless somebody asks for them.

The list names what is *not* personal, so a field that is added later is personal until somebody
decides otherwise. Of a project's own canonical schema nothing is known, so all of it is personal.
"""

from __future__ import annotations

import re
from typing import Final

_OPEN: Final = frozenset(
    {"status", "blocked", "role", "priority", "loyalty.member", "phone.type", "channels.type"}
)
_BRACKET = re.compile(r"\[[^\]]*\]")


def is_personal(source_path: str | None) -> bool:
    """May the value at this path of `Customer` say anything about a person? Unknown paths and None: yes.

    >>> is_personal("email"), is_personal("channels[0].type"), is_personal("attributes.status")
    (True, False, True)
    """
    return source_path is None or _BRACKET.sub("", source_path) not in _OPEN
