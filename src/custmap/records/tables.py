"""Rows of Parquet and of DuckDB, a batch at a time; both come as Arrow."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from contextlib import ExitStack, contextmanager
from io import BytesIO
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, BinaryIO, Final, NamedTuple

from custmap.records.arrow_rows import ArrowRows, bad_row
from custmap.records.database import arrow_reader, connect, in_thread, select_of
from custmap.records.extras import import_extra
from custmap.records.formats import check_names
from custmap.records.input_error import InputError
from custmap.records.ndjson import BadLine, Line, Record, Schema

_ROWS: Final = 1_000
"""Rows of a batch."""
_TABLE: Final = re.compile(r'\s*(?:\w+|"(?:[^"]|"")+")(?:\.(?:\w+|"(?:[^"]|"")+"))*\s*')
"""The name of a table, perhaps in a schema: `crm.customers`, `"my table"`."""
_AGAIN: Final = "Copy or write the file again."


class RowBlock(NamedTuple):
    """Rows of a table as a stream of Arrow, and how many are before them."""

    begin: int
    data: bytes

    def read(self, schema: Schema | None) -> Iterator[Record | BadLine]:
        """The rows; they have no `schema` of JSON."""
        reader = import_extra("pyarrow.ipc", "reading tables", "tables").open_stream(self.data)
        return _records(reader, reader.schema, self.begin)


class Rows:
    """The rows of batches, to be read once: one by one, or in blocks for somebody else to read.

    A row with a value that Python does not have is bad (CM711).
    """

    def __init__(self, batches: Iterable[Any], schema: Any) -> None:
        self._batches = batches
        self._schema = schema

    def records(self) -> Iterator[Record | BadLine]:
        return _records(self._batches, self._schema, 0)

    def blocks(self) -> Iterator[RowBlock]:
        ipc = import_extra("pyarrow.ipc", "reading tables", "tables")
        begin = 0
        for batch in self._batches:
            data = BytesIO()
            with ipc.new_stream(data, self._schema) as stream:
                stream.write_batch(batch)
            yield RowBlock(begin, data.getvalue())
            begin += batch.num_rows


def read_parquet(file: BinaryIO, name: str) -> Rows:
    """The rows of a Parquet file in order; `name` is the file's.

    InputError if the file is damaged, at once or when its damaged part is reached. ExtraMissing without
    pyarrow.
    """
    arrow = import_extra("pyarrow", "reading Parquet", "tables")
    parquet = import_extra("pyarrow.parquet", "reading Parquet", "tables")
    try:
        # A page at a time, and not whole columns of a group of rows.
        table = parquet.ParquetFile(file, buffer_size=1 << 16, pre_buffer=False)
        schema = table.schema_arrow
    except (arrow.ArrowException, OSError) as error:
        raise _damaged(name, error) from None
    check_names(schema.names, name)
    return Rows(_parquet_batches(table, name, arrow), schema)


def _parquet_batches(table: Any, name: str, arrow: Any) -> Iterator[Any]:
    try:
        yield from table.iter_batches(batch_size=_ROWS, use_threads=False)
    except (arrow.ArrowException, OSError) as error:
        raise _damaged(name, error) from None


def _damaged(name: str, error: Exception) -> Exception:
    if isinstance(error, OSError) and error.errno is not None:
        return error  # of the disk, and not of the file
    return InputError(f"{name}: this Parquet file is damaged, or ends too early", _AGAIN)


@contextmanager
def duckdb_rows(file: Path, query: str, name: str) -> Iterator[Rows]:
    """The rows of a table, or of a query, of a DuckDB file, which is only read; `name` is the file's.

    InputError if the file cannot be opened, or the query is not one or fails. ExtraMissing without duckdb
    and pyarrow.
    """
    duckdb = import_extra("duckdb", "reading a DuckDB file", "tables")
    import_extra("pyarrow", "reading a DuckDB file", "tables")
    with ExitStack() as stack:
        folder = Path(stack.enter_context(TemporaryDirectory(prefix="custmap-")))
        try:
            database = stack.enter_context(connect(duckdb, file, folder, read_only=True))
        except duckdb.Error as error:
            raise InputError(f"{name}: DuckDB cannot open it: {first_line(error)}") from None
        reader = _reader(duckdb, database, query, name)
        check_names(reader.schema.names, name)
        yield Rows(_duckdb_batches(duckdb, reader, name), reader.schema)


def _reader(duckdb: Any, database: Any, query: str, name: str) -> Any:
    try:
        relation = database.sql(one_query(database, query, name))
    except duckdb.Error as error:
        advice = "Write the name of a table, or one SELECT, after `::`."
        raise InputError(f"{name}: the query is wrong: {first_line(error)}", advice) from None
    try:
        return in_thread(database, lambda: arrow_reader(relation, _ROWS))
    except duckdb.Error:
        raise _failed(name) from None


def one_query(database: Any, query: str, name: str) -> str:
    """The query of a table or SELECT; InputError for anything else, and any error of DuckDB's."""
    if _TABLE.fullmatch(query):
        query = f"FROM {query}"
    if (found := select_of(database, query)) is None:
        raise InputError(f"{name}: expected a table or one SELECT after `::`")
    return found


def _duckdb_batches(duckdb: Any, reader: Any, name: str) -> Iterator[Any]:
    arrow = import_extra("pyarrow", "reading a DuckDB file", "tables")
    try:
        yield from reader
    except (duckdb.Error, arrow.ArrowException, OSError):
        raise _failed(name) from None


def _failed(name: str) -> InputError:
    """Without the text of DuckDB's error, which quotes values."""
    advice = "Run it in DuckDB to see at which value."
    return InputError(f"{name}: the query failed while its rows were read", advice)


def first_line(error: Exception) -> str:
    return str(error).partition("\n")[0]


def _records(batches: Iterable[Any], schema: Any, index: int) -> Iterator[Record | BadLine]:
    rows = ArrowRows(schema)
    for batch in batches:
        for row in rows.of(batch):
            if isinstance(row, dict):
                yield Record((index, index + 1, 0, None, 0), row)
            else:
                yield BadLine(Line(index, index + 1, 0, None, 0), bad_row(index, row))
            index += 1
