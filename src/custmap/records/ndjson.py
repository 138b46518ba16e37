"""Reads NDJSON: one record per line, split on the byte `\\n` only.

`str.splitlines` would cut a record at a U+2028 inside a text, and a text stream would stop at the first
byte that is not UTF-8. A bad line is a value here, not an exception, so reading continues.

A record is not frozen: that takes four times as long.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import Any, Final, NamedTuple, Protocol, TypeAlias

import msgspec

from custmap.border.careful import copy_carefully
from custmap.diagnostics.diagnostic import Diagnostic
from custmap.diagnostics.errors import RecordError
from custmap.values.json_text import InexactError, JsonError, is_whole, parse_json
from custmap.values.types import ANY, Type

# The longest line that is read into memory: a thousand times a large customer.
LINE_LIMIT: Final = 16 * 1024 * 1024

SETTLED: Final = b'{"custmap":"settled",'
"""How the first line of a settled snapshot begins; it is no record."""

_BLANK: Final = b" \t\r\n"
_BOM: Final = b"\xef\xbb\xbf"


Decode: TypeAlias = Callable[[bytes], Any]
Place: TypeAlias = tuple[int, int, int, bytes | None, int]
"""The fields of a `Line`: a tuple costs a fifth, and most lines are never looked at."""


class Schema(Protocol):
    """What of the records' schema is asked: a decoder, and the type, which names places in messages."""

    @property
    def decoder(self) -> Decode | None: ...
    @property
    def type(self) -> Type: ...


class Lines(Protocol):
    """A binary stream, or anything with its `readline`."""

    def readline(self, size: int = -1, /) -> bytes: ...


class Readable(Lines, Protocol):
    """The same, read in blocks, too."""

    def read(self, size: int, /) -> bytes: ...


@dataclass(frozen=True, slots=True)
class Line:
    """A line that is not blank.

    `index`   counts such lines from 0, as results do.
    `number`  counts all lines from 1, as editors do.
    `offset`  the byte at which it starts.
    `data`    without the line end; None when it is longer than the limit.
    `length`  in bytes, without the line end.
    """

    index: int
    number: int
    offset: int
    data: bytes | None
    length: int


@dataclass(slots=True)
class Record:
    """A line that is JSON; `fits`: its value is known to fit the schema, and to have no unknown members."""

    place: Place
    value: Any
    fits: bool = False

    @property
    def line(self) -> Line:
        return Line(*self.place)

    def given(self) -> Any:
        """The value as it was read, since a mapping may change `value`; of a row, its cells as JSON values.

        Numbers, dates and bytes that JSON does not have become texts, NaN and the like null.
        """
        data = self.place[3]
        return _json_value(self.value) if data is None else parse_json(data)


def _json_value(value: Any) -> Any:
    return msgspec.json.decode(msgspec.json.encode(value, enc_hook=str))


@dataclass(frozen=True, slots=True)
class BadLine:
    """A line that is not JSON; `error` says why and where, without showing the line."""

    line: Line
    error: RecordError


def settled_by(path: Path) -> str | None:
    """The mapping by which a snapshot was settled, as its first line says; None if it is no settled one."""
    with path.open("rb") as stream:
        first = stream.readline(LINE_LIMIT)
    if not first.startswith(SETTLED):
        return None
    try:
        return str(parse_json(first.strip()).get("mapping"))
    except JsonError:
        return None


def read_lines(stream: Lines, limit: int = LINE_LIMIT) -> Iterator[Line]:
    """All lines that are not blank. At most `limit` bytes of one are in memory."""
    return (Line(*place) for place in read_places(stream, limit))


class Block(NamedTuple):
    """Whole lines; `begin`: the records, lines and bytes before them."""

    begin: tuple[int, int, int]
    data: bytes

    def read(self, schema: Schema | None) -> Iterator[Record | BadLine]:
        return (read_record(place, schema) for place in self.places())

    def places(self, limit: int = LINE_LIMIT) -> Iterator[Place]:
        return read_places(BytesIO(self.data), limit, self.begin)


