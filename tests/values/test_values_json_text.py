"""JSON in and out: RFC 8259 and nothing lost; the JSONTestSuite and the naughty strings too."""

from __future__ import annotations

import json
import os
import pickle
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from custmap.values.equality import same
from custmap.values.json_text import InexactError, JsonError, dump_json, is_whole, json_bytes, parse_json

SUITES = os.environ.get("CUSTMAP_SUITES")
needs_suites = pytest.mark.skipif(SUITES is None, reason="CUSTMAP_SUITES is not set")

json_values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(st.characters(exclude_categories=["Cs"])),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(st.characters(exclude_categories=["Cs"])), inner),
    max_leaves=12,
)

REFUSED: list[tuple[bytes, str, int]] = [
    (b"", "the text ends too early", 0),
    (b'{"a": ', "the text ends too early", 6),
    (b"NaN", "invalid character", 0),
    (b"[1, Infinity]", "invalid character", 4),
    (b"-Infinity", "invalid character", 1),
    (b'{"a": 1e999}', "a number is out of range", 0),
    (b'{"a": ' + b"9" * 5000 + b"}", "a number is out of range", 0),
    (b'{"a": 1, "a": 2}', "the same key twice", 9),
    (b'{"a": 1, "\\u0061": 2}', "the same key twice", 9),
    (b'{"x": [{"k": ":"}, {"k": 1, "b": {"k": 2}, "k": 3}]}', "the same key twice", 43),
    (b'{"\\u003a": 1, ":": 2}', "the same key twice", 14),
    (b'{"a": 1, "a": "\\u003a"}', "the same key twice", 9),
    (b'{"a": 1, "a": "\\u003A"}', "the same key twice", 9),
    (b'{"a": {"b": 1}, "b": [{"a": 1}], "a": 3}', "the same key twice", 33),
    (b'[{"a": [], "b": "a", "c" : {}, "c": 0}]', "the same key twice", 31),
    (b'{"\\n\\"": 1, "\\n\\"": 2}', "the same key twice", 12),
    (b'"\xff"', "not UTF-8", 1),
    (b'"\xed\xa0\x80"', "not UTF-8", 1),
    (b'"\\ud800"', "half of a surrogate pair", 1),
    (b'["\\ud83d\\ude00", "\\udc00"]', "half of a surrogate pair", 18),
    (b"\xef\xbb\xbf1", "invalid character", 0),
    (b"[" * 65 + b"]" * 65, "nested more than 64 levels deep", 64),
    (b"[" * 200, "nested more than 64 levels deep", 64),
    (b"[" * 100 + b"@", "nested more than 64 levels deep", 64),
    (b"[1, @, " + b"[" * 100, "invalid character", 4),
    (b'{"a": "' + b"[" * 200, "the text ends too early", 207),
    (b"[" + b'{"a": [[]]},' * 9 + b"[" * 64 + b"]" * 65, "nested more than 64 levels deep", 172),
    (b"[" * 100_000, "nested more than 64 levels deep", 64),
    (b'{"a":' * 100_000, "nested more than 64 levels deep", 320),
    (b"01", "invalid number", 1),
    (b"1 2", "trailing characters", 3),
]


@pytest.mark.parametrize(
    ("data", "reason", "offset"), REFUSED, ids=[str(data[:24]) for data, _, _ in REFUSED]
)
def test_what_is_not_json_is_refused_with_its_place(data: bytes, reason: str, offset: int) -> None:
    with pytest.raises(JsonError) as caught:
        parse_json(data)
    again = pickle.loads(pickle.dumps(caught.value))
    for error in (caught.value, again):
        assert (error.reason, error.offset, str(error)) == (reason, offset, reason)


def test_a_lone_surrogate_in_a_text_is_refused() -> None:
    with pytest.raises(JsonError) as caught:
        parse_json('"ab\ud800"')
    assert (caught.value.reason, caught.value.offset) == ("half of a surrogate pair", 3)


@pytest.mark.parametrize(
    "text",
    [
        "1234567890123456789012345",
        "-1234567890123456789012345",
        '"\\u0000"',
        '{"a:b": ":", "c": {"a:b": 1}}',
        '{"\\u003a": 1, "b": ":::"}',
        "[" * 64 + "]" * 64,
        '"' + "[" * 1000 + '"',
        "[" + "[]," * 1000 + "{}]",
    ],
)
def test_what_is_json_is_read_exactly(text: str) -> None:
    assert same(parse_json(text), json.loads(text))
    assert same(parse_json(text.encode()), json.loads(text))


