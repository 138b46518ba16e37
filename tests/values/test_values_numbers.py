"""Numbers and their texts; what a value has at a path; what is meant elsewhere in a schema."""

from __future__ import annotations

import json
import math
from typing import Any

import pytest

from custmap.schema.canonical import load_canonical
from custmap.values.absent import ABSENT
from custmap.values.decimals import below, is_multiple, shown
from custmap.values.did_you_mean import Meant, meant_in
from custmap.values.json_text import dump_json, json_bytes
from custmap.values.members import named_paths
from custmap.values.numbers import number_text, read_number, scalar_text, with_plain_numbers
from custmap.values.paths import found_at, parse_path
from custmap.values.types import ANY, Type

TEXTS = [
    (0, "0"), (-0.0, "0"), (7, "7"), (7.0, "7"), (-1, "-1"), (0.5, "0.5"), (1e16, "10000000000000000"),
    (10**25, "1" + "0" * 25), (1e-7, "1e-07"), (2.5e300, str(int(2.5e300))),
]  # fmt: skip


@pytest.mark.parametrize(("number", "text"), TEXTS)
def test_one_text_a_number(number: float, text: str) -> None:
    assert number_text(number) == scalar_text(number) == text


def test_texts_of_scalars() -> None:
    assert [scalar_text(value) for value in (True, False, "a", "")] == ["true", "false", "a", ""]
    for number in (math.nan, math.inf, -math.inf):
        with pytest.raises(ValueError, match="finite"):
            number_text(number)


READ: list[tuple[str, Any]] = [
    ("0", 0), ("42", 42), ("-7", -7), ("4.0", 4.0), ("4e2", 400.0), ("4E2", 400.0), ("4E+2", 400.0),
    ("4e-2", 0.04), ("1.5e1", 15.0), ("-0", 0), ("007", None), ("1_0", None), ("7.", None), (".7", None),
    ("+1", None), (" 1", None), ("1 ", None), ("٣", None), ("nan", None), ("1e999", None), ("", None),
    ("1" * 5000, None), ("1.5.2", None), ("1e", None),
]  # fmt: skip


@pytest.mark.parametrize(("text", "number"), READ)
def test_reading(text: str, number: Any) -> None:
    found = read_number(text)
    assert found == number and type(found) is type(number)


def test_plain_numbers() -> None:
    given = {"a": [1.0, 1.5, True, None, "1.0"], "b": {"c": -2.0}, "d": 3}
    made = with_plain_numbers(given)
    assert json.dumps(made) == '{"a": [1, 1.5, true, null, "1.0"], "b": {"c": -2}, "d": 3}'
    assert given["a"][0].__class__ is float


FOUND: list[tuple[str, Any]] = [
    ("a", {"b": [1, {"t": "x", "v": 2}, {"t": "y"}]}), ("a.b", [1, {"t": "x", "v": 2}, {"t": "y"}]),
    ("a.b[0]", 1), ("a.b[1].v", 2), ("a.b[t=x].v", 2), ("a.b[t=y]", {"t": "y"}), ("a.b[t=y].v", ABSENT),
    ("a.b[t=z]", ABSENT), ("a.b[3]", ABSENT), ("a.c", ABSENT), ("a.b.c", ABSENT), ("n", None),
    ("n.x", ABSENT),
    ("a[0]", ABSENT), ("a[t=x]", ABSENT), ("z", ABSENT),
]  # fmt: skip


@pytest.mark.parametrize(("path", "wanted"), FOUND)
def test_what_is_at_a_path(path: str, wanted: Any) -> None:
    value = {"a": {"b": [1, {"t": "x", "v": 2}, {"t": "y"}]}, "n": None}
    found = found_at(value, parse_path(path))
    assert found is wanted or found == wanted
    assert found_at(value, ()) is value


def test_elsewhere() -> None:
    meant = Meant(load_canonical(None).type)
    assert meant.elsewhere(("adress", "postal_cod")) == ("addresses", "*", "postal_code")
    assert meant.elsewhere(("emial",)) == ("email",)
    assert meant.elsewhere(("nam", "given")) == ("name", "given")
    assert meant.elsewhere(("qqqqq",)) is None
    type_ = load_canonical(None).type
    assert meant_in(type_) is meant_in(type_) and meant_in(ANY) is not meant_in(type_)


def test_members() -> None:
    paths = named_paths(load_canonical(None).type)
    assert paths[0] == ("id",) and ("addresses", "*", "city") in paths and len(set(paths)) == len(paths)
    assert ("identifiers", "*") not in paths and named_paths(ANY) == []
    deep = Type(kinds=frozenset({"object"}), members={"leaf": ANY})
    for name in "abcd":
        deep = Type(kinds=frozenset({"object"}), members={name: deep})
    assert [".".join(path) for path in named_paths(deep)] == ["d", "d.c", "d.c.b", "d.c.b.a"]
    assert named_paths(Type(kinds=frozenset({"array"}), items=deep)) == []


VALUES: list[Any] = [
    None, [None], [1, None], {"a": None, "b": 1}, 1e16, [1e16], -1e-7, 0.00001, [0.00002, "null"], "null",
    {"n": "x,null"}, ["1e5", 1e22], {"a": 12345678901234567890, "b": 1.5}, [[], {}, ""], "é\n\u2028",
    [3, 1e100, None],
]  # fmt: skip


@pytest.mark.parametrize("value", VALUES, ids=repr)
def test_bytes_are_those_of_the_value(value: Any) -> None:
    assert repr(json.loads(json_bytes(value))) == repr(json.loads(dump_json(value))) == repr(value)


@pytest.mark.parametrize("value", [math.nan, [1, math.inf], {"a": math.nan}, [None, -math.inf]])
def test_what_json_has_not(value: Any) -> None:
    with pytest.raises(ValueError):
        json_bytes(value)


def test_decimals() -> None:
    assert is_multiple(1e23, 10) and is_multiple(6, 0.1)  # as they are written, not as floats are kept
    assert below(1, 2) and not below(2, 2) and below(1.5, 2) and not below(10**30 + 1, 10**30)
    assert (
        is_multiple(0.3, 0.1) and not is_multiple(0.35, 0.1) and is_multiple(6, 3) and not is_multiple(7, 3)
    )
    assert shown(5) == "5" and "400 digits" in shown(10**399)
    assert shown(2.0**53) == "9007199254740992.0" and shown(2.0**52) == "4503599627370496"
    assert shown(1e22) == "1e+22"
    assert shown(2**128 - 1) == str(2**128 - 1) and shown(2**128) == "a number of 39 digits"
    for digits in range(40, 400):
        assert shown(10**digits - 1) == f"a number of {digits} digits"
        assert shown(-(10**digits)) == f"a number of {digits + 1} digits"
