"""Conversions between text and other types: exact, or refused.

Dates have their own file, `dates.py`. Nothing here depends on a locale, a time zone or float rounding.
"""

from __future__ import annotations

import json as json_library
import math
from dataclasses import replace
from functools import partial
from typing import Any

from custmap.expressions.function import FunctionError
from custmap.expressions.helpers import kind_of
from custmap.functions import certainty
from custmap.functions.calling import blank_stays, same_text
from custmap.functions.declare import function as _function
from custmap.functions.refining import each, or_blank
from custmap.values.numbers import read_number, scalar_text, with_plain_numbers
from custmap.values.types import BOOLEAN, INTEGER, NUMBER, STRING, Type

function = partial(_function, topic="conversion")


def _text_of(types: tuple[Type, ...]) -> Type:
    """The result type of `text`: texts are unchanged; enumerated values give enumerated texts."""
    given = types[0].present().not_null()
    if given.only("string"):
        return given
    if given.only("boolean") and given.enum is None:
        given = replace(given, enum=(False, True))
    return each(text, STRING)((given,))


@function(
    can_fail=True,
    surely=certainty.of("string", "integer", "number", "boolean"),
    refine=_text_of,
    examples=[
        ("a", "a"),
        (True, "true"),
        (3, "3"),
        (3.0, "3"),
        (0.5, "0.5"),
        (1e16, "10000000000000000"),
        (12345678901234567890123, "12345678901234567890123"),
        ([1], FunctionError),
    ],
)
def text(value: str | float | bool) -> str:
    """A text, number or boolean as text, as JSON writes it; equal numbers have the same text."""
    if not isinstance(value, (str, float, int)):
        raise FunctionError(f"expected text, a number, true or false, got {kind_of(value)}")
    try:
        return scalar_text(value)
    except ValueError:
        raise FunctionError("is not a number that can be written as text") from None


@function(
    inverse=text,
    can_fail=True,
    surely=certainty.of("integer"),
    lossy="spelling",
    refine=or_blank(INTEGER),
    examples=[
        ("42", 42),
        (3.0, 3),
        ("-7", -7),
        ("", ""),
        ("3.5", FunctionError),
        ("007", FunctionError),
    ],
)
@blank_stays
def integer(value: str | float) -> int | str:
    """A whole number from text or from a number; a fraction or a leading zero fails."""
    if isinstance(value, str):
        if value.isascii() and value.isdigit() and len(value) < 19 and (value[0] != "0" or value == "0"):
            return int(value)  # as nearly all are written
        found = read_number(value)
        if not isinstance(found, int):
            raise FunctionError("is not a whole number written as text")
        return found
    if isinstance(value, float) and not value.is_integer():
        raise FunctionError("is not a whole number")
    return int(value)


@function(
    inverse=text,
    can_fail=True,
    surely=certainty.of("integer", "number"),
    lossy="spelling",
    refine=or_blank(NUMBER),
    examples=[
        ("2.5", 2.5),
        ("42", 42),
        (7, 7),
        ("", ""),
        ("1,5", FunctionError),
        ("7.", FunctionError),
        ("1e999", FunctionError),
    ],
)
@blank_stays
def number(value: str | float) -> float | str:
    """A number from text as JSON writes it; without a fraction or exponent it is a whole number."""
    if not isinstance(value, str):
        return value
    found = read_number(value)
    if found is None:
        raise FunctionError("is not a number as JSON writes it, or is too large for one")
    return found


@function(
    inverse=text,
    can_fail=True,
    surely=certainty.of("boolean"),
    lossy="spelling",
    refine=or_blank(BOOLEAN),
    examples=[("true", True), ("FALSE", False), (True, True), ("", ""), ("yes", FunctionError)],
)
@blank_stays
def boolean(value: str | bool) -> bool | str:
    """A boolean from the text `true` or `false` in upper or lower case."""
    if isinstance(value, bool):
        return value
    match value.lower():
        case "true":
            return True
        case "false":
            return False
    raise FunctionError("is neither `true` nor `false`")


def _parse(written: str) -> Any:
    try:
        return json_library.loads(same_text(written), parse_constant=_no_constant, parse_float=_finite)
    except (ValueError, RecursionError):
        raise FunctionError("is not JSON") from None


def _no_constant(_: str) -> Any:
    raise ValueError


def _finite(written: str) -> float:
    value = float(written)
    if not math.isfinite(value):
        raise ValueError
    return value


@function(
    inverse=_parse,
    can_fail=True,
    examples=[({"b": [1, None], "a": "é"}, '{"a":"é","b":[1,null]}'), ("a", '"a"'), (False, "false")],
)
def json(value: Any) -> str:
    """The value as JSON text: compact, keys sorted, a whole number as its digits."""
    try:
        return json_library.dumps(
            with_plain_numbers(value),
            ensure_ascii=False,
            allow_nan=False,
            separators=(",", ":"),
            sort_keys=True,
        )
    except (ValueError, TypeError, RecursionError):
        raise FunctionError("cannot be written as JSON") from None
