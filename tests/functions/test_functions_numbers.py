"""Two numbers that are equal have one text, wherever that becomes a text; no text but JSON's is one."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from custmap.expressions.plain import compile_expression
from custmap.functions.table import LIBRARY
from custmap.running.calls import fill
from custmap.values.equality import same
from custmap.values.numbers import number_text, read_number
from custmap.values.paths import Member, Select, format_path
from custmap.wire.curl import curl_text
from custmap.wire.parameters import header_text, path_text, query_pairs


def called(text: str) -> Callable[[float], str]:
    run = compile_expression(text, functions=LIBRARY)
    return lambda number: str(run({"n": number}))


PLACES: dict[str, Callable[[float], str]] = {
    text: called(text)
    for text in (
        "text(n)",
        "to_string(n)",
        "to_string([n])",
        "concat('', n)",
        "join('', [to_string(n)])",
        "json(n)",
        "json({a: [n]})",
        "text_values({a: n}).a",
    )
}
PLACES |= {
    "format": lambda number: fill("", "", number),
    "path": lambda number: path_text("p", number),
    "query": lambda number: query_pairs("q", number)[0],
    "header": lambda number: header_text("h", number),
    "curl": lambda number: curl_text("GET", "https://a.example", {"h": number}, None),
    "target": lambda number: format_path((Member("a"), Select("id", number))),  # type: ignore[arg-type]
}
NUMBERS = st.integers(-(10**25), 10**25) | st.floats(allow_nan=False, allow_infinity=False)


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize(("whole", "floating"), [(10**16, 1e16), (0, -0.0), (3, 3.0), (-(10**22), -1e22)])
def test_equal_numbers_have_one_text(place: str, whole: int, floating: float) -> None:
    assert PLACES[place](floating) == PLACES[place](whole)
    assert str(whole) in PLACES[place](floating)


@given(NUMBERS)
def test_a_text_is_read_as_its_number(number: float) -> None:
    text = number_text(number)
    read = read_number(text)
    assert same(read, number) and same(json.loads(text), number)
    assert read is not None and number_text(read) == text


@given(st.text(alphabet="0123456789.eE+-_ ٣１\n", max_size=8) | st.text(max_size=5))
def test_what_json_does_not_read_is_no_number(text: str) -> None:
    try:
        expected = json.loads(text) if text == text.strip() else None
    except ValueError:
        expected = None
    read = read_number(text)
    if expected.__class__ in (int, float) and abs(expected) != float("inf"):
        assert read.__class__ is expected.__class__ and same(read, expected)
    else:
        assert read is None


@pytest.mark.parametrize(
    "text", ["9" * 5000, "-" + "9" * 5000, "1e999", "-1e999", "1" * 400 + "e-1000000000"]
)
def test_long_numbers_cost_little(text: str) -> None:
    read = read_number(text)
    assert read is None or read == 0


def test_a_number_that_has_no_text() -> None:
    for number in (float("nan"), float("inf"), 10**5000):
        with pytest.raises(ValueError):
            number_text(number)
