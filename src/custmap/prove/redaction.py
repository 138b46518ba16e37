"""Hides targets and values of real records."""

from __future__ import annotations

import re
from typing import Any, Final

from custmap.values.absent import ABSENT

_KEY: Final = re.compile(r'\[(?![0-9]{1,4}\])([^="\[\]]+=)?(?:"(?:[^"\\]|\\.)*"|[^\]]*)\]')


def veiled_target(text: str) -> str:
    """A text with the keys of items in its targets hidden, and items that are values, since they are data.

    >>> veiled_target("`programs[id=7].tier` is lost"), veiled_target("tags[VIP] of people[0]")
    ('`programs[id=…].tier` is lost', 'tags[…] of people[0]')
    """
    return _KEY.sub(r"[\1…]", text)


def veiled(value: Any, known: dict[Any, str]) -> Any:
    """The same JSON with values replaced by names; equal values get equal names.

    Given records may be real, so their values are never shown. Empty texts, true and false are kept. So are
    names, but for those that are also a value: `from_pairs` makes such names.

    >>> veiled({"mail": "a@b.c", "sent": {"a@b.c": True}}, {})
    {'mail': 'text 1', 'sent': {'text 1': True}}
    """
    if isinstance(value, dict):
        return {known.get(("text", key), key): veiled(item, known) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [veiled(item, known) for item in value]
    if value is None or value is ABSENT or value == "" or isinstance(value, bool):
        return value
    kind = "text" if isinstance(value, str) else "number"
    return known.setdefault((kind, value), f"{kind} {len(known) + 1}")
