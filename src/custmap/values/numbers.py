"""Numbers and their texts: equal numbers have the same text, and only JSON's notation is read.

JSON has one type of number, Python has two: `1e16` is a float and `10000000000000000` an integer. What a
vendor gets must not depend on how a record happens to spell a number. All texts of numbers are made here:
functions, formats, paths, queries, headers.
"""

from __future__ import annotations

import math
import re
from typing import Any, Final

# RFC 8259 § 6; only ASCII digits, since Python's `int` and `float` accept those of every script.
_JSON_NUMBER: Final = re.compile(r"-?(?:0|[1-9][0-9]*)(\.[0-9]+)?([eE][+-]?[0-9]+)?")


def number_text(number: float) -> str:
    """The text of a number; for a whole number its digits.

    ValueError for NaN and infinities, and for an integer of over 4,300 digits, which Python does not write.

    >>> number_text(1e16), number_text(-0.0), number_text(0.5)
    ('10000000000000000', '0', '0.5')
    """
    if type(number) is float:
        if not math.isfinite(number):
            raise ValueError("not a finite number")
        if not number.is_integer():
            return repr(number)
    return str(int(number))


_SHORT: Final = 10**18
"""Whole numbers up to here are written at once."""


def scalar_text(value: str | float | bool) -> str:
    """The text of a text, number or boolean, without quotes; ValueError as `number_text`."""
    if type(value) is str:
        return value
    if type(value) is int and -_SHORT < value < _SHORT:
        return str(value)
    if value is True or value is False:
        return "true" if value else "false"
    return number_text(value)  # type: ignore[arg-type]


def key_text(value: Any) -> str | None:
    """The text of a key, since keys are compared as texts: `7` and `"7"` are one; None for what is no key."""
    return scalar_text(value) if type(value) in (str, int, float, bool) else None


def read_number(text: str) -> int | float | None:
    """The number that a text is in JSON's grammar; None if it is not one, or too large.

    >>> read_number("42"), read_number("4.0"), read_number("007"), read_number("1e999")
    (42, 4.0, None, None)
    """
    found = _JSON_NUMBER.fullmatch(text)
    if found is None:
        return None
    try:
        number = int(text) if found.group(1) is None and found.group(2) is None else float(text)
    except ValueError:  # over 4,300 digits, which Python refuses because conversion takes quadratic time
        return None
    return number if math.isfinite(number) else None


def with_plain_numbers(value: Any) -> Any:
    """A JSON value with whole floats as integers, so that any JSON writer gives the same text for both."""
    kind = type(value)
    if kind is float:
        return int(value) if value.is_integer() else value
    if kind is list:
        return [with_plain_numbers(item) for item in value]
    if kind is dict:
        return {key: with_plain_numbers(item) for key, item in value.items()}
    return value
