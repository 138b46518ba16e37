"""Text of files and records, made plain before it is written to a terminal or into a log.

Such a text must not colour, move or reorder what is around it, begin a line of its own, or give a command to
the system that reads the log of a build.
"""

from __future__ import annotations

import json
import re
import unicodedata
from typing import Any, Final

_ESCAPES: Final = {"\t": "\\t", "\n": "\\n", "\r": "\\r"}
# Control and format characters (such as the right-to-left override), line separators, lone surrogates.
_HIDDEN: Final = frozenset({"Cc", "Cf", "Cs", "Zl", "Zp"})
# `##[error]`, `##vso[task.setvariable]`: commands wherever they stand in a line (Azure Pipelines, GitHub).
_COMMAND: Final = re.compile(r"##(?=[A-Za-z]*\[)")
# `::error ::`: a command where a line begins with it (GitHub).
_BEGINS: Final = re.compile(r"^(\s*):(?=:)")


def plain(text: str) -> str:
    """A text on one line, with nothing hidden in it.

    >>> plain("a\\tb\\u202ec")
    'a\\\\tb\\\\u202ec'
    """
    made = text if text.isprintable() else "".join(map(plain_sign, text))
    return without_commands(made)


def plain_lines(text: str) -> str:
    """A text of lines, each of them plain; what it was put together from has to be plain already."""
    return "\n".join(_BEGINS.sub(r"\1\\u003a", plain(line)) for line in text.split("\n"))


def json_document(value: Any) -> str:
    """A value as indented JSON text, members in their order; plain."""
    return plain_json(json.dumps(value, ensure_ascii=False, allow_nan=False, indent=2))


def plain_json(text: str) -> str:
    """A JSON text with the same data, of which nothing is hidden and nothing is a command.

    >>> print(plain_json('{"a": "é\u2028"}'))
    {"a": "é\\u2028"}
    """
    if not text.replace("\n", "").isprintable():
        text = "\n".join("".join(map(_json_sign, line)) for line in text.split("\n"))
    return without_commands(text)


def plain_json_bytes(data: bytes) -> bytes:
    """The same of bytes in UTF-8; nearly all lines of records are plain, and only looked at."""
    if data.isascii() and b"##" not in data and b"\x7f" not in data:
        return data
    return plain_json(data.decode()).encode()


def _json_sign(character: str) -> str:
    return json.dumps(character)[1:-1] if unicodedata.category(character) in _HIDDEN else character


def plain_sign(character: str) -> str:
    """One character, as an escape if it would not be seen as it is."""
    if escape := _ESCAPES.get(character):
        return escape
    if unicodedata.category(character) in _HIDDEN:
        code = ord(character)
        return f"\\u{code:04x}" if code <= 0xFFFF else f"\\U{code:08x}"
    return character


def without_commands(text: str) -> str:
    return _COMMAND.sub(r"#\\u0023", text) if "##" in text else text
