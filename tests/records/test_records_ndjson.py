"""NDJSON that is not as it should be: every line is a record or a rejection, and none is lost."""

from __future__ import annotations

import io
from dataclasses import dataclass
from typing import Any, TypedDict

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from custmap.records import ndjson
from custmap.records.ndjson import (
    BadLine,
    Decode,
    Line,
    Record,
    read_blocks,
    read_lines,
    read_places,
    read_records,
)
from custmap.schema.canonical import load_canonical
from custmap.values.json_text import parse_json
from custmap.values.types import ANY, Type


@dataclass(frozen=True)
class Own:
    """A schema for which there is, or is not, a decoder."""

    decoder: Decode | None
    type: Type = ANY


CASES: dict[str, tuple[bytes, list[Any]]] = {
    "empty": (b"", []),
    "blank lines": (b"\n \n\t\r\n", []),
    "one": (b'{"a":1}\n', [{"a": 1}]),
    "no line end": (b'{"a":1}', [{"a": 1}]),
    "CRLF": (b'{"a":1}\r\n\r\n{"a":2}\r\n', [{"a": 1}, {"a": 2}]),
    "U+2028 and U+0085 in a text": ('{"a":"x\u2028y\u0085z"}\n'.encode(), [{"a": "x\u2028y\u0085z"}]),
    "form feed is no line end": (b'{"a":1}\x0c{"a":2}\n', [(1, 0)]),
    "BOM": (b'\xef\xbb\xbf{"a":1}\n', [{"a": 1}]),
    "BOM of a later line": (b'{"a":1}\n\xef\xbb\xbf{"a":2}\n{"a":3}\n', [{"a": 1}, (2, 8), {"a": 3}]),
    "bad between good": (b'{"a":1}\n{"a":\n{"a":3}\n', [{"a": 1}, (2, 8), {"a": 3}]),
    "cut last line": (b'{"a":1}\n{"a":2', [{"a": 1}, (2, 8)]),
    "not UTF-8": (b'{"a":"\xff"}\n{"a":2}\n', [(1, 0), {"a": 2}]),
    "not an object is left to the mapping": (b"[1]\n3\nnull\n", [[1], 3, None]),
    "NaN and doubles": (b'{"a":NaN}\n{"a":1,"a":2}\n{"a":1e999}\n', [(1, 0), (2, 10), (3, 24)]),
    "big integers are exact": (b'{"a":1234567890123456789012345}\n', [{"a": 1234567890123456789012345}]),
    "a lone CR is no line end": (b'{"a":1}\r{"a":2}\n', [(1, 0)]),
}


@pytest.mark.parametrize("name", CASES)
def test_records(name: str) -> None:
    data, expected = CASES[name]
    found = list(read_records(io.BytesIO(data)))
    told = [
        item.value if isinstance(item, Record) else (item.line.number, item.line.offset) for item in found
    ]
    assert told == expected
    assert [item.line.index for item in found] == list(range(len(found)))
    for item in found:
        if isinstance(item, BadLine):
            (diagnostic,) = item.error.diagnostics
            assert diagnostic.code == "CM711"
            assert f"line {item.line.number}," in diagnostic.message


@pytest.mark.parametrize("name", CASES)
def test_a_decoder_changes_nothing_but_what_is_known(name: str) -> None:
    schema = Own(msgspec.json.Decoder(dict[str, int]).decode)
    plain, checked = (list(read_records(io.BytesIO(CASES[name][0]), schema=one)) for one in (None, schema))
    assert [(item.line, isinstance(item, Record)) for item in checked] == [
        (item.line, isinstance(item, Record)) for item in plain
    ]
    for one, other in zip(plain, checked, strict=True):
        if isinstance(one, Record) and isinstance(other, Record):
            assert one.value == other.value == other.given()
            texts = not isinstance(one.value, dict) or any(isinstance(v, str) for v in one.value.values())
            assert not one.fits and other.fits is not texts
        elif isinstance(one, BadLine) and isinstance(other, BadLine):
            assert str(one.error) == str(other.error)


def test_a_member_that_the_decoder_leaves_out_is_kept() -> None:
    class Members(TypedDict, total=False):
        a: int

    schema = Own(msgspec.json.Decoder(Members).decode)
    data = b'{"a": 1}\n{"a": 1, "b": 2}\n{"a": 1, "a": 1}\n{"a": 1, "\\u003a": 2}\n'
    first, second, third, last = read_records(io.BytesIO(data), schema=schema)
    assert isinstance(first, Record) and first.fits
    assert isinstance(second, Record) and second.value == {"a": 1, "b": 2} and not second.fits
    assert isinstance(third, BadLine)
    assert isinstance(last, Record) and last.value == {"a": 1, ":": 2} and not last.fits


