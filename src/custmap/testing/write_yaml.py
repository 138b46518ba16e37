"""Write JSON values as the YAML that people write in fixtures.

Short values are on one line, long ones on several. `syntax.yaml_reader` reads the same value back: a text is
unquoted only if it is unambiguous.
"""

from __future__ import annotations

import json
import re
from decimal import Decimal
from typing import Any

WIDTH = 100
_PLAIN = re.compile(r"[A-Za-z_$][A-Za-z0-9_./$+@-]*(?: [A-Za-z0-9_./$+@-]+)*")
# Words that some YAML versions read differently; also `y` and `n`, for clarity.
_WORDS = {"true", "false", "null", "yes", "no", "on", "off", "y", "n"}
# `firstName: CM803`, a list entry that is a map with one member.
_PAIR = re.compile(r"([A-Za-z_$][A-Za-z0-9_.$-]*): (CM[0-9]{3})")


def block(key: str, value: Any, indent: int = 0, *, open_up: bool = False) -> list[str]:
    """The lines of one member; `open_up` puts the members of a map on separate lines, even if short."""
    start = f"{' ' * indent}{flow(key)}:"
    line = f"{start} {flow(value)}"
    if not isinstance(value, dict | list) or not value or (len(line) <= WIDTH and not open_up):
        return [line]
    if isinstance(value, dict):
        return [start, *(line for name, inner in value.items() for line in block(name, inner, indent + 2))]
    return [start, *(line for one in value for line in item(one, indent + 2))]


def item(value: Any, indent: int) -> list[str]:
    """The lines of one item of a list."""
    line = f"{' ' * indent}- {flow(value)}"
    if len(line) <= WIDTH or not isinstance(value, dict) or not value:
        return [line]
    lines = [line for name, inner in value.items() for line in block(name, inner, indent + 2)]
    return [f"{' ' * indent}- {lines[0].lstrip(' ')}", *lines[1:]]


def flow(value: Any) -> str:
    """A value on one line.

    >>> flow({"a": [1, "NO", None], "b c": {}})
    '{a: [1, "NO", null], b c: {}}'
    """
    match value:
        case dict():
            return "{" + ", ".join(f"{flow(str(name))}: {flow(item)}" for name, item in value.items()) + "}"
        case list() | tuple():
            return "[" + ", ".join(map(flow, value)) + "]"
        case str():
            return value if _is_plain(value) else quoted(value)
        case float():
            # The reader refuses `1e+22` as ambiguous.
            text = format(Decimal(repr(value)), "f")
            return text if "." in text else f"{text}.0"
    return json.dumps(value)


def pair(target: str, code: str) -> str | dict[str, str]:
    """`target: code`, as a map with one member if that needs no quotes."""
    text = f"{target}: {code}"
    return {target: code} if _PAIR.fullmatch(text) else text


def _is_plain(text: str) -> bool:
    return _PLAIN.fullmatch(text) is not None and text.lower() not in _WORDS and len(text) <= WIDTH


def quoted(text: str) -> str:
    """A text in double quotes."""
    written = json.dumps(text, ensure_ascii=False)
    return "".join(char if char.isprintable() else _escape(char) for char in written)


def _escape(char: str) -> str:
    code = ord(char)
    return f"\\u{code:04x}" if code <= 0xFFFF else f"\\U{code:08x}"
