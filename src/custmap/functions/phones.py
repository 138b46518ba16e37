"""Functions for phones: `{number, type, extension}`, or the number alone as a text.

Numbers are checked for being *possible* (by length), not for being assigned: `123-456-7890`, a vendor's own
example, is possible but not assigned. What is unclear is refused, never guessed.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Annotated, Any, Final

from custmap.expressions.function import FunctionError
from custmap.expressions.helpers import kind_of
from custmap.functions import dialing
from custmap.functions.calling import blank_stays, same_text
from custmap.functions.declare import function as _function
from custmap.values.absent import ABSENT, Absent
from custmap.values.types import STRING, Type

function = partial(_function, topic="phones")

PHONE: Final = Type(
    kinds=frozenset({"object", "string"}),
    members={"number": STRING.or_null(), "type": STRING.or_null(), "extension": STRING.or_null()},
)
Phone = Annotated[dict[str, Any] | str, PHONE]


def _number(phone: Phone) -> str | Absent | None:
    if isinstance(phone, str):
        return phone
    number = phone.get("number", ABSENT)
    if number is None or number is ABSENT or isinstance(number, str):
        return number
    raise FunctionError(f"the number must be text; this is {kind_of(number)}")


def _answer(phone: Phone, region: str | None, form: Callable[[str, str | None], str]) -> str | Absent | None:
    number = phone.get("number") if type(phone) is dict else phone
    if type(number) is str and number:
        return form(number, region)
    return _number(phone)


@blank_stays
def to_number(written: str, region: str | None = None) -> str:
    """From a vendor's text to E.164, with the call's region; the inverse for forms with a country code."""
    return dialing.e164(same_text(written), region)


@blank_stays
def _digits_to_number(written: str, region: str | None = None) -> str:
    """From digits that begin with the country code, as `phone_digits` writes them."""
    bare = same_text(written)
    return dialing.e164("+" + bare if bare.isdecimal() else bare, region)


@blank_stays
def _dashed_to_number(written: str, region: str | None = None) -> str:
    """Without a `+` the country code is 1: `phone_dashed` writes all other codes."""
    return dialing.from_dashed(same_text(written))


@function(
    inverse=to_number,
    part="number",
    lossy="spelling",
    can_fail=True,
    examples=[
        ({"number": "+1 (206) 555-0142"}, "+12065550142"),
        ({"number": "206.555.0142"}, "US", "+12065550142"),
        ({"number": "020 7946 0958", "type": "home"}, "GB", "+442079460958"),
        ({"number": None}, None),
        ({"type": "home"}, ABSENT),
        ({"number": ""}, ""),
        ("206.555.0142", FunctionError),
        ("abc", FunctionError),
        ("+1 800 FLOWERS", FunctionError),
    ],
)
def phone_e164(phone: Phone, region: str | None = None) -> str | Absent | None:
    """The number with `+` and country code, digits only (E.164)."""
    return _answer(phone, region, dialing.e164)


@function(
    inverse=_digits_to_number,
    part="number",
    lossy="spelling",
    can_fail=True,
    examples=[({"number": "+12065550142"}, "12065550142"), ("206-555-0142", "US", "12065550142")],
)
def phone_digits(phone: Phone, region: str | None = None) -> str | Absent | None:
    """The country code and number, digits only."""
    number = _answer(phone, region, dialing.e164)
    return number[1:] if type(number) is str else number


@function(
    part="number",
    can_fail=True,
    examples=[
        ({"number": "+12065550142"}, "(206) 555-0142"),
        ("+442079460958", "020 7946 0958"),
        ("01 23 45 67 89", "FR", "01 23 45 67 89"),
    ],
)
def phone_national(phone: Phone, region: str | None = None) -> str | Absent | None:
    """The number as it is written in its own country. The inverse needs the region."""
    return _answer(phone, region, dialing.national)


@function(
    inverse=_dashed_to_number,
    part="number",
    lossy="spelling",
    can_fail=True,
    examples=[
        ({"number": "+12065550142"}, "206-555-0142"),
        ("123-456-7890", "US", "123-456-7890"),
        ("+447911123456", "+44-7911-123456"),
        ("123-456-7890", FunctionError),
    ],
)
def phone_dashed(phone: Phone, region: str | None = None) -> str | Absent | None:
    """Groups joined by dashes; with `+` and country code unless that is 1."""
    return _answer(phone, region, dialing.dashed)


@function(part="number", can_fail=True, examples=[("+12065550142", "1"), ("+447911123456", "44")])
def phone_country_code(phone: Phone, region: str | None = None) -> str | Absent | None:
    """The country calling code, digits only."""
    return _answer(phone, region, dialing.country_code)


@function(
    part="number",
    can_fail=True,
    examples=[("+12065550142", "US"), ("+442079460958", "GB"), ("+80012345678", FunctionError)],
)
def phone_region(phone: Phone, region: str | None = None) -> str | Absent | None:
    """The country as two letters (ISO 3166); fails if the number does not show it."""
    return _answer(phone, region, dialing.region_of)


@function(
    inverse=same_text,
    part="extension",
    lossy="spelling",
    can_fail=True,
    examples=[
        ({"number": "+12065550142", "extension": "7"}, "7"),
        ({"number": "+1 206 555 0142 ext. 12"}, "12"),
        ({"number": "+12065550142"}, ABSENT),
        ({"number": "+12065550142", "extension": None}, None),
    ],
)
def phone_extension(phone: Phone) -> str | Absent | None:
    """The extension: the stated one, or else the one at the end of the number."""
    if isinstance(phone, dict) and "extension" in phone:
        stated = phone["extension"]
        if stated is None or isinstance(stated, str):
            return stated
        raise FunctionError(f"the extension must be text; this is {kind_of(stated)}")
    number = _number(phone)
    if not isinstance(number, str) or not number:
        return number
    return dialing.taken_apart(number)[1] or ABSENT
