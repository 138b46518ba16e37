"""Reads a JSON array one element at a time: `[{…}, {…}]` of any size in bounded memory.

Where an element ends is found by its brackets and quotes alone. The element is then a record like a line of
NDJSON, read by the same strict parser: a bad one is rejected, and reading continues after it. Only brackets
that do not match, or something between two elements that is no comma, end the run.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from io import BufferedIOBase
from typing import Final

from custmap.diagnostics.errors import RecordError
from custmap.records.input_error import InputError
from custmap.records.ndjson import LINE_LIMIT, BadLine, Place, Record, Schema, read_record

_CHUNK: Final = 1 << 18
_BLANK: Final = re.compile(rb"[ \t\r\n]*+")
_TEXT: Final = re.compile(rb'"[^"\\]*+(?:\\.[^"\\]*+)*+"', re.DOTALL)
# Up to the next bracket outside texts.
_BRACKET: Final = re.compile(
    rb'[^"\[\]{}]*+(?:"[^"\\]*+(?:\\.[^"\\]*+)*+"[^"\[\]{}]*+)*+([\[\]{}])', re.DOTALL
)
# A number or a word, or whatever stands in its place, and what ends it.
_WORD: Final = re.compile(rb"[^\[\]{},\" \t\r\n]++(?=[\[\]{},\" \t\r\n])")
_OPEN: Final = (b"{", b"[")
_NO_ELEMENT: Final = (b",", b"]", b"}")


def read_array(
    stream: BufferedIOBase, name: str, schema: Schema | None = None, limit: int = LINE_LIMIT
) -> Iterator[Record | BadLine]:
    """The elements of an array in order, bad ones (CM711, CM702) in their places; `name` is the input's.

    InputError if it is no array, or cannot be followed any further; if an element is longer than `limit`.
    """
    return (read_element(place, schema) for place in array_places(stream, name, limit))


def array_places(stream: BufferedIOBase, name: str, limit: int = LINE_LIMIT) -> Iterator[Place]:
    """The places of the elements, for `read_element`; errors as in `read_array`."""
    return iter(_Array(stream, name, limit))


def read_element(place: Place, schema: Schema | None) -> Record | BadLine:
    """The record of an element."""
    found = read_record(place, schema)
    return _of_element(found) if isinstance(found, BadLine) else found


def _of_element(bad: BadLine) -> BadLine:
    """The same, with the number of the element, in which the bytes are counted."""
    line = f"line {bad.line.number}"
    named = (
        replace(one, message=f"element {bad.line.index} ({line}){one.message.removeprefix(line)}")
        if one.code == "CM711"
        else one
        for one in bad.error.diagnostics
    )
    return BadLine(bad.line, RecordError(named))


class _Array:
    """The places of an array's elements, each with its bytes; iterate it once.

    `_buffer` begins at the byte `_offset` of the input. Its bytes before `_kept` are not needed any more;
    `_at` is where to go on. `_number` is the number of the line at `_counted`.
    """

    def __init__(self, stream: BufferedIOBase, name: str, limit: int) -> None:
        self._read = stream.read1
        self._name = name
        self._limit = limit
        self._buffer = b""
        self._offset = self._kept = self._at = self._counted = self._index = 0
        self._number = 1

    def __iter__(self) -> Iterator[Place]:
        self._begin()
        if self._sign() != b"]":
            yield self._element()
            while self._sign() == b",":
                self._at += 1
                self._sign()
                yield self._element()
        if self._sign() != b"]":
            raise self._broken("expected `,` or `]`")
        self._at += 1
        if self._sign(may_end=True):
            raise self._broken("expected nothing more after the array")

    def _begin(self) -> None:
        while len(self._buffer) < 3 and (data := self._read(_CHUNK)):
            self._buffer += data
        self._at = 3 if self._buffer.startswith(b"\xef\xbb\xbf") else 0
        if self._sign() != b"[":
            raise self._broken("expected `[`")
        self._at += 1

    def _sign(self, *, may_end: bool = False) -> bytes:
        """The next byte that is no blank; b"" at the end of the input, where that is allowed."""
        while True:
            found = _BLANK.match(self._buffer, self._at)
            assert found is not None
            self._at = self._kept = found.end()
            if self._at < len(self._buffer):
                return self._buffer[self._at : self._at + 1]
            if not self._more(may_end=may_end):
                return b""

    def _element(self) -> Place:
        """The element that begins here."""
        self._count_lines(self._at)
        number, first = self._number, self._buffer[self._at : self._at + 1]
        if first in _NO_ELEMENT:
            raise self._broken("expected an element")
        if first in _OPEN:
            self._pass_container()
        else:
            self._pass(_TEXT if first == b'"' else _WORD)
        data = self._buffer[self._kept : self._at]
        place = (self._index, number, self._offset + self._kept, data, len(data))
        self._index += 1
        return place

    def _pass_container(self) -> None:
        depth = 0
        while True:
            depth += 1 if self._pass(_BRACKET) in _OPEN else -1
            if not depth:
                return

    def _pass(self, pattern: re.Pattern[bytes]) -> bytes:
        """Go behind what the pattern matches, reading on until it does; what its last byte is."""
        while (found := pattern.match(self._buffer, self._at)) is None:
            self._more()
        self._at = found.end()
        return self._buffer[self._at - 1 : self._at]

    def _more(self, *, may_end: bool = False) -> bool:
        """Read on, and drop what is not needed; False at the end."""
        if len(self._buffer) - self._kept > self._limit:
            size = f"{self._limit // 1024 // 1024} MiB"
            raise self._broken(f"the element is longer than {size}, or a bracket or quote is not closed")
        data = self._read(_CHUNK)
        if not data and not may_end:
            self._at = len(self._buffer)
            raise self._broken("the array ends too early")
        self._count_lines(self._kept)
        self._buffer = self._buffer[self._kept :] + data
        self._offset += self._kept
        self._at -= self._kept
        self._kept = self._counted = 0
        return bool(data)

    def _count_lines(self, end: int) -> None:
        self._number += self._buffer.count(b"\n", self._counted, end)
        self._counted = end

    def _broken(self, reason: str) -> InputError:
        self._count_lines(self._at)
        place = f"line {self._number}, byte {self._offset + self._at}, after {self._index} elements"
        return InputError(f"{self._name}: this is not a JSON array: {place}: {reason}")
