"""Opens an input of records, whatever format it is in, and says what it is.

A pretty-printed object spans lines, NDJSON has an object on each. The first line nearly always decides; more
is read only if it is not a record by itself, and never more than the maximum length of a record.
"""

from __future__ import annotations

import io
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from functools import partial
from io import BufferedIOBase
from itertools import islice
from pathlib import Path
from typing import BinaryIO, Final, cast

from custmap.diagnostics.diagnostic import Diagnostic
from custmap.diagnostics.errors import RecordError
from custmap.records.csv_rows import Columns, read_csv
from custmap.records.formats import (
    BOM,
    SAMPLE,
    Format,
    Kind,
    binary_kind,
    delimiter_of,
    named_kind,
    unknown_format,
)
from custmap.records.input_error import InputError
from custmap.records.json_array import array_places, read_array, read_element
from custmap.records.locations import STDIN, Location
from custmap.records.lookahead import Lookahead
from custmap.records.ndjson import (
    LINE_LIMIT,
    SETTLED,
    BadLine,
    Block,
    Line,
    Place,
    Record,
    Schema,
    parse_line,
    parse_record,
    read_blocks,
    read_lines,
    read_places,
    read_record,
    read_records,
)
from custmap.records.outputs import naming
from custmap.records.tables import RowBlock, Rows, duckdb_rows, read_parquet
from custmap.records.unpacking import compression_of, unpacked
from custmap.values.json_text import JsonError
from custmap.values.types import ANY, Type

_BLOCK: Final = 1 << 18
"""Bytes of NDJSON in a block: some hundred records."""
_NO_COLUMNS: Final = Columns()


@dataclass(frozen=True, slots=True)
class One:
    """A single JSON document."""

    record: Record | BadLine


@dataclass(frozen=True, slots=True)
class Many:
    """Records, to be read once; of a table (`format.is_table`) they are its rows, and no customers.

    `places`  of JSON they may be read instead, and each given to `read_place` later.
    `blocks`  of NDJSON and of tables they may be read in blocks instead, each of which reads them later.
    `stream`  the input, if it is read from its beginning to its end.
    """

    records: Iterator[Record | BadLine]
    format: Format
    places: Iterator[Place] | None = None
    stream: BufferedIOBase | None = None
    blocks: Callable[[], Iterator[Block | RowBlock]] | None = None


def read_place(format: Format, place: Place, schema: Schema | None) -> Record | BadLine:
    """The record at a place of NDJSON or of an array."""
    return read_element(place, schema) if format.kind == "array" else read_record(place, schema)


def format_of(location: Location) -> Format:
    """What a file is, without reading it; OSError if it cannot be opened, InputError if that is not known."""
    with location.path.open("rb") as file:
        return _looked_at(file, location, lists=False)[0]


@contextmanager
def open_records(
    stream: BufferedIOBase,
    location: Location,
    *,
    schema: Schema | None = None,
    columns: Columns = _NO_COLUMNS,
    lists: bool = False,
) -> Iterator[One | Many]:
    """The records of a stream, which `location` names. An empty stream is `Many`.

    `schema`   of the records that come as JSON.
    `columns`  what is known of the columns of CSV.
    `lists`    a record may be a list: `[…]` is a document or a line of NDJSON, and no array of records.

    InputError, here or while the records are read, for what is in no known format or damaged; ExtraMissing
    if the library that reads it is not installed.
    """
    format, whole = _looked_at(stream, location, lists=lists)
    name = location.name
    with ExitStack() as stack:
        match format.kind:
            case "json":
                yield One(_document(whole, schema))
            case "ndjson":
                records = read_records(whole, schema=schema)
                # Of what is damaged, a block would take along the lines before the damage.
                blocks = None if format.compression else partial(read_blocks, whole, _BLOCK)
                yield Many(records, format, read_places(whole), stream, blocks)
            case "array":
                yield Many(read_array(whole, name, schema), format, array_places(whole, name), stream)
            case "csv":
                yield Many(read_csv(whole, name, columns, format.delimiter), format, None, stream)
            case "parquet":
                file = whole if whole.seekable() else stack.enter_context(_spooled(whole))
                yield _rows(read_parquet(cast(BinaryIO, file), name), format)
            case "duckdb":
                assert location.query is not None
                path = location.path
                if whole is not stream or path == STDIN:
                    path = stack.enter_context(_named_copy(whole))
                yield _rows(stack.enter_context(duckdb_rows(path, location.query, name)), format)


def _rows(rows: Rows, format: Format) -> Many:
    return Many(rows.records(), format, blocks=rows.blocks)


def _looked_at(stream: BufferedIOBase, location: Location, *, lists: bool) -> tuple[Format, BufferedIOBase]:
    """What a stream is, and the whole stream without its compression."""
    binary = location.query is not None  # of the formats with a query, none has lines
    ahead = Lookahead(stream, binary=binary)
    if (compression := compression_of(ahead.begin())) is not None:
        ahead = Lookahead(unpacked(ahead.rewound(), compression, location.name), binary=binary)
        if compression_of(ahead.begin()) is not None:
            raise InputError(f"{location.name}: this is compressed twice", "Unpack it once.")
    kind = binary_kind(ahead.head)
    delimiter = ""
    _check_query(kind, location)
    if kind is None:
        kind, delimiter = _text_kind(ahead, location, lists=lists)
    return Format(kind, compression, delimiter), ahead.rewound()