@pytest.mark.parametrize("depth", [0, 1, 2, 63, 64, 128, 200])
@pytest.mark.parametrize("wrap", ["[]", '{"[":}'])
def test_the_depth_that_is_asked_for(depth: int, wrap: str) -> None:
    begin, end = wrap[:-1], wrap[-1]
    text = '"[{"'
    for _ in range(depth):
        text = begin + text + end
    assert parse_json(text, depth=depth)
    for deeper in (begin + text + end, begin + text + end + "@", begin + text):
        with pytest.raises(JsonError, match=f"nested more than {depth} levels deep") as caught:
            parse_json(deeper, depth=depth)
        assert caught.value.offset == len(begin) * depth


def test_breadth_is_no_depth() -> None:
    assert parse_json("[" + "[[]]," * 5000 + "{}]", depth=3)
    with pytest.raises(JsonError, match="nested more than 2 levels deep"):
        parse_json("[" + "[[]]," * 5000 + "{}]", depth=2)


@given(st.integers(0x10000, 0x10FFFF), st.integers(0xD800, 0xDFFF), st.lists(st.booleans(), min_size=15))
def test_a_lone_surrogate_behind_a_pair_is_found(pair: int, lone: int, upper: list[bool]) -> None:
    """However the hexadecimal digits are written."""
    digits = f"{0xD800 + (pair - 0x10000 >> 10):04x}{0xDC00 + (pair - 0x10000 & 0x3FF):04x}{lone:04x}"
    high, low, last = (
        "".join(one.upper() if up else one for one, up in zip(digits[at : at + 4], upper[at:], strict=False))
        for at in (0, 4, 8)
    )
    text = f'["\\u{high}\\u{low}", "\\\\u{last}", "\\u{last}"]'
    with pytest.raises(JsonError, match="half of a surrogate pair") as caught:
        parse_json(text)
    assert caught.value.offset == text.rindex("\\u")


@given(json_values)
def test_dump_and_parse_are_inverse(value: Any) -> None:
    text = dump_json(value)
    assert same(parse_json(text), value)
    assert dump_json(parse_json(text)) == text
    assert same(parse_json(dump_json(value, indent=2)), value)


@given(st.lists(st.tuples(st.sampled_from(["a", "b", ":", "a:b", 'q"'])), max_size=4))
def test_every_key_that_comes_twice_is_seen(keys: list[tuple[str]]) -> None:
    text = "{" + ",".join(f"{json.dumps(key)}: {number}" for number, (key,) in enumerate(keys)) + "}"
    if len(set(keys)) == len(keys):
        assert len(parse_json(text)) == len(keys)
    else:
        with pytest.raises(JsonError, match="the same key twice"):
            parse_json(text)


NUMBERS = [
    *(
        1e15,
        1e16,
        1e17,
        1.5e300,
        1e-4,
        1e-5,
        1.5e-5,
        1e-6,
        1e-7,
        5e-324,
        123456789012345680.0,
        0.1,
        1e22,
        -0.0,
    ),
    *(-1e16, -1e-5, 10.00001, 1234567890123456789012345, -(2**70), 2**63, 2**64, 0, 1, True, None),
]
TEXTS = [
    *(
        "1e16",
        ":1e5",
        ",1e5",
        "[-2.5e-7]",
        "62272e917b",
        "5e-1",
        "null",
        ":null",
        "0.00001",
        "/1e5",
        '"',
        "\\",
    ),
    *("\x00\x1f\x7f\b\f\n\r\t", "é\u2028\u2029\U0001f600"),
]


