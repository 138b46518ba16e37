"""`apply` and `diff` of queries of DuckDB: it finds what changed, custmap makes the requests for that."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from contextlib import ExitStack
from itertools import islice
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from custmap.diagnostics.diagnostic import Diagnostic
from custmap.diagnostics.errors import RecordError
from custmap.engines.batches import Apply, Diff
from custmap.engines.output import Output, arrow, schema
from custmap.engines.task import Absent, Nulls, OnRejected, Params, Task
from custmap.mapper import Mapping
from custmap.records.arrow_rows import bad_row
from custmap.records.changed_rows import ChangedRows, Relation, quoted
from custmap.records.database import arrow_reader, connect, select_of
from custmap.records.extras import import_extra
from custmap.records.identity import Who
from custmap.records.keys import NO_KEY, Key
from custmap.records.sides import SIDES, on_side
from custmap.tables.source import Source


def apply(
    connection: Any,
    sql: str,
    mapping: Mapping,
    *,
    source: Source | None = None,
    params: Params = None,
    key: str | None = None,
    on_rejected: OnRejected = "raise",
    absent: Absent = "keep",
    nulls: Nulls = "clear",
    strict: bool = False,
    secrets: bool = False,
    run: str = "",
    rows: int = 10_000,
) -> Any:
    """The requests of a query's rows, as a `pyarrow.RecordBatchReader`.

    `connection`  a DuckDB connection, of which a cursor reads, or the path of a file, which is only read.
    `sql`         one SELECT, or FROM.
    `rows`        so many are taken at once.
    The other options are those of `custmap.arrow.apply`. Only the columns that are needed are queried.

    DuckDB's error for a query that is wrong. ValueError for misuse and, while the result is read, for a
    query that fails at one of its rows. ExtraMissing without duckdb and pyarrow.
    """
    task = Task(mapping, source, params, key, on_rejected, absent, nulls, strict, secrets, run)
    stack, cursor = _opened(connection)
    with stack:
        relation = _relation(cursor, sql)
        taken = task.taken(relation.names)
        columns = ", ".join(map(quoted, taken)) or "1"
        reader = _reader(cursor, f"SELECT {columns} FROM (\n{relation.sql}\n)", rows)
        made = Apply(task, reader.schema, relation.names)
        return _streamed(stack.pop_all(), made.batches(_read(reader)))


def diff(
    connection: Any,
    before: str,
    after: str,
    mapping: Mapping,
    *,
    key: str | None = None,
    source: Source | None = None,
    params: Params = None,
    absent: Absent = "keep",
    nulls: Nulls = "clear",
    strict: bool = False,
    secrets: bool = False,
    run: str = "",
    rows: int = 10_000,
) -> Any:
    """The requests for what changes from the rows of one query to those of another, joined by a key.

    `key`  the column that tells customers apart; default: the source's. `index` is the place in after.
    The other options are those of `apply` and of `custmap.arrow.diff`.

    DuckDB hands over the pairs that differ in a column that the mapping reads: both sides of a pair have the
    parameters of after, so what only a function of `params` reads changes nothing. A key that comes twice on
    a side is an error (CM713) of each of its rows, and so is a missing one (CM711); these rows come last.
    Customers who are on one side only are left out. Of pairs in which nothing changes nothing is told, even
    if a value in them is wrong.

    Errors are those of `apply`, and ValueError without a key.
    """
    task = Task(mapping, source, params, key, "raise", absent, nulls, strict, secrets, run)
    stack, cursor = _opened(connection)
    with stack:
        sides = _relation(cursor, before), _relation(cursor, after)
        changed = ChangedRows(*sides, task.key_column, task.compared)
        taken = [task.taken(one.names) for one in sides]
        reader = _reader(cursor, changed.pairs(*taken), rows)
        found = _Pairs(task, reader, taken, (sides[0].names, sides[1].names))
        batches = _changed(found, cursor, changed, mapping.name, rows)
        return _streamed(stack.pop_all(), batches)


class _Pairs:
    """The plans of a query that has a place, before's columns and after's in each row."""

    def __init__(self, task: Task, reader: Any, taken: list[list[str]], columns: Any) -> None:
        pa = arrow()
        self._reader, fields = reader, list(reader.schema)[1:]
        self._split = len(taken[0])
        halves = zip(taken, (fields[: self._split], fields[self._split :]), strict=True)
        self._schemas = [
            pa.schema([field.with_name(name) for name, field in zip(names, half, strict=True)])
            for names, half in halves
        ]
        before, after = self._schemas
        self._diff = Diff(task, before, after, columns, joined=True)

    def __iter__(self) -> Iterator[Any]:
        pa = arrow()
        for batch in _read(self._reader):
            cells = batch.columns[1:]
            halves = zip(self._schemas, (cells[: self._split], cells[self._split :]), strict=True)
            pair = [pa.RecordBatch.from_arrays(half, schema=made) for made, half in halves]
            yield self._diff.batch(pair[0], pair[1], batch.column(0).to_pylist())


def _changed(pairs: _Pairs, cursor: Any, changed: ChangedRows, mapping: str, rows: int) -> Iterator[Any]:
    yield from pairs
    told = _rejected(cursor, changed, rows)
    while part := list(islice(told, rows)):
        out = Output(mapping)
        for who, error in part:
            out.error(who, error)
        yield out.batch()


def _rejected(cursor: Any, changed: ChangedRows, rows: int) -> Iterator[tuple[Who, RecordError]]:
    """The rows that are in no pair, because their key comes twice or is missing."""
    key = Key.column("key")
    for side in SIDES:
        for at, cell in _values(cursor, changed.twice(side), rows):
            message = f"{side}, row {at + 1}: all rows with this key are left"
            yield Who(at, key.of({"key": cell})), RecordError([Diagnostic("CM713", message)])
    for side in SIDES:
        for (at,) in _values(cursor, changed.keyless(side), rows):
            yield Who(at), on_side(side, bad_row(at, NO_KEY))


def _values(cursor: Any, query: str, rows: int) -> Iterator[tuple[Any, ...]]:
    for batch in _read(_reader(cursor, query, rows)):
        yield from zip(*(column.to_pylist() for column in batch.columns), strict=True)


def _opened(connection: Any) -> tuple[ExitStack, Any]:
    """A connection of our own, which others may use meanwhile, and what closes it."""
    duckdb = import_extra("duckdb", "custmap.duckdb", "tables")
    stack = ExitStack()
    if not isinstance(connection, str | os.PathLike):
        return stack, stack.enter_context(connection.cursor())
    folder = Path(stack.enter_context(TemporaryDirectory(prefix="custmap-")))
    return stack, stack.enter_context(connect(duckdb, Path(connection), folder, read_only=True))


def _relation(cursor: Any, sql: str) -> Relation:
    """A query with its columns; DuckDB's error if it is wrong, ValueError if it is no SELECT."""
    if (query := select_of(cursor, sql)) is None:
        raise ValueError("expected one SELECT, or `FROM table`")
    relation = cursor.sql(query)
    return Relation(query, tuple(relation.columns), tuple(map(str, relation.types)))


def _reader(cursor: Any, query: str, rows: int) -> Any:
    """The result of a query; ValueError without the text of DuckDB's error, which quotes values."""
    relation = cursor.sql(query)
    duckdb = import_extra("duckdb", "custmap.duckdb", "tables")
    try:
        return arrow_reader(relation, rows)
    except duckdb.Error:
        raise _failed() from None


def _read(reader: Any) -> Iterator[Any]:
    """The batches of a result."""
    duckdb = import_extra("duckdb", "custmap.duckdb", "tables")
    try:
        yield from reader
    except (duckdb.Error, arrow().ArrowException, OSError):
        raise _failed() from None


def _failed() -> ValueError:
    return ValueError("the query failed while its rows were read: run it in DuckDB to see at which value")


def _streamed(stack: ExitStack, batches: Iterable[Any]) -> Any:
    def read() -> Iterator[Any]:
        with stack:
            yield from batches

    return arrow().RecordBatchReader.from_batches(schema(), read())