def read_blocks(stream: Readable, size: int, limit: int = LINE_LIMIT) -> Iterator[Block]:
    """All lines in blocks of about `size` bytes: what takes a block finds its records.

    Of a line that is longer than the limit a block has as much as shows that.
    """
    index = number = offset = 0
    while data := stream.read(size):
        length = len(data)
        if not data.endswith(b"\n"):
            rest = stream.readline(limit + 2)
            data, length = data + rest, length + len(rest)
            while rest and not rest.endswith(b"\n"):  # a line that is too long, or the last one
                rest = stream.readline(limit + 2)
                length += len(rest)
        block = Block((index, number, offset), data)
        yield block
        index += _records_in(block, limit)
        number += data.count(b"\n") + (not data.endswith(b"\n"))
        offset += length


def _records_in(block: Block, limit: int) -> int:
    """How many records there are: in nearly all blocks each line begins with a brace."""
    data = block.data
    lines = data.count(b"\n") + (not data.endswith(b"\n"))
    if lines == data.count(b"\n{") + data.startswith(b"{") and not data.startswith(SETTLED):
        return lines
    return sum(1 for _ in block.places(limit))


def read_places(
    stream: Lines, limit: int = LINE_LIMIT, begin: tuple[int, int, int] = (0, 0, 0)
) -> Iterator[Place]:
    """`read_lines` as plain tuples, for many lines of which few are looked at.

    `begin`: the records, lines and bytes before the stream.
    """
    index, number, offset = begin
    readline, most = stream.readline, limit + 2
    while chunk := readline(most):
        start, size = offset, len(chunk)
        if size == most:
            last = chunk
            while not _ends(last, most):
                last = readline(most)
                size += len(last)
        number += 1
        offset += size
        if number == 1 and chunk.startswith(_BOM):
            chunk, start, size = chunk[3:], start + 3, size - 3
        data = chunk.rstrip(b"\r\n") if chunk.endswith(b"\n") else chunk
        if number == 1 and data.startswith(SETTLED):
            continue
        if len(data) > limit or size > len(chunk):
            yield index, number, start, None, size
        elif not data or (data.isspace() and not data.strip(_BLANK)):
            continue
        else:
            yield index, number, start, data, len(data)
        index += 1


def _ends(chunk: bytes, asked: int) -> bool:
    """Is this the end of a line? A shorter answer than was asked for is the end of the file."""
    return chunk.endswith(b"\n") or len(chunk) < asked


def read_records(
    stream: Lines, limit: int = LINE_LIMIT, schema: Schema | None = None
) -> Iterator[Record | BadLine]:
    """All records of an NDJSON stream in order, bad lines (CM711, CM702) in their places.

    The decoder of the records' schema is tried first. The mapping checks whether they are objects.
    """
    return (read_record(place, schema) for place in read_places(stream, limit))


def read_record(place: Place, schema: Schema | None) -> Record | BadLine:
    """The record on a line; a line that is bad is worded by `parse_line`."""
    data = place[3]
    if schema is not None and data is not None and (decode := schema.decoder) is not None:
        try:
            value = decode(data)
            fits = is_whole(data, value, exact=True)
        except Exception:  # whatever it is, `parse_line` words it
            fits = False
        if fits:
            return Record(place, value, True)
    return parse_line(Line(*place), ANY if schema is None else schema.type)


def parse_line(line: Line, type_: Type = ANY) -> Record | BadLine:
    """The record on a line; it is not known whether it fits a schema."""
    if line.data is None:
        return BadLine(line, bad_line(line, f"the line is longer than {LINE_LIMIT // 1024 // 1024} MiB"))
    try:
        value = parse_record(line.data, type_)
    except JsonError as error:
        return BadLine(line, bad_line(line, error.reason, error.offset))
    except RecordError as error:
        return BadLine(line, error)
    return Record((line.index, line.number, line.offset, line.data, line.length), value)


def parse_record(data: bytes, type_: Type) -> Any:
    """A record's JSON text; RecordError for numbers that cannot be kept, as for a Decimal."""
    try:
        return parse_json(data, exact=True)
    except InexactError as error:
        return copy_carefully(error.value, type_)


def bad_line(line: Line, reason: str, offset: int | None = None) -> RecordError:
    """CM711 with the line's number and the byte, counted from 0, both in the line and in the file."""
    if line.data is None and not line.length:
        place = f"row {line.number}"  # of a table
    elif offset is None:
        place = f"line {line.number}, at byte {line.offset} of the file"
    else:
        place = f"line {line.number}, byte {offset} (byte {line.offset + offset} of the file)"
    return RecordError([Diagnostic("CM711", f"{place}: {reason}")])
