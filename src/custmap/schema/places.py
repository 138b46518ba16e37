"""Canonical paths of a record's problems: `addresses[0].city`, `attributes.*`.

The keys of a free map are the customer's data, so they are not shown.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any, Final

from custmap.schema.combine import kind_of
from custmap.values.types import Type

WORDS: Final = {
    "string": "text",
    "array": "list",
    "object": "object",
    "number": "number",
    "integer": "integer",
    "boolean": "boolean",
    "null": "null",
}
"""JSON Schema's names for kinds, as messages say them."""

_PLAIN = re.compile(r"[A-Za-z_$][A-Za-z0-9_$-]{0,63}")


def word_for(value: Any) -> str:
    """What a message says a value is; every number is a number, whole or not."""
    kind = kind_of(value)
    return "number" if kind == "integer" else WORDS[kind]


def place(steps: Iterable[str | int], type_: Type | None) -> str:
    """The path of these keys and positions in a record of this type; the record itself is the empty text."""
    text = ""
    for step in steps:
        if isinstance(step, int):
            text += f"[{step}]"
            type_ = type_.items if type_ else None
            continue
        name = name_of(step) if type_ is not None and type_.members else "*"
        text += f".{name}" if text else name
        type_ = type_.member(step) if type_ else None
    return text


def name_of(key: str) -> str:
    """A member's name as it can be shown: quoted when it has other signs, cut when it is long."""
    if _PLAIN.fullmatch(key):
        return key
    shown = key if len(key) <= 64 else key[:63] + "…"
    return '"' + "".join(_escaped(sign) for sign in shown) + '"'


def _escaped(sign: str) -> str:
    if sign in '"\\':
        return "\\" + sign
    return sign if sign.isprintable() else f"\\u{ord(sign):04x}"
