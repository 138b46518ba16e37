"""gzip and zstd: whole, in parts, cut and damaged."""

from __future__ import annotations

import gzip
import io
import sys
from collections.abc import Callable
from functools import partial

import pytest
import zstandard
from hypothesis import given
from hypothesis import strategies as st
from reading import Pipe, read_all

from custmap.records.extras import ExtraMissing
from custmap.records.input_error import InputError
from custmap.records.unpacking import Compression, compression_of, unpacked

PACK: dict[Compression, Callable[[bytes], bytes]] = {
    "gzip": partial(gzip.compress, mtime=0),
    "zstd": zstandard.compress,
}
LINES = b"".join(b'{"a":"\xe2\x80\xa8%d"}\n\n' % number for number in range(30_000)) + b'{"a":"last"}'


@pytest.mark.parametrize("compression", PACK)
def test_lines(compression: Compression) -> None:
    found = read_all(PACK[compression](LINES))
    assert len(found) == 30_001 and found[7] == {"a": "\u20287"} and found[-1] == {"a": "last"}


@pytest.mark.parametrize("compression", PACK)
@given(parts=st.lists(st.binary(max_size=5000), min_size=1, max_size=5))
def test_parts_one_after_another_are_one_stream(compression: Compression, parts: list[bytes]) -> None:
    data = b"".join(PACK[compression](part) for part in parts)
    assert compression_of(data) == compression
    for stream in (io.BytesIO(data), Pipe(data)):
        assert unpacked(stream, compression, "x").read() == b"".join(parts)


def test_a_frame_to_skip_at_the_beginning() -> None:
    assert read_all(b"\x50\x2a\x4d\x18\x02\x00\x00\x00xx" + zstandard.compress(b'{"a":1}')) == [{"a": 1}]


@pytest.mark.parametrize("compression", PACK)
def test_an_end_that_comes_too_early(compression: Compression) -> None:
    data = PACK[compression](LINES)
    for size in (len(data) - 1, len(data) - 9, len(data) // 2, 20):
        with pytest.raises(InputError, match=f"standard input: the {compression} data end too early"):
            read_all(data[:size])


@pytest.mark.parametrize("compression", PACK)
@pytest.mark.parametrize("tail", [b"x", b'{"a":1}\n'])
def test_something_else_behind(compression: Compression, tail: bytes) -> None:
    with pytest.raises(InputError, match=f"the {compression} data (are damaged|end too early)"):
        read_all(PACK[compression](LINES) + tail)


@pytest.mark.parametrize("compression", PACK)
@given(st.data())
def test_damage_is_an_error_or_nothing(compression: Compression, data: st.DataObject) -> None:
    """No other exception, and never other records than those that were packed, without an error."""
    packed = bytearray(PACK[compression](b'{"a":1}\n{"a":2}\n' * 40))
    at = data.draw(st.integers(4, len(packed) - 1))
    packed[at] ^= data.draw(st.integers(1, 255))
    try:
        unpacked(io.BytesIO(bytes(packed)), compression, "x").read()
    except InputError as error:
        assert error.message.startswith("x: the ")


def test_a_small_input_that_stands_for_much_is_unpacked_in_parts() -> None:
    stream = unpacked(io.BytesIO(zstandard.compress(b"\0" * (1 << 27))), "zstd", "x")
    assert len(stream.read1(100)) <= 100 and len(stream.read()) > 1 << 26


def test_without_zstandard_the_message_says_how_to_get_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "zstandard", None)
    with pytest.raises(ExtraMissing, match=r"reading zstd needs zstandard: pip install 'custmap\[tables\]'"):
        read_all(zstandard.compress(b"{}"))
