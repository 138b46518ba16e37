"""Plain scalars: what `42`, `no` and `01234` mean.

YAML 1.2's core schema. A number that YAML 1.1 (which most tools still use) or a person would read
differently is ambiguous: a phone number `+12065550142` would lose its plus sign, `01234` its zero.
"""

from __future__ import annotations

import re
from typing import Final

_WORDS: Final[dict[str, bool | None]] = {
    **dict.fromkeys(("", "~", "null", "Null", "NULL")),
    **dict.fromkeys(("true", "True", "TRUE"), True),
    **dict.fromkeys(("false", "False", "FALSE"), False),
}
_INTEGER = re.compile(r"-?(?:0|[1-9][0-9]*)")
_FLOAT = re.compile(r"-?(?:(?:0|[1-9][0-9]*)(?:\.[0-9]*)?|\.[0-9]+)")
# Everything that is a number in the core schema.
_CORE_NUMBER = re.compile(r"[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?")
_CORE_BASED = re.compile(r"0o[0-7]+|0x[0-9a-fA-F]+")
_NOT_FINITE = re.compile(r"[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN)")
_NUMBER_STARTS = frozenset("+-.0123456789")

# Python does not convert longer texts to integers, since the time grows with the square.
DIGITS: Final = 4300


class Ambiguous(ValueError):
    """A plain scalar with two readings; its text says which."""


def resolve(text: str) -> str | int | float | bool | None:
    """The value of a plain scalar; raises Ambiguous if it should be quoted.

    >>> resolve("42"), resolve("true"), resolve("~"), resolve("NO"), resolve("1:30"), resolve("2020-01-01")
    (42, True, None, 'NO', '1:30', '2020-01-01')
    """
    if text in _WORDS:
        return _WORDS[text]
    if text[0] not in _NUMBER_STARTS:
        return text
    if len(text) > DIGITS and text.strip("+-.0123456789") == "":
        raise Ambiguous(f"a number of more than {DIGITS} digits")
    if _INTEGER.fullmatch(text):
        return int(text)
    if _FLOAT.fullmatch(text):
        return _finite(text)
    if reason := _ambiguity(text):
        raise Ambiguous(reason)
    return text


def resolve_leniently(text: str) -> str | int | float | bool | None:
    """The value in the core schema, for third-party files; what JSON cannot represent stays text.

    >>> resolve_leniently("1e3"), resolve_leniently("012"), resolve_leniently(".inf")
    (1000.0, 12, '.inf')
    """
    try:
        return resolve(text)
    except Ambiguous:
        if _CORE_BASED.fullmatch(text) and len(text) < DIGITS:
            return int(text, 0)
        if not _CORE_NUMBER.fullmatch(text) or len(text) > DIGITS:
            return text
    if text.lstrip("+-").isdigit():
        return int(text)
    number = float(text)
    return number if abs(number) != float("inf") else text


def _finite(text: str) -> float:
    number = float(text)
    if abs(number) == float("inf"):
        raise Ambiguous("the number is too large")
    return number


def _ambiguity(text: str) -> str | None:
    if _NOT_FINITE.fullmatch(text):
        return "infinity and NaN are not JSON values"
    if _CORE_BASED.fullmatch(text):
        return "this can be read as a number with a base or as text"
    if not _CORE_NUMBER.fullmatch(text):
        return None
    if text[0] == "+":
        return "a number would lose its plus sign"
    if "e" in text or "E" in text:
        return "this can be read as a number with an exponent or as text"
    return "a number would lose its leading zeros"
