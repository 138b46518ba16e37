"""Targets and values of real records, told without showing them."""

from __future__ import annotations

import re
from typing import Any, Final

from custmap.values.absent import ABSENT

_KEY: Final = re.compile(r'\[([^=\[\]]+)=(?:"(?:[^"\\]|\\.)*"|[^\]]*)\]')


def veiled_target(text: str) -> str:
    """Targets in a text, without the keys of items: those are data.

    >>> veiled_target("`programs[id=7].tier` is lost")
    '`programs[id=…].tier` is lost'
    """
    return _KEY.sub(r"[\1=…]", text)


def veiled(value: Any, known: dict[Any, str]) -> Any:
    """The same JSON with values replaced by names, equal ones by the same name.

    Records that somebody gave are real: nothing of them is shown. Empty texts, true and false stay.
    """
    if isinstance(value, dict):
        return {key: veiled(item, known) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [veiled(item, known) for item in value]
    if value is None or value is ABSENT or value == "" or isinstance(value, bool):
        return value
    kind = "text" if isinstance(value, str) else "number"
    return known.setdefault((kind, value), f"{kind} {len(known) + 1}")
