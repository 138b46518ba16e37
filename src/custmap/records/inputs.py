"""Finds out whether a stream contains one record or many.

A pretty-printed object spans lines, NDJSON has an object on each. The first line nearly always decides; more
is read only if it is not a record by itself, and never more than the maximum length of a record.
"""

from __future__ import annotations

import io
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import chain, islice

from custmap.diagnostics.diagnostic import Diagnostic
from custmap.diagnostics.errors import RecordError
from custmap.records.ndjson import (
    LINE_LIMIT,
    BadLine,
    Line,
    Lines,
    Record,
    Schema,
    parse_line,
    parse_record,
    read_lines,
    read_records,
)
from custmap.values.json_text import JsonError
from custmap.values.types import ANY, Type


@dataclass(frozen=True, slots=True)
class One:
    """A single JSON document."""

    record: Record | BadLine


@dataclass(frozen=True, slots=True)
class Many:
    """NDJSON; to be read once."""

    records: Iterator[Record | BadLine]


class _Ahead:
    """A stream whose first bytes were read already."""

    def __init__(self, head: bytes, rest: Lines) -> None:
        self._head = io.BytesIO(head)
        self._rest = rest

    def readline(self, size: int = -1, /) -> bytes:
        part = self._head.readline(size)
        if part.endswith(b"\n") or len(part) == size:
            return part
        return part + self._rest.readline(size if size < 0 else size - len(part))


def read_source(stream: io.BufferedIOBase, *, many: bool = False, schema: Schema | None = None) -> One | Many:
    """The stream's content; `many`: its name says that it is NDJSON. An empty stream is `Many`."""
    if many:
        return Many(read_records(stream, schema=schema))
    head = b""
    while not head.strip():
        line = stream.readline(LINE_LIMIT + 2)
        head += line
        if not line:
            return Many(iter(()))
    first = next(read_lines(io.BytesIO(head)), None)
    if first is not None and isinstance(parse_line(first), Record):
        records = read_records(_Ahead(head, stream), schema=schema)
        begin = list(islice(records, 2))
        return One(begin[0]) if len(begin) == 1 else Many(chain(begin, records))
    head += stream.read(LINE_LIMIT - min(len(head), LINE_LIMIT))
    more = stream.read(1)
    if not more:
        found = _document(head, ANY if schema is None else schema.type)
        if isinstance(found, Record) or not _has_record(head):
            return One(found)
    return Many(read_records(_Ahead(head + more, stream), schema=schema))


def _has_record(data: bytes) -> bool:
    """Is any line an unindented object by itself? Then the others are bad lines of NDJSON."""
    for line in read_lines(io.BytesIO(data)):
        found = parse_line(line) if line.data is not None and line.data.startswith(b"{") else None
        if isinstance(found, Record):
            return True
    return False


def _document(data: bytes, type_: Type) -> Record | BadLine:
    text = data.removeprefix(b"\xef\xbb\xbf")
    line = Line(0, 1, 0, text, len(text))
    try:
        return Record((0, 1, 0, text, len(text)), parse_record(text, type_))
    except RecordError as error:
        return BadLine(line, error)
    except JsonError as error:
        number = text.count(b"\n", 0, error.offset) + 1
        message = f"line {number}, byte {error.offset} of the file: {error.reason}"
        return BadLine(line, RecordError([Diagnostic("CM711", message)]))
