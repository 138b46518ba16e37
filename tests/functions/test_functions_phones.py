"""Phones: thirty countries, refusals with their reasons, and the short cut against the full way."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import phonenumbers
import pytest
import yaml
from hypothesis import example, given, settings
from hypothesis import strategies as st

from custmap.expressions.function import FunctionError
from custmap.functions import dialing
from custmap.functions.table import LIBRARY
from custmap.values.absent import ABSENT

HERE = Path(__file__).parent
COUNTRIES: list[dict[str, str]] = yaml.safe_load((HERE / "phone_countries.yaml").read_text(encoding="utf-8"))
REFUSALS: list[dict[str, str]] = yaml.safe_load((HERE / "phone_refusals.yaml").read_text(encoding="utf-8"))
LONG = os.environ.get("CUSTMAP_LAWS") == "long"
SUITES = os.environ.get("CUSTMAP_SUITES")

# Benin went from 8 to 10 digits after the suite was made: these are possible numbers no more.
NOT_POSSIBLE_ANY_MORE = {"+22920211234", "+22990011234", "+22985751234", "+22981123456"}


def call(name: str, *given: Any) -> Any:
    return LIBRARY[name].call(*given)


def outcome(name: str, *given: Any) -> Any:
    try:
        return call(name, *given)
    except FunctionError as failure:
        return failure.reason


@pytest.mark.parametrize("row", COUNTRIES, ids=lambda row: row["region"])
def test_countries(row: dict[str, str]) -> None:
    written, region, e164 = {"number": row["number"]}, row["region"], row["e164"]
    assert call("phone_e164", written, region) == e164
    assert call("phone_digits", written, region) == e164[1:]
    assert call("phone_dashed", written, region) == row["dashed"]
    assert call("phone_national", written, region) == row["national"]
    assert call("phone_region", {"number": e164}) == region
    assert e164.startswith("+" + call("phone_country_code", {"number": e164}))


@pytest.mark.parametrize("row", COUNTRIES, ids=lambda row: row["region"])
def test_countries_and_back(row: dict[str, str]) -> None:
    for name in ("phone_e164", "phone_digits", "phone_dashed"):
        back = LIBRARY[name].inverse
        assert back is not None
        assert back(call(name, row["e164"])) == row["e164"]


@pytest.mark.parametrize("row", REFUSALS, ids=lambda row: row["reason"])
def test_refusals(row: dict[str, str]) -> None:
    region = [row["region"]] if "region" in row else []
    for name in ("phone_e164", "phone_digits", "phone_national", "phone_dashed", "phone_country_code"):
        with pytest.raises(FunctionError) as caught:
            call(name, {"number": row["number"]}, *region)
        assert caught.value.reason == row["reason"]


@pytest.mark.parametrize(
    ("written", "plain", "extension"),
    [
        ("+1 206 555 0142 ext. 12", "+12065550142", "12"),
        ("+1 206 555 0142 Ext 12", "+12065550142", "12"),
        ("+12065550142x12", "+12065550142", "12"),
        ("+1 206 555 0142 #12", "+12065550142", "12"),
        ("tel:+1-206-555-0142;ext=12", "+12065550142", "12"),
        ("+1 206 555 0142, extension 12", "+12065550142", "12"),
        ("+44 (0)20 7946 0958", "+442079460958", ABSENT),
        ("\u202a+1 (206) 555‑0142\u202c", "+12065550142", ABSENT),
        ("＋１２０６５５５０１４２", "+12065550142", ABSENT),
        ("+١ ٢٠٦ ٥٥٥ ٠١٤٢", "+12065550142", ABSENT),
        ("+𝟏 𝟐𝟎𝟔 𝟓𝟓𝟓 𝟎𝟏𝟒𝟐", "+12065550142", ABSENT),
        ("\u2066+1\u00a0206\u2011555\u22120142\u2069\u200b\ufeff", "+12065550142", ABSENT),
        ("+1\u00ad206\u2013555\u20150142", "+12065550142", ABSENT),
        ("\u3000+1\u202f206\u2007555\u061c0142 ext.\u200e 12\u2066", "+12065550142", "12"),
    ],
)
def test_spellings(written: str, plain: str, extension: object) -> None:
    assert call("phone_e164", written) == plain
    assert call("phone_extension", written) == extension


@pytest.mark.parametrize(
    ("phone", "e164", "extension"),
    [
        ({}, ABSENT, ABSENT),
        ({"type": "home"}, ABSENT, ABSENT),
        ({"number": None}, None, None),
        ({"number": None, "extension": "5"}, None, "5"),
        ({"number": "+12065550142", "extension": None}, "+12065550142", None),
        ({"number": "+12065550142 x9", "extension": "5"}, "+12065550142", "5"),
        ({"number": "+12065550142", "extension": ""}, "+12065550142", ""),
        ({"extension": "5"}, ABSENT, "5"),
        (
            {"number": 12065550142},
            "the number must be text; this is a number",
            "the number must be text; this is a number",
        ),
        (
            {"number": "+12065550142", "extension": 5},
            "+12065550142",
            "the extension must be text; this is a number",
        ),
    ],
)
def test_states(phone: dict[str, Any], e164: object, extension: object) -> None:
    assert outcome("phone_e164", phone) == e164
    assert outcome("phone_extension", phone) == extension


def test_possible_is_enough() -> None:
    assert call("phone_dashed", {"number": "123-456-7890"}, "US") == "123-456-7890"


def test_a_region_leaves_an_international_number_alone() -> None:
    assert call("phone_e164", "+442079460958", "US") == "+442079460958"


def test_the_way_back_of_digits_never_takes_a_local_number_for_an_international_one() -> None:
    back = LIBRARY["phone_digits"].inverse
    assert back is not None
    with pytest.raises(FunctionError):
        back("(206) 555-0142")


_COUNTRY_CODES = st.sampled_from(
    ["1", "7", "20", "27", "39", "44", "49", "54", "55", "229", "358", "385", "800", "878"]
)
_CANONICAL = st.builds("+{}{}".format, _COUNTRY_CODES, st.text("0123456789", min_size=4, max_size=13))


@given(st.one_of(_CANONICAL, st.builds("+{}".format, st.text("0123456789", min_size=7, max_size=16))))
@settings(max_examples=600 if LONG else 250, deadline=None)
@example("+4407911123456")
@example("+12345678901")
@example("+390612345678")
@example("+13101234")
@example("+0123456789")
def test_short_cut_is_the_full_way(number: str) -> None:
    assert _in_short(number) == _in_full(number)


_PUNCTUATION = st.sampled_from(
    ["", "", "", " ", "-", ".", " (", ") ", "/", "[", "~", " - ", "..", "\u2011", "(0)"]
)


@st.composite
def _written(draw: st.DrawFn) -> str:
    """A number as people write it, with punctuation between its digits."""
    number = draw(_CANONICAL)
    gaps = draw(st.lists(_PUNCTUATION, min_size=len(number), max_size=len(number)))
    ends = draw(st.sampled_from(["", "", " ", " ext. 12", "#5", "-"]))
    return "".join(one for pair in zip(number, gaps, strict=True) for one in pair) + ends


@given(_written())
@settings(max_examples=1000 if LONG else 300, deadline=None)
@example("+1 (206) 555-0142")
@example("+44 (0)20 7946 0958")
@example("+39 06 1234 5678")
@example("+1/206/5550142")
@example("+49 (030) 901820")
def test_punctuation_is_all_that_the_short_cut_takes_away(number: str) -> None:
    assert _in_short(number) == _in_full(number)


_COUNTRIES = sorted(phonenumbers.SUPPORTED_REGIONS)
_ODD = ("AG", "AR", "AU", "BR", "CN", "DE", "IR", "IT", "LT", "MX", "RU", "US")
"""Countries that write or strip what others do not."""


def _near(region: str) -> Iterator[str]:
    """Numbers like one that the country has: with its beginning exchanged, and with more before it."""
    known = phonenumbers.example_number(region)
    number = "2065550142" if known is None else str(known.national_number)
    code = str(phonenumbers.country_code_for_region(region))
    for head in ("", code, *map(str, range(100))):
        yield from (head + number[len(head) :], head + number, head + number[:-1])


@pytest.mark.parametrize("first", range(8))
def test_the_short_cut_of_a_country_is_the_full_way(first: int) -> None:
    regions = _COUNTRIES[first::8] if LONG else {_COUNTRIES[first], *_ODD[first::8]}
    for region in regions:
        for number in _near(region):
            assert _in_short(number, region)[::2] == _in_full(number, region)[::2], (number, region)


@given(_written(), st.sampled_from(_COUNTRIES))
@settings(max_examples=300 if LONG else 120, deadline=None)
@example("400 12 345", "NO")
@example("(206) 555-0142 ext. 5", "US")
def test_punctuation_of_a_national_number(number: str, region: str) -> None:
    number = number[1:]
    assert _in_short(number, region) == _in_full(number, region)


def test_the_short_cut_of_a_country_is_taken() -> None:
    dialing._read.cache_clear()
    assert dialing.e164("400 12 345", "NO") == "+4740012345"
    assert dialing.country_code("7911123456", "GB") == "44"
    assert dialing._read.cache_info().misses == 0


def _in_short(number: str, *region: str) -> list[object]:
    forms = ("e164", "national", "country_code", "dashed")
    return [outcome(f"phone_{form}", number, *region) for form in forms]


def _in_full(number: str, region: str | None = None) -> list[str]:
    """What `phonenumbers` alone says."""
    try:
        library, found = dialing._parsed(number, region)
    except FunctionError as failure:
        return [failure.reason] * 4
    shown = [
        library.format_number(found, form)
        for form in (library.PhoneNumberFormat.E164, library.PhoneNumberFormat.NATIONAL)
    ]
    groups = library.format_number(found, library.PhoneNumberFormat.INTERNATIONAL)[1:]
    dashed = "".join(one if one.isdigit() else "-" for one in groups).replace("--", "-")
    dashed = dashed.removeprefix("1-") if found.country_code == 1 else "+" + dashed
    if found.country_code == 1 and len(shown[0]) == 12:
        dashed = f"{shown[0][2:5]}-{shown[0][5:8]}-{shown[0][8:]}"
    return [*shown, str(found.country_code), dashed]


@pytest.mark.skipif(SUITES is None, reason="CUSTMAP_SUITES is not set")
def test_example_numbers_of_the_library_go_there_and_back() -> None:
    rows = json.loads((Path(SUITES or "") / "phonenumbers/example_numbers.json").read_text(encoding="utf-8"))
    assert len(rows) == 1137
    refused = set()
    for row in rows:
        number = row["e164"]
        try:
            assert call("phone_e164", {"number": number}) == number
        except FunctionError:
            refused.add(number)
            continue
        for name in ("phone_e164", "phone_digits", "phone_dashed"):
            back = LIBRARY[name].inverse
            assert back is not None
            assert back(call(name, number)) == number
    assert refused == NOT_POSSIBLE_ANY_MORE
