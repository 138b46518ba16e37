"""Telephone numbers read and written with `phonenumbers`, which is loaded when the first number is read.

Reading a number costs as much as mapping five customers. So a number, digits with any punctuation between
them, is not read where its length and first digits, looked up in the library's own tables, give a certain
answer: reading would change nothing but the punctuation, and add the country code where there is none. Others
are read in full.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Any, Final
from unicodedata import category

from custmap.expressions.function import FunctionError

_NORTH: Final = re.compile(r"\+1[2-9][0-9]{9}").fullmatch
"""Canonical numbers with country code 1: all of them are possible, and reading changes none."""
_NORTH_DASHED: Final = re.compile(r"[2-9][0-9]{2}-[0-9]{3}-[0-9]{4}").fullmatch
_CANONICAL: Final = re.compile(r"\+[1-9][0-9]{7,14}")
_ORDINARY: Final = re.compile(r"[+(]?[0-9][0-9 ()./\-]{0,40}[0-9]").fullmatch
"""Digits with ASCII punctuation: no extension is in them, and nothing else that is not of the number."""
_NATIONAL: Final = re.compile(r"[1-9][0-9]{3,13}")
# Characters between digits: spaces, dashes (U+2010 to U+2015, U+2212), dots, slashes, parentheses; not `~`,
# which begins an extension for the library.
_CORE: Final = re.compile(r"[+＋]?[\s()\[\]./\-‐-―−ー－．（）\d]*")
_EXTENSION: Final = re.compile(
    r"[\s,;.]*(?:;ext=|\b(?:ext(?:ensi[oó]n)?|extn|x|доб)\b[.:]?|x|#)\s*([0-9]{1,9})\s*#?", re.IGNORECASE
)
_PUNCTUATION: Final = str.maketrans("", "", " ()[]./-")
_LONGEST: Final = 100


def e164(number: str, region: str | None) -> str:
    """`+12065550142`; FunctionError if the text is not a possible number, or needs a region."""
    if _NORTH(number):
        return number
    core = _core(number)
    return _surely(core.translate(_PUNCTUATION), region) or _format(*_read(core, region), "E164")


def _surely(number: str, region: str | None) -> str | None:
    """The number as `e164` gives it, if that is certain without reading it."""
    if _sure_code(number):
        return number
    code = _sure_code_in(region, number) if region else None
    return code and f"+{code}{number}"


def national(number: str, region: str | None) -> str:
    """`(206) 555-0142`, the way the number's own country writes it."""
    core = _core(number)
    plain = core.translate(_PUNCTUATION)
    if _sure_code(plain) == "1" and plain[2] != "1":
        return f"({plain[2:5]}) {plain[5:8]}-{plain[8:]}"
    return _format(*_read(core, region), "NATIONAL")


def dashed(number: str, region: str | None) -> str:
    """`206-555-0142` for country code 1, else `+44-7911-123456`."""
    plain = e164(number, region)
    if plain.startswith("+1") and len(plain) == 12:
        return f"{plain[2:5]}-{plain[5:8]}-{plain[8:]}"
    groups = re.sub(r"[^0-9+]+", "-", _format(*_parsed(plain, None), "INTERNATIONAL"))
    return groups.removeprefix("+1-") if plain.startswith("+1") else groups


def from_dashed(number: str) -> str:
    """`+12065550142` from what `dashed` writes."""
    if _NORTH_DASHED(number):
        return f"+1{number[:3]}{number[4:7]}{number[8:]}"
    return e164(number, "US")


def country_code(number: str, region: str | None) -> str:
    """`1`, `44`."""
    core = _core(number)
    plain = core.translate(_PUNCTUATION)
    if code := _sure_code(plain) or (region and _sure_code_in(region, plain)):
        return code
    _, found = _read(core, region)
    return str(found.country_code)


def region_of(number: str, region: str | None) -> str:
    """`US`; FunctionError if several countries share the code and the number does not show which."""
    library, found = _parsed(number, region)
    sharing = library.region_codes_for_country_code(found.country_code)
    told = library.region_code_for_number(found) or (sharing[0] if len(sharing) == 1 else None)
    if told is None:
        raise FunctionError("does not identify a country")
    if told == library.REGION_CODE_FOR_NON_GEO_ENTITY:
        raise FunctionError("belongs to no country")
    return str(told)


def taken_apart(number: str) -> tuple[str, str | None]:
    """The number without its extension, and the extension; FunctionError if it is not a number."""
    if len(number) > _LONGEST:
        raise FunctionError("is too long for a phone number")
    core = _seen(number).removeprefix("tel:")
    extension = None
    for found in _EXTENSION.finditer(core):
        if found.end() == len(core) and found.start() > 0:
            core, extension = core[: found.start()], found.group(1)
            break
    if not core:
        raise FunctionError("is empty")
    if not _CORE.fullmatch(core):
        letters = any(one.isalpha() for one in core)
        raise FunctionError(
            "contains letters" if letters else "has characters that do not belong in a phone number"
        )
    return core, extension


