"""A JSON array, an element at a time: the same records as its elements on lines."""

from __future__ import annotations

import io
import json
import tracemalloc
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from reading import Pipe, read_all

from custmap.records import json_array
from custmap.records.input_error import InputError
from custmap.records.json_array import read_array
from custmap.records.ndjson import BadLine, Record, read_records

VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.text()
    | st.sampled_from(['"', "\\", '\\"', "[", "}", "\u2028"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)


@given(
    values=st.lists(VALUES, max_size=8),
    indent=st.none() | st.integers(0, 3),
    ascii=st.booleans(),
    chunk=st.integers(1, 40),
)
def test_elements(values: list[Any], indent: int | None, ascii: bool, chunk: int) -> None:
    data = b" \n" + json.dumps(values, indent=indent, ensure_ascii=ascii).encode() + b"\n"
    found = list(read_array(Pipe(data, chunk), "x"))
    assert [one.value for one in found if isinstance(one, Record)] == values
    for index, one in enumerate(found):
        assert one.line.index == index and one.line.data is not None
        assert data[one.line.offset : one.line.offset + one.line.length] == one.line.data
        assert data.count(b"\n", 0, one.line.offset) + 1 == one.line.number
        assert isinstance(one, Record) and one.given() == one.value


BAD = [
    b'{"a":NaN}', b'{"a":1e999}', b'{"a":1,"a":2}', b'{"a" 1}', b'{"a":"\\ud800"}', b'{"a":"\xff"}', b"nul",
    b"01", b'{"a":0.12345678901234567890}', b'{"a":}', b"[1,]", b"'a'", b'{"a":"\x01"}',
    b"[" * 70 + b"]" * 70,
]  # fmt: skip


@pytest.mark.parametrize("bad", BAD, ids=lambda bad: bad.decode("latin-1")[:16])
def test_a_bad_element_is_refused_as_a_line_is_and_the_others_stay(bad: bytes) -> None:
    (line,) = read_records(io.BytesIO(bad + b"\n"))
    first, second, third = read_array(io.BytesIO(b'[{"a":1},\n' + bad + b',\n{"a":3}]'), "x")
    assert isinstance(line, BadLine) and isinstance(second, BadLine)
    assert isinstance(first, Record) and isinstance(third, Record) and third.value == {"a": 3}
    (told,), (expected,) = second.error.diagnostics, line.error.diagnostics
    assert (told.code, told.path) == (expected.code, expected.path)
    if told.code == "CM711":
        assert told.message.startswith("element 1 (line 2), byte ")
        assert told.message.rpartition(": ")[2] == expected.message.rpartition(": ")[2]


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"[", "after 0 elements: the array ends too early"),
        (b'[{"a":1}', "after 1 elements: the array ends too early"),
        (b'[{"a":1},\n', "line 2, byte 10, after 1 elements: the array ends too early"),
        (b'[{"a":1', "after 0 elements: the array ends too early"),
        (b'["a', "the array ends too early"),
        (b"[12", "the array ends too early"),
        (b"[1,]", "byte 3, after 1 elements: expected an element"),
        (b"[,1]", "expected an element"),
        (b"[1,,2]", "expected an element"),
        (b"[}]", "expected an element"),
        (b"[1 2]", "expected `,` or `]`"),
        (b'[\n{"a":1}\n{"a":2}\n]', "line 3, byte 10, after 1 elements: expected `,` or `]`"),
        (b"[1]2", "expected nothing more after the array"),
        (b"[1]\n[2]", "expected nothing more after the array"),
    ],
)
def test_what_cannot_be_followed_is_one_error(data: bytes, reason: str) -> None:
    with pytest.raises(InputError) as error:
        read_all(data)
    assert error.value.message.startswith("standard input: this is not a JSON array: ")
    assert error.value.message.endswith(reason)


@given(st.binary(max_size=30))
def test_any_bytes_are_elements_or_an_error(data: bytes) -> None:
    try:
        found = list(read_array(Pipe(b"[" + data, 3), "x"))
    except InputError:
        return
    assert [one.line.index for one in found] == list(range(len(found)))


def test_an_element_beyond_the_limit() -> None:
    long = b'[{"a":"' + b"x" * 5000 + b'"}]'
    assert len(list(read_array(Pipe(long, 500), "x", limit=6000))) == 1
    with pytest.raises(InputError, match="longer than 0 MiB, or a bracket or quote is not closed"):
        list(read_array(Pipe(long, 500), "x", limit=3000))


def test_memory_does_not_grow(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(json_array, "_CHUNK", 1 << 12)
    element = json.dumps({"a": "x" * 1000}).encode()
    data = b"[" + b",".join([element] * 3000) + b"]"
    tracemalloc.start()
    assert sum(1 for _ in read_array(io.BytesIO(data), "x")) == 3000
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 200_000