@pytest.mark.parametrize(
    "number",
    [
        "0.12345678901234567890",
        "0.480912345678901234567890123456789012345",
        "1e-400",
        "-1.00000000000000000001",
        "1E-99999999999999999999",
        "0." + "7" * 5000,
        "12345678901234567890.5",
    ],
    ids=lambda number: number[:24],
)
def test_a_number_that_no_float_is_is_refused_with_its_path(number: str) -> None:
    canonical = load_canonical(None)
    data = b'{"priority": %b}\n{"priority": 1}\n' % number.encode()
    for schema in (Own(None, canonical.type), canonical):
        bad, good = read_records(io.BytesIO(data), schema=schema)
        assert isinstance(bad, BadLine) and isinstance(good, Record)
        (found,) = bad.error.diagnostics
        assert (found.code, found.path) == ("CM702", "priority")
        assert number not in str(bad.error)


@pytest.mark.parametrize(
    ("number", "value"),
    [
        ("0.1", 0.1),
        ("1.50", 1.5),
        ("1E5", 1e5),
        ("1e23", 1e23),
        ("0.30000000000000004", 0.30000000000000004),
        ("100000000000000000000.000", 1e20),
        ("5e-324", 5e-324),
        ("1234567890123456789012345", 1234567890123456789012345),
    ],
)
def test_a_number_that_a_float_is_stays(number: str, value: float) -> None:
    spaced = b'{"a": %b, "b": "0.48091234567890123456789"}\n' % number.encode()
    for data in (spaced, spaced.replace(b" ", b"")):
        (record,) = read_records(io.BytesIO(data))
        assert isinstance(record, Record) and record.value["a"] == value


def test_the_offset_of_a_bad_byte_is_told() -> None:
    (good, bad) = read_records(io.BytesIO(b'{"a":1}\n{"a" 2}\n'))
    assert isinstance(good, Record) and isinstance(bad, BadLine)
    assert "line 2, byte 5 (byte 13 of the file)" in str(bad.error)


def test_a_line_beyond_the_limit_is_rejected_and_never_held() -> None:
    class Counting(io.BytesIO):
        longest = 0

        def readline(self, size: int | None = -1, /) -> bytes:
            data = super().readline(size)
            self.longest = max(self.longest, len(data))
            return data

    stream = Counting(b'{"a":1}\n' + b"x" * 100 + b"\n" + b'{"b":2}\r\n' + b"y" * 55)
    found = list(read_lines(stream, limit=20))
    assert [(line.number, line.offset, line.data) for line in found] == [
        (1, 0, b'{"a":1}'),
        (2, 8, None),
        (3, 109, b'{"b":2}'),
        (4, 118, None),
    ]
    assert stream.longest <= 22


def test_a_line_as_long_as_the_limit_is_a_record() -> None:
    for end in (b"", b"\n", b"\r\n"):
        assert [line.data for line in read_lines(io.BytesIO(b"x" * 20 + end), limit=20)] == [b"x" * 20]
        assert [line.data for line in read_lines(io.BytesIO(b"x" * 21 + end), limit=20)] == [None]


def test_too_long_is_a_rejection(monkeypatch: pytest.MonkeyPatch) -> None:
    bad = ndjson.parse_line(Line(0, 1, 0, None, 10**8))
    assert isinstance(bad, BadLine) and "longer than 16 MiB" in str(bad.error)


@given(
    st.lists(st.sampled_from([b'{"a":1}', b"", b" ", b"{", b"\xff\xfe", b'{"\xe2\x80\xa8":0}', b"\r", b"\0"]))
)
def test_lines_and_offsets_find_their_bytes_again(parts: list[bytes]) -> None:
    data = b"\n".join(parts)
    found = list(read_lines(io.BytesIO(data)))
    assert [line.data for line in found] == [part.rstrip(b"\r") for part in parts if part.strip(b" \t\r")]
    for line in found:
        assert line.data is not None
        assert data[line.offset : line.offset + line.length] == line.data
        assert data[: line.offset].count(b"\n") == line.number - 1


@given(st.binary(max_size=40))
def test_any_bytes_are_records_or_rejections(data: bytes) -> None:
    found = list(read_records(io.BytesIO(data)))
    assert all(isinstance(item, Record | BadLine) for item in found)
    for item in found:
        if isinstance(item, Record) and item.line.data is not None:
            assert item.value == parse_json(item.line.data)


PIECES = st.sampled_from(
    [
        b"{}",
        b'{"a":1}',
        b"",
        b" ",
        b"\t\r",
        b"[]",
        b"x",
        b"{",
        b"\xef\xbb\xbf{}",
        b'{"custmap":"settled",',
        b"{" * 30,
    ]
)


@given(st.lists(PIECES), st.sampled_from([b"\n", b"\r\n"]), st.booleans(), st.integers(1, 40))
def test_blocks_are_the_lines(pieces: list[bytes], end: bytes, ended: bool, size: int) -> None:
    data = end.join(pieces) + end * ended
    wanted = list(read_places(io.BytesIO(data), limit=20))
    blocks = list(read_blocks(io.BytesIO(data), size, limit=20))
    found = [place for block in blocks for place in block.places(limit=20)]
    # Of a line that is too long it is known only that it is.
    assert [place if place[3] is not None else place[:4] for place in found] == [
        place if place[3] is not None else place[:4] for place in wanted
    ]
    assert all(len(block.data) <= size + 22 for block in blocks)