def _check_query(kind: Kind | None, location: Location) -> None:
    if kind == "duckdb" and location.query is None:
        advice = f"Write `{location.path}::TABLE`, or a SELECT after `::`."
        raise InputError(f"{location.name}: a DuckDB file has many tables", advice)
    if kind != "duckdb" and location.query is not None:
        raise InputError(f"{location.name}: this is not a DuckDB file", "Leave out `::` and what follows it.")


def _text_kind(ahead: Lookahead, location: Location, *, lists: bool) -> tuple[Kind, str]:
    """The kind of a text, and the delimiter of CSV."""
    named = named_kind(location.path)
    _add_first_line(ahead)
    text = ahead.head.removeprefix(BOM).lstrip()
    if not text or text.startswith(SETTLED):
        return "ndjson", ""
    first = next(read_lines(io.BytesIO(ahead.head)), None)
    is_record = first is not None and isinstance(parse_line(first), Record)
    if text.startswith(b"[") and not lists:
        return "ndjson" if is_record and _goes_on_with_objects(ahead) else "array", ""
    if text.startswith((b"{", b"[")) or (is_record and named != "csv"):
        return ("ndjson" if named == "ndjson" else _one_or_many(ahead, is_record)), ""
    ahead.fill(SAMPLE)
    if named == "ndjson" or (named != "csv" and _has_record(ahead.head)):
        return "ndjson", ""
    delimiter = delimiter_of(ahead.head, whole=ahead.ended, named=named == "csv")
    if delimiter is None:
        raise unknown_format(location.name, ahead.head)
    return "csv", delimiter


def _add_first_line(ahead: Lookahead) -> None:
    """Read on until there is a whole line that is not blank, or as much of it as a record may have."""
    while len(ahead.head) < LINE_LIMIT and not ahead.ended:
        lines = ahead.head.split(b"\n")
        if any(line.strip() for line in lines[:-1]):
            return
        ahead.add_line(LINE_LIMIT + 2)


def _goes_on_with_objects(ahead: Lookahead) -> bool:
    """Is there an object on the line after the first? Then that one is a bad line of NDJSON."""
    while not ahead.ended and len(list(islice(read_lines(io.BytesIO(ahead.head)), 2))) < 2:
        ahead.add_line(LINE_LIMIT + 2)
    lines = list(islice(read_lines(io.BytesIO(ahead.head)), 2))
    return len(lines) > 1 and lines[1].data is not None and lines[1].data.startswith(b"{")


def _one_or_many(ahead: Lookahead, is_record: bool) -> Kind:
    """Is a text of JSON one document, or NDJSON? `is_record`: its first line is a document by itself."""
    if is_record:
        while not ahead.ended and len(list(islice(read_lines(io.BytesIO(ahead.head)), 2))) < 2:
            ahead.add_line(LINE_LIMIT + 2)
        return "json" if len(list(islice(read_lines(io.BytesIO(ahead.head)), 2))) < 2 else "ndjson"
    ahead.fill(LINE_LIMIT + 1)
    if not ahead.ended:
        return "ndjson"
    is_document = isinstance(_parsed(ahead.head, ANY), Record)
    return "json" if is_document or not _has_record(ahead.head) else "ndjson"


def _has_record(data: bytes) -> bool:
    """Is any line an unindented object by itself? Then the others are bad lines of NDJSON."""
    for line in read_lines(io.BytesIO(data)):
        found = parse_line(line) if line.data is not None and line.data.startswith(b"{") else None
        if isinstance(found, Record):
            return True
    return False


def _document(stream: BufferedIOBase, schema: Schema | None) -> Record | BadLine:
    """The only document of a stream: one line, which may be decoded faster, or the whole text."""
    data = stream.read()
    records = list(islice(read_records(io.BytesIO(data), schema=schema), 2))
    if len(records) == 1 and isinstance(records[0], Record):
        return records[0]
    return _parsed(data, ANY if schema is None else schema.type)


def _parsed(data: bytes, type_: Type) -> Record | BadLine:
    text = data.removeprefix(BOM)
    line = Line(0, 1, 0, text, len(text))
    try:
        return Record((0, 1, 0, text, len(text)), parse_record(text, type_))
    except RecordError as error:
        return BadLine(line, error)
    except JsonError as error:
        number = text.count(b"\n", 0, error.offset) + 1
        message = f"line {number}, byte {error.offset} of the file: {error.reason}"
        return BadLine(line, RecordError([Diagnostic("CM711", message)]))


@contextmanager
def _spooled(stream: BufferedIOBase) -> Iterator[BinaryIO]:
    """A copy in a file without a name: Parquet is read from its end."""
    with tempfile.TemporaryFile(prefix="custmap-") as file:
        with naming(Path(tempfile.gettempdir())):
            shutil.copyfileobj(stream, file)
            file.seek(0)
        yield cast(BinaryIO, file)


@contextmanager
def _named_copy(stream: BufferedIOBase) -> Iterator[Path]:
    """A copy in a file with a name, which DuckDB needs."""
    with tempfile.TemporaryDirectory(prefix="custmap-") as folder:
        path = Path(folder) / "copy.duckdb"
        with naming(path), path.open("wb") as file:
            shutil.copyfileobj(stream, file)
        yield path
