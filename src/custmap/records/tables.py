"""Rows of Parquet and of DuckDB, a batch at a time; both come as Arrow.

Values are what pyarrow makes of them (`to_pylist`): numbers, texts, `datetime`, `Decimal`, `bytes`. Only maps
become dicts, since pyarrow gives lists of pairs.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, BinaryIO, Final

from custmap.diagnostics.diagnostic import Diagnostic
from custmap.diagnostics.errors import RecordError
from custmap.records.database import connect, in_thread
from custmap.records.extras import import_extra
from custmap.records.formats import check_names
from custmap.records.input_error import InputError
from custmap.records.ndjson import BadLine, Line, Record

_ROWS: Final = 1_000
"""Rows of a batch."""
_TABLE: Final = re.compile(r'\s*(?:\w+|"(?:[^"]|"")+")(?:\.(?:\w+|"(?:[^"]|"")+"))*\s*')
"""The name of a table, perhaps in a schema: `crm.customers`, `"my table"`."""
_AGAIN: Final = "Copy or write the file again."


class _RowError(ValueError):
    """A value of a row cannot be used; the text says why."""


def read_parquet(file: BinaryIO, name: str) -> Iterator[Record | BadLine]:
    """The rows of a Parquet file in order; `name` is the file's.

    A row with a value that Python does not have is bad (CM711). InputError if the file is damaged, at once or
    when its damaged part is reached. ExtraMissing without pyarrow.
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
    return _rows(_parquet_batches(table, name, arrow), schema)


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
def duckdb_rows(file: Path, query: str, name: str) -> Iterator[Iterator[Record | BadLine]]:
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
        yield _rows(_duckdb_batches(duckdb, reader, name), reader.schema)


def _reader(duckdb: Any, database: Any, query: str, name: str) -> Any:
    try:
        relation = database.sql(one_query(database, query, name))
    except duckdb.Error as error:
        advice = "Write the name of a table, or one SELECT, after `::`."
        raise InputError(f"{name}: the query is wrong: {first_line(error)}", advice) from None
    # Its name before DuckDB 1.4.
    made = getattr(relation, "to_arrow_reader", None) or relation.fetch_arrow_reader
    try:
        return in_thread(database, lambda: made(_ROWS))
    except duckdb.Error:
        raise _failed(name) from None


def one_query(database: Any, query: str, name: str) -> str:
    """The query of a table or SELECT; InputError for anything else, and any error of DuckDB's."""
    if _TABLE.fullmatch(query):
        query = f"FROM {query}"
    if [one.type.name.startswith("SELECT") for one in database.extract_statements(query)] != [True]:
        raise InputError(f"{name}: expected a table or one SELECT after `::`")
    return query.strip().rstrip(";")


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


def _rows(batches: Iterable[Any], schema: Any) -> Iterator[Record | BadLine]:
    names = schema.names
    plain = [_plain(field.type) for field in schema]
    index = 0
    for batch in batches:
        try:
            rows: list[Any] = list(zip(*_columns(batch, plain), strict=True))
        except (ValueError, OverflowError):  # a value that Python does not have
            rows = [_one_row(batch.slice(at, 1), plain) for at in range(batch.num_rows)]
        for row in rows:
            if isinstance(row, tuple):
                yield Record((index, index + 1, 0, None, 0), dict(zip(names, row, strict=True)))
            else:
                message = f"row {index + 1}: {row or 'a value is outside of what Python can hold'}"
                error = RecordError([Diagnostic("CM711", message)])
                yield BadLine(Line(index, index + 1, 0, None, 0), error)
            index += 1


def plain_values(batch: Any) -> Iterator[dict[str, Any]]:
    """The rows of a batch; a value that Python does not have is None."""
    names, plain = batch.schema.names, [_plain(field.type) for field in batch.schema]
    try:
        rows: list[Any] = list(zip(*_columns(batch, plain), strict=True))
    except (ValueError, OverflowError):  # as above
        rows = [
            [_value(batch.column(at).slice(row, 1), plain[at]) for at in range(len(names))]
            for row in range(batch.num_rows)
        ]
    return (dict(zip(names, row, strict=True)) for row in rows)


def _value(column: Any, plain: Callable[[Any], Any] | None) -> Any:
    try:
        (value,) = column.to_pylist()
        return value if plain is None else plain(value)
    except (ValueError, OverflowError):
        return None


def _columns(batch: Any, plain: list[Callable[[Any], Any] | None]) -> Iterator[list[Any]]:
    for column, make in zip(batch.columns, plain, strict=True):
        values = column.to_pylist()
        yield values if make is None else [make(value) for value in values]


def _one_row(batch: Any, plain: list[Callable[[Any], Any] | None]) -> tuple[Any, ...] | str:
    """The values of a row, or what is wrong with it."""
    try:
        return tuple(values[0] for values in _columns(batch, plain))
    except _RowError as error:
        return str(error)
    except (ValueError, OverflowError):
        return ""


def _plain(type_: Any) -> Callable[[Any], Any] | None:
    """What makes dicts of the maps in a value; None for a type without maps."""
    from pyarrow import types

    if types.is_map(type_):
        key, item = _plain(type_.key_type) or _same, _plain(type_.item_type) or _same
        return lambda value: None if value is None else _dict((key(k), item(v)) for k, v in value)
    if types.is_list(type_) or types.is_large_list(type_) or types.is_fixed_size_list(type_):
        make = _plain(type_.value_type)
        return None if make is None else lambda value: None if value is None else [make(one) for one in value]
    if types.is_struct(type_):
        parts = {field.name: make for field in type_ if (make := _plain(field.type)) is not None}
        return None if not parts else lambda value: None if value is None else _struct(value, parts)
    return None


def _same(value: Any) -> Any:
    return value


def _dict(pairs: Iterable[tuple[Any, Any]]) -> dict[Any, Any]:
    found: dict[Any, Any] = {}
    for key, value in pairs:
        if isinstance(key, dict | list):
            raise _RowError("a key of a map is a list or an object")
        if key in found:
            raise _RowError("a map has the same key twice")
        found[key] = value
    return found


def _struct(value: dict[str, Any], parts: dict[str, Callable[[Any], Any]]) -> dict[str, Any]:
    return {name: parts[name](one) if name in parts else one for name, one in value.items()}
