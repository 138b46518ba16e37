"""The kinds of JSON values in words, for messages: with articles, never Python's names."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final

_WORDS: Final[dict[str, tuple[str, ...]]] = {
    "null": ("null",), "boolean": ("true", "false"), "integer": ("a whole number",), "number": ("a number",),
    "string": ("text",), "array": ("a list",), "object": ("an object",),
}  # fmt: skip
CLASS_WORDS: Final[dict[type, str]] = {
    type(None): "null", bool: "true or false", int: "a number", float: "a number",
    str: "text", list: "a list", dict: "an object",
}  # fmt: skip


def counted(number: int, noun: str) -> str:
    """A number of things.

    >>> counted(1, "record"), counted(1000, "record")
    ('1 record', '1,000 records')
    """
    return f"{number:,} {noun}" + ("" if number == 1 else "s")


def word_for(value: Any) -> str:
    """What a plain JSON value is; whole numbers are just numbers.

    >>> word_for([]), word_for(None), word_for(1)
    ('a list', 'null', 'a number')
    """
    return CLASS_WORDS.get(type(value), "something that is not JSON")


def words_for(kinds: Iterable[str]) -> str:
    """JSON Schema's kinds as alternatives: null comes last, and `number` includes whole numbers.

    >>> words_for({"null", "string"}), words_for({"boolean", "null"}), words_for({"integer", "number"})
    ('text or null', 'true, false or null', 'a number')
    """
    named = set(kinds)
    if "number" in named:
        named.discard("integer")
    words = [word for kind in sorted(named, key=lambda kind: (kind == "null", kind)) for word in _WORDS[kind]]
    if len(words) < 2:
        return words[0] if words else "nothing"
    return f"{', '.join(words[:-1])} or {words[-1]}"


def require_one_of(name: str, value: object, allowed: tuple[str, ...]) -> None:
    """ValueError for an option that has none of the allowed values."""
    if value not in allowed:
        raise ValueError(f"{name} is {' or '.join(map(repr, allowed))}, not {value!r}")
