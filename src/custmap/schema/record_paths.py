"""Canonical paths of a record's problems: `addresses[0].city`, `attributes.*`.

The keys of a free map are the customer's data, so they are not shown; nor are unknown keys that look like an
address or a number.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from custmap.values.types import Type

_PLAIN = re.compile(r"[A-Za-z_$][A-Za-z0-9_$-]{0,63}")
_POSITION = re.compile(r"\[[0-9]+\]")


def place(steps: Iterable[str | int], type_: Type | None) -> str:
    """The path for these keys and positions in a record of this type; "" for the record itself."""
    text = ""
    for step in steps:
        if isinstance(step, int):
            text += f"[{step}]"
            type_ = type_.items if type_ else None
            continue
        named = type_ is not None and type_.members
        name = name_of(step) if named and (step in named or not _is_data(step)) else "*"
        text += f".{name}" if text else name
        type_ = type_.member(step) if type_ else None
    return text


def any_item(path: str) -> str:
    """The path with `*` for positions.

    >>> any_item("addresses[12].city")
    'addresses[*].city'
    """
    return _POSITION.sub("[*]", path)


def name_of(key: str) -> str:
    """A member's name for messages: quoted if it has special characters, cut if it is long."""
    if _PLAIN.fullmatch(key):
        return key
    shown = key if len(key) <= 64 else key[:63] + "…"
    return '"' + "".join(_escaped(sign) for sign in shown) + '"'


def _is_data(key: str) -> bool:
    """Is a key probably data and not a name: an e-mail address, or a text without a letter?"""
    return "@" in key or not any(map(str.isalpha, key[:64]))


def _escaped(sign: str) -> str:
    if sign in '"\\':
        return "\\" + sign
    return sign if sign.isprintable() else f"\\u{ord(sign):04x}"
