"""Values on one line: customers as YAML, bodies with their texts in quotes.

Long lines are cut; the JSON form of a proof has all of it.
"""

from __future__ import annotations

import json
import re
from typing import Any, Final

_PLAIN: Final = re.compile(r"[A-Za-z_][A-Za-z0-9_ .@'-]*(?<! )")
_NAME: Final = re.compile(r"[A-Za-z_$][A-Za-z0-9_$-]*")
_WORDS: Final = frozenset({"null", "true", "false", "yes", "no", "on", "off"})
_WIDTH: Final = 500


def flow(value: Any, *, quoted: bool) -> str:
    """A JSON value on one line. `quoted`: texts always in quotes, as they are sent.

    >>> flow({"name": {"given": "Bo", "age": None}}, quoted=False)
    '{name: {given: Bo, age: null}}'
    """
    if isinstance(value, dict):
        return (
            "{" + ", ".join(f"{_name(key)}: {flow(item, quoted=quoted)}" for key, item in value.items()) + "}"
        )
    if isinstance(value, list | tuple):
        return "[" + ", ".join(flow(item, quoted=quoted) for item in value) + "]"
    if isinstance(value, frozenset):
        return "[" + ", ".join(sorted(flow(item, quoted=quoted) for item in value)) + "]"
    if isinstance(value, str):
        plain = not quoted and _PLAIN.fullmatch(value) and value.lower() not in _WORDS
        return value if plain else _text(value)
    return json.dumps(value)


def _name(key: Any) -> str:
    return key if isinstance(key, str) and _NAME.fullmatch(key) else _text(str(key))


def _text(value: str) -> str:
    """In quotes; characters that a terminal would interpret or hide are escaped."""
    shown = json.dumps(value, ensure_ascii=False)
    return "".join(sign if sign.isprintable() else f"\\u{ord(sign):04x}" for sign in shown)


def cut(text: str) -> str:
    """Cut to the width of a terminal."""
    return text if len(text) <= _WIDTH else text[: _WIDTH - 1].rstrip() + "…"