def _core(number: str) -> str:
    """A number without its extension; FunctionError if it is none."""
    return number if _ORDINARY(number) else taken_apart(number)[0]


def _seen(number: str) -> str:
    """A number without invisible characters, and with plain spaces for spaces of any width.

    Phones and web pages insert direction marks, soft hyphens and others anywhere in a number.
    """
    if not number.isascii():
        number = "".join(one for one in number if category(one) != "Cf")
    return " ".join(number.split())


def _parsed(number: str, region: str | None) -> tuple[Any, Any]:
    """The library, and the number as it reads it; the number is possible and has no extension."""
    return _read(_core(number), region)


@lru_cache(maxsize=1024)
def _read(core: str, region: str | None) -> tuple[Any, Any]:
    import phonenumbers as library

    international = core.lstrip()[:1] in ("+", "＋")
    if not international and region is not None and region not in library.SUPPORTED_REGIONS:
        raise FunctionError("the region must be the ISO 3166 code of a country, like 'US' or 'GB'", "region")
    if not international and region is None:
        raise FunctionError("has no country code; give a region, as in phone_e164(phone, 'US')")
    try:
        found = library.parse(core, None if international else region)
    except library.NumberParseException as problem:
        raise FunctionError(_REASONS.get(problem.error_type, "is not a phone number")) from None
    _check(library, found, international)
    return library, found


def _check(library: Any, found: Any, international: bool) -> None:
    """FunctionError for a number that is not possible, or that reading would change."""
    kinds = library.ValidationResult
    verdict = library.is_possible_number_with_reason(found)
    # Some short numbers never have an area code: Canada's 310-1234.
    whole = international or library.is_valid_number(found)
    if verdict != kinds.IS_POSSIBLE and not (verdict == kinds.IS_POSSIBLE_LOCAL_ONLY and whole):
        raise FunctionError(_VERDICTS.get(verdict, "has a length that is not used in its country"))
    # Of several zeros in front the library takes one away each time, where its country has none.
    if found.italian_leading_zero and library.parse(_format(library, found, "E164"), None) != found:
        raise FunctionError("begins with zeros, which are not used in its country")


# The numbers of `phonenumbers.NumberParseException` and `ValidationResult`.
_REASONS: Final = {
    0: "has an unknown country code",
    1: "is not a phone number",
    2: "is too short",
    3: "is too short",
    4: "is too long",
}
_VERDICTS: Final = {
    1: "has an unknown country code",
    2: "is too short",
    3: "is too long",
    4: "lacks its area code",
}


def _format(library: Any, found: Any, form: str) -> str:
    return str(library.format_number(found, getattr(library.PhoneNumberFormat, form)))


def _sure_code(number: str) -> str | None:
    """The country code of a canonical number that is certainly possible and unchanged by reading.

    None means "not certain": it may still be possible.
    """
    if not _CANONICAL.fullmatch(number):
        return None
    for size in (1, 2, 3):
        code, rest = number[1 : 1 + size], number[1 + size :]
        row = _country(code)
        if row is not None:
            lengths, prefix = row
            sure = len(rest) in lengths and rest[0] != "0" and (prefix is None or not prefix.match(rest))
            return code if sure else None
    return None


def _sure_code_in(region: str, number: str) -> str | None:
    """The country code of a number that its country certainly writes so; None means "not certain"."""
    found = _dialled_in(region)
    if found is None or not _NATIONAL.fullmatch(number):
        return None
    code, lengths, prefixes = found
    sure = len(number) in lengths and not any(one.match(number) for one in prefixes)
    return code if sure else None


@lru_cache(maxsize=1024)
def _dialled_in(region: str) -> tuple[str, frozenset[int], tuple[re.Pattern[str], ...]] | None:
    """The country code of a region, the possible lengths of its numbers, and what the library would strip.

    That is the country code itself, and the prefixes of calls abroad and at home.
    """
    import phonenumbers as library

    known = library.PhoneMetadata.metadata_for_region(region) if region in library.SUPPORTED_REGIONS else None
    if known is None or (country := _country(str(known.country_code))) is None:
        return None
    code = str(known.country_code)
    prefixes = [code, known.international_prefix, known.national_prefix_for_parsing]
    return code, country[0], tuple(re.compile(prefix) for prefix in prefixes if prefix)


@lru_cache(maxsize=1024)
def _country(code: str) -> tuple[frozenset[int], re.Pattern[str] | None] | None:
    """The possible lengths of a country code's numbers, and the prefix that the library would strip."""
    import phonenumbers as library

    if int(code) not in library.COUNTRY_CODE_TO_REGION_CODE:
        return None
    region = library.region_code_for_country_code(int(code))
    known = (
        library.PhoneMetadata.metadata_for_nongeo_region(int(code))
        if region == library.REGION_CODE_FOR_NON_GEO_ENTITY
        else library.PhoneMetadata.metadata_for_region(region)
    )
    if known is None or known.general_desc is None:
        return frozenset(), None
    prefix = known.national_prefix_for_parsing
    return frozenset(known.general_desc.possible_length), re.compile(prefix) if prefix else None