def written_as_json(value: Any) -> bool:
    """Is the text that of `json`, but for the form of floats, and the value the same to its last bit?"""
    text = json_bytes(value)
    plain = json.dumps(json.loads(text), ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    wanted = json.dumps(value, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    return plain == wanted and ("." in wanted or "e" in wanted or text.decode() == wanted)


@pytest.mark.parametrize("value", [*NUMBERS, *TEXTS], ids=repr)
def test_a_line_is_written_as_json_writes_it(value: Any) -> None:
    for whole in (
        value,
        [value],
        [1, value],
        {"a": value},
        {"b": "x", "a": [{"c": value}, 2.5]},
        {str(value): 1},
    ):
        assert written_as_json(whole)


@given(st.recursive(json_values | st.sampled_from([*NUMBERS, *TEXTS]), st.lists, max_leaves=5))
def test_any_line_is_written_as_json_writes_it(value: Any) -> None:
    assert written_as_json(value)


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_any_float_is_written_as_json_writes_it(value: float) -> None:
    assert written_as_json({"a": value})


@pytest.mark.parametrize("value", [float("nan"), float("inf"), float("-inf")])
def test_what_is_no_number_is_not_written_as_null(value: float) -> None:
    for whole in (value, [value], {"a": [1, value]}):
        with pytest.raises(ValueError):
            json_bytes(whole)


@given(json_values)
def test_a_value_is_whole_if_nothing_was_left_out(value: Any) -> None:
    for text in (json.dumps(value), json.dumps(value, indent=1), dump_json(value)):
        assert is_whole(text.encode(), json.loads(text)) or "\\u003" in text
    assert not is_whole(b'{"a": 1, "b": 2}', {"a": 1})
    assert not is_whole(b'{"\\u003aa": 1, "b": 2}', {":a": 1})
    assert not is_whole(b"[[1]]", [[1]], depth=1)


def test_exact_numbers() -> None:
    for text in (b"1.50", b"0.1", b"[1e2, 12345678901234567890]", b"123456789.012345678e-2"):
        assert parse_json(text, exact=True) == json.loads(text)
    for text in (b"[0.12345678901234567890]", b'{"a": [1e-400]}', b'{"a": 0.480912345678901234567890}'):
        with pytest.raises(InexactError):
            parse_json(text, exact=True)
        assert parse_json(text) == json.loads(text)


def test_numbers_that_no_float_is_are_told_as_they_are_written() -> None:
    for text in ("1E-400", "1e-400", "9.0071992547409931", "0.480912345678901234567890"):
        with pytest.raises(InexactError, match="more digits than a float") as raised:
            parse_json(f"[{text}, 1.5]", exact=True)
        assert raised.value.value == [Decimal(text), 1.5]
    with pytest.raises(InexactError):
        parse_json("[1e-9999999999999999999]", exact=True)
    escaped = r'{"\u003aa": 0.12345678901234567890}'
    assert parse_json(escaped) == {":a": 0.12345678901234567890}
    assert parse_json(r'{"\u003aa": 0.5}', exact=True) == {":a": 0.5}


def test_a_pair_of_surrogates_is_none_alone() -> None:
    assert parse_json(r'["\uDBFF\uDFFF", "\udbff\udc00"]') == ["\U0010ffff", "\U0010fc00"]
    with pytest.raises(JsonError) as raised:
        parse_json(r'["\uDBFF\uDFFF", "\uDBFF"]')
    assert raised.value.offset == 18


def _cycle() -> list[Any]:
    value: list[Any] = []
    value.append(value)
    return value


def _deep() -> list[Any]:
    value: list[Any] = []
    for _ in range(100_000):
        value = [value]
    return value


@pytest.mark.parametrize(
    "value",
    [float("nan"), float("inf"), [float("-inf")], {1, 2}, b"x", object(), "\ud800", {"a": 1, 2: 3}, _cycle()],
    ids=["nan", "inf", "nested", "set", "bytes", "object", "surrogate", "keys", "cycle"],
)
def test_what_json_cannot_say_is_refused(value: Any) -> None:
    with pytest.raises(ValueError) as caught:
        dump_json(value)
    assert not isinstance(caught.value, UnicodeError)


def test_dumping_very_deep_values_is_refused() -> None:
    with pytest.raises(ValueError, match="RecursionError"):
        dump_json(_deep())


def test_dump_is_the_same_text_whatever_the_order() -> None:
    assert dump_json({"b": {"d": 1, "c": 2}, "a": 10**25}) == (
        '{"a":10000000000000000000000000,"b":{"c":2,"d":1}}'
    )
    assert dump_json({"b": 1, "a": ["é"]}, indent=2) == '{\n  "a": [\n    "é"\n  ],\n  "b": 1\n}'


@needs_suites
def test_json_test_suite() -> None:
    wrong = []
    files = sorted(Path(str(SUITES), "jsontestsuite", "test_parsing").glob("*.json"))
    for file in files:
        try:
            parse_json(file.read_bytes())
            accepted = True
        except JsonError:
            accepted = False
        if (file.name[0], accepted) in {("y", False), ("n", True)}:
            wrong.append(file.name)
    assert len(files) > 300
    # A key that comes twice is JSON to the suite, and a silent loss to us.
    assert wrong == ["y_object_duplicated_key.json", "y_object_duplicated_key_and_value.json"]


@needs_suites
def test_naughty_strings_pass_unchanged() -> None:
    strings = json.loads(Path(str(SUITES), "blns", "blns.json").read_bytes())
    assert len(strings) > 500
    for text in strings:
        assert parse_json(dump_json({text: [text]})) == {text: [text]}
